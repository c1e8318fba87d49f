// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-body.h"

#include "maq-fiber.h"
#include "maq-hub-status.h"
#include "maq-hub-stream.h"

struct _MaqHubBody
{
  GObject       parent_instance;
  GInputStream *stream;
  SoupMessage  *message;
  char         *place;
  guint64       offset;
  gint64        total;
  gint64        length; // of this body, -1 if unknown
  guint64       n_read;
  guint         stall;
};

G_DEFINE_FINAL_TYPE (MaqHubBody, maq_hub_body, G_TYPE_OBJECT)

static void
maq_hub_body_dispose (GObject *object)
{
  MaqHubBody *self = MAQ_HUB_BODY (object);

  g_clear_object (&self->stream);
  g_clear_object (&self->message);

  G_OBJECT_CLASS (maq_hub_body_parent_class)->dispose (object);
}

static void
maq_hub_body_finalize (GObject *object)
{
  MaqHubBody *self = MAQ_HUB_BODY (object);

  g_free (self->place);

  G_OBJECT_CLASS (maq_hub_body_parent_class)->finalize (object);
}

static void
maq_hub_body_class_init (MaqHubBodyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_hub_body_dispose;
  object_class->finalize = maq_hub_body_finalize;
}

static void
maq_hub_body_init (MaqHubBody *self)
{
  self->total = -1;
  self->length = -1;
}

// Takes offset, total and length from the header of the reply.
static gboolean
read_header (MaqHubBody *self,
             guint       status,
             guint64     offset,
             gboolean    is_part,
             GError    **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  const char         *encoding = soup_message_headers_get_one (headers, "Content-Encoding");
  goffset             start, end, total;

  if (encoding != NULL && g_ascii_strcasecmp (encoding, "identity") != 0)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, self->place, "compressed, although it was asked for as it is");

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    self->length = soup_message_headers_get_content_length (headers);

  if (status == SOUP_STATUS_OK)
    {
      self->total = self->length;
      return TRUE;
    }

  if (status != SOUP_STATUS_PARTIAL_CONTENT || !is_part)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, self->place, "an answer of another kind than what was asked for");
  if (!soup_message_headers_get_content_range (headers, &start, &end, &total) || start < 0 || end < start)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, self->place, "a part of a file that does not say which");
  if ((guint64) start != offset)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, self->place, "another part of the file than was asked for");
  if (total >= 0 && end >= total)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, self->place, "a part that ends after the file");
  if (self->length >= 0 && self->length != end - start + 1)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, self->place, "a part whose lengths contradict each other");

  self->offset = offset;
  self->total = total;
  self->length = end - start + 1;
  return TRUE;
}

MaqHubBody *
maq_hub_body_new (MaqHubReply *reply,
                  guint64      offset,
                  guint64      end,
                  guint        stall,
                  GError     **error)
{
  g_autoptr (MaqHubBody) self = g_object_new (MAQ_TYPE_HUB_BODY, NULL);

  self->stream = g_steal_pointer (&reply->stream);
  self->message = g_object_ref (reply->message);
  self->place = g_strdup (reply->place);
  self->stall = stall;

  return read_header (self, reply->status, offset, offset > 0 || end > 0, error) ? g_steal_pointer (&self) : NULL;
}

guint64
maq_hub_body_get_offset (MaqHubBody *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_BODY (self), 0);

  return self->offset;
}

gint64
maq_hub_body_get_total (MaqHubBody *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_BODY (self), -1);

  return self->total;
}

gboolean
maq_hub_body_is_page (MaqHubBody *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_BODY (self), FALSE);

  return g_strcmp0 (soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL), "text/html") == 0;
}

// The bytes count towards the length; what is missing at the end is an error, because libsoup does not see it.
static DexFuture *
after_read (DexFuture *future,
            gpointer   data)
{
  MaqHubBody *self = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    {
      gboolean again;
      return dex_future_new_for_error (maq_hub_failure_from_cause (g_steal_pointer (&error), "GET", self->place, &again));
    }

  gsize n_bytes = g_bytes_get_size (g_value_get_boxed (value));
  self->n_read += n_bytes;
  if (self->length >= 0 && (n_bytes == 0 ? self->n_read < (guint64) self->length : self->n_read > (guint64) self->length))
    return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE, "GET %s: the connection ended after %" G_GUINT64_FORMAT " of %" G_GINT64_FORMAT " bytes", self->place, self->n_read, self->length);
  return dex_ref (future);
}

DexFuture *
maq_hub_body_read (MaqHubBody *self,
                   gsize       max_bytes)
{
  dex_return_error_if_fail (MAQ_IS_HUB_BODY (self));
  dex_return_error_if_fail (max_bytes > 0);

  DexFuture *bytes = maq_future_with_timeout (maq_hub_stream_read (self->stream, max_bytes), self->stall);

  return dex_future_finally (bytes, after_read, g_object_ref (self), g_object_unref);
}
