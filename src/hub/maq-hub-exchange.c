// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-http-private.h"

#include <string.h>

#include "maq-error.h"
#include "maq-fiber.h"
#include "maq-hub-error.h"
#include "maq-hub-link.h"
#include "maq-hub-reply.h"
#include "maq-hub-status.h"
#include "maq-hub-stream.h"

// One request and the redirects that follow from it. libsoup sends each hop by itself and knows nothing of the next: whether a
// hop may be taken, and with what, is decided here, and in MaqHubFence once its address is known.

#define MAX_HOPS        10
#define MAX_ERROR_BYTES (64 * 1024)
#define CHUNK           (64 * 1024)

typedef struct
{
  const MaqHubCall    *call;
  const MaqHubRequest *request;
  double               backoff;
  MaqHubOutlook       *outlook;

  // Of the present hop:
  GUri        *uri;
  gboolean     is_hub; // and so was every hop before
  gint64       start;
  MaqHubReply *reply;
} Exchange;

static void
exchange_clear (Exchange *self)
{
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->reply, maq_hub_reply_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exchange, exchange_clear)

// What of URI may stand in a message: the path at the Hub, the host elsewhere. Queries can hold signatures.
static char *
dup_place (const Exchange *self)
{
  if (self->is_hub)
    return g_strdup (g_uri_get_path (self->uri));
  return g_strconcat (g_uri_get_host (self->uri), g_uri_get_path (self->uri), NULL);
}

static void
add_hub_headers (const Exchange     *self,
                 SoupMessageHeaders *headers)
{
  g_autofree char *trace = g_uuid_string_random ();

  soup_message_headers_replace (headers, "X-Amzn-Trace-Id", trace);
  if (self->call->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->call->token, NULL);
      soup_message_headers_replace (headers, "Authorization", bearer);
    }
}

static SoupMessage *
new_message (const Exchange *self)
{
  const MaqHubRequest *request = self->request;
  SoupMessage         *message = soup_message_new_from_uri (request->method, self->uri);
  SoupMessageHeaders  *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  if (self->is_hub)
    add_hub_headers (self, headers);

  // The hosts of large files limit each connection, so files should not share one.
  soup_message_set_force_http1 (message, request->streams);

  if (request->is_file)
    {
      soup_message_headers_replace (headers, "Accept-Encoding", "identity");
      if (request->streams || strcmp (request->method, "HEAD") == 0)
        soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
    }
  if (request->offset > 0 || request->end > 0)
    soup_message_headers_set_range (headers, request->offset, request->end > 0 ? (goffset) request->end - 1 : -1);

  return message;
}

// Time left for the next step in milliseconds; at least 1, so that what is too late fails as such.
static int
get_time_left (const Exchange *self,
               guint           limit)
{
  gint64 left = self->request->is_file ? G_MAXINT : (self->call->deadline - g_get_monotonic_time ()) / 1000;

  return CLAMP (left, 1, (gint64) limit);
}

// Reads the rest of STREAM, up to MAX_BYTES.
static GBytes *
read_all (const Exchange *self,
          GInputStream   *stream,
          gsize           max_bytes,
          GError        **error)
{
  const MaqHubLimits *limits = &self->call->limits;
  guint               limit = self->request->is_file ? limits->stall : limits->deadline;
  g_autoptr (GByteArray) all = g_byte_array_new ();

  while (TRUE)
    {
      g_autoptr (GBytes) bytes = dex_await_boxed (maq_future_with_timeout (maq_hub_stream_read (stream, CHUNK),
                                                                           get_time_left (self, limit)),
                                                  error);
      if (bytes == NULL)
        return NULL;
      if (g_bytes_get_size (bytes) == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&all));
      if (all->len + g_bytes_get_size (bytes) > max_bytes)
        {
          g_autofree char *what = g_strdup_printf ("the reply has over %" G_GSIZE_FORMAT " bytes", max_bytes);
          maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, self->reply->place, what);
          return NULL;
        }
      g_byte_array_append (all, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
}

// How long a hop has until its header is there.
typedef struct
{
  gboolean is_connecting;
  guint    rest; // milliseconds, once there is a connection
} Patience;

static void
network_event_cb (Patience          *self,
                  GSocketClientEvent event)
{
  self->is_connecting = event < G_SOCKET_CLIENT_CONNECTED;
}

static void
unref_patience (gpointer  patience,
                GClosure *closure)
{
  g_atomic_rc_box_release (patience);
}

static DexFuture *
connect_limit_cb (DexFuture *timeout,
                  gpointer   data)
{
  Patience *self = data;

  return self->is_connecting ? dex_ref (timeout) : dex_timeout_new_msec (self->rest);
}

