// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maq-fiber.h"

// Order: refs, snapshots, blobs. Interrupted anywhere it leaves a cache that every tool reads without complaint: a snapshot
// without a ref and a blob without a link are legal, a ref without a snapshot, a link without a blob and a repo without a folder
// snapshots are not.

typedef struct
{
  MaqCache   *cache;
  MaqRepoKind kind;
  char       *id;
  char       *commit; // NULL: the whole repo
} Deletion;

static void
deletion_free (gpointer data)
{
  Deletion *self = data;

  g_object_unref (self->cache);
  g_free (self->id);
  g_free (self->commit);
  g_free (self);
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

static gboolean
delete_repo (int         root,
             const char *folder,
             guint64    *freed,
             GError    **error)
{
  static const char *const rest[] = { ".no_exist", "trees", "blobs" };
  struct stat              info;

  if (fstatat (root, folder, &info, AT_SYMLINK_NOFOLLOW) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot remove", folder);
      return FALSE;
    }
  if (S_ISLNK (info.st_mode))
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "%s is a link to another place: delete it there", folder);
      return FALSE;
    }
  if (!maq_cache_check_locks (root, folder, error))
    return FALSE;

  g_autofd int repo = maq_cache_open_repo (root, folder, FALSE, error);
  if (repo < 0)
    return FALSE;
  if (!maq_cache_remove_tree (repo, "refs", freed, error) || !empty_snapshots (repo, freed, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (rest); i++)
    if (!maq_cache_remove_tree (repo, rest[i], freed, error))
      return FALSE;
  return maq_cache_remove_tree (root, folder, freed, error);
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

static gboolean
remove_blob (int         root,
             int         repo,
             const char *folder,
             const char *etag,
             guint64    *freed,
             GError    **error)
{
  g_autofd int blobs = maq_cache_open_folder (repo, "blobs", FALSE, error);
  int          lock = blobs >= 0 ? maq_cache_lock_blob (root, folder, etag, NULL) : -1;

  // Locked only now: somebody wants it again, so it stays.
  gboolean ok = blobs >= 0 && (lock == -1 || maq_cache_remove_tree (blobs, etag, freed, error));
  if (lock >= 0)
    close (lock);
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
  for (guint i = 0; i < blobs->len; i++)
    if (!remove_blob (root, repo, folder, g_ptr_array_index (blobs, i), freed, error))
      return FALSE;
  return TRUE;
}

static DexFuture *
delete_thread (gpointer data)
{
  Deletion *self = data;
  g_autoptr (GError) error = NULL;
  guint64          freed = 0;
  g_autofree char *folder = maq_cache_dup_repo_folder (self->kind, self->id, &error);
  g_autofd int     root = -1;

  if (folder == NULL || (self->commit != NULL && !maq_cache_commit_validate (self->commit, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));
  root = maq_cache_open_root (self->cache, FALSE, &error);
  if (root < 0)
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_autofree char *real = realpath (maq_cache_get_root (self->cache), NULL);
  g_autoptr (MaqCacheRepo) scan = maq_cache_scan_repo (real != NULL ? real : maq_cache_get_root (self->cache), folder, self->kind, self->id);
  MaqCacheRevision *revision = NULL;
  for (guint i = 0; self->commit != NULL && i < scan->revisions->len; i++)
    {
      MaqCacheRevision *candidate = g_ptr_array_index (scan->revisions, i);
      if (g_str_equal (candidate->commit, self->commit))
        revision = candidate;
    }
  if (self->commit != NULL && revision == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s has no revision %.7s in the cache", self->id, self->commit);

  if (revision != NULL && scan->is_partial)
    return dex_future_new_reject (MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "Not all of %s can be read, so nobody knows what its other revisions use: %s", self->id, scan->warning != NULL ? scan->warning : "a folder cannot be listed");

  gboolean ok = revision != NULL && scan->revisions->len > 1 ? delete_revision (root, folder, scan, revision, &freed, &error)
                                                             : delete_repo (root, folder, &freed, &error);
  if (!ok)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_for_uint64 (freed);
}

static DexFuture *
spawn (MaqCache   *cache,
       MaqRepoKind kind,
       const char *id,
       const char *commit)
{
  Deletion *deletion = g_new0 (Deletion, 1);

  deletion->cache = g_object_ref (cache);
  deletion->kind = kind;
  deletion->id = g_strdup (id);
  deletion->commit = g_strdup (commit);
  return maq_thread_spawn ("maq-cache-delete", delete_thread, deletion, deletion_free);
}

DexFuture *
maq_cache_delete_repo (MaqCache   *self,
                       MaqRepoKind kind,
                       const char *id)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));
  dex_return_error_if_fail (id != NULL);

  return spawn (self, kind, id, NULL);
}

DexFuture *
maq_cache_delete_revision (MaqCache   *self,
                           MaqRepoKind kind,
                           const char *id,
                           const char *commit)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));
  dex_return_error_if_fail (id != NULL && commit != NULL);

  return spawn (self, kind, id, commit);
}
