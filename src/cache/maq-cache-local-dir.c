// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-local-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "maq-cache-care-private.h"
#include "maq-cache-partial.h"
#include "maq-cache-private.h"

// Nothing is held open between two calls, so that a drive can be taken away and come back.

struct _MaqCacheLocalDir
{
  GObject     parent_instance;
  MaqCache   *cache;
  char       *path;
  char       *real;   // of the path, links resolved
  char       *root;   // of the cache, links resolved
  gboolean    is_new; // it was made here
  GMutex      lock;   // guards what follows
  GHashTable *right;  // of files that were read and found right: path → identity and etag
};

G_DEFINE_FINAL_TYPE (MaqCacheLocalDir, maq_cache_local_dir, G_TYPE_OBJECT)

static void
maq_cache_local_dir_finalize (GObject *object)
{
  MaqCacheLocalDir *self = MAQ_CACHE_LOCAL_DIR (object);

  g_clear_object (&self->cache);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->real, g_free);
  g_clear_pointer (&self->root, g_free);
  g_clear_pointer (&self->right, g_hash_table_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (maq_cache_local_dir_parent_class)->finalize (object);
}

static void
maq_cache_local_dir_class_init (MaqCacheLocalDirClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_cache_local_dir_finalize;
}

static void
maq_cache_local_dir_init (MaqCacheLocalDir *self)
{
  g_mutex_init (&self->lock);
  self->right = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

// PATH with the links in what of it exists resolved.
static char *
resolve (const char *path)
{
  char *real = realpath (path, NULL);

  if (real != NULL || g_str_equal (path, "/"))
    return real != NULL ? real : g_strdup (path);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *above = resolve (parent);
  return g_build_filename (above, name, NULL);
}

// Whether PATH is FOLDER or in it.
static gboolean
is_in (const char *path,
       const char *folder)
{
  gsize length = strlen (folder);

  return g_str_has_prefix (path, folder) && (path[length] == '/' || path[length] == '\0' || g_str_equal (folder, "/"));
}

MaqCacheLocalDir *
maq_cache_local_dir_new (MaqCache   *cache,
                         const char *path,
                         GError    **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE (cache), NULL);
  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);

  g_autoptr (MaqCacheLocalDir) self = g_object_new (MAQ_TYPE_CACHE_LOCAL_DIR, NULL);
  g_autofree char *home = resolve (g_get_home_dir ());
  g_autofree char *shown = g_filename_display_name (path);
  self->cache = g_object_ref (cache);
  self->path = g_canonicalize_filename (path, NULL);
  self->real = resolve (self->path);
  self->root = resolve (maq_cache_get_root (cache));
  if (is_in (home, self->real))
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSUITABLE, "%s is no folder for downloads: programs are started by the names of files there. Choose a folder in it", shown);
  else if (is_in (self->real, self->root))
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSUITABLE, "%s is in the cache, which has an order of its own. Choose a folder outside it", shown);
  else
    return g_steal_pointer (&self);
  return NULL;
}

const char *
maq_cache_local_dir_get_path (MaqCacheLocalDir *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), NULL);
  return self->path;
}

MaqCache *
maq_cache_local_dir_get_cache (MaqCacheLocalDir *self)
{
  return self->cache;
}

static void
set_missing (MaqCacheLocalDir *self,
             GError          **error)
{
  g_autofree char *shown = g_filename_display_name (self->path);

  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISSING, "The folder %s is not there any more. Connect its drive, or start the download anew", shown);
}

// What the kernel says of a drive that was taken away.
static gboolean
says_missing (int code)
{
  return code == ENOENT || code == ENODEV || code == ENXIO || code == ENOTCONN || code == ESTALE;
}

int
maq_cache_local_dir_open (MaqCacheLocalDir *self,
                          GError          **error)
{
  int fd = open (self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0 && says_missing (errno))
    set_missing (self, error);
  else if (fd < 0)
    maq_cache_set_errno (error, errno, "Cannot open the folder", self->path);
  return fd;
}

static int
open_state (MaqCacheLocalDir *self)
{
  g_autofd int folder = maq_cache_local_dir_open (self, NULL);

  return folder >= 0 ? maq_cache_open_folder (folder, MAQ_CACHE_LOCAL_STATE, FALSE, NULL) : -1;
}

