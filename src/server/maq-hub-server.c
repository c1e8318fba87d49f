// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Two libsoup servers, for the Hub and for the CDN, on one thread with its own main context.
#include "maq-hub-server-private.h"

#define DEFAULT_QUOTA 100000
#define WIND_DOWN     20 // ms

G_DEFINE_FINAL_TYPE (MaqHubServer, maq_hub_server, G_TYPE_OBJECT)

static void
hub_cb (SoupServer        *server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           data)
{
  maq_hub_server_arrive (data, message, FALSE);
}

static void
cdn_cb (SoupServer        *server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           data)
{
  maq_hub_server_arrive (data, message, TRUE);
}

static void
early_cb (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           data)
{
  maq_hub_server_look_early (message);
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
  if (start->error == NULL)
    self->hasher = maq_serve_hasher_new (self->store, maq_hub_server_hashed, self);

  g_mutex_lock (&start->lock);
  gboolean good = start->error == NULL;
  start->ready = TRUE;
  g_cond_signal (&start->cond);
  g_mutex_unlock (&start->lock);

  if (good)
    g_main_loop_run (self->loop);
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->hasher, maq_serve_hasher_free);
  maq_hub_server_stop_waiting (self);
  if (self->hub != NULL)
    soup_server_disconnect (self->hub);
  if (self->cdn != NULL)
    soup_server_disconnect (self->cdn);
  // What is being delayed or sent by hand still refers to this server.
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

void
maq_hub_server_get_hashing (MaqHubServer *self,
                            guint64      *done,
                            guint64      *total)
{
  *done = *total = 0;
  if (self->hasher != NULL)
    maq_serve_hasher_get_progress (self->hasher, done, total);
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
  g_ptr_array_unref (self->waiting);
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
  self->waiting = maq_hub_server_new_waiting ();
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
