// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include <string.h>

#include "maq-fiber.h"

// A run is one fiber on the thread pool that prepares the work and then waits for a few others, each of which takes one file
// after the other. Hashing and writing block there, in pieces of a few milliseconds; what may take longer, the sync at the end
// of a file, has a thread of its own. Nothing here touches the main thread.

#define N_STREAMS    4
#define READ_BYTES   (1u << 20)
#define CATCH_UP     (8u << 20)
#define MAX_TRIES    5
#define LONGEST_WAIT 300  // seconds, for a rate limit
#define LOCK_PAUSE   50   // milliseconds, growing to a second
#define POLITE_AFTER 1500 // milliseconds of waiting for a lock until it is said

static gint first_pause = 250; // milliseconds, doubled with each try; atomic

struct _MaqTransferRun
{
  MaqHubClient       *client;
  MaqCache           *cache;
  MaqTransferRequest *request;
  MaqTransferRecord  *record;
  gint                stopped; // atomic

  GMutex           lock; // guards what follows
  MaqTransferWork *work; // set once
  GQueue           jobs; // of GPtrArray of MaqTransferFile with one content
  guint64          done;
  guint64          fetched;
  guint            n_waiting;
  guint            n_limited;
};

static void
run_clear (gpointer data)
{
  MaqTransferRun *self = data;

  g_object_unref (self->client);
  g_object_unref (self->cache);
  maq_transfer_request_free (self->request);
  maq_transfer_record_unref (self->record);
  maq_transfer_work_free (self->work);
  g_queue_clear_full (&self->jobs, (GDestroyNotify) g_ptr_array_unref);
  g_mutex_clear (&self->lock);
}

MaqTransferRun *
maq_transfer_run_new (MaqHubClient             *client,
                      MaqCache                 *cache,
                      const MaqTransferRequest *request,
                      MaqTransferRecord        *record)
{
  MaqTransferRun *self = g_atomic_rc_box_new0 (MaqTransferRun);

  self->client = g_object_ref (client);
  self->cache = g_object_ref (cache);
  self->request = maq_transfer_request_copy (request);
  self->record = maq_transfer_record_ref (record);
  g_mutex_init (&self->lock);
  g_queue_init (&self->jobs);
  return self;
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

static gboolean
check_stopped (MaqTransferRun *self,
               GError        **error)
{
  if (!g_atomic_int_get (&self->stopped))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download was stopped");
  return FALSE;
}

static void
add_done (MaqTransferRun *self,
          gint64          done,
          guint64         fetched)
{
  g_mutex_lock (&self->lock);
  self->done += done;
  self->fetched += fetched;
  g_mutex_unlock (&self->lock);
}

static void
count (MaqTransferRun *self,
       guint          *counter,
       int             by)
{
  g_mutex_lock (&self->lock);
  *counter += by;
  g_mutex_unlock (&self->lock);
}

// Lets the other fibers of this thread work. FALSE when stopped.
static gboolean
rest (MaqTransferRun *self,
      guint           milliseconds,
      GError        **error)
{
  return maq_fiber_sleep (MAX (milliseconds * 1000, 1), error) && check_stopped (self, error);
}

// One file on its way.
typedef struct
{
  MaqTransferRun        *run;
  const MaqTransferFile *file;
  MaqCacheWriter        *writer;
  guint64                counted; // of the run's done bytes
} Fetch;

static void
count_offset (Fetch  *self,
              guint64 fetched)
{
  guint64 offset = maq_cache_writer_get_offset (self->writer);

  // What was in the cache from the beginning is counted already.
  if (!self->file->here)
    add_done (self->run, (gint64) offset - (gint64) self->counted, fetched);
  self->counted = offset;
}

static MaqCacheWriter *
begin_writer (Fetch   *self,
              GError **error)
{
  MaqTransferRun *run = self->run;

  return maq_cache_writer_begin (run->cache, run->request->kind, run->work->id, run->work->commit, self->file->path, self->file->etag, self->file->size, maq_transfer_record_get_tag (run->record), error);
}

// Waits as long as another program holds the lock.
static gboolean
begin (Fetch   *self,
       GError **error)
{
  guint    pause = LOCK_PAUSE;
  guint    waited = 0;
  gboolean said = FALSE;
  gboolean ok = TRUE;

  while (ok)
    {
      g_autoptr (GError) failed = NULL;
      self->writer = begin_writer (self, &failed);
      if (self->writer != NULL)
        break;
      if (!g_error_matches (failed, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED))
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          ok = FALSE;
          break;
        }
      if (!said && waited >= POLITE_AFTER)
        {
          count (self->run, &self->run->n_waiting, 1);
          said = TRUE;
        }
      ok = rest (self->run, pause, error);
      waited += pause;
      pause = MIN (pause * 2, 1000);
    }
  if (said)
    count (self->run, &self->run->n_waiting, -1);
  return ok;
}