static void
write_ignore (int state)
{
  g_autofd int fd = openat (state, ".gitignore", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

  // Without it git shows a few files more.
  if (fd >= 0 && write (fd, "*", 1) != 1)
    unlinkat (state, ".gitignore", 0);
}

gboolean
maq_cache_local_dir_prepare (MaqCacheLocalDir *self,
                             gboolean          create,
                             GError          **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), FALSE);

  g_autoptr (GError) failed = NULL;
  self->is_new |= create && !g_file_test (self->path, G_FILE_TEST_EXISTS);
  if (create && g_mkdir_with_parents (self->path, 0777) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot create the folder", self->path);
      return FALSE;
    }
  g_autofd int folder = maq_cache_local_dir_open (self, error);
  if (folder < 0)
    return FALSE;
  g_autofd int state = maq_cache_open_folder (folder, MAQ_CACHE_LOCAL_STATE, create, &failed);
  if (state >= 0)
    {
      maq_cache_write_tag (state);
      write_ignore (state);
      return TRUE;
    }
  // The empty folder on which a drive is mounted when it is there.
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    set_missing (self, error);
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

guint64
maq_cache_local_dir_get_free_bytes (MaqCacheLocalDir *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), G_MAXUINT64);
  return maq_cache_get_free_bytes_at (self->cache, self->path);
}

gboolean
maq_cache_local_dir_can_share (MaqCacheLocalDir *self,
                               const char       *source)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), FALSE);

  // It may not be there yet: its nearest folder that is has the same file system.
  g_autofree char *path = g_strdup (self->path);
  while (!g_file_test (path, G_FILE_TEST_IS_DIR) && !g_str_equal (path, "/"))
    {
      char *parent = g_path_get_dirname (path);
      g_free (path);
      path = parent;
    }
  g_autofd int from = open (source, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_autofd int to = from >= 0 ? open (path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
  return to >= 0 && ioctl (to, FICLONE, from) == 0;
}

gboolean
maq_cache_local_dir_folds_case (MaqCacheLocalDir *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), FALSE);

  g_autofd int state = open_state (self);
  return state >= 0 && faccessat (state, ".GITIGNORE", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
is_segment (const char *segment,
            const char *name)
{
  g_autofree char *folded = segment != NULL ? g_utf8_casefold (segment, -1) : NULL;

  return g_strcmp0 (folded, name) == 0;
}

gboolean
maq_cache_local_dir_validate (MaqCacheLocalDir *self,
                              const char       *path,
                              GError          **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), FALSE);

  if (!maq_repo_path_validate (path, error))
    return FALSE;
  // Some file systems do not tell upper from lower case.
  g_auto (GStrv) segments = g_strsplit_set (path, "/\\", 3);
  g_autofree char *full = g_build_filename (self->real, path, NULL);
  gboolean         is_state = is_segment (segments[0], ".cache") && (segments[1] == NULL || is_segment (segments[1], "huggingface"));
  if (!is_state && !is_in (full, self->root))
    return TRUE;
  g_autofree char *shown = g_strescape (path, NULL);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "\"%s\" cannot be a file in %s: what is known of downloads is kept there", shown, self->path);
  return FALSE;
}

// Whether the file NAME in PARENT has the content that ETAG says. What was read once and did not change since is not read again.
static gboolean
is_right (MaqCacheLocalDir *self,
          int               parent,
          const char       *name,
          const char       *path,
          const char       *etag,
          const char       *identity)
{
  MaqCacheHash     kind = maq_cache_get_hash_of_name (etag);
  g_autofree char *key = g_strconcat (identity, " ", etag, NULL);

  g_mutex_lock (&self->lock);
  gboolean known = g_strcmp0 (g_hash_table_lookup (self->right, path), key) == 0;
  g_mutex_unlock (&self->lock);
  if (known || kind == MAQ_CACHE_HASH_NONE)
    return known;

  struct stat      info;
  g_autofd int     fd = openat (parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  g_autofree char *now = fd >= 0 && fstat (fd, &info) == 0 ? maq_cache_dup_identity (&info) : NULL;
  g_autofree char *hash = g_strcmp0 (now, identity) == 0 ? maq_cache_hash_fd (fd, &info, kind, NULL, NULL) : NULL;
  if (g_strcmp0 (hash, etag) != 0)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->right, g_strdup (path), g_steal_pointer (&key));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

// Opens the folder that holds PATH. -1 without an error if it is not there.
static int
open_parent (MaqCacheLocalDir *self,
             int               folder,
             const char       *path,
             const char      **name,
             GError          **error)
{
  g_autoptr (GError) failed = NULL;
  int fd = maq_cache_open_parent (folder, path, FALSE, name, &failed);

  if (fd >= 0 || g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return fd;
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY))
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED, "A file in %s has the name of a folder that is needed for %s. Move it away, or choose another folder", self->path, path);
  else if (g_error_matches (failed, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE))
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED, "A link in %s is in the way of %s and is not followed. Put a folder in its place, or choose another folder", self->path, path);
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return -1;
}

