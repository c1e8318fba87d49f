// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Quick search, trending, and the tags there are (Hub API notes §5.4).
#include "maq-serve-json.h"
#include "maq-serve-routes.h"

#include <string.h>

#define MAX_RESULTS     20
#define DEFAULT_RESULTS 5

static void
write_small (GString      *out,
             MaqServeRepo *repo)
{
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "_id", repo->object_id);
  maq_serve_json_member_string (out, "id", repo->id);
  if (repo->is_private)
    maq_serve_json_member_bool (out, "private", TRUE);
  maq_serve_json_close (out, '}');
}

static void
quick_search_kind (MaqServeRequest *request,
                   GString         *out,
                   MaqRepoKind      kind,
                   const char      *lower,
                   guint            limit)
{
  const char      *plural = maq_repo_kind_get_plural (kind);
  g_autofree char *count = g_strconcat (plural, "Count", NULL);
  GPtrArray       *repos = maq_serve_store_get_sorted (request->store, kind, MAQ_SERVE_SORT_TRENDING);
  guint            n = 0;
  maq_serve_json_key (out, plural);
  maq_serve_json_open (out, '[');
  for (guint i = 0; i < repos->len; i++)
    {
      MaqServeRepo *repo = g_ptr_array_index (repos, i);
      if (strstr (repo->search_id, lower) != NULL && maq_serve_may_see (request->user, repo) && n++ < limit)
        write_small (out, repo);
    }
  maq_serve_json_close (out, ']');
  maq_serve_json_member_int (out, count, n);
}

static void
quick_search_owners (MaqServeRequest *request,
                     GString         *out,
                     const char      *lower,
                     guint            limit)
{
  const char *const *owners = maq_serve_store_get_owners (request->store);
  guint              n = 0;
  maq_serve_json_key (out, "orgs");
  maq_serve_json_open (out, '[');
  for (guint i = 0; owners[i] != NULL; i++)
    {
      g_autofree char *name = g_ascii_strdown (owners[i], -1);
      g_autofree char *avatar = g_strdup_printf ("%s/api/avatars/%s", request->url, owners[i]);
      if (strstr (name, lower) == NULL || n++ >= limit)
        continue;
      maq_serve_json_open (out, '{');
      maq_serve_json_member_string (out, "name", owners[i]);
      maq_serve_json_member_string (out, "fullname", owners[i]);
      maq_serve_json_member_string (out, "avatarUrl", avatar);
      maq_serve_json_close (out, '}');
    }
  maq_serve_json_close (out, ']');
  maq_serve_json_member_int (out, "orgsCount", n);
}

static gboolean
wants (char      **types,
       const char *type)
{
  return types[0] == NULL || g_strv_contains ((const char *const *) types, type);
}

static void
route_quick_search (MaqServeRequest *request)
{
  static const char *const known[] = { "model", "dataset", "space", "org", "user", "paper", "collection", "bucket", NULL };
  const char              *text = maq_serve_query_get (request->query, "q");
  gint64                   limit = maq_serve_query_get_int (request->query, "limit", DEFAULT_RESULTS);
  g_auto (GStrv) types = maq_serve_query_dup_all (request->query, "type", FALSE);
  gboolean good = limit >= 1 && limit <= MAX_RESULTS;
  for (char **type = types; *type != NULL; type++)
    good = good && g_strv_contains (known, *type);
  if (!good)
    {
      maq_serve_reply_error (request, SOUP_STATUS_BAD_REQUEST, NULL, "Invalid type or limit parameter");
      return;
    }
  g_autofree char *lower = g_ascii_strdown (text != NULL ? text : "", -1);
  g_autoptr (GString) out = g_string_new (NULL);
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "q", text != NULL ? text : "");
  for (guint kind = 0; kind < MAQ_SERVE_N_KINDS; kind++)
    if (wants (types, maq_repo_kind_to_string (kind)))
      quick_search_kind (request, out, kind, lower, limit);
  if (wants (types, "org"))
    quick_search_owners (request, out, lower, limit);
  if (wants (types, "user"))
    maq_serve_json_member_raw (out, "users", "[]");
  maq_serve_json_close (out, '}');
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

static void
write_trending (MaqServeRequest *request,
                GString         *out,
                MaqServeRepo    *repo)
{
  g_autofree char *modified = maq_serve_format_date (repo->modified);
  maq_serve_json_open (out, '{');
  maq_serve_json_key (out, "repoData");
  maq_serve_json_open (out, '{');
  if (*repo->owner != '\0')
    maq_serve_json_member_string (out, "author", repo->owner);
  maq_serve_json_member_int (out, "downloads", repo->downloads);
  maq_serve_json_member_bool (out, "gated", repo->gated != NULL);
  maq_serve_json_member_string (out, "id", repo->id);
  maq_serve_json_member_string (out, "lastModified", modified);
  maq_serve_json_member_int (out, "likes", repo->likes);
  if (repo->pipeline_tag != NULL)
    maq_serve_json_member_string (out, "pipeline_tag", repo->pipeline_tag);
  maq_serve_json_member_bool (out, "private", repo->is_private);
  if (*repo->owner != '\0')
    {
      g_autofree char *avatar = g_strdup_printf ("%s/api/avatars/%s", request->url, repo->owner);
      maq_serve_json_key (out, "authorData");
      maq_serve_json_open (out, '{');
      maq_serve_json_member_string (out, "avatarUrl", avatar);
      maq_serve_json_member_string (out, "name", repo->owner);
      maq_serve_json_member_string (out, "type", "org");
      maq_serve_json_close (out, '}');
    }
  maq_serve_json_close (out, '}');
  maq_serve_json_member_string (out, "repoType", maq_repo_kind_to_string (repo->kind));
  maq_serve_json_close (out, '}');
}