// Sends the message, and does not wait for long as long as there is no connection: who drops packets does not say so.
static GInputStream *
send_message (Exchange *self,
              GError  **error)
{
  const MaqHubLimits *limits = &self->call->limits;
  guint               whole = get_time_left (self, limits->deadline);
  guint               first = limits->connect > 0 ? MIN (limits->connect, whole) : whole;
  Patience           *patience = g_atomic_rc_box_new0 (Patience);

  patience->rest = whole - first;
  g_signal_connect_data (self->reply->message, "network-event", G_CALLBACK (network_event_cb), g_atomic_rc_box_acquire (patience), unref_patience, G_CONNECT_SWAPPED);
  DexFuture *sent = maq_hub_stream_send (self->call->session, self->reply->message);
  DexFuture *limit = dex_future_catch (dex_timeout_new_msec (first), connect_limit_cb, patience, g_atomic_rc_box_release);
  return dex_await_object (dex_future_first (sent, limit, NULL), error);
}

// Sends the present hop and waits for the header of its reply.
static GInputStream *
send_hop (Exchange *self,
          GError  **error)
{
  MaqHubReply *reply = self->reply;

  self->start = g_get_monotonic_time ();
  g_free (reply->place);
  reply->place = dup_place (self);
  g_clear_object (&reply->message);
  reply->message = new_message (self);
  maq_hub_fence_watch (self->call->fence, reply->message, self->is_hub);

  g_autoptr (GError) cause = NULL;
  g_autoptr (GInputStream) stream = send_message (self, &cause);
  if (stream == NULL)
    {
      g_autofree char *refused = maq_hub_fence_dup_refused (reply->message);
      if (refused != NULL && !maq_error_is_cancelled (cause))
        {
          g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "%s: refused, for %s is inside a network that the Hub is outside of", reply->place, refused);
          return NULL;
        }
      if (cause->domain == G_TLS_ERROR)
        cause = maq_hub_failure_explain_certificate (g_steal_pointer (&cause), soup_message_get_tls_peer_certificate_errors (reply->message));
      self->outlook->is_cut_off = maq_hub_failure_is_no_connection (cause);
      g_propagate_error (error, maq_hub_failure_from_cause (g_steal_pointer (&cause), self->request->method, reply->place, &self->outlook->again));
      return NULL;
    }

  reply->status = soup_message_get_status (reply->message);
  if (!maq_hub_reply_check_header (soup_message_get_response_headers (reply->message), reply->place, error))
    return NULL;
  return g_steal_pointer (&stream);
}

// Takes from the header what the Hub says beside the reply itself. What another host says shuts no gate.
static void
note_header (Exchange *self)
{
  MaqHubBucket bucket = maq_hub_bucket_for_path (g_uri_get_path (self->uri));

  self->outlook->wait = maq_hub_reply_get_wait (self->reply, self->backoff, &bucket);
  if (!self->is_hub)
    return;

  if (self->outlook->wait >= 0)
    maq_hub_gate_shut (maq_hub_http_get_gate (self->call->http), bucket, self->outlook->wait, g_get_monotonic_time ());
  maq_hub_reply_note_warnings (self->reply, self->call->http);
  if (self->request->is_file)
    maq_hub_reply_note_file (self->reply);
}

static void
log_reply (const Exchange *self,
           gssize          n_bytes)
{
  g_debug ("%s %s %u %" G_GINT64_FORMAT " ms %" G_GSSIZE_FORMAT " bytes",
           self->request->method,
           self->reply->place,
           self->reply->status,
           (g_get_monotonic_time () - self->start) / 1000,
           n_bytes);
}

// Reads the body of a success, or leaves it to the caller.
static gboolean
read_success (Exchange     *self,
              GInputStream *stream,
              GError      **error)
{
  const MaqHubRequest *request = self->request;
  MaqHubReply         *reply = self->reply;
  SoupMessageHeaders  *headers = soup_message_get_response_headers (reply->message);

  if (request->is_file && !request->is_given && reply->commit == NULL)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_NO_HUB, reply->place, "no X-Repo-Commit in the reply, so it is not from a Hub");

  if (request->streams)
    {
      log_reply (self, -1);
      reply->stream = g_object_ref (stream);
      return TRUE;
    }

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH && strcmp (request->method, "HEAD") != 0 &&
      soup_message_headers_get_content_length (headers) > (goffset) request->max_bytes)
    return maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REPLY, reply->place, "the reply is too long");

  reply->body = read_all (self, stream, request->max_bytes, error);
  if (reply->body == NULL)
    return FALSE;

  log_reply (self, g_bytes_get_size (reply->body));
  if (maq_hub_reply_is_short (reply, reply->body))
    {
      self->outlook->again = TRUE;
      return maq_hub_refuse (error, MAQ_HUB_ERROR_UNREACHABLE, reply->place, "the connection ended in the middle of the reply");
    }
  return TRUE;
}

