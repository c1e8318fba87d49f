// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include "maq-paths.h"

// The items are in two parts: those that are not done by their order, which is that of the queue, and the history, the latest
// first. Whatever changes a transfer's state is heard here, where the record is brought up to date and the next one begun.

#define MAX_RUNNING  3
#define MAX_HISTORY  50
#define TOTALS_PAUSE 250 // milliseconds

struct _MaqTransferList
{
  GObject          parent_instance;
  MaqHubClient    *client;
  MaqCache        *cache;
  char            *folder; // of the records
  char            *hub;    // nullable: the client's endpoint
  GNetworkMonitor *network;
  MaqTransferRate *rate;
  gboolean         goes_on;
  gboolean         waits_metered;
  GPtrArray       *items;
  guint            n_active;

  guint   totalling;
  guint64 bytes_done;
  guint64 bytes_total;
  double  speed;
  gint64  seconds_left;
};

enum
{
  PROP_N_ACTIVE = 1,
  PROP_BYTES_DONE,
  PROP_BYTES_TOTAL,
  PROP_SPEED,
  PROP_SECONDS_LEFT,
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

static void
maq_transfer_list_dispose (GObject *object)
{
  MaqTransferList *self = MAQ_TRANSFER_LIST (object);

  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = g_ptr_array_index (self->items, i);
      g_signal_handlers_disconnect_by_data (transfer, self);
      // What is still on its way to the disk would not get there after the end of the program.
      maq_transfer_record_save (maq_transfer_get_record (transfer));
      maq_transfer_cancel (transfer);
    }
  g_ptr_array_set_size (self->items, 0);
  g_clear_handle_id (&self->totalling, g_source_remove);
  g_clear_object (&self->network);
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
  g_clear_pointer (&self->hub, g_free);
  g_clear_pointer (&self->rate, maq_transfer_rate_unref);
  G_OBJECT_CLASS (maq_transfer_list_parent_class)->finalize (object);
}

static void
maq_transfer_list_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MaqTransferList *self = MAQ_TRANSFER_LIST (object);

  switch (prop_id)
    {
    case PROP_N_ACTIVE:
      g_value_set_uint (value, self->n_active);
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
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_transfer_list_class_init (MaqTransferListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = maq_transfer_list_dispose;
  object_class->finalize = maq_transfer_list_finalize;
  object_class->get_property = maq_transfer_list_get_property;
  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_BYTES_DONE] = g_param_spec_uint64 ("bytes-done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_BYTES_TOTAL] = g_param_spec_uint64 ("bytes-total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_SECONDS_LEFT] = g_param_spec_int64 ("seconds-left", NULL, NULL, -1, G_MAXINT64, -1, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_transfer_list_init (MaqTransferList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->seconds_left = -1;
  self->rate = maq_transfer_rate_new ();
}

static MaqTransfer *
get_transfer (MaqTransferList *self,
              guint            position)
{
  return g_ptr_array_index (self->items, position);
}

static void
count_active (MaqTransferList *self)
{
  guint n = 0;

  for (guint i = 0; i < self->items->len; i++)
    n += maq_transfer_is_active (get_transfer (self, i));
  if (self->n_active == n)
    return;
  self->n_active = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ACTIVE]);
}

static void
total_cb (gpointer data)
{
  MaqTransferList *self = data;

  self->totalling = 0;
  self->bytes_done = self->bytes_total = 0;
  self->speed = 0;
  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = get_transfer (self, i);
      if (!maq_transfer_is_active (transfer))
        continue;
      self->bytes_done += maq_transfer_get_bytes_done (transfer);
      self->bytes_total += maq_transfer_get_bytes_total (transfer);
      self->speed += maq_transfer_get_speed (transfer);
    }
  guint64 left = self->bytes_total - MIN (self->bytes_done, self->bytes_total);
  self->seconds_left = self->speed > 0 ? (gint64) MIN (left / self->speed + 0.5, 1e15) : -1;
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_BYTES_DONE; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
progress_cb (MaqTransferList *self)
{
  if (self->totalling == 0)
    self->totalling = g_timeout_add_once (TOTALS_PAUSE, total_cb, self);
}

static const char *
get_hub (MaqTransferList *self)
{
  return self->hub != NULL ? self->hub : maq_hub_client_get_endpoint (self->client);
}

static gboolean
is_elsewhere (MaqTransferList *self,
              MaqTransfer     *transfer)
{
  return !g_str_equal (maq_transfer_get_memo (transfer)->hub, get_hub (self));
}

