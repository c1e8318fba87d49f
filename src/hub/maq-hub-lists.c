// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-job.h"

#include "maq-hub-link.h"
#include "maq-hub-records.h"

// The methods of the client whose answers are records: each checks its arguments, then runs a fiber.

// A file list of more pages than this, a thousand entries each, is a server that runs in circles.
#define MAX_TREE_PAGES 2000

// Of an owner's picture.
#define AVATAR_MAX_BYTES (1024 * 1024)

// The next page as the Hub names it, on the host that was chosen.
static char *
dup_next (const MaqHubJob   *job,
          const MaqHubReply *reply)
{
  return reply->next != NULL ? maq_hub_link_rebase (reply->next, job->endpoint) : NULL;
}

static DexFuture *
list_fiber (gpointer data)
{
  MaqHubJob *job = data;
  GError    *error = NULL;
  g_autoptr (MaqHubReply) reply = maq_hub_job_get_json (job, job->address, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubPage *page = dex_await_boxed (maq_hub_job_read (job, reply, MAQ_HUB_READ_PAGE, NULL), &error);
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

  MaqHubJob *job = maq_hub_job_new (self, query->kind);
  job->address = maq_hub_query_to_address (query, job->endpoint);
  return maq_hub_job_run (job, list_fiber);
}

DexFuture *
maq_hub_client_list_next (MaqHubClient *self,
                          MaqHubPage   *page)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));
  dex_return_error_if_fail (page != NULL);

  if (page->next == NULL)
    return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST, "This was the last page");

  MaqHubJob *job = maq_hub_job_new (self, page->kind);
  g_autoptr (GUri) next = maq_hub_link_parse (page->next, NULL);
  g_autoptr (GUri) endpoint = maq_hub_link_parse (job->endpoint, NULL);
  if (next == NULL || !maq_hub_link_same_origin (next, endpoint))
    {
      maq_hub_job_free (job);
      return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST, "This page is one of another Hub");
    }

  job->address = g_strdup (page->next);
  return maq_hub_job_run (job, list_fiber);
}

static DexFuture *
repo_fiber (gpointer data)
{
  MaqHubJob *job = data;
  GError    *error = NULL;
  g_autoptr (MaqHubReply) reply = maq_hub_job_get_json (job, job->address, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return maq_hub_job_read (job, reply, MAQ_HUB_READ_REPO, NULL);
}

static char *
build_api_address (const MaqHubJob *job,
                   const char      *id,
                   const char      *verb,
                   const char      *revision,
                   const char      *query)
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

static DexFuture *
get_repo (MaqHubClient *self,
          MaqRepoKind   kind,
          const char   *id,
          const char   *revision,
          const char   *query)
{
  GError    *error = NULL;
  MaqHubJob *job = maq_hub_job_new_for_repo (self, kind, id, revision, NULL, &error);

  if (job == NULL)
    return dex_future_new_for_error (error);

  job->address = build_api_address (job, id, revision != NULL ? "revision" : NULL, revision, query);
  return maq_hub_job_run (job, repo_fiber);
}

DexFuture *
maq_hub_client_get_repo (MaqHubClient *self,
                         MaqRepoKind   kind,
                         const char   *id,
                         const char   *revision)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  return get_repo (self, kind, id, revision, NULL);
}

DexFuture *
maq_hub_client_get_repo_with_files (MaqHubClient *self,
                                    MaqRepoKind   kind,
                                    const char   *id,
                                    const char   *revision)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  return get_repo (self, kind, id, revision, "?blobs=true");
}

