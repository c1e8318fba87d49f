// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The bytes of files (Hub API notes §7.2): small ones through a second address of the same host, LFS files through a signed
// link to the CDN.
#include "maq-serve-routes.h"

#include <string.h>

static char *
escape_path (const char *path)
{
  return g_uri_escape_string (path, "/", FALSE);
}

static char *
sign (MaqServeRequest *request,
      const char      *path,
      const char      *policy,
      const char      *expires)
{
  g_autofree char *text = g_strjoin ("\n", path, policy, expires, NULL);
  gsize            length;
  const guint8    *key = g_bytes_get_data (request->secret, &length);
  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, key, length, text, -1);
}

// The policy says which file the link leads to, as the name in its path cannot be turned back.
static char *
make_link (MaqServeRequest *request,
           MaqServeRepo    *repo,
           MaqServeCommit  *commit,
           MaqServeEntry   *entry)
{
  g_autofree char *name = maq_serve_content_dup_cdn_name (entry->content);
  g_autofree char *path = g_strdup_printf ("/xet-bridge-us/%s/%s", repo->object_id, name);
  g_autofree char *target = g_strdup_printf ("%s/%s@%s/%s", maq_repo_kind_get_plural (repo->kind), repo->id, commit->id, entry->path);
  g_autofree char *policy = g_base64_encode ((const guint8 *) target, strlen (target));
  g_autofree char *expires = g_strdup_printf ("%" G_GINT64_FORMAT, g_get_real_time () / G_USEC_PER_SEC + request->link_lifetime);
  g_autofree char *signature = sign (request, path, policy, expires);
  g_autofree char *escaped = g_uri_escape_string (policy, NULL, FALSE);
  return g_strdup_printf ("%s%s?Expires=%s&Policy=%s&Signature=%s&Key-Pair-Id=MAQUETTE", request->cdn_url, path, expires, escaped, signature);
}

static void
set_disposition (MaqServeRequest *request,
                 const char      *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *ascii = g_str_to_ascii (name, "C");
  g_strdelimit (ascii, "\"\\", '_');
  const char      *kind = maq_serve_query_get_bool (request->query, "download") ? "attachment" : "inline";
  g_autofree char *value = g_strdup_printf ("%s; filename*=UTF-8''%s; filename=\"%s\";", kind, escaped, ascii);
  maq_serve_request_set_header (request, "Content-Disposition", value);
}

static void
redirect_to_cdn (MaqServeRequest *request,
                 MaqServeRepo    *repo,
                 MaqServeCommit  *commit,
                 MaqServeEntry   *entry)
{
  g_autofree char *link = make_link (request, repo, commit, entry);
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, maq_serve_content_get_size (entry->content));
  maq_serve_request_set_header (request, "X-Linked-Size", size);
  maq_serve_request_set_header (request, "Cache-Control", "no-store");
  maq_serve_reply_redirect (request, SOUP_STATUS_FOUND, link);
}

static void
redirect_to_resolve_cache (MaqServeRequest *request,
                           MaqServeRepo    *repo,
                           MaqServeCommit  *commit,
                           MaqServeEntry   *entry)
{
  g_autofree char *path = escape_path (entry->path);
  g_autofree char *from = g_uri_escape_string (request->path, NULL, FALSE);
  g_autofree char *location = g_strdup_printf ("/api/resolve-cache/%s/%s/%s/%s?%s=&etag=%%22%s%%22", maq_repo_kind_get_plural (repo->kind), repo->id, commit->id, path, from, maq_serve_content_get_oid (entry->content));
  maq_serve_reply_redirect (request, SOUP_STATUS_TEMPORARY_REDIRECT, location);
}

void
maq_serve_route_resolve (MaqServeRequest *request,
                         MaqServeRepo    *repo,
                         MaqServeCommit  *commit,
                         const char      *path)
{
  MaqServeEntry *entry = maq_serve_commit_find (commit, path);
  if (request->user == NULL)
    maq_serve_request_set_header (request, "X-HF-Warning", "unauthenticated; Warning: You are sending unauthenticated requests to the HF Hub. Please set a HF_TOKEN to enable higher rate limits and faster downloads.");
  if (!maq_serve_check_access (request, repo))
    return;
  if (entry == NULL)
    {
      maq_serve_reply_no_entry (request, commit, "Entry not found");
      return;
    }
  if (!maq_serve_content_is_hashed (entry->content))
    {
      maq_serve_reply_changed (request);
      return;
    }
  g_autofree char *etag = g_strdup_printf ("\"%s\"", maq_serve_content_get_etag (entry->content));
  maq_serve_request_set_header (request, "X-Repo-Commit", commit->id);
  maq_serve_request_set_header (request, "X-Linked-Etag", etag);
  maq_serve_request_set_header (request, "Accept-Ranges", "bytes");
  maq_serve_request_set_header (request, "Content-Security-Policy", "default-src 'none'; sandbox");
  set_disposition (request, path);
  if (maq_serve_content_is_lfs (entry->content))
    redirect_to_cdn (request, repo, commit, entry);
  else
    redirect_to_resolve_cache (request, repo, commit, entry);
}

