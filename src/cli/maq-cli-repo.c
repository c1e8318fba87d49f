// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-repo.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "maq-units.h"

// Of a long list, those that an error tells.
#define MAX_NAMES 20

static void
file_free (gpointer data)
{
  MaqCliFile *self = data;
  g_free (self->path);
  g_free (self);
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const MaqCliFile **) a)->path, (*(const MaqCliFile **) b)->path);
}

// Adds the files below FOLDER, whose path in the repo is PREFIX. Folders of a snapshot are real ones, files may be links.
static void
collect_files (const char *folder, const char *prefix, guint depth, GPtrArray *files)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *full = g_build_filename (folder, name, NULL);
      g_autofree char *path = *prefix != '\0' ? g_strconcat (prefix, "/", name, NULL) : g_strdup (name);
      GStatBuf         status;
      if (!g_utf8_validate (name, -1, NULL) || g_stat (full, &status) != 0)
        continue;
      if (S_ISDIR (status.st_mode) && !g_file_test (full, G_FILE_TEST_IS_SYMLINK) && depth < 64)
        collect_files (full, path, depth + 1, files);
      else if (S_ISREG (status.st_mode))
        {
          MaqCliFile *file = g_new0 (MaqCliFile, 1);
          file->path = g_steal_pointer (&path);
          file->size = (guint64) status.st_size;
          g_ptr_array_add (files, file);
        }
    }
}

GPtrArray *
maq_cli_list_cached_files (MaqCli *self, const MaqRepoAddress *address, char **commit, GError **error)
{
  MaqCache *cache = maq_cli_get_cache (self);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);
  *commit = maq_cache_dup_commit_here (cache, address->kind, address->id, address->revision);
  if (*commit != NULL)
    {
      g_autofree char *snapshot = maq_cache_dup_snapshot_path (cache, address->kind, address->id, *commit);
      collect_files (snapshot, "", 0, files);
    }
  if (files->len == 0)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Nothing of “%s” at that revision is on this computer. Try without --offline."), address->id);
      return NULL;
    }
  g_ptr_array_sort (files, compare_files);
  return g_steal_pointer (&files);
}

const MaqHubFile *
maq_cli_find_file (MaqHubTree *tree, const char *path)
{
  for (guint i = 0; i < tree->files->len; i++)
    if (g_str_equal (((MaqHubFile *) tree->files->pdata[i])->path, path))
      return tree->files->pdata[i];
  return NULL;
}

char *
maq_cli_find_same_file (MaqCli *self, const MaqRepoAddress *address, const MaqHubFile *file)
{
  g_autofree char *path = maq_cache_dup_file_path (maq_cli_get_cache (self), address->kind, address->id, address->revision, file->path);
  if (path == NULL)
    return NULL;
  g_autofree char *blob = g_file_read_link (path, NULL);
  g_autofree char *etag = blob != NULL ? g_path_get_basename (blob) : NULL;
  GStatBuf         status;
  // A name promises a content, but a file that was cut short has another length.
  gboolean same = (etag == NULL || g_str_equal (etag, maq_hub_file_get_etag (file))) && g_stat (path, &status) == 0 && (guint64) status.st_size == file->size;
  return same ? g_steal_pointer (&path) : NULL;
}

GPtrArray *
maq_cli_group_variants (MaqHubTree *tree)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < tree->files->len; i++)
    {
      const MaqHubFile *file = tree->files->pdata[i];
      g_ptr_array_add (paths, file->path);
      g_array_append_val (sizes, file->size);
    }
  return maq_variants_group ((const char *const *) paths->pdata, (const guint64 *) (gpointer) sizes->data, paths->len);
}

GPtrArray *
maq_cli_group_cached_variants (MaqCli *self, const MaqRepoAddress *address, GError **error)
{
  g_autofree char *commit = NULL;
  g_autoptr (GPtrArray) files = maq_cli_list_cached_files (self, address, &commit, error);
  if (files == NULL)
    return NULL;
  g_autofree char         *snapshot = maq_cache_dup_snapshot_path (maq_cli_get_cache (self), address->kind, address->id, commit);
  g_autofree const char  **paths = g_new0 (const char *, files->len + 1);
  g_autofree guint64      *sizes = g_new0 (guint64, files->len + 1);
  g_autofree MaqCompanion *headers = g_new0 (MaqCompanion, files->len + 1);
  for (guint i = 0; i < files->len; i++)
    {
      const MaqCliFile *file = files->pdata[i];
      g_autofree char  *full = g_build_filename (snapshot, file->path, NULL);
      paths[i] = file->path;
      sizes[i] = file->size;
      headers[i] = maq_variant_is_gguf (file->path) ? maq_companion_from_file (full) : MAQ_COMPANION_NONE;
    }
  return maq_variants_group_known (paths, sizes, headers, files->len);
}

// Names with commas between them, and how many more there are than a person reads (transfer full).
static char *
join_names (GPtrArray *names)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < MIN (names->len, MAX_NAMES); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (const char *) names->pdata[i]);
  if (names->len > MAX_NAMES)
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", names->len - MAX_NAMES), names->len - MAX_NAMES);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
maq_cli_join_labels (GPtrArray *variants)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < variants->len; i++)
    g_ptr_array_add (names, ((MaqVariant *) variants->pdata[i])->label);
  return join_names (names);
}

