// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include <glib/gi18n-lib.h>

#include "maq-error.h"

// A transfer is looked at ten times a second while it runs; its counters live in the run, on other threads.

#define TICK      100           // milliseconds
#define N_SAMPLES (5000 / TICK) // speed is that of the last five seconds

struct _MaqTransfer
{
  GObject             parent_instance;
  MaqHubClient       *client;
  MaqCache           *cache;
  MaqTransferRequest *request;
  MaqTransferRecord  *record;
  MaqTransferState    state;
  MaqTransferRun     *run;     // the present or the last one
  DexFuture          *work;    // while it runs
  DexPromise         *outcome; // what maq_transfer_wait gives
  GError             *error;
  char               *snapshot;
  char               *first_path;
  const char         *subtitle;
  guint               tick;

  guint64 bytes_done;
  guint64 bytes_total;
  guint64 bytes_fetched;
  double  speed;
  gint64  seconds_left;
  struct
  {
    gint64  when;
    guint64 bytes;
  } samples[N_SAMPLES];
  guint n_samples;
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
maq_transfer_dispose (GObject *object)
{
  MaqTransfer *self = MAQ_TRANSFER (object);

  stop_work (self);
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
  g_clear_pointer (&self->request, maq_transfer_request_free);
  g_clear_pointer (&self->record, maq_transfer_record_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->snapshot, g_free);
  g_clear_pointer (&self->first_path, g_free);
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
      g_value_set_string (value, self->subtitle);
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

// SUBTITLE lives as long as the program or the request.
static void
set_subtitle (MaqTransfer *self,
              const char  *subtitle)
{
  if (g_strcmp0 (self->subtitle, subtitle) == 0)
    return;
  self->subtitle = subtitle;
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
  gint64 now = g_get_monotonic_time ();
  guint  slot = self->n_samples % N_SAMPLES;
  guint  oldest = self->n_samples >= N_SAMPLES ? slot : 0;

  double seconds = self->n_samples > 0 ? (double) (now - self->samples[oldest].when) / G_USEC_PER_SEC : 0;
  if (seconds >= 0.5)
    set_speed (self, (self->bytes_fetched - self->samples[oldest].bytes) / seconds);
  self->samples[slot].when = now;
  self->samples[slot].bytes = self->bytes_fetched;
  self->n_samples++;
}

static const char *
choose_subtitle (MaqTransfer               *self,
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
  return self->request->title;
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
  set_subtitle (self, choose_subtitle (self, &progress));
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
  const MaqTransferWork *work = maq_transfer_run_get_work (self->run);
  const char            *path = NULL;

  if (self->request->paths != NULL && self->request->paths[0] != NULL)
    path = self->request->paths[0];
  else if (work->files->len == 1)
    path = ((MaqTransferFile *) g_ptr_array_index (work->files, 0))->path;
  return path != NULL ? g_build_filename (self->snapshot, path, NULL) : NULL;
}

static void
end (MaqTransfer     *self,
     MaqTransferState state,
     const char      *snapshot,
     const GError    *error)
{
  g_object_freeze_notify (G_OBJECT (self));
  g_clear_handle_id (&self->tick, g_source_remove);
  if (self->run != NULL)
    update (self);
  if (snapshot != NULL)
    {
      g_set_str (&self->snapshot, snapshot);
      g_clear_pointer (&self->first_path, g_free);
      self->first_path = dup_first_path (self);
    }
  if (state == MAQ_TRANSFER_FAILED)
    self->error = g_error_copy (error);
  set_speed (self, 0);
  set_state (self, state);
  g_object_thaw_notify (G_OBJECT (self));

  if (state == MAQ_TRANSFER_DONE)
    dex_promise_resolve_string (self->outcome, g_strdup (snapshot));
  else
    dex_promise_reject (self->outcome, g_error_copy (error));
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
  if (value != NULL)
    end (self, MAQ_TRANSFER_DONE, g_value_get_string (value), NULL);
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
maq_transfer_begin (MaqTransfer *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_return_if_fail (self->state == MAQ_TRANSFER_QUEUED);

  g_weak_ref_init (weak, self);
  dex_clear (&self->work);
  g_clear_pointer (&self->run, maq_transfer_run_unref);
  // Where another program goes on with it, this one waits for its files under a name of its own.
  while (!maq_transfer_record_hold (self->record))
    {
      g_autoptr (MaqTransferRecord) other = g_steal_pointer (&self->record);
      self->record = maq_transfer_record_renew (other);
    }
  self->run = maq_transfer_run_new (self->client, self->cache, self->request, self->record);
  self->n_samples = 0;
  self->tick = g_timeout_add (TICK, tick_cb, self);
  set_state (self, MAQ_TRANSFER_RUNNING);
  // The callback runs on this thread again.
  self->work = dex_future_finally (maq_transfer_run_start (self->run), ended_cb, weak, weak_ref_free);
  maq_transfer_record_release (self->record);
  update (self);
}

MaqTransfer *
maq_transfer_new (MaqHubClient             *client,
                  MaqCache                 *cache,
                  const MaqTransferRequest *request,
                  MaqTransferRecord        *record,
                  MaqTransferState          state)
{
  MaqTransfer *self = g_object_new (MAQ_TYPE_TRANSFER, NULL);

  self->client = g_object_ref (client);
  self->cache = g_object_ref (cache);
  self->request = maq_transfer_request_copy (request);
  self->record = maq_transfer_record_ref (record);
  self->state = state;
  self->subtitle = self->request->title;
  if (state == MAQ_TRANSFER_CANCELLED)
    {
      self->subtitle = _ ("Interrupted");
      dex_promise_reject (self->outcome, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download was interrupted"));
    }
  return self;
}

void
maq_transfer_cancel (MaqTransfer *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER (self));

  if (!maq_transfer_is_active (self))
    return;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download was stopped");
  stop_work (self);
  end (self, MAQ_TRANSFER_CANCELLED, NULL, error);
}

void
maq_transfer_retry (MaqTransfer *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER (self));

  if (self->state != MAQ_TRANSFER_FAILED && self->state != MAQ_TRANSFER_CANCELLED)
    return;
  g_clear_error (&self->error);
  dex_clear (&self->outcome);
  self->outcome = dex_promise_new ();
  set_subtitle (self, self->request->title);
  // The list starts it when its turn comes.
  set_state (self, MAQ_TRANSFER_QUEUED);
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
  return self->snapshot;
}

const char *
maq_transfer_get_first_path (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), NULL);
  return self->first_path;
}
