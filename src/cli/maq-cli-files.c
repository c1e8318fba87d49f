// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>

#include "maq-cli-repo.h"
#include "maq-cli-text.h"
#include "maq-left-out.h"
#include "maq-units.h"

static char *option_kind;

static const GOptionEntry options[] = {
  { "kind", 'k', 0, G_OPTION_ARG_FILENAME, &option_kind, N_ ("Kind of REPO: model (default), dataset, space or kernel"), "KIND" },
  { NULL },
};

// The files of a table or of JSON lines, one at a time.
typedef struct
{
  MaqCli      *cli;
  MaqCliTable *table;
  guint        n;
  guint64      size;
} Listing;

static void
add_file (Listing *self, const char *path, guint64 size, const char *oid, const char *sha256, const char *local)
{
  self->n++;
  self->size += size;
  if (!maq_cli_wants_json (self->cli))
    {
      g_autofree char  *size_text = maq_format_bytes (size);
      const char *const cells[] = { size_text, local != NULL ? _ ("yes") : "", path };
      maq_cli_table_add_row (self->table, cells);
      return;
    }
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "path", path);
  maq_cli_json_int (builder, "size", (gint64) size);
  maq_cli_json_string (builder, "oid", oid);
  maq_cli_json_string (builder, "sha256", sha256);
  maq_cli_json_string (builder, "local", local);
  json_builder_end_object (builder);
  maq_cli_print_json (self->cli, builder);
}

static gboolean
list_from_hub (MaqCli *cli, const MaqRepoAddress *address, Listing *listing, GError **error)
{
  MaqHubClient *client = maq_cli_get_client (cli, error);
  if (client == NULL)
    return FALSE;
  g_autoptr (MaqHubTree) tree = dex_await_boxed (maq_hub_client_list_tree (client, address->kind, address->id, address->revision), error);
  if (tree == NULL)
    return FALSE;
  for (guint i = 0; i < tree->files->len; i++)
    {
      const MaqHubFile *file = tree->files->pdata[i];
      g_autofree char  *local = maq_cli_find_same_file (cli, address, file);
      add_file (listing, file->path, file->size, file->oid, file->sha256, local);
    }
  g_autofree char *left_out = maq_left_out_to_text (tree);
  if (left_out != NULL)
    maq_cli_note (cli, "%s", left_out);
  return TRUE;
}

static gboolean
list_from_cache (MaqCli *cli, const MaqRepoAddress *address, Listing *listing, GError **error)
{
  g_autofree char *commit = NULL;
  g_autoptr (GPtrArray) files = maq_cli_list_cached_files (cli, address, &commit, error);
  if (files == NULL)
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      const MaqCliFile *file = files->pdata[i];
      g_autofree char  *local = maq_cache_dup_file_path (maq_cli_get_cache (cli), address->kind, address->id, address->revision, file->path);
      add_file (listing, file->path, file->size, NULL, NULL, local);
    }
  return TRUE;
}

static gboolean
list_files (MaqCli *cli, char **arguments, GError **error)
{
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_repo (cli, arguments[0], option_kind, error);
  if (address == NULL)
    return FALSE;
  const char *const titles[] = { _ (">SIZE"), _ ("HERE"), _ ("FILE"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 2);
  Listing  listing = { .cli = cli, .table = table };
  gboolean listed = maq_cli_is_offline (cli) ? list_from_cache (cli, address, &listing, error) : list_from_hub (cli, address, &listing, error);
  if (!listed || maq_cli_wants_json (cli))
    return listed;

  g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
  g_autofree char *size = maq_format_bytes (listing.size);
  maq_cli_write (cli, text);
  maq_cli_print (cli, ngettext ("%u file, %s\n", "%u files, %s\n", listing.n), listing.n, size);
  return TRUE;
}

const MaqCliCommand maq_cli_files_command = {
  .name = "files",
  .arguments = "REPO[@REV]",
  .summary = N_ ("List the files of a repo"),
  .details = N_ ("HERE marks files on this computer. With --offline, only those are listed."),
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = list_files,
};
