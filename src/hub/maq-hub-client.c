// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-client.h"

#include <string.h>

#include "maq-fiber.h"
#include "maq-hub-body.h"
#include "maq-hub-client-private.h"
#include "maq-hub-http.h"
#include "maq-hub-link.h"
#include "maq-hub-records.h"
#include "maq-paths.h"

// Each method checks its arguments, then runs a fiber on the scheduler of the caller: fibers of a thread pool keep their
// connections on their own thread. JSON becomes records in a worker.

// A file list of more pages than this, a thousand entries each, is a server that runs in circles.
#define MAX_TREE_PAGES 2000

struct _MaqHubClient
{
  GObject     parent_instance;
  MaqHubHttp *http;

  GMutex      lock; // guards what follows
  MaqHubUser *user;
  char       *user_token;
  char       *user_endpoint;
};

enum
{
  WARNED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MaqHubClient, maq_hub_client, G_TYPE_OBJECT)

typedef struct
{
  GWeakRef client;
  char    *topic;
  char    *text;
} Warning;

static void
warning_free (gpointer data)
{
  Warning *warning = data;

  g_weak_ref_clear (&warning->client);
  g_free (warning->topic);
  g_free (warning->text);
  g_free (warning);
}

static gboolean
emit_warning (gpointer data)
{
  Warning *warning = data;
  g_autoptr (MaqHubClient) client = g_weak_ref_get (&warning->client);

  if (client != NULL)
    g_signal_emit (client, signals[WARNED], 0, warning->topic, warning->text);
  return G_SOURCE_REMOVE;
}

static void
warn_cb (const char *topic,
         const char *text,
         gpointer    data)
{
  Warning *warning = g_new0 (Warning, 1);

  g_weak_ref_init (&warning->client, data);
  warning->topic = g_strdup (topic);
  warning->text = g_strdup (text);
  // Never at once: this is the middle of a request, perhaps on the main thread.
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, emit_warning, warning, warning_free);
}

static void
maq_hub_client_dispose (GObject *object)
{
  MaqHubClient *self = MAQ_HUB_CLIENT (object);

  maq_hub_http_detach (self->http);

  G_OBJECT_CLASS (maq_hub_client_parent_class)->dispose (object);
}

static void
maq_hub_client_finalize (GObject *object)
{
  MaqHubClient *self = MAQ_HUB_CLIENT (object);

  maq_hub_http_unref (self->http);
  g_clear_pointer (&self->user, maq_hub_user_unref);
  g_free (self->user_token);
  g_free (self->user_endpoint);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (maq_hub_client_parent_class)->finalize (object);
}

static void
maq_hub_client_class_init (MaqHubClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_hub_client_dispose;
  object_class->finalize = maq_hub_client_finalize;

  signals[WARNED] = g_signal_new ("warned", MAQ_TYPE_HUB_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
maq_hub_client_init (MaqHubClient *self)
{
  g_mutex_init (&self->lock);
  self->http = maq_hub_http_new (warn_cb, self);
}

MaqHubClient *
maq_hub_client_new (const char *endpoint)
{
  MaqHubClient *self = g_object_new (MAQ_TYPE_HUB_CLIENT, NULL);
  g_autoptr (GError) error = NULL;

  maq_hub_http_set_offline (self->http, maq_paths_env_is_offline ());
  if (!maq_hub_client_set_endpoint (self, endpoint, &error))
    {
      g_message ("%s; using %s", error->message, MAQ_HUB_DEFAULT_ENDPOINT);
      maq_hub_http_set_endpoint (self->http, MAQ_HUB_DEFAULT_ENDPOINT);
    }
  return self;
}

const char *
maq_hub_client_get_endpoint (MaqHubClient *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), NULL);

  return maq_hub_http_get_endpoint (self->http);
}

gboolean
maq_hub_client_set_endpoint (MaqHubClient *self,
                             const char   *endpoint,
                             GError      **error)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), FALSE);

  if (endpoint == NULL)
    endpoint = g_getenv ("HF_ENDPOINT");
  if (endpoint == NULL || endpoint[0] == '\0')
    endpoint = MAQ_HUB_DEFAULT_ENDPOINT;

  g_autoptr (GUri) uri = maq_hub_link_parse (endpoint, NULL);
  if (uri == NULL || g_uri_get_query (uri) != NULL)
    {
      g_autofree char *valid = g_utf8_make_valid (endpoint, -1);
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST, "“%s” is not the address of a Hub: expected https://host or http://host:port", valid);
      return FALSE;
    }

  g_autofree char *text = g_uri_to_string (uri);
  for (gsize length = strlen (text); length > 0 && text[length - 1] == '/'; length--)
    text[length - 1] = '\0';
  maq_hub_http_set_endpoint (self->http, text);
  return TRUE;
}

