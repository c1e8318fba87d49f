// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-transfers.h"

// What the units of a download share:
//
//   MaqTransferList ── MaqTransfer ── MaqTransferRun ──┬── MaqTransferWork   which files, from the Hub's tree
//      main thread                    worker threads   └── MaqTransferRecord what is remembered across restarts

G_BEGIN_DECLS

// "main" where the request names none.
const char *maq_transfer_request_get_revision (const MaqTransferRequest *self);
gboolean    maq_transfer_request_equal (const MaqTransferRequest *a, const MaqTransferRequest *b);
// Whether the request asks for PATH, as far as can be said without the Hub.
gboolean maq_transfer_request_has_path (const MaqTransferRequest *self, const char *path);

// One file to fetch.
typedef struct
{
  char    *path;
  char    *etag;
  guint64  size;
  gboolean here; // the content is in the cache, if perhaps not yet in this snapshot
} MaqTransferFile;

// What a request comes to. Read-only once made.
typedef struct
{
  char      *id; // as the Hub writes it today
  char      *commit;
  GPtrArray *files; // of MaqTransferFile
  guint64    bytes_total;
  guint64    bytes_here;
  gboolean   is_cached;  // made from the cache alone: nothing is to be fetched
  gboolean   is_offline; // because the Hub could not be asked
  GPtrArray *tree;       // nullable: what the Hub lists at this commit, of MaqCacheTreeFile, for the cache to keep
} MaqTransferWork;

// Asks the Hub what REQUEST comes to, or the cache where the Hub cannot be asked and the cache will do. Only in a fiber.
MaqTransferWork *maq_transfer_work_prepare (MaqHubClient *client, MaqCache *cache, const MaqTransferRequest *request, GError **error);
void             maq_transfer_work_free (MaqTransferWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqTransferWork, maq_transfer_work_free)

// What is remembered of one unfinished transfer: a JSON file named by the tag that its partial files carry. All programs share
// the records; the one that runs a transfer holds a lock beside its record, so that two never run the same one.
typedef struct _MaqTransferRecord MaqTransferRecord;
// A record with a new tag for a transfer into the cache at CACHE_ROOT; nothing is written yet. FOLDER nullable: nothing is
// remembered.
MaqTransferRecord *maq_transfer_record_new (const char *folder, const char *cache_root);
// Another one in the same folder, for when this one's transfer is run by somebody else.
MaqTransferRecord *maq_transfer_record_renew (MaqTransferRecord *self);
MaqTransferRecord *maq_transfer_record_ref (MaqTransferRecord *self);
void               maq_transfer_record_unref (MaqTransferRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqTransferRecord, maq_transfer_record_unref)
const char *maq_transfer_record_get_tag (MaqTransferRecord *self);
// Takes the lock, once more if this record has it. FALSE if another record, of this program or of another one, holds it. Each
// success is matched by one release. Any thread.
gboolean maq_transfer_record_hold (MaqTransferRecord *self);
void     maq_transfer_record_release (MaqTransferRecord *self);
// These two touch the disk; only while the lock is held; any thread.
void maq_transfer_record_write (MaqTransferRecord *self, const MaqTransferRequest *request);
void maq_transfer_record_remove (MaqTransferRecord *self);
// Calls FUNC with each unfinished transfer in FOLDER into the cache at CACHE_ROOT that nobody runs, oldest first.
typedef void (*MaqTransferRecordFunc) (MaqTransferRecord *record, const MaqTransferRequest *request, gpointer data);
void maq_transfer_records_load (const char *folder, const char *cache_root, MaqTransferRecordFunc func, gpointer data);

// One attempt at a transfer, on worker threads. Counters may be read from any thread. RECORD is held until the last file is let
// go of.
typedef struct _MaqTransferRun MaqTransferRun;
MaqTransferRun                *maq_transfer_run_new (MaqHubClient *client, MaqCache *cache, const MaqTransferRequest *request, MaqTransferRecord *record);
MaqTransferRun                *maq_transfer_run_ref (MaqTransferRun *self);
void                           maq_transfer_run_unref (MaqTransferRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqTransferRun, maq_transfer_run_unref)
// Resolves to the path of the snapshot (string). Dropping it stops the run, and so does maq_transfer_run_stop.
DexFuture *maq_transfer_run_start (MaqTransferRun *self);
void       maq_transfer_run_stop (MaqTransferRun *self);
// The pause before the second try of a file, in milliseconds, from now on. Tests cannot wait eight seconds.
void maq_transfer_run_set_first_pause (guint milliseconds);

typedef struct
{
  guint64     done;
  guint64     total;
  guint64     fetched;    // received in this run
  guint       n_waiting;  // files another program has locked
  gboolean    is_limited; // the Hub asked to wait
  gboolean    is_offline; // from the cache alone
  const char *commit;     // nullable; both belong to the run
  const char *id;         // nullable
} MaqTransferProgress;
void maq_transfer_run_get_progress (MaqTransferRun *self, MaqTransferProgress *progress);
// The files once they are known, NULL before. Belongs to the run.
const MaqTransferWork *maq_transfer_run_get_work (MaqTransferRun *self);

// For the list.
MaqTransfer       *maq_transfer_new (MaqHubClient *client, MaqCache *cache, const MaqTransferRequest *request, MaqTransferRecord *record, MaqTransferState state);
MaqTransferRecord *maq_transfer_get_record (MaqTransfer *self);
gboolean           maq_transfer_is_active (MaqTransfer *self);
// The id the repo has in the cache.
const char *maq_transfer_get_id (MaqTransfer *self);
// Whether it fetches or fetched PATH.
gboolean maq_transfer_has_path (MaqTransfer *self, MaqRepoKind kind, const char *id, const char *path);
// From QUEUED to RUNNING.
void maq_transfer_begin (MaqTransfer *self);

G_END_DECLS
