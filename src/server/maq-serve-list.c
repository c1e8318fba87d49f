// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Lists of repos: filters, orders, pages (Hub API notes §4 and §5).
#include "maq-serve-fields.h"
#include "maq-serve-json.h"
#include "maq-serve-routes.h"

#include <stdio.h>
#include <string.h>

#define MAX_LIMIT 1000

typedef struct
{
  char   **words;     // of the searches, in lower case; every one must be in the id
  char   **tags;      // all of them
  char   **pipelines; // any of them
  char    *author;
  int      gated; // -1: either
  gint64   min_parameters;
  gint64   max_parameters; // 0: no limit
  gboolean sized;          // only repos with a known number of parameters
  gboolean nothing;        // asks for what this Hub has nowhere
} Filter;

static void
filter_clear (Filter *filter)
{
  g_strfreev (filter->words);
  g_strfreev (filter->tags);
  g_strfreev (filter->pipelines);
  g_free (filter->author);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filter, filter_clear)

// "6B", "1.5M", "128K"; the number of parameters.
static gint64
parse_count (const char *text)
{
  char  *end;
  double number = g_ascii_strtod (text, &end);
  switch (g_ascii_toupper (*end))
    {
    case 'K':
      return number * 1e3;
    case 'M':
      return number * 1e6;
    case 'B':
      return number * 1e9;
    case 'T':
      return number * 1e12;
    default:
      return number;
    }
}

static void
read_parameters (Filter     *filter,
                 const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);
  for (char **part = parts; *part != NULL; part++)
    if (g_str_has_prefix (*part, "min:"))
      filter->min_parameters = parse_count (*part + 4);
    else if (g_str_has_prefix (*part, "max:"))
      filter->max_parameters = parse_count (*part + 4);
  filter->sized = filter->min_parameters > 0 || filter->max_parameters > 0;
}

static char **
read_words (MaqServeQuery *query)
{
  g_auto (GStrv) searches = maq_serve_query_dup_all (query, "search", FALSE);
  g_autofree char *all = g_strjoinv (" ", searches);
  g_autofree char *lower = g_ascii_strdown (all, -1);
  g_auto (GStrv) parts = g_strsplit_set (lower, " \t", -1);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      g_strv_builder_add (words, *part);
  return g_strv_builder_end (words);
}

// Every kind of parameter that stands for a tag.
static char **
read_tags (MaqServeQuery *query)
{
  static const char *const names[] = { "filter", "library", "language", "other" };
  g_autoptr (GStrvBuilder) tags = g_strv_builder_new ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (GStrv) values = maq_serve_query_dup_all (query, names[i], TRUE);
      g_strv_builder_addv (tags, (const char **) values);
    }
  const char *apps = maq_serve_query_get (query, "apps");
  if (apps != NULL && *apps != '\0')
    g_strv_builder_add (tags, "gguf");
  return g_strv_builder_end (tags);
}

static void
read_filter (Filter        *filter,
             MaqServeQuery *query)
{
  const char *gated = maq_serve_query_get (query, "gated");
  filter->words = read_words (query);
  filter->tags = read_tags (query);
  filter->pipelines = maq_serve_query_dup_all (query, "pipeline_tag", TRUE);
  filter->author = g_strdup (maq_serve_query_get (query, "author"));
  filter->gated = gated == NULL ? -1 : g_str_equal (gated, "true");
  filter->nothing = maq_serve_query_get (query, "inference") != NULL || maq_serve_query_get (query, "inference_provider") != NULL;
  read_parameters (filter, maq_serve_query_get (query, "num_parameters"));
  // Tags of repos are interned: a word that is not is nobody's tag, and the others compare as pointers.
  for (char **tag = filter->tags; *tag != NULL; tag++)
    filter->nothing = filter->nothing || g_quark_try_string (*tag) == 0;
}

static gboolean
has_tag (MaqServeRepo *repo,
         const char   *tag)
{
  const char *interned = g_intern_string (tag);
  for (guint i = 0; i < repo->tags->len; i++)
    if (g_ptr_array_index (repo->tags, i) == interned)
      return TRUE;
  return FALSE;
}

static gboolean
matches (Filter       *filter,
         MaqServeRepo *repo)
{
  if (filter->author != NULL && *filter->author != '\0' && g_ascii_strcasecmp (filter->author, repo->owner) != 0)
    return FALSE;
  for (char **word = filter->words; *word != NULL; word++)
    if (strstr (repo->search_id, *word) == NULL)
      return FALSE;
  if (filter->pipelines[0] != NULL && (repo->pipeline_tag == NULL || !g_strv_contains ((const char *const *) filter->pipelines, repo->pipeline_tag)))
    return FALSE;
  if (filter->gated >= 0 && filter->gated != (repo->gated != NULL))
    return FALSE;
  if (filter->sized && (repo->parameters == 0 || repo->parameters < filter->min_parameters || (filter->max_parameters > 0 && repo->parameters > filter->max_parameters)))
    return FALSE;
  for (char **tag = filter->tags; *tag != NULL; tag++)
    if (!has_tag (repo, *tag))
      return FALSE;
  return TRUE;
}

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
            Filter          *filter,
            Page            *page,
            GString         *out)
{
  guint n = 0, i;
  maq_serve_json_open (out, '[');
  for (i = page->place; !filter->nothing && i < page->repos->len; i++)
    {
      MaqServeRepo *repo = page_get (page, i);
      if (!maq_serve_may_see (request->user, repo) || !matches (filter, repo))
        continue;
      if (n == page->limit)
        break;
      maq_serve_fields_write (fields, out, repo, maq_serve_repo_get_head (repo));
      n++;
    }
  maq_serve_json_close (out, ']');
  return filter->nothing ? page->repos->len : i;
}

void
maq_serve_route_list (MaqServeRequest *request,
                      MaqRepoKind      kind)
{
  Page page = { 0 };
  g_auto (Filter) filter = { 0 };
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
  read_filter (&filter, request->query);

  g_autoptr (GString) out = g_string_new (NULL);
  guint next = write_page (request, fields, &filter, &page, out);
  if (next < page.repos->len)
    {
      g_autofree char *cursor = make_cursor (next);
      g_autofree char *query = maq_serve_query_with (request->query, "cursor", cursor);
      g_autofree char *link = g_strdup_printf ("<%s%s?%s>; rel=\"next\"", request->url, request->path, query);
      maq_serve_request_set_header (request, "Link", link);
    }
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}
