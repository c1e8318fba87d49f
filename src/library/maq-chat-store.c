// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-chats-private.h"

#include "maq-paths.h"

// The list holds every chat, its messages only once asked for. Without a good file everything still works in memory; what is
// wrong stands in the property problem.

struct _MaqChatStore
{
  GObject    parent_instance;
  MaqChatDb *db;
  GPtrArray *chats; // last changed first
  DexFuture *loading;
  char      *problem;
  gboolean   loaded;
};

enum
{
  PROP_0,
  PROP_PROBLEM,
  PROP_LOADED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
maq_chat_store_get_item_type (GListModel *model)
{
  return MAQ_TYPE_CHAT;
}

static guint
maq_chat_store_get_n_items (GListModel *model)
{
  return MAQ_CHAT_STORE (model)->chats->len;
}

static gpointer
maq_chat_store_get_item (GListModel *model, guint position)
{
  MaqChatStore *self = MAQ_CHAT_STORE (model);

  return position < self->chats->len ? g_object_ref (self->chats->pdata[position]) : NULL;
}

static void
maq_chat_store_list_init (GListModelInterface *iface)
{
  iface->get_item_type = maq_chat_store_get_item_type;
  iface->get_n_items = maq_chat_store_get_n_items;
  iface->get_item = maq_chat_store_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqChatStore, maq_chat_store, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, maq_chat_store_list_init))