static DexFuture *
tree_fiber (gpointer data)
{
  MaqHubJob *job = data;
  GError    *error = NULL;
  g_autoptr (MaqHubTree) tree = maq_hub_tree_new ();
  g_autofree char *address = g_strdup (job->address);

  for (guint n = 0; address != NULL; n++)
    {
      if (n == MAX_TREE_PAGES)
        return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The list of files does not end");

      g_autoptr (MaqHubReply) reply = maq_hub_job_get_json (job, address, &error);
      if (reply == NULL)
        return dex_future_new_for_error (error);
      if (!dex_await (maq_hub_job_read (job, reply, MAQ_HUB_READ_TREE, tree), &error))
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

  MaqHubJob *job = maq_hub_job_new_for_repo (self, kind, id, revision, NULL, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->address = build_api_address (job, id, "tree", revision != NULL ? revision : "main", "?recursive=true");
  return maq_hub_job_run (job, tree_fiber);
}

static DexFuture *
refs_fiber (gpointer data)
{
  MaqHubJob *job = data;
  GError    *error = NULL;
  g_autoptr (MaqHubReply) reply = maq_hub_job_get_json (job, job->address, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return maq_hub_job_read (job, reply, MAQ_HUB_READ_REFS, NULL);
}

DexFuture *
maq_hub_client_list_refs (MaqHubClient *self,
                          MaqRepoKind   kind,
                          const char   *id)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  MaqHubJob *job = maq_hub_job_new_for_repo (self, kind, id, NULL, NULL, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->address = build_api_address (job, id, "refs", NULL, "?include_prs=1");
  return maq_hub_job_run (job, refs_fiber);
}

static DexFuture *
commits_fiber (gpointer data)
{
  MaqHubJob *job = data;
  GError    *error = NULL;
  g_autoptr (MaqHubReply) reply = maq_hub_job_get_json (job, job->address, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubCommits *commits = dex_await_boxed (maq_hub_job_read (job, reply, MAQ_HUB_READ_COMMITS, NULL), &error);
  if (commits == NULL)
    return dex_future_new_for_error (error);

  commits->has_more = reply->next != NULL;
  return dex_future_new_take_boxed (MAQ_TYPE_HUB_COMMITS, commits);
}

DexFuture *
maq_hub_client_list_commits (MaqHubClient *self,
                             MaqRepoKind   kind,
                             const char   *id,
                             const char   *revision,
                             guint         page)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  MaqHubJob *job = maq_hub_job_new_for_repo (self, kind, id, revision, NULL, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  g_autofree char *query = page > 0 ? g_strdup_printf ("?p=%u", page) : NULL;
  job->address = build_api_address (job, id, "commits", revision != NULL ? revision : "main", query);
  return maq_hub_job_run (job, commits_fiber);
}

static DexFuture *
access_fiber (gpointer data)
{
  MaqHubJob *job = data;
  GError    *error = NULL;
  // Any answer will do: the Hub says "OK" or why not.
  g_autoptr (MaqHubReply) reply = maq_hub_job_get_json (job, job->address, &error);

  return reply != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

DexFuture *
maq_hub_client_check_access (MaqHubClient *self,
                             MaqRepoKind   kind,
                             const char   *id)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  MaqHubJob *job = maq_hub_job_new_for_repo (self, kind, id, NULL, NULL, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->address = build_api_address (job, id, "auth-check", NULL, NULL);
  return maq_hub_job_run (job, access_fiber);
}

static DexFuture *
whoami_fiber (gpointer data)
{
  MaqHubJob       *job = data;
  GError          *error = NULL;
  g_autofree char *token = maq_hub_http_dup_token (job->http);

  if (token == NULL)
    return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNAUTHORIZED, "There is no token");

  MaqHubUser *known = maq_hub_client_recall_user (job->client, token, job->endpoint);
  if (known != NULL)
    return dex_future_new_take_boxed (MAQ_TYPE_HUB_USER, known);

  g_autoptr (MaqHubReply) reply = maq_hub_job_get_json (job, job->address, &error);
  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubUser *user = dex_await_boxed (maq_hub_job_read (job, reply, MAQ_HUB_READ_USER, NULL), &error);
  if (user == NULL)
    return dex_future_new_for_error (error);

  maq_hub_client_remember_user (job->client, user, token, job->endpoint);
  return dex_future_new_take_boxed (MAQ_TYPE_HUB_USER, user);
}

DexFuture *
maq_hub_client_whoami (MaqHubClient *self)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  MaqHubJob *job = maq_hub_job_new (self, MAQ_REPO_KIND_MODEL);
  job->address = g_strconcat (job->endpoint, "/api/whoami-v2", NULL);
  return maq_hub_job_run (job, whoami_fiber);
}

static DexFuture *
read_avatar_fiber (gpointer data)
{
  MaqHubJob          *job = data;
  GError             *error = NULL;
  const MaqHubRequest request = { .method = "GET", .address = job->address, .max_bytes = AVATAR_MAX_BYTES };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->http, &request, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&reply->body));
}

DexFuture *
maq_hub_client_read_avatar (MaqHubClient *self,
                            const char   *owner)
{
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));
  dex_return_error_if_fail (owner != NULL);

  g_autofree char *escaped = g_uri_escape_string (owner, NULL, FALSE);
  MaqHubJob       *job = maq_hub_job_new (self, MAQ_REPO_KIND_MODEL);
  job->address = g_strdup_printf ("%s/api/avatars/%s", job->endpoint, escaped);
  return maq_hub_job_run (job, read_avatar_fiber);
}
