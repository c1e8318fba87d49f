// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-content.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE (256 * 1024)
// Smaller files are hashed sooner than found among those remembered.
#define REMEMBER_FROM (1024 * 1024)

struct _MaqServeContent
{
  gatomicrefcount ref_count;
  guint64         size;
  gboolean        lfs;

  // One of three: a file; bytes; or a head followed by noise from the seed.
  char           *path; // below the root
  MaqServeRoot   *root;
  MaqServeMemory *memory;
  struct stat     info;
  GBytes         *bytes;
  guint64         seed;

  GMutex lock; // held while the hashes are being made
  char  *oid;  // set last, atomically: who sees it sees both
  char  *sha256;
  int    failed; // atomic: the file could not be read
};

struct _MaqServeReader
{
  MaqServeContent *content;
  int              fd; // -1 unless it is a file
};

static MaqServeContent *
content_new (guint64 size)
{
  MaqServeContent *self = g_new0 (MaqServeContent, 1);
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->size = size;
  return self;
}

MaqServeContent *
maq_serve_content_new_bytes (GBytes *bytes)
{
  MaqServeContent *self = content_new (g_bytes_get_size (bytes));
  self->bytes = g_bytes_ref (bytes);
  return self;
}

MaqServeContent *
maq_serve_content_new_file (MaqServeRoot      *root,
                            const char        *path,
                            const struct stat *info,
                            MaqServeMemory    *memory)
{
  MaqServeContent *self = content_new (info->st_size);
  self->path = g_strdup (path);
  self->root = maq_serve_root_ref (root);
  self->info = *info;
  if (memory != NULL && self->size >= REMEMBER_FROM)
    self->memory = maq_serve_memory_ref (memory);
  return self;
}

// A safetensors file is the length of its header as a little-endian 64-bit number, the header, and the tensors.
static GBytes *
safetensors_head (guint64 size,
                  guint64 seed)
{
  enum
  {
    HEAD = 256
  };
  char head[HEAD];
  if (size < HEAD + 2)
    return g_bytes_new (NULL, 0);

  guint64 length = GUINT64_TO_LE (HEAD - 8);
  guint64 data = (size - HEAD) / 2 * 2;
  memset (head, ' ', HEAD);
  memcpy (head, &length, 8);
  g_autofree char *json = g_strdup_printf ("{\"__metadata__\":{\"format\":\"pt\"},\"weight.%" G_GUINT64_FORMAT "\":{\"dtype\":\"F16\",\"shape\":[%" G_GUINT64_FORMAT
                                           "],\"data_offsets\":[0,%" G_GUINT64_FORMAT "]}}",
                                           seed,
                                           data / 2,
                                           data);
  memcpy (head + 8, json, strlen (json));
  return g_bytes_new (head, HEAD);
}

MaqServeContent *
maq_serve_content_new_generated (const char *format,
                                 guint64     size,
                                 guint64     seed)
{
  gboolean safetensors = g_strcmp0 (format, "safetensors") == 0;
  // An odd number of bytes cannot be filled with a 16-bit tensor.
  MaqServeContent *self = content_new (safetensors ? size / 2 * 2 : size);
  self->bytes = safetensors ? safetensors_head (self->size, seed) : g_bytes_new (NULL, 0);
  self->seed = seed | 1;
  return self;
}

