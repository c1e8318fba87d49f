// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-request.h"

#include "maq-serve-json.h"

#include <string.h>

#define COMPRESS_FROM 1024
#define METHODS       "GET, HEAD, POST, OPTIONS"

static void
read_segments (MaqServeRequest *self)
{
  g_auto (GStrv) parts = g_strsplit (self->path, "/", -1);
  g_autoptr (GStrvBuilder) segments = g_strv_builder_new ();
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      {
        g_autofree char *decoded = g_uri_unescape_string (*part, NULL);
        g_strv_builder_add (segments, decoded != NULL && g_utf8_validate (decoded, -1, NULL) ? decoded : *part);
      }
  self->segments = g_strv_builder_end (segments);
  self->n_segments = g_strv_length (self->segments);
}

static MaqServeLogEntry *
log_entry_new (MaqServeRequest *self,
               const char      *query)
{
  MaqServeLogEntry *entry = maq_serve_log_entry_new ();
  entry->method = g_strdup (soup_server_message_get_method (self->message));
  entry->path = query != NULL ? g_strconcat (self->path, "?", query, NULL) : g_strdup (self->path);
  entry->range = g_strdup (maq_serve_request_get_header (self, "Range"));
  entry->user_agent = g_strdup (maq_serve_request_get_header (self, "User-Agent"));
  entry->authorization = maq_serve_request_get_header (self, "Authorization") != NULL;
  return entry;
}

MaqServeRequest *
maq_serve_request_new (SoupServerMessage *message)
{
  MaqServeRequest *self = g_rc_box_new0 (MaqServeRequest);
  GUri            *uri = soup_server_message_get_uri (message);
  const char      *query = g_uri_get_query (uri);

  self->message = g_object_ref (message);
  self->path = g_strdup (g_uri_get_path (uri));
  self->query = maq_serve_query_new (query);
  read_segments (self);
  self->log = log_entry_new (self, query);
  return self;
}

MaqServeRequest *
maq_serve_request_ref (MaqServeRequest *self)
{
  return g_rc_box_acquire (self);
}

static void
request_clear (gpointer data)
{
  MaqServeRequest *self = data;
  g_clear_object (&self->message);
  g_clear_object (&self->store);
  g_clear_pointer (&self->secret, g_bytes_unref);
  g_free (self->url);
  g_free (self->cdn_url);
  g_free (self->path);
  g_strfreev (self->segments);
  g_clear_pointer (&self->query, maq_serve_query_free);
  g_clear_pointer (&self->fault, maq_serve_fault_free);
  g_clear_pointer (&self->body, maq_serve_content_unref);
  g_clear_pointer (&self->reader, maq_serve_reader_free);
  g_clear_pointer (&self->log, maq_serve_log_entry_unref);
}

void
maq_serve_request_unref (MaqServeRequest *self)
{
  g_rc_box_release_full (self, request_clear);
}

void
maq_serve_request_finish (MaqServeRequest *self)
{
  self->finished = TRUE;
  g_signal_handlers_disconnect_by_data (self->message, self);
}

void
maq_serve_request_closure_unref (gpointer  request,
                                 GClosure *closure)
{
  maq_serve_request_unref (request);
}

const char *
maq_serve_status_phrase (guint status)
{
  return status == MAQ_SERVE_STATUS_TOO_MANY_REQUESTS ? "Too Many Requests" : soup_status_get_phrase (status);
}

gboolean
maq_serve_request_is_head (MaqServeRequest *self)
{
  return g_str_equal (soup_server_message_get_method (self->message), "HEAD");
}

const char *
maq_serve_request_get_header (MaqServeRequest *self,
                              const char      *name)
{
  return soup_message_headers_get_one (soup_server_message_get_request_headers (self->message), name);
}

// What comes from repos (names, messages) must not end a header line.
void
maq_serve_request_set_header (MaqServeRequest *self,
                              const char      *name,
                              const char      *value)
{
  g_autofree char *line = g_strdelimit (g_strdup (value), "\r\n", ' ');
  soup_message_headers_replace (soup_server_message_get_response_headers (self->message), name, line);
}

char *
maq_serve_request_dup_rest (MaqServeRequest *self,
                            guint            index)
{
  return index < self->n_segments ? g_strjoinv ("/", self->segments + index) : g_strdup ("");
}

// Takes CONTENT and its READER; only what is no file can do without one.
static void
set_body (MaqServeRequest *self,
          guint            status,
          const char      *type,
          MaqServeContent *content,
          MaqServeReader  *reader)
{
  g_clear_pointer (&self->reader, maq_serve_reader_free);
  g_clear_pointer (&self->body, maq_serve_content_unref);
  self->body = content;
  self->reader = reader != NULL || content == NULL ? reader : maq_serve_content_open (content, NULL);
  self->body_start = 0;
  self->body_length = content != NULL ? maq_serve_content_get_size (content) : 0;
  soup_server_message_set_status (self->message, status, maq_serve_status_phrase (status));
  if (type != NULL)
    maq_serve_request_set_header (self, "Content-Type", type);
}

