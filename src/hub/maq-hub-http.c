// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-http.h"

#include <string.h>

#include "maq-error.h"
#include "maq-fiber.h"
#include "maq-hub-error.h"
#include "maq-hub-link.h"
#include "maq-hub-status.h"

// One SoupSession serves all threads: libsoup runs a request on the thread-default context of the caller, and a fiber stays on
// its thread. The session has no cookie jar and no cache, redirects are followed here, and nobody answers its questions for
// passwords.

#define MAX_HOPS         10
#define MAX_HEADER_BYTES (64 * 1024)
#define MAX_HEADER_LINES 1000
#define MAX_ERROR_BYTES  (64 * 1024)
#define CHUNK            (64 * 1024)

struct _MaqHubHttp
{
  gatomicrefcount ref_count;
  SoupSession    *session;
  MaqHubGate      gate;

  GMutex            lock;     // guards what follows
  const char       *endpoint; // interned, so that it can be lent
  char             *token;
  gboolean          offline;
  MaqHubLimits      limits;
  GHashTable       *warned; // topics
  MaqHubWarningFunc warn;
  gpointer          warn_data;
};

// What one request works with, so that a change of settings does not reach into it.
typedef struct
{
  GUri        *endpoint;
  char        *token;
  MaqHubLimits limits;
  gint64       deadline; // monotonic; of all tries of an API call
} Call;

static void
call_clear (Call *self)
{
  g_clear_pointer (&self->endpoint, g_uri_unref);
  g_clear_pointer (&self->token, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

// The resolver of the proxy variables, if one is set. GIO's own looks at the desktop first, or only.
static GProxyResolver *
new_proxy_resolver (void)
{
  static const char *const variables[][4] = {
    { "http", "http_proxy", "HTTP_PROXY", NULL },
    { "https", "https_proxy", "HTTPS_PROXY", NULL },
  };
  const char *all = g_getenv ("all_proxy") != NULL ? g_getenv ("all_proxy") : g_getenv ("ALL_PROXY");
  const char *except = g_getenv ("no_proxy") != NULL ? g_getenv ("no_proxy") : g_getenv ("NO_PROXY");
  g_autoptr (GStrvBuilder) ignored = g_strv_builder_new ();
  g_auto (GStrv) names = g_strsplit_set (except != NULL ? except : "", ", ", -1);
  GSimpleProxyResolver *resolver = NULL;

  g_strv_builder_add_many (ignored, "localhost", "127.0.0.0/8", "::1", NULL);
  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *name = names[i] + (names[i][0] == '.' ? 1 : 0);
      if (strcmp (name, "*") == 0)
        return NULL;
      if (name[0] == '\0')
        continue;

      g_autofree char *below = g_strconcat (".", name, NULL);
      g_strv_builder_add_many (ignored, name, below, NULL);
    }
  g_auto (GStrv) ignored_hosts = g_strv_builder_end (ignored);

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *value = all;
      for (guint j = 1; variables[i][j] != NULL; j++)
        if (g_getenv (variables[i][j]) != NULL)
          {
            value = g_getenv (variables[i][j]);
            break;
          }
      if (value == NULL || value[0] == '\0')
        continue;

      g_autofree char *proxy = strstr (value, "://") != NULL ? g_strdup (value) : g_strconcat ("http://", value, NULL);
      if (!g_uri_is_valid (proxy, G_URI_FLAGS_NONE, NULL))
        continue;
      if (resolver == NULL)
        resolver = G_SIMPLE_PROXY_RESOLVER (g_simple_proxy_resolver_new (NULL, ignored_hosts));
      g_simple_proxy_resolver_set_uri_proxy (resolver, variables[i][0], proxy);
    }

  return (GProxyResolver *) resolver;
}

