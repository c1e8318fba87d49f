// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

// A file grows in blobs/ under a name of ours, is hashed while it grows, and gets its final name only when length and hash are
// right. The snapshot's link is made last, so a link that resolves always leads to a whole file.

#define CHUNK (256u << 10)
// Dirty pages are handed to the disk this often, so that the fsync at the end has little left to do.
#define FLUSH_EVERY (G_GUINT64_CONSTANT (64) << 20)
// Below this, looking through blobs/ for a partial file to adopt costs more than fetching the file.
#define ADOPT_FROM (1u << 20)

struct _MaqCacheWriter
{
  GObject     parent_instance;
  MaqCache   *cache;
  char       *repo_folder;
  char       *file; // in the snapshot, relative to the repo's folder
  char       *etag;
  char       *partial;
  guint64     size;
  guint64     offset;  // bytes in the partial file
  guint64     hashed;  // bytes the hash has seen; behind offset only after a resume
  guint64     flushed; // bytes handed to the disk
  int         root_fd;
  int         repo_fd;
  int         blobs_fd;
  int         lock_fd;
  int         fd;
  EVP_MD_CTX *hash;    // NULL: the etag is no hash we know
  gboolean    linked;  // the snapshot's file is there
  gboolean    in_blob; // the blob is there
};

G_DEFINE_FINAL_TYPE (MaqCacheWriter, maq_cache_writer, G_TYPE_OBJECT)

static void
close_all (MaqCacheWriter *self)
{
  g_clear_fd (&self->fd, NULL);
  g_clear_fd (&self->lock_fd, NULL);
  g_clear_fd (&self->blobs_fd, NULL);
  g_clear_fd (&self->repo_fd, NULL);
  g_clear_fd (&self->root_fd, NULL);
}

static void
maq_cache_writer_finalize (GObject *object)
{
  MaqCacheWriter *self = MAQ_CACHE_WRITER (object);

  close_all (self);
  g_clear_pointer (&self->hash, EVP_MD_CTX_free);
  g_clear_pointer (&self->repo_folder, g_free);
  g_clear_pointer (&self->file, g_free);
  g_clear_pointer (&self->etag, g_free);
  g_clear_pointer (&self->partial, g_free);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (maq_cache_writer_parent_class)->finalize (object);
}

static void
maq_cache_writer_class_init (MaqCacheWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_cache_writer_finalize;
}

static void
maq_cache_writer_init (MaqCacheWriter *self)
{
  self->root_fd = self->repo_fd = self->blobs_fd = self->lock_fd = self->fd = -1;
}

gboolean
maq_cache_tag_is_valid (const char *tag)
{
  return tag != NULL && strlen (tag) == 8 && strspn (tag, "0123456789abcdef") == 8;
}

char *
maq_cache_dup_partial_name (const char *etag,
                            const char *tag)
{
  return g_strconcat (etag, ".maquette-", tag, ".incomplete", NULL);
}

static gboolean
is_hex_of_length (const char *text,
                  gsize       length)
{
  return strlen (text) == length && strspn (text, "0123456789abcdef") == length;
}

// Starts the hash the etag is: SHA-256 of the content, or git's SHA-1, which begins with the length.
static void
start_hash (MaqCacheWriter *self)
{
  const EVP_MD *kind = NULL;

  self->hashed = 0;
  g_clear_pointer (&self->hash, EVP_MD_CTX_free);
  if (is_hex_of_length (self->etag, 64))
    kind = EVP_sha256 ();
  else if (is_hex_of_length (self->etag, 40))
    kind = EVP_sha1 ();
  if (kind == NULL)
    return;

  self->hash = EVP_MD_CTX_new ();
  EVP_DigestInit_ex (self->hash, kind, NULL);
  if (kind == EVP_sha1 ())
    {
      g_autofree char *head = g_strdup_printf ("blob %" G_GUINT64_FORMAT, self->size);
      EVP_DigestUpdate (self->hash, head, strlen (head) + 1);
    }
}

static void
add_to_hash (MaqCacheWriter *self,
             const void     *data,
             gsize           length)
{
  if (self->hash != NULL)
    EVP_DigestUpdate (self->hash, data, length);
  self->hashed += length;
}

static gboolean
has_blob (MaqCacheWriter *self)
{
  struct stat info;

  return fstatat (self->blobs_fd, self->etag, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (info.st_mode) &&
         (guint64) info.st_size == self->size;
}

static gboolean
check_space (MaqCacheWriter *self,
             guint64         needed,
             GError        **error)
{
  guint64 free_bytes = maq_cache_get_free_bytes (self->cache);

  if (needed <= free_bytes)
    return TRUE;
  g_autofree char *need = g_format_size (needed);
  g_autofree char *have = g_format_size (free_bytes);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE, "%s are needed in %s, %s may be used", need, maq_cache_get_root (self->cache), have);
  return FALSE;
}

