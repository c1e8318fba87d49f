// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfers-private.h"

#include "maq-paths.h"

#define MAX_HISTORY  50
#define TOTALS_PAUSE 250                  // milliseconds
#define NOTE_PAUSE   (5 * G_USEC_PER_SEC) // from one time that it is remembered how far a transfer is to the next

enum
{
  PROP_N_ACTIVE = MAQ_TRANSFER_N_FIGURES,
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
      if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_RUNNING && maq_transfer_get_bytes_total (transfer) > 0)
        {
          maq_transfer_note_figures (transfer);
          maq_transfer_list_note (self, transfer);
        }
      // What is still on its way to the disk would not get there after the end of the program.
      maq_transfer_record_save (maq_transfer_get_record (transfer));
      maq_transfer_cancel (transfer);
    }
  g_ptr_array_set_size (self->items, 0);
  dex_clear (&self->looking);
  g_clear_handle_id (&self->minute, g_source_remove);
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

  if (prop_id == PROP_N_ACTIVE)
    g_value_set_uint (value, self->n_active);
  else if (!maq_transfer_figures_get_property (&self->figures, prop_id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
maq_transfer_list_class_init (MaqTransferListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_transfer_list_dispose;
  object_class->finalize = maq_transfer_list_finalize;
  object_class->get_property = maq_transfer_list_get_property;
  maq_transfer_figures_make_properties (properties);
  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_transfer_list_init (MaqTransferList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->figures.left = -1;
  self->rate = maq_transfer_rate_new ();
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
  g_signal_connect_object (client, "notify::endpoint", G_CALLBACK (maq_transfer_list_hub_changed), self, G_CONNECT_SWAPPED);
  maq_transfer_list_look (self, FALSE);
  return self;
}

MaqTransfer *
maq_transfer_list_get (MaqTransferList *self,
                       guint            position)
{
  return g_ptr_array_index (self->items, position);
}

static void
count_active (MaqTransferList *self)
{
  guint n = 0;

  for (guint i = 0; i < self->items->len; i++)
    n += maq_transfer_is_active (maq_transfer_list_get (self, i));
  if (self->n_active == n)
    return;
  self->n_active = n;
  maq_transfer_list_check_hours (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ACTIVE]);
}

// Whoever comes after a crash wants to know how far it was.
static void
note_figures (MaqTransferList *self)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->noted < NOTE_PAUSE)
    return;
  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = maq_transfer_list_get (self, i);
      if (maq_transfer_get_state (transfer) != MAQ_TRANSFER_RUNNING || maq_transfer_get_bytes_total (transfer) == 0)
        continue;
      self->noted = now;
      maq_transfer_note_figures (transfer);
      maq_transfer_list_note (self, transfer);
      maq_transfer_save_later (transfer);
    }
}

static void
total_cb (gpointer data)
{
  MaqTransferList   *self = data;
  MaqTransferFigures news = { 0 };

  self->totalling = 0;
  note_figures (self);
  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = maq_transfer_list_get (self, i);
      if (!maq_transfer_is_active (transfer))
        continue;
      news.done += maq_transfer_get_bytes_done (transfer);
      news.total += maq_transfer_get_bytes_total (transfer);
      news.speed += maq_transfer_get_speed (transfer);
    }
  g_object_freeze_notify (G_OBJECT (self));
  maq_transfer_figures_change (&self->figures, &news, G_OBJECT (self), properties);
  // Also when it is the same: it follows each change of a state.
  g_object_notify_by_pspec (G_OBJECT (self), properties[MAQ_TRANSFER_FIGURE_TOTAL]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
progress_cb (MaqTransferList *self)
{
  if (self->totalling == 0)
    self->totalling = g_timeout_add_once (TOTALS_PAUSE, total_cb, self);
}

void
maq_transfer_list_remove_at (MaqTransferList *self,
                             guint            position)
{
  g_signal_handlers_disconnect_by_data (maq_transfer_list_get (self, position), self);
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

void
maq_transfer_list_forget_at (MaqTransferList *self,
                             guint            position)
{
  MaqTransfer *transfer = maq_transfer_list_get (self, position);

  if (maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE || self->goes_on)
    maq_transfer_forget_later (transfer, self->cache);
  maq_transfer_list_remove_at (self, position);
}

guint
maq_transfer_list_count_open (MaqTransferList *self)
{
  guint n = 0;

  while (n < self->items->len && maq_transfer_get_state (maq_transfer_list_get (self, n)) != MAQ_TRANSFER_DONE)
    n++;
  return n;
}

void
maq_transfer_list_trim_history (MaqTransferList *self)
{
  guint n_open = maq_transfer_list_count_open (self);

  while (self->items->len > n_open + MAX_HISTORY)
    maq_transfer_list_forget_at (self, self->items->len - 1);
}

void
maq_transfer_list_move_item (MaqTransferList *self,
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
    n_open += maq_transfer_get_state (maq_transfer_list_get (self, i)) != MAQ_TRANSFER_DONE;
  maq_transfer_list_move_item (self, position, n_open);
  maq_transfer_list_trim_history (self);
}

void
maq_transfer_list_changed (MaqTransferList *self,
                           MaqTransfer     *transfer)
{
  if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE)
    enter_history (self, transfer);
  count_active (self);
  progress_cb (self);
}

void
maq_transfer_list_add (MaqTransferList *self,
                       MaqTransfer     *transfer)
{
  const MaqTransferMemo *memo = maq_transfer_get_memo (transfer);
  guint                  n_open = maq_transfer_list_count_open (self);
  guint                  position = 0;

  if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE)
    for (position = n_open; position < self->items->len && maq_transfer_get_memo (maq_transfer_list_get (self, position))->finished > memo->finished;)
      position++;
  else
    while (position < n_open && maq_transfer_get_memo (maq_transfer_list_get (self, position))->order <= memo->order)
      position++;
  maq_transfer_set_patient (transfer, self->goes_on);
  maq_transfer_list_follow (self, transfer);
  g_signal_connect_object (transfer, "notify::bytes-done", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  g_ptr_array_insert (self->items, position, transfer);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

void
maq_transfer_list_move (MaqTransferList *self,
                        MaqTransfer     *transfer,
                        guint            position)
{
  guint n_open = maq_transfer_list_count_open (self);
  guint from = 0;

  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));
  g_return_if_fail (MAQ_IS_TRANSFER (transfer));

  if (!g_ptr_array_find (self->items, transfer, &from) || from >= n_open || position >= n_open || from == position)
    return;
  // The numbers stay in their places, the transfers move along them.
  g_autoptr (GArray) orders = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < n_open; i++)
    {
      gint64 order = maq_transfer_get_memo (maq_transfer_list_get (self, i))->order;
      g_array_append_val (orders, order);
    }
  maq_transfer_list_move_item (self, from, position);
  for (guint i = MIN (from, position); i <= MAX (from, position); i++)
    {
      maq_transfer_set_order (maq_transfer_list_get (self, i), g_array_index (orders, gint64, i));
      maq_transfer_list_note (self, maq_transfer_list_get (self, i));
      maq_transfer_save_later (maq_transfer_list_get (self, i));
    }
}

