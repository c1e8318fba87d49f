// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-run-private.h"

#include "maq-fiber.h"

// What there is to do for a folder of the user's choice: which of its files are up to date already, which the cache has, and which
// must not be touched. To know that, large files may have to be read: a thread does it.

typedef struct
{
  MaqCache           *cache;
  MaqTransferRequest *request;
  MaqTransferWork    *work;
} Look;

static void
look_free (gpointer data)
{
  Look *self = data;

  g_object_unref (self->cache);
  maq_transfer_request_free (self->request);
  maq_transfer_work_unref (self->work);
  g_free (self);
}

// What the others are told that stays as it is.
static void
set_occupied (Look       *self,
              const char *path,
              guint       n_more,
              GError    **error)
{
  const char *folder = maq_cache_local_dir_get_path (self->work->dir);

  if (n_more == 0)
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED, "%s in %s was changed, or put there by something else, and is left as it is. Move it away, or choose another folder", path, folder);
  else
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED, "%s and %u more files in %s were changed, or put there by something else, and are left as they are. Move them away, or choose another folder", path, n_more, folder);
}

// FALSE if a file of this name is not wanted in the folder; with an error if it was asked for by name, or is in the way.
static gboolean
look_at (Look            *self,
         MaqTransferFile *file,
         gboolean        *is_other,
         GError         **error)
{
  g_autoptr (GError) failed = NULL;
  MaqTransferWork   *work = self->work;
  MaqCacheLocalState state;

  if (!maq_cache_local_dir_validate (work->dir, file->path, &failed))
    {
      if (maq_transfer_request_has_paths (self->request))
        g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (!maq_cache_local_dir_look (work->dir, work->commit, file->path, file->etag, file->size, &state, error))
    return FALSE;
  file->here = state == MAQ_CACHE_LOCAL_CURRENT;
  *is_other = state == MAQ_CACHE_LOCAL_OTHER && !self->request->replace;
  if (!file->here)
    file->source = maq_cache_dup_content_path (self->cache, self->request->kind, work->id, work->commit, file->path, file->etag, file->size, file->xet);
  return TRUE;
}

static gboolean
look_at_all (Look    *self,
             GError **error)
{
  GPtrArray       *files = self->work->files;
  g_autofree char *first = NULL;
  guint            n_others = 0;

  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (GError) failed = NULL;
      gboolean         is_other = FALSE;
      MaqTransferFile *file = files->pdata[i];
      if (!look_at (self, file, &is_other, &failed))
        {
          if (failed != NULL)
            {
              g_propagate_error (error, g_steal_pointer (&failed));
              return FALSE;
            }
          self->work->bytes_total -= file->size;
          g_ptr_array_remove_index (files, i--);
          continue;
        }
      self->work->bytes_here += file->here ? file->size : 0;
      if (is_other && n_others++ == 0)
        first = g_strdup (file->path);
    }
  if (n_others > 0)
    set_occupied (self, first, n_others - 1, error);
  return n_others == 0;
}

// The folder itself may have the same content under another name.
static void
find_copies (MaqTransferWork *work)
{
  g_autoptr (GHashTable) here = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < work->files->len; i++)
    {
      const MaqTransferFile *file = work->files->pdata[i];
      if (file->here)
        g_hash_table_insert (here, file->etag, file->path);
    }
  for (guint i = 0; i < work->files->len; i++)
    {
      MaqTransferFile *file = work->files->pdata[i];
      const char      *other = g_hash_table_lookup (here, file->etag);
      if (!file->here && file->source == NULL && other != NULL)
        file->source = g_build_filename (maq_cache_local_dir_get_path (work->dir), other, NULL);
    }
}

