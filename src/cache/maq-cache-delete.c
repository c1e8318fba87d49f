// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-survey.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Order: refs, snapshots, blobs, payloads of the shared store that nobody links to any more. Interrupted anywhere it leaves a cache that every tool reads without complaint: a snapshot
// without a ref and a blob without a link are legal, a ref without a snapshot, a link without a blob and a repo without a folder
// snapshots are not.

// Blobs whose locks are held at once.
#define BATCH 64

// FALSE if it is not there, or is a link to another place: that is somebody's arrangement.
static gboolean
check_folder (int         root,
              const char *folder,
              GError    **error)
{
  struct stat info;

  if (fstatat (root, folder, &info, AT_SYMLINK_NOFOLLOW) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot remove", folder);
      return FALSE;
    }
  if (!S_ISLNK (info.st_mode))
    return TRUE;
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "%s is a link to another place: delete it there", folder);
  return FALSE;
}

static gboolean
empty_snapshots (int      repo,
                 guint64 *freed,
                 GError **error)
{
  g_autoptr (GError) absent = NULL;
  g_autofd int folder = maq_cache_open_folder (repo, "snapshots", FALSE, &absent);
  gboolean     failed = folder < 0;
  g_auto (GStrv) names = folder >= 0 ? maq_cache_list_folder_checked (folder, &failed) : NULL;

  if (g_error_matches (absent, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  if (failed)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot list the folder snapshots");
      return FALSE;
    }
  for (guint i = 0; names[i] != NULL; i++)
    if (!maq_cache_remove_tree (folder, names[i], freed, error))
      return FALSE;
  return TRUE;
}

// The names of the payloads that the blobs of REPO link to, or those of ETAGS (nullable) do: asked before the links go (transfer
// full).
static GHashTable *
list_payloads (MaqCacheShared *store,
               int             repo,
               GPtrArray      *etags)
{
  GHashTable  *payloads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofd int blobs = maq_cache_open_folder (repo, "blobs", FALSE, NULL);
  g_auto (GStrv) names = blobs >= 0 ? maq_cache_list_folder (blobs) : g_new0 (char *, 1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      struct stat      info;
      gboolean         goes = etags == NULL || g_ptr_array_find_with_equal_func (etags, names[i], g_str_equal, NULL);
      g_autofree char *place = goes ? maq_cache_shared_dup_payload (store, blobs, names[i], &info) : NULL;
      if (place != NULL)
        g_hash_table_add (payloads, g_path_get_basename (place));
    }
  return payloads;
}

static gboolean
delete_repo (int         root,
             const char *folder,
             guint64    *freed,
             GError    **error)
{
  static const char *const rest[] = { ".no_exist", "trees", "blobs" };

  if (!maq_cache_check_locks (root, folder, error))
    return FALSE;

  g_autofd int repo = maq_cache_open_repo (root, folder, FALSE, error);
  if (repo < 0)
    return FALSE;
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root);
  g_autoptr (GHashTable) payloads = list_payloads (store, repo, NULL);
  if (!maq_cache_remove_tree (repo, "refs", freed, error) || !empty_snapshots (repo, freed, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (rest); i++)
    if (!maq_cache_remove_tree (repo, rest[i], freed, error))
      return FALSE;
  if (!maq_cache_remove_tree (root, folder, freed, error))
    return FALSE;
  maq_cache_shared_sweep_all (store, payloads, freed);
  return TRUE;
}

// The blobs of REVISION that no other revision leads to: base names in blobs/, and nothing that lies elsewhere.
static GPtrArray *
list_own_blobs (MaqCacheRepo           *repo,
                const MaqCacheRevision *revision,
                const char             *blobs)
{
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *own = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < repo->revisions->len; i++)
    {
      MaqCacheRevision *other = g_ptr_array_index (repo->revisions, i);
      for (guint j = 0; other != revision && j < other->files->len; j++)
        g_hash_table_add (used, ((MaqCacheFile *) g_ptr_array_index (other->files, j))->blob_path);
    }
  for (guint i = 0; i < revision->files->len; i++)
    {
      MaqCacheFile    *file = g_ptr_array_index (revision->files, i);
      g_autofree char *parent = g_path_get_dirname (file->blob_path);
      if (g_str_equal (parent, blobs) && g_hash_table_add (used, file->blob_path))
        g_ptr_array_add (own, g_path_get_basename (file->blob_path));
    }
  return own;
}

// FALSE if somebody is fetching one of BLOBS.
static gboolean
check_blobs (int         root,
             const char *folder,
             GPtrArray  *blobs,
             GError    **error)
{
  for (guint i = 0; i < blobs->len; i++)
    {
      int lock = maq_cache_lock_blob (root, folder, g_ptr_array_index (blobs, i), error);
      if (lock == -1)
        return FALSE;
      if (lock >= 0)
        close (lock);
    }
  return TRUE;
}