// A partial file of the same blob that a former run left behind gets our name. Only under the lock: then nobody writes it.
static void
adopt_partial (MaqCacheWriter *self)
{
  g_autofree char *prefix = g_strconcat (self->etag, ".maquette-", NULL);
  g_auto (GStrv) names = maq_cache_list_folder (self->blobs_fd);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], prefix) && g_str_has_suffix (names[i], ".incomplete") && !g_str_equal (names[i], self->partial))
      {
        if (faccessat (self->blobs_fd, self->partial, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
          renameat (self->blobs_fd, names[i], self->blobs_fd, self->partial);
        else
          unlinkat (self->blobs_fd, names[i], 0);
      }
}

static gboolean
open_partial (MaqCacheWriter *self,
              GError        **error)
{
  struct stat info;

  if (self->lock_fd >= 0 && self->size >= ADOPT_FROM)
    adopt_partial (self);

  self->fd = openat (self->blobs_fd, self->partial, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (self->fd >= 0 && (fstat (self->fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_nlink != 1))
    {
      // Something planted: never write through it.
      g_clear_fd (&self->fd, NULL);
      unlinkat (self->blobs_fd, self->partial, 0);
    }
  else if (self->fd < 0 && errno == ELOOP)
    unlinkat (self->blobs_fd, self->partial, 0);

  gboolean is_new = self->fd < 0;
  if (is_new)
    self->fd = openat (self->blobs_fd, self->partial, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (self->fd < 0)
    {
      maq_cache_set_errno (error, errno, "Cannot write", self->partial);
      return FALSE;
    }
  self->offset = self->flushed = is_new ? 0 : info.st_size;
  start_hash (self);
  return self->offset <= self->size || maq_cache_writer_restart (self, error);
}

static gboolean
begin (MaqCacheWriter *self,
       const char     *commit,
       GError        **error)
{
  g_autofree char *snapshot = g_build_filename ("snapshots", commit, NULL);

  self->root_fd = maq_cache_open_root (self->cache, TRUE, error);
  if (self->root_fd < 0)
    return FALSE;
  self->repo_fd = maq_cache_open_repo (self->root_fd, self->repo_folder, TRUE, error);
  if (self->repo_fd < 0)
    return FALSE;
  g_autofd int commit_fd = maq_cache_open_folder (self->repo_fd, snapshot, TRUE, error);
  if (commit_fd < 0)
    return FALSE;
  self->blobs_fd = maq_cache_open_folder (self->repo_fd, "blobs", TRUE, error);
  if (self->blobs_fd < 0)
    return FALSE;

  g_autoptr (GError) locked = NULL;
  self->lock_fd = maq_cache_lock_blob (self->root_fd, self->repo_folder, self->etag, &locked);
  // Looked at after locking: the one who held the lock may just have finished it.
  self->in_blob = has_blob (self);
  if (self->in_blob)
    return TRUE;
  if (self->lock_fd == -1)
    {
      g_propagate_error (error, g_steal_pointer (&locked));
      return FALSE;
    }
  return open_partial (self, error) && check_space (self, self->size - self->offset, error);
}

MaqCacheWriter *
maq_cache_writer_begin (MaqCache   *cache,
                        MaqRepoKind kind,
                        const char *id,
                        const char *commit,
                        const char *path,
                        const char *etag,
                        guint64     size,
                        const char *tag,
                        GError    **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE (cache), NULL);
  g_return_val_if_fail (tag == NULL || maq_cache_tag_is_valid (tag), NULL);

  g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, error);
  if (folder == NULL || !maq_cache_commit_validate (commit, error) || !maq_repo_path_validate (path, error) ||
      !maq_cache_etag_validate (etag, error))
    return NULL;

  g_autoptr (MaqCacheWriter) self = g_object_new (MAQ_TYPE_CACHE_WRITER, NULL);
  g_autofree char *random = g_strdup_printf ("%08x", g_random_int ());
  self->cache = g_object_ref (cache);
  self->repo_folder = g_steal_pointer (&folder);
  self->file = g_build_filename ("snapshots", commit, path, NULL);
  self->etag = g_strdup (etag);
  self->partial = maq_cache_dup_partial_name (etag, tag != NULL ? tag : random);
  self->size = size;

  // A file that is here needs no write at all: a read-only cache is as good as another.
  g_autofree char *here = maq_cache_dup_file_path (cache, kind, id, commit, path);
  GStatBuf         info;
  self->linked = here != NULL && g_stat (here, &info) == 0 && (guint64) info.st_size == size;
  g_autoptr (GError) failed = NULL;
  if (self->linked || begin (self, commit, &failed))
    return g_steal_pointer (&self);
  // Another writer may just have tidied up a folder that was still empty: once more.
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      close_all (self);
      g_clear_error (&failed);
      if (begin (self, commit, &failed))
        return g_steal_pointer (&self);
    }
  if (self->fd >= 0 && self->offset == 0)
    maq_cache_writer_discard (self);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

gboolean
maq_cache_writer_is_complete (MaqCacheWriter *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);
  return self->linked || self->in_blob;
}

guint64
maq_cache_writer_get_offset (MaqCacheWriter *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), 0);
  return maq_cache_writer_is_complete (self) ? self->size : self->offset;
}