gboolean
maq_cache_local_dir_judge (MaqCacheLocalDir   *self,
                           int                 folder,
                           const char         *commit,
                           const char         *path,
                           const char         *etag,
                           guint64             size,
                           MaqCacheLocalState *state,
                           gboolean           *has_note,
                           char              **identity,
                           GError            **error)
{
  g_autoptr (GError) failed = NULL;
  g_auto (MaqCacheLocalNote) note = { 0 };
  const char  *name = NULL;
  g_autofd int parent = open_parent (self, folder, path, &name, &failed);
  struct stat  info;

  *state = MAQ_CACHE_LOCAL_ABSENT;
  *has_note = FALSE;
  *identity = NULL;
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (parent < 0 || fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return TRUE;

  *state = MAQ_CACHE_LOCAL_OTHER;
  *identity = maq_cache_dup_identity (&info);
  if (S_ISDIR (info.st_mode))
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED, "%s is a folder in %s. Move it away, or choose another folder", path, self->path);
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    return TRUE;
  // Python's rule: the time of a file may be less exact than that of the note.
  gboolean is_noted = maq_cache_local_read_note (folder, path, &note) && info.st_mtim.tv_sec + info.st_mtim.tv_nsec / 1e9 - 1 <= note.time;
  gboolean is_etag = is_noted && g_strcmp0 (note.etag, etag) == 0;
  gboolean is_whole = etag == NULL || (guint64) info.st_size == size;
  *has_note = is_noted && is_whole && g_str_equal (note.commit, commit);
  if (*has_note || (is_whole && is_etag))
    *state = MAQ_CACHE_LOCAL_CURRENT;
  else if (is_noted && !is_etag && !g_str_equal (note.commit, commit))
    *state = MAQ_CACHE_LOCAL_OUTDATED;
  else if (etag != NULL && is_whole && is_right (self, parent, name, path, etag, *identity))
    *state = MAQ_CACHE_LOCAL_CURRENT;
  return TRUE;
}

gboolean
maq_cache_local_dir_look (MaqCacheLocalDir   *self,
                          const char         *commit,
                          const char         *path,
                          const char         *etag,
                          guint64             size,
                          MaqCacheLocalState *state,
                          GError            **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), FALSE);

  *state = MAQ_CACHE_LOCAL_ABSENT;
  if (!maq_cache_commit_validate (commit, error) || !maq_cache_local_dir_validate (self, path, error) || (etag != NULL && !maq_cache_etag_validate (etag, error)))
    return FALSE;
  g_autofd int     folder = maq_cache_local_dir_open (self, NULL);
  gboolean         has_note = FALSE;
  g_autofree char *identity = NULL;
  return folder < 0 || maq_cache_local_dir_judge (self, folder, commit, path, etag, size, state, &has_note, &identity, error);
}

GPtrArray *
maq_cache_local_dir_read_tree (MaqCacheLocalDir *self,
                               const char       *commit)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), NULL);

  g_autofd int state = maq_cache_commit_validate (commit, NULL) ? open_state (self) : -1;
  return state >= 0 ? maq_cache_read_tree_in (state, commit) : NULL;
}

void
maq_cache_local_dir_write_tree (MaqCacheLocalDir *self,
                                const char       *commit,
                                GPtrArray        *files)
{
  g_return_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self));

  g_autoptr (GError) error = NULL;
  g_autofd int state = maq_cache_commit_validate (commit, NULL) ? open_state (self) : -1;
  if (state >= 0 && !maq_cache_write_tree_in (state, commit, files, &error))
    g_info ("The list of files in %s is not kept: %s", self->path, error->message);
}

