// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include <glib/gi18n-lib.h>

#include "maq-error.h"
#include "maq-transfer-speed-private.h"

// A transfer is looked at ten times a second while it runs; its counters live in the run, on other threads. Where the network or
// the disk fails a patient one it is queued again, with an obstacle: the list does not start it before that is gone.

#define TICK 100 // milliseconds

// In milliseconds. The wait for the network doubles with each try that brought nothing.
static guint shortest_wait = 5 * 1000;
static guint longest_wait = 5 * 60 * 1000;

typedef enum
{
  NO_OBSTACLE,
  NO_NETWORK,
  NO_SPACE,
  METERED,
} Obstacle;

struct _MaqTransfer
{
  GObject             parent_instance;
  MaqHubClient       *client;
  MaqCache           *cache;
  MaqTransferRequest *request;
  MaqTransferRecord  *record;
  MaqTransferRate    *rate;
  MaqTransferMemo     memo;
  MaqTransferState    state;
  gboolean            is_claimed;
  gboolean            is_patient;
  gboolean            is_urgent; // also over a metered connection
  Obstacle            obstacle;
  guint               n_waits; // in a row
  guint               waking;
  MaqTransferRun     *run;     // the present or the last one
  MaqTransferWork    *known;   // nullable: for the next one
  DexFuture          *work;    // while it runs
  DexPromise         *outcome; // what maq_transfer_wait gives
  GError             *error;
  char               *first_path;
  char               *hindrance;
  guint               tick;

  guint64 bytes_done;
  guint64 bytes_total;
  guint64 bytes_fetched;
  double  speed;
  gint64  seconds_left;

  MaqTransferSpeed samples;
};

enum
{
  PROP_STATE = 1,
  PROP_BYTES_DONE,
  PROP_BYTES_TOTAL,
  PROP_SPEED,
  PROP_SECONDS_LEFT,
  PROP_TITLE,
  PROP_SUBTITLE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MaqTransfer, maq_transfer, G_TYPE_OBJECT)

GType
maq_transfer_state_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { MAQ_TRANSFER_QUEUED, "MAQ_TRANSFER_QUEUED", "queued" },
        { MAQ_TRANSFER_RUNNING, "MAQ_TRANSFER_RUNNING", "running" },
        { MAQ_TRANSFER_PAUSED, "MAQ_TRANSFER_PAUSED", "paused" },
        { MAQ_TRANSFER_DONE, "MAQ_TRANSFER_DONE", "done" },
        { MAQ_TRANSFER_FAILED, "MAQ_TRANSFER_FAILED", "failed" },
        { MAQ_TRANSFER_CANCELLED, "MAQ_TRANSFER_CANCELLED", "cancelled" },
        { 0 },
      };
      g_once_init_leave (&type, g_enum_register_static ("MaqTransferState", values));
    }
  return type;
}

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
  if (self->is_claimed)
    maq_transfer_record_release (self->record);
  self->is_claimed = FALSE;
}

static void
maq_transfer_dispose (GObject *object)
{
  MaqTransfer *self = MAQ_TRANSFER (object);

  stop_work (self);
  let_go (self);
  g_clear_handle_id (&self->waking, g_source_remove);
  if (self->outcome != NULL && dex_future_is_pending (DEX_FUTURE (self->outcome)))
    dex_promise_reject (self->outcome, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download was stopped"));
  dex_clear (&self->outcome);
  g_clear_object (&self->client);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (maq_transfer_parent_class)->dispose (object);
}

static void
maq_transfer_finalize (GObject *object)
{
  MaqTransfer *self = MAQ_TRANSFER (object);

  g_clear_pointer (&self->run, maq_transfer_run_unref);
  g_clear_pointer (&self->known, maq_transfer_work_unref);
  g_clear_pointer (&self->request, maq_transfer_request_free);
  g_clear_pointer (&self->record, maq_transfer_record_unref);
  g_clear_pointer (&self->rate, maq_transfer_rate_unref);
  g_clear_error (&self->error);
  maq_transfer_memo_clear (&self->memo);
  g_clear_pointer (&self->first_path, g_free);
  g_clear_pointer (&self->hindrance, g_free);
  G_OBJECT_CLASS (maq_transfer_parent_class)->finalize (object);
}

static void
maq_transfer_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  MaqTransfer *self = MAQ_TRANSFER (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_BYTES_DONE:
      g_value_set_uint64 (value, self->bytes_done);
      break;
    case PROP_BYTES_TOTAL:
      g_value_set_uint64 (value, self->bytes_total);
      break;
    case PROP_SPEED:
      g_value_set_double (value, self->speed);
      break;
    case PROP_SECONDS_LEFT:
      g_value_set_int64 (value, self->seconds_left);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->request->id);
      break;
    case PROP_SUBTITLE:
      g_value_set_string (value, self->hindrance != NULL ? self->hindrance : self->request->title);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_transfer_class_init (MaqTransferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = maq_transfer_dispose;
  object_class->finalize = maq_transfer_finalize;
  object_class->get_property = maq_transfer_get_property;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, MAQ_TYPE_TRANSFER_STATE, MAQ_TRANSFER_QUEUED, flags);
  properties[PROP_BYTES_DONE] = g_param_spec_uint64 ("bytes-done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_BYTES_TOTAL] = g_param_spec_uint64 ("bytes-total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_SECONDS_LEFT] = g_param_spec_int64 ("seconds-left", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_SUBTITLE] = g_param_spec_string ("subtitle", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_transfer_init (MaqTransfer *self)
{
  self->seconds_left = -1;
  self->outcome = dex_promise_new ();
}

static void
set_uint64 (MaqTransfer *self,
            guint64     *field,
            guint64      value,
            guint        prop)
{
  if (*field == value)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
}

static void
set_hindrance (MaqTransfer *self,
               const char  *hindrance)
{
  if (g_set_str (&self->hindrance, hindrance))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUBTITLE]);
}

