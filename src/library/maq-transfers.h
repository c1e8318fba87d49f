// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-cache.h"
#include "maq-hub-client.h"
#include "maq-schedule.h"

// Downloads into the shared cache, or a folder of the user's choice: several files at a time, resumed where they stopped, every byte checked before a file gets
// its final name. Work runs on worker threads; the objects here belong to the main thread and change there.

G_BEGIN_DECLS

typedef enum
{
  MAQ_TRANSFER_QUEUED,
  MAQ_TRANSFER_RUNNING,
  MAQ_TRANSFER_PAUSED, // until somebody says so, also over restarts
  MAQ_TRANSFER_DONE,
  MAQ_TRANSFER_FAILED,    // see get_error; retry goes on where it stopped
  MAQ_TRANSFER_CANCELLED, // retry goes on where it stopped
} MaqTransferState;
#define MAQ_TYPE_TRANSFER_STATE (maq_transfer_state_get_type ())
GType maq_transfer_state_get_type (void);

// What to fetch. Free with maq_transfer_request_free.
typedef struct
{
  MaqRepoKind kind;
  char       *id;
  char       *revision; // nullable: main
  char      **paths;    // nullable: the files to fetch; else all that the globs let through
  char      **include;  // nullable globs as Python's fnmatch: * also matches /
  char      **exclude;
  char       *title;   // nullable: what the interface shows besides the id, such as "Q4_K_M"
  char       *folder;  // nullable: a folder of the user's choice, absolute, that gets the files instead of the shared cache
  gboolean    at_once; // whoever plans it begins it at once: where its only file is may be asked beside
  gboolean    replace; // files there that the user made or changed, too; otherwise the download fails with MAQ_CACHE_ERROR_OCCUPIED
} MaqTransferRequest;
MaqTransferRequest *maq_transfer_request_new (MaqRepoKind kind, const char *id, const char *revision);
MaqTransferRequest *maq_transfer_request_copy (const MaqTransferRequest *self);
void                maq_transfer_request_free (MaqTransferRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqTransferRequest, maq_transfer_request_free)

// One download. Properties, all with notify at most ten times a second: state, bytes-done, bytes-total (0 until known), speed
// (bytes per second over the last seconds), seconds-left (-1 unknown), title (the repo's id), subtitle (what the transfer waits for,
// else the request's title; nullable).
#define MAQ_TYPE_TRANSFER (maq_transfer_get_type ())
G_DECLARE_FINAL_TYPE (MaqTransfer, maq_transfer, MAQ, TRANSFER, GObject)

const MaqTransferRequest *maq_transfer_get_request (MaqTransfer *self);
MaqTransferState          maq_transfer_get_state (MaqTransfer *self);
guint64                   maq_transfer_get_bytes_done (MaqTransfer *self);
guint64                   maq_transfer_get_bytes_total (MaqTransfer *self);
guint64                   maq_transfer_get_bytes_fetched (MaqTransfer *self); // really received in this run
double                    maq_transfer_get_speed (MaqTransfer *self);
gint64                    maq_transfer_get_seconds_left (MaqTransfer *self);
const GError             *maq_transfer_get_error (MaqTransfer *self);         // nullable
const char               *maq_transfer_get_hindrance (MaqTransfer *self);     // nullable: what it waits for, or why it stopped, in words
gint64                    maq_transfer_get_finished (MaqTransfer *self);      // in seconds since 1970; 0 until done
const char               *maq_transfer_get_name (MaqTransfer *self);          // it has this among all transfers, also after a restart
const char               *maq_transfer_get_commit (MaqTransfer *self);        // nullable until resolved
const char               *maq_transfer_get_snapshot_path (MaqTransfer *self); // nullable until done; the folder of the request if it has one
// Path in the snapshot of the first of request.paths (or the only file), nullable until done.
const char *maq_transfer_get_first_path (MaqTransfer *self);
// Resolves to the snapshot path (string) when done; rejects when it failed or was cancelled. Dropping it changes nothing.
DexFuture *maq_transfer_wait (MaqTransfer *self);
void       maq_transfer_cancel (MaqTransfer *self);
// No state but QUEUED and RUNNING can be paused.
void maq_transfer_pause (MaqTransfer *self);
// Whether it waits because the connection is metered, or for its hours; then retry goes on all the same.
gboolean maq_transfer_is_held (MaqTransfer *self);
// Whether it was stopped because it is for another Hub than the one there is now.
gboolean maq_transfer_is_parked (MaqTransfer *self);
// Goes on where it stopped: one that is paused, failed, cancelled, or waits for something.
void maq_transfer_retry (MaqTransfer *self);

// All transfers of the application, a GListModel of MaqTransfer: first those that are not done, in the order in which they are
// fetched, then the others, the latest first. Properties with notify: n-active (queued or running); and of all of these together,
// at most four times a second, what a MaqTransfer has: bytes-done, bytes-total, speed, seconds-left.
#define MAQ_TYPE_TRANSFER_LIST (maq_transfer_list_get_type ())
G_DECLARE_FINAL_TYPE (MaqTransferList, maq_transfer_list, MAQ, TRANSFER_LIST, GObject)

