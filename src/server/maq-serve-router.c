// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-routes.h"

#include <string.h>

// Where an address leads: the repo it names, and where in the segments the rest begins.
typedef struct
{
  MaqRepoKind   kind;
  gboolean      api;
  guint         id; // the index of the id's first segment
  guint         rest;
  MaqServeRepo *repo; // NULL: none of this name, or hidden
  char         *wanted;
} Place;

static gboolean
segment_is (MaqServeRequest *request,
            guint            index,
            const char      *text)
{
  return index < request->n_segments && g_str_equal (request->segments[index], text);
}

gboolean
maq_serve_may_see (MaqServeUser *user,
                   MaqServeRepo *repo)
{
  return !repo->is_private || (user != NULL && user->access);
}

// A page of a model has no prefix, so its owner's name must not be one of the site's own words.
static gboolean
is_site_word (const char *word)
{
  static const char *const words[] = { "api", "datasets", "spaces", "models", "collections", "papers", "avatars", "settings", "login", "join", ".maq", NULL };
  return g_strv_contains (words, word);
}

static gboolean
find_place (MaqServeRequest *request,
            Place           *place)
{
  guint n = request->n_segments;
  *place = (Place) { .kind = MAQ_REPO_KIND_MODEL };
  place->api = segment_is (request, 0, "api");
  if (place->api)
    {
      gboolean cache = segment_is (request, 1, "resolve-cache");
      place->id = cache ? 3 : 2;
      if (n <= place->id || !maq_serve_kind_from_plural (request->segments[place->id - 1], &place->kind))
        return FALSE;
    }
  else
    {
      place->id = n > 0 && maq_serve_kind_from_plural (request->segments[0], &place->kind) && place->kind != MAQ_REPO_KIND_MODEL ? 1 : 0;
      if (n <= place->id || (place->id == 0 && is_site_word (request->segments[0])))
        return FALSE;
    }
  const char *first = request->segments[place->id];
  place->wanted = place->id + 1 < n ? g_strconcat (first, "/", request->segments[place->id + 1], NULL) : g_strdup (first);
  place->rest = MIN (place->id + 2, n);
  // An id without a namespace, as the oldest repos have, may be followed by any word.
  if (maq_serve_store_find_moved (request->store, place->kind, place->wanted) == NULL &&
      maq_serve_store_find_moved (request->store, place->kind, first) != NULL)
    {
      g_set_str (&place->wanted, first);
      place->rest = place->id + 1;
    }
  place->repo = maq_serve_store_find (request->store, place->kind, place->wanted);
  if (place->repo != NULL && !maq_serve_may_see (request->user, place->repo))
    place->repo = NULL;
  return TRUE;
}

// The segments from the id on as they were sent, with another id: relative, as the Hub does it.
static void
redirect_to (MaqServeRequest *request,
             Place           *place,
             MaqServeRepo    *repo)
{
  const char *rest = request->path;
  for (guint i = 0; i < place->rest; i++)
    {
      rest += strspn (rest, "/");
      rest += strcspn (rest, "/");
    }
  g_autoptr (GString) location = g_string_new ("/");
  for (guint i = 0; i < place->id; i++)
    g_string_append_printf (location, "%s/", request->segments[i]);
  g_string_append_printf (location, "%s%s", repo->id, rest);
  const char *query = g_uri_get_query (soup_server_message_get_uri (request->message));
  if (query != NULL)
    g_string_append_printf (location, "?%s", query);
  maq_serve_reply_redirect (request, SOUP_STATUS_TEMPORARY_REDIRECT, location->str);
}

void
maq_serve_reply_no_repo (MaqServeRequest *request)
{
  if (request->user != NULL)
    {
      maq_serve_reply_error (request, SOUP_STATUS_NOT_FOUND, "RepoNotFound", "Repository not found");
      return;
    }
  // The Python client takes a bare 401 for a missing repo only where the address begins with https.
  const char *client = maq_serve_request_get_header (request, "User-Agent");
  gboolean    python = client != NULL && strstr (client, "hf_hub/") != NULL;
  maq_serve_request_set_header (request, "WWW-Authenticate", "Bearer realm=\"Authentication required\", charset=\"UTF-8\"");
  maq_serve_reply_error (request, SOUP_STATUS_UNAUTHORIZED, python ? "RepoNotFound" : NULL, "Invalid username or password.");
}

void
maq_serve_reply_no_revision (MaqServeRequest *request,
                             const char      *revision)
{
  g_autofree char *message = g_strdup_printf ("Invalid rev id: %s", revision);
  maq_serve_reply_error (request, SOUP_STATUS_NOT_FOUND, "RevisionNotFound", message);
}

