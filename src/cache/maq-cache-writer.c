// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "maq-cache-partial.h"

// A file grows in blobs/ under a name of ours, is hashed while it grows, and gets its final name only when length and hash are
// right. The snapshot's link is made last, so a link that resolves always leads to a whole file.

#define CHUNK      (256u << 10)
#define KEEP_BYTES (8u << 20)
// What a loss of power may cost.
#define SYNC_EVERY (G_GUINT64_CONSTANT (64) << 20)
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
  guint64     hashed; // bytes from the start that the hash has seen
  int         root_fd;
  int         repo_fd;
  int         blobs_fd;
  int         lock_fd;
  EVP_MD_CTX *hash;    // NULL: the etag is no hash we know
  gboolean    linked;  // the snapshot's file is there
  gboolean    in_blob; // the blob is there

  MaqCachePartial *content; // NULL when the blob or the link is there
};

G_DEFINE_FINAL_TYPE (MaqCacheWriter, maq_cache_writer, G_TYPE_OBJECT)

static void
close_all (MaqCacheWriter *self)
{
  g_clear_pointer (&self->content, maq_cache_partial_close);
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
  self->root_fd = self->repo_fd = self->blobs_fd = self->lock_fd = -1;
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

// A partial file of the same blob that a former run left behind gets our name. Only under a lock that excludes others: then nobody
// writes it. Some network file systems give the lock to everybody.
static void
adopt_partial (MaqCacheWriter *self)
{
  g_autofree char *prefix = g_strconcat (self->etag, ".maquette-", NULL);
  g_auto (GStrv) names = maq_cache_list_folder (self->blobs_fd);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], prefix) && g_str_has_suffix (names[i], ".incomplete") && !g_str_equal (names[i], self->partial))
      {
        if (!maq_cache_lock_excludes (self->root_fd, self->repo_folder, self->etag))
          return;
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
  if (self->lock_fd >= 0 && self->size >= ADOPT_FROM)
    adopt_partial (self);
  self->content = maq_cache_partial_open (self->blobs_fd, self->partial, self->size, error);
  if (self->content == NULL)
    return FALSE;
  start_hash (self);
  return check_space (self, self->size - maq_cache_partial_measure (self->blobs_fd, self->partial, self->size), error);
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
  // Without links the blob would only be copied into the snapshot.
  self->in_blob = maq_cache_get_use_links (self->cache) && maq_cache_take_twin (self->root_fd, self->blobs_fd, self->repo_folder, self->etag, self->size);
  if (self->in_blob)
    {
      unlinkat (self->blobs_fd, self->partial, 0);
      return TRUE;
    }
  return open_partial (self, error);
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
  if (self->content != NULL && maq_cache_partial_measure (self->blobs_fd, self->partial, size) == 0)
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

MaqRanges *
maq_cache_writer_dup_ranges (MaqCacheWriter *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), NULL);

  if (!maq_cache_writer_is_complete (self))
    return maq_cache_partial_dup_ranges (self->content);
  MaqRanges *all = maq_ranges_new ();
  maq_ranges_add (all, 0, self->size);
  return all;
}

const char *
maq_cache_writer_get_partial (MaqCacheWriter *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), NULL);
  return maq_cache_writer_is_complete (self) ? NULL : self->partial;
}

// Hashes up to MAX_BYTES of what is there from the start without a gap.
static gboolean
catch_up (MaqCacheWriter *self,
          guint64         max_bytes,
          GError        **error)
{
  guint64            there = maq_cache_partial_get_prefix (self->content);
  g_autofree guint8 *chunk = self->hashed < there ? g_malloc (CHUNK) : NULL;
  while (self->hashed < there && max_bytes > 0)
    {
      gssize length = maq_cache_partial_read (self->content, chunk, MIN (MIN (CHUNK, max_bytes), there - self->hashed), self->hashed);
      if (length <= 0)
        {
          maq_cache_set_errno (error, length < 0 ? errno : EIO, "Cannot read", self->partial);
          return FALSE;
        }
      add_to_hash (self, chunk, length);
      max_bytes -= length;
    }
  return TRUE;
}

