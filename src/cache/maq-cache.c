// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "maq-cache-partial.h"
#include "maq-cache-shared.h"
#include "maq-paths.h"

#define RESERVE G_GUINT64_CONSTANT (2000000000)

struct _MaqCache
{
  GObject  parent_instance;
  char    *root;
  gboolean use_links;
  GMutex   lock; // guards free_bytes
  guint64  free_bytes;
};

G_DEFINE_QUARK (maq_cache_error, maq_cache_error)
G_DEFINE_FINAL_TYPE (MaqCache, maq_cache, G_TYPE_OBJECT)

static void
maq_cache_finalize (GObject *object)
{
  MaqCache *self = MAQ_CACHE (object);

  g_clear_pointer (&self->root, g_free);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (maq_cache_parent_class)->finalize (object);
}

static void
maq_cache_class_init (MaqCacheClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_cache_finalize;
}

static void
maq_cache_init (MaqCache *self)
{
  g_mutex_init (&self->lock);
  self->free_bytes = G_MAXUINT64;
  self->use_links = !maq_paths_env_is_true ("HF_HUB_DISABLE_SYMLINKS");
}

MaqCache *
maq_cache_new (const char *root)
{
  MaqCache *self = g_object_new (MAQ_TYPE_CACHE, NULL);

  self->root = root != NULL ? g_canonicalize_filename (root, NULL) : maq_paths_dup_hub_cache ();
  return self;
}

const char *
maq_cache_get_root (MaqCache *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), NULL);
  return self->root;
}

gboolean
maq_cache_get_use_links (MaqCache *self)
{
  return self->use_links;
}

char *
maq_cache_dup_repo_folder (MaqRepoKind kind,
                           const char *id,
                           GError    **error)
{
  if (!maq_repo_id_validate (id, error))
    return NULL;

  g_auto (GStrv) parts = g_strsplit (id, "/", -1);
  g_autofree char *joined = g_strjoinv ("--", parts);
  return g_strconcat (maq_repo_kind_get_plural (kind), "--", joined, NULL);
}

gboolean
maq_cache_etag_validate (const char *etag,
                         GError    **error)
{
  gsize length = etag != NULL ? strlen (etag) : 0;

  if (length > 0 && length <= 128 && etag[0] != '.' &&
      strspn (etag, "0123456789" G_CSET_a_2_z G_CSET_A_2_Z "._-") == length)
    return TRUE;

  g_autofree char *shown = g_strescape (etag != NULL ? etag : "", NULL);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "\"%.140s\" cannot name a file: a blob is named by a hash", shown);
  return FALSE;
}

gboolean
maq_cache_commit_validate (const char *commit,
                           GError    **error)
{
  if (commit != NULL && maq_revision_is_commit (commit))
    return TRUE;

  g_autofree char *shown = g_strescape (commit != NULL ? commit : "", NULL);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "\"%.140s\" is not a commit of 40 hexadecimal digits", shown);
  return FALSE;
}

char *
maq_cache_dup_repo_path (MaqCache   *self,
                         MaqRepoKind kind,
                         const char *id)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), NULL);

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, NULL);
  return folder != NULL ? g_build_filename (self->root, folder, NULL) : NULL;
}

char *
maq_cache_dup_snapshot_path (MaqCache   *self,
                             MaqRepoKind kind,
                             const char *id,
                             const char *commit)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), NULL);

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, NULL);
  if (folder == NULL || !maq_cache_commit_validate (commit, NULL))
    return NULL;
  return g_build_filename (self->root, folder, "snapshots", commit, NULL);
}

int
maq_cache_open_existing_repo (MaqCache   *self,
                              MaqRepoKind kind,
                              const char *id)
{
  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, NULL);
  g_autofd int     root = folder != NULL ? maq_cache_open_root (self, FALSE, NULL) : -1;

  return root >= 0 ? maq_cache_open_repo (root, folder, FALSE, NULL) : -1;
}

char *
maq_cache_dup_commit (MaqCache   *self,
                      MaqRepoKind kind,
                      const char *id,
                      const char *revision)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), NULL);

  if (revision == NULL)
    revision = "main";
  if (maq_revision_is_commit (revision))
    return g_strdup (revision);
  if (!maq_revision_validate (revision, NULL))
    return NULL;

  g_autofd int     repo = maq_cache_open_existing_repo (self, kind, id);
  g_autofree char *path = g_build_filename ("refs", revision, NULL);
  g_autofree char *text = repo >= 0 ? maq_cache_read_text (repo, path) : NULL;
  // Some tools end the text with a newline.
  if (text == NULL || !maq_revision_is_commit (g_strstrip (text)))
    return NULL;
  return g_steal_pointer (&text);
}