void
maq_serve_reply_no_entry (MaqServeRequest *request,
                          MaqServeCommit  *commit,
                          const char      *message)
{
  maq_serve_request_set_header (request, "X-Repo-Commit", commit->id);
  maq_serve_reply_error (request, SOUP_STATUS_NOT_FOUND, "EntryNotFound", message);
}

gboolean
maq_serve_may_read (MaqServeUser *user,
                    MaqServeRepo *repo)
{
  return !repo->disabled && (repo->gated == NULL || (user != NULL && user->access));
}

gboolean
maq_serve_check_access (MaqServeRequest *request,
                        MaqServeRepo    *repo)
{
  if (repo->disabled)
    {
      maq_serve_reply_error (request, SOUP_STATUS_FORBIDDEN, NULL, "Access to this resource is disabled.");
      return FALSE;
    }
  if (maq_serve_may_read (request->user, repo))
    return TRUE;
  const char      *kind = maq_repo_kind_to_string (repo->kind);
  g_autofree char *message = NULL;
  if (request->user == NULL)
    message = g_strdup_printf ("Access to %s %s is restricted. You must have access to it and be authenticated to access it. Please log in.", kind, repo->id);
  else
    message = g_strdup_printf ("Access to %s %s is restricted and you are not in the authorized list. Visit %s/%s to ask for access.", kind, repo->id, request->url, repo->id);
  maq_serve_reply_error (request, request->user == NULL ? SOUP_STATUS_UNAUTHORIZED : SOUP_STATUS_FORBIDDEN, "GatedRepo", message);
  return FALSE;
}

// How many segments a revision that nothing is found for has: those of refs/pr/N, else one.
static guint
guess_length (MaqServeRequest *request,
              guint            index)
{
  return segment_is (request, index, "refs") && index + 2 < request->n_segments ? 3 : 1;
}