void
maq_serve_route_resolve_cache (MaqServeRequest *request,
                               MaqServeRepo    *repo,
                               MaqServeCommit  *commit,
                               const char      *path)
{
  MaqServeEntry *entry = maq_serve_commit_find (commit, path);
  if (!maq_serve_check_access (request, repo))
    return;
  if (entry == NULL)
    {
      maq_serve_reply_no_entry (request, commit, "Entry not found");
      return;
    }
  if (!maq_serve_content_is_hashed (entry->content))
    {
      maq_serve_reply_changed (request);
      return;
    }
  maq_serve_request_set_header (request, "X-Repo-Commit", commit->id);
  maq_serve_request_set_header (request, "Content-Security-Policy", "default-src 'none'; sandbox");
  set_disposition (request, path);
  maq_serve_reply_content (request, entry->content, maq_serve_content_get_etag (entry->content), maq_serve_guess_type (path));
}

void
maq_serve_route_raw (MaqServeRequest *request,
                     MaqServeRepo    *repo,
                     MaqServeCommit  *commit,
                     const char      *path)
{
  MaqServeEntry *entry = maq_serve_commit_find (commit, path);
  if (!maq_serve_check_access (request, repo))
    return;
  if (entry == NULL)
    {
      maq_serve_reply_no_entry (request, commit, "Entry not found");
      return;
    }
  if (!maq_serve_content_is_hashed (entry->content))
    {
      maq_serve_reply_changed (request);
      return;
    }
  g_autofree char *pointer = maq_serve_content_dup_pointer (entry->content);
  maq_serve_request_set_header (request, "X-Repo-Commit", commit->id);
  g_autoptr (GBytes) bytes = pointer != NULL ? g_bytes_new (pointer, strlen (pointer)) : NULL;
  g_autoptr (MaqServeContent) stored = pointer != NULL ? maq_serve_content_new_bytes (bytes) : maq_serve_content_ref (entry->content);
  maq_serve_reply_content (request, stored, maq_serve_content_get_oid (entry->content), "text/plain; charset=utf-8");
}

static void
reply_xml (MaqServeRequest *request,
           guint            status,
           const char      *code,
           const char      *message)
{
  g_autofree char *xml = g_strdup_printf ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>", code, message);
  maq_serve_reply_text (request, status, "application/xml", xml);
}

// "models/owner/name@commit/path"
static MaqServeEntry *
find_target (MaqServeRequest *request,
             const char      *policy)
{
  gsize              length;
  g_autofree guint8 *bytes = g_base64_decode (policy, &length);
  g_autofree char   *target = g_strndup ((const char *) bytes, length);
  char              *id = strchr (target, '/');
  char              *commit_id = id != NULL ? strchr (id, '@') : NULL;
  char              *path = commit_id != NULL ? strchr (commit_id, '/') : NULL;
  MaqRepoKind        kind;
  if (path == NULL)
    return NULL;
  *id++ = *commit_id++ = *path++ = '\0';
  MaqServeRepo   *repo = maq_serve_kind_from_plural (target, &kind) ? maq_serve_store_find (request->store, kind, id) : NULL;
  MaqServeCommit *commit = repo != NULL ? maq_serve_repo_resolve (repo, commit_id) : NULL;
  return commit != NULL ? maq_serve_commit_find (commit, path) : NULL;
}

void
maq_serve_route_cdn (MaqServeRequest *request)
{
  const char *policy = maq_serve_query_get (request->query, "Policy");
  const char *expires = maq_serve_query_get (request->query, "Expires");
  const char *signature = maq_serve_query_get (request->query, "Signature");

  if (maq_serve_request_get_header (request, "Authorization") != NULL)
    {
      reply_xml (request, SOUP_STATUS_BAD_REQUEST, "InvalidArgument", "Only one auth mechanism allowed");
      return;
    }
  if (policy == NULL || expires == NULL || signature == NULL)
    {
      reply_xml (request, SOUP_STATUS_FORBIDDEN, "MissingKey", "Missing Key-Pair-Id query parameter or cookie value");
      return;
    }
  g_autofree char *expected = sign (request, request->path, policy, expires);
  MaqServeEntry   *entry = g_str_equal (expected, signature) ? find_target (request, policy) : NULL;
  if (entry == NULL || !maq_serve_content_is_hashed (entry->content))
    {
      reply_xml (request, SOUP_STATUS_FORBIDDEN, "AccessDenied", "Access denied");
      return;
    }
  if (g_ascii_strtoll (expires, NULL, 10) <= g_get_real_time () / G_USEC_PER_SEC)
    {
      reply_xml (request, SOUP_STATUS_FORBIDDEN, "AccessDenied", "Request has expired");
      return;
    }
  g_autofree char *name = maq_serve_content_dup_cdn_name (entry->content);
  set_disposition (request, entry->path);
  maq_serve_reply_content (request, entry->content, name, "application/octet-stream");
}
