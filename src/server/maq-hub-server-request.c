// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// A request goes through arrive → (delay) → (wait for hashes) → route → send; the message is paused until the last
// step.
#include "maq-hub-server-private.h"

#include "maq-serve-routes.h"
#include "maq-serve-send.h"

#include <string.h>

#define MAX_REQUEST_BODY (4 * 1024 * 1024)

// What waits for a timer.
typedef struct
{
  MaqHubServer    *self;
  MaqServeRequest *request;
} Pending;

static Pending *
pending_new (MaqHubServer    *self,
             MaqServeRequest *request)
{
  Pending *pending = g_new0 (Pending, 1);
  pending->self = self;
  pending->request = maq_serve_request_ref (request);
  self->n_waiting++;
  return pending;
}

static MaqServeRequest *
pending_end (Pending *pending)
{
  MaqServeRequest *request = pending->request;
  pending->self->n_waiting--;
  g_free (pending);
  return request;
}

static void
set_common_headers (MaqServeRequest *request)
{
  const char      *trace = maq_serve_request_get_header (request, "X-Amzn-Trace-Id");
  g_autofree char *id = g_strdup_printf ("Root=1-%08x-%08x%08x%08x%s%s", (guint) (g_get_real_time () / G_USEC_PER_SEC), g_random_int (), g_random_int (), g_random_int (), trace != NULL ? ";" : "", trace != NULL ? trace : "");
  maq_serve_request_set_header (request, "X-Request-Id", id);
  maq_serve_request_set_header (request, "Access-Control-Allow-Origin", "*");
  maq_serve_request_set_header (request, "Access-Control-Expose-Headers", "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,Content-Disposition,Content-Encoding,RateLimit,RateLimit-Policy,Retry-After,X-Linked-Size,X-Linked-ETag");
}

static void
finish_request (MaqHubServer    *self,
                MaqServeRequest *request)
{
  if (!request->finished)
    {
      maq_serve_log_set_status (self->log, request->log, soup_server_message_get_status (request->message));
      set_common_headers (request);
      maq_serve_reply_compress (request);
      maq_serve_send (request, self->cancellable, &self->n_waiting);
    }
  maq_serve_request_unref (request);
}

static void
route_and_finish (MaqHubServer    *self,
                  MaqServeRequest *request)
{
  if (request->cdn)
    maq_serve_route_cdn (request);
  else if (maq_serve_quota_spend (self->spent, request))
    maq_serve_route_hub (request);
  finish_request (self, request);
}

static void
go_on (MaqHubServer    *self,
       MaqServeRequest *request,
       gboolean         route)
{
  if (route)
    route_and_finish (self, request);
  else
    finish_request (self, request);
}

static void
continue_request (MaqHubServer    *self,
                  MaqServeRequest *request)
{
  if (maq_serve_send_fault_reply (request))
    finish_request (self, request);
  else if (!maq_hub_server_wait (self, request, go_on))
    route_and_finish (self, request);
}

static gboolean
delayed_cb (gpointer data)
{
  MaqHubServer *self = ((Pending *) data)->self;
  continue_request (self, pending_end (data));
  return G_SOURCE_REMOVE;
}

// At once if the server is stopping.
static void
continue_later (MaqHubServer    *self,
                MaqServeRequest *request)
{
  g_autoptr (GSource) source = g_timeout_source_new (request->fault->delay);
  g_autoptr (GSource) stopping = g_cancellable_source_new (self->cancellable);
  g_source_set_dummy_callback (stopping);
  g_source_add_child_source (source, stopping);
  g_source_set_callback (source, delayed_cb, pending_new (self, request), NULL);
  g_source_attach (source, self->context);
  maq_serve_request_unref (request);
}

// Answers to /.maq/…, the means by which tests drive the server.
static void
route_control (MaqHubServer    *self,
               MaqServeRequest *request)
{
  const char *method = soup_server_message_get_method (request->message);
  const char *name = request->n_segments == 2 ? request->segments[1] : "";
  g_autoptr (GError) error = NULL;
  if (g_str_equal (name, "requests") && g_str_equal (method, "GET"))
    {
      g_autofree char *json = maq_hub_server_dup_requests (self);
      maq_serve_reply_json (request, SOUP_STATUS_OK, json);
    }
  else if (g_str_equal (name, "requests") && g_str_equal (method, "DELETE"))
    {
      maq_hub_server_clear_requests (self);
      maq_serve_reply_json (request, SOUP_STATUS_OK, "{}");
    }
  else if (g_str_equal (name, "faults") && g_str_equal (method, "POST"))
    {
      g_autoptr (GBytes) bytes = soup_message_body_flatten (soup_server_message_get_request_body (request->message));
      g_autofree char *json = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      if (maq_hub_server_add_faults (self, json, &error))
        maq_serve_reply_json (request, SOUP_STATUS_OK, "{}");
      else
        maq_serve_reply_error (request, SOUP_STATUS_BAD_REQUEST, NULL, error->message);
    }
  else if (g_str_equal (name, "faults") && g_str_equal (method, "DELETE"))
    {
      maq_hub_server_clear_faults (self);
      maq_serve_reply_json (request, SOUP_STATUS_OK, "{}");
    }
  else
    maq_serve_reply_error (request, SOUP_STATUS_NOT_FOUND, NULL, "There is no such address.");
  finish_request (self, request);
}