void
maq_hub_client_set_token (MaqHubClient *self,
                          const char   *token)
{
  g_return_if_fail (MAQ_IS_HUB_CLIENT (self));

  // As read from a file or a variable: the ends may hold line breaks. Anything else that is no token must not reach a header.
  g_autofree char *bare = g_strstrip (g_strdup (token != NULL ? token : ""));
  gboolean         is_good = bare[0] != '\0';
  for (const char *p = bare; is_good && *p != '\0'; p++)
    is_good = g_ascii_isgraph (*p);

  maq_hub_http_set_token (self->http, is_good ? bare : NULL);
}

gboolean
maq_hub_client_has_token (MaqHubClient *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), FALSE);

  g_autofree char *token = maq_hub_http_dup_token (self->http);
  return token != NULL;
}

gboolean
maq_hub_client_get_offline (MaqHubClient *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), FALSE);

  return maq_hub_http_get_offline (self->http);
}

void
maq_hub_client_set_offline (MaqHubClient *self,
                            gboolean      offline)
{
  g_return_if_fail (MAQ_IS_HUB_CLIENT (self));

  maq_hub_http_set_offline (self->http, offline);
}

guint
maq_hub_client_get_wait (MaqHubClient *self)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), 0);

  return maq_hub_http_get_wait (self->http);
}

void
maq_hub_client_set_limits (MaqHubClient       *self,
                           const MaqHubLimits *limits)
{
  maq_hub_http_set_limits (self->http, limits);
}

// One call of a method: what its fiber works with.
typedef struct
{
  MaqHubClient *client;
  const char   *endpoint;
  char         *address;
  MaqRepoKind   kind;
  gsize         max_bytes;
  guint64       offset;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->client);
  g_free (job->address);
  g_free (job);
}

static Job *
job_new (MaqHubClient *client,
         MaqRepoKind   kind)
{
  Job *job = g_new0 (Job, 1);

  job->client = g_object_ref (client);
  job->endpoint = maq_hub_http_get_endpoint (client->http);
  job->kind = kind;
  return job;
}

static DexFuture *
run (Job         *job,
     DexFiberFunc func)
{
  return maq_fiber_spawn (NULL, func, job, job_free);
}

// What a worker makes of a reply.
typedef enum
{
  READ_PAGE,
  READ_REPO,
  READ_TREE,
  READ_REFS,
  READ_USER,
} What;

typedef struct
{
  What        what;
  GBytes     *body;
  MaqRepoKind kind;
  const char *endpoint;
  MaqHubTree *tree; // grows
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_bytes_unref (reading->body);
  g_clear_pointer (&reading->tree, maq_hub_tree_unref);
  g_free (reading);
}

static DexFuture *
new_boxed_or_error (GType    type,
                    gpointer record,
                    GError  *error)
{
  return record != NULL ? dex_future_new_take_boxed (type, record) : dex_future_new_for_error (error);
}

static DexFuture *
read_record (Reading      *reading,
             MaqJsonValue *root)
{
  GError  *error = NULL;
  gpointer record = NULL;

  switch (reading->what)
    {
    case READ_PAGE:
      record = maq_hub_page_new_from_json (reading->kind, root, &error);
      return new_boxed_or_error (MAQ_TYPE_HUB_PAGE, record, error);

    case READ_TREE:
      if (maq_hub_tree_add_json (reading->tree, root, &error))
        return dex_future_new_true ();
      return dex_future_new_for_error (error);

    case READ_REFS:
      record = maq_hub_refs_new_from_json (root, &error);
      return new_boxed_or_error (MAQ_TYPE_HUB_REFS, record, error);

    case READ_USER:
      record = maq_hub_user_new_from_json (root, reading->endpoint, &error);
      return new_boxed_or_error (MAQ_TYPE_HUB_USER, record, error);

    case READ_REPO:
    default:
      record = maq_repo_new_from_json (reading->kind, root);
      if (record != NULL)
        return dex_future_new_take_object (record);
      return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub's reply is not a repo");
    }
}

