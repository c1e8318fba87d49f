// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Two libsoup servers, for the Hub and for the CDN, on one thread with its own main context. A request goes through
// arrive → (delay) → (hash files on a worker) → route → send; the message is paused until the last step.
#include "maq-hub-server.h"

#include "maq-error.h"
#include "maq-serve-quota.h"
#include "maq-serve-routes.h"
#include "maq-serve-send.h"

#include <string.h>

#define DEFAULT_QUOTA    100000
#define WIND_DOWN        20 // ms
#define MAX_REQUEST_BODY (4 * 1024 * 1024)

struct _MaqHubServer
{
  GObject parent_instance;

  MaqHubStore *store;
  gboolean     faults_allowed;
  guint        quota;
  guint        link_lifetime;
  GHashTable  *users; // token to MaqServeUser
  GBytes      *secret;
  char        *url;
  char        *cdn_url;
  guint        cdn_port;

  MaqServeFaultRules *rules;
  MaqServeLog        *log;

  // The thread and what lives on it.
  GThread       *thread;
  GMainContext  *context;
  GMainLoop     *loop;
  GCancellable  *cancellable;
  SoupServer    *hub;
  SoupServer    *cdn;
  MaqServeQuota *spent;
  guint          n_waiting; // requests that a timer, a worker or a slow connection has
};

G_DEFINE_FINAL_TYPE (MaqHubServer, maq_hub_server, G_TYPE_OBJECT)

// What waits for a timer or a worker.
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
  maq_serve_request_set_header (request, "Access-Control-Expose-Headers", "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash");
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

typedef struct
{
  MaqServeCommit *commit; // the store keeps it
  MaqHubStore    *store;
  char           *prefix;
} HashJob;

static void
hash_job_free (gpointer data)
{
  HashJob *job = data;
  g_object_unref (job->store);
  g_free (job->prefix);
  g_free (job);
}

static void
hash_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  HashJob *job = data;
  GError  *error = NULL;
  if (maq_serve_commit_hash (job->commit, job->prefix, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
hashed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  MaqHubServer    *self = ((Pending *) data)->self;
  MaqServeRequest *request = pending_end (data);
  g_autoptr (GError) error = NULL;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      route_and_finish (self, request);
      return;
    }
  if (!maq_error_is_cancelled (error))
    g_warning ("the Hub server cannot read: %s", error->message);
  maq_serve_reply_error (request, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL, "A file of this repo cannot be read.");
  finish_request (self, request);
}

static void
continue_request (MaqHubServer    *self,
                  MaqServeRequest *request)
{
  g_autofree char *prefix = NULL;
  if (maq_serve_send_fault_reply (request))
    {
      finish_request (self, request);
      return;
    }
  MaqServeCommit *commit = request->cdn ? NULL : maq_serve_route_needs_hashes (request, &prefix);
  if (commit == NULL)
    {
      route_and_finish (self, request);
      return;
    }
  HashJob *job = g_new0 (HashJob, 1);
  job->commit = commit;
  job->store = g_object_ref (self->store);
  job->prefix = g_steal_pointer (&prefix);
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, hashed_cb, pending_new (self, request));
  g_task_set_task_data (task, job, hash_job_free);
  g_task_run_in_thread (task, hash_thread);
  maq_serve_request_unref (request);
}

static gboolean
delayed_cb (gpointer data)
{
  MaqHubServer *self = ((Pending *) data)->self;
  continue_request (self, pending_end (data));
  return G_SOURCE_REMOVE;
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
  request->finished = TRUE;
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
is_read_only (MaqServeRequest *request)
{
  const char *method = soup_server_message_get_method (request->message);
  return g_str_equal (method, "GET") || g_str_equal (method, "HEAD") ||
         (g_str_equal (method, "POST") && strstr (request->path, "/paths-info/") != NULL);
}

static void
arrive (MaqHubServer      *self,
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
  maq_serve_log_add (self->log, request->log);
  if (good && !is_read_only (request))
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
      g_autoptr (GSource) source = g_timeout_source_new (request->fault->delay);
      g_source_set_callback (source, delayed_cb, pending_new (self, request), NULL);
      g_source_attach (source, self->context);
      maq_serve_request_unref (request);
    }
  else
    continue_request (self, request);
}

static void
hub_cb (SoupServer        *server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           data)
{
  arrive (data, message, FALSE);
}