const char *
maq_cache_writer_get_partial (MaqCacheWriter *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), NULL);
  return maq_cache_writer_is_complete (self) ? NULL : self->partial;
}

gboolean
maq_cache_writer_catch_up (MaqCacheWriter *self,
                           guint64         max_bytes,
                           guint64        *left,
                           GError        **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);

  g_autofree guint8 *chunk = self->hashed < self->offset ? g_malloc (CHUNK) : NULL;
  while (self->hashed < self->offset && max_bytes > 0)
    {
      gsize  wanted = MIN (MIN (CHUNK, max_bytes), self->offset - self->hashed);
      gssize length = pread (self->fd, chunk, wanted, self->hashed);
      if (length < 0 && errno == EINTR)
        continue;
      if (length <= 0)
        {
          maq_cache_set_errno (error, length < 0 ? errno : EIO, "Cannot read", self->partial);
          return FALSE;
        }
      add_to_hash (self, chunk, length);
      max_bytes -= length;
    }
  if (left != NULL)
    *left = self->offset - self->hashed;
  return TRUE;
}

// Somebody may clean up partial files while we write one, or, where locks exclude nobody, have taken ours over: what we write then
// would be lost, or spoil theirs.
static gboolean
check_still_there (MaqCacheWriter *self,
                   GError        **error)
{
  struct stat held, named;

  if (fstat (self->fd, &held) == 0 && held.st_nlink == 1 && (guint64) held.st_size == self->offset &&
      fstatat (self->blobs_fd, self->partial, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
      held.st_ino == named.st_ino && held.st_dev == named.st_dev)
    return TRUE;
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "Another program deleted or changed the partial file %s", self->partial);
  return FALSE;
}

gboolean
maq_cache_writer_append (MaqCacheWriter *self,
                         GBytes         *bytes,
                         GError        **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);
  g_return_val_if_fail (self->fd >= 0, FALSE);

  gsize         length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  if (length > self->size - self->offset)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH, "More than the %" G_GUINT64_FORMAT " bytes of the file arrived", self->size);
      return FALSE;
    }
  if (!maq_cache_writer_catch_up (self, G_MAXUINT64, NULL, error) || !check_still_there (self, error))
    return FALSE;

  while (length > 0)
    {
      gssize written = pwrite (self->fd, data, length, self->offset);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          maq_cache_set_errno (error, errno, "Cannot write", self->partial);
          return FALSE;
        }
      add_to_hash (self, data, written);
      self->offset += written;
      data += written;
      length -= written;
    }
  if (self->offset - self->flushed >= FLUSH_EVERY)
    {
      sync_file_range (self->fd, self->flushed, self->offset - self->flushed, SYNC_FILE_RANGE_WRITE);
      self->flushed = self->offset;
    }
  return TRUE;
}

gboolean
maq_cache_writer_restart (MaqCacheWriter *self,
                          GError        **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);
  g_return_val_if_fail (self->fd >= 0, FALSE);

  if (!check_still_there (self, error))
    return FALSE;
  self->offset = self->flushed = 0;
  start_hash (self);
  if (ftruncate (self->fd, 0) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot empty", self->partial);
  return FALSE;
}

static gboolean
check_content (MaqCacheWriter *self,
               GError        **error)
{
  if (self->offset != self->size)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH, "The file has %" G_GUINT64_FORMAT " bytes, it should have %" G_GUINT64_FORMAT, self->offset, self->size);
      return FALSE;
    }
  if (!maq_cache_writer_catch_up (self, G_MAXUINT64, NULL, error))
    return FALSE;
  if (self->hash == NULL)
    return TRUE;

  guint8   digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_DigestFinal_ex (self->hash, digest, &length);
  g_autoptr (GString) hex = g_string_new (NULL);
  for (unsigned i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  if (g_str_equal (hex->str, self->etag))
    return TRUE;
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH, "The content is not what the Hub lists: its hash is %s instead of %s", hex->str, self->etag);
  return FALSE;
}