static int
compare_trending (gconstpointer a,
                  gconstpointer b)
{
  MaqServeRepo *first = *(MaqServeRepo *const *) a;
  MaqServeRepo *second = *(MaqServeRepo *const *) b;
  return first->trending > second->trending ? -1 : first->trending < second->trending ? 1
                                                                                      : strcmp (first->id, second->id);
}

static void
route_trending (MaqServeRequest *request)
{
  const char *type = maq_serve_query_get (request->query, "type");
  gint64      limit = maq_serve_query_get_int (request->query, "limit", 10);
  if (limit < 1 || limit > MAX_RESULTS)
    {
      maq_serve_reply_error (request, SOUP_STATUS_BAD_REQUEST, NULL, "Invalid limit parameter");
      return;
    }
  g_autoptr (GPtrArray) top = g_ptr_array_new ();
  for (guint kind = 0; kind < MAQ_SERVE_N_KINDS; kind++)
    {
      GPtrArray *repos = maq_serve_store_get_sorted (request->store, kind, MAQ_SERVE_SORT_TRENDING);
      guint      taken = 0;
      if (type != NULL && !g_str_equal (type, "all") && !g_str_equal (type, maq_repo_kind_to_string (kind)))
        continue;
      for (guint i = 0; i < repos->len && taken < limit; i++)
        if (maq_serve_may_see (request->user, g_ptr_array_index (repos, i)))
          {
            g_ptr_array_add (top, g_ptr_array_index (repos, i));
            taken++;
          }
    }
  g_ptr_array_sort (top, compare_trending);
  g_autoptr (GString) out = g_string_new ("{\"recentlyTrending\":[");
  for (guint i = 0; i < top->len && i < limit; i++)
    write_trending (request, out, g_ptr_array_index (top, i));
  g_string_append (out, "]}");
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

// The group of a model's tag that carries no prefix.
static const char *
group_of_bare (MaqServeRepo *repo,
               const char   *tag)
{
  static const char *const libraries[] = { "gguf", "safetensors", "onnx", "pytorch", "tflite", NULL };
  if (g_strcmp0 (tag, repo->pipeline_tag) == 0)
    return "pipeline_tag";
  if (g_strcmp0 (tag, repo->library_name) == 0 || g_strv_contains (libraries, tag))
    return "library";
  if (strlen (tag) == 2 && g_ascii_islower (tag[0]) && g_ascii_islower (tag[1]))
    return "language";
  return "other";
}

static void
add_tag (GHashTable *groups,
         const char *group,
         const char *tag)
{
  GHashTable *tags = g_hash_table_lookup (groups, group);
  if (tags == NULL)
    {
      tags = g_hash_table_new (g_str_hash, g_str_equal);
      g_hash_table_insert (groups, g_strdup (group), tags);
    }
  g_hash_table_add (tags, (char *) tag);
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
write_group (GString    *out,
             const char *group,
             GHashTable *tags)
{
  guint             n;
  g_autofree char **sorted = (char **) g_hash_table_get_keys_as_array (tags, &n);
  qsort (sorted, n, sizeof (char *), compare_strings);
  maq_serve_json_key (out, group);
  maq_serve_json_open (out, '[');
  for (guint i = 0; i < n; i++)
    {
      const char *colon = strchr (sorted[i], ':');
      maq_serve_json_open (out, '{');
      maq_serve_json_member_string (out, "id", sorted[i]);
      maq_serve_json_member_string (out, "label", colon != NULL ? colon + 1 : sorted[i]);
      maq_serve_json_member_string (out, "type", group);
      maq_serve_json_close (out, '}');
    }
  maq_serve_json_close (out, ']');
}

static void
route_tags_by_type (MaqServeRequest *request,
                    MaqRepoKind      kind)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  GPtrArray  *repos = maq_serve_store_get_sorted (request->store, kind, MAQ_SERVE_SORT_ID);
  const char *type = maq_serve_query_get (request->query, "type");
  for (guint i = 0; i < repos->len; i++)
    {
      MaqServeRepo *repo = g_ptr_array_index (repos, i);
      for (guint j = 0; maq_serve_may_see (request->user, repo) && j < repo->tags->len; j++)
        {
          const char      *tag = g_ptr_array_index (repo->tags, j);
          const char      *colon = strchr (tag, ':');
          g_autofree char *prefix = colon != NULL ? g_strndup (tag, colon - tag) : NULL;
          if (g_strcmp0 (prefix, "base_model") != 0)
            add_tag (groups, prefix != NULL ? prefix : kind == MAQ_REPO_KIND_MODEL ? group_of_bare (repo, tag)
                                                                                   : "other",
                     tag);
        }
    }
  g_autoptr (GString) out = g_string_new (NULL);
  GHashTableIter iter;
  gpointer       group, tags;
  maq_serve_json_open (out, '{');
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, &group, &tags))
    if (type == NULL || g_str_equal (type, group))
      write_group (out, group, tags);
  maq_serve_json_close (out, '}');
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

gboolean
maq_serve_route_find (MaqServeRequest *request)
{
  const char *name = request->n_segments == 2 ? request->segments[1] : "";
  if (g_str_equal (name, "quicksearch"))
    route_quick_search (request);
  else if (g_str_equal (name, "trending"))
    route_trending (request);
  else if (g_str_equal (name, "models-tags-by-type"))
    route_tags_by_type (request, MAQ_REPO_KIND_MODEL);
  else if (g_str_equal (name, "datasets-tags-by-type"))
    route_tags_by_type (request, MAQ_REPO_KIND_DATASET);
  else
    return FALSE;
  return TRUE;
}
