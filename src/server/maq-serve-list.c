// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Lists of repos: orders and pages (Hub API notes §4 and §5).
#include "maq-serve-fields.h"
#include "maq-serve-filter.h"
#include "maq-serve-json.h"
#include "maq-serve-routes.h"

#include <stdio.h>
#include <string.h>

#define MAX_LIMIT 1000

// camelCase only; the names of the website's own addresses are refused, as the Hub does.
static gboolean
read_sort (const char   *text,
           MaqRepoKind   kind,
           MaqServeSort *sort)
{
  static const char *const names[MAQ_SERVE_N_SORTS] = { "trendingScore", "downloads", "likes", "likes30d", "lastModified", "createdAt", "num_parameters", "mainSize", "id" };
  *sort = MAQ_SERVE_SORT_TRENDING;
  if (text == NULL || *text == '\0')
    return TRUE;
  for (guint i = 0; i < MAQ_SERVE_N_SORTS; i++)
    if (g_str_equal (text, names[i]))
      {
        *sort = i;
        return !(kind == MAQ_REPO_KIND_SPACE && i == MAQ_SERVE_SORT_DOWNLOADS) && !(kind != MAQ_REPO_KIND_MODEL && i == MAQ_SERVE_SORT_PARAMETERS);
      }
  return FALSE;
}

// A cursor is the place in the order where the next page begins.
static char *
make_cursor (guint place)
{
  g_autofree char *text = g_strdup_printf ("{\"place\":%u}", place);
  return g_base64_encode ((const guint8 *) text, strlen (text));
}

static gboolean
read_cursor (const char *cursor,
             guint      *place)
{
  gsize              length;
  g_autofree guint8 *bytes = g_base64_decode (cursor, &length);
  g_autofree char   *text = g_strndup ((const char *) bytes, length);
  return sscanf (text, "{\"place\":%u}", place) == 1;
}

typedef struct
{
  GPtrArray *repos;
  gboolean   ascending;
  guint      place;
  guint      limit;
} Page;

static gboolean
read_page (MaqServeRequest *request,
           MaqRepoKind      kind,
           Page            *page)
{
  MaqServeSort     sort;
  const char      *cursor = maq_serve_query_get (request->query, "cursor");
  const char      *sort_name = maq_serve_query_get (request->query, "sort");
  gint64           limit = maq_serve_query_get_int (request->query, "limit", MAX_LIMIT);
  g_autofree char *message = NULL;

  if (!read_sort (sort_name, kind, &sort))
    message = g_strdup_printf ("Invalid sort parameter: %s", sort_name);
  else if (limit < 1)
    message = g_strdup ("Invalid limit parameter");
  else if (cursor != NULL && !read_cursor (cursor, &page->place))
    message = g_strdup ("Invalid cursor");
  if (message != NULL)
    {
      maq_serve_reply_error (request, SOUP_STATUS_BAD_REQUEST, NULL, message);
      return FALSE;
    }
  page->limit = MIN (limit, MAX_LIMIT);
  page->repos = maq_serve_store_get_sorted (request->store, kind, sort);
  page->ascending = maq_serve_query_get_int (request->query, "direction", -1) == 1;
  return TRUE;
}

static MaqServeRepo *
page_get (Page *page,
          guint index)
{
  return g_ptr_array_index (page->repos, page->ascending ? page->repos->len - 1 - index : index);
}

// Writes one page; returns the place of the first match after it, or the end.
static guint
write_page (MaqServeRequest *request,
            MaqServeFields  *fields,
            MaqServeFilter  *filter,
            Page            *page,
            GString         *out)
{
  guint    n = 0, i;
  gboolean hopeless = maq_serve_filter_is_hopeless (filter);
  maq_serve_json_open (out, '[');
  for (i = page->place; !hopeless && i < page->repos->len; i++)
    {
      MaqServeRepo *repo = page_get (page, i);
      if (!maq_serve_may_see (request->user, repo) || !maq_serve_filter_matches (filter, repo))
        continue;
      if (n == page->limit)
        break;
      maq_serve_fields_write (fields, out, repo, maq_serve_repo_get_head (repo));
      n++;
    }
  maq_serve_json_close (out, ']');
  return hopeless ? page->repos->len : i;
}

void
maq_serve_route_list (MaqServeRequest *request,
                      MaqRepoKind      kind)
{
  Page             page = { 0 };
  g_autofree char *unknown = NULL;
  if (!read_page (request, kind, &page))
    return;
  g_autoptr (MaqServeFields) fields = maq_serve_fields_new_list (request->store, kind, request->query, &unknown);
  if (fields == NULL)
    {
      g_autofree char *message = g_strdup_printf ("Invalid option for expand: %s", unknown);
      maq_serve_reply_error (request, SOUP_STATUS_BAD_REQUEST, NULL, message);
      return;
    }
  g_autoptr (MaqServeFilter) filter = maq_serve_filter_new (kind, request->query);
  g_autoptr (GString) out = g_string_new (NULL);
  guint next = write_page (request, fields, filter, &page, out);
  if (next < page.repos->len)
    {
      g_autofree char *cursor = make_cursor (next);
      g_autofree char *query = maq_serve_query_with (request->query, "cursor", cursor);
      g_autofree char *link = g_strdup_printf ("<%s%s?%s>; rel=\"next\"", request->url, request->path, query);
      maq_serve_request_set_header (request, "Link", link);
    }
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}
