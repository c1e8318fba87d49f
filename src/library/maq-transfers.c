// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include "maq-fiber.h"
#include "maq-paths.h"

#define MAX_RUNNING 3

struct _MaqTransferList
{
  GObject       parent_instance;
  MaqHubClient *client;
  MaqCache     *cache;
  char         *folder; // of the records
  GPtrArray    *items;  // newest first
  guint         n_active;
};

enum
{
  PROP_N_ACTIVE = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static GType
get_item_type (GListModel *model)
{
  return MAQ_TYPE_TRANSFER;
}

static guint
get_n_items (GListModel *model)
{
  return MAQ_TRANSFER_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MaqTransferList *self = MAQ_TRANSFER_LIST (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqTransferList, maq_transfer_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))
G_DEFINE_BOXED_TYPE (MaqTransferPlan, maq_transfer_plan, maq_transfer_plan_copy, maq_transfer_plan_free)

static void
maq_transfer_list_dispose (GObject *object)
{
  MaqTransferList *self = MAQ_TRANSFER_LIST (object);

  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = g_ptr_array_index (self->items, i);
      g_signal_handlers_disconnect_by_data (transfer, self);
      maq_transfer_cancel (transfer);
    }
  g_ptr_array_set_size (self->items, 0);
  g_clear_object (&self->client);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (maq_transfer_list_parent_class)->dispose (object);
}

static void
maq_transfer_list_finalize (GObject *object)
{
  MaqTransferList *self = MAQ_TRANSFER_LIST (object);

  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->folder, g_free);
  G_OBJECT_CLASS (maq_transfer_list_parent_class)->finalize (object);
}

static void
maq_transfer_list_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  if (prop_id == PROP_N_ACTIVE)
    g_value_set_uint (value, MAQ_TRANSFER_LIST (object)->n_active);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
maq_transfer_list_class_init (MaqTransferListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_transfer_list_dispose;
  object_class->finalize = maq_transfer_list_finalize;
  object_class->get_property = maq_transfer_list_get_property;
  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_transfer_list_init (MaqTransferList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
count_active (MaqTransferList *self)
{
  guint n = 0;

  for (guint i = 0; i < self->items->len; i++)
    n += maq_transfer_is_active (g_ptr_array_index (self->items, i));
  if (self->n_active == n)
    return;
  self->n_active = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ACTIVE]);
}

// Starts queued transfers, the oldest first, as long as there is room.
static void
begin_next (MaqTransferList *self)
{
  guint n_running = 0;

  for (guint i = 0; i < self->items->len; i++)
    n_running += maq_transfer_get_state (g_ptr_array_index (self->items, i)) == MAQ_TRANSFER_RUNNING;
  for (guint i = self->items->len; i > 0 && n_running < MAX_RUNNING; i--)
    {
      MaqTransfer *transfer = g_ptr_array_index (self->items, i - 1);
      if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_QUEUED)
        {
          maq_transfer_begin (transfer);
          n_running++;
        }
    }
}

static void
state_cb (MaqTransferList *self)
{
  begin_next (self);
  count_active (self);
}

static void
prepend (MaqTransferList *self,
         MaqTransfer     *transfer)
{
  g_signal_connect_object (transfer, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_ptr_array_insert (self->items, 0, transfer);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
}

static void
add_interrupted (MaqTransferRecord        *record,
                 const MaqTransferRequest *request,
                 gpointer                  data)
{
  MaqTransferList *self = data;

  for (guint i = 0; i < self->items->len; i++)
    if (g_str_equal (maq_transfer_record_get_tag (maq_transfer_get_record (g_ptr_array_index (self->items, i))), maq_transfer_record_get_tag (record)))
      return;
  g_autoptr (MaqTransfer) transfer = maq_transfer_new (self->client, self->cache, request, record, MAQ_TRANSFER_CANCELLED);
  prepend (self, g_steal_pointer (&transfer));
}

MaqTransferList *
maq_transfer_list_new (MaqHubClient *client,
                       MaqCache     *cache,
                       const char   *state_dir)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);
  g_return_val_if_fail (MAQ_IS_CACHE (cache), NULL);

  MaqTransferList *self = g_object_new (MAQ_TYPE_TRANSFER_LIST, NULL);
  g_autofree char *own = state_dir == NULL ? maq_paths_dup_state_dir () : NULL;
  self->client = g_object_ref (client);
  self->cache = g_object_ref (cache);
  self->folder = g_build_filename (state_dir != NULL ? state_dir : own, "transfers", NULL);
  maq_transfer_records_load (self->folder, maq_cache_get_root (self->cache), add_interrupted, self);
  return self;
}

static void
remove_at (MaqTransferList *self,
           guint            position)
{
  g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->items, position), self);
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

