// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-chats-private.h"

// A chat is written to the file with its first message and keeps the file up to date from then on. While an answer streams the
// file gets what is there once a second, so that a crash costs at most the last second.

#define FLUSH_SECONDS 1
#define TITLE_CHARS   60

struct _MaqChat
{
  GObject        parent_instance;
  MaqChatDb     *db;
  MaqChatRecord *record;
  GPtrArray     *messages; // the shown path
  DexFuture     *loading;  // NULL before the first load
  gboolean       stored;
  gboolean       loaded;

  MaqChatMessage *answer; // the one that streams
  gulong          answer_handler;
  guint           flush_source;
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_UPDATED,
  PROP_MODEL_LABEL,
  PROP_MODEL_PATH,
  PROP_ANSWERING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
maq_chat_get_item_type (GListModel *model)
{
  return MAQ_TYPE_CHAT_MESSAGE;
}

static guint
maq_chat_get_n_items (GListModel *model)
{
  return MAQ_CHAT (model)->messages->len;
}

static gpointer
maq_chat_get_item (GListModel *model, guint position)
{
  MaqChat *self = MAQ_CHAT (model);

  return position < self->messages->len ? g_object_ref (self->messages->pdata[position]) : NULL;
}

static void
maq_chat_list_init (GListModelInterface *iface)
{
  iface->get_item_type = maq_chat_get_item_type;
  iface->get_n_items = maq_chat_get_n_items;
  iface->get_item = maq_chat_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqChat, maq_chat, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, maq_chat_list_init))

static void
put_message (MaqChat *self, MaqChatMessage *message)
{
  maq_chat_db_put_message (self->db, maq_chat_message_get_record (message));
}

static void
put_chat (MaqChat *self)
{
  if (self->stored)
    maq_chat_db_put_chat (self->db, self->record);
}

static gboolean
flush_answer (gpointer data)
{
  MaqChat *self = data;

  self->flush_source = 0;
  put_message (self, self->answer);
  return G_SOURCE_REMOVE;
}

static void
on_answer_grew (MaqChat *self)
{
  if (self->flush_source == 0)
    self->flush_source = g_timeout_add_seconds (FLUSH_SECONDS, flush_answer, self);
}

static void
forget_answer (MaqChat *self)
{
  g_clear_handle_id (&self->flush_source, g_source_remove);
  if (self->answer)
    g_clear_signal_handler (&self->answer_handler, self->answer);
  if (self->answer)
    {
      g_clear_object (&self->answer);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANSWERING]);
    }
}

static void
maq_chat_dispose (GObject *object)
{
  MaqChat *self = MAQ_CHAT (object);

  if (self->answer)
    put_message (self, self->answer);
  forget_answer (self);
  dex_clear (&self->loading);
  G_OBJECT_CLASS (maq_chat_parent_class)->dispose (object);
}

static void
maq_chat_finalize (GObject *object)
{
  MaqChat *self = MAQ_CHAT (object);

  g_ptr_array_unref (self->messages);
  maq_chat_record_free (self->record);
  maq_chat_db_unref (self->db);
  G_OBJECT_CLASS (maq_chat_parent_class)->finalize (object);
}

static void
maq_chat_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MaqChat *self = MAQ_CHAT (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->record->title);
      break;
    case PROP_UPDATED:
      g_value_set_int64 (value, self->record->updated);
      break;
    case PROP_MODEL_LABEL:
      g_value_set_string (value, self->record->model_label);
      break;
    case PROP_MODEL_PATH:
      g_value_set_string (value, self->record->model_path);
      break;
    case PROP_ANSWERING:
      g_value_set_boolean (value, self->answer != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_chat_class_init (MaqChatClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = maq_chat_dispose;
  object_class->finalize = maq_chat_finalize;
  object_class->get_property = maq_chat_get_property;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_UPDATED] = g_param_spec_int64 ("updated", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_MODEL_LABEL] = g_param_spec_string ("model-label", NULL, NULL, NULL, flags);
  properties[PROP_MODEL_PATH] = g_param_spec_string ("model-path", NULL, NULL, NULL, flags);
  properties[PROP_ANSWERING] = g_param_spec_boolean ("answering", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_chat_init (MaqChat *self)
{
  self->messages = g_ptr_array_new_with_free_func (g_object_unref);
}

MaqChat *
maq_chat_new (MaqChatDb *db, MaqChatRecord *record, gboolean stored)
{
  MaqChat *self = g_object_new (MAQ_TYPE_CHAT, NULL);

  self->db = maq_chat_db_ref (db);
  self->record = record;
  self->stored = stored;
  self->loaded = !stored;
  return self;
}

const MaqChatRecord *
maq_chat_get_record (MaqChat *self)
{
  return self->record;
}

const char *
maq_chat_get_title (MaqChat *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), NULL);
  return self->record->title;
}

void
maq_chat_set_title (MaqChat *self, const char *title)
{
  g_return_if_fail (MAQ_IS_CHAT (self));

  if (!g_set_str (&self->record->title, title))
    return;
  put_chat (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

gint64
maq_chat_get_updated (MaqChat *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), 0);
  return self->record->updated;
}

const char *
maq_chat_get_model_label (MaqChat *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), NULL);
  return self->record->model_label;
}

const char *
maq_chat_get_model_path (MaqChat *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), NULL);
  return self->record->model_path;
}

void
maq_chat_set_model (MaqChat *self, const char *label, const char *path)
{
  gboolean label_changed, path_changed;

  g_return_if_fail (MAQ_IS_CHAT (self));

  label_changed = g_set_str (&self->record->model_label, label);
  path_changed = g_set_str (&self->record->model_path, path);
  if (!label_changed && !path_changed)
    return;
  put_chat (self);
  if (path_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL_PATH]);
  if (label_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL_LABEL]);
}

