// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include "maq-fiber.h"

// What the list has to do on the disk, on threads of their own.

static DexFuture *
save_thread (gpointer data)
{
  maq_transfer_record_save (data);
  return dex_future_new_true ();
}

void
maq_transfer_save_later (MaqTransfer *transfer)
{
  // Nobody waits: what cannot be saved is not remembered, that is all.
  dex_future_disown (maq_thread_spawn ("maq-save", save_thread, maq_transfer_record_ref (maq_transfer_get_record (transfer)), (GDestroyNotify) maq_transfer_record_unref));
}

// What is left of a transfer that nobody wants any more.
typedef struct
{
  MaqCache          *cache;
  MaqTransferRecord *record;
  MaqRepoKind        kind;
  char              *id;
  char              *folder; // nullable
} Leftover;

static void
leftover_free (gpointer data)
{
  Leftover *self = data;

  g_object_unref (self->cache);
  maq_transfer_record_unref (self->record);
  g_free (self->id);
  g_free (self->folder);
  g_free (self);
}

static gboolean
remove_partials (Leftover         *self,
                 MaqCacheLocalDir *dir)
{
  const char *tag = maq_transfer_record_get_tag (self->record);

  return dir != NULL ? maq_cache_local_dir_remove_partials (dir, tag) : maq_cache_remove_partials (self->cache, self->kind, self->id, tag);
}

static DexFuture *
remove_leftover (gpointer data)
{
  Leftover *self = data;
  g_autoptr (MaqCacheLocalDir) dir = self->folder != NULL ? maq_cache_local_dir_new (self->cache, self->folder, NULL) : NULL;

  // Another program goes on with it: then the files are wanted.
  if (!maq_transfer_record_hold_soon (self->record))
    return dex_future_new_true ();
  // Cancelled just now, a stream may still be about to let go of its file.
  for (guint i = 0; i < 20 && !remove_partials (self, dir); i++)
    g_usleep (100000);
  maq_transfer_record_remove (self->record);
  maq_transfer_record_release (self->record);
  return dex_future_new_true ();
}

void
maq_transfer_forget_later (MaqTransfer *transfer,
                           MaqCache    *cache)
{
  Leftover *leftover = g_new0 (Leftover, 1);

  leftover->cache = g_object_ref (cache);
  leftover->record = maq_transfer_record_ref (maq_transfer_get_record (transfer));
  leftover->kind = maq_transfer_get_request (transfer)->kind;
  leftover->id = g_strdup (maq_transfer_get_id (transfer));
  leftover->folder = g_strdup (maq_transfer_get_request (transfer)->folder);
  // Nobody waits: the worst that can come of a failure is a file that the next cleaning finds.
  dex_future_disown (maq_thread_spawn ("maq-clear", remove_leftover, leftover, leftover_free));
}