gboolean
maq_cache_is_known_absent (MaqCache   *self,
                           MaqRepoKind kind,
                           const char *id,
                           const char *commit,
                           const char *path)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), FALSE);

  g_autofree char *repo = maq_cache_dup_repo_path (self, kind, id);
  if (repo == NULL || !maq_cache_commit_validate (commit, NULL) || !maq_repo_path_validate (path, NULL))
    return FALSE;
  g_autofree char *file = g_build_filename (repo, ".no_exist", commit, path, NULL);
  return g_file_test (file, G_FILE_TEST_IS_REGULAR);
}

void
maq_cache_note_absent (MaqCache   *self,
                       MaqRepoKind kind,
                       const char *id,
                       const char *commit,
                       const char *path)
{
  g_return_if_fail (MAQ_IS_CACHE (self));

  if (!maq_cache_commit_validate (commit, NULL) || !maq_repo_path_validate (path, NULL))
    return;

  // Only in a repo that is here already: a folder without snapshots is damage to other tools. Failing costs one request later.
  g_autofd int repo = maq_cache_open_existing_repo (self, kind, id);
  if (repo < 0)
    return;
  g_autofree char *relative = g_build_filename (".no_exist", commit, path, NULL);
  const char      *name = NULL;
  g_autofd int     folder = maq_cache_open_parent (repo, relative, TRUE, &name, NULL);
  if (folder < 0)
    return;
  g_autofd int fd G_GNUC_UNUSED = openat (folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
}

gboolean
maq_cache_write_ref (MaqCache   *self,
                     MaqRepoKind kind,
                     const char *id,
                     const char *revision,
                     const char *commit,
                     GError    **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), FALSE);

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, error);
  if (revision == NULL)
    revision = "main";
  if (folder == NULL || !maq_revision_validate (revision, error) || !maq_cache_commit_validate (commit, error))
    return FALSE;

  // A ref to a commit without a folder makes other tools call the whole repo damaged: the folder comes first.
  g_autofree char *ref = g_build_filename ("refs", revision, NULL);
  g_autofree char *snapshot = g_build_filename ("snapshots", commit, NULL);
  g_autofd int     existing = maq_cache_open_existing_repo (self, kind, id);
  g_autofd int     here = existing >= 0 ? maq_cache_open_folder (existing, snapshot, FALSE, NULL) : -1;
  g_autofree char *old = existing >= 0 ? maq_cache_read_text (existing, ref) : NULL;
  gboolean         is_commit = g_str_equal (revision, commit);
  if (here >= 0 && (is_commit || g_strcmp0 (old, commit) == 0))
    return TRUE;

  g_autofd int root = maq_cache_open_root (self, TRUE, error);
  g_autofd int repo = root >= 0 ? maq_cache_open_repo (root, folder, TRUE, error) : -1;
  g_autofd int made = repo >= 0 ? maq_cache_open_folder (repo, snapshot, TRUE, error) : -1;
  if (made < 0 || is_commit)
    return made >= 0;

  return maq_cache_write_text (repo, ref, commit, error);
}

guint64
maq_cache_get_free_bytes_at (MaqCache   *self,
                             const char *place)
{
  g_mutex_lock (&self->lock);
  guint64 set = self->free_bytes;
  g_mutex_unlock (&self->lock);
  if (set != G_MAXUINT64)
    return set;

  // It may not be there yet: its nearest folder that is has the same file system.
  g_autofree char *path = g_strdup (place);
  struct statvfs   info;
  while (statvfs (path, &info) != 0)
    {
      if (errno != ENOENT || g_str_equal (path, "/"))
        return G_MAXUINT64;
      char *parent = g_path_get_dirname (path);
      g_free (path);
      path = parent;
    }
  guint64 bytes = (guint64) info.f_bavail * info.f_frsize;
  guint64 reserve = MIN ((guint64) info.f_blocks * info.f_frsize / 20, RESERVE);
  return bytes > reserve ? bytes - reserve : 0;
}

guint64
maq_cache_get_free_bytes (MaqCache *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), G_MAXUINT64);
  return maq_cache_get_free_bytes_at (self, self->root);
}

void
maq_cache_set_free_bytes (MaqCache *self,
                          guint64   bytes)
{
  g_return_if_fail (MAQ_IS_CACHE (self));

  g_mutex_lock (&self->lock);
  self->free_bytes = bytes;
  g_mutex_unlock (&self->lock);
}

// The size of what a name in blobs/ stands for, or -1.
static gint64
get_blob_size (MaqCache   *self,
               MaqRepoKind kind,
               const char *id,
               const char *name)
{
  g_autofd int repo = maq_cache_open_existing_repo (self, kind, id);
  g_autofd int blobs = repo >= 0 ? maq_cache_open_folder (repo, "blobs", FALSE, NULL) : -1;
  struct stat  info;

  return blobs >= 0 && maq_cache_stat_blob (repo, blobs, name, &info) ? info.st_size : -1;
}

