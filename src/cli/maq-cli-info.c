// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>

#include "maq-cli-repo.h"
#include "maq-cli-text.h"
#include "maq-units.h"
#include "maq-variant.h"

static char *option_kind;

static const GOptionEntry options[] = {
  { "kind", 'k', 0, G_OPTION_ARG_FILENAME, &option_kind, N_ ("Kind of REPO: model (default), dataset, space or kernel"), "KIND" },
  { NULL },
};

static const char *const gated_words[] = { "no", "auto", "manual" };

static void
print_json (MaqCli *cli, MaqRepo *repo, GPtrArray *variants, const char *cached)
{
  MaqHubClient    *client = maq_cli_get_client (cli, NULL);
  g_autofree char *page = maq_hub_client_dup_page_address (client, maq_repo_get_kind (repo), maq_repo_get_id (repo));
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "id", maq_repo_get_id (repo));
  maq_cli_json_string (builder, "kind", maq_repo_kind_to_string (maq_repo_get_kind (repo)));
  maq_cli_json_string (builder, "commit", maq_repo_get_sha (repo));
  maq_cli_json_string (builder, "task", maq_repo_get_pipeline_tag (repo));
  maq_cli_json_string (builder, "library", maq_repo_get_library_name (repo));
  maq_cli_json_int (builder, "parameters", maq_repo_get_parameters (repo));
  maq_cli_json_string (builder, "architecture", maq_repo_get_architecture (repo));
  maq_cli_json_int (builder, "context_length", maq_repo_get_context_length (repo));
  maq_cli_json_string (builder, "license", maq_repo_get_license (repo));
  maq_cli_json_string (builder, "description", maq_repo_get_description (repo));
  maq_cli_json_string (builder, "sdk", maq_repo_get_sdk (repo));
  maq_cli_json_int (builder, "likes", maq_repo_get_likes (repo));
  maq_cli_json_int (builder, "downloads", maq_repo_get_downloads (repo));
  maq_cli_json_int (builder, "storage", maq_repo_get_used_storage (repo));
  maq_cli_json_time (builder, "modified", maq_repo_get_last_modified (repo));
  maq_cli_json_time (builder, "created", maq_repo_get_created_at (repo));
  maq_cli_json_string (builder, "gated", gated_words[maq_repo_get_gated (repo)]);
  maq_cli_json_bool (builder, "private", maq_repo_get_private (repo));
  maq_cli_json_bool (builder, "disabled", maq_repo_get_disabled (repo));
  maq_cli_json_strv (builder, "tags", maq_repo_get_tags (repo));
  json_builder_set_member_name (builder, "variants");
  json_builder_begin_array (builder);
  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = variants->pdata[i];
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "label", variant->label);
      maq_cli_json_int (builder, "size", (gint64) variant->size);
      maq_cli_json_bool (builder, "complete", variant->missing == 0);
      maq_cli_json_strv (builder, "files", (const char *const *) variant->paths);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  maq_cli_json_string (builder, "page", page);
  maq_cli_json_string (builder, "snapshot", cached);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

// One line "Label  value"; nothing when VALUE is NULL or empty.
static void
print_fact (MaqCli *cli, const char *label, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  g_autofree char *clean = maq_cli_clean (value, FALSE);
  g_strstrip (clean);
  maq_cli_print (cli, "%-14s%s\n", label, clean);
}

static void
print_time (MaqCli *cli, const char *label, gint64 when)
{
  if (when == 0)
    return;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (when);
  g_autofree char *date = g_date_time_format (time, "%Y-%m-%d");
  g_autofree char *relative = maq_format_relative_time (when, g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *text = g_strdup_printf ("%s (%s)", date, relative);
  print_fact (cli, label, text);
}

static const char *
describe_access (MaqRepo *repo)
{
  if (maq_repo_get_disabled (repo))
    return _ ("disabled by the Hub");
  switch (maq_repo_get_gated (repo))
    {
    case MAQ_REPO_GATED_AUTO:
      return _ ("gated: access is granted on request");
    case MAQ_REPO_GATED_MANUAL:
      return _ ("gated: the owner reviews requests");
    case MAQ_REPO_GATED_NO:
    default:
      return maq_repo_get_private (repo) ? _ ("private") : _ ("open");
    }
}

static void
print_text (MaqCli *cli, MaqRepo *repo, GPtrArray *variants, const char *cached)
{
  MaqHubClient    *client = maq_cli_get_client (cli, NULL);
  g_autofree char *page = maq_hub_client_dup_page_address (client, maq_repo_get_kind (repo), maq_repo_get_id (repo));
  g_autofree char *id = maq_cli_clean (maq_repo_get_id (repo), FALSE);
  g_autofree char *title = maq_cli_bold (cli, id);
  g_autofree char *likes = maq_format_count (maq_repo_get_likes (repo));
  g_autofree char *downloads = maq_format_count (maq_repo_get_downloads (repo));
  g_autofree char *tags = g_strjoinv (", ", (char **) maq_repo_get_tags (repo));

  maq_cli_print (cli, "%s\n", title);
  print_fact (cli, _ ("Kind"), maq_repo_kind_to_string (maq_repo_get_kind (repo)));
  print_fact (cli, _ ("About"), maq_repo_get_description (repo));
  print_fact (cli, _ ("Task"), maq_repo_get_pipeline_tag (repo));
  print_fact (cli, _ ("Library"), maq_repo_get_library_name (repo));
  print_fact (cli, _ ("SDK"), maq_repo_get_sdk (repo));
  if (maq_repo_get_parameters (repo) >= 0)
    {
      g_autofree char *parameters = maq_format_parameters (maq_repo_get_parameters (repo));
      print_fact (cli, _ ("Parameters"), parameters);
    }
  print_fact (cli, _ ("Architecture"), maq_repo_get_architecture (repo));
  if (maq_repo_get_context_length (repo) > 0)
    {
      g_autofree char *context = g_strdup_printf (_ ("%" G_GINT64_FORMAT " tokens"), maq_repo_get_context_length (repo));
      print_fact (cli, _ ("Context"), context);
    }
  print_fact (cli, _ ("License"), maq_repo_get_license (repo));
  print_fact (cli, _ ("Access"), describe_access (repo));
  print_fact (cli, _ ("Likes"), likes);
  if (maq_repo_get_kind (repo) != MAQ_REPO_KIND_SPACE)
    print_fact (cli, _ ("Downloads"), downloads);
  print_time (cli, _ ("Updated"), maq_repo_get_last_modified (repo));
  print_time (cli, _ ("Created"), maq_repo_get_created_at (repo));
  print_fact (cli, _ ("Commit"), maq_repo_get_sha (repo));
  print_fact (cli, _ ("Tags"), tags);
  print_fact (cli, _ ("Page"), page);
  print_fact (cli, _ ("Location"), cached);
  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = variants->pdata[i];
      g_autofree char  *size = maq_format_bytes (variant->size);
      g_autofree char  *text = g_strdup_printf ("%-8s %s%s", variant->label, size, variant->missing > 0 ? _ (", incomplete") : "");
      print_fact (cli, i == 0 ? _ ("Variants") : "", text);
    }
}