static char *
dup_user_agent (void)
{
  const char *origin = g_getenv ("HF_HUB_USER_AGENT_ORIGIN");
  g_autoptr (GString) agent = g_string_new ("maquette/" MAQ_VERSION);

  g_string_append_printf (agent, "; libsoup/%u.%u.%u", soup_get_major_version (), soup_get_minor_version (), soup_get_micro_version ());
  if (origin != NULL && origin[0] != '\0' && g_str_is_ascii (origin) && strpbrk (origin, "\r\n") == NULL)
    g_string_append_printf (agent, "; origin/%s", origin);

  return g_string_free (g_steal_pointer (&agent), FALSE);
}

MaqHubHttp *
maq_hub_http_new (MaqHubWarningFunc warn,
                  gpointer          data)
{
  MaqHubHttp *self = g_new0 (MaqHubHttp, 1);
  g_autoptr (GProxyResolver) resolver = new_proxy_resolver ();
  g_autofree char *agent = dup_user_agent ();

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  maq_hub_gate_init (&self->gate);
  self->limits = MAQ_HUB_LIMITS_DEFAULT;
  self->warned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->warn = warn;
  self->warn_data = data;
  // Times are kept here; libsoup's own limit would cut long downloads that wait for the disk.
  self->session = soup_session_new_with_options ("user-agent", agent, "timeout", 0, "idle-timeout", 60, "max-conns", 64, "max-conns-per-host", 16, NULL);
  if (resolver != NULL)
    soup_session_set_proxy_resolver (self->session, resolver);
  return self;
}

MaqHubHttp *
maq_hub_http_ref (MaqHubHttp *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_hub_http_unref (MaqHubHttp *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->session);
  maq_hub_gate_clear (&self->gate);
  g_mutex_clear (&self->lock);
  g_free (self->token);
  g_hash_table_unref (self->warned);
  g_free (self);
}

void
maq_hub_http_detach (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->warn = NULL;
}

void
maq_hub_http_set_endpoint (MaqHubHttp *self,
                           const char *endpoint)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->endpoint = g_intern_string (endpoint);
}

void
maq_hub_http_set_token (MaqHubHttp *self,
                        const char *token)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_set_str (&self->token, token);
}

const char *
maq_hub_http_get_endpoint (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->endpoint;
}

char *
maq_hub_http_dup_token (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_strdup (self->token);
}

void
maq_hub_http_set_offline (MaqHubHttp *self,
                          gboolean    offline)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->offline = offline;
}

gboolean
maq_hub_http_get_offline (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->offline;
}

void
maq_hub_http_set_limits (MaqHubHttp         *self,
                         const MaqHubLimits *limits)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->limits = *limits;
}

guint
maq_hub_http_get_stall (MaqHubHttp *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->limits.stall;
}

guint
maq_hub_http_get_wait (MaqHubHttp *self)
{
  gint64 longest = 0;

  for (guint i = 0; i < MAQ_HUB_N_BUCKETS; i++)
    longest = MAX (longest, maq_hub_gate_get_wait (&self->gate, i, g_get_monotonic_time ()));

  return (longest + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
}

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

static void
send_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (DexPromise) promise = data;
  GError       *error = NULL;
  GInputStream *stream = soup_session_send_finish (SOUP_SESSION (object), result, &error);

  if (stream != NULL)
    dex_promise_resolve_object (promise, stream);
  else
    dex_promise_reject (promise, error);
}

static DexFuture *
send_message (SoupSession *session,
              SoupMessage *message)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, dex_promise_get_cancellable (promise), send_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  GBytes *bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes != NULL)
    dex_promise_resolve_boxed (promise, G_TYPE_BYTES, bytes);
  else
    dex_promise_reject (promise, error);
}