static MaqTransferStanding
find_standing (MaqTransferList *self,
               MaqTransfer     *transfer)
{
  switch (maq_transfer_get_state (transfer))
    {
    case MAQ_TRANSFER_QUEUED:
    case MAQ_TRANSFER_RUNNING:
      // Whoever stops a command does not want to find its download running again.
      return self->goes_on ? MAQ_TRANSFER_STANDING_WANTED : MAQ_TRANSFER_STANDING_STOPPED;
    case MAQ_TRANSFER_PAUSED:
      return MAQ_TRANSFER_STANDING_PAUSED;
    case MAQ_TRANSFER_DONE:
      return MAQ_TRANSFER_STANDING_DONE;
    default:
      return is_elsewhere (self, transfer) ? MAQ_TRANSFER_STANDING_WANTED : MAQ_TRANSFER_STANDING_STOPPED;
    }
}

static void
note (MaqTransferList *self,
      MaqTransfer     *transfer)
{
  MaqTransferRecord *record = maq_transfer_get_record (transfer);
  MaqTransferState   state = maq_transfer_get_state (transfer);
  MaqTransferMemo    memo = *maq_transfer_get_memo (transfer);

  // What the Hub refused was forgotten on purpose.
  if ((state == MAQ_TRANSFER_FAILED && !maq_transfer_record_has_note (record)) || (state == MAQ_TRANSFER_DONE && !self->goes_on))
    return;
  memo.standing = find_standing (self, transfer);
  maq_transfer_record_note (record, maq_transfer_get_request (transfer), &memo);
}

static void
remove_at (MaqTransferList *self,
           guint            position)
{
  g_signal_handlers_disconnect_by_data (get_transfer (self, position), self);
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static void
forget_at (MaqTransferList *self,
           guint            position)
{
  MaqTransfer *transfer = get_transfer (self, position);

  if (maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE || self->goes_on)
    maq_transfer_forget_later (transfer, self->cache);
  remove_at (self, position);
}

// How many are not done; they come first.
static guint
count_open (MaqTransferList *self)
{
  guint n = 0;

  while (n < self->items->len && maq_transfer_get_state (get_transfer (self, n)) != MAQ_TRANSFER_DONE)
    n++;
  return n;
}

static void
trim_history (MaqTransferList *self)
{
  guint n_open = count_open (self);

  while (self->items->len > n_open + MAX_HISTORY)
    forget_at (self, self->items->len - 1);
}

static gboolean
is_held_up (MaqTransferList *self)
{
  return self->waits_metered && self->network != NULL && g_network_monitor_get_network_metered (self->network);
}

// Starts queued transfers in their order as long as there is room.
static void
begin_next (MaqTransferList *self)
{
  MaqTransfer *next;

  for (guint i = 0; i < self->items->len && is_held_up (self); i++)
    maq_transfer_hold (get_transfer (self, i));
  do
    {
      guint n_running = 0;
      next = NULL;
      for (guint i = 0; i < self->items->len; i++)
        {
          MaqTransfer *transfer = get_transfer (self, i);
          n_running += maq_transfer_get_state (transfer) == MAQ_TRANSFER_RUNNING;
          if (next == NULL && maq_transfer_is_ready (transfer))
            next = transfer;
        }
      if (next != NULL && is_elsewhere (self, next))
        maq_transfer_park (next);
      else if (next != NULL && n_running < MAX_RUNNING)
        maq_transfer_begin (next);
      else
        next = NULL;
    }
  while (next != NULL);
}

static void
move_item (MaqTransferList *self,
           guint            from,
           guint            to)
{
  if (from != to)
    g_ptr_array_insert (self->items, to, g_ptr_array_steal_index (self->items, from));
  guint first = MIN (from, to);
  guint n = MAX (from, to) - first + 1;
  g_list_model_items_changed (G_LIST_MODEL (self), first, n, n);
}

static void
enter_history (MaqTransferList *self,
               MaqTransfer     *transfer)
{
  guint position = 0;
  guint n_open = 0;

  if (!g_ptr_array_find (self->items, transfer, &position))
    return;
  for (guint i = 0; i < self->items->len; i++)
    n_open += maq_transfer_get_state (get_transfer (self, i)) != MAQ_TRANSFER_DONE;
  move_item (self, position, n_open);
  trim_history (self);
}

static void
state_cb (MaqTransferList *self,
          GParamSpec      *pspec,
          MaqTransfer     *transfer)
{
  g_autoptr (MaqTransfer) held = g_object_ref (transfer);

  if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_QUEUED)
    maq_transfer_claim (transfer);
  note (self, transfer);
  if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE)
    enter_history (self, transfer);
  begin_next (self);
  // One that runs saves its record first.
  if (maq_transfer_get_state (transfer) != MAQ_TRANSFER_RUNNING)
    maq_transfer_save_later (transfer);
  count_active (self);
  progress_cb (self);
}

