// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-run-private.h"

// Whether there is room for what a run fetches.

static guint64
get_free_bytes (MaqTransferRun *self)
{
  return self->work->dir != NULL ? maq_cache_local_dir_get_free_bytes (self->work->dir) : maq_cache_get_free_bytes (self->cache);
}

// Where the files go, for people.
static const char *
get_place (MaqTransferRun *self)
{
  return self->work->dir != NULL ? maq_cache_local_dir_get_path (self->work->dir) : maq_cache_get_root (self->cache);
}

gboolean
maq_transfer_run_check_space (MaqTransferRun *self,
                              GError        **error)
{
  MaqTransferWork *work = self->work;
  guint64          needed = work->bytes_total - work->bytes_here;
  guint64          free_bytes = get_free_bytes (self);

  if (work->dir != NULL && needed > free_bytes)
    needed = maq_transfer_work_get_space (work, maq_transfer_record_get_tag (self->record));
  for (guint i = 0; i < work->files->len && needed > free_bytes && work->dir == NULL; i++)
    {
      MaqTransferFile *file = g_ptr_array_index (work->files, i);
      if (!file->here && maq_cache_has_twin (self->cache, self->request->kind, work->id, file->etag, file->size, file->xet))
        needed -= MIN (needed, file->size);
      else if (!file->here)
        needed -= MIN (needed, maq_cache_get_partial_size (self->cache, self->request->kind, work->id, file->etag, file->size, maq_transfer_record_get_tag (self->record)));
    }
  if (needed <= free_bytes)
    return TRUE;

  g_autofree char *need = g_format_size (needed);
  g_autofree char *have = g_format_size (free_bytes);
  g_autofree char *missing = g_format_size (needed - free_bytes);
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE, "%s are needed in %s, %s may be used: %s are missing", need, get_place (self), have, missing);
  return FALSE;
}

gboolean
maq_transfer_run_check_reserve (MaqTransferRun *self,
                                GError        **error)
{
  if (get_free_bytes (self) > 0)
    return TRUE;
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE, "The space that is left in %s is kept for other programs", get_place (self));
  return FALSE;
}
