// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-private.h"

// Whether the Hub has a newer version of what is here. Asked for what is on the screen only, a few at a time, and remembered.

#define MAX_ASKING 3
#define MAX_QUEUE  64
#define ASKED_FOR  (60 * 60 * (gint64) G_USEC_PER_SEC) // an answer is good for an hour,
#define FAILED_FOR (60 * (gint64) G_USEC_PER_SEC)      // that there was none for a minute

typedef struct
{
  MaqHubClient   *client;
  MaqLibraryItem *item;
} Question;

struct _MaqLibraryUpstream
{
  GQueue waiting; // of Question
  guint  n_asking;
};

static void
question_free (gpointer data)
{
  Question *self = data;

  g_object_unref (self->client);
  g_object_unref (self->item);
  g_free (self);
}

MaqLibraryUpstream *
maq_library_upstream_new (void)
{
  MaqLibraryUpstream *self = g_rc_box_new0 (MaqLibraryUpstream);

  g_queue_init (&self->waiting);
  return self;
}

static void
upstream_clear (gpointer data)
{
  g_queue_clear_full (&((MaqLibraryUpstream *) data)->waiting, question_free);
}

void
maq_library_upstream_free (MaqLibraryUpstream *self)
{
  g_queue_clear_full (&self->waiting, question_free);
  g_rc_box_release_full (self, upstream_clear);
}

const MaqCacheRevision *
maq_library_get_main (MaqCacheRepo *repo)
{
  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      if (g_strv_contains ((const char *const *) revision->refs, "main"))
        return revision;
    }
  return NULL;
}

// What the callback of a question needs.
typedef struct
{
  MaqLibraryUpstream *upstream;
  Question           *question;
} Asking;

static void
asking_free (gpointer data)
{
  Asking *self = data;

  question_free (self->question);
  g_rc_box_release_full (self->upstream, upstream_clear);
  g_free (self);
}

static void ask_next (MaqLibraryUpstream *self);

static DexFuture *
answered_cb (DexFuture *future,
             gpointer   data)
{
  Asking       *asking = data;
  const GValue *value = dex_future_get_value (future, NULL);
  const char   *commit = value != NULL ? maq_repo_get_sha (g_value_get_object (value)) : NULL;

  maq_library_item_set_upstream (asking->question->item, commit, g_get_monotonic_time () + (commit != NULL ? ASKED_FOR : FAILED_FOR));
  asking->upstream->n_asking--;
  ask_next (asking->upstream);
  return dex_future_new_true ();
}

static void
ask_next (MaqLibraryUpstream *self)
{
  while (self->n_asking < MAX_ASKING && !g_queue_is_empty (&self->waiting))
    {
      Asking         *asking = g_new0 (Asking, 1);
      Question       *question = g_queue_pop_head (&self->waiting);
      MaqLibraryItem *item = question->item;
      asking->upstream = g_rc_box_acquire (self);
      asking->question = question;
      self->n_asking++;
      DexFuture *answer = maq_hub_client_get_repo (question->client, maq_library_item_get_kind (item), maq_library_item_get_id (item), NULL);
      // Nobody waits: the item tells.
      dex_future_disown (dex_future_finally (answer, answered_cb, asking, asking_free));
    }
}

void
maq_library_ask_hub (MaqLibrary     *self,
                     MaqHubClient   *client,
                     MaqLibraryItem *item)
{
  g_return_if_fail (MAQ_IS_LIBRARY (self));
  g_return_if_fail (MAQ_IS_HUB_CLIENT (client));
  g_return_if_fail (MAQ_IS_LIBRARY_ITEM (item));

  MaqLibraryUpstream *upstream = maq_library_get_upstream (self);
  if (maq_hub_client_get_offline (client) || maq_library_get_main (maq_library_item_get_repo (item)) == NULL || g_get_monotonic_time () < maq_library_item_get_ask_again (item))
    return;
  // Until there is an answer it is not asked once more.
  maq_library_item_set_ask_again (item, g_get_monotonic_time () + FAILED_FOR);
  Question *question = g_new0 (Question, 1);
  question->client = g_object_ref (client);
  question->item = g_object_ref (item);
  g_queue_push_tail (&upstream->waiting, question);
  if (g_queue_get_length (&upstream->waiting) > MAX_QUEUE)
    question_free (g_queue_pop_head (&upstream->waiting));
  ask_next (upstream);
}

gboolean
maq_library_item_has_news (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), FALSE);

  const MaqCacheRevision *main_revision = maq_library_get_main (maq_library_item_get_repo (self));
  const char             *commit = maq_library_item_get_upstream (self);
  return main_revision != NULL && commit != NULL && !g_str_equal (main_revision->commit, commit);
}
