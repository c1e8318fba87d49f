// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-cli-repo.h"
#include "maq-download-summary.h"
#include "maq-units.h"

static char    *option_kind;
static char    *option_quant;
static char   **option_include;
static char   **option_exclude;
static char    *option_limit_rate;
static gboolean option_dry_run;
static char    *option_local_dir;
static gboolean option_replace;

static const GOptionEntry options[] = {
  { "kind", 'k', 0, G_OPTION_ARG_FILENAME, &option_kind, N_ ("Kind of REPO: model (default), dataset, space or kernel"), "KIND" },
  { "include", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_include, N_ ("Download only matching files, such as *.gguf (repeatable)"), "GLOB" },
  { "exclude", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_exclude, N_ ("Skip matching files (repeatable)"), "GLOB" },
  { "limit-rate", 0, 0, G_OPTION_ARG_FILENAME, &option_limit_rate, N_ ("Limit the speed in bytes per second, such as 500K or 5M"), "RATE" },
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &option_dry_run, N_ ("Show what would be downloaded, but download nothing"), NULL },
  { "local-dir", 0, 0, G_OPTION_ARG_FILENAME, &option_local_dir, N_ ("Download into DIR instead of the shared cache"), "DIR" },
  { "replace", 0, 0, G_OPTION_ARG_NONE, &option_replace, N_ ("With --local-dir: replace files you created or changed"), NULL },
  { "quant", 0, 0, G_OPTION_ARG_FILENAME, &option_quant, N_ ("Download only this variant of a GGUF repo, such as Q4_K_M"), "NAME" },
  { NULL },
};

// 5M means five million bytes. FALSE with a sentence for what is no rate.
static gboolean
parse_rate (const char *text, guint64 *rate, GError **error)
{
  static const char units[] = "KMG";
  char             *end = NULL;
  double            number = g_ascii_strtod (text, &end);
  const char       *unit = *end != '\0' ? strchr (units, g_ascii_toupper (*end)) : NULL;
  for (const char *u = units; unit != NULL && u <= unit; u++)
    number *= 1000;
  if (end != text && number >= 1 && number < 1e15 && (*end == '\0' || (unit != NULL && end[1] == '\0')))
    {
      *rate = (guint64) number;
      return TRUE;
    }
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Invalid rate “%s”. Use bytes per second, such as 500K or 5M"), text);
  return FALSE;
}

static gboolean
check_options (char **files, GError **error)
{
  gboolean globs = option_include != NULL || option_exclude != NULL;
  if ((*files != NULL) + globs + (option_quant != NULL) > 1)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Use only one of FILE, --include/--exclude, and --quant"));
      return FALSE;
    }
  if (option_replace && option_local_dir == NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--replace requires --local-dir"));
      return FALSE;
    }
  if (option_local_dir != NULL && *option_local_dir == '\0')
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--local-dir needs a folder; use “.” for the current one"));
      return FALSE;
    }
  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autoptr (GError) bad = NULL;
      if (!maq_repo_path_validate (files[i], &bad))
        {
          g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Invalid file name “%s” (%s). See “maq files REPO”"), files[i], bad->message);
          return FALSE;
        }
    }
  return TRUE;
}

// The Hub has not all of FILES: says which it lacks.
static void
explain_missing (MaqCli *cli, const MaqRepoAddress *address, char **files, GError **error)
{
  MaqHubClient *client = maq_cli_get_client (cli, error);
  if (client == NULL)
    return;
  g_autoptr (MaqHubTree) tree = dex_await_boxed (maq_hub_client_list_tree (client, address->kind, address->id, address->revision), error);
  guint i = 0;
  if (tree == NULL)
    return;
  while (files[i + 1] != NULL && maq_cli_find_file (tree, files[i]) != NULL)
    i++;
  maq_cli_set_no_file (address, tree, files[i], error);
}