static void
set_state (MaqTransfer     *self,
           MaqTransferState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
set_speed (MaqTransfer *self,
           double       speed)
{
  guint64 left = self->bytes_total - MIN (self->bytes_done, self->bytes_total);
  gint64  seconds = speed > 0 ? (gint64) MIN (left / speed + 0.5, 1e15) : -1;

  if (self->speed != speed)
    {
      self->speed = speed;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPEED]);
    }
  if (self->seconds_left != seconds)
    {
      self->seconds_left = seconds;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SECONDS_LEFT]);
    }
}

static void
sample_speed (MaqTransfer *self)
{
  double speed = maq_transfer_speed_sample (&self->samples, g_get_monotonic_time (), self->bytes_fetched);

  if (speed >= 0)
    set_speed (self, speed);
}

static const char *
find_hindrance (MaqTransfer               *self,
                const MaqTransferProgress *progress)
{
  if (progress->n_waiting > 0)
    return _ ("Another program is downloading this file");
  if (progress->is_limited)
    return _ ("The Hub asks to wait a little");
  if (progress->is_offline)
    return _ ("From the cache: the Hub cannot be reached");
  if (progress->commit == NULL && self->state == MAQ_TRANSFER_RUNNING)
    return _ ("Looking up the files");
  return NULL;
}

static void
update (MaqTransfer *self)
{
  MaqTransferProgress progress;

  maq_transfer_run_get_progress (self->run, &progress);
  g_object_freeze_notify (G_OBJECT (self));
  self->bytes_fetched = progress.fetched;
  set_uint64 (self, &self->bytes_total, progress.total, PROP_BYTES_TOTAL);
  set_uint64 (self, &self->bytes_done, progress.done, PROP_BYTES_DONE);
  sample_speed (self);
  set_hindrance (self, find_hindrance (self, &progress));
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
tick_cb (gpointer data)
{
  update (data);
  return G_SOURCE_CONTINUE;
}

// The path of the first file asked for, or of the only one.
static char *
dup_first_path (MaqTransfer *self)
{
  const MaqTransferWork *work = self->run != NULL ? maq_transfer_run_get_work (self->run) : NULL;
  const char            *path = NULL;

  if (self->request->paths != NULL && self->request->paths[0] != NULL)
    path = self->request->paths[0];
  else if (work != NULL && work->files->len == 1)
    path = ((MaqTransferFile *) g_ptr_array_index (work->files, 0))->path;
  return path != NULL ? g_build_filename (self->memo.snapshot, path, NULL) : NULL;
}

static void
note_done (MaqTransfer *self,
           const char  *snapshot)
{
  g_set_str (&self->memo.snapshot, snapshot);
  g_clear_pointer (&self->first_path, g_free);
  self->first_path = dup_first_path (self);
  self->memo.finished = g_get_real_time ();
}

// The run is over, for now or for good.
static void
leave_run (MaqTransfer *self)
{
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->waking, g_source_remove);
  self->obstacle = NO_OBSTACLE;
  if (self->state == MAQ_TRANSFER_RUNNING)
    update (self);
  self->memo.done = self->bytes_done;
  self->memo.size = self->bytes_total;
  set_hindrance (self, NULL);
  set_speed (self, 0);
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

static Obstacle
find_obstacle (const GError *error)
{
  if (g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE) || g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_OFFLINE))
    return NO_NETWORK;
  if (g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return NO_SPACE;
  return NO_OBSTACLE;
}