// STATE_DIR: where unfinished transfers are remembered across restarts; NULL: the own state folder. Those found there enter the
// list a moment later, as paused or cancelled, unless another program takes them up first.
MaqTransferList *maq_transfer_list_new (MaqHubClient *client, MaqCache *cache, const char *state_dir);
// Resolves when the list has what was found up to now. Nobody need wait for it to start something: that takes up what is found.
DexFuture *maq_transfer_list_ready (MaqTransferList *self);
// From now on the list does by itself what a window does and a command does not: it goes on with what an earlier one left, now;
// a transfer waits where the Hub cannot be reached or the disk is full; finished ones are remembered, the last fifty.
// HUB: nullable, a name for the Hub instead of its address, where that differs with each start. Transfers for other Hubs are in
// the list, but not started.
// NETWORK: nullable; when it says that the network is back, what waited for it is tried at once.
// When the client's endpoint changes, what is for another Hub stops; once more go_on, with the same arguments, starts what is for
// this one.
void maq_transfer_list_go_on (MaqTransferList *self, const char *hub, GNetworkMonitor *network);
// Starts a download; the same request already running is returned instead, one that failed or was cancelled goes on where it
// stopped (transfer full).
MaqTransfer *maq_transfer_list_start (MaqTransferList *self, const MaqTransferRequest *request);
// The transfer that is fetching or fetched PATH of this repo into the cache, else one that is to fetch it into a folder; NULL if none
// (transfer none).
MaqTransfer *maq_transfer_list_find (MaqTransferList *self, MaqRepoKind kind, const char *id, const char *path);
guint        maq_transfer_list_get_n_active (MaqTransferList *self);
// All that are queued or run; all that are paused.
void maq_transfer_list_pause_all (MaqTransferList *self);
void maq_transfer_list_resume_all (MaqTransferList *self);
// Puts TRANSFER, which is not done, where the one at POSITION is. What runs already is not stopped for it.
void maq_transfer_list_move (MaqTransferList *self, MaqTransfer *transfer, guint position);
// Puts TRANSFER before all others that still wait for their turn.
void maq_transfer_list_move_next (MaqTransferList *self, MaqTransfer *transfer);
// Whether transfers wait while the network of go_on is metered. They do not unless this says so.
void maq_transfer_list_set_wait_metered (MaqTransferList *self, gboolean wait);
// In which hours transfers run, from now on: what runs when they end waits, as what is started outside of them does. At all hours
// unless this says otherwise.
void maq_transfer_list_set_schedule (MaqTransferList *self, const MaqSchedule *schedule);
// How many bytes a second all of them together fetch at the most, from now on; 0: no limit.
void maq_transfer_list_set_rate (MaqTransferList *self, guint64 bytes_per_second);
// Removes and forgets all that are done; what they fetched stays.
void maq_transfer_list_clear (MaqTransferList *self);
// Removes and forgets TRANSFER; with its partial files unless it is done. Nothing for one that is queued or runs.
void maq_transfer_list_discard (MaqTransferList *self, MaqTransfer *transfer);
// The one that fetches something of this repo into the cache and is not done; one that waits or runs before one that stands still.
// NULL if there is none (transfer none).
MaqTransfer *maq_transfer_list_find_open (MaqTransferList *self, MaqRepoKind kind, const char *id);

// What a download of a request would do.
typedef struct _MaqTransferWork MaqTransferWork;
typedef struct
{
  char   *commit;
  guint   n_files;
  guint64 bytes_total;
  guint64 bytes_here; // not to be fetched: in the cache, also as a file of another repo, or in the folder of the request
  guint64 largest;    // the size of the largest file that is to be fetched
  guint64 space;      // that it still needs where it goes; what is copied there from the cache counts, too
  guint64 room;       // that there is; see maq_cache_get_free_bytes
  char   *left_out;   // nullable: which entries of the repo are not among the files although they match, and why (translated)

  MaqTransferWork *work; // the files, for maq_transfer_list_start_planned
} MaqTransferPlan;
#define MAQ_TYPE_TRANSFER_PLAN (maq_transfer_plan_get_type ())
GType            maq_transfer_plan_get_type (void);
MaqTransferPlan *maq_transfer_plan_copy (const MaqTransferPlan *self);
void             maq_transfer_plan_free (MaqTransferPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqTransferPlan, maq_transfer_plan_free)
// The variants among its files (transfer full, of MaqVariant).
GPtrArray *maq_transfer_plan_group_variants (const MaqTransferPlan *self);
// From now on the plan is of a request for PATHS, which are files of it.
void maq_transfer_plan_choose (MaqTransferPlan *self, const char *const *paths);
// Resolves to a MaqTransferPlan (boxed) of REQUEST.
DexFuture *maq_transfer_list_plan (MaqTransferList *self, const MaqTransferRequest *request);
// The same where it is known what the Hub would say: that the request's revision is COMMIT, and its files TREE.
DexFuture *maq_transfer_list_plan_tree (MaqTransferList *self, const MaqTransferRequest *request, const char *commit, MaqHubTree *tree);
// As maq_transfer_list_start, with the PLAN just made of REQUEST: the Hub is not asked again for what that says.
MaqTransfer *maq_transfer_list_start_planned (MaqTransferList *self, const MaqTransferRequest *request, const MaqTransferPlan *plan);

G_END_DECLS
