// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-test-server.h"

#include <string.h>

struct _MaqTestServer
{
  GSocketService  *service;
  GTlsCertificate *certificate;
  char            *address;
  GCancellable    *stop;
  gint             n_threads;     // atomic
  gint             n_connections; // atomic

  GMutex      lock;    // guards what follows
  GHashTable *replies; // path → GQueue of MaqTestReply
  GPtrArray  *requests;
  guint       n_aborted;
};

typedef struct
{
  char  *line;
  char  *path;
  char **headers;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->line);
  g_free (request->path);
  g_strfreev (request->headers);
  g_free (request);
}

static MaqTestReply *
reply_copy (const MaqTestReply *reply)
{
  MaqTestReply *copy = g_memdup2 (reply, sizeof *reply);

  if (copy->length == 0 && copy->body != NULL)
    copy->length = strlen (copy->body);
  // One byte more, so that empty bodies are no NULL.
  copy->body = g_memdup2 (copy->body != NULL ? copy->body : "", MAX (copy->length, 1));
  copy->headers = g_strdup (copy->headers != NULL ? copy->headers : "");
  return copy;
}

static void
reply_free (gpointer data)
{
  MaqTestReply *reply = data;

  g_free ((char *) reply->body);
  g_free ((char *) reply->headers);
  g_free (reply);
}

static void
queue_free (gpointer data)
{
  g_queue_free_full (data, reply_free);
}

// Reads the lines of one request; NULL when the client has gone.
static Request *
read_request (MaqTestServer    *self,
              GDataInputStream *input)
{
  g_autofree char *line = g_data_input_stream_read_line (input, NULL, self->stop, NULL);
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  if (line == NULL)
    return NULL;

  while (TRUE)
    {
      char *header = g_data_input_stream_read_line (input, NULL, self->stop, NULL);
      if (header == NULL)
        return NULL;
      if (header[0] == '\0')
        {
          g_free (header);
          break;
        }
      g_strv_builder_take (headers, header);
    }

  Request *request = g_new0 (Request, 1);
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  const char *target = words[0] != NULL && words[1] != NULL ? words[1] : "";
  request->line = g_steal_pointer (&line);
  request->path = g_strndup (target, strcspn (target, "?"));
  request->headers = g_strv_builder_end (headers);
  return request;
}

static MaqTestReply *
take_reply (MaqTestServer *self,
            const char    *path)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GQueue *queue = g_hash_table_lookup (self->replies, path);

  if (queue == NULL)
    queue = g_hash_table_lookup (self->replies, "*");
  if (queue == NULL)
    return reply_copy (&(MaqTestReply) { .status = 404, .body = "no such path in this test" });
  return queue->length > 1 ? g_queue_pop_head (queue) : reply_copy (g_queue_peek_head (queue));
}

// Waits MSEC, or until the client hangs up.
static gboolean
wait_for (MaqTestServer *self,
          GSocket       *socket,
          guint          msec)
{
  g_autoptr (GError) error = NULL;
  char byte;

  if (msec == 0)
    return TRUE;
  if (!g_socket_condition_timed_wait (socket, G_IO_IN | G_IO_HUP, msec * 1000ll, self->stop, &error))
    return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

  // The end of the stream, unless the client says more.
  g_socket_set_blocking (socket, FALSE);
  gssize n = g_socket_receive (socket, &byte, 0, NULL, NULL);
  g_socket_set_blocking (socket, TRUE);
  return n > 0;
}

static gboolean
write_bytes (MaqTestServer *self,
             GOutputStream *output,
             const char    *bytes,
             gsize          length)
{
  return g_output_stream_write_all (output, bytes, length, NULL, self->stop, NULL);
}