MaqServeContent *
maq_serve_content_ref (MaqServeContent *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_serve_content_unref (MaqServeContent *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->path);
  g_clear_pointer (&self->root, maq_serve_root_unref);
  g_clear_pointer (&self->memory, maq_serve_memory_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->oid);
  g_free (self->sha256);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint64
maq_serve_content_get_size (MaqServeContent *self)
{
  return self->size;
}

gboolean
maq_serve_content_is_lfs (MaqServeContent *self)
{
  return self->lfs;
}

void
maq_serve_content_set_lfs (MaqServeContent *self,
                           gboolean         lfs)
{
  self->lfs = lfs;
  g_autofree char *known = lfs && self->memory != NULL ? maq_serve_memory_find (self->memory, &self->info) : NULL;
  if (known != NULL)
    maq_serve_content_set_hashes (self, NULL, known);
}

// splitmix64: any eight bytes can be had without those before them.
static guint64
noise_at (guint64 seed,
          guint64 index)
{
  guint64 x = seed * 0x9e3779b97f4a7c15u + index * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static void
fill_noise (guint64 seed,
            guint64 offset,
            guint8 *buffer,
            gsize   length)
{
  gsize done = 0;
  while (done < length)
    {
      guint64 word = GUINT64_TO_LE (noise_at (seed, (offset + done) / 8));
      gsize   skip = (offset + done) % 8;
      gsize   n = MIN (8 - skip, length - done);
      memcpy (buffer + done, (guint8 *) &word + skip, n);
      done += n;
    }
}

// Whether the file that INFO tells of is still the one that was found. Other names for it change its inode's time, not the file.
static gboolean
is_same_file (MaqServeContent   *self,
              const struct stat *info)
{
  return S_ISREG (info->st_mode) && info->st_ino == self->info.st_ino && info->st_size == self->info.st_size &&
         info->st_mtim.tv_sec == self->info.st_mtim.tv_sec && info->st_mtim.tv_nsec == self->info.st_mtim.tv_nsec;
}

MaqServeReader *
maq_serve_content_open (MaqServeContent *self,
                        GError         **error)
{
  struct stat  info;
  g_autofd int fd = self->path != NULL ? maq_serve_root_open (self->root, self->path, &info, error) : -1;
  if (self->path != NULL && fd < 0)
    return NULL;
  if (fd >= 0 && !is_same_file (self, &info))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is not the file any more that it was when this Hub was started", self->path);
      return NULL;
    }
  MaqServeReader *reader = g_new0 (MaqServeReader, 1);
  reader->content = maq_serve_content_ref (self);
  reader->fd = g_steal_fd (&fd);
  return reader;
}

void
maq_serve_reader_free (MaqServeReader *self)
{
  g_clear_fd (&self->fd, NULL);
  maq_serve_content_unref (self->content);
  g_free (self);
}

static gssize
read_file (MaqServeReader *self,
           guint64         offset,
           guint8         *buffer,
           gsize           length,
           GError        **error)
{
  gssize n = pread (self->fd, buffer, length, offset);
  if (n < 0 || (n == 0 && length > 0))
    {
      int code = n < 0 ? errno : ENODATA;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s at %" G_GUINT64_FORMAT ": %s", self->content->path, offset, g_strerror (code));
      return -1;
    }
  return n;
}

gssize
maq_serve_reader_read (MaqServeReader *reader,
                       guint64         offset,
                       guint8         *buffer,
                       gsize           length,
                       GError        **error)
{
  MaqServeContent *self = reader->content;
  if (offset >= self->size)
    return 0;
  length = MIN (length, self->size - offset);
  if (self->path != NULL)
    return read_file (reader, offset, buffer, length, error);

  gsize         n_bytes;
  const guint8 *bytes = g_bytes_get_data (self->bytes, &n_bytes);
  gsize         n = offset < n_bytes ? MIN (n_bytes - offset, length) : 0;
  if (n > 0)
    memcpy (buffer, bytes + offset, n);
  fill_noise (self->seed, offset + n, buffer + n, length - n);
  return length;
}

GBytes *
maq_serve_content_read_all (MaqServeContent *self,
                            gsize            limit,
                            GError         **error)
{
  gsize size = MIN (self->size, limit);
  g_autoptr (MaqServeReader) reader = maq_serve_content_open (self, error);
  if (reader == NULL)
    return NULL;
  g_autofree guint8 *data = g_malloc (size + 1);
  for (gsize done = 0; done < size;)
    {
      gssize n = maq_serve_reader_read (reader, done, data + done, size - done, error);
      if (n <= 0)
        return NULL;
      done += n;
    }
  data[size] = '\0';
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

char *
maq_serve_content_read_text (MaqServeContent *self,
                             gsize            limit)
{
  gsize size;
  g_autoptr (GBytes) bytes = maq_serve_content_read_all (self, limit, NULL);
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  if (bytes == NULL)
    return NULL;
  return data != NULL ? g_utf8_make_valid (data, size) : g_strdup ("");
}

gboolean
maq_serve_content_is_file (MaqServeContent *self)
{
  return self->path != NULL;
}

gboolean
maq_serve_content_is_settled (MaqServeContent *self)
{
  return maq_serve_content_is_hashed (self) || g_atomic_int_get (&self->failed);
}

gboolean
maq_serve_content_is_hashed (MaqServeContent *self)
{
  return g_atomic_pointer_get (&self->oid) != NULL;
}

static char *
hex (const guint8 *digest,
     guint         length)
{
  GString *out = g_string_sized_new (length * 2);
  for (guint i = 0; i < length; i++)
    g_string_append_printf (out, "%02x", digest[i]);
  return g_string_free (out, FALSE);
}

char *
maq_serve_git_id (const char *type,
                  const void *data,
                  gsize       length)
{
  guint8           digest[EVP_MAX_MD_SIZE];
  guint            n = 0;
  g_autofree char *head = g_strdup_printf ("%s %" G_GSIZE_FORMAT, type, length);
  EVP_MD_CTX      *context = EVP_MD_CTX_new ();

  EVP_DigestInit_ex (context, EVP_sha1 (), NULL);
  EVP_DigestUpdate (context, head, strlen (head) + 1);
  EVP_DigestUpdate (context, data, length);
  EVP_DigestFinal_ex (context, digest, &n);
  EVP_MD_CTX_free (context);
  return hex (digest, n);
}

static char *
pointer_text (const char *sha256,
              guint64     size)
{
  return g_strdup_printf ("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %" G_GUINT64_FORMAT "\n", sha256, size);
}

// The one digest the kind of file needs: SHA-256 of an LFS file, git's SHA-1 of any other.
static char *
digest_all (MaqServeContent   *self,
            GCancellable      *cancellable,
            MaqServeHashedFunc hashed,
            gpointer           data,
            GError           **error)
{
  g_autoptr (MaqServeReader) reader = maq_serve_content_open (self, error);
  if (reader == NULL)
    return NULL;
  g_autofree guint8 *buffer = g_malloc (READ_SIZE);
  guint8             digest[EVP_MAX_MD_SIZE];
  guint              n_digest = 0;
  guint64            done = 0;
  EVP_MD_CTX        *context = EVP_MD_CTX_new ();

  EVP_DigestInit_ex (context, self->lfs ? EVP_sha256 () : EVP_sha1 (), NULL);
  if (!self->lfs)
    {
      g_autofree char *head = g_strdup_printf ("blob %" G_GUINT64_FORMAT, self->size);
      EVP_DigestUpdate (context, head, strlen (head) + 1);
    }
  while (done < self->size && !g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      gssize n = maq_serve_reader_read (reader, done, buffer, READ_SIZE, error);
      if (n <= 0)
        break;
      EVP_DigestUpdate (context, buffer, n);
      done += n;
      if (hashed != NULL)
        hashed (n, data);
    }
  EVP_DigestFinal_ex (context, digest, &n_digest);
  EVP_MD_CTX_free (context);
  return done == self->size ? hex (digest, n_digest) : NULL;
}

static void
take_hashes (MaqServeContent *self,
             char            *oid,
             char            *sha256)
{
  if (sha256 != NULL && oid == NULL)
    {
      g_autofree char *pointer = pointer_text (sha256, self->size);
      oid = maq_serve_git_id ("blob", pointer, strlen (pointer));
    }
  self->sha256 = sha256;
  g_atomic_pointer_set (&self->oid, oid);
}

// A file that changed while it was read has no hash that would be right now.
static gboolean
is_unchanged (MaqServeContent *self,
              GError         **error)
{
  g_autoptr (MaqServeReader) reader = maq_serve_content_open (self, error);
  return reader != NULL;
}

gboolean
maq_serve_content_hash (MaqServeContent   *self,
                        GCancellable      *cancellable,
                        MaqServeHashedFunc hashed,
                        gpointer           data,
                        GError           **error)
{
  g_autoptr (GError) inner = NULL;
  g_mutex_lock (&self->lock);
  if (self->oid == NULL)
    {
      gint64 started = g_get_real_time ();
      char  *digest = digest_all (self, cancellable, hashed, data, &inner);
      if (digest != NULL && !is_unchanged (self, &inner))
        g_clear_pointer (&digest, g_free);
      if (digest != NULL && self->lfs && self->memory != NULL)
        maq_serve_memory_add (self->memory, &self->info, started, digest);
      if (digest != NULL)
        take_hashes (self, self->lfs ? NULL : digest, self->lfs ? digest : NULL);
      if (inner != NULL && !g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_atomic_int_set (&self->failed, TRUE);
    }
  gboolean done = self->oid != NULL;
  g_mutex_unlock (&self->lock);
  if (inner != NULL)
    g_propagate_error (error, g_steal_pointer (&inner));
  return done;
}

void
maq_serve_content_set_hashes (MaqServeContent *self,
                              const char      *oid,
                              const char      *sha256)
{
  g_mutex_lock (&self->lock);
  if (self->oid == NULL)
    take_hashes (self, g_strdup (oid), g_strdup (sha256));
  g_mutex_unlock (&self->lock);
}

const char *
maq_serve_content_get_oid (MaqServeContent *self)
{
  return maq_serve_content_is_hashed (self) ? self->oid : NULL;
}

const char *
maq_serve_content_get_sha256 (MaqServeContent *self)
{
  return maq_serve_content_is_hashed (self) ? self->sha256 : NULL;
}

const char *
maq_serve_content_get_etag (MaqServeContent *self)
{
  const char *sha256 = maq_serve_content_get_sha256 (self);
  return sha256 != NULL ? sha256 : maq_serve_content_get_oid (self);
}

char *
maq_serve_content_dup_cdn_name (MaqServeContent *self)
{
  g_autofree char *text = g_strconcat ("cdn:", maq_serve_content_get_etag (self), NULL);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

char *
maq_serve_content_dup_pointer (MaqServeContent *self)
{
  const char *sha256 = maq_serve_content_get_sha256 (self);
  return sha256 != NULL ? pointer_text (sha256, self->size) : NULL;
}