// "W/" and quotes do not matter when tags are compared.
static gboolean
matches_etag (MaqServeRequest *self,
              const char      *etag)
{
  const char      *wanted = maq_serve_request_get_header (self, "If-None-Match");
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", etag);
  return wanted != NULL && (strstr (wanted, quoted) != NULL || g_str_equal (wanted, "*"));
}

void
maq_serve_reply_text (MaqServeRequest *self,
                      guint            status,
                      const char      *type,
                      const char      *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, bytes);
  g_autofree char *tag = g_strdup_printf ("%" G_GSIZE_MODIFIER "x-%.20s", strlen (text), digest);
  g_autofree char *etag = g_strdup_printf ("W/\"%s\"", tag);

  maq_serve_request_set_header (self, "ETag", etag);
  if (status == SOUP_STATUS_OK && matches_etag (self, tag))
    set_body (self, SOUP_STATUS_NOT_MODIFIED, NULL, NULL, NULL);
  else
    set_body (self, status, type, maq_serve_content_new_bytes (bytes), NULL);
}

void
maq_serve_reply_json (MaqServeRequest *self,
                      guint            status,
                      const char      *json)
{
  maq_serve_reply_text (self, status, "application/json; charset=utf-8", json);
}

void
maq_serve_reply_error (MaqServeRequest *self,
                       guint            status,
                       const char      *code,
                       const char      *message)
{
  gboolean json = self->n_segments > 0 && g_str_equal (self->segments[0], "api");
  if (code != NULL)
    maq_serve_request_set_header (self, "X-Error-Code", code);
  g_autofree char *ascii = g_str_to_ascii (message, "C");
  maq_serve_request_set_header (self, "X-Error-Message", ascii);
  if (!json)
    {
      maq_serve_reply_text (self, status, "text/plain; charset=utf-8", message);
      return;
    }
  g_autoptr (GString) out = g_string_new (NULL);
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "error", message);
  maq_serve_json_close (out, '}');
  maq_serve_reply_json (self, status, out->str);
}

void
maq_serve_reply_redirect (MaqServeRequest *self,
                          guint            status,
                          const char      *location)
{
  g_autofree char *text = g_strdup_printf ("%s. Redirecting to %s", soup_status_get_phrase (status), location);
  maq_serve_request_set_header (self, "Location", location);
  maq_serve_reply_text (self, status, "text/plain; charset=utf-8", text);
  soup_message_headers_remove (soup_server_message_get_response_headers (self->message), "ETag");
}

typedef enum
{
  RANGE_NONE,
  RANGE_GOOD,
  RANGE_BAD,
} RangeResult;

// One range of bytes. Several, or another unit, are answered with the whole.
static RangeResult
read_range (const char *header,
            guint64     size,
            guint64    *start,
            guint64    *length)
{
  if (header == NULL || !g_str_has_prefix (header, "bytes=") || strchr (header, ',') != NULL)
    return RANGE_NONE;
  const char *text = header + strlen ("bytes=");
  char       *end;
  if (*text == '-')
    {
      guint64 n = g_ascii_strtoull (text + 1, &end, 10);
      if (end == text + 1 || *end != '\0')
        return RANGE_NONE;
      *length = MIN (n, size);
      *start = size - *length;
      return *length > 0 ? RANGE_GOOD : RANGE_BAD;
    }
  *start = g_ascii_strtoull (text, &end, 10);
  if (end == text || *end != '-')
    return RANGE_NONE;
  const char *last = end + 1;
  guint64     to = *last != '\0' ? g_ascii_strtoull (last, &end, 10) : G_MAXUINT64;
  if (*last != '\0' && (*end != '\0' || end == last || to < *start))
    return RANGE_NONE;
  if (*start >= size)
    return RANGE_BAD;
  *length = MIN (to, size - 1) - *start + 1;
  return RANGE_GOOD;
}

static void
reply_range (MaqServeRequest *self,
             guint64          start,
             guint64          length)
{
  guint64          size = maq_serve_content_get_size (self->body);
  guint64          shown = self->fault != NULL && self->fault->range == MAQ_SERVE_RANGE_WRONG ? start + 1 : start;
  g_autofree char *range = g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, shown, shown + length - 1, size);
  soup_server_message_set_status (self->message, SOUP_STATUS_PARTIAL_CONTENT, NULL);
  maq_serve_request_set_header (self, "Content-Range", range);
  self->body_start = start;
  self->body_length = length;
}

// Whether a range may be answered with that range: If-Range names the content it was cut from. Only strong tags do; a date is not one.
static gboolean
may_send_part (MaqServeRequest *self,
               const char      *quoted)
{
  const char *wanted = maq_serve_request_get_header (self, "If-Range");
  if (self->fault != NULL && self->fault->range == MAQ_SERVE_RANGE_IGNORE)
    return FALSE;
  return wanted == NULL || g_str_equal (wanted, quoted);
}