// Puts it where it belongs.
static void
add (MaqTransferList *self,
     MaqTransfer     *transfer)
{
  const MaqTransferMemo *memo = maq_transfer_get_memo (transfer);
  guint                  n_open = count_open (self);
  guint                  position = 0;

  if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE)
    for (position = n_open; position < self->items->len && maq_transfer_get_memo (get_transfer (self, position))->finished > memo->finished;)
      position++;
  else
    while (position < n_open && maq_transfer_get_memo (get_transfer (self, position))->order <= memo->order)
      position++;
  maq_transfer_set_patient (transfer, self->goes_on);
  g_signal_connect_object (transfer, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transfer, "notify::bytes-done", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  g_ptr_array_insert (self->items, position, transfer);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

static MaqTransfer *
find_record (MaqTransferList   *self,
             MaqTransferRecord *record)
{
  for (guint i = 0; i < self->items->len; i++)
    if (g_str_equal (maq_transfer_get_name (get_transfer (self, i)), maq_transfer_record_get_tag (record)))
      return get_transfer (self, i);
  return NULL;
}

static void
add_found (MaqTransferRecord        *record,
           const MaqTransferRequest *request,
           const MaqTransferMemo    *memo,
           gpointer                  data)
{
  MaqTransferList *self = data;
  MaqTransferMemo  shown = *memo;

  if (find_record (self, record) != NULL || (memo->standing == MAQ_TRANSFER_STANDING_DONE && !self->goes_on))
    return;
  if (memo->standing == MAQ_TRANSFER_STANDING_WANTED)
    shown.standing = MAQ_TRANSFER_STANDING_STOPPED;
  add (self, maq_transfer_new (self->client, self->cache, request, record, self->rate, &shown));
}

// Another program may have left something unfinished meanwhile.
static void
look_for_others (MaqTransferList *self)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->items->len; i++)
    g_hash_table_add (known, (gpointer) maq_transfer_get_name (get_transfer (self, i)));
  maq_transfer_records_load (self->folder, maq_cache_get_root (self->cache), known, add_found, self);
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
  maq_transfer_records_load (self->folder, maq_cache_get_root (self->cache), NULL, add_found, self);
  return self;
}

static void
go_on_with (MaqTransferRecord        *record,
            const MaqTransferRequest *request,
            const MaqTransferMemo    *memo,
            gpointer                  data)
{
  MaqTransferList *self = data;

  add_found (record, request, memo, data);
  MaqTransfer *transfer = find_record (self, record);
  if (memo->standing == MAQ_TRANSFER_STANDING_WANTED && maq_transfer_get_state (transfer) == MAQ_TRANSFER_CANCELLED)
    maq_transfer_retry (transfer);
}

static void
wake_all (MaqTransferList *self)
{
  for (guint i = 0; i < self->items->len; i++)
    maq_transfer_wake (get_transfer (self, i));
}

static void
network_changed_cb (MaqTransferList *self,
                    gboolean         is_available)
{
  if (is_available)
    wake_all (self);
}

static void
connectivity_cb (MaqTransferList *self)
{
  if (g_network_monitor_get_connectivity (self->network) == G_NETWORK_CONNECTIVITY_FULL)
    wake_all (self);
}

static void
metered_cb (MaqTransferList *self)
{
  for (guint i = 0; i < self->items->len; i++)
    if (is_held_up (self))
      maq_transfer_hold (get_transfer (self, i));
    else
      maq_transfer_release (get_transfer (self, i));
}

void
maq_transfer_list_set_wait_metered (MaqTransferList *self,
                                    gboolean         wait)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  self->waits_metered = wait;
  metered_cb (self);
}

void
maq_transfer_list_go_on (MaqTransferList *self,
                         const char      *hub,
                         GNetworkMonitor *network)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));
  g_return_if_fail (!self->goes_on);

  self->goes_on = TRUE;
  self->hub = g_strdup (hub);
  for (guint i = 0; i < self->items->len; i++)
    maq_transfer_set_patient (get_transfer (self, i), TRUE);
  if (network != NULL)
    {
      self->network = g_object_ref (network);
      g_signal_connect_object (network, "network-changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (network, "notify::network-metered", G_CALLBACK (metered_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (network, "notify::connectivity", G_CALLBACK (connectivity_cb), self, G_CONNECT_SWAPPED);
    }
  maq_transfer_records_load (self->folder, maq_cache_get_root (self->cache), NULL, go_on_with, self);
  trim_history (self);
}

// The transfer for REQUEST that can be used again, NULL if there is none.
static MaqTransfer *
find_request (MaqTransferList          *self,
              const MaqTransferRequest *request)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = get_transfer (self, i);
      if (is_elsewhere (self, transfer) || !maq_transfer_request_equal (maq_transfer_get_request (transfer), request))
        continue;
      if (maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE)
        return transfer;
      // Much may have happened since; a new look costs one request.
      forget_at (self, i--);
    }
  return NULL;
}