static void
set_problem (MaqChatStore *self, const char *problem)
{
  if (g_set_str (&self->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static void
on_problem (const GError *error, gpointer owner)
{
  g_debug ("Chats are not stored: %s", error->message);
  set_problem (owner, error->message);
}

static void
maq_chat_store_dispose (GObject *object)
{
  MaqChatStore *self = MAQ_CHAT_STORE (object);

  dex_clear (&self->loading);
  g_ptr_array_set_size (self->chats, 0);
  G_OBJECT_CLASS (maq_chat_store_parent_class)->dispose (object);
}

static void
maq_chat_store_finalize (GObject *object)
{
  MaqChatStore *self = MAQ_CHAT_STORE (object);

  g_ptr_array_unref (self->chats);
  maq_chat_db_unref (self->db);
  g_free (self->problem);
  G_OBJECT_CLASS (maq_chat_store_parent_class)->finalize (object);
}

static void
maq_chat_store_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MaqChatStore *self = MAQ_CHAT_STORE (object);

  switch (prop_id)
    {
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_LOADED:
      g_value_set_boolean (value, self->loaded);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_chat_store_class_init (MaqChatStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = maq_chat_store_dispose;
  object_class->finalize = maq_chat_store_finalize;
  object_class->get_property = maq_chat_store_get_property;
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_chat_store_init (MaqChatStore *self)
{
  self->chats = g_ptr_array_new_with_free_func (g_object_unref);
}

MaqChatStore *
maq_chat_store_new (const char *path)
{
  MaqChatStore    *self = g_object_new (MAQ_TYPE_CHAT_STORE, NULL);
  g_autofree char *folder = path ? NULL : maq_paths_dup_data_dir ();
  g_autofree char *file = path ? g_strdup (path) : g_build_filename (folder, "chats.sqlite", NULL);

  self->db = maq_chat_db_new (file, G_OBJECT (self), on_problem);
  return self;
}

const char *
maq_chat_store_get_problem (MaqChatStore *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_STORE (self), NULL);
  return self->problem;
}

gboolean
maq_chat_store_get_loaded (MaqChatStore *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_STORE (self), FALSE);
  return self->loaded;
}

// A chat that changed goes to the top. One change that covers both places lets a selection stay with its chat.
static void
on_chat_updated (MaqChatStore *self, GParamSpec *pspec, MaqChat *chat)
{
  guint position;

  if (!g_ptr_array_find (self->chats, chat, &position) || position == 0)
    return;
  g_ptr_array_insert (self->chats, 0, g_ptr_array_steal_index (self->chats, position));
  g_list_model_items_changed (G_LIST_MODEL (self), 0, position + 1, position + 1);
}

static void
watch (MaqChatStore *self, MaqChat *chat)
{
  g_signal_connect_object (chat, "notify::updated", G_CALLBACK (on_chat_updated), self, G_CONNECT_SWAPPED);
}

static DexFuture *
take_chats (DexFuture *completed, gpointer data)
{
  MaqChatStore *self = data;
  const GValue *value = dex_future_get_value (completed, NULL);
  GPtrArray    *records = g_value_get_boxed (value);
  guint         n_before = self->chats->len;

  // Chats begun before the file was read are newer than all in it, and may be in it already.
  for (guint i = 0; i < records->len; i++)
    {
      const MaqChatRecord *record = records->pdata[i];
      gboolean             known = FALSE;
      MaqChat             *chat;

      for (guint j = 0; j < n_before && !known; j++)
        known = maq_chat_get_record (self->chats->pdata[j])->id == record->id;
      if (known)
        continue;
      chat = maq_chat_new (self->db, maq_chat_record_copy (record), TRUE);
      watch (self, chat);
      g_ptr_array_add (self->chats, chat);
    }
  self->loaded = TRUE;
  set_problem (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
  if (self->chats->len > n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, self->chats->len - n_before);
  return dex_future_new_true ();
}

// A finished future must not stay in the field: it holds the store.
static DexFuture *
finish_loading (DexFuture *completed, gpointer data)
{
  MaqChatStore *self = data;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (completed, &error) == NULL)
    set_problem (self, error->message);
  dex_clear (&self->loading);
  return dex_ref (completed);
}

DexFuture *
maq_chat_store_load (MaqChatStore *self)
{
  DexFuture *future;

  dex_return_error_if_fail (MAQ_IS_CHAT_STORE (self));

  if (self->loaded)
    return dex_future_new_true ();
  if (self->loading)
    return dex_ref (self->loading);
  future = dex_future_then (maq_chat_db_open (self->db), take_chats, g_object_ref (self), g_object_unref);
  future = dex_future_finally (future, finish_loading, g_object_ref (self), g_object_unref);
  if (dex_future_is_pending (future))
    self->loading = dex_ref (future);
  return future;
}

static DexFuture *
load_anew (DexFuture *completed, gpointer data)
{
  return maq_chat_store_load (data);
}

DexFuture *
maq_chat_store_set_aside (MaqChatStore *self)
{
  dex_return_error_if_fail (MAQ_IS_CHAT_STORE (self));

  return dex_future_then (maq_chat_db_set_aside (self->db), load_anew, g_object_ref (self), g_object_unref);
}

MaqChat *
maq_chat_store_add (MaqChatStore *self)
{
  MaqChatRecord *record;
  MaqChat       *chat;

  g_return_val_if_fail (MAQ_IS_CHAT_STORE (self), NULL);

  record = g_new0 (MaqChatRecord, 1);
  record->id = maq_chat_db_new_id (self->db);
  record->title = g_strdup ("");
  record->created = record->updated = g_get_real_time () / G_USEC_PER_SEC;
  chat = maq_chat_new (self->db, record, FALSE);
  watch (self, chat);
  g_ptr_array_insert (self->chats, 0, chat);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  return chat;
}

void
maq_chat_store_remove (MaqChatStore *self, MaqChat *chat)
{
  guint position;

  g_return_if_fail (MAQ_IS_CHAT_STORE (self));
  g_return_if_fail (MAQ_IS_CHAT (chat));

  if (!g_ptr_array_find (self->chats, chat, &position))
    return;
  maq_chat_db_set_removed (self->db, maq_chat_get_record (chat)->id, TRUE);
  g_ptr_array_remove_index (self->chats, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

void
maq_chat_store_restore (MaqChatStore *self, MaqChat *chat)
{
  guint position = 0;

  g_return_if_fail (MAQ_IS_CHAT_STORE (self));
  g_return_if_fail (MAQ_IS_CHAT (chat));

  if (g_ptr_array_find (self->chats, chat, NULL))
    return;
  maq_chat_db_set_removed (self->db, maq_chat_get_record (chat)->id, FALSE);
  while (position < self->chats->len && maq_chat_get_updated (self->chats->pdata[position]) > maq_chat_get_updated (chat))
    position++;
  g_ptr_array_insert (self->chats, position, g_object_ref (chat));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

DexFuture *
maq_chat_store_flush (MaqChatStore *self)
{
  dex_return_error_if_fail (MAQ_IS_CHAT_STORE (self));

  return maq_chat_db_flush (self->db);
}