gboolean
maq_cache_has_blob (MaqCache   *self,
                    MaqRepoKind kind,
                    const char *id,
                    const char *etag,
                    guint64     size)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), FALSE);

  return maq_cache_etag_validate (etag, NULL) && get_blob_size (self, kind, id, etag) == (gint64) size;
}

gboolean
maq_cache_has_twin (MaqCache   *self,
                    MaqRepoKind kind,
                    const char *id,
                    const char *etag,
                    guint64     size,
                    const char *xet)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), FALSE);

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, NULL);
  g_autofd int     root = folder != NULL && maq_cache_get_use_links (self) ? maq_cache_open_root (self, FALSE, NULL) : -1;
  return root >= 0 && maq_cache_can_take_twin (root, folder, etag, size, xet);
}

char *
maq_cache_dup_content_path (MaqCache   *self,
                            MaqRepoKind kind,
                            const char *id,
                            const char *commit,
                            const char *path,
                            const char *etag,
                            guint64     size,
                            const char *xet)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), NULL);

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, NULL);
  if (folder == NULL || !maq_cache_etag_validate (etag, NULL))
    return NULL;
  if (get_blob_size (self, kind, id, etag) == (gint64) size)
    return g_build_filename (self->root, folder, "blobs", etag, NULL);
  // A cache without links has it in the snapshot only.
  g_autofree char *file = maq_cache_dup_file_path (self, kind, id, commit, path);
  struct stat      info;
  if (file != NULL && stat (file, &info) == 0 && (guint64) info.st_size == size)
    return g_steal_pointer (&file);
  g_autofd int     root = maq_cache_open_root (self, FALSE, NULL);
  g_autofree char *twin = root >= 0 ? maq_cache_dup_twin (root, folder, etag, size, xet) : NULL;
  return twin != NULL ? g_build_filename (self->root, twin, NULL) : NULL;
}

guint64
maq_cache_get_partial_size (MaqCache   *self,
                            MaqRepoKind kind,
                            const char *id,
                            const char *etag,
                            guint64     size,
                            const char *tag)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), 0);

  if (!maq_cache_etag_validate (etag, NULL) || !maq_cache_tag_is_valid (tag))
    return 0;
  g_autofree char *name = maq_cache_dup_partial_name (etag, tag);
  g_autofd int     repo = maq_cache_open_existing_repo (self, kind, id);
  g_autofd int     blobs = repo >= 0 ? maq_cache_open_folder (repo, "blobs", FALSE, NULL) : -1;
  return blobs >= 0 ? maq_cache_partial_measure (blobs, name, size) : 0;
}

gboolean
maq_cache_remove_partials (MaqCache   *self,
                           MaqRepoKind kind,
                           const char *id,
                           const char *tag)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), FALSE);

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, NULL);
  g_autofd int     root = folder != NULL && maq_cache_tag_is_valid (tag) ? maq_cache_open_root (self, FALSE, NULL) : -1;
  g_autofd int     repo = root >= 0 ? maq_cache_open_repo (root, folder, FALSE, NULL) : -1;
  g_autofd int     blobs = repo >= 0 ? maq_cache_open_folder (repo, "blobs", FALSE, NULL) : -1;
  if (blobs < 0)
    return TRUE;

  g_autofree char *suffix = maq_cache_dup_partial_name ("", tag);
  g_auto (GStrv) names = maq_cache_list_folder (blobs);
  gboolean all = TRUE;
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_suffix (names[i], suffix))
      {
        g_autofree char *etag = g_strndup (names[i], strlen (names[i]) - strlen (suffix));
        int              lock = maq_cache_lock_blob (root, folder, etag, NULL);
        if (lock == -1)
          all = FALSE;
        else
          unlinkat (blobs, names[i], 0);
        if (lock >= 0)
          close (lock);
      }
  maq_cache_tidy (root, repo, folder);
  return all;
}

void
maq_cache_tidy (int         root,
                int         repo,
                const char *repo_folder)
{
  maq_cache_remove_empty (repo, "blobs");

  // A repo without snapshots/ is damage to other tools, so that goes only together with the repo itself; so do the lists in trees/.
  g_auto (GStrv) names = maq_cache_list_folder (repo);
  gboolean has_trees = g_strcmp0 (names[0], "snapshots") == 0 && g_strcmp0 (names[1], "trees") == 0;
  if (g_strcmp0 (names[0], "snapshots") == 0 && names[has_trees ? 2 : 1] == NULL)
    {
      maq_cache_remove_empty (repo, "snapshots");
      if (has_trees && faccessat (repo, "snapshots", F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        maq_cache_remove_tree (repo, "trees", NULL, NULL);
      unlinkat (root, repo_folder, AT_REMOVEDIR);
    }
}