// What REQUEST for FILES, --quant or all of ADDRESS comes to. The Hub is asked once; a variant is chosen from what it says.
static MaqTransferPlan *
make_plan (MaqCli *cli, const MaqRepoAddress *address, char **files, MaqTransferList *transfers, MaqTransferRequest *request, GError **error)
{
  g_autoptr (GError) failed = NULL;
  // Of a folder only the files of the variant are looked at, once it is known.
  g_autofree char *folder = option_quant != NULL ? g_steal_pointer (&request->folder) : NULL;
  if (*files != NULL)
    request->paths = g_strdupv (files);
  if (*files != NULL && files[1] == NULL)
    request->title = g_path_get_basename (*files);
  g_autoptr (MaqTransferPlan) plan = dex_await_boxed (maq_transfer_list_plan (transfers, request), &failed);
  if (plan == NULL && *files != NULL && g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND))
    explain_missing (cli, address, files, error);
  else if (plan == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  if (plan == NULL || option_quant == NULL)
    return g_steal_pointer (&plan);

  g_autoptr (GPtrArray) variants = maq_transfer_plan_group_variants (plan);
  const MaqVariant *variant = maq_cli_pick_variant (address, variants, option_quant, error);
  if (variant == NULL)
    return NULL;
  request->paths = g_strdupv (variant->paths);
  g_set_str (&request->title, variant->label);
  request->folder = g_steal_pointer (&folder);
  if (request->folder != NULL)
    return dex_await_boxed (maq_transfer_list_plan (transfers, request), error);
  maq_transfer_plan_choose (plan, (const char *const *) variant->paths);
  return g_steal_pointer (&plan);
}

static void
print_result (MaqCli *cli, const char *path, const char *commit, guint64 bytes, guint64 fetched)
{
  if (!maq_cli_wants_json (cli))
    {
      maq_cli_print (cli, "%s\n", path);
      return;
    }
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "path", path);
  maq_cli_json_string (builder, "commit", commit);
  maq_cli_json_int (builder, "size", (gint64) bytes);
  maq_cli_json_int (builder, "fetched", (gint64) fetched);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

// What was asked for, from the cache alone.
static gboolean
find_offline (MaqCli *cli, const MaqRepoAddress *address, char **files, GError **error)
{
  MaqCache        *cache = maq_cli_get_cache (cli);
  g_autofree char *commit = NULL;
  g_autoptr (GPtrArray) here = maq_cli_list_cached_files (cli, address, &commit, error);
  if (here == NULL)
    return FALSE;
  guint64 size = 0;
  for (guint i = 0; i < here->len; i++)
    size += ((MaqCliFile *) here->pdata[i])->size;
  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autofree char *path = maq_cache_dup_file_path (cache, address->kind, address->id, address->revision, files[i]);
      if (path == NULL)
        {
          g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” of “%s” is not on this computer. Try without --offline."), files[i], address->id);
          return FALSE;
        }
    }
  gboolean         one = files[0] != NULL && files[1] == NULL;
  g_autofree char *path = one ? maq_cache_dup_file_path (cache, address->kind, address->id, address->revision, files[0])
                              : maq_cache_dup_snapshot_path (cache, address->kind, address->id, commit);
  print_result (cli, path, commit, size, 0);
  return TRUE;
}

// The files of --quant in the cache (transfer full).
static char **
find_variant_offline (MaqCli *cli, const MaqRepoAddress *address, GError **error)
{
  g_autoptr (GPtrArray) variants = maq_cli_group_cached_variants (cli, address, error);
  const MaqVariant *variant = variants != NULL ? maq_cli_find_variant (address, variants, option_quant, FALSE, error) : NULL;
  if (variant == NULL || variant->missing == 0)
    return variant != NULL ? g_strdupv (variant->paths) : NULL;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s:%s” is incomplete on this computer. Try without --offline."), address->id, variant->label);
  return NULL;
}

