// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-partial.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "maq-cache-private.h"

// Dirty pages are handed to the disk this often, so that a sync has little left to do.
#define FLUSH_EVERY (G_GUINT64_CONSTANT (64) << 20)

// What a kill may cost.
#define NOTE_EVERY (1u << 20)

#define NOTE_BYTES 4096
#define NOTE_MAGIC "maqpart"
#define BOOT_ID    "/proc/sys/kernel/random/boot_id"
#define BOOT_BYTES 40
#define LIVE       0
#define DURABLE    1
#define HASH_BYTES 32
#define HEAD_BYTES 64
#define MAX_RANGES ((NOTE_BYTES - HEAD_BYTES - HASH_BYTES) / sizeof (MaqRange))

// As it is on the disk, in this machine's byte order: a file that moves to another machine is from another boot.
typedef struct
{
  char     magic[8];
  char     boot[BOOT_BYTES];
  guint64  size;
  guint64  n_ranges;
  MaqRange ranges[MAX_RANGES];
  guint8   hash[HASH_BYTES]; // of all before it
} Note;
G_STATIC_ASSERT (sizeof (Note) == NOTE_BYTES);

struct _MaqCachePartial
{
  int     folder;
  char   *name;
  int     fd;
  guint64 size;
  char    boot[BOOT_BYTES]; // "" if unknown: then live notes are never believed

  GMutex     lock; // guards what follows
  MaqRanges *done;
  gboolean   has_notes;
  guint64    unflushed;
  guint64    unsynced;
  guint64    unnoted;
};

static void
read_boot_id (char boot[BOOT_BYTES])
{
  g_autofd int fd = open (BOOT_ID, O_RDONLY | O_CLOEXEC);

  memset (boot, 0, BOOT_BYTES);
  if (fd >= 0 && read (fd, boot, 36) != 36)
    memset (boot, 0, BOOT_BYTES);
}

static void
hash_note (const Note *note,
           guint8      hash[HASH_BYTES])
{
  EVP_Digest (note, G_STRUCT_OFFSET (Note, hash), hash, NULL, EVP_sha256 (), NULL);
}

// What the note at PLACE says, NULL if it cannot be believed.
static MaqRanges *
read_note (int         fd,
           guint64     size,
           guint       place,
           const char *boot)
{
  Note   note;
  guint8 hash[HASH_BYTES];

  if (pread (fd, &note, sizeof note, size + place * NOTE_BYTES) != sizeof note)
    return NULL;
  hash_note (&note, hash);
  if (memcmp (note.magic, NOTE_MAGIC, sizeof note.magic) != 0 || memcmp (note.hash, hash, HASH_BYTES) != 0 || note.size != size || note.n_ranges > MAX_RANGES ||
      (place == LIVE && (*boot == '\0' || memcmp (note.boot, boot, sizeof note.boot) != 0)))
    return NULL;

  MaqRanges *ranges = maq_ranges_new ();
  for (guint i = 0; i < note.n_ranges; i++)
    maq_ranges_add (ranges, note.ranges[i].start, MIN (note.ranges[i].end, size));
  return ranges;
}

static MaqRanges *
read_notes (MaqCachePartial *self)
{
  MaqRanges *ranges = read_note (self->fd, self->size, LIVE, self->boot);

  return ranges != NULL ? ranges : read_note (self->fd, self->size, DURABLE, self->boot);
}

static gboolean
write_note (MaqCachePartial *self,
            const MaqRanges *ranges,
            guint            place,
            GError         **error)
{
  Note  note = { .magic = NOTE_MAGIC, .size = self->size };
  guint n = MIN (maq_ranges_get_n (ranges), MAX_RANGES);

  memcpy (note.boot, self->boot, sizeof note.boot);
  note.n_ranges = n;
  for (guint i = 0; i < n; i++)
    note.ranges[i] = *maq_ranges_peek (ranges, i);
  hash_note (&note, note.hash);
  gssize written;
  do
    written = pwrite (self->fd, &note, sizeof note, self->size + place * NOTE_BYTES);
  while (written < 0 && errno == EINTR);
  if (written == sizeof note)
    return TRUE;
  maq_cache_set_errno (error, written < 0 ? errno : ENOSPC, "Cannot write", self->name);
  return FALSE;
}

static gboolean
write_live_note (MaqCachePartial *self,
                 GError         **error)
{
  self->unnoted = 0;
  return write_note (self, self->done, LIVE, error);
}

void
maq_cache_partial_close (MaqCachePartial *self)
{
  if (self == NULL)
    return;
  // What cannot be noted is fetched again.
  if (self->fd >= 0 && self->has_notes && self->unnoted > 0)
    write_live_note (self, NULL);
  g_clear_fd (&self->fd, NULL);
  g_clear_fd (&self->folder, NULL);
  g_free (self->name);
  maq_ranges_free (self->done);
  g_mutex_clear (&self->lock);
  g_free (self);
}