MaqTransfer *
maq_transfer_list_start (MaqTransferList          *self,
                         const MaqTransferRequest *request)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (self), NULL);
  g_return_val_if_fail (request != NULL, NULL);

  // Another program may have left it unfinished meanwhile.
  maq_transfer_records_load (self->folder, maq_cache_get_root (self->cache), add_interrupted, self);
  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = g_ptr_array_index (self->items, i);
      if (!maq_transfer_request_equal (maq_transfer_get_request (transfer), request))
        continue;
      if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE)
        {
          // Much may have happened since; a new look costs one request.
          remove_at (self, i);
          break;
        }
      maq_transfer_retry (transfer);
      return g_object_ref (transfer);
    }

  g_autoptr (MaqTransferRecord) record = maq_transfer_record_new (self->folder, maq_cache_get_root (self->cache));
  MaqTransfer *transfer = maq_transfer_new (self->client, self->cache, request, record, MAQ_TRANSFER_QUEUED);
  prepend (self, transfer);
  state_cb (self);
  return g_object_ref (transfer);
}

MaqTransfer *
maq_transfer_list_find (MaqTransferList *self,
                        MaqRepoKind      kind,
                        const char      *id,
                        const char      *path)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (self), NULL);
  g_return_val_if_fail (id != NULL && path != NULL, NULL);

  for (guint i = 0; i < self->items->len; i++)
    if (maq_transfer_has_path (g_ptr_array_index (self->items, i), kind, id, path))
      return g_ptr_array_index (self->items, i);
  return NULL;
}

guint
maq_transfer_list_get_n_active (MaqTransferList *self)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (self), 0);
  return self->n_active;
}

// What is left of a transfer that nobody wants any more.
typedef struct
{
  MaqCache          *cache;
  MaqTransferRecord *record;
  MaqRepoKind        kind;
  char              *id;
} Leftover;

static void
leftover_free (gpointer data)
{
  Leftover *self = data;

  g_object_unref (self->cache);
  maq_transfer_record_unref (self->record);
  g_free (self->id);
  g_free (self);
}

static DexFuture *
remove_leftover (gpointer data)
{
  Leftover *self = data;

  // Another program goes on with it: then the files are wanted.
  if (!maq_transfer_record_hold (self->record))
    return dex_future_new_true ();
  // Cancelled just now, a stream may still be about to let go of its file.
  for (guint i = 0; i < 20 && !maq_cache_remove_partials (self->cache, self->kind, self->id, maq_transfer_record_get_tag (self->record)); i++)
    g_usleep (100000);
  maq_transfer_record_remove (self->record);
  maq_transfer_record_release (self->record);
  return dex_future_new_true ();
}

void
maq_transfer_list_clear (MaqTransferList *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  for (guint i = self->items->len; i > 0; i--)
    {
      MaqTransfer *transfer = g_ptr_array_index (self->items, i - 1);
      if (maq_transfer_is_active (transfer))
        continue;
      if (maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE)
        {
          Leftover *leftover = g_new0 (Leftover, 1);
          leftover->cache = g_object_ref (self->cache);
          leftover->record = maq_transfer_record_ref (maq_transfer_get_record (transfer));
          leftover->kind = maq_transfer_get_request (transfer)->kind;
          leftover->id = g_strdup (maq_transfer_get_id (transfer));
          // Nobody waits: the worst that can come of a failure is a file that the next cleaning finds.
          dex_future_disown (maq_thread_spawn ("maq-clear", remove_leftover, leftover, leftover_free));
        }
      remove_at (self, i - 1);
    }
}

MaqTransferPlan *
maq_transfer_plan_copy (const MaqTransferPlan *self)
{
  MaqTransferPlan *copy = g_memdup2 (self, sizeof *self);

  copy->commit = g_strdup (self->commit);
  return copy;
}

void
maq_transfer_plan_free (MaqTransferPlan *self)
{
  if (self == NULL)
    return;
  g_free (self->commit);
  g_free (self);
}

typedef struct
{
  MaqHubClient       *client;
  MaqCache           *cache;
  MaqTransferRequest *request;
} Planning;

static void
planning_free (gpointer data)
{
  Planning *self = data;

  g_object_unref (self->client);
  g_object_unref (self->cache);
  maq_transfer_request_free (self->request);
  g_free (self);
}

static DexFuture *
plan_fiber (gpointer data)
{
  Planning *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqTransferWork) work = maq_transfer_work_prepare (self->client, self->cache, self->request, &error);

  if (work == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  MaqTransferPlan *plan = g_new0 (MaqTransferPlan, 1);
  plan->commit = g_strdup (work->commit);
  plan->n_files = work->files->len;
  plan->bytes_total = work->bytes_total;
  plan->bytes_here = work->bytes_here;
  return dex_future_new_take_boxed (MAQ_TYPE_TRANSFER_PLAN, plan);
}

DexFuture *
maq_transfer_list_plan (MaqTransferList          *self,
                        const MaqTransferRequest *request)
{
  dex_return_error_if_fail (MAQ_IS_TRANSFER_LIST (self));
  dex_return_error_if_fail (request != NULL);

  Planning *planning = g_new0 (Planning, 1);
  planning->client = g_object_ref (self->client);
  planning->cache = g_object_ref (self->cache);
  planning->request = maq_transfer_request_copy (request);
  return maq_fiber_spawn (dex_thread_pool_scheduler_get_default (), plan_fiber, planning, planning_free);
}
