// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-state-private.h"

// The object: its properties and what is asked of it. What becomes of it is in maq-transfer-state.c.

GParamSpec *maq_transfer_properties[MAQ_TRANSFER_N_PROPS];

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
maq_transfer_dispose (GObject *object)
{
  MaqTransfer *self = MAQ_TRANSFER (object);

  maq_transfer_stop (self);
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
    case MAQ_TRANSFER_PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case MAQ_TRANSFER_PROP_TITLE:
      g_value_set_string (value, self->request->id);
      break;
    case MAQ_TRANSFER_PROP_SUBTITLE:
      g_value_set_string (value, self->hindrance != NULL ? self->hindrance : self->request->title);
      break;
    default:
      if (!maq_transfer_figures_get_property (&self->figures, prop_id, value))
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

  maq_transfer_figures_make_properties (maq_transfer_properties);
  maq_transfer_properties[MAQ_TRANSFER_PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, MAQ_TYPE_TRANSFER_STATE, MAQ_TRANSFER_QUEUED, flags);
  maq_transfer_properties[MAQ_TRANSFER_PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  maq_transfer_properties[MAQ_TRANSFER_PROP_SUBTITLE] = g_param_spec_string ("subtitle", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, MAQ_TRANSFER_N_PROPS, maq_transfer_properties);
}

static void
maq_transfer_init (MaqTransfer *self)
{
  self->figures.left = -1;
  self->outcome = dex_promise_new ();
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

void
maq_transfer_note_first_path (MaqTransfer *self)
{
  g_free (self->first_path);
  self->first_path = dup_first_path (self);
}

static void
take_memo (MaqTransfer           *self,
           const MaqTransferMemo *memo)
{
  static const MaqTransferState states[] = { MAQ_TRANSFER_CANCELLED, MAQ_TRANSFER_QUEUED, MAQ_TRANSFER_PAUSED, MAQ_TRANSFER_DONE };

  self->memo = *memo;
  self->memo.hub = g_strdup (memo->hub);
  self->memo.snapshot = g_strdup (memo->snapshot != NULL ? memo->snapshot : "");
  self->figures.done = memo->done;
  self->figures.total = memo->size;
  self->state = states[memo->standing];
  if (self->state == MAQ_TRANSFER_DONE)
    {
      maq_transfer_note_first_path (self);
      dex_promise_resolve_string (self->outcome, g_strdup (self->memo.snapshot));
    }
  else if (self->state == MAQ_TRANSFER_CANCELLED)
    dex_promise_reject (self->outcome, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The download was interrupted"));
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
maq_transfer_set_patient (MaqTransfer *self,
                          gboolean     patient)
{
  self->is_patient = patient;
}

gboolean
maq_transfer_is_ready (MaqTransfer *self)
{
  return self->state == MAQ_TRANSFER_QUEUED && self->obstacle == MAQ_TRANSFER_NO_OBSTACLE;
}

gboolean
maq_transfer_is_claimed (MaqTransfer *self)
{
  return self->is_claimed;
}

gboolean
maq_transfer_is_parked (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), FALSE);
  return self->is_parked;
}

gboolean
maq_transfer_is_new (MaqTransfer *self)
{
  return self->state == MAQ_TRANSFER_QUEUED && !self->is_claimed && self->claiming == NULL;
}

void
maq_transfer_take_up (MaqTransfer *self,
                      MaqTransfer *other)
{
  g_return_if_fail (maq_transfer_is_new (self));

  maq_transfer_record_unref (self->record);
  self->record = maq_transfer_record_ref (other->record);
  self->memo.order = other->memo.order;
  self->memo.done = other->memo.done;
  self->memo.size = other->memo.size;
  maq_transfer_figures_change (&self->figures, &other->figures, G_OBJECT (self), maq_transfer_properties);
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

void
maq_transfer_note_figures (MaqTransfer *self)
{
  self->memo.done = self->figures.done;
  self->memo.size = self->figures.total;
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
  return self->figures.done;
}

guint64
maq_transfer_get_bytes_total (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), 0);
  return self->figures.total;
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
  return self->figures.speed;
}

gint64
maq_transfer_get_seconds_left (MaqTransfer *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER (self), -1);
  return self->figures.left;
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