static gboolean
catch_up (Fetch   *self,
          GError **error)
{
  guint64 left = 1;

  while (left > 0)
    {
      if (!maq_cache_writer_catch_up (self->writer, CATCH_UP, &left, error))
        return FALSE;
      if (left > 0 && !rest (self->run, 0, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
restart (Fetch   *self,
         GError **error)
{
  gboolean ok = maq_cache_writer_restart (self->writer, error);

  count_offset (self, 0);
  return ok;
}

static gboolean
check_total (Fetch   *self,
             gint64   total,
             GError **error)
{
  if (total < 0 || (guint64) total == self->file->size)
    return TRUE;
  g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "%s: the server sends %" G_GINT64_FORMAT " bytes, the Hub lists %" G_GUINT64_FORMAT, self->file->path, total, self->file->size);
  return FALSE;
}

// One request, from where the partial file ends to wherever the connection does.
static gboolean
fetch_once (Fetch   *self,
            GError **error)
{
  MaqTransferRun *run = self->run;
  guint64         from = maq_cache_writer_get_offset (self->writer);
  g_autoptr (MaqHubBody) body = dex_await_object (maq_hub_client_open_file (run->client, run->request->kind, run->work->id, run->work->commit, self->file->path, from), error);

  if (body == NULL || !check_total (self, maq_hub_body_get_total (body), error))
    return FALSE;
  // Some proxies know no ranges and send everything again.
  if (maq_hub_body_get_offset (body) != from && !restart (self, error))
    return FALSE;

  while (maq_cache_writer_get_offset (self->writer) < self->file->size)
    {
      gsize wanted = MIN (READ_BYTES, self->file->size - maq_cache_writer_get_offset (self->writer));
      g_autoptr (GBytes) bytes = dex_await_boxed (maq_hub_body_read (body, wanted), error);
      if (bytes == NULL || !check_stopped (run, error))
        return FALSE;
      if (g_bytes_get_size (bytes) == 0)
        {
          g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE, "%s: the connection ended after %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes", self->file->path, maq_cache_writer_get_offset (self->writer), self->file->size);
          return FALSE;
        }
      if (!maq_cache_writer_append (self->writer, bytes, error))
        return FALSE;
      count_offset (self, g_bytes_get_size (bytes));
    }
  return TRUE;
}

static gboolean
is_worth_another_try (const GError *error,
                      guint64       offset)
{
  if (error->domain != MAQ_HUB_ERROR)
    return FALSE;
  switch ((MaqHubError) error->code)
    {
    case MAQ_HUB_ERROR_UNREACHABLE:
    case MAQ_HUB_ERROR_SERVER:
    case MAQ_HUB_ERROR_RATE_LIMITED:
    case MAQ_HUB_ERROR_LINK_EXPIRED:
    case MAQ_HUB_ERROR_BAD_REPLY:
      return TRUE;
    case MAQ_HUB_ERROR_BAD_REQUEST:
      return offset > 0; // 416: there is no such range
    default:
      return FALSE;
    }
}

static gboolean
wait_before_try (Fetch        *self,
                 const GError *failed,
                 guint         n_tries,
                 GError      **error)
{
  guint seconds = maq_hub_client_get_wait (self->run->client);

  if (g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_LINK_EXPIRED))
    return check_stopped (self->run, error); // opening the file again gives a fresh link
  if (!g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_RATE_LIMITED) || seconds == 0)
    return rest (self->run, (guint) g_atomic_int_get (&first_pause) << (n_tries - 1), error);

  count (self->run, &self->run->n_limited, 1);
  gboolean ok = rest (self->run, MIN (seconds, LONGEST_WAIT) * 1000, error);
  count (self->run, &self->run->n_limited, -1);
  return ok;
}

