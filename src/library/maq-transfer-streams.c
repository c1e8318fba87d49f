// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-run-private.h"

#include <string.h>

#include "maq-fiber.h"

// How many connections a run has, and which of them fetches what.

#define FIRST_STREAMS 8
#define MAX_STREAMS   16
#define STREAM_RATE   (1u << 20) // bytes a second that are worth a stream where there is a limit
#define FAR           50         // milliseconds to prepare: where round trips take long, all streams at once cost less than finding out
#define WORTH_MORE    1.1        // more streams have to be worth so much more speed
#define FIRST_WATCH   150        // milliseconds between two looks at the speed
#define LONGEST_WATCH 1000

// How many streams there may be: what few can fetch within a limit needs no more.
static guint
get_max_streams (MaqTransferRun *self)
{
  guint64 rate = maq_transfer_rate_get (self->rate);

  return rate > 0 ? CLAMP (rate / STREAM_RATE, 1, self->max_streams) : self->max_streams;
}

// The file on its way of which another stream could take over the most, NULL if there is none. Under the lock.
static MaqTransferFetch *
find_best (MaqTransferRun *self)
{
  MaqTransferFetch *best = NULL;
  guint64           most = 0;

  for (guint i = 0; i < self->open->len; i++)
    {
      MaqTransferFetch *fetch = g_ptr_array_index (self->open, i);
      guint64           offer = maq_transfer_fetch_get_offer (fetch);
      if (offer > most)
        {
          best = fetch;
          most = offer;
        }
    }
  return best;
}

// What a stream does next; NULL if there is nothing, or too many streams do it already (transfer full).
static MaqTransferFetch *
take_task (MaqTransferRun *self,
           gboolean       *is_new)
{
  MaqTransferFetch *fetch = NULL;

  g_mutex_lock (&self->lock);
  *is_new = self->jobs.length > 0;
  if (self->error != NULL || self->n_streams > get_max_streams (self))
    fetch = NULL;
  else if (*is_new)
    {
      fetch = g_queue_pop_head (&self->jobs);
      g_ptr_array_add (self->open, maq_transfer_fetch_ref (fetch));
    }
  else if ((fetch = find_best (self)) != NULL)
    maq_transfer_fetch_ref (fetch);
  g_mutex_unlock (&self->lock);
  return fetch;
}

static void
end_task (MaqTransferRun   *self,
          MaqTransferFetch *fetch)
{
  g_mutex_lock (&self->lock);
  if (maq_transfer_fetch_is_done (fetch))
    g_ptr_array_remove_fast (self->open, fetch);
  g_mutex_unlock (&self->lock);
}

static void
end_stream (MaqTransferRun *self,
            GError         *failed)
{
  g_mutex_lock (&self->lock);
  if (failed != NULL && self->error == NULL)
    self->error = g_error_copy (failed);
  gboolean is_news = --self->n_streams == 0 || failed != NULL;
  g_mutex_unlock (&self->lock);
  if (is_news)
    maq_transfer_run_tell_news (self);
}

static DexFuture *
stream_fiber (gpointer data)
{
  MaqTransferRun *self = data;
  g_autoptr (GError) error = NULL;
  gboolean is_new = FALSE;
  gboolean ok = TRUE;

  while (ok && maq_transfer_run_check (self, &error))
    {
      g_autoptr (MaqTransferFetch) fetch = take_task (self, &is_new);
      if (fetch == NULL)
        break;
      ok = is_new ? maq_transfer_fetch_begin (fetch, &error) : maq_transfer_fetch_help (fetch, &error);
      end_task (self, fetch);
    }
  end_stream (self, error);
  return dex_future_new_true ();
}

static int
compare_files (gconstpointer a,
               gconstpointer b)
{
  const MaqTransferFile *one = *(const MaqTransferFile *const *) a;
  const MaqTransferFile *two = *(const MaqTransferFile *const *) b;

  if (one->size != two->size)
    return one->size < two->size ? 1 : -1;
  return strcmp (one->etag, two->etag);
}

// Large files first, so that the last ones to end are small; files with the same content are one job, because they share a blob
// and its lock.
static void
make_jobs (MaqTransferRun *self)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  GPtrArray  *same = NULL;
  const char *etag = NULL;

  g_ptr_array_extend (files, self->work->files, NULL, NULL);
  g_ptr_array_sort (files, compare_files);
  for (guint i = 0; i < files->len; i++)
    {
      MaqTransferFile *file = g_ptr_array_index (files, i);
      if (g_strcmp0 (etag, file->etag) != 0)
        {
          same = g_ptr_array_new ();
          g_queue_push_tail (&self->jobs, maq_transfer_fetch_new (self, same));
        }
      g_ptr_array_add (same, file);
      etag = file->etag;
    }
}