gboolean
maq_cache_writer_write (MaqCacheWriter *self,
                        guint64         offset,
                        const void     *data,
                        gsize           length,
                        GError        **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);
  g_return_val_if_fail (self->content != NULL, FALSE);

  if (length > self->size || offset > self->size - length)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH, "More than the %" G_GUINT64_FORMAT " bytes of the file arrived", self->size);
      return FALSE;
    }
  return maq_cache_partial_write (self->content, offset, data, length, error);
}

gboolean
maq_cache_writer_keep (MaqCacheWriter *self,
                       gboolean       *idle,
                       GError        **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);
  g_return_val_if_fail (self->content != NULL, FALSE);

  guint64 before = self->hashed;
  if (!catch_up (self, KEEP_BYTES, error))
    return FALSE;
  *idle = self->hashed == before;
  return maq_cache_partial_get_unsynced (self->content) < SYNC_EVERY || maq_cache_partial_sync (self->content, error);
}

// Writes all of the file FD, named SOURCE.
static gboolean
copy_file (MaqCacheWriter *self,
           int             fd,
           const char     *source,
           GError        **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  guint64            at = 0;
  gssize             length;

  while ((length = pread (fd, chunk, CHUNK, at)) > 0)
    {
      if (!maq_cache_writer_write (self, at, chunk, length, error))
        return FALSE;
      at += length;
    }
  if (length < 0)
    maq_cache_set_errno (error, errno, "Cannot read", source);
  return length == 0;
}

gboolean
maq_cache_writer_take_file (MaqCacheWriter *self,
                            const char     *source,
                            GError        **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);
  g_return_val_if_fail (source != NULL, FALSE);

  if (maq_cache_writer_is_complete (self))
    return TRUE;
  g_autofd int fd = open (source, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    {
      maq_cache_set_errno (error, errno, "Cannot open", source);
      return FALSE;
    }
  if (!maq_cache_get_use_links (self->cache) || !maq_cache_clone_file (self->blobs_fd, self->etag, self->size, fd))
    return copy_file (self, fd, source, error);
  unlinkat (self->blobs_fd, self->partial, 0);
  g_clear_pointer (&self->content, maq_cache_partial_close);
  self->in_blob = TRUE;
  return TRUE;
}

static gboolean
check_content (MaqCacheWriter *self,
               GError        **error)
{
  guint64 there = maq_cache_partial_get_prefix (self->content);

  if (there != self->size)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH, "The file has %" G_GUINT64_FORMAT " bytes, it should have %" G_GUINT64_FORMAT, there, self->size);
      return FALSE;
    }
  if (!catch_up (self, G_MAXUINT64, error))
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
          // After a failed sync the kernel may have dropped what it could not write, and would show it no more.
          if (!check_content (self, error) || !maq_cache_partial_seal (self->content, error))
            {
              maq_cache_writer_discard (self);
              return NULL;
            }
        }
      if (!place (self, error))
        return NULL;
      self->linked = TRUE;
      g_clear_pointer (&self->content, maq_cache_partial_close);
      g_clear_fd (&self->lock_fd, NULL);
    }
  return g_build_filename (maq_cache_get_root (self->cache), self->repo_folder, self->file, NULL);
}

void
maq_cache_writer_discard (MaqCacheWriter *self)
{
  g_return_if_fail (MAQ_IS_CACHE_WRITER (self));

  if (self->content != NULL && !self->in_blob && !self->linked)
    {
      unlinkat (self->blobs_fd, self->partial, 0);
      maq_cache_tidy (self->root_fd, self->repo_fd, self->repo_folder);
    }
  g_clear_pointer (&self->content, maq_cache_partial_close);
  g_clear_fd (&self->lock_fd, NULL);
}
