// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-run-private.h"

#include "maq-error.h"
#include "maq-fiber.h"

// A run is one fiber on the thread pool that prepares the work and then watches over others, the streams, each of which is one
// connection at a time. Writing blocks there, in pieces of a few milliseconds; what may take longer has threads of its own.
// Nothing here touches the main thread.

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

void
maq_transfer_run_tell_news (MaqTransferRun *self)
{
  g_mutex_lock (&self->lock);
  if (dex_future_is_pending (DEX_FUTURE (self->news)))
    dex_promise_resolve_boolean (self->news, TRUE);
  g_mutex_unlock (&self->lock);
}

static void
leave (gpointer data)
{
  MaqTransferRun *self = data;

  maq_transfer_record_release (self->record);
  maq_transfer_run_unref (self);
}

DexFuture *
maq_transfer_run_spawn (MaqTransferRun *self,
                        DexFiberFunc    func)
{
  maq_transfer_record_hold (self->record);
  return maq_fiber_spawn (dex_thread_pool_scheduler_get_default (), func, maq_transfer_run_ref (self), leave);
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
  if (!work->is_cached && (!maq_transfer_work_check_names (work, error) || !maq_transfer_run_check_space (self, error)))
    return FALSE;
  // Written before the first file, so that nobody takes a half snapshot for a whole one; where all is here nothing is written.
  if (work->tree != NULL && work->bytes_here < work->bytes_total)
    maq_transfer_run_write_tree (self);
  // The ref comes last: who finds it finds the snapshot whole.
  if (!work->is_cached && (!maq_transfer_run_fetch_all (self, error) || !write_ref (self, error)))
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
  return maq_transfer_run_spawn (self, run_fiber);
}
