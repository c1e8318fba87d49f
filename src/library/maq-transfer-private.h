// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache-local-dir.h"
#include "maq-transfers.h"

// What the units of a download share:
//
//   MaqTransferList ── MaqTransfer ── MaqTransferRun ──┬── MaqTransferWork   which files, from the Hub's tree
//      main thread                    worker threads   └── MaqTransferRecord what is remembered across restarts

G_BEGIN_DECLS

// "main" where the request names none.
const char *maq_transfer_request_get_revision (const MaqTransferRequest *self);
gboolean    maq_transfer_request_equal (const MaqTransferRequest *a, const MaqTransferRequest *b);
// Whether it names its files.
gboolean maq_transfer_request_has_paths (const MaqTransferRequest *self);
// Whether the request asks for PATH, as far as can be said without the Hub.
gboolean maq_transfer_request_has_path (const MaqTransferRequest *self, const char *path);

// One file to fetch.
typedef struct
{
  char    *path;
  char    *etag;
  char    *xet; // nullable: the Xet hash, if it has one
  guint64  size;
  gboolean here;    // the content is in the cache, if perhaps not yet in this snapshot; for a folder: it is up to date there
  gboolean is_twin; // or another repo, or for a folder the cache, has it; only where a plan was made
  char    *source;  // nullable; for a folder: a file on this machine that should have the content
} MaqTransferFile;

// What a request comes to. Read-only once made.
struct _MaqTransferWork
{
  char             *id; // as the Hub writes it today
  char             *commit;
  GPtrArray        *files; // of MaqTransferFile
  MaqCacheLocalDir *dir;   // nullable: the folder of the user's choice
  guint64           bytes_total;
  guint64           bytes_here;
  gboolean          is_cached;  // made from the cache alone: nothing is to be fetched
  gboolean          is_offline; // because the Hub could not be asked
  GPtrArray        *tree;       // nullable: what the Hub lists at this commit, of MaqCacheTreeFile, for the cache to keep
  guint             took;       // milliseconds to find all this out
  char             *left_out;   // nullable: see MaqTransferPlan
  char             *address;    // nullable: where the only file is, for a while; never stored or logged
  gint64            told_at;    // monotonic: when the Hub said so
};

// Asks the Hub what REQUEST comes to, or the cache where the Hub cannot be asked and the cache will do. Only in a fiber.
MaqTransferWork *maq_transfer_work_prepare (MaqHubClient *client, MaqCache *cache, const MaqTransferRequest *request, GError **error);
// The part of SELF that fetches PATHS (transfer full).
MaqTransferWork *maq_transfer_work_choose (const MaqTransferWork *self, const char *const *paths);
// What it comes to where COMMIT and its files are known. Only in a fiber.
MaqTransferWork *maq_transfer_work_prepare_tree (MaqCache *cache, const MaqTransferRequest *request, const char *commit, MaqHubTree *tree, GError **error);
// For a folder: what of it is there, in a fiber.
gboolean maq_transfer_work_look (MaqTransferWork *self, MaqCache *cache, const MaqTransferRequest *request, GError **error);
// Whether the file system of the folder, which is prepared, tells the files apart.
gboolean maq_transfer_work_check_names (const MaqTransferWork *self, GError **error);
// The space that is still needed beside the partial files of TAG (nullable).
guint64          maq_transfer_work_get_space (const MaqTransferWork *self, const char *tag);
MaqTransferWork *maq_transfer_work_ref (MaqTransferWork *self);
void             maq_transfer_work_unref (MaqTransferWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqTransferWork, maq_transfer_work_unref)

// How fast all the transfers of a list together may fetch. Any thread.
typedef struct _MaqTransferRate MaqTransferRate;
MaqTransferRate                *maq_transfer_rate_new (void);
MaqTransferRate                *maq_transfer_rate_ref (MaqTransferRate *self);
void                            maq_transfer_rate_unref (MaqTransferRate *self);
// 0: no limit.
void    maq_transfer_rate_set (MaqTransferRate *self, guint64 bytes_per_second);
guint64 maq_transfer_rate_get (MaqTransferRate *self);
// N_BYTES came: how many microseconds to wait before more is asked for.
gint64 maq_transfer_rate_take (MaqTransferRate *self, gsize n_bytes);

// What becomes of a transfer that nobody holds.
typedef enum
{
  MAQ_TRANSFER_STANDING_STOPPED, // goes on when somebody says so
  MAQ_TRANSFER_STANDING_WANTED,  // goes on by itself
  MAQ_TRANSFER_STANDING_PAUSED,
  MAQ_TRANSFER_STANDING_DONE,
} MaqTransferStanding;

// What is remembered of a transfer besides its request.
typedef struct
{
  MaqTransferStanding standing;
  gint64              order; // the lower, the earlier
  char               *hub;   // which Hub it is for: an address, or another name
  guint64             done;  // bytes when it was last stopped, and so is the next; 0 where unknown
  guint64             size;
  gint64              finished; // in microseconds since 1970; 0 unless done, and so is the next
  char               *snapshot;
  gboolean            has_folder; // the folder of its request was made, or found: it is not made again
} MaqTransferMemo;
void maq_transfer_memo_clear (MaqTransferMemo *self);