static MaqTransfer *
start (MaqTransferList          *self,
       const MaqTransferRequest *request,
       MaqTransferWork          *work)
{
  look_for_others (self);
  MaqTransfer *known = find_request (self, request);
  if (known != NULL)
    {
      if (work != NULL)
        maq_transfer_set_work (known, work);
      maq_transfer_retry (known);
      return g_object_ref (known);
    }

  guint           n_open = count_open (self);
  gint64          last = n_open > 0 ? maq_transfer_get_memo (get_transfer (self, n_open - 1))->order : 0;
  MaqTransferMemo memo = { .standing = MAQ_TRANSFER_STANDING_WANTED, .order = MAX (g_get_real_time (), last + 1), .hub = (char *) get_hub (self) };
  g_autoptr (MaqTransferRecord) record = maq_transfer_record_new (self->folder, maq_cache_get_root (self->cache));
  MaqTransfer *transfer = maq_transfer_new (self->client, self->cache, request, record, self->rate, &memo);
  if (work != NULL)
    maq_transfer_set_work (transfer, work);
  add (self, transfer);
  state_cb (self, NULL, transfer);
  return g_object_ref (transfer);
}

MaqTransfer *
maq_transfer_list_start (MaqTransferList          *self,
                         const MaqTransferRequest *request)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (self), NULL);
  g_return_val_if_fail (request != NULL, NULL);

  return start (self, request, NULL);
}

MaqTransfer *
maq_transfer_list_start_planned (MaqTransferList          *self,
                                 const MaqTransferRequest *request,
                                 const MaqTransferPlan    *plan)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (self), NULL);
  g_return_val_if_fail (request != NULL && plan != NULL, NULL);

  return start (self, request, plan->work);
}

void
maq_transfer_list_pause_all (MaqTransferList *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  // The last first, so that none begins because another one stops.
  for (guint i = self->items->len; i > 0; i--)
    maq_transfer_pause (get_transfer (self, i - 1));
}

void
maq_transfer_list_resume_all (MaqTransferList *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  for (guint i = 0; i < count_open (self); i++)
    if (maq_transfer_get_state (get_transfer (self, i)) == MAQ_TRANSFER_PAUSED)
      maq_transfer_retry (get_transfer (self, i));
}

void
maq_transfer_list_move (MaqTransferList *self,
                        MaqTransfer     *transfer,
                        guint            position)
{
  guint n_open = count_open (self);
  guint from = 0;

  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));
  g_return_if_fail (MAQ_IS_TRANSFER (transfer));

  if (!g_ptr_array_find (self->items, transfer, &from) || from >= n_open || position >= n_open || from == position)
    return;
  // The numbers stay in their places, the transfers move along them.
  g_autoptr (GArray) orders = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < n_open; i++)
    {
      gint64 order = maq_transfer_get_memo (get_transfer (self, i))->order;
      g_array_append_val (orders, order);
    }
  move_item (self, from, position);
  for (guint i = MIN (from, position); i <= MAX (from, position); i++)
    {
      maq_transfer_set_order (get_transfer (self, i), g_array_index (orders, gint64, i));
      note (self, get_transfer (self, i));
      maq_transfer_save_later (get_transfer (self, i));
    }
}

void
maq_transfer_list_move_next (MaqTransferList *self,
                             MaqTransfer     *transfer)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));
  g_return_if_fail (MAQ_IS_TRANSFER (transfer));

  for (guint i = 0; i < self->items->len && get_transfer (self, i) != transfer; i++)
    if (maq_transfer_get_state (get_transfer (self, i)) == MAQ_TRANSFER_QUEUED)
      {
        maq_transfer_list_move (self, transfer, i);
        return;
      }
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

void
maq_transfer_list_clear (MaqTransferList *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  for (guint i = self->items->len; i > 0; i--)
    if (maq_transfer_get_state (get_transfer (self, i - 1)) >= MAQ_TRANSFER_DONE)
      forget_at (self, i - 1);
}

void
maq_transfer_list_set_rate (MaqTransferList *self,
                            guint64          bytes_per_second)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  maq_transfer_rate_set (self->rate, bytes_per_second);
}

DexFuture *
maq_transfer_list_plan (MaqTransferList          *self,
                        const MaqTransferRequest *request)
{
  dex_return_error_if_fail (MAQ_IS_TRANSFER_LIST (self));
  dex_return_error_if_fail (request != NULL);

  return maq_transfer_plan_make (self->client, self->cache, request);
}