// A fault named by the request itself, or by a rule. FALSE if what it names is none; the answer is set then.
static gboolean
find_fault (MaqHubServer    *self,
            MaqServeRequest *request)
{
  const char *text = maq_serve_request_get_header (request, "X-Maq-Fault");
  g_autoptr (GError) error = NULL;
  if (!self->faults_allowed)
    return TRUE;
  if (text == NULL)
    text = maq_serve_query_get (request->query, "maq_fault");
  request->fault = text != NULL ? maq_serve_fault_parse (text, &error)
                                : maq_serve_fault_rules_take (self->rules, request->cdn, request->log->method, request->path);
  request->log->fault = request->fault != NULL;
  if (error != NULL)
    maq_serve_reply_error (request, SOUP_STATUS_BAD_REQUEST, NULL, error->message);
  return error == NULL;
}

static void
finished_cb (SoupServerMessage *message,
             MaqServeRequest   *request)
{
  g_autoptr (MaqServeRequest) kept = maq_serve_request_ref (request);
  maq_serve_request_finish (kept);
}

// The host the peer used to reach this server also leads it to the CDN: the address we listen on may be 0.0.0.0.
static void
set_urls (MaqHubServer    *self,
          MaqServeRequest *request)
{
  const char      *host = maq_serve_request_get_header (request, "Host");
  g_autofree char *url = host != NULL ? g_strconcat ("http://", host, NULL) : NULL;
  g_autoptr (GUri) uri = url != NULL && strpbrk (host, "/?#@ ") == NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  if (uri == NULL || g_uri_get_host (uri) == NULL || request->cdn)
    {
      request->url = g_strdup (self->url);
      request->cdn_url = g_strdup (self->cdn_url);
      return;
    }
  gboolean colons = strchr (g_uri_get_host (uri), ':') != NULL;
  request->url = g_steal_pointer (&url);
  request->cdn_url = g_strdup_printf ("http://%s%s%s:%u", colons ? "[" : "", g_uri_get_host (uri), colons ? "]" : "", self->cdn_port);
}

static void
set_user (MaqHubServer    *self,
          MaqServeRequest *request)
{
  const char *header = maq_serve_request_get_header (request, "Authorization");
  if (header == NULL || g_ascii_strncasecmp (header, "Bearer ", 7) != 0)
    return;
  g_autofree char *token = g_strstrip (g_strdup (header + 7));
  request->user = g_hash_table_lookup (self->users, token);
  request->bad_token = request->user == NULL && *token != '\0';
}

static gboolean
is_preflight (MaqServeRequest *request)
{
  return g_str_equal (soup_server_message_get_method (request->message), "OPTIONS");
}

static gboolean
is_read_only (MaqServeRequest *request)
{
  const char *method = soup_server_message_get_method (request->message);
  return g_str_equal (method, "GET") || g_str_equal (method, "HEAD") ||
         (g_str_equal (method, "POST") && strstr (request->path, "/paths-info/") != NULL);
}

void
maq_hub_server_arrive (MaqHubServer      *self,
                       SoupServerMessage *message,
                       gboolean           cdn)
{
  MaqServeRequest *request = maq_serve_request_new (message);
  request->store = g_object_ref (self->store);
  request->secret = g_bytes_ref (self->secret);
  request->link_lifetime = self->link_lifetime;
  request->cdn = request->log->cdn = cdn;
  g_signal_connect_data (message, "finished", G_CALLBACK (finished_cb), maq_serve_request_ref (request), maq_serve_request_closure_unref, 0);
  set_urls (self, request);
  set_user (self, request);
  soup_server_message_pause (message);

  if (self->faults_allowed && request->n_segments > 0 && g_str_equal (request->segments[0], ".maq"))
    {
      route_control (self, request);
      return;
    }
  gboolean good = find_fault (self, request);
  // Only tests can read it.
  if (self->faults_allowed)
    maq_serve_log_add (self->log, request->log);
  if (good && is_preflight (request))
    {
      maq_serve_reply_preflight (request);
      good = FALSE;
    }
  else if (good && !is_read_only (request))
    {
      maq_serve_reply_error (request, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL, "This Hub is read-only.");
      good = FALSE;
    }
  if (!good)
    finish_request (self, request);
  else if (request->fault != NULL && request->fault->delay > 0)
    {
      // Remembered by the message: when the delay is over, the client may be gone and its address with it.
      soup_server_message_get_remote_host (request->message);
      continue_later (self, request);
    }
  else
    continue_request (self, request);
}

// A body whose length is not told could be of any. libsoup reads it to its end before it answers.
void
maq_hub_server_look_early (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  gboolean            untold = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED;
  if (!untold && soup_message_headers_get_content_length (headers) <= MAX_REQUEST_BODY)
    return;
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  soup_server_message_set_status (message, untold ? SOUP_STATUS_LENGTH_REQUIRED : SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
}