// Starts streams as long as more of them are allowed and there is something for them to do. The fibers they are.
static void
start_streams (MaqTransferRun *self,
               GPtrArray      *fibers)
{
  g_mutex_lock (&self->lock);
  guint n = self->error == NULL ? self->jobs.length : 0;
  if (n == 0 && self->error == NULL && find_best (self) != NULL)
    n = MAX_STREAMS;
  guint max = get_max_streams (self);
  n = self->n_streams < max ? MIN (n, max - self->n_streams) : 0;
  self->n_streams += n;
  g_mutex_unlock (&self->lock);
  for (; n > 0; n--)
    g_ptr_array_add (fibers, maq_transfer_run_spawn (self, stream_fiber));
}

// How the speed answers to the number of streams.
typedef struct
{
  gint64   when;
  guint64  fetched;
  double   best; // bytes per second with half as many streams
  gboolean is_settled;
} Watch;

// Twice the streams as long as that is worth a tenth more speed, and half of them when the server asks for less.
static void
adjust_streams (MaqTransferRun *self,
                Watch          *watch)
{
  gint64 now = g_get_monotonic_time ();

  if (now - watch->when < FIRST_WATCH * 1000)
    return;
  g_mutex_lock (&self->lock);
  double speed = (double) (self->fetched - watch->fetched) * G_USEC_PER_SEC / MAX (now - watch->when, 1);
  if (self->is_pressed)
    {
      self->max_streams = MAX (self->max_streams / 2, 1);
      self->is_pressed = FALSE;
      watch->is_settled = TRUE;
    }
  else if (!watch->is_settled && speed > 0 && self->n_streams >= self->max_streams)
    {
      if (speed < watch->best * WORTH_MORE)
        {
          self->max_streams /= 2;
          watch->is_settled = TRUE;
        }
      else if (self->max_streams < MAX_STREAMS)
        self->max_streams *= 2;
      else
        watch->is_settled = TRUE;
      watch->best = speed;
    }
  watch->when = now;
  watch->fetched = self->fetched;
  g_mutex_unlock (&self->lock);
}

// Waits for news, such as that all streams have ended, or for a while.
static gboolean
wait_for_streams (MaqTransferRun *self,
                  GError        **error)
{
  g_mutex_lock (&self->lock);
  guint      pause = CLAMP (self->first_byte * 2, FIRST_WATCH, LONGEST_WATCH);
  DexFuture *news = dex_ref (DEX_FUTURE (self->news));
  g_mutex_unlock (&self->lock);

  g_autoptr (GError) failed = NULL;
  if (!dex_await (maq_future_with_timeout (news, pause), &failed) && !g_error_matches (failed, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  // What is told from now on has not been looked at yet.
  g_mutex_lock (&self->lock);
  if (!dex_future_is_pending (DEX_FUTURE (self->news)))
    {
      dex_clear (&self->news);
      self->news = dex_promise_new ();
    }
  g_mutex_unlock (&self->lock);
  return maq_transfer_run_check (self, error) && maq_transfer_run_check_reserve (self, error);
}

static gboolean
take_error (MaqTransferRun *self,
            GError        **error)
{
  g_mutex_lock (&self->lock);
  gboolean ok = self->error == NULL;
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&self->error));
  g_mutex_unlock (&self->lock);
  return ok;
}

gboolean
maq_transfer_run_fetch_all (MaqTransferRun *self,
                            GError        **error)
{
  // Dropped at the end, which stops those that still run.
  g_autoptr (GPtrArray) fibers = g_ptr_array_new_with_free_func (dex_unref);
  Watch    watch = { .when = g_get_monotonic_time () };
  gboolean ok = TRUE;

  self->max_streams = FIRST_STREAMS;
  if (self->work->took >= FAR)
    {
      self->max_streams = MAX_STREAMS;
      watch.is_settled = TRUE;
    }
  make_jobs (self);
  start_streams (self, fibers);
  while (ok && self->n_streams > 0)
    {
      ok = wait_for_streams (self, error);
      adjust_streams (self, &watch);
      ok = ok && take_error (self, error);
      if (ok)
        start_streams (self, fibers);
    }
  ok = ok && take_error (self, error);
  // What still runs ends.
  if (!ok)
    maq_transfer_run_stop (self);
  g_mutex_lock (&self->lock);
  g_queue_clear_full (&self->jobs, (GDestroyNotify) maq_transfer_fetch_unref);
  g_ptr_array_set_size (self->open, 0);
  g_mutex_unlock (&self->lock);
  return ok;
}
