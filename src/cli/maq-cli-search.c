// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>

#include "maq-cli-text.h"
#include "maq-units.h"

// Lists repos of the Hub. A table is printed when all its rows are known; JSON lines as each page arrives.

#define DEFAULT_LIMIT 20
#define MAX_LIMIT     10000
#define MAX_PAGE      100

static char *option_kind;
static char *option_task;
static char *option_library;
static char *option_author;
static char *option_license;
static char *option_language;
static char *option_params;
static char *option_sort;
static int   option_limit = DEFAULT_LIMIT;

static const GOptionEntry options[] = {
  { "kind", 'k', 0, G_OPTION_ARG_FILENAME, &option_kind, N_ ("Kind of repo: model (default), dataset or space"), "KIND" },
  { "task", 't', 0, G_OPTION_ARG_FILENAME, &option_task, N_ ("Filter by task, such as text-generation"), "TASK" },
  { "library", 0, 0, G_OPTION_ARG_FILENAME, &option_library, N_ ("Filter by library, such as gguf or transformers"), "NAME" },
  { "author", 'a', 0, G_OPTION_ARG_FILENAME, &option_author, N_ ("Filter by user or organization"), "NAME" },
  { "license", 0, 0, G_OPTION_ARG_FILENAME, &option_license, N_ ("Filter by license, such as apache-2.0"), "ID" },
  { "language", 0, 0, G_OPTION_ARG_FILENAME, &option_language, N_ ("Filter by language, such as en"), "CODE" },
  { "params", 0, 0, G_OPTION_ARG_FILENAME, &option_params, N_ ("Filter by number of parameters, such as 1B..8B or ..500M"), "MIN..MAX" },
  { "sort", 's', 0, G_OPTION_ARG_FILENAME, &option_sort, N_ ("Sort by trending (default), downloads, likes, created or modified"), "ORDER" },
  { "limit", 'n', 0, G_OPTION_ARG_INT, &option_limit, N_ ("Maximum number of results (20)"), "N" },
  { NULL },
};

static const struct
{
  const char *word;
  const char *hub_word;
} sort_orders[] = {
  { "trending", "trendingScore" },
  { "downloads", "downloads" },
  { "likes", "likes" },
  { "created", "createdAt" },
  { "modified", "lastModified" },
};

static const char *
parse_sort (const char *word, GError **error)
{
  if (word == NULL)
    return "trendingScore";
  for (guint i = 0; i < G_N_ELEMENTS (sort_orders); i++)
    if (g_ascii_strcasecmp (word, sort_orders[i].word) == 0)
      return sort_orders[i].hub_word;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Unknown sort order “%s”. Use --sort trending, downloads, likes, created or modified"), word);
  return NULL;
}

// "7B", "1.5b", "350M", "1000"; -1 for an empty TEXT.
static gboolean
parse_count (const char *text, gint64 *count)
{
  char  *end = NULL;
  double number = g_ascii_strtod (text, &end);
  double factor = 1;
  *count = -1;
  if (*text == '\0')
    return TRUE;
  if (end == text || !(number >= 0))
    return FALSE;
  switch (g_ascii_toupper (*end))
    {
    case 'K':
      factor = 1e3;
      break;
    case 'M':
      factor = 1e6;
      break;
    case 'B':
      factor = 1e9;
      break;
    case 'T':
      factor = 1e12;
      break;
    case '\0':
      break;
    default:
      return FALSE;
    }
  if ((*end != '\0' && end[1] != '\0') || number * factor > 1e15)
    return FALSE;
  *count = (gint64) (number * factor);
  return TRUE;
}

static gboolean
parse_params (const char *text, MaqHubQuery *query, GError **error)
{
  if (text == NULL)
    return TRUE;
  const char      *dots = strstr (text, "..");
  g_autofree char *min = dots != NULL ? g_strndup (text, (gsize) (dots - text)) : g_strdup (text);
  const char      *max = dots != NULL ? dots + 2 : text;
  gboolean         good = parse_count (min, &query->min_parameters) && parse_count (max, &query->max_parameters) &&
                  (query->min_parameters >= 0 || query->max_parameters >= 0) &&
                  (query->max_parameters < 0 || query->min_parameters <= query->max_parameters);
  if (!good)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Invalid parameter range “%s”. Use a range such as 1B..8B, 7B.. or ..500M"), text);
  return good;
}

static MaqHubQuery *
make_query (char **words, GError **error)
{
  MaqRepoKind kind;
  if (!maq_cli_parse_kind (option_kind, &kind, error))
    return NULL;
  const char *sort = parse_sort (option_sort, error);
  if (sort == NULL)
    return NULL;
  if (option_limit < 1 || option_limit > MAX_LIMIT)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--limit must be between 1 and %d"), MAX_LIMIT);
      return NULL;
    }
  g_autoptr (MaqHubQuery) query = maq_hub_query_new (kind);
  if (!parse_params (option_params, query, error))
    return NULL;
  if (option_params != NULL && kind != MAQ_REPO_KIND_MODEL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--params works only with models"));
      return NULL;
    }
  if (*words != NULL)
    query->search = g_strjoinv (" ", words);
  query->author = g_strdup (option_author);
  query->task = g_strdup (option_task);
  query->library = g_strdup (option_library);
  query->license = g_strdup (option_license);
  query->language = g_strdup (option_language);
  query->sort = g_strdup (sort);
  query->limit = (guint) MIN (option_limit, MAX_PAGE);
  return g_steal_pointer (&query);
}