static MaqHubReply *
take_success (Exchange     *self,
              GInputStream *stream,
              GError      **error)
{
  MaqHubReply        *reply = self->reply;
  SoupMessageHeaders *headers = soup_message_get_response_headers (reply->message);
  g_autofree char    *base = g_uri_to_string (self->uri);
  g_autoptr (GError) cause = NULL;

  reply->next = maq_hub_link_find (soup_message_headers_get_list (headers, "Link"), "next", base);
  if (read_success (self, stream, &cause))
    return g_steal_pointer (&self->reply);

  if (cause->domain != MAQ_HUB_ERROR)
    cause = maq_hub_failure_from_cause (g_steal_pointer (&cause), self->request->method, reply->place, &self->outlook->again);
  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

static GError *
take_failure (Exchange     *self,
              GInputStream *stream)
{
  MaqHubReply *reply = self->reply;
  g_autoptr (GBytes) body = read_all (self, stream, MAX_ERROR_BYTES, NULL);

  return maq_hub_failure_to_error (&(MaqHubFailure) {
                                     .method = self->request->method,
                                     .place = reply->place,
                                     .path = g_uri_get_path (self->uri),
                                     .status = reply->status,
                                     .headers = soup_message_get_response_headers (reply->message),
                                     .body = body,
                                     .secret = self->call->token,
                                     .is_hub = self->is_hub,
                                     .wait = self->outlook->wait,
                                   },
                                   &self->outlook->again);
}

static GUri *
get_redirect_target (const Exchange *self,
                     GError        **error)
{
  const char *place = self->reply->place;
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (self->reply->message), "Location");
  g_autoptr (GUri) target = maq_hub_link_parse (location, self->uri);

  if (target == NULL)
    {
      maq_hub_refuse (error, MAQ_HUB_ERROR_NO_HUB, place, location != NULL ? "redirect to an address that is not http or https" : "redirect to nowhere");
      return NULL;
    }
  if (strcmp (g_uri_get_scheme (self->uri), "https") == 0 && strcmp (g_uri_get_scheme (target), "http") == 0)
    {
      maq_hub_refuse (error, MAQ_HUB_ERROR_NO_HUB, place, "redirect from https to http");
      return NULL;
    }

  return g_steal_pointer (&target);
}

// Makes the target of a redirect the next hop, or the answer of a request that stays.
static gboolean
follow (Exchange     *self,
        GInputStream *stream,
        GError      **error)
{
  g_autoptr (GUri) target = get_redirect_target (self, error);
  g_autoptr (GError) cause = NULL;

  if (target == NULL)
    return FALSE;

  // Reading the few bytes of a redirect lets the connection be used again.
  g_autoptr (GBytes) rest = read_all (self, stream, MAX_ERROR_BYTES, &cause);
  if (rest == NULL && maq_error_is_cancelled (cause))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }

  // Once the way has left the Hub no token is sent any more, even if it comes back.
  gboolean stays_on_hub = self->is_hub && maq_hub_link_same_origin (target, self->call->endpoint);
  if (self->request->stays && !stays_on_hub)
    {
      self->reply->location = g_uri_to_string (target);
      return TRUE;
    }

  self->is_hub = stays_on_hub;
  g_autoptr (GUri) from = g_steal_pointer (&self->uri);
  self->uri = stays_on_hub ? maq_hub_link_keep_query (target, from) : g_steal_pointer (&target);
  return TRUE;
}

MaqHubReply *
maq_hub_exchange (const MaqHubCall    *call,
                  const MaqHubRequest *request,
                  double               backoff,
                  MaqHubOutlook       *outlook,
                  GError             **error)
{
  g_auto (Exchange) self = { .call = call, .request = request, .backoff = backoff, .outlook = outlook };

  *outlook = (MaqHubOutlook) { .wait = -1 };
  self.uri = maq_hub_link_parse (request->address, NULL);
  if (self.uri == NULL)
    {
      maq_hub_refuse (error, MAQ_HUB_ERROR_BAD_REQUEST, "request", "the address is not http or https");
      return NULL;
    }
  self.is_hub = maq_hub_link_same_origin (self.uri, call->endpoint);
  self.reply = g_new0 (MaqHubReply, 1);
  self.reply->size = -1;

  for (guint hop = 0; hop <= MAX_HOPS; hop++)
    {
      g_autoptr (GInputStream) stream = send_hop (&self, error);
      if (stream == NULL)
        return NULL;

      note_header (&self);
      if (SOUP_STATUS_IS_SUCCESSFUL (self.reply->status))
        return take_success (&self, stream, error);

      log_reply (&self, 0);
      if (!maq_hub_status_is_redirect (self.reply->status))
        {
          g_propagate_error (error, take_failure (&self, stream));
          return NULL;
        }
      if (!follow (&self, stream, error))
        return NULL;
      if (self.reply->location != NULL)
        return g_steal_pointer (&self.reply);
    }

  maq_hub_refuse (error, MAQ_HUB_ERROR_NO_HUB, self.reply->place, "more than 10 redirects");
  return NULL;
}