// Opens what is there, if it is a plain file that nobody else has a name for.
static gboolean
open_existing (MaqCachePartial *self,
               guint64         *length)
{
  struct stat info;

  self->fd = openat (self->folder, self->name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (self->fd >= 0 && fstat (self->fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_nlink == 1)
    {
      *length = info.st_size;
      return TRUE;
    }
  // Something planted: never write through it.
  if (self->fd >= 0 || errno == ELOOP)
    unlinkat (self->folder, self->name, 0);
  g_clear_fd (&self->fd, NULL);
  return FALSE;
}

MaqCachePartial *
maq_cache_partial_open (int         folder,
                        const char *name,
                        guint64     size,
                        GError    **error)
{
  g_autoptr (MaqCachePartial) self = g_new0 (MaqCachePartial, 1);
  guint64 length = 0;

  self->folder = fcntl (folder, F_DUPFD_CLOEXEC, 0);
  self->name = g_strdup (name);
  self->size = size;
  read_boot_id (self->boot);
  g_mutex_init (&self->lock);

  if (!open_existing (self, &length))
    {
      int code = errno;
      self->fd = openat (self->folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
      // It is there after all: what kept it from being opened is what to tell.
      if (self->fd < 0 && errno == EEXIST)
        errno = code;
    }
  if (self->fd < 0)
    {
      maq_cache_set_errno (error, errno, "Cannot write", name);
      return NULL;
    }
  if (length > size)
    {
      self->has_notes = TRUE;
      self->done = read_notes (self);
    }
  if (self->done == NULL)
    self->done = maq_ranges_new ();
  if (!self->has_notes)
    maq_ranges_add (self->done, 0, length);
  else if (maq_ranges_get_n (self->done) == 0)
    {
      // Nothing in it can be believed.
      if (ftruncate (self->fd, 0) != 0)
        {
          maq_cache_set_errno (error, errno, "Cannot empty", name);
          return NULL;
        }
      self->has_notes = FALSE;
    }
  return g_steal_pointer (&self);
}

guint64
maq_cache_partial_measure (int         folder,
                           const char *name,
                           guint64     size)
{
  struct stat info;

  if (fstatat (folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (info.st_mode))
    return 0;
  // With holes, what counts is what the disk has for it.
  return (guint64) info.st_size <= size ? (guint64) info.st_size : MIN (size, (guint64) info.st_blocks * 512);
}

// What the notes of a file of LENGTH bytes say; NULL if it has none. There may be the first note only.
static MaqRanges *
find_notes (int      fd,
            guint64  length,
            guint64 *size)
{
  char boot[BOOT_BYTES];

  read_boot_id (boot);
  for (guint n_notes = 2; n_notes > 0; n_notes--)
    {
      *size = length - n_notes * NOTE_BYTES;
      for (guint place = LIVE; length > n_notes * NOTE_BYTES && place < n_notes; place++)
        {
          MaqRanges *ranges = read_note (fd, *size, place, boot);
          if (ranges != NULL)
            return ranges;
        }
    }
  return NULL;
}

gboolean
maq_cache_partial_look (int         folder,
                        const char *name,
                        guint64    *bytes,
                        guint64    *size)
{
  struct stat  info;
  g_autofd int fd = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    return FALSE;
  g_autoptr (MaqRanges) ranges = find_notes (fd, info.st_size, size);
  if (ranges != NULL)
    {
      *bytes = maq_ranges_get_total (ranges);
      return TRUE;
    }
  // Others may leave holes: what counts is what the disk has for it.
  *bytes = MIN ((guint64) info.st_size, (guint64) info.st_blocks * 512);
  *size = 0;
  return TRUE;
}

MaqRanges *
maq_cache_partial_dup_ranges (MaqCachePartial *self)
{
  g_mutex_lock (&self->lock);
  MaqRanges *ranges = maq_ranges_copy (self->done);
  g_mutex_unlock (&self->lock);
  return ranges;
}

guint64
maq_cache_partial_get_prefix (MaqCachePartial *self)
{
  g_mutex_lock (&self->lock);
  guint64 prefix = maq_ranges_get_prefix (self->done);
  g_mutex_unlock (&self->lock);
  return prefix;
}

guint64
maq_cache_partial_get_unsynced (MaqCachePartial *self)
{
  g_mutex_lock (&self->lock);
  guint64 unsynced = self->unsynced;
  g_mutex_unlock (&self->lock);
  return unsynced;
}

// Somebody may clean up partial files while we write one, or, where locks exclude nobody, have taken ours over: what we write then
// would be lost, or spoil theirs.
static gboolean
check_still_there (MaqCachePartial *self,
                   GError         **error)
{
  struct stat held, named;
  guint64     least = self->has_notes ? self->size : maq_ranges_get_prefix (self->done);

  if (fstat (self->fd, &held) == 0 && held.st_nlink == 1 && (guint64) held.st_size >= least &&
      (self->has_notes || (guint64) held.st_size == least) &&
      fstatat (self->folder, self->name, &named, AT_SYMLINK_NOFOLLOW) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev)
    return TRUE;
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "Another program deleted or changed the partial file %s", self->name);
  return FALSE;
}

// Brings RANGES to the disk and then says so there.
static gboolean
make_durable (MaqCachePartial *self,
              const MaqRanges *ranges,
              GError         **error)
{
  if (fdatasync (self->fd) == 0)
    return write_note (self, ranges, DURABLE, error);
  maq_cache_set_errno (error, errno, "Cannot write", self->name);
  return FALSE;
}

// The first time something comes out of order. The notes go first: they make the file longer than its content in one step, so
// that nobody ever takes the holes for zeros of the content.
static gboolean
begin_notes (MaqCachePartial *self,
             GError         **error)
{
  if (self->has_notes)
    return TRUE;
  if (maq_ranges_get_n (self->done) > 0 && !make_durable (self, self->done, error))
    return FALSE;
  if (!write_live_note (self, error))
    return FALSE;
  self->has_notes = TRUE;
  if (fallocate (self->fd, FALLOC_FL_KEEP_SIZE, 0, self->size) == 0 || (errno != ENOSPC && errno != EDQUOT))
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot write", self->name);
  return FALSE;
}

static gboolean
write_all (MaqCachePartial *self,
           guint64          offset,
           const guint8    *data,
           gsize            length,
           GError         **error)
{
  while (length > 0)
    {
      gssize written = pwrite (self->fd, data, length, offset);
      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        {
          maq_cache_set_errno (error, written < 0 ? errno : ENOSPC, "Cannot write", self->name);
          return FALSE;
        }
      offset += written;
      data += written;
      length -= written;
    }
  return TRUE;
}

static void
flush (MaqCachePartial *self)
{
  // Only starts the writing; what fails here fails again at the sync.
  sync_file_range (self->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

static gboolean
prepare_write (MaqCachePartial *self,
               guint64          offset,
               gboolean        *in_order,
               GError         **error)
{
  g_mutex_lock (&self->lock);
  *in_order = !self->has_notes && offset == maq_ranges_get_prefix (self->done);
  gboolean ok = check_still_there (self, error) && (*in_order || begin_notes (self, error));
  // In order the file's length is what says how much is there, so that nothing else may be written meanwhile.
  if (!ok || !*in_order)
    g_mutex_unlock (&self->lock);
  return ok;
}

gboolean
maq_cache_partial_write (MaqCachePartial *self,
                         guint64          offset,
                         const void      *data,
                         gsize            length,
                         GError         **error)
{
  gboolean in_order = FALSE;

  g_return_val_if_fail (length <= self->size && offset <= self->size - length, FALSE);

  if (!prepare_write (self, offset, &in_order, error))
    return FALSE;
  gboolean ok = write_all (self, offset, data, length, error);
  if (!in_order)
    g_mutex_lock (&self->lock);
  else if (!ok && ftruncate (self->fd, offset) != 0)
    g_info ("%s could not be cut to what is known of it: %s", self->name, g_strerror (errno));
  gboolean due = FALSE;
  if (ok)
    {
      maq_ranges_add (self->done, offset, offset + length);
      self->unflushed += length;
      self->unsynced += length;
      due = self->unflushed >= FLUSH_EVERY;
      self->unflushed = due ? 0 : self->unflushed;
      self->unnoted += length;
      ok = !self->has_notes || self->unnoted < NOTE_EVERY || write_live_note (self, error);
    }
  g_mutex_unlock (&self->lock);
  if (due)
    flush (self);
  return ok;
}

gboolean
maq_cache_partial_clone (MaqCachePartial *self,
                         int              source)
{
  struct stat info;

  g_mutex_lock (&self->lock);
  gboolean ok = !self->has_notes && maq_ranges_get_n (self->done) == 0 && ioctl (self->fd, FICLONE, source) == 0 &&
                fstat (self->fd, &info) == 0 && (guint64) info.st_size == self->size;
  if (ok)
    maq_ranges_add (self->done, 0, self->size);
  // It was cut or grew meanwhile: what does not fit what is known of the file is noticed by the next write.
  g_mutex_unlock (&self->lock);
  return ok;
}

gssize
maq_cache_partial_read (MaqCachePartial *self,
                        void            *data,
                        gsize            length,
                        guint64          offset)
{
  gssize n;

  do
    n = pread (self->fd, data, length, offset);
  while (n < 0 && errno == EINTR);
  return n;
}

gboolean
maq_cache_partial_sync (MaqCachePartial *self,
                        GError         **error)
{
  g_mutex_lock (&self->lock);
  g_autoptr (MaqRanges) ranges = self->has_notes ? maq_ranges_copy (self->done) : NULL;
  self->unsynced = 0;
  g_mutex_unlock (&self->lock);
  return ranges == NULL || make_durable (self, ranges, error);
}

gboolean
maq_cache_partial_seal (MaqCachePartial *self,
                        GError         **error)
{
  if (!check_still_there (self, error))
    return FALSE;
  // From here on nothing but content may be written.
  self->has_notes = FALSE;
  if (ftruncate (self->fd, self->size) == 0 && fsync (self->fd) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot write", self->name);
  return FALSE;
}
