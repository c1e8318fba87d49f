// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>

#include "maq-card.h"
#include "maq-cli-markdown.h"
#include "maq-cli-text.h"

#define MAX_CARD_BYTES   (4 * 1024 * 1024)
#define TEXT_COLUMNS     80
#define MAX_TEXT_COLUMNS 100

static char    *option_kind;
static gboolean option_raw;

static const GOptionEntry options[] = {
  { "kind", 'k', 0, G_OPTION_ARG_FILENAME, &option_kind, N_ ("Kind of REPO: model (default), dataset, space or kernel"), "KIND" },
  { "raw", 0, 0, G_OPTION_ARG_NONE, &option_raw, N_ ("Print the Markdown source, including the front matter"), NULL },
  { NULL },
};

// The card in the cache; NULL with an error if it is not there.
static GBytes *
read_cached (MaqCli *cli, const MaqRepoAddress *address, GError **error)
{
  g_autofree char *path = maq_cache_dup_file_path (maq_cli_get_cache (cli), address->kind, address->id, address->revision, "README.md");
  if (path == NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("The card of “%s” is not on this computer. Try without --offline."), address->id);
      return NULL;
    }
  g_autoptr (GFile) file = g_file_new_for_path (path);
  return g_file_load_bytes (file, NULL, NULL, error);
}

static GBytes *
read_card (MaqCli *cli, const MaqRepoAddress *address, GError **error)
{
  if (maq_cli_is_offline (cli))
    return read_cached (cli, address, error);
  MaqHubClient *client = maq_cli_get_client (cli, error);
  if (client == NULL)
    return NULL;
  g_autoptr (GError) hub_error = NULL;
  GBytes *bytes = dex_await_boxed (maq_hub_client_read_file (client, address->kind, address->id, address->revision, "README.md", MAX_CARD_BYTES), &hub_error);
  if (bytes == NULL && g_error_matches (hub_error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE))
    {
      bytes = read_cached (cli, address, NULL);
      if (bytes != NULL)
        maq_cli_note (cli, _ ("Cannot reach the Hub. Showing the cached card."));
    }
  if (bytes == NULL && g_error_matches (hub_error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no card. See “maq info %s”."), address->id, address->id);
  else if (bytes == NULL)
    g_propagate_error (error, g_steal_pointer (&hub_error));
  return bytes;
}

static gboolean
card (MaqCli *cli, char **arguments, GError **error)
{
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_repo (cli, arguments[0], option_kind, error);
  if (address == NULL)
    return FALSE;
  g_autoptr (GBytes) bytes = read_card (cli, address, error);
  if (bytes == NULL)
    return FALSE;
  gsize            size;
  const char      *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_utf8_make_valid (data != NULL ? data : "", (gssize) size);

  if (maq_cli_wants_json (cli))
    {
      const char      *body = maq_card_get_body (text);
      g_autofree char *front_matter = g_strndup (text, (gsize) (body - text));
      g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "id", address->id);
      maq_cli_json_string (builder, "kind", maq_repo_kind_to_string (address->kind));
      maq_cli_json_string (builder, "front_matter", front_matter);
      maq_cli_json_string (builder, "text", body);
      json_builder_end_object (builder);
      maq_cli_print_json (cli, builder);
      return TRUE;
    }
  if (option_raw)
    {
      g_autofree char *clean = maq_cli_is_terminal (cli) ? maq_cli_clean (text, TRUE) : g_strdup (text);
      maq_cli_write (cli, clean);
      return TRUE;
    }
  int              columns = maq_cli_is_terminal (cli) ? MIN (maq_cli_get_columns (cli), MAX_TEXT_COLUMNS) : TEXT_COLUMNS;
  g_autofree char *readable = maq_cli_markdown_to_text (maq_card_get_body (text), columns, maq_cli_has_styles (cli));
  maq_cli_write (cli, readable);
  return TRUE;
}

const MaqCliCommand maq_cli_card_command = {
  .name = "card",
  .arguments = "REPO[@REV]",
  .summary = N_ ("Show the card of a repo"),
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = card,
};
