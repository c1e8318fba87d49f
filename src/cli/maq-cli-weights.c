// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-repo.h"

#include <glib/gi18n.h>

#include "maq-header.h"
#include "maq-units.h"
#include "maq-variant-fits.h"

// Where the weights of a model are. What a QUANT means is decided by all that the Hub has, not by the part of it that is here; the
// cache decides only offline, when the Hub cannot be asked, or when nothing was wished for.

static gboolean
refuse_companion (const char *name, MaqCompanion companion, GError **error)
{
  if (companion == MAQ_COMPANION_NONE)
    return FALSE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” is %s. It cannot run on its own. Run the model it belongs to."), name, maq_companion_to_words (companion));
  return TRUE;
}

// Where the first of PATHS lies in the cache, if all of them are there (transfer full).
static char *
find_cached_paths (MaqCli *self, const MaqRepoAddress *address, char **paths)
{
  g_autofree char *first = NULL;
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *path = maq_cache_dup_file_path (maq_cli_get_cache (self), address->kind, address->id, address->revision, paths[i]);
      if (path == NULL)
        return NULL;
      if (first == NULL)
        first = g_steal_pointer (&path);
    }
  return g_steal_pointer (&first);
}

// The weights in the cache that are what was asked for (transfer full). NULL with a sentence if they are not there.
static char *
find_cached_weights (MaqCli *self, const MaqRepoAddress *address, const char *quant, GError **error)
{
  g_autoptr (GPtrArray) variants = maq_cli_group_cached_variants (self, address, error);
  if (variants == NULL)
    return NULL;
  const MaqVariant *variant = NULL;
  if (address->path != NULL)
    variant = maq_variants_find_path (variants, address->path);
  else if (quant == NULL)
    variant = maq_variants_get_default (variants);
  else if ((variant = maq_cli_find_variant (address, variants, quant, FALSE, error)) == NULL)
    return NULL;
  char *path = variant != NULL && variant->missing == 0 ? find_cached_paths (self, address, variant->paths) : NULL;
  // A file that is no variant of the model: what it is will be said.
  if (path == NULL && variant == NULL && address->path != NULL)
    path = maq_cache_dup_file_path (maq_cli_get_cache (self), address->kind, address->id, address->revision, address->path);
  if (path == NULL)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("The weights of “%s” are not on this computer. Try without --offline."), address->id);
  return path;
}

// Drops VARIANT from VARIANTS if its name leaves a doubt and its header says that it is no model; FALSE with an error then, or if the
// header cannot be read.
static gboolean
check_variant (MaqCli *self, const MaqRepoAddress *address, const MaqVariant *variant, gboolean *is_companion, GError **error)
{
  *is_companion = FALSE;
  if (!maq_companion_is_doubtful (variant->paths[0]))
    return TRUE;
  MaqHubClient *client = maq_cli_get_client (self, error);
  g_autoptr (MaqGguf) header = client != NULL ? dex_await_boxed (maq_header_fetch (client, address->id, address->revision, variant->paths[0]), error) : NULL;
  if (header == NULL)
    return FALSE;
  *is_companion = refuse_companion (variant->label, maq_companion_from_header (header), error);
  return !*is_companion;
}

// The variant of what the Hub has. One that turns out to be no model is no choice where nothing was wished for.
static const MaqVariant *
choose_variant (MaqCli *self, const MaqRepoAddress *address, GPtrArray *variants, const char *quant, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) refusal = NULL;
      gboolean          is_companion;
      const MaqVariant *variant = maq_cli_pick_variant (address, variants, quant, error);
      if (variant == NULL || check_variant (self, address, variant, &is_companion, &refusal))
        return variant;
      if (!is_companion || quant != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&refusal));
          return NULL;
        }
      g_ptr_array_remove (variants, (gpointer) variant);
    }
}

