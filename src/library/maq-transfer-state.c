// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-state-private.h"

#include <glib/gi18n-lib.h>

#include "maq-error.h"
#include "maq-fiber.h"

// A transfer is looked at ten times a second while it runs; its counters live in the run, on other threads. Where the network or
// the disk fails a patient one it is queued again, with an obstacle: the list does not start it before that is gone.

#define TICK 100 // milliseconds

// In milliseconds. The wait for the network doubles with each try that brought nothing.
static guint shortest_wait = 5 * 1000;
static guint longest_wait = 5 * 60 * 1000;

static void
stop_work (MaqTransfer *self)
{
  if (self->run != NULL)
    maq_transfer_run_stop (self->run);
  dex_clear (&self->work);
  g_clear_handle_id (&self->tick, g_source_remove);
}

static void
let_go (MaqTransfer *self)
{
  dex_clear (&self->claiming);
  if (self->is_claimed)
    maq_transfer_record_release (self->record);
  self->is_claimed = FALSE;
}

void
maq_transfer_stop (MaqTransfer *self)
{
  stop_work (self);
  let_go (self);
}

static void
set_hindrance (MaqTransfer *self,
               const char  *hindrance)
{
  if (g_set_str (&self->hindrance, hindrance))
    g_object_notify_by_pspec (G_OBJECT (self), maq_transfer_properties[MAQ_TRANSFER_PROP_SUBTITLE]);
}

static void
set_state (MaqTransfer     *self,
           MaqTransferState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), maq_transfer_properties[MAQ_TRANSFER_PROP_STATE]);
}

static void
change_figures (MaqTransfer *self,
                guint64      done,
                guint64      total,
                double       speed)
{
  MaqTransferFigures news = { .done = done, .total = total, .speed = speed };

  maq_transfer_figures_change (&self->figures, &news, G_OBJECT (self), maq_transfer_properties);
}

static const char *
find_hindrance (MaqTransfer               *self,
                const MaqTransferProgress *progress)
{
  if (progress->n_waiting > 0)
    return _ ("Another program is downloading this file");
  if (progress->is_limited)
    return _ ("The Hub asked to slow down");
  if (progress->is_offline)
    return _ ("Using the cache: the Hub cannot be reached");
  if (progress->commit == NULL && self->state == MAQ_TRANSFER_RUNNING)
    return _ ("Looking up files");
  return NULL;
}

static void
update (MaqTransfer *self)
{
  MaqTransferProgress progress;

  maq_transfer_run_get_progress (self->run, &progress);
  double speed = maq_transfer_speed_sample (&self->samples, g_get_monotonic_time (), progress.fetched);
  g_object_freeze_notify (G_OBJECT (self));
  self->bytes_fetched = progress.fetched;
  change_figures (self, progress.done, progress.total, speed >= 0 ? speed : self->figures.speed);
  set_hindrance (self, find_hindrance (self, &progress));
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
tick_cb (gpointer data)
{
  update (data);
  return G_SOURCE_CONTINUE;
}

static void
note_done (MaqTransfer *self,
           const char  *snapshot)
{
  g_set_str (&self->memo.snapshot, snapshot);
  maq_transfer_note_first_path (self);
  self->memo.finished = g_get_real_time ();
}

// The run is over, for now or for good.
static void
leave_run (MaqTransfer *self)
{
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->waking, g_source_remove);
  self->obstacle = MAQ_TRANSFER_NO_OBSTACLE;
  if (self->state == MAQ_TRANSFER_RUNNING)
    update (self);
  if (self->run != NULL)
    self->memo.has_folder = maq_transfer_run_has_folder (self->run);
  self->memo.done = self->figures.done;
  self->memo.size = self->figures.total;
  set_hindrance (self, NULL);
  change_figures (self, self->figures.done, self->figures.total, 0);
}

static void
end (MaqTransfer     *self,
     MaqTransferState state,
     const char      *snapshot,
     const GError    *error)
{
  g_object_freeze_notify (G_OBJECT (self));
  leave_run (self);
  if (snapshot != NULL)
    note_done (self, snapshot);
  if (state == MAQ_TRANSFER_FAILED)
    self->error = g_error_copy (error);
  set_state (self, state);
  let_go (self);
  g_object_thaw_notify (G_OBJECT (self));

  if (state == MAQ_TRANSFER_DONE)
    dex_promise_resolve_string (self->outcome, g_strdup (snapshot));
  else
    dex_promise_reject (self->outcome, g_error_copy (error));
}