void
maq_cli_set_no_file (const MaqRepoAddress *address, MaqHubTree *tree, const char *path, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < tree->files->len; i++)
    g_ptr_array_add (names, ((MaqHubFile *) tree->files->pdata[i])->path);
  g_autofree char *list = join_names (names);
  if (names->len == 0)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no files."), address->id);
  else
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no file “%s”. It has: %s."), address->id, path, list);
}

void
maq_cli_explain_revision (MaqCli *self, const MaqRepoAddress *address, GError **error)
{
  if (address->revision == NULL || !g_error_matches (*error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_REVISION_NOT_FOUND))
    return;
  g_autoptr (MaqHubRefs) refs = dex_await_boxed (maq_hub_client_list_refs (maq_cli_get_client (self, NULL), address->kind, address->id), NULL);
  if (refs == NULL || refs->branches->len + refs->tags->len == 0)
    return;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < refs->branches->len; i++)
    g_ptr_array_add (names, ((MaqHubRef *) refs->branches->pdata[i])->name);
  for (guint i = 0; i < refs->tags->len; i++)
    g_ptr_array_add (names, ((MaqHubRef *) refs->tags->pdata[i])->name);
  g_autofree char *list = join_names (names);
  g_clear_error (error);
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no revision “%s”. It has: %s."), address->id, address->revision, list);
}

const MaqVariant *
maq_cli_find_variant (const MaqRepoAddress *address, GPtrArray *variants, const char *quant, gboolean are_all, GError **error)
{
  gboolean          is_ambiguous = FALSE;
  const MaqVariant *variant = maq_variants_find (variants, quant, are_all, &is_ambiguous);
  if (variant != NULL)
    return variant;
  g_autofree char *labels = maq_cli_join_labels (variants);
  if (is_ambiguous)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has several variants “%s”. Choose one of: %s."), address->id, quant, labels);
  else if (variants->len == 0)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no variant “%s”: it has no GGUF weights."), address->id, quant);
  else
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no variant “%s”. Choose one of: %s."), address->id, quant, labels);
  return NULL;
}

const MaqVariant *
maq_cli_pick_variant (const MaqRepoAddress *address, GPtrArray *variants, const char *quant, GError **error)
{
  if (variants->len == 0)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no GGUF weights, the only format that runs here. Find models that do with “maq search --library gguf”."), address->id);
      return NULL;
    }
  const MaqVariant *variant = quant != NULL ? maq_cli_find_variant (address, variants, quant, TRUE, error) : maq_variants_get_default (variants);
  if (variant != NULL && variant->missing == 0)
    return variant;
  if (variant != NULL || quant == NULL)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("The weights of “%s” are incomplete on the Hub. See “maq files %s”."), address->id, address->id);
  return NULL;
}

static void
show_transfer_cb (MaqTransfer *transfer, GParamSpec *pspec, gpointer data)
{
  const MaqTransferRequest *request = maq_transfer_get_request (transfer);
  maq_cli_progress (data, request->title != NULL ? request->title : request->id, maq_transfer_get_bytes_done (transfer), maq_transfer_get_bytes_total (transfer), maq_transfer_get_speed (transfer), maq_transfer_get_seconds_left (transfer));
}

MaqTransfer *
maq_cli_fetch (MaqCli *self, const MaqTransferRequest *request, const MaqTransferPlan *plan, GError **error)
{
  MaqTransferList *transfers = maq_cli_get_transfers (self, error);
  if (transfers == NULL)
    return NULL;
  g_autoptr (MaqTransfer) transfer = plan != NULL ? maq_transfer_list_start_planned (transfers, request, plan) : maq_transfer_list_start (transfers, request);
  gulong           handler = g_signal_connect (transfer, "notify", G_CALLBACK (show_transfer_cb), self);
  g_autofree char *snapshot = dex_await_string (maq_transfer_wait (transfer), error);
  g_signal_handler_disconnect (transfer, handler);
  maq_cli_progress_end (self);
  return snapshot != NULL ? g_steal_pointer (&transfer) : NULL;
}

// Whether COLON (nullable) stands before the port of a host, as in 127.0.0.1:8080/owner/name.
static gboolean
is_port (const char *colon)
{
  gsize digits = colon != NULL ? strspn (colon + 1, "0123456789") : 0;
  return digits > 0 && colon[1 + digits] == '/';
}

MaqRepoAddress *
maq_cli_parse_model (MaqCli *self, const char *model, char **quant, GError **error)
{
  // No repo and no revision has a colon, but an address has: after its scheme, and before a port.
  gboolean         is_address = strstr (model, "://") != NULL || is_port (strchr (model, ':'));
  const char      *colon = is_address ? strrchr (model, ':') : strchr (model, ':');
  gboolean         has_quant = colon != NULL && colon[1] != '\0' && (!is_address || strchr (colon, '/') == NULL);
  g_autofree char *repo = has_quant ? g_strndup (model, (gsize) (colon - model)) : g_strdup (model);
  *quant = has_quant ? g_strdup (colon + 1) : NULL;
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_repo (self, repo, NULL, NULL);
  if (address == NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("“%s” is neither a weights file nor the name of a model. Use owner/name or owner/name:Q4_K_M"), model);
      return NULL;
    }
  if (address->kind != MAQ_REPO_KIND_MODEL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("“%s” is a %s, not a model. Use owner/name"), address->id, maq_repo_kind_to_string (address->kind));
      return NULL;
    }
  return g_steal_pointer (&address);
}