guint64
maq_cache_local_dir_get_partial_size (MaqCacheLocalDir *self,
                                      const char       *path,
                                      const char       *etag,
                                      guint64           size,
                                      const char       *tag)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), 0);

  if (!maq_repo_path_validate (path, NULL) || !maq_cache_etag_validate (etag, NULL) || !maq_cache_tag_is_valid (tag))
    return 0;
  g_autofree char *place = maq_cache_local_dup_state_path (path, "");
  g_autofree char *partial = maq_cache_local_dup_partial_name (path, etag, tag);
  const char      *name = NULL;
  g_autofd int     state = open_state (self);
  g_autofd int     folder = state >= 0 ? maq_cache_open_parent (state, place, FALSE, &name, NULL) : -1;
  return folder >= 0 ? maq_cache_partial_measure (folder, partial, size) : 0;
}

// The name of the lock that a partial file in FOLDER is written under, NULL if there is none (transfer full).
static char *
dup_lock_of (int         folder,
             const char *partial)
{
  g_auto (GStrv) names = maq_cache_list_folder (folder);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_suffix (names[i], ".lock"))
      {
        g_autofree char *base = g_strndup (names[i], strlen (names[i]) - strlen (".lock"));
        g_autofree char *prefix = maq_cache_local_dup_partial_name (base, "", "");
        prefix[strcspn (prefix, ".")] = '\0';
        if (g_str_has_prefix (partial, prefix))
          return g_strdup (names[i]);
      }
  return NULL;
}

// FALSE if it is being written and stays.
static gboolean
remove_partial (int         folder,
                const char *partial)
{
  g_autofree char *lock = dup_lock_of (folder, partial);
  int              held = lock != NULL ? maq_cache_lock_name (folder, lock, NULL) : MAQ_CACHE_NO_LOCK;

  if (held == -1)
    return FALSE;
  unlinkat (folder, partial, 0);
  if (held >= 0)
    maq_cache_local_end_lock (held, folder, lock);
  return TRUE;
}

static gboolean
remove_partials (int         folder,
                 const char *suffix,
                 guint       depth)
{
  g_auto (GStrv) names = maq_cache_list_folder (folder);
  gboolean all = TRUE;

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofd int below = g_str_has_suffix (names[i], ".metadata") || depth > MAQ_CACHE_MAX_DEPTH ? -1 : maq_cache_open_folder (folder, names[i], FALSE, NULL);
      if (below >= 0)
        all = remove_partials (below, suffix, depth + 1) && all;
      else if (g_str_has_suffix (names[i], suffix))
        all = remove_partial (folder, names[i]) && all;
    }
  return all;
}

// Leaves nothing of a download of which nothing came.
static void
tidy (MaqCacheLocalDir *self,
      int               state)
{
  static const char *const ours[] = { ".gitignore", "CACHEDIR.TAG", "trees", NULL };
  g_autofd int             folder = maq_cache_local_dir_open (self, NULL);

  maq_cache_remove_empty (state, "download");
  g_auto (GStrv) names = maq_cache_list_folder (state);
  for (guint i = 0; names[i] != NULL; i++)
    if (!g_strv_contains (ours, names[i]))
      return;
  for (guint i = 0; ours[i] != NULL; i++)
    maq_cache_remove_tree (state, ours[i], NULL, NULL);
  unlinkat (folder, MAQ_CACHE_LOCAL_STATE, AT_REMOVEDIR);
  unlinkat (folder, ".cache", AT_REMOVEDIR);
  if (self->is_new)
    g_rmdir (self->path);
}

gboolean
maq_cache_local_dir_remove_partials (MaqCacheLocalDir *self,
                                     const char       *tag)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (self), FALSE);

  g_autofd int state = maq_cache_tag_is_valid (tag) ? open_state (self) : -1;
  g_autofd int download = state >= 0 ? maq_cache_open_folder (state, "download", FALSE, NULL) : -1;
  if (state < 0)
    return TRUE;
  g_autofree char *suffix = maq_cache_dup_partial_name ("", tag);
  gboolean         all = download < 0 || remove_partials (download, suffix, 0);
  tidy (self, state);
  return all;
}
