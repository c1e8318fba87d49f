// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Plain pages, so that an address of this Hub shows something in a browser.
#include "maq-card.h"
#include "maq-serve-routes.h"

#define CARD_LIMIT (1024 * 1024)

static void
append_escaped (GString    *out,
                const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_string_append (out, escaped);
}

static GString *
begin_page (const char *title)
{
  GString *out = g_string_new ("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>");
  append_escaped (out, title);
  g_string_append (out, "</title><style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}"
                        "small{opacity:.7}li{margin:.2rem 0}</style></head><body><h1>");
  append_escaped (out, title);
  g_string_append (out, "</h1>");
  return out;
}

static void
append_repos (GString         *out,
              MaqServeRequest *request,
              MaqRepoKind      kind,
              const char      *title)
{
  GPtrArray *repos = maq_serve_store_get_sorted (request->store, kind, MAQ_SERVE_SORT_TRENDING);
  g_string_append_printf (out, "<h2>%s</h2><ul>", title);
  for (guint i = 0; i < repos->len && i < 100; i++)
    {
      MaqServeRepo *repo = g_ptr_array_index (repos, i);
      if (!maq_serve_may_see (request->user, repo))
        continue;
      g_string_append_printf (out, "<li><a href=\"/%s%s\">%s</a> <small>%s · %" G_GINT64_FORMAT " downloads · %" G_GINT64_FORMAT " likes</small></li>", kind == MAQ_REPO_KIND_MODEL ? "" : kind == MAQ_REPO_KIND_DATASET ? "datasets/"
                                                                                                                                                                                                                         : "spaces/",
                              repo->id,
                              repo->id,
                              repo->pipeline_tag != NULL ? repo->pipeline_tag : maq_repo_kind_to_string (kind),
                              repo->downloads,
                              repo->likes);
    }
  g_string_append (out, "</ul>");
}

void
maq_serve_route_home_page (MaqServeRequest *request)
{
  g_autoptr (GString) out = begin_page ("A Hub served by Maquette");
  g_string_append_printf (out, "<p>Point any Hub client here: <code>HF_ENDPOINT=%s</code></p>", request->url);
  append_repos (out, request, MAQ_REPO_KIND_MODEL, "Models");
  append_repos (out, request, MAQ_REPO_KIND_DATASET, "Datasets");
  append_repos (out, request, MAQ_REPO_KIND_SPACE, "Spaces");
  g_string_append (out, "</body></html>");
  maq_serve_reply_text (request, SOUP_STATUS_OK, "text/html; charset=utf-8", out->str);
}

void
maq_serve_route_repo_page (MaqServeRequest *request,
                           MaqServeRepo    *repo)
{
  MaqServeCommit *head = maq_serve_repo_get_head (repo);
  MaqServeEntry  *readme = maq_serve_commit_find (head, "README.md");
  g_autoptr (GString) out = begin_page (repo->id);
  const char *prefix = repo->kind == MAQ_REPO_KIND_MODEL ? "" : repo->kind == MAQ_REPO_KIND_DATASET ? "datasets/"
                                                                                                    : "spaces/";
  g_string_append (out, "<h2>Files</h2><ul>");
  for (guint i = 0; i < head->entries->len; i++)
    {
      MaqServeEntry   *entry = g_ptr_array_index (head->entries, i);
      g_autofree char *path = g_uri_escape_string (entry->path, "/", FALSE);
      g_string_append_printf (out, "<li><a href=\"/%s%s/resolve/main/%s\">", prefix, repo->id, path);
      append_escaped (out, entry->path);
      g_string_append_printf (out, "</a> <small>%" G_GUINT64_FORMAT " bytes</small></li>", maq_serve_content_get_size (entry->content));
    }
  g_string_append (out, "</ul>");
  g_autofree char *card = readme != NULL && repo->gated == NULL ? maq_serve_content_read_text (readme->content, CARD_LIMIT) : NULL;
  if (card != NULL)
    {
      g_string_append (out, "<h2>Card</h2><pre>");
      append_escaped (out, maq_card_get_body (card));
      g_string_append (out, "</pre>");
    }
  g_string_append (out, "</body></html>");
  maq_serve_reply_text (request, SOUP_STATUS_OK, "text/html; charset=utf-8", out->str);
}