DexFuture *
maq_hub_http_read (GInputStream *stream,
                   gsize         max_bytes)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  g_input_stream_read_bytes_async (stream, max_bytes, G_PRIORITY_DEFAULT, dex_promise_get_cancellable (promise), read_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static gboolean
fail (GError    **error,
      MaqHubError code,
      const char *place,
      const char *what)
{
  g_set_error (error, MAQ_HUB_ERROR, code, "%s: %s", place, what);
  return FALSE;
}

// What of URI may stand in a message: the path at the Hub, the host elsewhere. Queries can hold signatures.
static char *
dup_place (GUri    *uri,
           gboolean is_hub)
{
  if (is_hub)
    return g_strdup (g_uri_get_path (uri));
  return g_strconcat (g_uri_get_host (uri), g_uri_get_path (uri), NULL);
}

static gboolean
check_headers (SoupMessageHeaders *headers,
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
         fail (error, MAQ_HUB_ERROR_BAD_REPLY, place, "the header of the reply is too long");
}

// `X-HF-Warning: topic; message` is for the user. The topic of anonymous requests comes with every file and is not.
static void
note_warnings (MaqHubHttp         *self,
               SoupMessageHeaders *headers)
{
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

      g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
      if (g_hash_table_size (self->warned) < 100 && g_hash_table_add (self->warned, g_strdup (topic)) && self->warn != NULL)
        self->warn (topic, g_strstrip (text), self->warn_data);
    }
}

// Shuts the gate of the bucket when the reply says that it is empty. Seconds to wait, -1 if nothing is said.
static double
note_rate_limit (MaqHubHttp         *self,
                 guint               status,
                 SoupMessageHeaders *headers,
                 MaqHubBucket        bucket,
                 double              fallback)
{
  MaqHubBucket named = bucket;
  gint64       left = 0, seconds = 0;
  double       wait = -1;

  if (maq_hub_rate_limit_parse (soup_message_headers_get_one (headers, "RateLimit"), &named, &left, &seconds) && left == 0)
    wait = seconds + 1;
  else if (status == 429)
    {
      named = bucket;
      wait = maq_hub_retry_after_parse (soup_message_headers_get_one (headers, "Retry-After"), g_get_real_time () / G_USEC_PER_SEC);
      if (wait < 0)
        wait = fallback;
    }

  if (wait >= 0)
    maq_hub_gate_shut (&self->gate, named, wait, g_get_monotonic_time ());
  return wait;
}

static SoupMessage *
new_message (MaqHubHttp          *self,
             const Call          *call,
             const MaqHubRequest *request,
             GUri                *uri,
             gboolean             is_hub)
{
  SoupMessage        *message = soup_message_new_from_uri (request->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);

  if (is_hub)
    {
      g_autofree char *trace = g_uuid_string_random ();
      soup_message_headers_replace (headers, "X-Amzn-Trace-Id", trace);
      if (call->token != NULL)
        {
          g_autofree char *bearer = g_strconcat ("Bearer ", call->token, NULL);
          soup_message_headers_replace (headers, "Authorization", bearer);
        }
    }

  // The hosts of large files limit each connection, so files should not share one.
  soup_message_set_force_http1 (message, request->streams);

  if (request->is_file)
    {
      soup_message_headers_replace (headers, "Accept-Encoding", "identity");
      if (request->streams || strcmp (request->method, "HEAD") == 0)
        soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
    }
  if (request->offset > 0)
    {
      g_autofree char *range = g_strdup_printf ("bytes=%" G_GUINT64_FORMAT "-", request->offset);
      soup_message_headers_replace (headers, "Range", range);
    }

  return message;
}

// Time left for the next step in milliseconds; at least 1, so that what is too late fails as such.
static int
time_left (const Call          *call,
           const MaqHubRequest *request,
           guint                limit)
{
  gint64 left = request->is_file ? G_MAXINT : (call->deadline - g_get_monotonic_time ()) / 1000;

  return CLAMP (left, 1, (gint64) limit);
}