static MaqTransferObstacle
find_obstacle (const GError *error)
{
  if (g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE) || g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_OFFLINE))
    return MAQ_TRANSFER_NO_NETWORK;
  if (g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return MAQ_TRANSFER_NO_SPACE;
  if (g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISSING))
    return MAQ_TRANSFER_NO_FOLDER;
  return MAQ_TRANSFER_NO_OBSTACLE;
}

// Ready once more. The list hears of it as of a new state.
static void
stop_waiting (MaqTransfer *self)
{
  g_clear_handle_id (&self->waking, g_source_remove);
  self->obstacle = MAQ_TRANSFER_NO_OBSTACLE;
  set_hindrance (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), maq_transfer_properties[MAQ_TRANSFER_PROP_STATE]);
}

static void
waking_cb (gpointer data)
{
  MaqTransfer *self = data;

  self->waking = 0;
  stop_waiting (self);
}

static const char *
describe (MaqTransferObstacle obstacle)
{
  if (obstacle == MAQ_TRANSFER_NO_NETWORK)
    return _ ("Waiting for the network");
  if (obstacle == MAQ_TRANSFER_NO_SPACE)
    return _ ("The disk is full. The download resumes when space is available.");
  return _ ("The folder is missing. The download resumes when its drive is connected.");
}

static void
wait_for (MaqTransfer        *self,
          MaqTransferObstacle obstacle)
{
  g_object_freeze_notify (G_OBJECT (self));
  leave_run (self);
  self->obstacle = obstacle;
  if (self->bytes_fetched > 0)
    self->n_waits = 0;
  guint64 wait = MIN ((guint64) shortest_wait << MIN (self->n_waits, 16), longest_wait);
  self->n_waits++;
  self->waking = g_timeout_add_once (wait, waking_cb, self);
  set_hindrance (self, describe (obstacle));
  set_state (self, MAQ_TRANSFER_QUEUED);
  g_object_thaw_notify (G_OBJECT (self));
}

static DexFuture *
ended_cb (DexFuture *future,
          gpointer   data)
{
  g_autoptr (MaqTransfer) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL || self->state != MAQ_TRANSFER_RUNNING)
    return dex_future_new_true ();
  MaqTransferObstacle obstacle = error != NULL && self->is_patient ? find_obstacle (error) : MAQ_TRANSFER_NO_OBSTACLE;
  if (value != NULL)
    end (self, MAQ_TRANSFER_DONE, g_value_get_string (value), NULL);
  else if (obstacle != MAQ_TRANSFER_NO_OBSTACLE)
    wait_for (self, obstacle);
  else
    end (self, maq_error_is_cancelled (error) ? MAQ_TRANSFER_CANCELLED : MAQ_TRANSFER_FAILED, NULL, error);
  return dex_future_new_true ();
}

// Where another program goes on with it, this one waits for its files under a name of its own.
static DexFuture *
claim_thread (gpointer data)
{
  g_autoptr (MaqTransferRecord) record = maq_transfer_record_ref (data);

  while (!maq_transfer_record_hold_soon (record))
    {
      g_autoptr (MaqTransferRecord) other = g_steal_pointer (&record);
      record = maq_transfer_record_renew (other);
    }
  return dex_future_new_take_boxed (MAQ_TYPE_TRANSFER_HOLD, g_steal_pointer (&record));
}

static DexFuture *
claimed_cb (DexFuture *future,
            gpointer   data)
{
  g_autoptr (MaqTransfer) self = g_weak_ref_get (data);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self == NULL || value == NULL)
    return dex_future_new_true ();
  maq_transfer_record_unref (self->record);
  self->record = g_value_dup_boxed (value);
  self->is_claimed = TRUE;
  dex_clear (&self->claiming);
  // The list hears of it as of a new state.
  g_object_notify_by_pspec (G_OBJECT (self), maq_transfer_properties[MAQ_TRANSFER_PROP_STATE]);
  return dex_future_new_true ();
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static GWeakRef *
new_weak_ref (MaqTransfer *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  return weak;
}

void
maq_transfer_claim (MaqTransfer *self)
{
  if (self->is_claimed || self->claiming != NULL)
    return;
  DexFuture *held = maq_thread_spawn ("maq-claim", claim_thread, maq_transfer_record_ref (self->record), (GDestroyNotify) maq_transfer_record_unref);
  // The callback runs on this thread again.
  self->claiming = dex_future_finally (held, claimed_cb, new_weak_ref (self), weak_ref_free);
}

void
maq_transfer_set_work (MaqTransfer     *self,
                       MaqTransferWork *work)
{
  if (self->state == MAQ_TRANSFER_RUNNING)
    return;
  g_clear_pointer (&self->known, maq_transfer_work_unref);
  self->known = maq_transfer_work_ref (work);
}

