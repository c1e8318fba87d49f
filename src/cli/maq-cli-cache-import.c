// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-cache.h"

#include <glib/gi18n.h>

#include "maq-import.h"

// `maq cache import`.

static void
print_file_json (MaqCli *cli, const MaqImportFile *file)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "source", file->source);
  maq_cli_json_int (builder, "size", (gint64) file->size);
  maq_cli_json_string (builder, "file", file->path);
  maq_cli_json_string (builder, "path", file->placed);
  maq_cli_json_string (builder, "warning", file->problem);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

// What became of the files; FALSE with a sentence if one is not in the cache now.
static gboolean
report (MaqCli *cli, const MaqImport *import, const MaqRepoAddress *address, gboolean dry_run, GError **error)
{
  guint n_left = 0;
  for (guint i = 0; i < import->files->len; i++)
    {
      const MaqImportFile *file = import->files->pdata[i];
      n_left += file->path == NULL || file->problem != NULL;
      if (file->problem != NULL)
        maq_cli_note (cli, "%s.", file->problem);
      else if (file->path == NULL)
        maq_cli_note (cli, _ ("“%2$s” matches no file in %1$s."), address->id, file->source);
      if (maq_cli_wants_json (cli))
        print_file_json (cli, file);
      else if (file->placed != NULL)
        maq_cli_print (cli, "%s\n", file->placed);
      else if (dry_run && file->path != NULL)
        maq_cli_print (cli, _ ("%s is %s\n"), file->source, file->path);
    }
  if (n_left == 0)
    return TRUE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, ngettext ("%u file was not imported. See “maq files %s@%s”.", "%u files were not imported. See “maq files %s@%s”.", n_left), n_left, address->id, import->commit);
  return FALSE;
}

gboolean
maq_cli_cache_import (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error)
{
  if (arguments[0] == NULL || arguments[1] == NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("cache import needs REPO[@REV] and at least one FILE"));
      return FALSE;
    }
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_repo (cli, arguments[0], options->kind, error);
  MaqHubClient *client = address != NULL ? maq_cli_get_client (cli, error) : NULL;
  if (client == NULL)
    return FALSE;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  for (guint i = 1; arguments[i] != NULL; i++)
    g_strv_builder_take (paths, maq_cli_dup_path (arguments[i]));
  g_auto (GStrv) sources = g_strv_builder_end (paths);
  DexFuture *future = maq_import_files (client, maq_cli_get_cache (cli), address->kind, address->id, address->revision, (const char *const *) sources, options->dry_run);
  g_autoptr (MaqImport) import = dex_await_boxed (future, error);
  return import != NULL && report (cli, import, address, options->dry_run, error);
}