// Reads the rest of STREAM, up to MAX_BYTES.
static GBytes *
read_all (const Call          *call,
          const MaqHubRequest *request,
          GInputStream        *stream,
          gsize                max_bytes,
          const char          *place,
          GError             **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  while (TRUE)
    {
      guint limit = request->is_file ? call->limits.stall : call->limits.deadline;
      g_autoptr (GBytes) bytes = dex_await_boxed (maq_future_with_timeout (maq_hub_http_read (stream, CHUNK),
                                                                           time_left (call, request, limit)),
                                                  error);
      if (bytes == NULL)
        return NULL;
      if (g_bytes_get_size (bytes) == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&all));
      if (all->len + g_bytes_get_size (bytes) > max_bytes)
        {
          g_autofree char *what = g_strdup_printf ("the reply has over %" G_GSIZE_FORMAT " bytes", max_bytes);
          fail (error, MAQ_HUB_ERROR_BAD_REPLY, place, what);
          return NULL;
        }
      g_byte_array_append (all, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
}

// libsoup takes the end of a connection for the end of a body.
static gboolean
is_short (SoupMessage *message,
          GBytes      *body)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  return soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
         soup_message_headers_get_one (headers, "Content-Encoding") == NULL &&
         strcmp (soup_message_get_method (message), "HEAD") != 0 &&
         (gsize) soup_message_headers_get_content_length (headers) > g_bytes_get_size (body);
}

static gboolean
is_redirect (guint status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Keeps what a hop on the Hub says about the file.
static void
note_file (MaqHubReply        *reply,
           SoupMessageHeaders *headers,
           guint               status)
{
  const char *commit = soup_message_headers_get_one (headers, "X-Repo-Commit");
  const char *etag = soup_message_headers_get_one (headers, "X-Linked-Etag");
  const char *size = soup_message_headers_get_one (headers, "X-Linked-Size");
  guint64     number;

  if (reply->commit == NULL && commit != NULL)
    reply->commit = g_strdup (commit);
  if (etag == NULL && !is_redirect (status))
    etag = soup_message_headers_get_one (headers, "ETag");
  if (reply->etag == NULL && etag != NULL)
    reply->etag = g_strdup (etag);
  if (reply->size < 0 && size != NULL && g_ascii_string_to_unsigned (size, 10, 0, G_MAXINT64, &number, NULL))
    reply->size = number;
  // The length of a redirect is that of its own small body.
  if (reply->size < 0 && status == 200 && soup_message_headers_get_one (headers, "Content-Length") != NULL)
    reply->size = soup_message_headers_get_content_length (headers);
}

static GUri *
get_redirect_target (SoupMessage *message,
                     const char  *place,
                     GError     **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  GUri               *from = soup_message_get_uri (message);
  const char         *location = soup_message_headers_get_one (headers, "Location");
  g_autoptr (GUri) target = maq_hub_link_parse (location, from);

  if (target == NULL)
    {
      fail (error, MAQ_HUB_ERROR_BAD_REPLY, place, location != NULL ? "redirect to an address that is not http or https" : "redirect to nowhere");
      return NULL;
    }
  if (strcmp (g_uri_get_scheme (from), "https") == 0 && strcmp (g_uri_get_scheme (target), "http") == 0)
    {
      fail (error, MAQ_HUB_ERROR_BAD_REPLY, place, "redirect from https to http");
      return NULL;
    }

  return g_steal_pointer (&target);
}

static void
log_reply (SoupMessage *message,
           const char  *place,
           gint64       start,
           gssize       n_bytes)
{
  g_debug ("%s %s %u %" G_GINT64_FORMAT " ms %" G_GSSIZE_FORMAT " bytes",
           soup_message_get_method (message),
           place,
           soup_message_get_status (message),
           (g_get_monotonic_time () - start) / 1000,
           n_bytes);
}

// Reads the body of a success into REPLY, or leaves it to the caller.
static gboolean
take_success (const Call          *call,
              const MaqHubRequest *request,
              GInputStream        *stream,
              gint64               start,
              MaqHubReply         *reply,
              gboolean            *again,
              GError             **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (reply->message);

  if (request->is_file && reply->commit == NULL)
    return fail (error, MAQ_HUB_ERROR_BAD_REPLY, reply->place, "no X-Repo-Commit in the reply, so it is not from a Hub");

  if (request->streams)
    {
      log_reply (reply->message, reply->place, start, -1);
      reply->stream = g_object_ref (stream);
      return TRUE;
    }

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH && strcmp (request->method, "HEAD") != 0 &&
      soup_message_headers_get_content_length (headers) > (goffset) request->max_bytes)
    return fail (error, MAQ_HUB_ERROR_BAD_REPLY, reply->place, "the reply is too long");

  reply->body = read_all (call, request, stream, request->max_bytes, reply->place, error);
  if (reply->body == NULL)
    return FALSE;

  log_reply (reply->message, reply->place, start, g_bytes_get_size (reply->body));
  if (is_short (reply->message, reply->body))
    {
      *again = TRUE;
      return fail (error, MAQ_HUB_ERROR_UNREACHABLE, reply->place, "the connection ended in the middle of the reply");
    }
  return TRUE;
}

