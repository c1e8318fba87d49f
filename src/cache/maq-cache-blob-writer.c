// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-writer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "maq-cache-shared.h"

// The shared cache: a file grows in blobs/. The snapshot's link is made last, so a link that resolves always leads to a whole file.

#define CHUNK (256u << 10)

typedef struct
{
  char    *repo_folder;
  char    *file; // in the snapshot, relative to the repo's folder
  int      root_fd;
  int      repo_fd;
  gboolean in_blob; // the blob is there
} Blob;

static void
blob_free (gpointer place)
{
  Blob *self = place;

  g_clear_fd (&self->root_fd, NULL);
  g_clear_fd (&self->repo_fd, NULL);
  g_free (self->repo_folder);
  g_free (self->file);
  g_free (self);
}

static void
close_all (MaqCacheWriter *writer,
           Blob           *self)
{
  g_clear_pointer (&writer->content, maq_cache_partial_close);
  g_clear_fd (&writer->lock_fd, NULL);
  g_clear_fd (&writer->folder_fd, NULL);
  g_clear_fd (&self->repo_fd, NULL);
  g_clear_fd (&self->root_fd, NULL);
}

// A link to the shared store is as good as a file; a link to nothing is not there, and is replaced in the end.
static gboolean
has_blob (MaqCacheWriter *writer,
          Blob           *self)
{
  struct stat info;

  return maq_cache_stat_blob (self->repo_fd, writer->folder_fd, writer->etag, &info) && (guint64) info.st_size == writer->size;
}

static gboolean
begin (MaqCacheWriter *writer,
       Blob           *self,
       const char     *commit,
       const char     *xet,
       GError        **error)
{
  g_autofree char *snapshot = g_build_filename ("snapshots", commit, NULL);

  self->root_fd = maq_cache_open_root (writer->cache, TRUE, error);
  if (self->root_fd < 0)
    return FALSE;
  self->repo_fd = maq_cache_open_repo (self->root_fd, self->repo_folder, TRUE, error);
  if (self->repo_fd < 0)
    return FALSE;
  g_autofd int commit_fd = maq_cache_open_folder (self->repo_fd, snapshot, TRUE, error);
  if (commit_fd < 0)
    return FALSE;
  writer->folder_fd = maq_cache_open_folder (self->repo_fd, "blobs", TRUE, error);
  if (writer->folder_fd < 0)
    return FALSE;

  g_autoptr (GError) locked = NULL;
  writer->lock_fd = maq_cache_lock_blob (self->root_fd, self->repo_folder, writer->etag, &locked);
  // Looked at after locking: the one who held the lock may just have finished it.
  writer->is_complete = self->in_blob = has_blob (writer, self);
  if (self->in_blob)
    return TRUE;
  if (writer->lock_fd == -1)
    {
      g_propagate_error (error, g_steal_pointer (&locked));
      return FALSE;
    }
  // Without links the blob would only be copied into the snapshot.
  writer->is_complete = self->in_blob = maq_cache_get_use_links (writer->cache) &&
                                        maq_cache_take_twin (self->root_fd, writer->folder_fd, self->repo_folder, writer->etag, writer->size, xet);
  if (self->in_blob)
    {
      unlinkat (writer->folder_fd, writer->partial, 0);
      return TRUE;
    }
  if (writer->lock_fd >= 0 && writer->size >= MAQ_CACHE_ADOPT_FROM && maq_cache_lock_excludes (self->root_fd, self->repo_folder, writer->etag))
    maq_cache_writer_adopt (writer);
  return maq_cache_writer_open (writer, NULL, maq_cache_get_free_bytes (writer->cache), maq_cache_get_root (writer->cache), error);
}

