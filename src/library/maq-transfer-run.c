// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-run-private.h"

#include <string.h>

#include "maq-error.h"
#include "maq-fiber.h"

// A run is one fiber on the thread pool that prepares the work and then watches over others, the streams, each of which is one
// connection at a time. Writing blocks there, in pieces of a few milliseconds; what may take longer has threads of its own.
// Nothing here touches the main thread.

#define FIRST_STREAMS 8
#define MAX_STREAMS   16
#define STREAM_RATE   (1u << 20) // bytes a second that are worth a stream where there is a limit
#define FAR           50         // milliseconds to prepare: where round trips take long, all streams at once cost less than finding out
#define LARGE         (64u << 20) // bytes to fetch: the same holds there
#define WORTH_MORE    1.1        // more streams have to be worth so much more speed
#define FIRST_WATCH   150        // milliseconds between two looks at the speed
#define LONGEST_WATCH 1000

static gint first_pause = 250; // milliseconds, doubled with each try; atomic

static void
run_clear (gpointer data)
{
  MaqTransferRun *self = data;

  g_object_unref (self->client);
  g_object_unref (self->cache);
  maq_transfer_request_free (self->request);
  maq_transfer_record_unref (self->record);
  maq_transfer_rate_unref (self->rate);
  g_clear_object (&self->dir);
  g_clear_pointer (&self->work, maq_transfer_work_unref);
  g_clear_pointer (&self->known, maq_transfer_work_unref);
  g_queue_clear_full (&self->jobs, (GDestroyNotify) maq_transfer_fetch_unref);
  g_ptr_array_unref (self->open);
  g_clear_error (&self->error);
  dex_clear (&self->news);
  g_mutex_clear (&self->lock);
}

MaqTransferRun *
maq_transfer_run_new (MaqHubClient             *client,
                      MaqCache                 *cache,
                      const MaqTransferRequest *request,
                      MaqTransferRecord        *record,
                      MaqTransferRate          *rate,
                      MaqTransferWork          *work,
                      gboolean                  has_folder)
{
  MaqTransferRun *self = g_atomic_rc_box_new0 (MaqTransferRun);

  self->client = g_object_ref (client);
  self->cache = g_object_ref (cache);
  self->request = maq_transfer_request_copy (request);
  self->request->at_once = TRUE;
  self->record = maq_transfer_record_ref (record);
  self->rate = maq_transfer_rate_ref (rate);
  g_mutex_init (&self->lock);
  g_queue_init (&self->jobs);
  self->open = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_transfer_fetch_unref);
  self->max_streams = FIRST_STREAMS;
  self->news = dex_promise_new ();
  self->known = work != NULL ? maq_transfer_work_ref (work) : NULL;
  self->has_folder = has_folder;
  return self;
}

gboolean
maq_transfer_run_has_folder (MaqTransferRun *self)
{
  return g_atomic_int_get (&self->has_folder);
}