static GError *
take_failure (MaqHubHttp          *self,
              const Call          *call,
              const MaqHubRequest *request,
              GInputStream        *stream,
              MaqHubReply         *reply,
              gboolean             is_hub,
              double               wait,
              gboolean            *again)
{
  g_autoptr (GBytes) body = read_all (call, request, stream, MAX_ERROR_BYTES, reply->place, NULL);

  return maq_hub_failure_to_error (&(MaqHubFailure) {
                                     .method = request->method,
                                     .place = reply->place,
                                     .path = g_uri_get_path (soup_message_get_uri (reply->message)),
                                     .status = reply->status,
                                     .headers = soup_message_get_response_headers (reply->message),
                                     .body = body,
                                     .is_hub = is_hub,
                                     .wait = wait,
                                   },
                                   again);
}

// One try: the request with all its redirects.
static MaqHubReply *
try_once (MaqHubHttp          *self,
          const Call          *call,
          const MaqHubRequest *request,
          double               backoff,
          gboolean            *again,
          GError             **error)
{
  g_autoptr (GUri) uri = maq_hub_link_parse (request->address, NULL);
  g_autoptr (MaqHubReply) reply = g_new0 (MaqHubReply, 1);
  gboolean is_hub = uri != NULL && maq_hub_link_same_origin (uri, call->endpoint);

  *again = FALSE;
  reply->size = -1;
  if (uri == NULL)
    {
      fail (error, MAQ_HUB_ERROR_BAD_REQUEST, "request", "the address is not http or https");
      return NULL;
    }

  for (guint hop = 0; hop <= MAX_HOPS; hop++)
    {
      gint64 start = g_get_monotonic_time ();

      g_clear_object (&reply->message);
      g_free (reply->place);
      reply->place = dup_place (uri, is_hub);
      reply->message = new_message (self, call, request, uri, is_hub);

      g_autoptr (GError) cause = NULL;
      g_autoptr (GInputStream) stream = dex_await_object (maq_future_with_timeout (send_message (self->session, reply->message),
                                                                                   time_left (call, request, call->limits.deadline)),
                                                          &cause);
      if (stream == NULL)
        {
          g_propagate_error (error, maq_hub_failure_from_cause (g_steal_pointer (&cause), request->method, reply->place, again));
          return NULL;
        }

      SoupMessageHeaders *headers = soup_message_get_response_headers (reply->message);
      reply->status = soup_message_get_status (reply->message);
      if (!check_headers (headers, reply->place, error))
        return NULL;

      double wait = -1;
      if (is_hub)
        {
          note_warnings (self, headers);
          wait = note_rate_limit (self, reply->status, headers, maq_hub_bucket_for_path (g_uri_get_path (uri)), backoff);
          if (request->is_file)
            note_file (reply, headers, reply->status);
        }

      if (SOUP_STATUS_IS_SUCCESSFUL (reply->status))
        {
          g_autofree char *base = g_uri_to_string (uri);
          reply->next = maq_hub_link_find (soup_message_headers_get_list (headers, "Link"), "next", base);
          if (take_success (call, request, stream, start, reply, again, &cause))
            return g_steal_pointer (&reply);
          if (cause->domain != MAQ_HUB_ERROR)
            cause = maq_hub_failure_from_cause (g_steal_pointer (&cause), request->method, reply->place, again);
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }

      log_reply (reply->message, reply->place, start, 0);
      if (!is_redirect (reply->status))
        {
          g_propagate_error (error, take_failure (self, call, request, stream, reply, is_hub, wait, again));
          return NULL;
        }

      g_autoptr (GUri) target = get_redirect_target (reply->message, reply->place, error);
      if (target == NULL)
        return NULL;

      // Reading the few bytes of a redirect lets the connection be used again.
      g_autoptr (GBytes) rest = read_all (call, request, stream, MAX_ERROR_BYTES, reply->place, &cause);
      if (rest == NULL && maq_error_is_cancelled (cause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }

      // Once the way has left the Hub no token is sent any more, even if it comes back.
      gboolean stays_on_hub = is_hub && maq_hub_link_same_origin (target, call->endpoint);
      if (request->stays && !stays_on_hub)
        {
          reply->location = g_uri_to_string (target);
          return g_steal_pointer (&reply);
        }

      is_hub = stays_on_hub;
      g_uri_unref (uri);
      uri = g_steal_pointer (&target);
    }

  fail (error, MAQ_HUB_ERROR_BAD_REPLY, reply->place, "more than 10 redirects");
  return NULL;
}

// Waits until the bucket of PATH is open, if that is soon; otherwise fails without a request.
static gboolean
pass_gate (MaqHubHttp          *self,
           const Call          *call,
           const MaqHubRequest *request,
           MaqHubBucket         bucket,
           GError             **error)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait = maq_hub_gate_get_wait (&self->gate, bucket, now);

  if (wait == 0)
    return TRUE;

  if (request->is_once || now + wait > call->deadline)
    {
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_RATE_LIMITED, "The Hub's limit of requests is reached; again in %" G_GINT64_FORMAT " s", (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
      return FALSE;
    }

  // Not everybody who waits at the moment it opens.
  return maq_fiber_sleep (wait + g_random_int_range (0, 250) * 1000, error);
}

static gboolean
prepare (MaqHubHttp *self,
         Call       *call,
         GError    **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->offline)
    return fail (error, MAQ_HUB_ERROR_OFFLINE, "request", "offline mode is on");

  call->endpoint = maq_hub_link_parse (self->endpoint, NULL);
  call->token = g_strdup (self->token);
  call->limits = self->limits;
  call->deadline = g_get_monotonic_time () + call->limits.deadline * G_GINT64_CONSTANT (1000);
  return TRUE;
}

