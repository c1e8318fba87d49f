// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gi18n.h>

#include "maq-chats-private.h"

// The text grows in a GString, so that an append costs the same however long the answer is.

struct _MaqChatMessage
{
  GObject           parent_instance;
  MaqMessageRecord *record; // its content is NULL: the text is below
  GString          *content;
  gboolean          streaming;
  char             *failed_with; // the model that failed at it last
  gboolean          failed;      // at all
  gboolean          futile;      // and that will again
  MaqChatRemedy     remedy;
};

enum
{
  PROP_0,
  PROP_ROLE,
  PROP_CONTENT,
  PROP_STATS,
  PROP_ERROR,
  PROP_STREAMING,
  PROP_CREATED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MaqChatMessage, maq_chat_message, G_TYPE_OBJECT)

static void
maq_chat_message_finalize (GObject *object)
{
  MaqChatMessage *self = MAQ_CHAT_MESSAGE (object);

  // The record borrows the text.
  self->record->content = NULL;
  maq_message_record_free (self->record);
  g_string_free (self->content, TRUE);
  g_free (self->failed_with);
  G_OBJECT_CLASS (maq_chat_message_parent_class)->finalize (object);
}

static void
maq_chat_message_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MaqChatMessage *self = MAQ_CHAT_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_ROLE:
      g_value_set_string (value, self->record->role);
      break;
    case PROP_CONTENT:
      g_value_set_string (value, self->content->str);
      break;
    case PROP_STATS:
      g_value_set_string (value, self->record->stats);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->record->error);
      break;
    case PROP_STREAMING:
      g_value_set_boolean (value, self->streaming);
      break;
    case PROP_CREATED:
      g_value_set_int64 (value, self->record->created);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_chat_message_class_init (MaqChatMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = maq_chat_message_finalize;
  object_class->get_property = maq_chat_message_get_property;
  properties[PROP_ROLE] = g_param_spec_string ("role", NULL, NULL, NULL, flags);
  properties[PROP_CONTENT] = g_param_spec_string ("content", NULL, NULL, NULL, flags);
  properties[PROP_STATS] = g_param_spec_string ("stats", NULL, NULL, NULL, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  properties[PROP_STREAMING] = g_param_spec_boolean ("streaming", NULL, NULL, FALSE, flags);
  properties[PROP_CREATED] = g_param_spec_int64 ("created", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_chat_message_init (MaqChatMessage *self)
{
}

MaqChatMessage *
maq_chat_message_new (MaqMessageRecord *record, gboolean streaming)
{
  MaqChatMessage *self = g_object_new (MAQ_TYPE_CHAT_MESSAGE, NULL);

  self->record = record;
  self->content = g_string_new_take (record->content ? record->content : g_strdup (""));
  record->content = self->content->str;
  self->streaming = streaming;
  if (!record->complete && !streaming && record->error == NULL)
    record->error = g_strdup (_ ("The answer was cut off because Maquette quit."));
  return self;
}

const MaqMessageRecord *
maq_chat_message_get_record (MaqChatMessage *self)
{
  return self->record;
}

const char *
maq_chat_message_get_role (MaqChatMessage *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), NULL);
  return self->record->role;
}

const char *
maq_chat_message_get_content (MaqChatMessage *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), NULL);
  return self->content->str;
}

gsize
maq_chat_message_get_length (MaqChatMessage *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), 0);
  return self->content->len;
}

const char *
maq_chat_message_get_stats (MaqChatMessage *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), NULL);
  return self->record->stats;
}

const char *
maq_chat_message_get_error (MaqChatMessage *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), NULL);
  return self->record->error;
}

MaqChatRemedy
maq_chat_message_get_remedy (MaqChatMessage *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), MAQ_CHAT_REMEDY_RETRY);
  return self->remedy;
}

gboolean
maq_chat_message_get_streaming (MaqChatMessage *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), FALSE);
  return self->streaming;
}

gint64
maq_chat_message_get_created (MaqChatMessage *self)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), 0);
  return self->record->created;
}

void
maq_chat_message_append (MaqChatMessage *self, const char *text)
{
  g_return_if_fail (MAQ_IS_CHAT_MESSAGE (self));
  g_return_if_fail (self->streaming);

  if (text == NULL || *text == '\0')
    return;
  if (g_utf8_validate (text, -1, NULL))
    g_string_append (self->content, text);
  else
    {
      g_autofree char *valid = g_utf8_make_valid (text, -1);

      g_string_append (self->content, valid);
    }
  self->record->content = self->content->str;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONTENT]);
}

void
maq_chat_message_end (MaqChatMessage *self, const char *stats, const char *error, MaqChatRemedy remedy)
{
  g_object_freeze_notify (G_OBJECT (self));
  self->streaming = FALSE;
  self->remedy = remedy;
  self->record->complete = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STREAMING]);
  if (g_set_str (&self->record->stats, stats))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATS]);
  if (g_set_str (&self->record->error, error))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  g_object_thaw_notify (G_OBJECT (self));
}

void
maq_chat_message_note_failure (MaqChatMessage *self, const char *path, gboolean always)
{
  gboolean again;

  g_return_if_fail (MAQ_IS_CHAT_MESSAGE (self));

  again = self->failed && g_strcmp0 (self->failed_with, path) == 0;
  self->failed = TRUE;
  self->futile = always || again;
  g_set_str (&self->failed_with, path);
}

gboolean
maq_chat_message_is_futile (MaqChatMessage *self, const char *path)
{
  g_return_val_if_fail (MAQ_IS_CHAT_MESSAGE (self), FALSE);
  return self->futile && g_strcmp0 (self->failed_with, path) == 0;
}
