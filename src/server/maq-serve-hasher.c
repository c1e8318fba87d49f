// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-hasher.h"

// Bytes a second until something was measured, and how many must be for that.
#define USUAL_SPEED  (400.0 * 1000 * 1000)
#define ENOUGH_BYTES (16 * 1000 * 1000)

struct _MaqServeHasher
{
  MaqHubStore *store;
  void (*ready) (gpointer data);
  gpointer      data;
  GThread      *thread;
  GCancellable *cancellable;

  GMutex      lock; // guards what follows
  GCond       cond;
  GHashTable *known;  // contents that are in a queue, being hashed or done
  GHashTable *urgent; // those of them that wait and are waited for
  GQueue     *later;  // the others that wait, the smallest first
  guint64     done;
  guint64     total;
  gint64      busy; // microseconds
  gboolean    stopping;
};

// On the stack of the thread: one file, which another may interrupt.
typedef struct
{
  MaqServeHasher *self;
  guint64         left;
  gint64          since;
} Work;

static void work_on (MaqServeHasher  *self,
                     MaqServeContent *content);

// The smallest of those that are waited for, if it is smaller than LIMIT. Locked.
static MaqServeContent *
take_urgent (MaqServeHasher *self,
             guint64         limit)
{
  GHashTableIter   iter;
  gpointer         key;
  MaqServeContent *best = NULL;
  g_hash_table_iter_init (&iter, self->urgent);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (maq_serve_content_get_size (key) < limit && (best == NULL || maq_serve_content_get_size (key) < maq_serve_content_get_size (best)))
      best = key;
  if (best != NULL)
    g_hash_table_remove (self->urgent, best);
  return best;
}

static void
hashed_cb (gsize    n,
           gpointer data)
{
  Work           *work = data;
  MaqServeHasher *self = work->self;
  gint64          now = g_get_monotonic_time ();
  work->left -= MIN (n, work->left);

  g_mutex_lock (&self->lock);
  self->done += n;
  self->busy += now - work->since;
  MaqServeContent *other = take_urgent (self, work->left);
  g_mutex_unlock (&self->lock);
  if (other != NULL)
    work_on (self, other);
  work->since = g_get_monotonic_time ();
}

static void
work_on (MaqServeHasher  *self,
         MaqServeContent *content)
{
  Work work = { .self = self, .left = maq_serve_content_get_size (content), .since = g_get_monotonic_time () };
  g_autoptr (GError) error = NULL;
  if (!maq_serve_content_hash (content, self->cancellable, hashed_cb, &work, &error) && !g_cancellable_is_cancelled (self->cancellable))
    g_message ("the Hub server leaves a file out: %s", error->message);
  // What is left of a file that could not be read is not waited for.
  g_mutex_lock (&self->lock);
  self->done += work.left;
  g_mutex_unlock (&self->lock);
  self->ready (self->data);
}

static MaqServeContent *
take_next (MaqServeHasher *self)
{
  MaqServeContent *content = NULL;
  g_mutex_lock (&self->lock);
  while (!self->stopping)
    {
      content = take_urgent (self, G_MAXUINT64);
      if (content == NULL)
        content = g_queue_pop_head (self->later);
      if (content != NULL)
        break;
      g_cond_wait (&self->cond, &self->lock);
    }
  g_mutex_unlock (&self->lock);
  return content;
}

static gpointer
thread_run (gpointer data)
{
  MaqServeContent *content;
  while ((content = take_next (data)) != NULL)
    work_on (data, content);
  return NULL;
}

static int
compare_sizes (gconstpointer a,
               gconstpointer b,
               gpointer      data)
{
  guint64 first = maq_serve_content_get_size ((MaqServeContent *) a);
  guint64 second = maq_serve_content_get_size ((MaqServeContent *) b);
  return first < second ? -1 : first > second;
}

static void
add_later (MaqServeContent *content,
           gpointer         data)
{
  MaqServeHasher *self = data;
  if (!maq_serve_content_is_file (content) || maq_serve_content_is_settled (content) || !g_hash_table_add (self->known, content))
    return;
  self->total += maq_serve_content_get_size (content);
  g_queue_push_tail (self->later, content);
}

MaqServeHasher *
maq_serve_hasher_new (MaqHubStore *store,
                      void (*ready) (gpointer data),
                      gpointer data)
{
  MaqServeHasher *self = g_new0 (MaqServeHasher, 1);
  self->store = g_object_ref (store);
  self->ready = ready;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->known = g_hash_table_new (NULL, NULL);
  self->urgent = g_hash_table_new (NULL, NULL);
  self->later = g_queue_new ();
  maq_serve_store_foreach_content (store, add_later, self);
  g_queue_sort (self->later, compare_sizes, NULL);
  self->thread = g_thread_new ("hub-hasher", thread_run, self);
  return self;
}

void
maq_serve_hasher_free (MaqServeHasher *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_hash_table_remove_all (self->urgent);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->urgent);
  g_queue_free (self->later);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_object_unref (self->cancellable);
  g_object_unref (self->store);
  g_free (self);
}

void
maq_serve_hasher_hurry (MaqServeHasher  *self,
                        MaqServeContent *content)
{
  g_mutex_lock (&self->lock);
  gboolean is_new = g_hash_table_add (self->known, content);
  if (is_new)
    self->total += maq_serve_content_get_size (content);
  if (is_new || g_queue_remove (self->later, content))
    {
      g_hash_table_add (self->urgent, content);
      g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->lock);
}

void
maq_serve_hasher_get_progress (MaqServeHasher *self,
                               guint64        *done,
                               guint64        *total)
{
  g_mutex_lock (&self->lock);
  *done = self->done;
  *total = self->total;
  g_mutex_unlock (&self->lock);
}

guint
maq_serve_hasher_estimate (MaqServeHasher *self,
                           guint64         bytes)
{
  g_mutex_lock (&self->lock);
  double speed = self->done >= ENOUGH_BYTES && self->busy > 0 ? (double) self->done * G_USEC_PER_SEC / self->busy : USUAL_SPEED;
  g_mutex_unlock (&self->lock);
  return bytes / speed;
}