// Removes N of the blobs ETAGS, less those somebody wants again: locked, or linked since. One look at the snapshots for all.
static gboolean
remove_batch (int           root,
              const char   *root_path,
              const char   *folder,
              MaqCacheRepo *repo,
              char *const  *etags,
              guint         n,
              guint64      *freed,
              GError      **error)
{
  g_autofree char *path = g_build_filename (folder, "blobs", NULL);
  g_autofd int     blobs = maq_cache_open_folder (root, path, FALSE, error);
  int              locks[BATCH];
  gboolean         ok = TRUE;

  if (blobs < 0)
    return FALSE;
  for (guint i = 0; i < n; i++)
    locks[i] = maq_cache_lock_for_removal (root, folder, etags[i], NULL);
  g_autoptr (MaqCacheSurvey) now = maq_cache_survey_repo (root, root_path, folder, repo->kind, repo->id);
  for (guint i = 0; i < n; i++)
    {
      const MaqCacheBlob *blob = g_hash_table_lookup (now->by_name, etags[i]);
      gboolean            unused = blob != NULL && blob->uses == 0 && now->obstacle == NULL;
      if (ok && locks[i] != -1 && unused)
        ok = maq_cache_remove_tree (blobs, etags[i], freed, error);
      if (unused)
        maq_cache_unlock_removed (locks[i], root, folder, etags[i]);
      else if (locks[i] >= 0)
        close (locks[i]);
    }
  return ok;
}

static gboolean
remove_below (int         repo,
              const char *folder_name,
              const char *name,
              guint64    *freed,
              GError    **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofd int folder = maq_cache_open_folder (repo, folder_name, FALSE, &failed);

  if (folder >= 0)
    return maq_cache_remove_tree (folder, name, freed, error);
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
delete_revision (int               root,
                 const char       *folder,
                 MaqCacheRepo     *scan,
                 MaqCacheRevision *revision,
                 guint64          *freed,
                 GError          **error)
{
  g_autofd int repo = maq_cache_open_repo (root, folder, FALSE, error);
  if (repo < 0)
    return FALSE;

  g_autofree char *real = realpath (scan->path, NULL);
  g_autofree char *blobs_path = g_build_filename (real != NULL ? real : scan->path, "blobs", NULL);
  g_autofree char *tree = g_strconcat (revision->commit, ".json", NULL);
  g_autoptr (GPtrArray) blobs = list_own_blobs (scan, revision, blobs_path);
  if (!check_blobs (root, folder, blobs, error))
    return FALSE;
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root);
  g_autoptr (GHashTable) payloads = list_payloads (store, repo, blobs);

  for (guint i = 0; revision->refs[i] != NULL; i++)
    {
      g_autofree char *ref = g_build_filename ("refs", revision->refs[i], NULL);
      const char      *name = NULL;
      g_autofd int     parent = maq_cache_open_parent (repo, ref, FALSE, &name, error);
      if (parent < 0 || !maq_cache_remove_tree (parent, name, NULL, error))
        return FALSE;
    }
  if (!remove_below (repo, "snapshots", revision->commit, freed, error) ||
      !remove_below (repo, ".no_exist", revision->commit, NULL, error) ||
      !remove_below (repo, "trees", tree, NULL, error))
    return FALSE;
  g_autofree char *root_path = g_path_get_dirname (scan->path);
  for (guint i = 0; i < blobs->len; i += BATCH)
    if (!remove_batch (root, root_path, folder, scan, (char *const *) blobs->pdata + i, MIN (BATCH, blobs->len - i), freed, error))
      return FALSE;
  maq_cache_shared_sweep_all (store, payloads, freed);
  return TRUE;
}

gboolean
maq_cache_delete_now (MaqCache   *cache,
                      MaqRepoKind kind,
                      const char *id,
                      const char *commit,
                      guint64    *freed,
                      GError    **error)
{
  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, error);

  if (folder == NULL || (commit != NULL && !maq_cache_commit_validate (commit, error)))
    return FALSE;
  g_autofd int root = maq_cache_open_root (cache, FALSE, error);
  if (root < 0 || !check_folder (root, folder, error))
    return FALSE;

  g_autofree char *real = realpath (maq_cache_get_root (cache), NULL);
  g_autoptr (MaqCacheRepo) scan = maq_cache_scan_repo (real != NULL ? real : maq_cache_get_root (cache), folder, kind, id);
  MaqCacheRevision *revision = NULL;
  for (guint i = 0; commit != NULL && i < scan->revisions->len; i++)
    {
      MaqCacheRevision *candidate = g_ptr_array_index (scan->revisions, i);
      if (g_str_equal (candidate->commit, commit))
        revision = candidate;
    }
  if (commit != NULL && revision == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s has no revision %.7s in the cache", id, commit);
      return FALSE;
    }
  if (revision != NULL && scan->is_partial)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "Not all of %s can be read, so nobody knows what its other revisions use: %s", id, scan->warning != NULL ? scan->warning : "a folder cannot be listed");
      return FALSE;
    }
  return revision != NULL && scan->revisions->len > 1 ? delete_revision (root, folder, scan, revision, freed, error)
                                                      : delete_repo (root, folder, freed, error);
}
