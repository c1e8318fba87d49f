// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>

#include "maq-cli-text.h"
#include "maq-units.h"

static void
print_repo_json (MaqCli *cli, const MaqCacheRepo *repo)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "id", repo->id);
  maq_cli_json_string (builder, "kind", maq_repo_kind_to_string (repo->kind));
  maq_cli_json_string (builder, "path", repo->path);
  maq_cli_json_int (builder, "size", (gint64) repo->size);
  maq_cli_json_int (builder, "files", repo->n_files);
  maq_cli_json_time (builder, "modified", repo->last_modified);
  maq_cli_json_time (builder, "accessed", repo->last_accessed);
  json_builder_set_member_name (builder, "revisions");
  json_builder_begin_array (builder);
  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = repo->revisions->pdata[i];
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "commit", revision->commit);
      maq_cli_json_strv (builder, "refs", (const char *const *) revision->refs);
      maq_cli_json_int (builder, "size", (gint64) revision->size);
      maq_cli_json_int (builder, "files", revision->files->len);
      maq_cli_json_time (builder, "modified", revision->last_modified);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  maq_cli_json_string (builder, "warning", repo->warning);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

static void
add_row (MaqCliTable *table, const MaqCacheRepo *repo)
{
  g_autofree char  *size = maq_format_bytes (repo->size);
  g_autofree char  *files = g_strdup_printf ("%u", repo->n_files);
  g_autofree char  *revisions = g_strdup_printf ("%u", repo->revisions->len);
  g_autofree char  *modified = maq_format_relative_time (repo->last_modified, g_get_real_time () / G_USEC_PER_SEC);
  const char *const cells[] = { repo->id, maq_repo_kind_to_string (repo->kind), size, files, revisions, modified };
  maq_cli_table_add_row (table, cells);
}

static gboolean
list_cache (MaqCli *cli, GError **error)
{
  MaqCache *cache = maq_cli_get_cache (cli);
  g_autoptr (MaqCacheScan) scan = dex_await_boxed (maq_cache_scan (cache), error);
  if (scan == NULL)
    return FALSE;

  const char *const titles[] = { _ ("REPO"), _ ("KIND"), _ (">SIZE"), _ (">FILES"), _ (">REVISIONS"), _ ("CHANGED"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 0);
  for (guint i = 0; i < scan->repos->len; i++)
    {
      const MaqCacheRepo *repo = scan->repos->pdata[i];
      if (maq_cli_wants_json (cli))
        print_repo_json (cli, repo);
      else
        add_row (table, repo);
      if (repo->warning != NULL)
        maq_cli_note (cli, "%s: %s", repo->id, repo->warning);
    }
  for (guint i = 0; scan->warnings != NULL && scan->warnings[i] != NULL; i++)
    maq_cli_note (cli, "%s", scan->warnings[i]);
  if (scan->repos->len == 0)
    maq_cli_note (cli, _ ("Nothing is cached in %s yet. “maq download REPO” fetches something."), maq_cache_get_root (cache));
  if (scan->repos->len == 0 || maq_cli_wants_json (cli))
    return TRUE;

  g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
  g_autofree char *size = maq_format_bytes (scan->size);
  maq_cli_write (cli, text);
  maq_cli_print (cli, ngettext ("%u repo, %s\n", "%u repos, %s\n", scan->repos->len), scan->repos->len, size);
  return TRUE;
}

static gboolean
cache_command (MaqCli *cli, char **arguments, GError **error)
{
  if (g_str_equal (arguments[0], "ls"))
    return list_cache (cli, error);
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("There is no “cache %s”. Use “cache ls”"), arguments[0]);
  return FALSE;
}

const MaqCliCommand maq_cli_cache_command = {
  .name = "cache",
  .arguments = "ls",
  .summary = N_ ("List what the shared cache holds"),
  .min_arguments = 1,
  .max_arguments = 1,
  .run = cache_command,
};