static DexFuture *
read_fiber (gpointer data)
{
  Reading *reading = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqJson) json = maq_json_parse (reading->body, &error);

  if (json == NULL)
    {
      gsize       length;
      const char *text = g_bytes_get_data (reading->body, &length);

      // What networks that want a login, and proxies, put in the place of a reply.
      if (length > 0 && text[0] == '<')
        return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "A web page came instead of the Hub's reply; the network may ask for a login");
      return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub's reply is broken: %s", error->message);
    }

  return read_record (reading, maq_json_get_root (json));
}

// Makes a record of REPLY in a worker; resolves to it.
static DexFuture *
read_reply (const Job   *job,
            MaqHubReply *reply,
            What         what,
            MaqHubTree  *tree)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->what = what;
  reading->body = g_bytes_ref (reply->body);
  reading->kind = job->kind;
  reading->endpoint = job->endpoint;
  reading->tree = tree != NULL ? maq_hub_tree_ref (tree) : NULL;
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, read_fiber, reading, reading_free);
}

static MaqHubReply *
get_json (const Job  *job,
          const char *address,
          GError    **error)
{
  const MaqHubRequest request = { .method = "GET", .address = address, .max_bytes = MAQ_HUB_MAX_JSON };

  return maq_hub_http_send (job->client->http, &request, error);
}

// The next page as the Hub names it, on the host that was chosen.
static char *
dup_next (const Job         *job,
          const MaqHubReply *reply)
{
  return reply->next != NULL ? maq_hub_link_rebase (reply->next, job->endpoint) : NULL;
}

static DexFuture *
list_fiber (gpointer data)
{
  Job    *job = data;
  GError *error = NULL;
  g_autoptr (MaqHubReply) reply = get_json (job, job->address, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubPage *page = dex_await_boxed (read_reply (job, reply, READ_PAGE, NULL), &error);
  if (page == NULL)
    return dex_future_new_for_error (error);

  page->next = dup_next (job, reply);
  // A page that points to itself would be read for ever.
  if (g_strcmp0 (page->next, job->address) == 0)
    g_clear_pointer (&page->next, g_free);
  return dex_future_new_take_boxed (MAQ_TYPE_HUB_PAGE, page);
}

DexFuture *
maq_hub_client_list_repos (MaqHubClient      *self,
                           const MaqHubQuery *query)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));
  dex_return_error_if_fail (query != NULL);

  Job *job = job_new (self, query->kind);
  job->address = maq_hub_query_to_address (query, job->endpoint);
  return run (job, list_fiber);
}

DexFuture *
maq_hub_client_list_next (MaqHubClient *self,
                          MaqHubPage   *page)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));
  dex_return_error_if_fail (page != NULL);

  if (page->next == NULL)
    return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST, "This was the last page");

  Job *job = job_new (self, page->kind);
  g_autoptr (GUri) next = maq_hub_link_parse (page->next, NULL);
  g_autoptr (GUri) endpoint = maq_hub_link_parse (job->endpoint, NULL);
  if (next == NULL || !maq_hub_link_same_origin (next, endpoint))
    {
      job_free (job);
      return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST, "This page is one of another Hub");
    }

  job->address = g_strdup (page->next);
  return run (job, list_fiber);
}