// Copies the blob to a new partial file, for a cache without links.
static gboolean
copy_blob (MaqCacheWriter *writer,
           Blob           *self,
           GError        **error)
{
  struct stat info;
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open_of_repo (self->repo_fd);
  g_autofd int in = maq_cache_shared_open_content (store, writer->folder_fd, writer->etag, &info, error);
  if (in < 0)
    return FALSE;

  g_autofd int       out = openat (writer->folder_fd, writer->partial, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gssize             length = out >= 0 ? 1 : -1;

  while (length > 0 && (length = read (in, chunk, CHUNK)) > 0)
    if (write (out, chunk, length) != length)
      length = -1;
  if (length == 0 && fsync (out) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot copy", writer->etag);
  unlinkat (writer->folder_fd, writer->partial, 0);
  return FALSE;
}

// "../../blobs/<etag>", one ../ more for each folder inside the snapshot: relative, so that the cache can be moved.
static char *
dup_link_target (MaqCacheWriter *writer,
                 Blob           *self)
{
  g_autoptr (GString) target = g_string_new (NULL);

  for (const char *at = strchr (self->file, '/'); at != NULL; at = strchr (at + 1, '/'))
    g_string_append (target, "../");
  g_string_append_printf (target, "blobs/%s", writer->etag);
  return g_string_free (g_steal_pointer (&target), FALSE);
}

static gboolean
says_no_links (int code)
{
  return code == EPERM || code == EOPNOTSUPP || code == ENOTSUP || code == ENOSYS || code == EINVAL;
}

// Makes the snapshot's file a link to the blob. *UNSUPPORTED: this file system has none.
static gboolean
make_link (MaqCacheWriter *writer,
           Blob           *self,
           int             folder,
           const char     *name,
           gboolean       *unsupported,
           GError        **error)
{
  g_autofree char *target = dup_link_target (writer, self);

  // What is there already, a link to somewhere else or a damaged file, gives way; a folder does not.
  if (unlinkat (folder, name, 0) != 0 && errno != ENOENT)
    {
      maq_cache_set_errno (error, errno, "Cannot replace", self->file);
      return FALSE;
    }
  if (symlinkat (target, folder, name) == 0 || errno == EEXIST)
    return TRUE;
  *unsupported = says_no_links (errno);
  if (!*unsupported)
    maq_cache_set_errno (error, errno, "Cannot link", self->file);
  return FALSE;
}

// Where links work the blob gets its name and the snapshot a link; elsewhere the file itself goes into the snapshot, copied if
// the blob was there before. The link is its own probe.
static gboolean
place (MaqCacheWriter *writer,
       gpointer        data,
       GError        **error)
{
  Blob        *self = data;
  const char  *name = NULL;
  g_autofd int folder = maq_cache_open_parent (self->repo_fd, self->file, TRUE, &name, error);
  gboolean     unsupported = !maq_cache_get_use_links (writer->cache);
  gboolean     fresh = !self->in_blob;

  if (folder < 0)
    return FALSE;
  if (!unsupported)
    {
      if (fresh && !maq_cache_writer_rename (writer, writer->partial, writer->folder_fd, writer->etag, error))
        return FALSE;
      // The name must be on the disk before the link is: a link to nothing makes other tools call the repo damaged.
      if (fresh)
        fsync (writer->folder_fd);
      self->in_blob = TRUE;
      maq_cache_writer_close_content (writer);
      if (make_link (writer, self, folder, name, &unsupported, error))
        return TRUE;
      if (!unsupported)
        return FALSE;
      if (fresh)
        return maq_cache_writer_rename (writer, writer->etag, folder, name, error);
    }
  else if (fresh)
    return maq_cache_writer_rename (writer, writer->partial, folder, name, error);
  return copy_blob (writer, self, error) && maq_cache_writer_rename (writer, writer->partial, folder, name, error);
}

static char *
dup_path (MaqCacheWriter *writer,
          gpointer        data)
{
  Blob *self = data;

  return g_build_filename (maq_cache_get_root (writer->cache), self->repo_folder, self->file, NULL);
}

static void
tidy (MaqCacheWriter *writer,
      gpointer        data)
{
  Blob *self = data;

  maq_cache_tidy (self->root_fd, self->repo_fd, self->repo_folder);
}

static const MaqCacheLayout layout = { .place = place, .dup_path = dup_path, .tidy = tidy, .free = blob_free };

MaqCacheWriter *
maq_cache_writer_begin (MaqCache   *cache,
                        MaqRepoKind kind,
                        const char *id,
                        const char *commit,
                        const char *path,
                        const char *etag,
                        guint64     size,
                        const char *xet,
                        const char *tag,
                        GError    **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE (cache), NULL);
  g_return_val_if_fail (tag == NULL || maq_cache_tag_is_valid (tag), NULL);

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, error);
  if (folder == NULL || !maq_cache_commit_validate (commit, error) || !maq_repo_path_validate (path, error) ||
      !maq_cache_etag_validate (etag, error))
    return NULL;

  g_autofree char *random = g_strdup_printf ("%08x", g_random_int ());
  Blob            *self = g_new0 (Blob, 1);
  self->root_fd = self->repo_fd = -1;
  self->repo_folder = g_steal_pointer (&folder);
  self->file = g_build_filename ("snapshots", commit, path, NULL);
  g_autoptr (MaqCacheWriter) writer = maq_cache_writer_new (cache, &layout, self, etag, size, maq_cache_dup_partial_name (etag, tag != NULL ? tag : random));

  // A file that is here needs no write at all: a read-only cache is as good as another.
  g_autofree char *here = maq_cache_dup_file_path (cache, kind, id, commit, path);
  GStatBuf         info;
  writer->is_complete = writer->is_placed = here != NULL && g_stat (here, &info) == 0 && (guint64) info.st_size == size;
  g_autoptr (GError) failed = NULL;
  if (writer->is_placed || begin (writer, self, commit, xet, &failed))
    return g_steal_pointer (&writer);
  // Another writer may just have tidied up a folder that was still empty: once more.
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      close_all (writer, self);
      g_clear_error (&failed);
      if (begin (writer, self, commit, xet, &failed))
        return g_steal_pointer (&writer);
    }
  if (writer->content != NULL && maq_cache_partial_measure (writer->folder_fd, writer->partial, size) == 0)
    maq_cache_writer_discard (writer);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}
