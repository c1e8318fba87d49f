// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"

// The care of the shared cache: verifying, repairing, pruning, removing, linking duplicates. Nothing is removed at once: a plan
// says each thing that would be done and what that frees, and carrying it out looks at each thing again before it is touched,
// under the blob's lock. Outside the folders of repos only the store that they share is changed, where its layout is known; a repo
// whose folder is a link is left alone.
// All futures: dropping them stops the work after the piece at hand; progress comes on the caller's thread, about 20 times a
// second, and never after the future was dropped. Sentences are for people, in English.

G_BEGIN_DECLS

// Bytes done and in all.
typedef void (*MaqCacheProgressFunc) (guint64 done, guint64 total, gpointer data);

// As maq_cache_scan, and hands over the repos in portions (of MaqCacheRepo, transfer none) while it reads, roughly those used last
// first.
typedef void (*MaqCacheReposFunc) (GPtrArray *repos, gpointer data);
DexFuture *maq_cache_scan_in_portions (MaqCache *self, MaqCacheReposFunc func, gpointer data);

typedef enum
{
  MAQ_CACHE_FILE_OK,
  MAQ_CACHE_FILE_WRONG_HASH,
  MAQ_CACHE_FILE_WRONG_SIZE,
  MAQ_CACHE_FILE_NOT_JUDGED, // nothing says what its content should be
  MAQ_CACHE_FILE_UNREADABLE,
  MAQ_CACHE_FILE_MISSING, // listed, but its content is not here
} MaqCacheFileState;

// "ok", "wrong-hash", "wrong-size", "not-judged", "unreadable", "missing".
const char *maq_cache_file_state_to_string (MaqCacheFileState state);

// What was found of one file. Files that share a blob are one.
typedef struct
{
  MaqRepoKind       kind;
  char             *id;
  char             *commit; // NULL for a blob that no snapshot uses
  char             *path;   // in the repo; below the repo's folder for such a blob
  char             *blob;   // base name of the blob; NULL for a file that lies in the snapshot itself
  guint64           size;   // in bytes
  MaqCacheFileState state;
  char             *detail;   // nullable: a sentence on what is wrong
  char             *identity; // of the file on disk, for the repair
} MaqCacheVerdict;

typedef struct
{
  GPtrArray *verdicts; // of MaqCacheVerdict, by repo and path
  guint      n_bad;    // neither ok nor not judged
  guint64    bytes;    // hashed
} MaqCacheVerification;
#define MAQ_TYPE_CACHE_VERIFICATION (maq_cache_verification_get_type ())
GType                 maq_cache_verification_get_type (void);
MaqCacheVerification *maq_cache_verification_ref (MaqCacheVerification *self);
void                  maq_cache_verification_unref (MaqCacheVerification *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCacheVerification, maq_cache_verification_unref)

// Hashes all that ADDRESS names: a file, a revision, a repo, or the whole cache when NULL (the revision of a file may be left
// out: in all of them). Resolves to a MaqCacheVerification (boxed). G_IO_ERROR_NOT_FOUND if nothing of it is here.
DexFuture *maq_cache_verify (MaqCache *self, const MaqRepoAddress *address, MaqCacheProgressFunc func, gpointer data);

typedef enum
{
  MAQ_CACHE_STEP_REPORT, // nothing is done: the reason says what was found
  MAQ_CACHE_STEP_MEND_REF,
  MAQ_CACHE_STEP_REMOVE_REF,
  MAQ_CACHE_STEP_MAKE_SNAPSHOTS,
  MAQ_CACHE_STEP_REMOVE_LINK, // of a snapshot, that leads nowhere
  MAQ_CACHE_STEP_REMOVE_FILE, // of a snapshot: the link, or the file where there are no links
  MAQ_CACHE_STEP_SET_ASIDE,   // a file with wrong content gets a name nobody reads, so that it is fetched again
  MAQ_CACHE_STEP_REMOVE_REVISION,
  MAQ_CACHE_STEP_REMOVE_REPO,
  MAQ_CACHE_STEP_REMOVE_BLOB, // also one set aside
  MAQ_CACHE_STEP_REMOVE_PARTIAL,
  MAQ_CACHE_STEP_REMOVE_PAYLOAD, // of the store that repos share, where no repo has it
  MAQ_CACHE_STEP_SHARE,          // a blob becomes one with the same blob of another repo
} MaqCacheStepAction;

