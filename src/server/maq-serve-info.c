// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// One repo: info, refs, commits and the small addresses beside them (Hub API notes §6 and §8).
#include "maq-serve-fields.h"
#include "maq-serve-json.h"
#include "maq-serve-routes.h"

#define COMMITS_A_PAGE 50

static void
route_info (MaqServeRequest *request,
            MaqServeRepo    *repo,
            MaqServeCommit  *commit)
{
  g_autofree char *unknown = NULL;
  g_autoptr (MaqServeFields) fields = maq_serve_fields_new_info (request->store, repo->kind, request->query, &unknown);
  if (fields == NULL)
    {
      g_autofree char *message = g_strdup_printf ("Invalid option for expand: %s", unknown);
      maq_serve_reply_error (request, SOUP_STATUS_BAD_REQUEST, NULL, message);
      return;
    }
  g_autoptr (GString) out = g_string_new (NULL);
  maq_serve_fields_write (fields, out, repo, commit);
  maq_serve_request_set_header (request, "X-Repo-Commit", commit->id);
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

static void
write_refs (GString      *out,
            const char   *key,
            MaqServeRepo *repo,
            GPtrArray    *refs,
            const char   *prefix)
{
  maq_serve_json_key (out, key);
  maq_serve_json_open (out, '[');
  for (guint i = 0; i < refs->len; i++)
    {
      MaqServeRef     *ref = g_ptr_array_index (refs, i);
      g_autofree char *full = g_strconcat (prefix, ref->name, NULL);
      maq_serve_json_open (out, '{');
      maq_serve_json_member_string (out, "name", ref->name);
      maq_serve_json_member_string (out, "ref", full);
      maq_serve_json_member_string (out, "targetCommit", maq_serve_repo_get_commit (repo, ref->commit)->id);
      maq_serve_json_close (out, '}');
    }
  maq_serve_json_close (out, ']');
}

static void
route_refs (MaqServeRequest *request,
            MaqServeRepo    *repo)
{
  g_autoptr (GString) out = g_string_new (NULL);
  maq_serve_json_open (out, '{');
  write_refs (out, "tags", repo, repo->git_tags, "refs/tags/");
  write_refs (out, "branches", repo, repo->branches, "refs/heads/");
  maq_serve_json_member_raw (out, "converts", "[]");
  if (maq_serve_query_get_bool (request->query, "include_prs"))
    write_refs (out, "pullRequests", repo, repo->pull_requests, "refs/pr/");
  maq_serve_json_close (out, '}');
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

static void
write_commit (MaqServeRequest *request,
              GString         *out,
              MaqServeCommit  *commit,
              gboolean         formatted)
{
  g_autofree char *date = maq_serve_format_date (commit->date);
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "id", commit->id);
  maq_serve_json_member_string (out, "title", commit->title);
  maq_serve_json_member_string (out, "message", commit->message);
  maq_serve_json_key (out, "authors");
  maq_serve_json_open (out, '[');
  for (char **author = commit->authors; *author != NULL; author++)
    {
      g_autofree char *avatar = g_strdup_printf ("%s/api/avatars/%s", request->url, *author);
      maq_serve_json_open (out, '{');
      maq_serve_json_member_string (out, "user", *author);
      maq_serve_json_member_string (out, "avatar", avatar);
      maq_serve_json_close (out, '}');
    }
  maq_serve_json_close (out, ']');
  maq_serve_json_member_string (out, "date", date);
  if (formatted)
    {
      g_autofree char *title = g_markup_escape_text (commit->title, -1);
      g_autofree char *message = g_markup_escape_text (commit->message, -1);
      maq_serve_json_key (out, "formatted");
      maq_serve_json_open (out, '{');
      maq_serve_json_member_string (out, "title", title);
      maq_serve_json_member_string (out, "message", message);
      maq_serve_json_close (out, '}');
    }
  maq_serve_json_close (out, '}');
}

static GPtrArray *
list_history (MaqServeRepo   *repo,
              MaqServeCommit *commit)
{
  GPtrArray *history = g_ptr_array_new ();
  for (; commit != NULL; commit = commit->parent >= 0 ? maq_serve_repo_get_commit (repo, commit->parent) : NULL)
    g_ptr_array_add (history, commit);
  return history;
}

static void
route_commits (MaqServeRequest *request,
               MaqServeRepo    *repo,
               MaqServeCommit  *commit)
{
  g_autoptr (GPtrArray) history = list_history (repo, commit);
  g_autoptr (GString) out = g_string_new (NULL);
  gint64   page = MAX (0, maq_serve_query_get_int (request->query, "p", 0));
  gint64   limit = CLAMP (maq_serve_query_get_int (request->query, "limit", COMMITS_A_PAGE), 1, COMMITS_A_PAGE);
  gboolean formatted = maq_serve_query_get (request->query, "expand") != NULL;

  page = MIN (page, history->len);
  maq_serve_json_open (out, '[');
  for (gint64 i = page * limit; i < MIN ((page + 1) * limit, history->len); i++)
    write_commit (request, out, g_ptr_array_index (history, i), formatted);
  maq_serve_json_close (out, ']');
  if ((page + 1) * limit < history->len)
    {
      g_autofree char *link = g_strdup_printf ("<%s?p=%" G_GINT64_FORMAT "&limit=%" G_GINT64_FORMAT ">; rel=\"next\"", request->path, page + 1, limit);
      maq_serve_request_set_header (request, "Link", link);
    }
  g_autofree char *total = g_strdup_printf ("%u", history->len);
  maq_serve_request_set_header (request, "X-Total-Count", total);
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

// Addresses that name a revision.
static void
route_revision (MaqServeRequest *request,
                MaqServeRepo    *repo,
                guint            first,
                const char      *verb)
{
  g_autofree char *name = first + 1 < request->n_segments ? maq_serve_request_dup_rest (request, first + 1) : g_strdup ("main");
  MaqServeCommit  *commit = maq_serve_repo_resolve (repo, name);
  if (commit == NULL)
    maq_serve_reply_no_revision (request, name);
  else if (g_str_equal (verb, "revision"))
    route_info (request, repo, commit);
  else
    route_commits (request, repo, commit);
}

void
maq_serve_route_repo (MaqServeRequest *request,
                      MaqServeRepo    *repo,
                      guint            first)
{
  const char *verb = first < request->n_segments ? request->segments[first] : "";
  if (*verb == '\0')
    route_info (request, repo, maq_serve_repo_get_head (repo));
  else if (g_str_equal (verb, "revision") || g_str_equal (verb, "commits"))
    route_revision (request, repo, first, verb);
  else if (g_str_equal (verb, "refs"))
    route_refs (request, repo);
  else if (g_str_equal (verb, "auth-check"))
    {
      if (maq_serve_check_access (request, repo))
        maq_serve_reply_text (request, SOUP_STATUS_OK, "text/plain; charset=utf-8", "OK");
    }
  else if (g_str_equal (verb, "discussions") && first + 1 == request->n_segments)
    maq_serve_reply_json (request, SOUP_STATUS_OK, "{\"discussions\":[],\"count\":0,\"start\":0,\"numClosedDiscussions\":0}");
  else if (g_str_equal (verb, "likers"))
    maq_serve_reply_json (request, SOUP_STATUS_OK, "[]");
  else
    maq_serve_reply_error (request, SOUP_STATUS_NOT_FOUND, NULL, "Sorry, we can't find the page you are looking for.");
}