// What of ADDRESS is to be on this machine, chosen from what the Hub has, and how large it is.
static MaqTransferRequest *
choose_weights (MaqCli *self, MaqRepoAddress *address, const char *quant, guint64 *size, GError **error)
{
  MaqHubClient *client = maq_cli_get_client (self, error);
  if (client == NULL)
    return NULL;
  g_autoptr (MaqHubTree) tree = dex_await_boxed (maq_hub_client_list_tree (client, address->kind, address->id, address->revision), error);
  if (tree == NULL)
    return NULL;
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (address->kind, address->id, address->revision);
  g_autoptr (GPtrArray) variants = maq_cli_group_variants (tree);
  const MaqVariant *variant = NULL;
  const MaqHubFile *file = address->path != NULL ? maq_cli_find_file (tree, address->path) : NULL;
  if (address->path == NULL)
    variant = choose_variant (self, address, variants, quant, error);
  else if (file == NULL)
    maq_cli_set_no_file (address, tree, address->path, error);
  else
    variant = maq_variants_find_path (variants, address->path);
  if (variant != NULL)
    {
      request->paths = g_strdupv (variant->paths);
      request->title = g_strdup_printf ("%s:%s", address->id, variant->label);
      *size = variant->size;
      return g_steal_pointer (&request);
    }
  if (file == NULL || refuse_companion (address->path, maq_companion_from_path (address->path), error))
    return NULL;
  const char *const path[] = { address->path, NULL };
  request->paths = g_strdupv ((char **) path);
  request->title = g_path_get_basename (address->path);
  *size = file->size;
  return g_steal_pointer (&request);
}

// As the Hub says; but where it cannot be asked, what is here will do.
static char *
fetch_weights (MaqCli *self, MaqRepoAddress *address, const char *quant, GError **error)
{
  g_autoptr (GError) failure = NULL;
  guint64 size = 0;
  g_autoptr (MaqTransferRequest) request = choose_weights (self, address, quant, &size, &failure);
  if (request == NULL)
    {
      char *cached = failure->domain == MAQ_HUB_ERROR ? find_cached_weights (self, address, quant, NULL) : NULL;
      if (cached == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      g_autofree char *reason = maq_cli_describe_error (failure);
      maq_cli_note (self, _ ("Using the cached files. %s"), reason);
      return cached;
    }
  char *cached = find_cached_paths (self, address, request->paths);
  if (cached != NULL)
    return cached;
  g_autofree char *size_text = maq_format_bytes (size);
  maq_cli_note (self, _ ("Fetching %s, %s"), request->title, size_text);
  g_autoptr (MaqTransfer) transfer = maq_cli_fetch (self, request, NULL, error);
  return transfer != NULL ? g_strdup (maq_transfer_get_first_path (transfer)) : NULL;
}

// What is in the cache needs no Hub if it is a file by its name, or if nothing was wished for.
static char *
find_repo_weights (MaqCli *self, const char *model, GError **error)
{
  g_autofree char *quant = NULL;
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_model (self, model, &quant, error);
  if (address == NULL)
    return NULL;
  gboolean is_offline = maq_cli_is_offline (self);
  char    *cached = is_offline || quant == NULL ? find_cached_weights (self, address, quant, is_offline ? error : NULL) : NULL;
  return cached != NULL || is_offline ? cached : fetch_weights (self, address, quant, error);
}

// Whether PATH, where no file is, can only be meant as one: owner/name/file.gguf is on the Hub, unless there is a folder “owner”.
static gboolean
is_local_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", 3);
  if (strstr (path, "://") != NULL)
    return FALSE;
  return g_path_is_absolute (path) || g_str_has_prefix (path, ".") ||
         (maq_variant_is_gguf (path) && (g_strv_length (parts) < 3 || g_file_test (parts[0], G_FILE_TEST_IS_DIR)));
}

char *
maq_cli_find_weights (MaqCli *self, const char *model, GError **error)
{
  g_autofree char *path = maq_cli_dup_path (model);
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return refuse_companion (model, maq_companion_from_file (path), error) ? NULL : g_canonicalize_filename (path, NULL);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” is a folder. Choose a weights file in it."), model);
      return NULL;
    }
  if (is_local_path (path))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("File “%s” not found. Check the path."), model);
      return NULL;
    }
  g_autofree char *weights = find_repo_weights (self, model, error);
  if (weights == NULL || refuse_companion (model, maq_companion_from_file (weights), error))
    return NULL;
  return g_steal_pointer (&weights);
}
