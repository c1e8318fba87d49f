// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-send.h"

#include <string.h>

#define CHUNK     (256 * 1024)
#define RATE_TICK 50 // ms

// The plain way: libsoup asks for the next piece when it has written the last one.

static void
append_next (MaqServeRequest *request)
{
  SoupMessageBody   *body = soup_server_message_get_response_body (request->message);
  gsize              n = MIN (CHUNK, request->body_length);
  g_autofree guint8 *buffer = g_malloc (MAX (n, 1));
  g_autoptr (GError) error = NULL;
  gssize got = n > 0 ? maq_serve_reader_read (request->reader, request->body_start, buffer, n, &error) : 0;

  if (error != NULL)
    {
      // Too late to say so: the peer sees that the length it was told is not reached.
      g_warning ("the Hub server stops sending: %s", error->message);
      g_autoptr (GIOStream) stream = soup_server_message_steal_connection (request->message);
      if (stream != NULL)
        g_io_stream_close (stream, NULL, NULL);
      return;
    }
  if (got > 0)
    {
      request->body_start += got;
      request->body_length -= got;
      soup_message_body_append_take (body, g_steal_pointer (&buffer), got);
    }
  if (request->body_length == 0)
    soup_message_body_complete (body);
}

static void
wrote_chunk_cb (SoupServerMessage *message,
                MaqServeRequest   *request)
{
  if (request->body_length > 0)
    append_next (request);
}

static void
wrote_data_cb (SoupServerMessage *message,
               guint              bytes,
               MaqServeRequest   *request)
{
  maq_serve_log_entry_add_sent (request->log, bytes);
}

static void
send_plainly (MaqServeRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
  guint               status = soup_server_message_get_status (request->message);
  // As from the Hub, what is compressed has no length.
  if (soup_message_headers_get_one (headers, "Content-Encoding") != NULL)
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  else if (status != SOUP_STATUS_NOT_MODIFIED && status != SOUP_STATUS_NO_CONTENT)
    soup_message_headers_set_content_length (headers, request->body_length);
  g_signal_connect_data (request->message, "wrote-body-data", G_CALLBACK (wrote_data_cb), maq_serve_request_ref (request), maq_serve_request_closure_unref, 0);
  if (request->body != NULL && request->body_length > 0 && !maq_serve_request_is_head (request))
    {
      soup_message_body_set_accumulate (soup_server_message_get_response_body (request->message), FALSE);
      g_signal_connect_data (request->message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), maq_serve_request_ref (request), maq_serve_request_closure_unref, 0);
      append_next (request);
    }
  soup_server_message_unpause (request->message);
}

// By hand.

typedef struct
{
  MaqServeRequest *request;
  GIOStream       *stream;
  GCancellable    *cancellable;
  GString         *head;
  guint8          *buffer;
  guint64          left; // of the body
  guint64          sent;
  gint64           begun; // monotonic: when the first byte of the body was due
  guint           *n_sending;
} Raw;

static void
raw_free (Raw *raw)
{
  (*raw->n_sending)--;
  g_io_stream_close (raw->stream, NULL, NULL);
  g_object_unref (raw->stream);
  g_object_unref (raw->cancellable);
  g_string_free (raw->head, TRUE);
  g_free (raw->buffer);
  maq_serve_request_unref (raw->request);
  g_free (raw);
}

static void
append_header (const char *name,
               const char *value,
               gpointer    data)
{
  if (g_ascii_strcasecmp (name, "Content-Length") != 0 && g_ascii_strcasecmp (name, "Connection") != 0)
    g_string_append_printf (data, "%s: %s\r\n", name, value);
}

static GString *
write_head (MaqServeRequest *request)
{
  guint    status = soup_server_message_get_status (request->message);
  GString *head = g_string_new (NULL);
  g_string_append_printf (head, "HTTP/1.1 %u %s\r\n", status, maq_serve_status_phrase (status));
  soup_message_headers_foreach (soup_server_message_get_response_headers (request->message), append_header, head);
  g_string_append_printf (head, "Content-Length: %" G_GINT64_FORMAT "\r\nConnection: close\r\n\r\n", MAX (0, (gint64) request->body_length + request->fault->length));
  return head;
}

static void raw_next (Raw *raw);
static void raw_go_on (Raw *raw);

// The bytes that are due at the rate of the fault and not sent yet.
static guint64
raw_get_due (Raw *raw)
{
  double  seconds = (double) (g_get_monotonic_time () - raw->begun) / G_USEC_PER_SEC;
  guint64 due = seconds * raw->request->fault->rate;

  return due - MIN (due, raw->sent);
}

static gboolean
raw_tick_cb (gpointer data)
{
  Raw *raw = data;
  if (g_cancellable_is_cancelled (raw->cancellable))
    raw_free (raw);
  else
    raw_go_on (raw);
  return G_SOURCE_REMOVE;
}

static void
raw_wait (Raw  *raw,
          guint milliseconds)
{
  g_autoptr (GSource) source = g_timeout_source_new (milliseconds);
  g_source_set_callback (source, raw_tick_cb, raw, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

// With a rate, the next piece goes when the time since the beginning makes it due: what was late is made up for.
static void
raw_go_on (Raw *raw)
{
  guint64 rate = raw->request->fault->rate;
  guint64 piece = MIN (CLAMP (rate * RATE_TICK / 1000, 1, CHUNK), raw->left);

  if (raw->begun == 0)
    raw->begun = g_get_monotonic_time ();
  guint64 due = raw_get_due (raw);
  if (rate > 0 && due < piece)
    raw_wait (raw, CLAMP ((piece - due) * 1000 / rate, 1, RATE_TICK));
  else
    raw_next (raw);
}

static void
raw_written_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      data)
{
  Raw     *raw = data;
  gsize    n;
  gboolean ok = g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &n, NULL);
  // The first write is that of the head.
  if (raw->sent > 0)
    maq_serve_log_entry_add_sent (raw->request->log, n);
  if (!ok)
    raw_free (raw);
  else
    raw_go_on (raw);
}