static DexFuture *
repo_fiber (gpointer data)
{
  Job    *job = data;
  GError *error = NULL;
  g_autoptr (MaqHubReply) reply = get_json (job, job->address, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return read_reply (job, reply, READ_REPO, NULL);
}

// A job for something of the repo ID, or NULL with an error if a name is bad. REVISION and PATH nullable.
static Job *
job_new_for_repo (MaqHubClient *client,
                  MaqRepoKind   kind,
                  const char   *id,
                  const char   *revision,
                  const char   *path,
                  GError      **error)
{
  if (!maq_repo_id_validate (id, error) || (revision != NULL && !maq_revision_validate (revision, error)) ||
      (path != NULL && !maq_repo_path_validate (path, error)))
    return NULL;

  return job_new (client, kind);
}

static char *
build_api_address (const Job  *job,
                   const char *id,
                   const char *verb,
                   const char *revision,
                   const char *query)
{
  g_autoptr (GString) address = g_string_new (job->endpoint);

  g_string_append_printf (address, "/api/%s/%s", maq_repo_kind_get_plural (job->kind), id);
  if (verb != NULL)
    g_string_append_printf (address, "/%s", verb);
  if (revision != NULL)
    {
      g_string_append_c (address, '/');
      g_string_append_uri_escaped (address, revision, NULL, FALSE);
    }
  if (query != NULL)
    g_string_append (address, query);

  return g_string_free (g_steal_pointer (&address), FALSE);
}

DexFuture *
maq_hub_client_get_repo (MaqHubClient *self,
                         MaqRepoKind   kind,
                         const char   *id,
                         const char   *revision)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  Job *job = job_new_for_repo (self, kind, id, revision, NULL, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->address = build_api_address (job, id, revision != NULL ? "revision" : NULL, revision, NULL);
  return run (job, repo_fiber);
}

static DexFuture *
tree_fiber (gpointer data)
{
  Job    *job = data;
  GError *error = NULL;
  g_autoptr (MaqHubTree) tree = maq_hub_tree_new ();
  g_autofree char *address = g_strdup (job->address);

  for (guint n = 0; address != NULL; n++)
    {
      if (n == MAX_TREE_PAGES)
        return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The list of files does not end");

      g_autoptr (MaqHubReply) reply = get_json (job, address, &error);
      if (reply == NULL)
        return dex_future_new_for_error (error);
      if (!dex_await (read_reply (job, reply, READ_TREE, tree), &error))
        return dex_future_new_for_error (error);

      g_autofree char *next = dup_next (job, reply);
      if (g_strcmp0 (next, address) == 0)
        return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The list of files runs in a circle");
      g_set_str (&address, next);
    }

  return dex_future_new_take_boxed (MAQ_TYPE_HUB_TREE, g_steal_pointer (&tree));
}

DexFuture *
maq_hub_client_list_tree (MaqHubClient *self,
                          MaqRepoKind   kind,
                          const char   *id,
                          const char   *revision)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  Job *job = job_new_for_repo (self, kind, id, revision, NULL, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->address = build_api_address (job, id, "tree", revision != NULL ? revision : "main", "?recursive=true");
  return run (job, tree_fiber);
}

static DexFuture *
refs_fiber (gpointer data)
{
  Job    *job = data;
  GError *error = NULL;
  g_autoptr (MaqHubReply) reply = get_json (job, job->address, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return read_reply (job, reply, READ_REFS, NULL);
}

DexFuture *
maq_hub_client_list_refs (MaqHubClient *self,
                          MaqRepoKind   kind,
                          const char   *id)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  Job *job = job_new_for_repo (self, kind, id, NULL, NULL, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->address = build_api_address (job, id, "refs", NULL, "?include_prs=1");
  return run (job, refs_fiber);
}

// The remembered user, if it was TOKEN's at ENDPOINT.
static MaqHubUser *
recall_user (MaqHubClient *self,
             const char   *token,
             const char   *endpoint)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->user == NULL || strcmp (self->user_token, token) != 0 || strcmp (self->user_endpoint, endpoint) != 0)
    return NULL;
  return maq_hub_user_ref (self->user);
}

static void
remember_user (MaqHubClient *self,
               MaqHubUser   *user,
               const char   *token,
               const char   *endpoint)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_clear_pointer (&self->user, maq_hub_user_unref);
  self->user = maq_hub_user_ref (user);
  g_set_str (&self->user_token, token);
  g_set_str (&self->user_endpoint, endpoint);
}

static DexFuture *
whoami_fiber (gpointer data)
{
  Job             *job = data;
  GError          *error = NULL;
  g_autofree char *token = maq_hub_http_dup_token (job->client->http);

  if (token == NULL)
    return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNAUTHORIZED, "There is no token");

  MaqHubUser *known = recall_user (job->client, token, job->endpoint);
  if (known != NULL)
    return dex_future_new_take_boxed (MAQ_TYPE_HUB_USER, known);

  g_autoptr (MaqHubReply) reply = get_json (job, job->address, &error);
  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubUser *user = dex_await_boxed (read_reply (job, reply, READ_USER, NULL), &error);
  if (user == NULL)
    return dex_future_new_for_error (error);

  remember_user (job->client, user, token, job->endpoint);
  return dex_future_new_take_boxed (MAQ_TYPE_HUB_USER, user);
}

DexFuture *
maq_hub_client_whoami (MaqHubClient *self)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  Job *job = job_new (self, MAQ_REPO_KIND_MODEL);
  job->address = g_strconcat (job->endpoint, "/api/whoami-v2", NULL);
  return run (job, whoami_fiber);
}

static char *
build_file_address (const Job  *job,
                    const char *id,
                    const char *revision,
                    const char *path)
{
  g_autoptr (GString) address = g_string_new (job->endpoint);

  g_string_append_printf (address, "/%s%s/resolve/", maq_repo_kind_get_url_prefix (job->kind), id);
  g_string_append_uri_escaped (address, revision != NULL ? revision : "main", NULL, FALSE);
  g_string_append_c (address, '/');
  g_string_append_uri_escaped (address, path, "/", FALSE);
  return g_string_free (g_steal_pointer (&address), FALSE);
}