static gboolean
rename_to (MaqCacheWriter *self,
           const char     *from,
           int             folder,
           const char     *to,
           GError        **error)
{
  if (renameat (self->blobs_fd, from, folder, to) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot give its final name to", from);
  return FALSE;
}

// Copies the blob to a new partial file, for a cache without links.
static gboolean
copy_blob (MaqCacheWriter *self,
           GError        **error)
{
  g_autofd int       in = openat (self->blobs_fd, self->etag, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  g_autofd int       out = openat (self->blobs_fd, self->partial, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gssize             length = in >= 0 && out >= 0 ? 1 : -1;

  while (length > 0 && (length = read (in, chunk, CHUNK)) > 0)
    if (write (out, chunk, length) != length)
      length = -1;
  if (length == 0 && fsync (out) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot copy", self->etag);
  unlinkat (self->blobs_fd, self->partial, 0);
  return FALSE;
}

// "../../blobs/<etag>", one ../ more for each folder inside the snapshot: relative, so that the cache can be moved.
static char *
dup_link_target (MaqCacheWriter *self)
{
  g_autoptr (GString) target = g_string_new (NULL);

  for (const char *at = strchr (self->file, '/'); at != NULL; at = strchr (at + 1, '/'))
    g_string_append (target, "../");
  g_string_append_printf (target, "blobs/%s", self->etag);
  return g_string_free (g_steal_pointer (&target), FALSE);
}

static gboolean
says_no_links (int code)
{
  return code == EPERM || code == EOPNOTSUPP || code == ENOTSUP || code == ENOSYS || code == EINVAL;
}

// Makes the snapshot's file a link to the blob. *UNSUPPORTED: this file system has none.
static gboolean
make_link (MaqCacheWriter *self,
           int             folder,
           const char     *name,
           gboolean       *unsupported,
           GError        **error)
{
  g_autofree char *target = dup_link_target (self);

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
place (MaqCacheWriter *self,
       GError        **error)
{
  const char  *name = NULL;
  g_autofd int folder = maq_cache_open_parent (self->repo_fd, self->file, TRUE, &name, error);
  gboolean     unsupported = !maq_cache_get_use_links (self->cache);
  gboolean     fresh = !self->in_blob;

  if (folder < 0)
    return FALSE;
  if (!unsupported)
    {
      if (fresh && !rename_to (self, self->partial, self->blobs_fd, self->etag, error))
        return FALSE;
      // The name must be on the disk before the link is: a link to nothing makes other tools call the repo damaged.
      if (fresh)
        fsync (self->blobs_fd);
      self->in_blob = TRUE;
      if (make_link (self, folder, name, &unsupported, error))
        return TRUE;
      if (!unsupported)
        return FALSE;
      if (fresh)
        return rename_to (self, self->etag, folder, name, error);
    }
  else if (fresh)
    return rename_to (self, self->partial, folder, name, error);
  return copy_blob (self, error) && rename_to (self, self->partial, folder, name, error);
}

char *
maq_cache_writer_finish (MaqCacheWriter *self,
                         GError        **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), NULL);

  if (!self->linked)
    {
      if (!self->in_blob)
        {
          if (!check_content (self, error) || !check_still_there (self, error))
            {
              maq_cache_writer_discard (self);
              return NULL;
            }
          if (fsync (self->fd) != 0)
            {
              // The kernel may have dropped what it could not write, and would show it no more: the file is not to be trusted.
              maq_cache_set_errno (error, errno, "Cannot write", self->partial);
              maq_cache_writer_discard (self);
              return NULL;
            }
        }
      if (!place (self, error))
        return NULL;
      self->linked = TRUE;
      g_clear_fd (&self->fd, NULL);
      g_clear_fd (&self->lock_fd, NULL);
    }
  return g_build_filename (maq_cache_get_root (self->cache), self->repo_folder, self->file, NULL);
}

void
maq_cache_writer_discard (MaqCacheWriter *self)
{
  g_return_if_fail (MAQ_IS_CACHE_WRITER (self));

  if (self->fd >= 0 && !self->in_blob && !self->linked)
    {
      unlinkat (self->blobs_fd, self->partial, 0);
      maq_cache_tidy (self->root_fd, self->repo_fd, self->repo_folder);
    }
  g_clear_fd (&self->fd, NULL);
  g_clear_fd (&self->lock_fd, NULL);
}