MaqTransferRun *
maq_transfer_run_ref (MaqTransferRun *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_transfer_run_unref (MaqTransferRun *self)
{
  g_atomic_rc_box_release_full (self, run_clear);
}

void
maq_transfer_run_get_progress (MaqTransferRun      *self,
                               MaqTransferProgress *progress)
{
  g_mutex_lock (&self->lock);
  progress->done = self->done;
  progress->total = self->work != NULL ? self->work->bytes_total : 0;
  progress->fetched = self->fetched;
  progress->n_waiting = self->n_waiting;
  progress->is_limited = self->n_limited > 0;
  progress->is_offline = self->work != NULL && self->work->is_offline;
  progress->commit = self->work != NULL ? self->work->commit : NULL;
  progress->id = self->work != NULL ? self->work->id : NULL;
  g_mutex_unlock (&self->lock);
}

const MaqTransferWork *
maq_transfer_run_get_work (MaqTransferRun *self)
{
  g_mutex_lock (&self->lock);
  const MaqTransferWork *work = self->work;
  g_mutex_unlock (&self->lock);
  return work;
}

void
maq_transfer_run_stop (MaqTransferRun *self)
{
  g_atomic_int_set (&self->stopped, TRUE);
}

void
maq_transfer_run_set_first_pause (guint milliseconds)
{
  g_atomic_int_set (&first_pause, milliseconds);
}

guint
maq_transfer_run_get_first_pause (void)
{
  return g_atomic_int_get (&first_pause);
}

gboolean
maq_transfer_run_check (MaqTransferRun *self,
                        GError        **error)
{
  if (!g_atomic_int_get (&self->stopped))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download was stopped");
  return FALSE;
}

gboolean
maq_transfer_run_rest (MaqTransferRun *self,
                       guint           milliseconds,
                       GError        **error)
{
  return maq_fiber_sleep (MAX (milliseconds * 1000, 1), error) && maq_transfer_run_check (self, error);
}

void
maq_transfer_run_add_done (MaqTransferRun *self,
                           gint64          done,
                           guint64         fetched)
{
  g_mutex_lock (&self->lock);
  self->done += done;
  self->fetched += fetched;
  g_mutex_unlock (&self->lock);
}

void
maq_transfer_run_count (MaqTransferRun *self,
                        guint          *counter,
                        int             by)
{
  g_mutex_lock (&self->lock);
  *counter += by;
  g_mutex_unlock (&self->lock);
}

// Under the lock.
static void
tell_news (MaqTransferRun *self)
{
  if (dex_future_is_pending (DEX_FUTURE (self->news)))
    dex_promise_resolve_boolean (self->news, TRUE);
}

void
maq_transfer_run_tell_news (MaqTransferRun *self)
{
  g_mutex_lock (&self->lock);
  tell_news (self);
  g_mutex_unlock (&self->lock);
}

static void
leave (gpointer data)
{
  MaqTransferRun *self = data;

  maq_transfer_record_release (self->record);
  maq_transfer_run_unref (self);
}

// Each fiber holds the record, so that nobody else takes the transfer up before the last has let go of its file.
static DexFuture *
spawn (MaqTransferRun *self,
       DexFiberFunc    func)
{
  maq_transfer_record_hold (self->record);
  return maq_fiber_spawn (dex_thread_pool_scheduler_get_default (), func, maq_transfer_run_ref (self), leave);
}

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
  if (--self->n_streams == 0 || failed != NULL)
    tell_news (self);
  g_mutex_unlock (&self->lock);
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

static guint64
get_free_bytes (MaqTransferRun *self)
{
  return self->work->dir != NULL ? maq_cache_local_dir_get_free_bytes (self->work->dir) : maq_cache_get_free_bytes (self->cache);
}

// Where the files go, for people.
static const char *
get_place (MaqTransferRun *self)
{
  return self->work->dir != NULL ? maq_cache_local_dir_get_path (self->work->dir) : maq_cache_get_root (self->cache);
}

static gboolean
check_space (MaqTransferRun *self,
             GError        **error)
{
  MaqTransferWork *work = self->work;
  guint64          needed = work->bytes_total - work->bytes_here;
  guint64          free_bytes = get_free_bytes (self);

  if (work->dir != NULL && needed > free_bytes)
    needed = maq_transfer_work_get_space (work, maq_transfer_record_get_tag (self->record));
  for (guint i = 0; i < work->files->len && needed > free_bytes && work->dir == NULL; i++)
    {
      MaqTransferFile *file = g_ptr_array_index (work->files, i);
      if (!file->here && maq_cache_has_twin (self->cache, self->request->kind, work->id, file->etag, file->size))
        needed -= MIN (needed, file->size);
      else if (!file->here)
        needed -= MIN (needed, maq_cache_get_partial_size (self->cache, self->request->kind, work->id, file->etag, file->size, maq_transfer_record_get_tag (self->record)));
    }
  if (needed <= free_bytes)
    return TRUE;

  g_autofree char *need = g_format_size (needed);
  g_autofree char *have = g_format_size (free_bytes);
  g_autofree char *missing = g_format_size (needed - free_bytes);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE, "%s are needed in %s, %s may be used: %s are missing", need, get_place (self), have, missing);
  return FALSE;
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
    g_ptr_array_add (fibers, spawn (self, stream_fiber));
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

// Another program may fill the disk meanwhile.
static gboolean
check_reserve (MaqTransferRun *self,
               GError        **error)
{
  if (get_free_bytes (self) > 0)
    return TRUE;
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE, "The space that is left in %s is kept for other programs", get_place (self));
  return FALSE;
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
  return maq_transfer_run_check (self, error) && check_reserve (self, error);
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

static gboolean
fetch_all (MaqTransferRun *self,
           GError        **error)
{
  // Dropped at the end, which stops those that still run.
  g_autoptr (GPtrArray) fibers = g_ptr_array_new_with_free_func (dex_unref);
  Watch    watch = { .when = g_get_monotonic_time () };
  gboolean ok = TRUE;

  if (self->work->took >= FAR || self->work->bytes_total - self->work->bytes_here >= LARGE)
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

static gboolean
write_ref (MaqTransferRun *self,
           GError        **error)
{
  g_autoptr (GError) failed = NULL;

  // A folder has no refs.
  if (self->work->dir != NULL || maq_cache_write_ref (self->cache, self->request->kind, self->work->id, self->request->revision, self->work->commit, &failed))
    return TRUE;
  // Everything is here; a cache that we may only read need not learn a new name for it.
  if (g_error_matches (failed, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_READ_ONLY) && self->work->bytes_here == self->work->bytes_total)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

// The Hub has no such thing: there is nothing to go on with.
static gboolean
is_refusal (const GError *error)
{
  return error->domain == MAQ_ADDRESS_ERROR || g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_REPO_NOT_FOUND) ||
         g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_REVISION_NOT_FOUND) || g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND);
}