// Ready once more. The list hears of it as of a new state.
static void
stop_waiting (MaqTransfer *self)
{
  g_clear_handle_id (&self->waking, g_source_remove);
  self->obstacle = NO_OBSTACLE;
  set_hindrance (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
waking_cb (gpointer data)
{
  MaqTransfer *self = data;

  self->waking = 0;
  stop_waiting (self);
}

static void
wait_for (MaqTransfer *self,
          Obstacle     obstacle)
{
  g_object_freeze_notify (G_OBJECT (self));
  leave_run (self);
  self->obstacle = obstacle;
  if (self->bytes_fetched > 0)
    self->n_waits = 0;
  guint64 wait = MIN ((guint64) shortest_wait << MIN (self->n_waits, 16), longest_wait);
  self->n_waits++;
  self->waking = g_timeout_add_once (wait, waking_cb, self);
  set_hindrance (self, obstacle == NO_NETWORK ? _ ("Waiting for the network") : _ ("The disk is full. The download goes on when there is room."));
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
  Obstacle obstacle = error != NULL && self->is_patient ? find_obstacle (error) : NO_OBSTACLE;
  if (value != NULL)
    end (self, MAQ_TRANSFER_DONE, g_value_get_string (value), NULL);
  else if (obstacle != NO_OBSTACLE)
    wait_for (self, obstacle);
  else
    end (self, maq_error_is_cancelled (error) ? MAQ_TRANSFER_CANCELLED : MAQ_TRANSFER_FAILED, NULL, error);
  return dex_future_new_true ();
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

void
maq_transfer_claim (MaqTransfer *self)
{
  if (self->is_claimed)
    return;
  // Where another program goes on with it, this one waits for its files under a name of its own.
  while (!maq_transfer_record_hold (self->record))
    {
      g_autoptr (MaqTransferRecord) other = g_steal_pointer (&self->record);
      self->record = maq_transfer_record_renew (other);
    }
  self->is_claimed = TRUE;
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
maq_transfer_begin (MaqTransfer *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_return_if_fail (maq_transfer_is_ready (self));

  g_weak_ref_init (weak, self);
  dex_clear (&self->work);
  g_clear_pointer (&self->run, maq_transfer_run_unref);
  maq_transfer_claim (self);
  self->run = maq_transfer_run_new (self->client, self->cache, self->request, self->record, self->rate, self->known);
  g_clear_pointer (&self->known, maq_transfer_work_unref);
  maq_transfer_speed_reset (&self->samples);
  self->tick = g_timeout_add (TICK, tick_cb, self);
  set_state (self, MAQ_TRANSFER_RUNNING);
  // The callback runs on this thread again.
  self->work = dex_future_finally (maq_transfer_run_start (self->run), ended_cb, weak, weak_ref_free);
  update (self);
}

static void
take_memo (MaqTransfer           *self,
           const MaqTransferMemo *memo)
{
  static const MaqTransferState states[] = { MAQ_TRANSFER_CANCELLED, MAQ_TRANSFER_QUEUED, MAQ_TRANSFER_PAUSED, MAQ_TRANSFER_DONE };

  self->memo = *memo;
  self->memo.hub = g_strdup (memo->hub);
  self->memo.snapshot = g_strdup (memo->snapshot != NULL ? memo->snapshot : "");
  self->bytes_done = memo->done;
  self->bytes_total = memo->size;
  self->state = states[memo->standing];
  if (self->state == MAQ_TRANSFER_DONE)
    {
      self->first_path = dup_first_path (self);
      dex_promise_resolve_string (self->outcome, g_strdup (self->memo.snapshot));
    }
  else if (self->state == MAQ_TRANSFER_CANCELLED)
    {
      self->hindrance = g_strdup (_ ("Interrupted. It goes on where it stopped when you try again."));
      dex_promise_reject (self->outcome, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download was interrupted"));
    }
}

MaqTransfer *
maq_transfer_new (MaqHubClient             *client,
                  MaqCache                 *cache,
                  const MaqTransferRequest *request,
                  MaqTransferRecord        *record,
                  MaqTransferRate          *rate,
                  const MaqTransferMemo    *memo)
{
  MaqTransfer *self = g_object_new (MAQ_TYPE_TRANSFER, NULL);

  self->client = g_object_ref (client);
  self->cache = g_object_ref (cache);
  self->request = maq_transfer_request_copy (request);
  self->record = maq_transfer_record_ref (record);
  self->rate = maq_transfer_rate_ref (rate);
  take_memo (self, memo);
  return self;
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
  end (self, MAQ_TRANSFER_CANCELLED, NULL, error);
  // Translators: %s is the address of a Hub, or "demo".
  g_autofree char *hindrance = g_strdup_printf (_ ("This is for another Hub: %s. It goes on when Maquette uses that one."), self->memo.hub);
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

  if (self->state == MAQ_TRANSFER_QUEUED && self->obstacle != NO_OBSTACLE)
    {
      self->is_urgent |= self->obstacle == METERED;
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
  set_hindrance (self, NULL);
  // The list starts it when its turn comes.
  set_state (self, MAQ_TRANSFER_QUEUED);
}

void
maq_transfer_wake (MaqTransfer *self)
{
  if (self->obstacle != NO_NETWORK)
    return;
  self->n_waits = 0;
  stop_waiting (self);
}

void
maq_transfer_hold (MaqTransfer *self)
{
  if (self->is_urgent || (self->state != MAQ_TRANSFER_RUNNING && !maq_transfer_is_ready (self)))
    return;
  g_object_freeze_notify (G_OBJECT (self));
  stop_work (self);
  if (self->state == MAQ_TRANSFER_RUNNING)
    leave_run (self);
  self->obstacle = METERED;
  set_hindrance (self, _ ("Waiting: this connection is metered"));
  set_state (self, MAQ_TRANSFER_QUEUED);
  g_object_thaw_notify (G_OBJECT (self));
}

void
maq_transfer_release (MaqTransfer *self)
{
  if (self->obstacle == METERED)
    stop_waiting (self);
}

gboolean
maq_transfer_is_held (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), FALSE);
  return self->obstacle == METERED;
}

void
maq_transfer_set_waits (guint shortest,
                        guint longest)
{
  shortest_wait = shortest;
  longest_wait = longest;
}

void
maq_transfer_set_patient (MaqTransfer *self,
                          gboolean     patient)
{
  self->is_patient = patient;
}

gboolean
maq_transfer_is_ready (MaqTransfer *self)
{
  return self->state == MAQ_TRANSFER_QUEUED && self->obstacle == NO_OBSTACLE;
}

const MaqTransferMemo *
maq_transfer_get_memo (MaqTransfer *self)
{
  return &self->memo;
}

void
maq_transfer_set_order (MaqTransfer *self,
                        gint64       order)
{
  self->memo.order = order;
}

DexFuture *
maq_transfer_wait (MaqTransfer *self)
{
  dex_return_error_if_fail (MAQ_IS_TRANSFER (self));

  return dex_ref (DEX_FUTURE (self->outcome));
}

MaqTransferRecord *
maq_transfer_get_record (MaqTransfer *self)
{
  return self->record;
}

gboolean
maq_transfer_is_active (MaqTransfer *self)
{
  return self->state == MAQ_TRANSFER_QUEUED || self->state == MAQ_TRANSFER_RUNNING;
}

const char *
maq_transfer_get_id (MaqTransfer *self)
{
  const MaqTransferWork *work = self->run != NULL ? maq_transfer_run_get_work (self->run) : NULL;

  return work != NULL ? work->id : self->request->id;
}

gboolean
maq_transfer_has_path (MaqTransfer *self,
                       MaqRepoKind  kind,
                       const char  *id,
                       const char  *path)
{
  const MaqTransferWork *work = self->run != NULL ? maq_transfer_run_get_work (self->run) : NULL;

  if (self->request->kind != kind || (!g_str_equal (self->request->id, id) && (work == NULL || !g_str_equal (work->id, id))))
    return FALSE;
  if (work == NULL)
    return maq_transfer_request_has_path (self->request, path);
  for (guint i = 0; i < work->files->len; i++)
    if (g_str_equal (((MaqTransferFile *) g_ptr_array_index (work->files, i))->path, path))
      return TRUE;
  return FALSE;
}

const MaqTransferRequest *
maq_transfer_get_request (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), NULL);
  return self->request;
}

MaqTransferState
maq_transfer_get_state (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), MAQ_TRANSFER_FAILED);
  return self->state;
}