// How many bytes may go at once, up to whatever the fault puts an end to.
static gsize
raw_allowed (Raw *raw)
{
  MaqServeFault *fault = raw->request->fault;
  guint64        n = MIN (CHUNK, raw->left);
  guint64        due = raw_get_due (raw); // it grows with time: MIN would ask twice
  if (fault->rate > 0)
    n = MIN (n, due);
  if (fault->cut >= 0)
    n = MIN (n, (guint64) MAX (0, fault->cut - (gint64) raw->sent));
  if (fault->stall >= 0)
    n = MIN (n, (guint64) MAX (0, fault->stall - (gint64) raw->sent));
  return n;
}

static void
raw_next (Raw *raw)
{
  MaqServeRequest *request = raw->request;
  gsize            n = raw_allowed (raw);
  if (n == 0 && raw->left > 0 && request->fault->stall >= 0 && raw->sent >= (guint64) request->fault->stall)
    {
      // Look again now and then, as the server may be stopping.
      raw_wait (raw, RATE_TICK);
      return;
    }
  gssize got = n > 0 ? maq_serve_reader_read (request->reader, request->body_start + raw->sent, raw->buffer, n, NULL) : 0;
  if (got <= 0)
    {
      raw_free (raw);
      return;
    }
  guint64 offset = request->body_start + raw->sent;
  if (request->fault->flip >= 0 && (guint64) request->fault->flip >= offset && (guint64) request->fault->flip < offset + got)
    raw->buffer[request->fault->flip - offset] ^= 0xff;
  raw->sent += got;
  raw->left -= got;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (raw->stream), raw->buffer, got, G_PRIORITY_DEFAULT, raw->cancellable, raw_written_cb, raw);
}

// Not from within libsoup's own call, which goes on using the connection afterwards.
static gboolean
raw_start_cb (gpointer data)
{
  Raw *raw = data;
  raw->stream = raw->request->finished ? NULL : soup_server_message_steal_connection (raw->request->message);
  if (raw->stream == NULL)
    {
      raw->stream = g_simple_io_stream_new (g_memory_input_stream_new (), g_memory_output_stream_new_resizable ());
      raw_free (raw);
      return G_SOURCE_REMOVE;
    }
  maq_serve_request_finish (raw->request);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (raw->stream), raw->head->str, raw->head->len, G_PRIORITY_DEFAULT, raw->cancellable, raw_written_cb, raw);
  return G_SOURCE_REMOVE;
}

static void
send_raw (MaqServeRequest *request,
          GCancellable    *cancellable,
          guint           *n_sending)
{
  Raw *raw = g_new0 (Raw, 1);
  raw->request = maq_serve_request_ref (request);
  raw->cancellable = g_object_ref (cancellable);
  raw->head = write_head (request);
  raw->buffer = g_malloc (CHUNK);
  raw->left = request->body_length;
  raw->n_sending = n_sending;
  (*n_sending)++;

  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_callback (source, raw_start_cb, raw, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

void
maq_serve_send (MaqServeRequest *request,
                GCancellable    *cancellable,
                guint           *n_sending)
{
  if (request->finished)
    return;
  if (request->fault != NULL && maq_serve_fault_spoils_body (request->fault) && request->body != NULL && !maq_serve_request_is_head (request))
    send_raw (request, cancellable, n_sending);
  else
    send_plainly (request);
}

static void
reply_status (MaqServeRequest *request,
              MaqServeFault   *fault)
{
  if (fault->status == MAQ_SERVE_STATUS_TOO_MANY_REQUESTS || fault->retry_after > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", MAX (1, fault->retry_after));
      maq_serve_request_set_header (request, "Retry-After", seconds);
    }
  if (fault->status == MAQ_SERVE_STATUS_TOO_MANY_REQUESTS)
    {
      g_autofree char *left = g_strdup_printf ("\"api\";r=0;t=%u", fault->retry_after);
      maq_serve_request_set_header (request, "RateLimit", left);
      maq_serve_request_set_header (request, "RateLimit-Policy", "\"fixed window\";\"api\";q=500;w=300");
    }
  maq_serve_reply_error (request, fault->status, NULL, maq_serve_status_phrase (fault->status));
}

gboolean
maq_serve_send_fault_reply (MaqServeRequest *request)
{
  MaqServeFault *fault = request->fault;
  if (fault == NULL)
    return FALSE;
  if (fault->status > 0)
    reply_status (request, fault);
  else if (fault->expired)
    maq_serve_reply_text (request, SOUP_STATUS_FORBIDDEN, "application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>");
  else if (g_strcmp0 (fault->redirect, "loop") == 0)
    maq_serve_reply_redirect (request, SOUP_STATUS_FOUND, request->log->path);
  else if (fault->redirect != NULL)
    maq_serve_reply_redirect (request, SOUP_STATUS_FOUND, fault->redirect);
  else if (g_strcmp0 (fault->body, "garbage") == 0)
    maq_serve_reply_json (request, SOUP_STATUS_OK, "[{\"id\":\"maquette/x\", \xff\xfe ");
  else if (g_strcmp0 (fault->body, "html") == 0)
    maq_serve_reply_text (request, SOUP_STATUS_OK, "text/html; charset=utf-8", "<!doctype html><title>Guest network</title><p>Please accept the terms to go on.");
  else if (fault->body != NULL)
    maq_serve_reply_json (request, SOUP_STATUS_OK, "");
  else
    return FALSE;
  return TRUE;
}