void
maq_serve_reply_changed (MaqServeRequest *self)
{
  maq_serve_reply_error (self, SOUP_STATUS_CONFLICT, NULL, "This file changed on the disk, or cannot be read. Start this Hub again to serve it as it is now.");
}

void
maq_serve_reply_content (MaqServeRequest *self,
                         MaqServeContent *content,
                         const char      *etag,
                         const char      *type)
{
  guint64          start, length;
  guint64          size = maq_serve_content_get_size (content);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", etag);
  RangeResult      range = may_send_part (self, quoted) ? read_range (maq_serve_request_get_header (self, "Range"), size, &start, &length) : RANGE_NONE;

  maq_serve_request_set_header (self, "ETag", quoted);
  maq_serve_request_set_header (self, "Accept-Ranges", "bytes");
  if (matches_etag (self, etag))
    {
      set_body (self, SOUP_STATUS_NOT_MODIFIED, NULL, NULL, NULL);
      return;
    }
  MaqServeReader *reader = maq_serve_content_open (content, NULL);
  if (reader == NULL)
    {
      maq_serve_reply_changed (self);
      return;
    }
  set_body (self, SOUP_STATUS_OK, type, maq_serve_content_ref (content), reader);
  if (range == RANGE_GOOD)
    reply_range (self, start, length);
  else if (range == RANGE_BAD)
    {
      g_autofree char *all = g_strdup_printf ("bytes */%" G_GUINT64_FORMAT, size);
      maq_serve_reply_text (self, SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE, "text/plain; charset=utf-8", "The range asked for is not within the file.");
      maq_serve_request_set_header (self, "Content-Range", all);
    }
}

void
maq_serve_reply_preflight (MaqServeRequest *self)
{
  const char *headers = maq_serve_request_get_header (self, "Access-Control-Request-Headers");
  set_body (self, SOUP_STATUS_NO_CONTENT, NULL, NULL, NULL);
  maq_serve_request_set_header (self, "Allow", METHODS);
  maq_serve_request_set_header (self, "Access-Control-Allow-Methods", METHODS);
  maq_serve_request_set_header (self, "Access-Control-Max-Age", "86400");
  // A star would not stand for Authorization.
  if (headers != NULL)
    maq_serve_request_set_header (self, "Access-Control-Allow-Headers", headers);
  maq_serve_request_set_header (self, "Vary", "Access-Control-Request-Headers");
}

static gboolean
is_text (const char *type)
{
  return type != NULL && (g_str_has_prefix (type, "text/") || g_str_has_prefix (type, "application/json"));
}

void
maq_serve_reply_compress (MaqServeRequest *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  const char         *accepted = maq_serve_request_get_header (self, "Accept-Encoding");
  if (self->body == NULL || accepted == NULL || strstr (accepted, "gzip") == NULL || self->fault != NULL)
    return;
  if (soup_server_message_get_status (self->message) != SOUP_STATUS_OK || self->body_length < COMPRESS_FROM)
    return;
  if (!is_text (soup_message_headers_get_one (headers, "Content-Type")) || maq_serve_content_is_lfs (self->body))
    return;

  g_autoptr (GBytes) plain = maq_serve_content_read_all (self->body, self->body_length, NULL);
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 3);
  g_autoptr (GBytes) packed = plain != NULL ? g_converter_convert_bytes (G_CONVERTER (compressor), plain, NULL) : NULL;
  if (packed == NULL)
    return;
  g_clear_pointer (&self->reader, maq_serve_reader_free);
  g_clear_pointer (&self->body, maq_serve_content_unref);
  self->body = maq_serve_content_new_bytes (packed);
  self->reader = maq_serve_content_open (self->body, NULL);
  self->body_length = g_bytes_get_size (packed);
  // What is packed is not, byte for byte, what the tag stands for: no range of it fits a range of the file.
  const char *etag = soup_message_headers_get_one (headers, "ETag");
  if (etag != NULL && *etag == '"')
    {
      g_autofree char *weak = g_strconcat ("W/", etag, NULL);
      maq_serve_request_set_header (self, "ETag", weak);
    }
  maq_serve_request_set_header (self, "Content-Encoding", "gzip");
  soup_message_headers_append (headers, "Vary", "Accept-Encoding");
}

const char *
maq_serve_guess_type (const char *path)
{
  static const char *const types[][2] = {
    { ".html", "text/html; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".jpg", "image/jpeg" },
    { ".webp", "image/webp" },
    { ".wav", "audio/wav" },
    { ".gguf", "application/octet-stream" },
    { ".safetensors", "application/octet-stream" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i][0]))
      return types[i][1];
  return "text/plain; charset=utf-8";
}