static DexFuture *
look_thread (gpointer data)
{
  Look *self = data;
  g_autoptr (GError) error = NULL;

  if (!look_at_all (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  find_copies (self->work);
  return dex_future_new_true ();
}

gboolean
maq_transfer_work_look (MaqTransferWork          *self,
                        MaqCache                 *cache,
                        const MaqTransferRequest *request,
                        GError                  **error)
{
  Look *look = g_new0 (Look, 1);

  look->cache = g_object_ref (cache);
  look->request = maq_transfer_request_copy (request);
  look->work = maq_transfer_work_ref (self);
  return dex_await (maq_thread_spawn ("maq-look", look_thread, look, look_free), error);
}

// On FAT, for one, the second of two names that differ by case only would take the place of the first.
gboolean
maq_transfer_work_check_names (const MaqTransferWork *self,
                               GError               **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (self->dir == NULL || !maq_cache_local_dir_folds_case (self->dir))
    return TRUE;
  for (guint i = 0; i < self->files->len; i++)
    {
      const MaqTransferFile *file = self->files->pdata[i];
      g_autofree char       *folded = g_utf8_casefold (file->path, -1);
      const char            *other = g_hash_table_lookup (names, folded);
      if (other != NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME, "%s and %s are one name in %s, where upper and lower case are the same. Leave one of them out, or choose a folder on another disk", other, file->path, maq_cache_local_dir_get_path (self->dir));
          return FALSE;
        }
      g_hash_table_insert (names, g_steal_pointer (&folded), file->path);
    }
  return TRUE;
}

guint64
maq_transfer_work_get_space (const MaqTransferWork *self,
                             const char            *tag)
{
  guint64 needed = self->bytes_total - self->bytes_here;
  int     can_share = -1; // not known yet

  for (guint i = 0; i < self->files->len; i++)
    {
      const MaqTransferFile *file = self->files->pdata[i];
      if (!file->here && file->source != NULL && can_share < 0)
        can_share = maq_cache_local_dir_can_share (self->dir, file->source);
      if (!file->here && file->source != NULL && can_share == TRUE)
        needed -= file->size;
      else if (!file->here)
        needed -= MIN (needed, maq_cache_local_dir_get_partial_size (self->dir, file->path, file->etag, file->size, tag));
    }
  return needed;
}

gboolean
maq_transfer_run_prepare_folder (MaqTransferRun *self,
                                 GError        **error)
{
  if (self->request->folder == NULL)
    return TRUE;
  self->dir = maq_cache_local_dir_new (self->cache, self->request->folder, error);
  if (self->dir == NULL || !maq_cache_local_dir_prepare (self->dir, !maq_transfer_run_has_folder (self), error))
    return FALSE;
  g_atomic_int_set (&self->has_folder, TRUE);
  return TRUE;
}

void
maq_transfer_run_remove_partials (MaqTransferRun *self,
                                  const char     *id)
{
  const char *tag = maq_transfer_record_get_tag (self->record);

  if (self->dir != NULL)
    maq_cache_local_dir_remove_partials (self->dir, tag);
  else if (id != NULL)
    maq_cache_remove_partials (self->cache, self->request->kind, id, tag);
}

void
maq_transfer_run_write_tree (MaqTransferRun *self)
{
  MaqTransferWork *work = self->work;

  if (self->dir != NULL)
    maq_cache_local_dir_write_tree (self->dir, work->commit, work->tree);
  else
    maq_cache_write_tree (self->cache, self->request->kind, work->id, work->commit, work->tree);
}

// A file is being copied by a thread; who waits for it may be gone by then.
typedef struct
{
  MaqTransferRun *run;
  MaqCacheWriter *writer;
  char           *source;
  guint64         copied; // for the thread, and when it is done for the others
} Copy;

static void
copy_clear (gpointer data)
{
  Copy *self = data;

  maq_transfer_run_unref (self->run);
  g_object_unref (self->writer);
  g_free (self->source);
}

static void
copy_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, copy_clear);
}

static gboolean
copied_cb (guint64  n_bytes,
           gpointer data)
{
  Copy *self = data;

  self->copied += n_bytes;
  maq_transfer_run_add_done (self->run, n_bytes, 0);
  return maq_transfer_run_check (self->run, NULL);
}

static DexFuture *
copy_thread (gpointer data)
{
  Copy *self = data;
  g_autoptr (GError) error = NULL;

  if (maq_cache_writer_take_file (self->writer, self->source, copied_cb, self, &error))
    return dex_future_new_true ();
  return dex_future_new_for_error (g_steal_pointer (&error));
}

gboolean
maq_transfer_copy_file (MaqTransferRun *run,
                        MaqCacheWriter *writer,
                        const char     *source,
                        guint64        *copied,
                        GError        **error)
{
  Copy *copy = g_atomic_rc_box_new0 (Copy);

  copy->run = maq_transfer_run_ref (run);
  copy->writer = g_object_ref (writer);
  copy->source = g_strdup (source);
  gboolean ok = dex_await (maq_thread_spawn ("maq-copy", copy_thread, g_atomic_rc_box_acquire (copy), copy_unref), error);
  *copied = copy->copied;
  copy_unref (copy);
  return ok;
}