// The job of a method about one file; NULL with an error if a name is bad.
static Job *
job_new_for_file (MaqHubClient *client,
                  MaqRepoKind   kind,
                  const char   *id,
                  const char   *revision,
                  const char   *path,
                  GError      **error)
{
  Job *job = job_new_for_repo (client, kind, id, revision, path != NULL ? path : "", error);

  if (job != NULL)
    job->address = build_file_address (job, id, revision, path);
  return job;
}

static DexFuture *
resolve_fiber (gpointer data)
{
  Job                *job = data;
  GError             *error = NULL;
  const MaqHubRequest request = { .method = "HEAD", .address = job->address, .is_file = TRUE, .stays = TRUE };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->client->http, &request, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubFileInfo *info = maq_hub_file_info_new (reply->commit, reply->etag, reply->size, reply->location, &error);
  return new_boxed_or_error (MAQ_TYPE_HUB_FILE_INFO, info, error);
}

DexFuture *
maq_hub_client_resolve (MaqHubClient *self,
                        MaqRepoKind   kind,
                        const char   *id,
                        const char   *revision,
                        const char   *path)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  Job *job = job_new_for_file (self, kind, id, revision, path, &error);
  return job != NULL ? run (job, resolve_fiber) : dex_future_new_for_error (error);
}

static DexFuture *
read_file_fiber (gpointer data)
{
  Job                *job = data;
  GError             *error = NULL;
  const MaqHubRequest request = { .method = "GET", .address = job->address, .max_bytes = job->max_bytes, .is_file = TRUE };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->client->http, &request, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&reply->body));
}

DexFuture *
maq_hub_client_read_file (MaqHubClient *self,
                          MaqRepoKind   kind,
                          const char   *id,
                          const char   *revision,
                          const char   *path,
                          gsize         max_bytes)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  Job *job = job_new_for_file (self, kind, id, revision, path, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->max_bytes = max_bytes;
  return run (job, read_file_fiber);
}

static DexFuture *
open_file_fiber (gpointer data)
{
  Job                *job = data;
  GError             *error = NULL;
  const MaqHubRequest request = {
    .method = "GET", .address = job->address, .offset = job->offset, .is_file = TRUE, .is_once = TRUE, .streams = TRUE
  };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->client->http, &request, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubBody *body = maq_hub_body_new (reply, job->offset, maq_hub_http_get_stall (job->client->http), &error);
  return body != NULL ? dex_future_new_take_object (body) : dex_future_new_for_error (error);
}

DexFuture *
maq_hub_client_open_file (MaqHubClient *self,
                          MaqRepoKind   kind,
                          const char   *id,
                          const char   *revision,
                          const char   *path,
                          guint64       offset)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  Job *job = job_new_for_file (self, kind, id, revision, path, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->offset = offset;
  return run (job, open_file_fiber);
}

static DexFuture *
read_address_fiber (gpointer data)
{
  Job                *job = data;
  GError             *error = NULL;
  const MaqHubRequest request = { .method = "GET", .address = job->address, .max_bytes = job->max_bytes };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->client->http, &request, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&reply->body));
}

DexFuture *
maq_hub_client_read_address (MaqHubClient *self,
                             const char   *address,
                             gsize         max_bytes)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));
  dex_return_error_if_fail (address != NULL);

  Job             *job = job_new (self, MAQ_REPO_KIND_MODEL);
  g_autofree char *base = g_strconcat (job->endpoint, "/", NULL);
  g_autoptr (GUri) endpoint = maq_hub_link_parse (base, NULL);
  // “/avatars/x” is below the endpoint, also when that has a path.
  gboolean is_below = address[0] == '/' && address[1] != '/';
  g_autoptr (GUri) uri = maq_hub_link_parse (is_below ? address + 1 : address, endpoint);

  if (uri == NULL)
    {
      job_free (job);
      return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST, "Not an http or https address");
    }

  job->address = g_uri_to_string (uri);
  job->max_bytes = max_bytes;
  return run (job, read_address_fiber);
}

char *
maq_hub_client_dup_page_address (MaqHubClient *self,
                                 MaqRepoKind   kind,
                                 const char   *id)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  const char      *endpoint = maq_hub_http_get_endpoint (self->http);
  g_autofree char *escaped = g_uri_escape_string (id, "/", FALSE);
  return g_strconcat (endpoint, "/", maq_repo_kind_get_url_prefix (kind), escaped, NULL);
}
