// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-download-choice.h"

#include "maq-glob.h"

static gboolean
set_files (MaqTransferRequest  *request,
           MaqDownloadFileList *files,
           MaqDownloadOffer    *offer)
{
  guint n_chosen = maq_download_file_list_get_n_chosen (files);

  if (n_chosen == 0)
    return FALSE;
  if (n_chosen == offer->files->len)
    return TRUE;
  request->paths = maq_download_file_list_dup_paths (files);
  if (n_chosen == 1)
    request->title = g_path_get_basename (request->paths[0]);
  return TRUE;
}

// The globs in TEXT, trimmed; NULL if there are none.
static char **
split_patterns (const char *text)
{
  g_autoptr (GStrvBuilder) patterns = g_strv_builder_new ();
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (patterns, parts[i]);
  char **found = g_strv_builder_end (patterns);
  if (found[0] == NULL)
    g_clear_pointer (&found, g_strfreev);
  return found;
}

static gboolean
set_patterns (MaqTransferRequest *request,
              const char         *include,
              const char         *exclude,
              MaqDownloadOffer   *offer)
{
  request->include = split_patterns (include);
  request->exclude = split_patterns (exclude);
  for (guint i = 0; i < offer->tree->files->len; i++)
    {
      const MaqHubFile *file = g_ptr_array_index (offer->tree->files, i);
      if (maq_glob_filter ((const char *const *) request->include, (const char *const *) request->exclude, file->path))
        return TRUE;
    }
  return FALSE;
}

static gboolean
set_variant (MaqTransferRequest *request,
             const MaqVariant   *variant)
{
  if (variant == NULL || variant->missing > 0)
    return FALSE;
  request->paths = g_strdupv (variant->paths);
  request->title = g_strdup (variant->label);
  return TRUE;
}

MaqTransferRequest *
maq_download_choice_to_request (const MaqDownloadChoice *self,
                                MaqDownloadOffer        *offer)
{
  g_return_val_if_fail (self != NULL && offer != NULL, NULL);

  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (maq_repo_get_kind (offer->repo), maq_repo_get_id (offer->repo), offer->revision);
  gboolean is_something = FALSE;

  switch (self->what)
    {
    case MAQ_DOWNLOAD_VARIANT:
      is_something = set_variant (request, self->variant);
      break;
    case MAQ_DOWNLOAD_FILES:
      is_something = set_files (request, self->files, offer);
      break;
    case MAQ_DOWNLOAD_PATTERNS:
      is_something = set_patterns (request, self->include, self->exclude, offer);
      break;
    case MAQ_DOWNLOAD_ALL:
      is_something = offer->files->len > 0;
      break;
    default:
      g_return_val_if_reached (NULL);
    }
  return is_something ? g_steal_pointer (&request) : NULL;
}

static gboolean
same_paths (char             **a,
            const char *const *b)
{
  gsize n = g_strv_length (a);

  for (gsize i = 0; i < n; i++)
    if (!g_strv_contains (b, a[i]))
      return FALSE;
  return n == g_strv_length ((char **) b);
}

void
maq_download_choice_set_paths (MaqDownloadChoice *self,
                               MaqDownloadOffer  *offer,
                               const char *const *paths)
{
  g_return_if_fail (self != NULL && offer != NULL);

  self->what = MAQ_DOWNLOAD_ALL;
  if (paths == NULL)
    return;
  for (guint i = 0; i < offer->variants->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (offer->variants, i);
      if (!same_paths (variant->paths, paths))
        continue;
      self->what = MAQ_DOWNLOAD_VARIANT;
      self->variant = variant;
      return;
    }
  self->what = MAQ_DOWNLOAD_FILES;
  maq_download_file_list_choose_paths (self->files, paths);
}

const MaqVariant *
maq_download_offer_find_variant (MaqDownloadOffer *self,
                                 const char       *label)
{
  const MaqVariant *variant = label != NULL ? maq_variants_find (self->variants, label, TRUE, NULL) : NULL;

  return variant != NULL ? variant : maq_variants_get_default (self->variants);
}
