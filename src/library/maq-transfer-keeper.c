// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-run-private.h"

#include "maq-fiber.h"

// What is done to one file of the cache beside fetching it: waiting for its lock, hashing and syncing while it grows, and its final
// name. What blocks has threads of its own.

#define LOCK_PAUSE   50   // milliseconds, growing to a second
#define POLITE_AFTER 1500 // milliseconds of waiting for a lock until it is said
#define KEEPER_NAP   20   // milliseconds

static MaqCacheWriter *
begin_writer (MaqTransferRun        *run,
              const MaqTransferFile *file,
              const char            *source,
              GError               **error)
{
  if (run->work->dir != NULL)
    return maq_cache_local_dir_begin (run->work->dir, run->work->commit, file->path, file->etag, file->size, maq_transfer_record_get_tag (run->record), source, run->request->replace, error);
  return maq_cache_writer_begin (run->cache, run->request->kind, run->work->id, run->work->commit, file->path, file->etag, file->size, file->xet, maq_transfer_record_get_tag (run->record), error);
}

MaqCacheWriter *
maq_transfer_begin_file (MaqTransferRun        *run,
                         const MaqTransferFile *file,
                         const char            *source,
                         GError               **error)
{
  MaqCacheWriter *writer = NULL;
  guint           pause = LOCK_PAUSE;
  guint           waited = 0;
  gboolean        said = FALSE;

  while (TRUE)
    {
      g_autoptr (GError) failed = NULL;
      writer = begin_writer (run, file, source, &failed);
      if (writer != NULL)
        break;
      if (!g_error_matches (failed, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED))
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          break;
        }
      if (!said && waited >= POLITE_AFTER)
        {
          maq_transfer_run_count (run, &run->n_waiting, 1);
          said = TRUE;
        }
      if (!maq_transfer_run_rest (run, pause, error))
        break;
      waited += pause;
      pause = MIN (pause * 2, 1000);
    }
  if (said)
    maq_transfer_run_count (run, &run->n_waiting, -1);
  return writer;
}

static DexFuture *
finish_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  char *path = maq_cache_writer_finish (data, &error);

  return path != NULL ? dex_future_new_take_string (path) : dex_future_new_for_error (g_steal_pointer (&error));
}

gboolean
maq_transfer_finish_file (MaqCacheWriter *writer,
                          GError        **error)
{
  g_autofree char *path = dex_await_string (maq_thread_spawn ("maq-finish", finish_thread, g_object_ref (writer), g_object_unref), error);
  return path != NULL;
}

// The thread and its owner share this; the result of a thread keeps the thread's data, so the owner is not in it.
typedef struct
{
  MaqTransferRun *run;
  MaqCacheWriter *writer;
  gint            closing; // atomic
} Shared;

struct _MaqTransferKeeper
{
  Shared    *shared;
  DexFuture *end;
};

static void
shared_clear (gpointer data)
{
  Shared *self = data;

  g_object_unref (self->writer);
  maq_transfer_run_unref (self->run);
}

static void
shared_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, shared_clear);
}

// Until the streams are done or the run is. What it could not do is done, or fails again, at the end.
static DexFuture *
keeper_thread (gpointer data)
{
  Shared  *self = data;
  gboolean idle = FALSE;

  while (!g_atomic_int_get (&self->closing) && maq_transfer_run_check (self->run, NULL) && maq_cache_writer_keep (self->writer, &idle, NULL))
    if (idle)
      g_usleep (KEEPER_NAP * 1000);
  return dex_future_new_true ();
}

MaqTransferKeeper *
maq_transfer_keeper_new (MaqTransferRun *run,
                         MaqCacheWriter *writer)
{
  MaqTransferKeeper *self = g_new0 (MaqTransferKeeper, 1);

  self->shared = g_atomic_rc_box_new0 (Shared);
  self->shared->run = maq_transfer_run_ref (run);
  self->shared->writer = g_object_ref (writer);
  self->end = maq_thread_spawn ("maq-keeper", keeper_thread, g_atomic_rc_box_acquire (self->shared), shared_unref);
  return self;
}

void
maq_transfer_keeper_stop (MaqTransferKeeper *self)
{
  g_atomic_int_set (&self->shared->closing, TRUE);
}

DexFuture *
maq_transfer_keeper_wait (MaqTransferKeeper *self)
{
  return dex_ref (self->end);
}

void
maq_transfer_keeper_free (MaqTransferKeeper *self)
{
  maq_transfer_keeper_stop (self);
  dex_unref (self->end);
  shared_unref (self->shared);
  g_free (self);
}