// "report", "mend-ref", …, "share".
const char *maq_cache_step_action_to_string (MaqCacheStepAction action);

typedef struct
{
  MaqCacheStepAction action;
  MaqRepoKind        kind;
  char              *id;       // nullable: about no repo
  char              *folder;   // nullable: of the repo, in the cache
  char              *path;     // nullable: below the repo's folder; of a payload below the cache
  char              *commit;   // nullable: of the ref or revision
  char              *source;   // nullable: the blob a file leads to, or what to share with, below the cache
  char              *reason;   // a sentence
  char              *identity; // nullable: what the thing was when the plan was made
  guint64            frees;    // bytes that the disk gets back by this step, after the steps before it; at least
} MaqCacheStep;

typedef struct
{
  GPtrArray *steps;   // of MaqCacheStep, in the order in which they are done
  guint64    frees;   // of all
  guint      n_to_do; // steps that change something
} MaqCachePlan;
#define MAQ_TYPE_CACHE_PLAN (maq_cache_plan_get_type ())
GType         maq_cache_plan_get_type (void);
MaqCachePlan *maq_cache_plan_ref (MaqCachePlan *self);
void          maq_cache_plan_unref (MaqCachePlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCachePlan, maq_cache_plan_unref)

// The step at POSITION is not to be done. Not while the plan is carried out.
void maq_cache_plan_leave_out (MaqCachePlan *self, guint position);

// The plans. Each resolves to a MaqCachePlan (boxed); making one changes nothing.

// Mends what is damaged in the repo of ADDRESS, in all when NULL: dangling links, refs that lead nowhere, and the wrong files of
// VERIFICATION (nullable). What belongs to no Hub tool is reported and left alone.
DexFuture *maq_cache_plan_repair (MaqCache *self, const MaqRepoAddress *address, MaqCacheVerification *verification);

typedef enum
{
  MAQ_CACHE_PRUNE_ORPHANS = 1 << 0,   // blobs that no snapshot uses, payloads of the shared store that no repo has
  MAQ_CACHE_PRUNE_REVISIONS = 1 << 1, // without a ref, in repos that have another with one
  MAQ_CACHE_PRUNE_PARTIALS = 1 << 2,  // what other programs left half fetched
  MAQ_CACHE_PRUNE_PAUSED = 1 << 3,    // what Maquette left half fetched, also downloads that are only paused
  MAQ_CACHE_PRUNE_SET_ASIDE = 1 << 4, // what a repair moved out of the way
} MaqCachePrune;
// WHAT: of MaqCachePrune. MIN_AGE: seconds since the last change of orphans and partial files; younger ones may be in use.
DexFuture *maq_cache_plan_prune (MaqCache *self, guint what, guint min_age);

// Removes what ADDRESS names: a repo, a revision, or PATHS (nullable, of both) of one revision, of all if it says none. Blobs
// another file uses stay. G_IO_ERROR_NOT_FOUND if it is not here.
DexFuture *maq_cache_plan_removal (MaqCache *self, const MaqRepoAddress *address, const char *const *paths);

// Blobs of the same SHA-256 in several repos become one on disk: by reflink, or a hard link where the file system has none.
DexFuture *maq_cache_plan_sharing (MaqCache *self);

// What became of a plan.
typedef struct
{
  guint64    freed;   // bytes, counted while it was done
  guint      n_done;  // steps
  GPtrArray *skipped; // of char *: one sentence for each step that was not done
} MaqCacheOutcome;
#define MAQ_TYPE_CACHE_OUTCOME (maq_cache_outcome_get_type ())
GType            maq_cache_outcome_get_type (void);
MaqCacheOutcome *maq_cache_outcome_ref (MaqCacheOutcome *self);
void             maq_cache_outcome_unref (MaqCacheOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCacheOutcome, maq_cache_outcome_unref)

// Does what PLAN says, as far as that is still right: what changed since, is used now, or is locked is skipped with a sentence.
// Stopped in between it leaves a cache every tool reads. Progress counts the bytes freed and compared. Resolves to a MaqCacheOutcome
// (boxed). MAQ_CACHE_ERROR_READ_ONLY if nothing could be done.
DexFuture *maq_cache_carry_out (MaqCache *self, MaqCachePlan *plan, MaqCacheProgressFunc func, gpointer data);

G_END_DECLS