static void
cdn_cb (SoupServer        *server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           data)
{
  arrive (data, message, TRUE);
}

static void
early_cb (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           data)
{
  if (soup_message_headers_get_content_length (soup_server_message_get_request_headers (message)) > MAX_REQUEST_BODY)
    soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
}

static SoupServer *
open_server (MaqHubServer      *self,
             GInetAddress      *address,
             guint              port,
             SoupServerCallback callback,
             GError           **error)
{
  g_autoptr (SoupServer) server = soup_server_new ("server-header", "Maquette/" MAQ_VERSION, "raw-paths", TRUE, NULL);
  g_autoptr (GSocketAddress) place = g_inet_socket_address_new (address, port);
  soup_server_add_early_handler (server, NULL, early_cb, self, NULL);
  soup_server_add_handler (server, NULL, callback, self, NULL);
  if (!soup_server_listen (server, place, 0, error))
    return NULL;
  return g_steal_pointer (&server);
}

static guint
port_of (SoupServer *server)
{
  GSList *uris = soup_server_get_uris (server);
  guint   port = uris != NULL ? g_uri_get_port (uris->data) : 0;
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

// Passed to the thread; the caller waits until it is done with it.
typedef struct
{
  MaqHubServer *self;
  GInetAddress *address;
  guint         port;
  GError       *error;
  gboolean      ready;
  GMutex        lock;
  GCond         cond;
} Start;

static char *
url_of (GInetAddress *address,
        guint         port)
{
  g_autofree char *text = g_inet_address_to_string (address);
  gboolean         six = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
  return g_strdup_printf ("http://%s%s%s:%u", six ? "[" : "", text, six ? "]" : "", port);
}

static void
open_servers (Start *start)
{
  MaqHubServer *self = start->self;
  self->hub = open_server (self, start->address, start->port, hub_cb, &start->error);
  self->cdn = self->hub != NULL ? open_server (self, start->address, 0, cdn_cb, &start->error) : NULL;
  if (self->cdn == NULL)
    return;
  self->cdn_port = port_of (self->cdn);
  self->url = url_of (start->address, port_of (self->hub));
  self->cdn_url = url_of (start->address, self->cdn_port);
}

static gboolean
over_cb (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

// libsoup closes connections on a worker of GIO's, and nobody is told when that is done; its answer would be left lying in
// a context that nobody runs any more.
static void
wind_down (MaqHubServer *self)
{
  gboolean over = FALSE;
  g_autoptr (GSource) source = g_timeout_source_new (WIND_DOWN);
  g_source_set_callback (source, over_cb, &over, NULL);
  g_source_attach (source, self->context);
  while (!over)
    g_main_context_iteration (self->context, TRUE);
}

static gpointer
thread_run (gpointer data)
{
  Start        *start = data;
  MaqHubServer *self = start->self;
  g_main_context_push_thread_default (self->context);
  open_servers (start);

  g_mutex_lock (&start->lock);
  gboolean good = start->error == NULL;
  start->ready = TRUE;
  g_cond_signal (&start->cond);
  g_mutex_unlock (&start->lock);

  if (good)
    g_main_loop_run (self->loop);
  g_cancellable_cancel (self->cancellable);
  if (self->hub != NULL)
    soup_server_disconnect (self->hub);
  if (self->cdn != NULL)
    soup_server_disconnect (self->cdn);
  // What is being hashed, delayed or sent by hand still refers to this server.
  while (self->n_waiting > 0)
    g_main_context_iteration (self->context, TRUE);
  wind_down (self);
  g_clear_object (&self->hub);
  g_clear_object (&self->cdn);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

gboolean
maq_hub_server_listen (MaqHubServer *self,
                       const char   *address,
                       guint         port,
                       GError      **error)
{
  g_return_val_if_fail (self->thread == NULL, FALSE);
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address != NULL ? address : "127.0.0.1");
  if (inet == NULL || port > G_MAXUINT16)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s, port %u, is no place to listen on", address != NULL ? address : "127.0.0.1", port);
      return FALSE;
    }
  Start start = { .self = self, .address = inet, .port = port };
  g_mutex_init (&start.lock);
  g_cond_init (&start.cond);
  g_clear_pointer (&self->spent, maq_serve_quota_free);
  self->spent = maq_serve_quota_new (self->quota);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->cancellable = g_cancellable_new ();
  self->thread = g_thread_new ("hub-server", thread_run, &start);
  g_mutex_lock (&start.lock);
  while (!start.ready)
    g_cond_wait (&start.cond, &start.lock);
  g_mutex_unlock (&start.lock);
  g_mutex_clear (&start.lock);
  g_cond_clear (&start.cond);
  if (start.error == NULL)
    return TRUE;
  g_propagate_error (error, start.error);
  maq_hub_server_stop (self);
  return FALSE;
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
maq_hub_server_stop (MaqHubServer *self)
{
  if (self->thread == NULL)
    return;
  // As a source of its own context, so that it works before the loop runs, too.
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_callback (source, quit_cb, self->loop, NULL);
  g_source_attach (source, self->context);
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->cancellable);
}

static void
user_free (gpointer data)
{
  MaqServeUser *user = data;
  g_free (user->name);
  g_free (user);
}

void
maq_hub_server_add_token (MaqHubServer *self,
                          const char   *token,
                          const char   *name,
                          gboolean      access)
{
  MaqServeUser *user = g_new0 (MaqServeUser, 1);
  user->name = g_strdup (name);
  user->access = access;
  g_hash_table_insert (self->users, g_strdup (token), user);
}

void
maq_hub_server_set_faults_allowed (MaqHubServer *self,
                                   gboolean      allowed)
{
  self->faults_allowed = allowed;
}

void
maq_hub_server_set_rate_limit (MaqHubServer *self,
                               guint         quota)
{
  self->quota = quota;
}

void
maq_hub_server_set_link_lifetime (MaqHubServer *self,
                                  guint         seconds)
{
  self->link_lifetime = seconds;
}

const char *
maq_hub_server_get_url (MaqHubServer *self)
{
  return self->url;
}

const char *
maq_hub_server_get_cdn_url (MaqHubServer *self)
{
  return self->cdn_url;
}

gboolean
maq_hub_server_add_faults (MaqHubServer *self,
                           const char   *json,
                           GError      **error)
{
  return maq_serve_fault_rules_add (self->rules, json, error);
}

void
maq_hub_server_clear_faults (MaqHubServer *self)
{
  maq_serve_fault_rules_clear (self->rules);
}

guint
maq_hub_server_count_requests (MaqHubServer *self,
                               const char   *host,
                               const char   *glob)
{
  return maq_serve_log_count (self->log, host, glob);
}

char *
maq_hub_server_dup_requests (MaqHubServer *self)
{
  return maq_serve_log_to_json (self->log);
}

void
maq_hub_server_clear_requests (MaqHubServer *self)
{
  maq_serve_log_clear (self->log);
}

static void
maq_hub_server_dispose (GObject *object)
{
  MaqHubServer *self = MAQ_HUB_SERVER (object);
  maq_hub_server_stop (self);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (maq_hub_server_parent_class)->dispose (object);
}

static void
maq_hub_server_finalize (GObject *object)
{
  MaqHubServer *self = MAQ_HUB_SERVER (object);
  g_hash_table_unref (self->users);
  g_clear_pointer (&self->spent, maq_serve_quota_free);
  g_bytes_unref (self->secret);
  maq_serve_log_free (self->log);
  maq_serve_fault_rules_free (self->rules);
  g_free (self->url);
  g_free (self->cdn_url);
  G_OBJECT_CLASS (maq_hub_server_parent_class)->finalize (object);
}

static void
maq_hub_server_class_init (MaqHubServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->dispose = maq_hub_server_dispose;
  object_class->finalize = maq_hub_server_finalize;
}

static void
maq_hub_server_init (MaqHubServer *self)
{
  guint32 secret[8];
  for (guint i = 0; i < G_N_ELEMENTS (secret); i++)
    secret[i] = g_random_int ();
  self->secret = g_bytes_new (secret, sizeof secret);
  self->quota = DEFAULT_QUOTA;
  self->link_lifetime = 3600;
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, user_free);
  self->rules = maq_serve_fault_rules_new ();
  self->log = maq_serve_log_new ();
  maq_hub_server_add_token (self, "hf_demo_read", "demo", TRUE);
  maq_hub_server_add_token (self, "hf_demo_basic", "visitor", FALSE);
}

MaqHubServer *
maq_hub_server_new (MaqHubStore *store)
{
  MaqHubServer *self = g_object_new (MAQ_TYPE_HUB_SERVER, NULL);
  self->store = g_object_ref (store);
  return self;
}
