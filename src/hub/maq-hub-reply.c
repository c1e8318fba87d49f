// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-reply.h"

#include <string.h>

#include "maq-hub-http-private.h"
#include "maq-hub-status.h"

#define MAX_HEADER_BYTES (64 * 1024)
#define MAX_HEADER_LINES 1000

void
maq_hub_reply_free (MaqHubReply *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->place);
  g_free (self->next);
  g_free (self->location);
  g_free (self->commit);
  g_free (self->etag);
  g_free (self);
}

gboolean
maq_hub_reply_check_header (SoupMessageHeaders *headers,
                            const char         *place,
                            GError            **error)
{
  SoupMessageHeadersIter iter;
  const char            *name, *value;
  gsize                  n_bytes = 0;
  guint                  n_lines = 0;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      n_bytes += strlen (name) + strlen (value) + 4;
      n_lines++;
    }

  return (n_bytes <= MAX_HEADER_BYTES && n_lines <= MAX_HEADER_LINES) ||
         maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, place, "the header of the reply is too long");
}

gboolean
maq_hub_status_is_redirect (guint status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void
maq_hub_reply_note_file (MaqHubReply *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  const char         *commit = soup_message_headers_get_one (headers, "X-Repo-Commit");
  const char         *etag = soup_message_headers_get_one (headers, "X-Linked-Etag");
  const char         *size = soup_message_headers_get_one (headers, "X-Linked-Size");
  guint64             number;

  if (self->commit == NULL && commit != NULL)
    self->commit = g_strdup (commit);
  if (etag == NULL && !maq_hub_status_is_redirect (self->status))
    etag = soup_message_headers_get_one (headers, "ETag");
  if (self->etag == NULL && etag != NULL)
    self->etag = g_strdup (etag);
  if (self->size < 0 && size != NULL && g_ascii_string_to_unsigned (size, 10, 0, G_MAXINT64, &number, NULL))
    self->size = number;
  // The length of a redirect is that of its own small body, that of a packed body not the file's.
  if (self->size < 0 && self->status == 200 && soup_message_headers_get_one (headers, "Content-Length") != NULL &&
      soup_message_headers_get_one (headers, "Content-Encoding") == NULL)
    self->size = soup_message_headers_get_content_length (headers);
}

gboolean
maq_hub_reply_is_short (const MaqHubReply *self,
                        GBytes            *body)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  return soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
         soup_message_headers_get_one (headers, "Content-Encoding") == NULL &&
         strcmp (soup_message_get_method (self->message), "HEAD") != 0 &&
         (gsize) soup_message_headers_get_content_length (headers) > g_bytes_get_size (body);
}

// `X-HF-Warning: topic; message` is for the user. The topic of anonymous requests comes with every file and is not.
void
maq_hub_reply_note_warnings (const MaqHubReply *self,
                             MaqHubHttp        *http)
{
  SoupMessageHeaders    *headers = soup_message_get_response_headers (self->message);
  SoupMessageHeadersIter iter;
  const char            *name, *value;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      if (g_ascii_strcasecmp (name, "X-HF-Warning") != 0)
        continue;

      g_autofree char *valid = g_utf8_make_valid (value, -1);
      char            *text = strchr (valid, ';');
      if (text == NULL)
        continue;
      *text++ = '\0';
      char *topic = g_strstrip (valid);
      if (topic[0] == '\0' || strcmp (topic, "unauthenticated") == 0)
        continue;

      maq_hub_http_warn (http, topic, g_strstrip (text));
    }
}

double
maq_hub_reply_get_wait (const MaqHubReply *self,
                        double             fallback,
                        MaqHubBucket      *bucket)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  MaqHubBucket        named;
  gint64              left = 0, seconds = 0;

  if (maq_hub_rate_limit_parse (soup_message_headers_get_one (headers, "RateLimit"), &named, &left, &seconds) && left == 0)
    {
      *bucket = named;
      return seconds + 1;
    }

  if (self->status != 429 && self->status != 503)
    return -1;

  double wait = maq_hub_retry_after_parse (soup_message_headers_get_one (headers, "Retry-After"), g_get_real_time () / G_USEC_PER_SEC);
  return wait < 0 && self->status == 429 ? fallback : wait;
}