gboolean
maq_chat_get_loaded (MaqChat *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), FALSE);
  return self->loaded;
}

gboolean
maq_chat_get_answering (MaqChat *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), FALSE);
  return self->answer != NULL;
}

static DexFuture *
take_messages (DexFuture *completed, gpointer data)
{
  MaqChat      *self = data;
  const GValue *value = dex_future_get_value (completed, NULL);
  GPtrArray    *records = g_value_get_boxed (value);

  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (self->messages, maq_chat_message_new (maq_message_record_copy (records->pdata[i]), FALSE));
  self->loaded = TRUE;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, self->messages->len);
  return dex_future_new_true ();
}

// A finished future must not stay in the field: it holds the chat.
static DexFuture *
forget_loading (DexFuture *completed, gpointer data)
{
  MaqChat *self = data;

  dex_clear (&self->loading);
  return dex_ref (completed);
}

DexFuture *
maq_chat_load (MaqChat *self)
{
  DexFuture *future;

  dex_return_error_if_fail (MAQ_IS_CHAT (self));

  if (self->loaded)
    return dex_future_new_true ();
  if (self->loading)
    return dex_ref (self->loading);
  future = dex_future_then (maq_chat_db_read (self->db, self->record->id), take_messages, g_object_ref (self), g_object_unref);
  future = dex_future_finally (future, forget_loading, g_object_ref (self), g_object_unref);
  if (dex_future_is_pending (future))
    self->loading = dex_ref (future);
  return future;
}

static void
touch (MaqChat *self)
{
  self->record->updated = g_get_real_time () / G_USEC_PER_SEC;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UPDATED]);
}

// The first line with words in it, cut at a word.
static char *
make_title (const char *content)
{
  g_auto (GStrv) lines = g_strsplit_set (content, "\r\n", -1);

  for (guint i = 0; lines[i]; i++)
    {
      char *line = g_strstrip (lines[i]);
      char *end, *space;

      if (*line == '\0')
        continue;
      if (g_utf8_strlen (line, -1) <= TITLE_CHARS)
        return g_strdup (line);
      end = g_utf8_offset_to_pointer (line, TITLE_CHARS);
      *end = '\0';
      space = strrchr (line, ' ');
      if (space && space - line > TITLE_CHARS / 2)
        *space = '\0';
      return g_strconcat (line, "…", NULL);
    }
  return NULL;
}

static MaqChatMessage *
append_message (MaqChat *self, const char *role, const char *content, gboolean streaming)
{
  MaqMessageRecord *record = g_new0 (MaqMessageRecord, 1);
  MaqChatMessage   *message;

  record->id = maq_chat_db_new_id (self->db);
  record->chat_id = self->record->id;
  if (self->messages->len > 0)
    record->parent_id = maq_chat_message_get_record (self->messages->pdata[self->messages->len - 1])->id;
  record->role = g_strdup (role);
  record->content = g_utf8_make_valid (content, -1);
  record->created = g_get_real_time () / G_USEC_PER_SEC;
  record->complete = !streaming;
  message = maq_chat_message_new (record, streaming);
  g_ptr_array_add (self->messages, message);

  self->stored = TRUE;
  touch (self);
  put_chat (self);
  put_message (self, message);
  g_list_model_items_changed (G_LIST_MODEL (self), self->messages->len - 1, 0, 1);
  return message;
}

MaqChatMessage *
maq_chat_add_message (MaqChat *self, const char *role, const char *content)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), NULL);
  g_return_val_if_fail (self->loaded, NULL);
  g_return_val_if_fail (role != NULL && content != NULL, NULL);

  if ((self->record->title == NULL || *self->record->title == '\0') && g_str_equal (role, "user"))
    {
      g_autofree char *valid = g_utf8_make_valid (content, -1);
      g_autofree char *title = make_title (valid);

      if (title)
        maq_chat_set_title (self, title);
    }
  return append_message (self, role, content, FALSE);
}

MaqChatMessage *
maq_chat_begin_answer (MaqChat *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), NULL);
  g_return_val_if_fail (self->loaded, NULL);
  g_return_val_if_fail (self->answer == NULL, NULL);

  self->answer = g_object_ref (append_message (self, "assistant", "", TRUE));
  self->answer_handler = g_signal_connect_swapped (self->answer, "notify::content", G_CALLBACK (on_answer_grew), self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANSWERING]);
  return self->answer;
}

void
maq_chat_end_answer (MaqChat *self, MaqChatMessage *answer, const char *stats, const char *error, MaqChatRemedy remedy)
{
  g_autoptr (MaqChatMessage) kept = NULL;

  g_return_if_fail (MAQ_IS_CHAT (self));
  g_return_if_fail (answer != NULL && answer == self->answer);

  kept = g_object_ref (answer);
  maq_chat_message_end (kept, stats, error, remedy);
  put_message (self, kept);
  forget_answer (self);
  touch (self);
  put_chat (self);
}

gboolean
maq_chat_can_retry (MaqChat *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT (self), FALSE);

  for (guint i = self->messages->len; i-- > 0;)
    {
      MaqChatMessage *message = self->messages->pdata[i];

      if (g_str_equal (maq_chat_message_get_role (message), "user"))
        return !maq_chat_message_is_futile (message, maq_chat_get_model_path (self));
    }
  return TRUE;
}

void
maq_chat_rewind (MaqChat *self, MaqChatMessage *message)
{
  guint position, n_removed;

  g_return_if_fail (MAQ_IS_CHAT (self));
  g_return_if_fail (self->answer == NULL);

  if (!g_ptr_array_find (self->messages, message, &position))
    return;
  n_removed = self->messages->len - position;
  g_ptr_array_set_size (self->messages, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, 0);
}