static gboolean
find_work (MaqTransferRun *self,
           GError        **error)
{
  g_autoptr (GError) failed = NULL;
  MaqTransferWork *work = self->known != NULL ? g_steal_pointer (&self->known) : maq_transfer_work_prepare (self->client, self->cache, self->request, &failed);

  if (work == NULL)
    {
      if (is_refusal (failed))
        {
          maq_transfer_record_remove (self->record);
          maq_transfer_run_remove_partials (self, NULL);
        }
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  g_mutex_lock (&self->lock);
  self->work = work;
  self->done = work->bytes_here;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
run (MaqTransferRun *self,
     GError        **error)
{
  gboolean has_folder = maq_transfer_run_prepare_folder (self, error);

  maq_transfer_record_save (self->record);
  if (!has_folder || !find_work (self, error))
    return FALSE;
  MaqTransferWork *work = self->work;
  if (!work->is_cached && (!maq_transfer_work_check_names (work, error) || !check_space (self, error)))
    return FALSE;
  // Written before the first file, so that nobody takes a half snapshot for a whole one; where all is here nothing is written.
  if (work->tree != NULL && work->bytes_here < work->bytes_total)
    maq_transfer_run_write_tree (self);
  // The ref comes last: who finds it finds the snapshot whole.
  if (!work->is_cached && (!fetch_all (self, error) || !write_ref (self, error)))
    return FALSE;
  maq_transfer_record_remove (self->record);
  maq_transfer_run_remove_partials (self, work->id);
  return TRUE;
}

static DexFuture *
run_fiber (gpointer data)
{
  MaqTransferRun *self = data;
  g_autoptr (GError) error = NULL;

  if (run (self, &error) && self->dir != NULL)
    return dex_future_new_take_string (g_strdup (maq_cache_local_dir_get_path (self->dir)));
  if (error == NULL)
    return dex_future_new_take_string (maq_cache_dup_snapshot_path (self->cache, self->request->kind, self->work->id, self->work->commit));
  // Whatever went wrong because the drive was taken away.
  g_autoptr (GError) missing = NULL;
  if (self->dir != NULL && self->work != NULL && !maq_error_is_cancelled (error) && !maq_cache_local_dir_prepare (self->dir, FALSE, &missing))
    return dex_future_new_for_error (g_steal_pointer (&missing));
  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
maq_transfer_run_start (MaqTransferRun *self)
{
  return spawn (self, run_fiber);
}