static void
print_repo_json (MaqCli *cli, MaqRepo *repo)
{
  static const char *const gated[] = { "no", "auto", "manual" };
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "id", maq_repo_get_id (repo));
  maq_cli_json_string (builder, "kind", maq_repo_kind_to_string (maq_repo_get_kind (repo)));
  maq_cli_json_string (builder, "task", maq_repo_get_pipeline_tag (repo));
  maq_cli_json_string (builder, "library", maq_repo_get_library_name (repo));
  maq_cli_json_int (builder, "parameters", maq_repo_get_parameters (repo));
  maq_cli_json_string (builder, "license", maq_repo_get_license (repo));
  maq_cli_json_int (builder, "likes", maq_repo_get_likes (repo));
  maq_cli_json_int (builder, "downloads", maq_repo_get_downloads (repo));
  maq_cli_json_time (builder, "modified", maq_repo_get_last_modified (repo));
  maq_cli_json_time (builder, "created", maq_repo_get_created_at (repo));
  maq_cli_json_string (builder, "gated", gated[maq_repo_get_gated (repo)]);
  maq_cli_json_bool (builder, "private", maq_repo_get_private (repo));
  if (maq_repo_get_kind (repo) == MAQ_REPO_KIND_SPACE)
    maq_cli_json_string (builder, "sdk", maq_repo_get_sdk (repo));
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

static MaqCliTable *
new_table (MaqRepoKind kind)
{
  const char *const models[] = { _ ("MODEL"), _ ("TASK"), _ (">SIZE"), _ (">LIKES"), _ (">DOWNLOADS"), _ ("UPDATED"), NULL };
  const char *const datasets[] = { _ ("DATASET"), _ (">LIKES"), _ (">DOWNLOADS"), _ ("UPDATED"), NULL };
  const char *const spaces[] = { _ ("SPACE"), _ ("SDK"), _ (">LIKES"), _ ("UPDATED"), NULL };
  switch (kind)
    {
    case MAQ_REPO_KIND_DATASET:
      return maq_cli_table_new (datasets, 0);
    case MAQ_REPO_KIND_SPACE:
      return maq_cli_table_new (spaces, 0);
    case MAQ_REPO_KIND_MODEL:
    default:
      return maq_cli_table_new (models, 0);
    }
}

static void
add_row (MaqCliTable *table, MaqRepo *repo)
{
  gint64           modified = maq_repo_get_last_modified (repo);
  g_autofree char *id = g_strconcat (maq_repo_get_id (repo), maq_repo_get_gated (repo) != MAQ_REPO_GATED_NO ? _ (" (gated)") : "", maq_repo_get_private (repo) ? _ (" (private)") : "", NULL);
  g_autofree char *size = maq_repo_get_parameters (repo) >= 0 ? maq_format_parameters (maq_repo_get_parameters (repo)) : NULL;
  g_autofree char *likes = maq_format_count (maq_repo_get_likes (repo));
  g_autofree char *downloads = maq_format_count (maq_repo_get_downloads (repo));
  g_autofree char *updated = modified != 0 ? maq_format_relative_time (modified, g_get_real_time () / G_USEC_PER_SEC) : NULL;

  const char *const model[] = { id, maq_repo_get_pipeline_tag (repo), size, likes, downloads, updated };
  const char *const dataset[] = { id, likes, downloads, updated };
  const char *const space[] = { id, maq_repo_get_sdk (repo), likes, updated };
  MaqRepoKind       kind = maq_repo_get_kind (repo);
  maq_cli_table_add_row (table, kind == MAQ_REPO_KIND_MODEL ? model : kind == MAQ_REPO_KIND_DATASET ? dataset
                                                                                                    : space);
}

static gboolean
search (MaqCli *cli, char **arguments, GError **error)
{
  g_autoptr (MaqHubQuery) query = make_query (arguments, error);
  if (query == NULL)
    return FALSE;
  MaqHubClient *client = maq_cli_get_client (cli, error);
  if (client == NULL)
    return FALSE;

  g_autoptr (MaqCliTable) table = new_table (query->kind);
  int        n = 0;
  DexFuture *request = maq_hub_client_list_repos (client, query);
  for (;;)
    {
      g_autoptr (MaqHubPage) page = dex_await_boxed (g_steal_pointer (&request), error);
      if (page == NULL)
        return FALSE;
      for (guint i = 0; i < page->repos->len && n < option_limit; i++, n++)
        if (maq_cli_wants_json (cli))
          print_repo_json (cli, page->repos->pdata[i]);
        else
          add_row (table, page->repos->pdata[i]);
      if (page->next == NULL || n >= option_limit)
        break;
      request = maq_hub_client_list_next (client, page);
    }

  if (n == 0)
    maq_cli_note (cli, _ ("No results. Try fewer words or filters."));
  else if (!maq_cli_wants_json (cli))
    {
      g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
      maq_cli_write (cli, text);
    }
  return TRUE;
}

const MaqCliCommand maq_cli_search_command = {
  .name = "search",
  .arguments = "[QUERY]",
  .summary = N_ ("Search the Hub for models, datasets or Spaces"),
  .options = options,
  .min_arguments = 0,
  .max_arguments = -1,
  .run = search,
};