guint64
maq_transfer_get_bytes_done (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), 0);
  return self->bytes_done;
}

guint64
maq_transfer_get_bytes_total (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), 0);
  return self->bytes_total;
}

guint64
maq_transfer_get_bytes_fetched (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), 0);
  return self->bytes_fetched;
}

double
maq_transfer_get_speed (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), 0);
  return self->speed;
}

gint64
maq_transfer_get_seconds_left (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), -1);
  return self->seconds_left;
}

const GError *
maq_transfer_get_error (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), NULL);
  return self->error;
}

const char *
maq_transfer_get_hindrance (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), NULL);
  return self->hindrance;
}

gint64
maq_transfer_get_finished (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), 0);
  return self->memo.finished / G_USEC_PER_SEC;
}

const char *
maq_transfer_get_name (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), NULL);
  return maq_transfer_record_get_tag (self->record);
}

const char *
maq_transfer_get_commit (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), NULL);

  const MaqTransferWork *work = self->run != NULL ? maq_transfer_run_get_work (self->run) : NULL;
  return work != NULL ? work->commit : NULL;
}

const char *
maq_transfer_get_snapshot_path (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), NULL);
  return self->memo.snapshot[0] != '\0' ? self->memo.snapshot : NULL;
}

const char *
maq_transfer_get_first_path (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), NULL);
  return self->first_path;
}