void
maq_transfer_list_move_next (MaqTransferList *self,
                             MaqTransfer     *transfer)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));
  g_return_if_fail (MAQ_IS_TRANSFER (transfer));

  for (guint i = 0; i < self->items->len && maq_transfer_list_get (self, i) != transfer; i++)
    if (maq_transfer_get_state (maq_transfer_list_get (self, i)) == MAQ_TRANSFER_QUEUED)
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

  MaqTransfer *other = NULL;
  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = maq_transfer_list_get (self, i);
      if (!maq_transfer_has_path (transfer, kind, id, path))
        continue;
      if (maq_transfer_get_request (transfer)->folder == NULL)
        return transfer;
      if (other == NULL && maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE)
        other = transfer;
    }
  return other;
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
    if (maq_transfer_get_state (maq_transfer_list_get (self, i - 1)) == MAQ_TRANSFER_DONE)
      maq_transfer_list_forget_at (self, i - 1);
}

void
maq_transfer_list_discard (MaqTransferList *self,
                           MaqTransfer     *transfer)
{
  guint position = 0;

  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));
  g_return_if_fail (MAQ_IS_TRANSFER (transfer));

  if (maq_transfer_is_active (transfer) || !g_ptr_array_find (self->items, transfer, &position))
    return;
  maq_transfer_list_forget_at (self, position);
  progress_cb (self);
}

MaqTransfer *
maq_transfer_list_find_open (MaqTransferList *self,
                             MaqRepoKind      kind,
                             const char      *id)
{
  MaqTransfer *still = NULL;

  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer              *transfer = maq_transfer_list_get (self, i);
      const MaqTransferRequest *request = maq_transfer_get_request (transfer);
      if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE || request->folder != NULL || request->kind != kind ||
          (!g_str_equal (request->id, id) && !g_str_equal (maq_transfer_get_id (transfer), id)))
        continue;
      if (maq_transfer_is_active (transfer))
        return transfer;
      if (still == NULL)
        still = transfer;
    }
  return still;
}

DexFuture *
maq_transfer_list_plan (MaqTransferList          *self,
                        const MaqTransferRequest *request)
{
  dex_return_error_if_fail (MAQ_IS_TRANSFER_LIST (self));
  dex_return_error_if_fail (request != NULL);

  return maq_transfer_plan_make (self->client, self->cache, request, NULL, NULL);
}

DexFuture *
maq_transfer_list_plan_tree (MaqTransferList          *self,
                             const MaqTransferRequest *request,
                             const char               *commit,
                             MaqHubTree               *tree)
{
  dex_return_error_if_fail (MAQ_IS_TRANSFER_LIST (self));
  dex_return_error_if_fail (request != NULL && commit != NULL && tree != NULL);

  return maq_transfer_plan_make (self->client, self->cache, request, commit, tree);
}