// What the cache alone can say.
static gboolean
print_cached (MaqCli *cli, const MaqRepoAddress *address, GError **error)
{
  g_autofree char *commit = NULL;
  g_autoptr (GPtrArray) files = maq_cli_list_cached_files (cli, address, &commit, error);
  if (files == NULL)
    return FALSE;
  MaqCache        *cache = maq_cli_get_cache (cli);
  g_autofree char *snapshot = maq_cache_dup_snapshot_path (cache, address->kind, address->id, commit);
  guint64          size = 0;
  for (guint i = 0; i < files->len; i++)
    size += ((MaqCliFile *) files->pdata[i])->size;

  if (maq_cli_wants_json (cli))
    {
      g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "id", address->id);
      maq_cli_json_string (builder, "kind", maq_repo_kind_to_string (address->kind));
      maq_cli_json_string (builder, "commit", commit);
      maq_cli_json_int (builder, "cached_files", files->len);
      maq_cli_json_int (builder, "cached_size", (gint64) size);
      maq_cli_json_string (builder, "snapshot", snapshot);
      json_builder_end_object (builder);
      maq_cli_print_json (cli, builder);
      return TRUE;
    }
  g_autofree char *title = maq_cli_bold (cli, address->id);
  g_autofree char *size_text = maq_format_bytes (size);
  g_autofree char *cached = g_strdup_printf (ngettext ("%u file, %s", "%u files, %s", files->len), files->len, size_text);
  maq_cli_print (cli, "%s\n", title);
  print_fact (cli, _ ("Kind"), maq_repo_kind_to_string (address->kind));
  print_fact (cli, _ ("Commit"), commit);
  print_fact (cli, _ ("Cached"), cached);
  print_fact (cli, _ ("Location"), snapshot);
  return TRUE;
}

static gboolean
info (MaqCli *cli, char **arguments, GError **error)
{
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_repo (cli, arguments[0], option_kind, error);
  if (address == NULL)
    return FALSE;
  if (maq_cli_is_offline (cli))
    return print_cached (cli, address, error);
  MaqHubClient *client = maq_cli_get_client (cli, error);
  if (client == NULL)
    return FALSE;
  // Of models the variants are shown too, which are files.
  gboolean   is_model = address->kind == MAQ_REPO_KIND_MODEL;
  DexFuture *asked = (is_model ? maq_hub_client_get_repo_with_files : maq_hub_client_get_repo) (client, address->kind, address->id, address->revision);
  g_autoptr (MaqRepo) repo = dex_await_object (asked, error);
  if (repo == NULL)
    return FALSE;

  MaqHubTree *tree = maq_repo_has_gguf (repo) ? maq_repo_get_tree (repo) : NULL;
  g_autoptr (GPtrArray) variants = tree != NULL ? maq_cli_group_variants (tree) : g_ptr_array_new ();
  MaqCache        *cache = maq_cli_get_cache (cli);
  g_autofree char *commit = maq_cache_dup_commit (cache, address->kind, maq_repo_get_id (repo), address->revision);
  g_autofree char *snapshot = commit != NULL ? maq_cache_dup_snapshot_path (cache, address->kind, maq_repo_get_id (repo), commit) : NULL;
  const char      *cached = snapshot != NULL && g_file_test (snapshot, G_FILE_TEST_IS_DIR) ? snapshot : NULL;
  if (maq_cli_wants_json (cli))
    print_json (cli, repo, variants, cached);
  else
    print_text (cli, repo, variants, cached);
  return TRUE;
}

const MaqCliCommand maq_cli_info_command = {
  .name = "info",
  .arguments = "REPO[@REV]",
  .summary = N_ ("Show details of a repo"),
  .details = N_ ("With --offline, show what is in the cache."),
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = info,
};
