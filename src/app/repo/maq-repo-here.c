// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-here.h"

#include <glib/gi18n.h>

#include "maq-glob.h"

GHashTable *
maq_repo_here_list (MaqLibrary *library,
                    MaqRepo    *repo)
{
  GHashTable     *here = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char     *sha = maq_repo_get_sha (repo);
  MaqLibraryItem *item = maq_library_find (library, maq_repo_get_kind (repo), maq_repo_get_id (repo));
  MaqCacheRepo   *cached = item != NULL ? maq_library_item_get_repo (item) : NULL;

  for (guint i = 0; cached != NULL && i < cached->revisions->len; i++)
    {
      MaqCacheRevision *revision = cached->revisions->pdata[i];
      if (sha != NULL && g_strcmp0 (revision->commit, sha) != 0)
        continue;
      for (guint j = 0; j < revision->files->len; j++)
        g_hash_table_add (here, g_strdup (((MaqCacheFile *) revision->files->pdata[j])->path));
    }
  return here;
}

// Whether TRANSFER, which is not done, fetches files of this version into the cache.
static gboolean
is_coming (MaqTransfer *transfer,
           MaqRepo     *repo)
{
  const MaqTransferRequest *request = maq_transfer_get_request (transfer);

  if (maq_transfer_get_state (transfer) >= MAQ_TRANSFER_DONE || request->folder != NULL || request->kind != maq_repo_get_kind (repo) || !g_str_equal (request->id, maq_repo_get_id (repo)))
    return FALSE;
  return request->revision == NULL || g_str_equal (request->revision, "main") || g_strcmp0 (request->revision, maq_repo_get_sha (repo)) == 0;
}

static void
add_coming (GHashTable               *coming,
            const MaqTransferRequest *request,
            MaqHubTree               *tree)
{
  for (gsize i = 0; request->paths != NULL && request->paths[i] != NULL; i++)
    g_hash_table_add (coming, g_strdup (request->paths[i]));
  for (guint i = 0; request->paths == NULL && i < tree->files->len; i++)
    {
      const char *path = ((MaqHubFile *) tree->files->pdata[i])->path;
      if (maq_glob_filter ((const char *const *) request->include, (const char *const *) request->exclude, path))
        g_hash_table_add (coming, g_strdup (path));
    }
}

GHashTable *
maq_repo_here_list_coming (MaqTransferList *transfers,
                           MaqRepo         *repo,
                           MaqHubTree      *tree)
{
  GHashTable *coming = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (transfers)); i++)
    {
      g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (transfers), i);
      if (is_coming (transfer, repo))
        add_coming (coming, maq_transfer_get_request (transfer), tree);
    }
  return coming;
}

gboolean
maq_repo_here_has_all (GHashTable *here,
                       MaqHubTree *tree)
{
  for (guint i = 0; i < tree->files->len; i++)
    if (!g_hash_table_contains (here, ((MaqHubFile *) tree->files->pdata[i])->path))
      return FALSE;
  return tree->files->len > 0;
}

char *
maq_repo_here_dup_variant_path (MaqCache         *cache,
                                MaqRepo          *repo,
                                const MaqVariant *variant)
{
  g_autofree char *first = NULL;

  for (gsize i = 0; variant->paths[i] != NULL; i++)
    {
      g_autofree char *path = maq_cache_dup_file_path (cache, maq_repo_get_kind (repo), maq_repo_get_id (repo), NULL, variant->paths[i]);
      if (path == NULL)
        return NULL;
      if (i == 0)
        first = g_steal_pointer (&path);
    }
  return g_steal_pointer (&first);
}

static gboolean
is_of_all (MaqTransfer *transfer,
           MaqRepo     *repo)
{
  const MaqTransferRequest *request = maq_transfer_get_request (transfer);

  return request->kind == maq_repo_get_kind (repo) && g_str_equal (request->id, maq_repo_get_id (repo)) && request->paths == NULL && request->include == NULL && request->exclude == NULL;
}

static MaqTransfer *
find_of_all (MaqTransferList *transfers,
             MaqRepo         *repo)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (transfers)); i++)
    {
      g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (transfers), i);
      if (is_of_all (transfer, repo))
        return transfer; // the list has it
    }
  return NULL;
}

MaqTransfer *
maq_repo_here_find_transfer (MaqTransferList  *transfers,
                             MaqRepo          *repo,
                             const MaqVariant *variant)
{
  MaqTransfer *transfer = variant != NULL ? maq_transfer_list_find (transfers, maq_repo_get_kind (repo), maq_repo_get_id (repo), variant->paths[0]) : find_of_all (transfers, repo);

  return transfer != NULL && maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE ? transfer : NULL;
}

char *
maq_repo_here_dup_state (MaqCache         *cache,
                         MaqTransferList  *transfers,
                         MaqRepo          *repo,
                         MaqHubTree       *tree,
                         GHashTable       *here,
                         const MaqVariant *variant)
{
  g_autofree char *path = variant != NULL ? maq_repo_here_dup_variant_path (cache, repo, variant) : NULL;
  MaqTransfer     *transfer = maq_repo_here_find_transfer (transfers, repo, variant);

  if (path != NULL || (variant == NULL && maq_repo_here_has_all (here, tree)))
    return g_strdup (_ ("On this computer"));
  if (transfer != NULL && maq_transfer_get_state (transfer) < MAQ_TRANSFER_DONE)
    return g_strdup (_ ("Downloading"));
  if (variant != NULL && variant->missing > 0)
    return g_strdup_printf (ngettext ("%u part is missing", "%u parts are missing", variant->missing), variant->missing);
  return NULL;
}

guint64
maq_repo_here_get_size (MaqHubTree *tree)
{
  guint64 size = 0;

  for (guint i = 0; i < tree->files->len; i++)
    size += ((MaqHubFile *) tree->files->pdata[i])->size;
  return size;
}
