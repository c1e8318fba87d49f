// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-transfer-private.h"

// What a run shares with the files it fetches:
//
//   MaqTransferRun ── streams, one fiber for each connection ── MaqTransferFetch   one content on its way
//
// A stream takes the largest file nobody has begun; when there is none it helps with the file that has the most left.

G_BEGIN_DECLS

struct _MaqTransferRun
{
  MaqHubClient       *client;
  MaqCache           *cache;
  MaqTransferRequest *request;
  MaqTransferRecord  *record;
  MaqTransferRate    *rate;
  MaqCacheLocalDir   *dir;        // nullable: the folder of the request
  MaqTransferWork    *known;      // nullable: what the Hub need not be asked for
  gint                stopped;    // atomic
  gint                has_folder; // atomic: the folder of the request is there, or was before

  GMutex           lock; // guards what follows
  MaqTransferWork *work; // set once
  GQueue           jobs; // of MaqTransferFetch that nobody has begun
  GPtrArray       *open; // of MaqTransferFetch on their way
  GError          *error;
  DexPromise      *news; // resolved when there is something to do for the run itself
  guint            n_streams;
  guint            max_streams;
  guint            first_byte; // milliseconds from asking for a file to its first byte, lately
  gboolean         is_pressed; // the server asked for less
  guint64          done;
  guint64          fetched;
  guint            n_waiting;
  guint            n_limited;
};

// FALSE when the run was stopped or has failed.
gboolean maq_transfer_run_check (MaqTransferRun *self, GError **error);
// Lets the other fibers of this thread work for so long. FALSE as above.
gboolean maq_transfer_run_rest (MaqTransferRun *self, guint milliseconds, GError **error);
void     maq_transfer_run_add_done (MaqTransferRun *self, gint64 done, guint64 fetched);
// There is more for streams to do, or less.
void maq_transfer_run_tell_news (MaqTransferRun *self);
// One of the run's counters, under its lock.
void  maq_transfer_run_count (MaqTransferRun *self, guint *counter, int by);
guint maq_transfer_run_get_first_pause (void);

// Starts FUNC as a fiber that holds the record, so that nobody else takes the transfer up before the last has let go of its file.
DexFuture *maq_transfer_run_spawn (MaqTransferRun *self, DexFiberFunc func);
// Fetches all files of the work. Only in a fiber.
gboolean maq_transfer_run_fetch_all (MaqTransferRun *self, GError **error);
// Whether there is room for all of them; and, meanwhile, whether another program has not filled the disk.
gboolean maq_transfer_run_check_space (MaqTransferRun *self, GError **error);
gboolean maq_transfer_run_check_reserve (MaqTransferRun *self, GError **error);

// Makes the folder of the request, or finds it again, before it is remembered that it was there.
gboolean maq_transfer_run_prepare_folder (MaqTransferRun *self, GError **error);
// Keeps the list of files, and removes the run's partial files, where the request has them. ID: nullable, as the Hub writes it.
void maq_transfer_run_write_tree (MaqTransferRun *self);
void maq_transfer_run_remove_partials (MaqTransferRun *self, const char *id);

// The file's place, waiting as long as another program holds its lock. SOURCE: nullable; for a folder, a file that has the content.
// Only in a fiber.
MaqCacheWriter *maq_transfer_begin_file (MaqTransferRun *run, const MaqTransferFile *file, const char *source, GError **error);
// Gives WRITER the content of SOURCE, on a thread. *COPIED: the bytes the run's progress was told of. Only in a fiber.
gboolean maq_transfer_copy_file (MaqTransferRun *run, MaqCacheWriter *writer, const char *source, guint64 *copied, GError **error);
// Its final name; hashing, syncing and copying happen on a thread. Only in a fiber.
gboolean maq_transfer_finish_file (MaqCacheWriter *writer, GError **error);

// A thread that follows the front up to which nothing is missing: it hashes what is there while it is still in memory, and brings
// it to the disk now and then. It ends when it is stopped, or with the run.
typedef struct _MaqTransferKeeper MaqTransferKeeper;
MaqTransferKeeper                *maq_transfer_keeper_new (MaqTransferRun *run, MaqCacheWriter *writer);
void                              maq_transfer_keeper_stop (MaqTransferKeeper *self);
// Resolves when the thread has ended (transfer full).
DexFuture *maq_transfer_keeper_wait (MaqTransferKeeper *self);
// Stops it, too; waits for nothing.
void maq_transfer_keeper_free (MaqTransferKeeper *self);

// One content on its way into the cache, for all the files of the snapshot that have it.
typedef struct _MaqTransferFetch MaqTransferFetch;

// FILES: of MaqTransferFile with one etag (transfer full).
MaqTransferFetch *maq_transfer_fetch_new (MaqTransferRun *run, GPtrArray *files);
MaqTransferFetch *maq_transfer_fetch_ref (MaqTransferFetch *self);
void              maq_transfer_fetch_unref (MaqTransferFetch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqTransferFetch, maq_transfer_fetch_unref)
gboolean maq_transfer_fetch_is_done (MaqTransferFetch *self);
// The bytes another stream could take over, 0 if it would be of no use.
guint64 maq_transfer_fetch_get_offer (MaqTransferFetch *self);
// Begins the file and fetches of it what the other streams leave; whoever brings the last byte finishes it. Only in a fiber.
gboolean maq_transfer_fetch_begin (MaqTransferFetch *self, GError **error);
// Takes over a part of a file that is on its way. Only in a fiber.
gboolean maq_transfer_fetch_help (MaqTransferFetch *self, GError **error);

G_END_DECLS