// What is remembered of one transfer: a JSON file named by the tag that its partial files carry. All programs share
// the records; the one that runs a transfer, or has it in its queue, holds a lock beside its record, so that two never run the same one.
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
// The same, but waits for a moment: who reads the records holds each of them as long. Blocks.
gboolean maq_transfer_record_hold_soon (MaqTransferRecord *self);
void     maq_transfer_record_release (MaqTransferRecord *self);
// What is to be on the disk from now on, until it is removed. Touches no disk; any thread.
void     maq_transfer_record_note (MaqTransferRecord *self, const MaqTransferRequest *request, const MaqTransferMemo *memo);
gboolean maq_transfer_record_has_note (MaqTransferRecord *self);
// These two touch the disk; any thread. The first does nothing if somebody else holds the record, if there is no note, or if it
// is there already; the second is for while the lock is held.
void maq_transfer_record_save (MaqTransferRecord *self);
void maq_transfer_record_remove (MaqTransferRecord *self);
// A record that is held, as a boxed type: copying holds it once more, freeing releases it.
#define MAQ_TYPE_TRANSFER_HOLD (maq_transfer_hold_get_type ())
GType maq_transfer_hold_get_type (void);

// A transfer that nobody holds.
typedef struct
{
  MaqTransferRecord  *record;
  MaqTransferRequest *request;
  MaqTransferMemo     memo;
} MaqTransferFound;
// Those in FOLDER into the cache at CACHE_ROOT, in their order (transfer full, of MaqTransferFound), but for the tags in KNOWN.
// Touches the disk; any thread.
GPtrArray *maq_transfer_records_find (const char *folder, const char *cache_root, GHashTable *known);

// One attempt at a transfer, on worker threads. Counters may be read from any thread. RECORD is held until the last file is let
// go of.
typedef struct _MaqTransferRun MaqTransferRun;
// WORK: nullable, what REQUEST comes to if that is known; else the run finds out. HAS_FOLDER: the folder of the request was there
// before, and is not made now.
MaqTransferRun *maq_transfer_run_new (MaqHubClient *client, MaqCache *cache, const MaqTransferRequest *request, MaqTransferRecord *record, MaqTransferRate *rate, MaqTransferWork *work, gboolean has_folder);
gboolean        maq_transfer_run_has_folder (MaqTransferRun *self);
MaqTransferRun *maq_transfer_run_ref (MaqTransferRun *self);
void            maq_transfer_run_unref (MaqTransferRun *self);
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

// For the list. MEMO says whether it is queued, paused, stopped or done.
MaqTransfer       *maq_transfer_new (MaqHubClient *client, MaqCache *cache, const MaqTransferRequest *request, MaqTransferRecord *record, MaqTransferRate *rate, const MaqTransferMemo *memo);
MaqTransferRecord *maq_transfer_get_record (MaqTransfer *self);
gboolean           maq_transfer_is_active (MaqTransfer *self);
// Whether it is queued and nothing hinders it.
gboolean maq_transfer_is_ready (MaqTransfer *self);
// What there is to remember, but for the standing, which the list knows.
const MaqTransferMemo *maq_transfer_get_memo (MaqTransfer *self);
void                   maq_transfer_set_order (MaqTransfer *self, gint64 order);
// How far it is becomes part of the memo while it runs, too.
void maq_transfer_note_figures (MaqTransfer *self);
// The id the repo has in the cache.
const char *maq_transfer_get_id (MaqTransfer *self);
// Whether it fetches or fetched PATH.
gboolean maq_transfer_has_path (MaqTransfer *self, MaqRepoKind kind, const char *id, const char *path);
// Takes hold of the record, for as long as the transfer is queued or runs. Returns at once; notify::state follows.
void     maq_transfer_claim (MaqTransfer *self);
gboolean maq_transfer_is_claimed (MaqTransfer *self);
// Whether it is queued, but has not even asked for its record.
gboolean maq_transfer_is_new (MaqTransfer *self);
// SELF, which is new, goes on with what OTHER left: its record, its files, its place.
void maq_transfer_take_up (MaqTransfer *self, MaqTransfer *other);
// What its request comes to, for the next run, which need not find out then. Nothing for one that runs.
void maq_transfer_set_work (MaqTransfer *self, MaqTransferWork *work);
// The user asked for it anew: the folder of its request is made if it is not there.
void maq_transfer_renew_folder (MaqTransfer *self);
// From QUEUED to RUNNING, with its record.
void maq_transfer_begin (MaqTransfer *self);
// From QUEUED or RUNNING to CANCELLED: it is for another Hub than the one there is.
void maq_transfer_park (MaqTransfer *self);
// Whether it waits, queued, where the network or the disk fails it, rather than to fail.
void maq_transfer_set_patient (MaqTransfer *self, gboolean patient);
// The network is back: what waits for it waits no more.
void maq_transfer_wake (MaqTransfer *self);
// It waits, queued, unless somebody said to go on all the same; and no more. HINDRANCE: why, in words.
void maq_transfer_hold (MaqTransfer *self, const char *hindrance);
void maq_transfer_release (MaqTransfer *self);
// The shortest and the longest wait before the next try, in milliseconds, from now on. Tests cannot wait five minutes.
void maq_transfer_set_waits (guint shortest, guint longest);

// Looks at the clock, and again with each minute as long as there is something that depends on it.
void maq_transfer_list_check_hours (MaqTransferList *self);

// Brings the record to the disk, or takes it from there with the partial files. Both return at once.
void maq_transfer_save_later (MaqTransfer *transfer);
void maq_transfer_forget_later (MaqTransfer *transfer, MaqCache *cache);
// As maq_transfer_list_plan, or with a COMMIT (nullable, and so is the next) as maq_transfer_list_plan_tree.
DexFuture *maq_transfer_plan_make (MaqHubClient *client, MaqCache *cache, const MaqTransferRequest *request, const char *commit, MaqHubTree *tree);

G_END_DECLS
