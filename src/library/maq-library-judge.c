// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-library-private.h"
#include "maq-variant-fits.h"

// Whether what is on the screen runs here: found out from the headers of the files, a few at a time, and remembered.

#define MAX_JUDGING 2                     // headers read at the same time
#define JUDGED_FOR  (60 * G_USEC_PER_SEC) // free memory changes
#define MAX_QUEUE   64                    // of rows that were on the screen; older ones are forgotten

struct _MaqLibraryJudge
{
  GQueue waiting; // of MaqLibraryItem
  guint  n_judging;
};

MaqLibraryJudge *
maq_library_judge_new (void)
{
  MaqLibraryJudge *self = g_new0 (MaqLibraryJudge, 1);

  g_queue_init (&self->waiting);
  return self;
}

void
maq_library_judge_free (MaqLibraryJudge *self)
{
  g_queue_clear_full (&self->waiting, g_object_unref);
  g_free (self);
}

static void judge_next (MaqLibrary *self, MaqLibraryJudge *judge);

typedef struct
{
  GWeakRef        library;
  MaqLibraryItem *item;
} Judging;

static void
judging_free (gpointer data)
{
  Judging *self = data;

  g_weak_ref_clear (&self->library);
  g_object_unref (self->item);
  g_free (self);
}

static DexFuture *
judged_cb (DexFuture *future,
           gpointer   data)
{
  Judging *judging = data;
  g_autoptr (MaqLibrary) self = g_weak_ref_get (&judging->library);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self == NULL || maq_library_get_judge (self) == NULL)
    return dex_future_new_true ();
  // A header that cannot be read says nothing on whether the model runs.
  maq_library_item_take_fit (judging->item, value != NULL ? maq_library_item_choose_fit (judging->item, g_value_get_boxed (value)) : NULL);
  maq_library_get_judge (self)->n_judging--;
  judge_next (self, maq_library_get_judge (self));
  return dex_future_new_true ();
}

static void
judge_item (MaqLibrary     *self,
            MaqLibraryItem *item)
{
  const MaqFitOptions options = { 0 };
  GPtrArray          *variants = maq_library_item_get_variants (item);
  const char         *id = maq_library_item_get_id (item);
  MaqCacheRepo       *repo = maq_library_item_get_repo (item);
  const MaqVariant   *first = g_ptr_array_index (variants, 0);
  g_autofree char    *snapshots = g_build_filename (repo->path, "snapshots/", NULL);
  g_autofree char    *commit = g_strndup (first->paths[0] + strlen (snapshots), 40);
  g_autoptr (GPtrArray) inside = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);
  Judging *judging = g_new0 (Judging, 1);

  // The judge asks the cache by the path in the repo.
  for (guint i = 0; i < variants->len; i++)
    {
      MaqVariant *variant = maq_variant_copy (g_ptr_array_index (variants, i));
      for (guint j = 0; variant->paths[j] != NULL; j++)
        g_set_str (&variant->paths[j], variant->paths[j] + strlen (snapshots) + strlen (commit) + 1);
      g_ptr_array_add (inside, variant);
    }
  g_weak_ref_init (&judging->library, self);
  judging->item = g_object_ref (item);
  maq_library_get_judge (self)->n_judging++;
  DexFuture *work = maq_variant_fits_judge (NULL, maq_library_get_cache (self), id, commit, inside, g_ptr_array_index (inside, 0), &options);
  // Nobody waits: the item tells.
  dex_future_disown (dex_future_finally (work, judged_cb, judging, judging_free));
}

static void
judge_next (MaqLibrary      *self,
            MaqLibraryJudge *judge)
{
  while (judge->n_judging < MAX_JUDGING && !g_queue_is_empty (&judge->waiting))
    {
      g_autoptr (MaqLibraryItem) item = g_queue_pop_head (&judge->waiting);
      if (maq_library_item_get_variants (item)->len > 0)
        judge_item (self, item);
    }
}

void
maq_library_judge (MaqLibrary     *self,
                   MaqLibraryItem *item)
{
  g_return_if_fail (MAQ_IS_LIBRARY (self));
  g_return_if_fail (MAQ_IS_LIBRARY_ITEM (item));

  MaqLibraryJudge *judge = maq_library_get_judge (self);
  gint64           judged = maq_library_item_get_judged (item);
  if (maq_library_item_get_variants (item)->len == 0 || (judged != 0 && g_get_monotonic_time () - judged < JUDGED_FOR) ||
      g_queue_find (&judge->waiting, item) != NULL)
    return;
  g_queue_push_tail (&judge->waiting, g_object_ref (item));
  while (g_queue_get_length (&judge->waiting) > MAX_QUEUE)
    g_object_unref (g_queue_pop_head (&judge->waiting));
  judge_next (self, judge);
}
