// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-local-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "maq-cache-care-private.h"
#include "maq-cache-writer-private.h"

// A file grows below .cache/huggingface/download/ and is renamed to its place when it is right. What was there before stays until
// then; whether it is still the same is asked once more just before.

typedef struct
{
  MaqCacheLocalDir *dir;
  char             *commit;
  char             *path;
  char             *identity; // of what was there at the beginning, nullable
  gboolean          replace;
  int               folder_fd;
  int               state_fd;
} Local;

static void
close_all (MaqCacheWriter *writer,
           Local          *self)
{
  g_clear_pointer (&writer->content, maq_cache_partial_close);
  g_clear_fd (&writer->lock_fd, NULL);
  g_clear_fd (&writer->folder_fd, NULL);
  g_clear_fd (&self->folder_fd, NULL);
  g_clear_fd (&self->state_fd, NULL);
}

static void
local_free (gpointer place)
{
  Local *self = place;

  g_clear_fd (&self->folder_fd, NULL);
  g_clear_fd (&self->state_fd, NULL);
  g_object_unref (self->dir);
  g_free (self->commit);
  g_free (self->path);
  g_free (self->identity);
  g_free (self);
}

void
maq_cache_local_end_lock (int         lock,
                          int         folder,
                          const char *name)
{
  g_autofree char *note = g_strndup (name, strlen (name) - strlen (".lock"));
  g_autofree char *metadata = g_strconcat (note, ".metadata", NULL);

  // Python leaves the locks of files that are here, and so do we.
  if (faccessat (folder, metadata, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
    unlinkat (folder, name, 0);
  close (lock);
}

static void
set_occupied (Local   *self,
              GError **error)
{
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED, "%s in %s was changed, or put there by something else, and is left as it is. Move it away, or choose another folder", self->path, maq_cache_local_dir_get_path (self->dir));
}

static gboolean
judge (MaqCacheWriter     *writer,
       Local              *self,
       MaqCacheLocalState *state,
       gboolean           *has_note,
       GError            **error)
{
  g_clear_pointer (&self->identity, g_free);
  return maq_cache_local_dir_judge (self->dir, self->folder_fd, self->commit, self->path, writer->etag, writer->size, state, has_note, &self->identity, error);
}

static gboolean
begin (MaqCacheWriter *writer,
       Local          *self,
       const char     *source,
       GError        **error)
{
  MaqCacheLocalState state;
  gboolean           has_note;

  self->folder_fd = maq_cache_local_dir_open (self->dir, error);
  if (self->folder_fd < 0 || !judge (writer, self, &state, &has_note, error))
    return FALSE;
  // A file that is here needs no write at all.
  writer->is_complete = writer->is_placed = has_note;
  if (has_note)
    return TRUE;

  g_autoptr (GError) locked = NULL;
  g_autofree char *place = maq_cache_local_dup_state_path (self->path, ".lock");
  const char      *lock = NULL;
  self->state_fd = maq_cache_open_folder (self->folder_fd, MAQ_CACHE_LOCAL_STATE, TRUE, error);
  writer->folder_fd = self->state_fd >= 0 ? maq_cache_open_parent (self->state_fd, place, TRUE, &lock, error) : -1;
  if (writer->folder_fd < 0)
    return FALSE;
  writer->lock_fd = maq_cache_lock_name (writer->folder_fd, lock, &locked);
  // Looked at after locking: the one who held the lock may just have finished it.
  if (!judge (writer, self, &state, &has_note, error))
    return FALSE;
  writer->is_complete = state == MAQ_CACHE_LOCAL_CURRENT;
  if (writer->is_complete)
    return TRUE;
  if (writer->lock_fd == -1)
    g_propagate_error (error, g_steal_pointer (&locked));
  else if (state == MAQ_CACHE_LOCAL_OTHER && !self->replace)
    set_occupied (self, error);
  else
    {
      if (writer->lock_fd >= 0 && writer->size >= MAQ_CACHE_ADOPT_FROM && maq_cache_lock_name_excludes (writer->folder_fd, lock))
        maq_cache_writer_adopt (writer);
      return maq_cache_writer_open (writer, source, maq_cache_local_dir_get_free_bytes (self->dir), maq_cache_local_dir_get_path (self->dir), error);
    }
  return FALSE;
}

// Whether what has the name is still what was there at the beginning.
static gboolean
is_as_before (Local      *self,
              int         folder,
              const char *name)
{
  struct stat      info;
  g_autofree char *now = fstatat (folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 ? maq_cache_dup_identity (&info) : NULL;

  return g_strcmp0 (now, self->identity) == 0;
}

// Somebody else gave the name to something. If that is the same file, all is well.
static gboolean
give_way (MaqCacheWriter *writer,
          Local          *self,
          GError        **error)
{
  MaqCacheLocalState state;
  gboolean           has_note;

  if (!judge (writer, self, &state, &has_note, error))
    return FALSE;
  if (state != MAQ_CACHE_LOCAL_CURRENT)
    set_occupied (self, error);
  else
    unlinkat (writer->folder_fd, writer->partial, 0);
  return state == MAQ_CACHE_LOCAL_CURRENT;
}

static gboolean
rename_to (MaqCacheWriter *writer,
           Local          *self,
           int             folder,
           const char     *name,
           GError        **error)
{
  if (!is_as_before (self, folder, name))
    return give_way (writer, self, error);
  if (self->identity != NULL)
    return maq_cache_writer_rename (writer, writer->partial, folder, name, error);
  if (renameat2 (writer->folder_fd, writer->partial, folder, name, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno == EEXIST)
    return give_way (writer, self, error);
  // Not every file system can refuse.
  if (errno == EINVAL || errno == ENOSYS)
    return maq_cache_writer_rename (writer, writer->partial, folder, name, error);
  maq_cache_set_errno (error, errno, "Cannot give its final name to", writer->partial);
  return FALSE;
}

static gboolean
place (MaqCacheWriter *writer,
       gpointer        data,
       GError        **error)
{
  Local *self = data;

  if (!writer->is_complete)
    {
      const char  *name = NULL;
      g_autofd int folder = maq_cache_open_parent (self->folder_fd, self->path, TRUE, &name, error);
      if (folder < 0 || !rename_to (writer, self, folder, name, error))
        return FALSE;
      // The file must be on the disk before the note is: a new note makes an old file a new one.
      fsync (folder);
      maq_cache_writer_close_content (writer);
    }
  return maq_cache_local_write_note (self->state_fd, self->commit, self->path, writer->etag, error);
}

static char *
dup_path (MaqCacheWriter *writer,
          gpointer        data)
{
  Local *self = data;

  return g_build_filename (maq_cache_local_dir_get_path (self->dir), self->path, NULL);
}

static void
tidy (MaqCacheWriter *writer,
      gpointer        data)
{
  Local           *self = data;
  g_autofree char *base = g_path_get_basename (self->path);
  g_autofree char *lock = g_strconcat (base, ".lock", NULL);

  if (writer->lock_fd >= 0)
    maq_cache_local_end_lock (g_steal_fd (&writer->lock_fd), writer->folder_fd, lock);
  maq_cache_remove_empty (self->state_fd, "download");
}

static const MaqCacheLayout layout = { .place = place, .dup_path = dup_path, .tidy = tidy, .free = local_free };

MaqCacheWriter *
maq_cache_local_dir_begin (MaqCacheLocalDir *dir,
                           const char       *commit,
                           const char       *path,
                           const char       *etag,
                           guint64           size,
                           const char       *tag,
                           const char       *source,
                           gboolean          replace,
                           GError          **error)
{
  g_return_val_if_fail (MAQ_IS_CACHE_LOCAL_DIR (dir), NULL);
  g_return_val_if_fail (tag == NULL || maq_cache_tag_is_valid (tag), NULL);

  if (!maq_cache_commit_validate (commit, error) || !maq_cache_local_dir_validate (dir, path, error) || !maq_cache_etag_validate (etag, error))
    return NULL;

  g_autofree char *random = g_strdup_printf ("%08x", g_random_int ());
  Local           *self = g_new0 (Local, 1);
  self->dir = g_object_ref (dir);
  self->commit = g_strdup (commit);
  self->path = g_strdup (path);
  self->replace = replace;
  self->folder_fd = self->state_fd = -1;
  g_autoptr (MaqCacheWriter) writer = maq_cache_writer_new (maq_cache_local_dir_get_cache (dir), &layout, self, etag, size, maq_cache_local_dup_partial_name (path, etag, tag != NULL ? tag : random));
  g_autoptr (GError) failed = NULL;
  if (begin (writer, self, source, &failed))
    return g_steal_pointer (&writer);
  // Another writer may just have tidied up a folder that was still empty: once more.
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      close_all (writer, self);
      g_clear_error (&failed);
      if (begin (writer, self, source, &failed))
        return g_steal_pointer (&writer);
    }
  g_propagate_error (error, g_steal_pointer (&failed));
  if (writer->content != NULL && maq_cache_partial_measure (writer->folder_fd, writer->partial, size) == 0)
    maq_cache_writer_discard (writer);
  return NULL;
}