static gboolean
download (MaqCli *cli, char **arguments, GError **error)
{
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_repo (cli, arguments[0], option_kind, error);
  char  **files = arguments + 1;
  guint64 rate = 0;
  if (address == NULL || !check_options (files, error) || (option_limit_rate != NULL && !parse_rate (option_limit_rate, &rate, error)))
    return FALSE;
  // A pasted address of a file means that file.
  char *one[] = { address->path, NULL };
  if (address->path != NULL && *files == NULL)
    files = one;
  if (maq_cli_is_offline (cli) && option_local_dir == NULL)
    {
      g_auto (GStrv) variant = option_quant != NULL ? find_variant_offline (cli, address, error) : NULL;
      if (option_quant != NULL && variant == NULL)
        return FALSE;
      return find_offline (cli, address, variant != NULL ? variant : files, error);
    }

  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (address->kind, address->id, address->revision);
  request->include = g_strdupv (option_include);
  request->exclude = g_strdupv (option_exclude);
  g_autofree char *folder = option_local_dir != NULL ? maq_cli_dup_path (option_local_dir) : NULL;
  request->folder = folder != NULL ? g_canonicalize_filename (folder, NULL) : NULL;
  request->replace = option_replace;
  request->at_once = !option_dry_run;
  MaqTransferList *transfers = maq_cli_get_transfers (cli, error);
  if (transfers == NULL)
    return FALSE;
  if (rate > 0)
    maq_transfer_list_set_rate (transfers, rate);
  g_autoptr (MaqTransferPlan) plan = make_plan (cli, address, files, transfers, request, error);
  if (plan == NULL)
    return FALSE;
  if (plan->n_files == 0 && plan->left_out != NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("No file of “%s” can be downloaded. %s"), address->id, plan->left_out);
      return FALSE;
    }
  if (plan->n_files == 0)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("No files in “%s” match. See “maq files %s”."), address->id, address->id);
      return FALSE;
    }
  if (option_dry_run)
    return maq_cli_print_download (cli, request, error);
  g_autofree char *total = maq_format_bytes (plan->bytes_total);
  g_autofree char *left = maq_format_bytes (plan->bytes_total - MIN (plan->bytes_total, plan->bytes_here));
  if (plan->bytes_here >= plan->bytes_total)
    maq_cli_note (cli, ngettext ("%s: already downloaded (%u file, %s)", "%s: already downloaded (%u files, %s)", plan->n_files), address->id, plan->n_files, total);
  else
    maq_cli_note (cli, ngettext ("%s: %u file, %s, %s to download", "%s: %u files, %s, %s to download", plan->n_files), address->id, plan->n_files, total, left);

  g_autofree char *warning = maq_download_plan_dup_warning (plan);
  if (warning != NULL)
    maq_cli_note (cli, "%s", warning);
  if (plan->bytes_here < plan->bytes_total && g_network_monitor_get_network_metered (g_network_monitor_get_default ()))
    maq_cli_note (cli, _ ("This connection is metered. Press Ctrl+C to stop; you can resume later."));

  g_autoptr (MaqTransfer) transfer = maq_cli_fetch (cli, request, plan, error);
  if (transfer == NULL)
    return FALSE;
  gboolean exactly_one = files[0] != NULL && files[1] == NULL;
  print_result (cli, exactly_one ? maq_transfer_get_first_path (transfer) : maq_transfer_get_snapshot_path (transfer), maq_transfer_get_commit (transfer), plan->bytes_total, maq_transfer_get_bytes_fetched (transfer));
  return TRUE;
}

const MaqCliCommand maq_cli_download_command = {
  .name = "download",
  .arguments = "REPO[@REV] [FILE…]",
  .summary = N_ ("Download a repo or some of its files"),
  .details = N_ ("Prints the path of the snapshot or DIR, or of the file if you name exactly one.\n"
                 "Stopped downloads resume. The download hours set in the window do not apply.\n\n"
                 "With --local-dir, DIR is laid out as by “hf download”. Files that are up to\n"
                 "date are kept, files in the shared cache are copied, and files that you\n"
                 "created or changed are not replaced."),
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .run = download,
};