// All bytes of the file, over as many connections as it takes. Tries are counted as long as no byte beyond those of before came.
static gboolean
fetch_bytes (Fetch   *self,
             GError **error)
{
  guint64 furthest = maq_cache_writer_get_offset (self->writer);
  guint   n_tries = 0;

  while (maq_cache_writer_get_offset (self->writer) < self->file->size)
    {
      g_autoptr (GError) failed = NULL;
      if (fetch_once (self, &failed))
        break;

      guint64 offset = maq_cache_writer_get_offset (self->writer);
      if (offset > furthest)
        n_tries = 0;
      furthest = MAX (furthest, offset);
      if (++n_tries > MAX_TRIES || !is_worth_another_try (failed, offset))
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
      g_info ("%s: try %u from byte %" G_GUINT64_FORMAT " on after: %s", self->file->path, n_tries, offset, failed->message);
      if (g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST) && !restart (self, error))
        return FALSE;
      if (!wait_before_try (self, failed, n_tries, error))
        return FALSE;
    }
  return TRUE;
}

static DexFuture *
finish_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  char *path = maq_cache_writer_finish (data, &error);

  return path != NULL ? dex_future_new_take_string (path) : dex_future_new_for_error (g_steal_pointer (&error));
}

static gboolean
finish (Fetch   *self,
        GError **error)
{
  g_autofree char *path = dex_await_string (maq_thread_spawn ("maq-finish", finish_thread, g_object_ref (self->writer), g_object_unref), error);
  return path != NULL;
}

static gboolean
fetch_once_whole (Fetch   *self,
                  GError **error)
{
  if (!begin (self, error))
    return FALSE;
  gboolean ok = catch_up (self, error);
  if (ok)
    {
      count_offset (self, 0);
      ok = fetch_bytes (self, error) && finish (self, error);
    }
  g_clear_object (&self->writer);
  return ok;
}

static gboolean
is_spoiled (const GError *error)
{
  return g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH) || g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED);
}

static gboolean
fetch_file (MaqTransferRun        *run,
            const MaqTransferFile *file,
            GError               **error)
{
  g_autoptr (GError) failed = NULL;
  Fetch fetch = { .run = run, .file = file };

  if (fetch_once_whole (&fetch, &failed))
    return TRUE;
  // Wrong bytes, or a partial file somebody deleted: once more from the start, then it is an error.
  if (is_spoiled (failed))
    {
      g_info ("%s: fetched again after: %s", file->path, failed->message);
      if (!file->here)
        add_done (run, -(gint64) fetch.counted, 0);
      fetch.counted = 0;
      g_clear_error (&failed);
      if (fetch_once_whole (&fetch, &failed))
        return TRUE;
    }
  g_propagate_prefixed_error (error, g_steal_pointer (&failed), "%s: ", file->path);
  return FALSE;
}

static GPtrArray *
take_job (MaqTransferRun *self)
{
  g_mutex_lock (&self->lock);
  GPtrArray *job = g_queue_pop_head (&self->jobs);
  g_mutex_unlock (&self->lock);
  return job;
}