void
maq_transfer_renew_folder (MaqTransfer *self)
{
  if (self->state != MAQ_TRANSFER_RUNNING)
    self->memo.has_folder = FALSE;
}

void
maq_transfer_begin (MaqTransfer *self)
{
  g_return_if_fail (maq_transfer_is_ready (self) && self->is_claimed);

  dex_clear (&self->work);
  g_clear_pointer (&self->run, maq_transfer_run_unref);
  self->run = maq_transfer_run_new (self->client, self->cache, self->request, self->record, self->rate, self->known, self->memo.has_folder);
  g_clear_pointer (&self->known, maq_transfer_work_unref);
  maq_transfer_speed_reset (&self->samples);
  self->tick = g_timeout_add (TICK, tick_cb, self);
  // As it is remembered; the run makes the folder before it saves that.
  self->memo.has_folder = TRUE;
  set_state (self, MAQ_TRANSFER_RUNNING);
  // The callback runs on this thread again.
  self->work = dex_future_finally (maq_transfer_run_start (self->run), ended_cb, new_weak_ref (self), weak_ref_free);
  update (self);
}

void
maq_transfer_cancel (MaqTransfer *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER (self));

  if (!maq_transfer_is_active (self) && self->state != MAQ_TRANSFER_PAUSED)
    return;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download was stopped");
  stop_work (self);
  end (self, MAQ_TRANSFER_CANCELLED, NULL, error);
}

void
maq_transfer_park (MaqTransfer *self)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download is for the Hub %s", self->memo.hub);

  g_object_freeze_notify (G_OBJECT (self));
  self->is_parked = TRUE;
  stop_work (self);
  end (self, MAQ_TRANSFER_CANCELLED, NULL, error);
  // Translators: %s is the address of a Hub, or "demo".
  g_autofree char *hindrance = g_strdup_printf (_ ("For another Hub: %s. Resumes when Maquette uses that Hub."), self->memo.hub);
  set_hindrance (self, hindrance);
  g_object_thaw_notify (G_OBJECT (self));
}

void
maq_transfer_pause (MaqTransfer *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER (self));

  if (!maq_transfer_is_active (self))
    return;
  g_object_freeze_notify (G_OBJECT (self));
  stop_work (self);
  leave_run (self);
  set_state (self, MAQ_TRANSFER_PAUSED);
  let_go (self);
  g_object_thaw_notify (G_OBJECT (self));
}

void
maq_transfer_retry (MaqTransfer *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER (self));

  if (self->state == MAQ_TRANSFER_QUEUED && self->obstacle != MAQ_TRANSFER_NO_OBSTACLE)
    {
      self->is_urgent |= self->obstacle == MAQ_TRANSFER_HELD;
      stop_waiting (self);
      return;
    }
  if (self->state != MAQ_TRANSFER_PAUSED && self->state != MAQ_TRANSFER_FAILED && self->state != MAQ_TRANSFER_CANCELLED)
    return;
  g_clear_error (&self->error);
  if (self->state != MAQ_TRANSFER_PAUSED)
    {
      dex_clear (&self->outcome);
      self->outcome = dex_promise_new ();
    }
  self->n_waits = 0;
  self->is_parked = FALSE;
  set_hindrance (self, NULL);
  // The list starts it when its turn comes.
  set_state (self, MAQ_TRANSFER_QUEUED);
}

void
maq_transfer_wake (MaqTransfer *self)
{
  if (self->obstacle != MAQ_TRANSFER_NO_NETWORK)
    return;
  self->n_waits = 0;
  stop_waiting (self);
}

void
maq_transfer_hold (MaqTransfer *self,
                   const char  *hindrance)
{
  gboolean is_held = self->obstacle == MAQ_TRANSFER_HELD;

  if (self->is_urgent || (self->state != MAQ_TRANSFER_RUNNING && !is_held && !maq_transfer_is_ready (self)))
    return;
  g_object_freeze_notify (G_OBJECT (self));
  stop_work (self);
  if (self->state == MAQ_TRANSFER_RUNNING)
    leave_run (self);
  self->obstacle = MAQ_TRANSFER_HELD;
  set_hindrance (self, hindrance);
  set_state (self, MAQ_TRANSFER_QUEUED);
  g_object_thaw_notify (G_OBJECT (self));
}

void
maq_transfer_release (MaqTransfer *self)
{
  if (self->obstacle == MAQ_TRANSFER_HELD)
    stop_waiting (self);
}

gboolean
maq_transfer_is_held (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), FALSE);
  return self->obstacle == MAQ_TRANSFER_HELD;
}

void
maq_transfer_set_waits (guint shortest,
                        guint longest)
{
  shortest_wait = shortest;
  longest_wait = longest;
}