static char *
join_segments (MaqServeRequest *request,
               guint            from,
               guint            to)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = from; i < to; i++)
    g_string_append_printf (text, "%s%s", i > from ? "/" : "", request->segments[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

// A revision is one segment, percent-encoded. Some clients leave its slashes as they are: then it is as many segments as name one that has
// what the others name; or, where nothing is found, as few as name one.
static MaqServeCommit *
read_revision (MaqServeRequest *request,
               MaqServeRepo    *repo,
               guint            index,
               guint           *next,
               char           **name)
{
  MaqServeCommit *shortest = NULL;
  *next = MIN (index + guess_length (request, index), request->n_segments);
  if (index >= request->n_segments)
    {
      *name = g_strdup ("main");
      return maq_serve_repo_get_head (repo);
    }
  for (guint i = index; i < request->n_segments; i++)
    {
      g_autofree char *text = join_segments (request, index, i + 1);
      g_autofree char *rest = maq_serve_request_dup_rest (request, i + 1);
      MaqServeCommit  *commit = maq_serve_repo_resolve (repo, text);
      gboolean         good = commit != NULL && maq_serve_commit_has (commit, rest);
      if (commit == NULL || (!good && shortest != NULL))
        continue;
      shortest = commit;
      *next = i + 1;
      if (good)
        break;
    }
  *name = join_segments (request, index, *next);
  return shortest;
}

static void
route_unknown (MaqServeRequest *request)
{
  maq_serve_reply_error (request, SOUP_STATUS_NOT_FOUND, NULL, "Sorry, we can't find the page you are looking for.");
}

// One page stands for all that the site has about a repo.
static gboolean
is_repo_page (MaqServeRequest *request,
              Place           *place)
{
  static const char *const verbs[] = { "tree", "blob", "commits", "commit", "discussions", NULL };
  return place->rest >= request->n_segments || g_strv_contains (verbs, request->segments[place->rest]);
}

static gboolean
is_post (MaqServeRequest *request)
{
  return g_str_equal (soup_server_message_get_method (request->message), "POST");
}

typedef void (*FileRoute) (MaqServeRequest *request,
                           MaqServeRepo    *repo,
                           MaqServeCommit  *commit,
                           const char      *path);

static void
route_tree_size (MaqServeRequest *request,
                 MaqServeRepo    *repo,
                 MaqServeCommit  *commit,
                 const char      *path)
{
  maq_serve_route_tree_size (request, commit, path);
}

static void
route_paths_info (MaqServeRequest *request,
                  MaqServeRepo    *repo,
                  MaqServeCommit  *commit,
                  const char      *path)
{
  maq_serve_route_paths_info (request, repo, commit);
}

// Addresses of the form {verb}/{revision}/{path}.
static FileRoute
find_file_route (MaqServeRequest *request,
                 Place           *place)
{
  if (place->api && segment_is (request, 1, "resolve-cache"))
    return maq_serve_route_resolve_cache;
  if (!place->api && (segment_is (request, place->rest, "resolve")))
    return maq_serve_route_resolve;
  if (!place->api && segment_is (request, place->rest, "raw"))
    return maq_serve_route_raw;
  if (place->api && segment_is (request, place->rest, "tree"))
    return maq_serve_route_tree;
  if (place->api && segment_is (request, place->rest, "treesize"))
    return route_tree_size;
  if (place->api && segment_is (request, place->rest, "paths-info") && is_post (request))
    return route_paths_info;
  return NULL;
}

// The paths of a commit whose hashes the answer of ROUTE tells; NULL for an answer without any.
static char **
list_needed (MaqServeRequest *request,
             Place           *place,
             FileRoute        route,
             guint            rest)
{
  gboolean expand;
  char   **paths = NULL;
  if (route == route_tree_size || (route != maq_serve_route_tree && route != route_paths_info && !maq_serve_may_read (request->user, place->repo)))
    return NULL;
  if (route == route_paths_info)
    return maq_serve_read_paths (request, &paths, &expand) ? paths : NULL;
  // A folder needs all below it, for its own id.
  paths = g_new0 (char *, 2);
  paths[0] = maq_serve_request_dup_rest (request, rest);
  while (g_str_has_suffix (paths[0], "/"))
    paths[0][strlen (paths[0]) - 1] = '\0';
  return paths;
}

static GPtrArray *
list_unsettled (MaqServeRequest *request,
                Place           *place)
{
  guint            next;
  gboolean         cache = place->api && segment_is (request, 1, "resolve-cache");
  gboolean         info = place->api && !cache && (place->rest >= request->n_segments || segment_is (request, place->rest, "revision")) && maq_serve_query_get_bool (request->query, "blobs");
  g_autofree char *name = NULL;
  FileRoute        route = info ? NULL : find_file_route (request, place);
  MaqServeCommit  *commit = info || route != NULL ? read_revision (request, place->repo, place->rest + !cache, &next, &name) : NULL;
  if (commit == NULL)
    return NULL;
  static const char *const everything[] = { "", NULL };
  if (info)
    return maq_serve_commit_list_unsettled (commit, everything);
  g_auto (GStrv) paths = list_needed (request, place, route, next);
  return paths != NULL ? maq_serve_commit_list_unsettled (commit, (const char *const *) paths) : NULL;
}

GPtrArray *
maq_serve_route_list_unsettled (MaqServeRequest *request)
{
  Place place;
  if (request->bad_token || !find_place (request, &place))
    return NULL;
  g_autoptr (GPtrArray) contents = place.repo != NULL ? list_unsettled (request, &place) : NULL;
  g_free (place.wanted);
  return contents != NULL && contents->len > 0 ? g_steal_pointer (&contents) : NULL;
}

static void
route_place (MaqServeRequest *request,
             Place           *place)
{
  guint            next;
  g_autofree char *name = NULL;
  FileRoute        route = find_file_route (request, place);
  if (place->repo == NULL)
    {
      MaqServeRepo *moved = maq_serve_store_find_moved (request->store, place->kind, place->wanted);
      if (moved != NULL && maq_serve_may_see (request->user, moved) && !g_str_equal (moved->id, place->wanted))
        redirect_to (request, place, moved);
      else
        maq_serve_reply_no_repo (request);
      return;
    }
  if (route != NULL)
    {
      gboolean         cache = segment_is (request, 1, "resolve-cache") && place->api;
      MaqServeCommit  *commit = read_revision (request, place->repo, place->rest + !cache, &next, &name);
      g_autofree char *path = maq_serve_request_dup_rest (request, next);
      if (commit == NULL)
        maq_serve_reply_no_revision (request, name);
      else
        route (request, place->repo, commit, path);
    }
  else if (place->api)
    maq_serve_route_repo (request, place->repo, place->rest);
  else if (is_repo_page (request, place))
    maq_serve_route_repo_page (request, place->repo);
  else
    route_unknown (request);
}

void
maq_serve_route_hub (MaqServeRequest *request)
{
  MaqRepoKind kind;
  Place       place;
  if (request->bad_token)
    {
      maq_serve_reply_error (request, SOUP_STATUS_UNAUTHORIZED, NULL, "Invalid credentials in Authorization header");
      return;
    }
  if (request->n_segments == 0)
    maq_serve_route_home_page (request);
  else if (request->n_segments == 2 && segment_is (request, 0, "api") && maq_serve_kind_from_plural (request->segments[1], &kind))
    maq_serve_route_list (request, kind);
  else if (segment_is (request, 0, "api") && (maq_serve_route_people (request) || maq_serve_route_find (request)))
    return;
  else if (find_place (request, &place))
    {
      route_place (request, &place);
      g_free (place.wanted);
    }
  else
    route_unknown (request);
}