static gboolean
write_reply (MaqTestServer      *self,
             GSocketConnection  *connection,
             GIOStream          *stream,
             const MaqTestReply *reply,
             gboolean            is_head)
{
  GSocket       *socket = g_socket_connection_get_socket (connection);
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  gsize          end = reply->cut_at > 0 ? MIN (reply->cut_at, reply->length) : reply->length;
  gsize          pause_at = reply->pause > 0 ? MIN (reply->pause_at, end) : 0;

  if (!wait_for (self, socket, reply->delay))
    return FALSE;

  if (!reply->is_raw)
    {
      g_autoptr (GString) header = g_string_new (NULL);
      g_string_printf (header, "HTTP/1.1 %u Test\r\n%s", reply->status != 0 ? reply->status : 200, reply->headers);
      if (reply->claim >= 0)
        g_string_append_printf (header, "Content-Length: %" G_GINT64_FORMAT "\r\n", reply->claim > 0 ? reply->claim : (gint64) reply->length);
      else
        g_string_append (header, "Connection: close\r\n");
      g_string_append (header, "\r\n");
      if (!write_bytes (self, output, header->str, header->len))
        return FALSE;
    }

  if (is_head)
    return reply->claim >= 0;
  return write_bytes (self, output, reply->body, pause_at) && wait_for (self, socket, reply->pause) &&
         write_bytes (self, output, reply->body + pause_at, end - pause_at);
}

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection      *connection,
        GObject                *source,
        gpointer                data)
{
  MaqTestServer *self = data;
  g_autoptr (GIOStream) stream = self->certificate != NULL ? g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, NULL) : g_object_ref (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  gboolean goes_on = TRUE;

  g_atomic_int_inc (&self->n_threads);
  g_atomic_int_inc (&self->n_connections);
  g_tcp_connection_set_graceful_disconnect (G_TCP_CONNECTION (connection), FALSE);
  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while (goes_on)
    {
      Request *request = read_request (self, input);
      if (request == NULL)
        break;

      gboolean         is_head = g_str_has_prefix (request->line, "HEAD ");
      g_autofree char *path = g_strdup (request->path);
      g_mutex_lock (&self->lock);
      g_ptr_array_add (self->requests, request);
      g_mutex_unlock (&self->lock);

      MaqTestReply *reply = take_reply (self, path);
      if (reply->cut_first)
        goes_on = FALSE;
      else if (!write_reply (self, connection, stream, reply, is_head))
        {
          goes_on = FALSE;
          g_mutex_lock (&self->lock);
          self->n_aborted++;
          g_mutex_unlock (&self->lock);
        }
      else
        goes_on = reply->cut_at == 0 && reply->claim == 0 && !reply->is_raw;
      reply_free (reply);
    }

  g_io_stream_close (stream, NULL, NULL);
  g_atomic_int_add (&self->n_threads, -1);
  return TRUE;
}

MaqTestServer *
maq_test_server_new (void)
{
  return maq_test_server_new_tls (NULL);
}

MaqTestServer *
maq_test_server_new_tls (GTlsCertificate *certificate)
{
  MaqTestServer *self = g_new0 (MaqTestServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) effective = NULL;
  GError *error = NULL;

  g_mutex_init (&self->lock);
  self->stop = g_cancellable_new ();
  self->replies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  self->requests = g_ptr_array_new_with_free_func (request_free);
  self->service = g_threaded_socket_service_new (64);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
  g_assert_no_error (error);
  self->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  self->address = g_strdup_printf ("%s://127.0.0.1:%u", certificate != NULL ? "https" : "http", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective)));
  g_signal_connect (self->service, "run", G_CALLBACK (run_cb), self);
  g_socket_service_start (self->service);
  return self;
}

void
maq_test_server_free (MaqTestServer *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_cancellable_cancel (self->stop);
  while (g_atomic_int_get (&self->n_threads) > 0)
    g_usleep (1000);

  g_signal_handlers_disconnect_by_data (self->service, self);
  g_object_unref (self->service);
  g_object_unref (self->stop);
  g_clear_object (&self->certificate);
  g_hash_table_unref (self->replies);
  g_ptr_array_unref (self->requests);
  g_mutex_clear (&self->lock);
  g_free (self->address);
  g_free (self);
}

const char *
maq_test_server_get_address (MaqTestServer *self)
{
  return self->address;
}

void
maq_test_server_add (MaqTestServer      *self,
                     const char         *path,
                     const MaqTestReply *reply)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GQueue *queue = g_hash_table_lookup (self->replies, path);

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (self->replies, g_strdup (path), queue);
    }
  g_queue_push_tail (queue, reply_copy (reply));
}

void
maq_test_server_clear (MaqTestServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_hash_table_remove_all (self->replies);
  g_ptr_array_set_size (self->requests, 0);
  self->n_aborted = 0;
}

guint
maq_test_server_count (MaqTestServer *self,
                       const char    *prefix)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint n = 0;

  for (guint i = 0; i < self->requests->len; i++)
    if (g_str_has_prefix (((Request *) self->requests->pdata[i])->path, prefix))
      n++;
  return n;
}

guint
maq_test_server_count_connections (MaqTestServer *self)
{
  return g_atomic_int_get (&self->n_connections);
}

char *
maq_test_server_dup_header (MaqTestServer *self,
                            const char    *prefix,
                            const char    *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = self->requests->len; i > 0; i--)
    {
      Request *request = self->requests->pdata[i - 1];
      gsize    length = strlen (name);

      if (!g_str_has_prefix (request->path, prefix))
        continue;
      if (length == 0)
        return g_strdup (request->line);
      for (guint j = 0; request->headers[j] != NULL; j++)
        if (g_ascii_strncasecmp (request->headers[j], name, length) == 0 && request->headers[j][length] == ':')
          return g_strstrip (g_strdup (request->headers[j] + length + 1));
      return NULL;
    }

  return NULL;
}

guint
maq_test_server_count_aborted (MaqTestServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_aborted;
}