MaqHubReply *
maq_hub_http_send (MaqHubHttp          *self,
                   const MaqHubRequest *request,
                   GError             **error)
{
  g_auto (Call) call = { 0 };

  if (!prepare (self, &call, error))
    return NULL;

  MaqHubBucket bucket = maq_hub_bucket_for_path (request->address);
  g_autoptr (GUri) uri = maq_hub_link_parse (request->address, NULL);
  gboolean is_hub = uri != NULL && maq_hub_link_same_origin (uri, call.endpoint);

  for (guint n = 1;; n++)
    {
      g_autoptr (GError) local = NULL;
      gboolean again = FALSE;
      // 1, 2, 4, 8, 8 times the first pause, with up to a quarter more.
      double backoff = call.limits.backoff / 1000.0 * (1 << MIN (n - 1, 3)) * (1 + g_random_double () / 4);

      if (is_hub && !pass_gate (self, &call, request, bucket, error))
        return NULL;

      g_autoptr (MaqHubReply) reply = try_once (self, &call, request, backoff, &again, &local);
      if (reply != NULL)
        return g_steal_pointer (&reply);

      gboolean is_limited = g_error_matches (local, MAQ_HUB_ERROR, MAQ_HUB_ERROR_RATE_LIMITED);
      gint64   pause = is_limited && is_hub ? maq_hub_gate_get_wait (&self->gate, bucket, g_get_monotonic_time ()) : (gint64) (backoff * G_USEC_PER_SEC);
      if (!again || request->is_once || n >= call.limits.max_tries || g_get_monotonic_time () + pause > call.deadline)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }

      g_debug ("%s; again in %" G_GINT64_FORMAT " ms", local->message, pause / 1000);
      if (!maq_fiber_sleep (pause, error))
        return NULL;
    }
}
