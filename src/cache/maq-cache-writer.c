// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-writer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

// A file grows under a name of ours, is hashed while it grows, and gets its final name only when length and hash are right.

#define CHUNK      (256u << 10)
#define KEEP_BYTES (8u << 20)
#define COPY_BYTES (4u << 20)
// What a loss of power may cost.
#define SYNC_EVERY (G_GUINT64_CONSTANT (64) << 20)

G_DEFINE_FINAL_TYPE (MaqCacheWriter, maq_cache_writer, G_TYPE_OBJECT)

static void
maq_cache_writer_finalize (GObject *object)
{
  MaqCacheWriter *self = MAQ_CACHE_WRITER (object);

  g_clear_pointer (&self->content, maq_cache_partial_close);
  g_clear_fd (&self->lock_fd, NULL);
  g_clear_fd (&self->folder_fd, NULL);
  g_clear_pointer (&self->place, self->layout->free);
  g_clear_pointer (&self->hash, EVP_MD_CTX_free);
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
  self->folder_fd = self->lock_fd = -1;
}

MaqCacheWriter *
maq_cache_writer_new (MaqCache             *cache,
                      const MaqCacheLayout *layout,
                      gpointer              place,
                      const char           *etag,
                      guint64               size,
                      char                 *partial)
{
  MaqCacheWriter *self = g_object_new (MAQ_TYPE_CACHE_WRITER, NULL);

  self->cache = g_object_ref (cache);
  self->layout = layout;
  self->place = place;
  self->etag = g_strdup (etag);
  self->size = size;
  self->partial = partial;
  return self;
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
check_space (MaqCacheWriter *self,
             guint64         free_bytes,
             const char     *where,
             GError        **error)
{
  guint64 needed = self->size - maq_cache_partial_measure (self->folder_fd, self->partial, self->size);

  if (needed <= free_bytes)
    return TRUE;
  g_autofree char *need = g_format_size (needed);
  g_autofree char *have = g_format_size (free_bytes);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE, "%s are needed in %s, %s may be used", need, where, have);
  return FALSE;
}

void
maq_cache_writer_adopt (MaqCacheWriter *self)
{
  g_autofree char *prefix = g_strndup (self->partial, strlen (self->partial) - strlen ("01234567.incomplete"));
  g_auto (GStrv) names = maq_cache_list_folder (self->folder_fd);
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], prefix) && g_str_has_suffix (names[i], ".incomplete") && !g_str_equal (names[i], self->partial))
      {
        if (faccessat (self->folder_fd, self->partial, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
          renameat (self->folder_fd, names[i], self->folder_fd, self->partial);
        else
          unlinkat (self->folder_fd, names[i], 0);
      }
}

gboolean
maq_cache_writer_open (MaqCacheWriter *self,
                       const char     *source,
                       guint64         free_bytes,
                       const char     *where,
                       GError        **error)
{
  self->content = maq_cache_partial_open (self->folder_fd, self->partial, self->size, error);
  if (self->content == NULL)
    return FALSE;
  start_hash (self);
  g_autofd int fd = source != NULL ? open (source, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
  if (fd >= 0)
    maq_cache_partial_clone (self->content, fd);
  return check_space (self, free_bytes, where, error);
}

void
maq_cache_writer_close_content (MaqCacheWriter *self)
{
  g_clear_pointer (&self->content, maq_cache_partial_close);
  self->is_complete = TRUE;
}

gboolean
maq_cache_writer_is_complete (MaqCacheWriter *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);
  return self->is_complete;
}

MaqRanges *
maq_cache_writer_dup_ranges (MaqCacheWriter *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), NULL);

  if (!self->is_complete)
    return maq_cache_partial_dup_ranges (self->content);
  MaqRanges *all = maq_ranges_new ();
  maq_ranges_add (all, 0, self->size);
  return all;
}

const char *
maq_cache_writer_get_partial (MaqCacheWriter *self)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), NULL);
  return self->is_complete ? NULL : self->partial;
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

// So many more bytes were taken.
static gboolean
took (MaqCacheTookFunc func,
      gpointer         data,
      guint64          n_bytes,
      GError         **error)
{
  if (func == NULL || func (n_bytes, data))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The copy was stopped");
  return FALSE;
}

// Writes what is still missing at the end of the content, out of the file FD, named SOURCE.
static gboolean
copy_from (MaqCacheWriter  *self,
           int              fd,
           const char      *source,
           MaqCacheTookFunc func,
           gpointer         data,
           GError         **error)
{
  g_autofree guint8 *chunk = g_malloc (COPY_BYTES);
  guint64            at = maq_cache_partial_get_prefix (self->content);
  gssize             length;

  while ((length = pread (fd, chunk, COPY_BYTES, at)) > 0)
    {
      if (!maq_cache_writer_write (self, at, chunk, length, error) || !took (func, data, length, error))
        return FALSE;
      at += length;
    }
  if (length < 0)
    maq_cache_set_errno (error, errno, "Cannot read", source);
  return length == 0;
}

gboolean
maq_cache_writer_take_file (MaqCacheWriter  *self,
                            const char      *source,
                            MaqCacheTookFunc func,
                            gpointer         data,
                            GError         **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), FALSE);
  g_return_val_if_fail (source != NULL, FALSE);

  if (self->is_complete)
    return TRUE;
  g_autofd int fd = open (source, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat  info;
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot open", source);
      return FALSE;
    }
  if ((guint64) info.st_size != self->size)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH, "%s has %" G_GINT64_FORMAT " bytes, it should have %" G_GUINT64_FORMAT, source, (gint64) info.st_size, self->size);
      return FALSE;
    }
  if (!maq_cache_partial_clone (self->content, fd))
    return copy_from (self, fd, source, func, data, error);
  return took (func, data, self->size, error);
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

gboolean
maq_cache_writer_rename (MaqCacheWriter *self,
                         const char     *from,
                         int             folder,
                         const char     *to,
                         GError        **error)
{
  if (renameat (self->folder_fd, from, folder, to) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot give its final name to", from);
  return FALSE;
}

char *
maq_cache_writer_finish (MaqCacheWriter *self,
                         GError        **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_WRITER (self), NULL);

  if (!self->is_placed)
    {
      // After a failed sync the kernel may have dropped what it could not write, and would show it no more.
      if (self->content != NULL && (!check_content (self, error) || !maq_cache_partial_seal (self->content, error)))
        {
          maq_cache_writer_discard (self);
          return NULL;
        }
      if (!self->layout->place (self, self->place, error))
        return NULL;
      maq_cache_writer_close_content (self);
      self->is_placed = TRUE;
      g_clear_fd (&self->lock_fd, NULL);
    }
  return self->layout->dup_path (self, self->place);
}

void
maq_cache_writer_discard (MaqCacheWriter *self)
{
  g_return_if_fail (MAQ_IS_CACHE_WRITER (self));

  if (self->content != NULL)
    {
      unlinkat (self->folder_fd, self->partial, 0);
      self->layout->tidy (self, self->place);
    }
  g_clear_pointer (&self->content, maq_cache_partial_close);
  g_clear_fd (&self->lock_fd, NULL);
}