static DexFuture *
stream_fiber (gpointer data)
{
  MaqTransferRun *self = data;

  while (TRUE)
    {
      g_autoptr (GPtrArray) job = take_job (self);
      if (job == NULL)
        return dex_future_new_true ();
      for (guint i = 0; i < job->len; i++)
        {
          g_autoptr (GError) error = NULL;
          if (!check_stopped (self, &error) || !fetch_file (self, g_ptr_array_index (job, i), &error))
            return dex_future_new_for_error (g_steal_pointer (&error));
        }
    }
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

// Large files first, so that the last ones to end are small; files with the same content one after the other in one job, because
// they share a blob and its lock.
static void
make_jobs (MaqTransferRun *self)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  const char *etag = NULL;

  g_ptr_array_extend (files, self->work->files, NULL, NULL);
  g_ptr_array_sort (files, compare_files);
  for (guint i = 0; i < files->len; i++)
    {
      MaqTransferFile *file = g_ptr_array_index (files, i);
      if (g_strcmp0 (etag, file->etag) != 0)
        g_queue_push_tail (&self->jobs, g_ptr_array_new ());
      g_ptr_array_add (g_queue_peek_tail (&self->jobs), file);
      etag = file->etag;
    }
}

static gboolean
check_space (MaqTransferRun *self,
             GError        **error)
{
  MaqTransferWork *work = self->work;
  guint64          needed = work->bytes_total - work->bytes_here;
  guint64          free_bytes = maq_cache_get_free_bytes (self->cache);

  for (guint i = 0; i < work->files->len && needed > free_bytes; i++)
    {
      MaqTransferFile *file = g_ptr_array_index (work->files, i);
      if (!file->here)
        needed -= MIN (needed, maq_cache_get_partial_size (self->cache, self->request->kind, work->id, file->etag, maq_transfer_record_get_tag (self->record)));
    }
  if (needed <= free_bytes)
    return TRUE;

  g_autofree char *need = g_format_size (needed);
  g_autofree char *have = g_format_size (free_bytes);
  g_autofree char *missing = g_format_size (needed - free_bytes);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE, "%s are needed in %s, %s may be used: %s are missing", need, maq_cache_get_root (self->cache), have, missing);
  return FALSE;
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

static gboolean
fetch_all (MaqTransferRun *self,
           GError        **error)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (dex_unref);

  make_jobs (self);
  for (guint n = MIN (N_STREAMS, self->jobs.length); n > 0; n--)
    g_ptr_array_add (streams, spawn (self, stream_fiber));
  return streams->len == 0 || dex_await (dex_future_all_racev ((DexFuture **) streams->pdata, streams->len), error);
}

static gboolean
write_ref (MaqTransferRun *self,
           GError        **error)
{
  g_autoptr (GError) failed = NULL;

  if (maq_cache_write_ref (self->cache, self->request->kind, self->work->id, self->request->revision, self->work->commit, &failed))
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

static DexFuture *
run_fiber (gpointer data)
{
  MaqTransferRun *self = data;
  g_autoptr (GError) error = NULL;

  maq_transfer_record_write (self->record, self->request);
  MaqTransferWork *work = maq_transfer_work_prepare (self->client, self->cache, self->request, &error);
  if (work == NULL)
    {
      if (is_refusal (error))
        maq_transfer_record_remove (self->record);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  g_mutex_lock (&self->lock);
  self->work = work;
  self->done = work->bytes_here;
  g_mutex_unlock (&self->lock);

  if (!work->is_cached && !check_space (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  // Written before the first file, so that nobody takes a half snapshot for a whole one; where all is here nothing is written.
  if (work->tree != NULL && work->bytes_here < work->bytes_total)
    maq_cache_write_tree (self->cache, self->request->kind, work->id, work->commit, work->tree);
  // The ref comes last: who finds it finds the snapshot whole.
  if (!work->is_cached && (!fetch_all (self, &error) || !write_ref (self, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));
  maq_transfer_record_remove (self->record);
  maq_cache_remove_partials (self->cache, self->request->kind, work->id, maq_transfer_record_get_tag (self->record));
  return dex_future_new_take_string (maq_cache_dup_snapshot_path (self->cache, self->request->kind, work->id, work->commit));
}

DexFuture *
maq_transfer_run_start (MaqTransferRun *self)
{
  return spawn (self, run_fiber);
}
