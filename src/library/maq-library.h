// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-cache-care.h"
#include "maq-completeness.h"
#include "maq-fit.h"
#include "maq-session-pool.h"
#include "maq-transfers.h"
#include "maq-variant.h"

// What is on this machine: the shared cache as a list that follows it, also when other programs change it. Main thread only.

G_BEGIN_DECLS

// One cached repo. Properties with notify: kind, id, owner, name, size, n-files, n-revisions, last-modified, last-accessed,
// has-chat-weights, warning, fit, completeness, have (of that, in bytes). Signal "changed": something of it, or what is hidden of it, is no longer as it was.
#define MAQ_TYPE_LIBRARY_ITEM (maq_library_item_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryItem, maq_library_item, MAQ, LIBRARY_ITEM, GObject)
MaqRepoKind   maq_library_item_get_kind (MaqLibraryItem *self);
const char   *maq_library_item_get_id (MaqLibraryItem *self);
guint64       maq_library_item_get_size (MaqLibraryItem *self); // in bytes, with what is not finished
gint64        maq_library_item_get_last_modified (MaqLibraryItem *self);
gint64        maq_library_item_get_last_accessed (MaqLibraryItem *self);
MaqCacheRepo *maq_library_item_get_repo (MaqLibraryItem *self);
// The complete GGUF variants here (of MaqVariant, with absolute paths), smallest first; empty if it cannot be run.
GPtrArray *maq_library_item_get_variants (MaqLibraryItem *self);
// Those of which parts are missing (of MaqVariant, with paths in the repo), of the same revision.
GPtrArray *maq_library_item_get_partial_variants (MaqLibraryItem *self);
// Whether the recommended of the variants runs here; NULL until maq_library_judge has found out (transfer none).
const MaqFit *maq_library_item_get_fit (MaqLibraryItem *self);
// Whether all that was wanted of it is here (transfer none). Notify "completeness" and "have" follow it, at most ten times a second.
const MaqCompleteness *maq_library_item_get_completeness (MaqLibraryItem *self);
// What fetches something into it and is not done (transfer none, nullable), and whether that waits or runs.
MaqTransfer *maq_library_item_get_transfer (MaqLibraryItem *self);
gboolean     maq_library_item_is_fetched (MaqLibraryItem *self);
// Whether the revision COMMIT, or PATH (nullable) of it, is about to be deleted.
gboolean maq_library_item_hides (MaqLibraryItem *self, const char *commit, const char *path);
// As maq_variants_group for the files of a revision: of MaqVariant, with paths in the repo (transfer full).
GPtrArray *maq_library_group_variants (const MaqCacheRevision *revision);

// A GListModel of MaqLibraryItem, newest first: while it is read they come bit by bit, and never so many at once that a frame is
// late. Properties with notify: loading, size (of all that is shown), free (bytes the disk has left; 0: not known yet).
#define MAQ_TYPE_LIBRARY (maq_library_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibrary, maq_library, MAQ, LIBRARY, GObject)
MaqLibrary *maq_library_new (MaqCache *cache);
// Who may be using what is here: nothing of that is ever deleted. Both nullable, and not kept alive.
void      maq_library_set_users (MaqLibrary *self, MaqTransferList *transfers, MaqSessionPool *pool);
MaqCache *maq_library_get_cache (MaqLibrary *self);
// Scans again, soon and once however often it is called; resolves to TRUE when the list is up to date.
DexFuture *maq_library_refresh (MaqLibrary *self);
gboolean   maq_library_get_loading (MaqLibrary *self);
guint64    maq_library_get_size (MaqLibrary *self); // of all on the disk, in bytes: what repos share counts once
guint64    maq_library_get_free (MaqLibrary *self); // of the disk, in bytes
// Goes on with the download that ITEM, which is incomplete, lacks something of. FALSE if it is not known what that is.
gboolean        maq_library_resume (MaqLibrary *self, MaqLibraryItem *item);
MaqLibraryItem *maq_library_find (MaqLibrary *self, MaqRepoKind kind, const char *id); // transfer none, nullable
// Finds out whether ITEM runs here, unless that is known since a minute; two at a time, in the order asked for.
void maq_library_judge (MaqLibrary *self, MaqLibraryItem *item);

// Asks the Hub for its newest version of ITEM, if "main" of it is here, the client is online, and that is not known since an hour;
// three at a time. The item tells.
void maq_library_ask_hub (MaqLibrary *self, MaqHubClient *client, MaqLibraryItem *item);
// Whether main on the Hub is another version than main here, as far as is known.
gboolean maq_library_item_has_news (MaqLibraryItem *self);

// Something to delete: a repo, one of its revisions, or some files of one. First it is planned, then hidden, and only after a
// while, in which it can be undone, carried out.
#define MAQ_TYPE_LIBRARY_REMOVAL (maq_library_removal_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryRemoval, maq_library_removal, MAQ, LIBRARY_REMOVAL, GObject)
// COMMIT: nullable, the whole repo; PATHS: nullable, the whole revision.
MaqLibraryRemoval *maq_library_removal_new (MaqLibraryItem *item, const char *commit, const char *const *paths);
MaqLibraryItem    *maq_library_removal_get_item (MaqLibraryRemoval *self);
const char        *maq_library_removal_get_commit (MaqLibraryRemoval *self); // nullable
// Whether it takes PATH (nullable: all) of the revision COMMIT (nullable: all) away.
gboolean maq_library_removal_takes (MaqLibraryRemoval *self, const char *commit, const char *path);

typedef enum
{
  MAQ_LIBRARY_USE_NONE,
  MAQ_LIBRARY_USE_SESSION,  // a model of it is loaded
  MAQ_LIBRARY_USE_TRANSFER, // a download into it is not finished
} MaqLibraryUse;
MaqLibraryUse maq_library_get_use (MaqLibrary *self, MaqLibraryRemoval *removal);
// Unloads the models that use it.
void maq_library_unload (MaqLibrary *self, MaqLibraryRemoval *removal);

// What it frees: resolves to a MaqCachePlan (boxed), and remembers that. Changes nothing.
DexFuture *maq_library_plan_removal (MaqLibrary *self, MaqLibraryRemoval *removal);
// Hides it at once and does what was planned, or plans and does it, after DELAY_MS. Resolves to a MaqCacheOutcome (boxed).
// G_IO_ERROR_CANCELLED when it was undone, MAQ_LIBRARY_ERROR_IN_USE if it is used by then. A library that goes away meanwhile, as
// when the program is quit, deletes nothing: better a repo too many than one too few.
DexFuture *maq_library_delete (MaqLibrary *self, MaqLibraryRemoval *removal, guint delay_ms);
void       maq_library_undo_delete (MaqLibrary *self, MaqLibraryRemoval *removal);
// Nobody wants to undo it any more: it is carried out now.
void maq_library_hasten_delete (MaqLibrary *self, MaqLibraryRemoval *removal);

G_END_DECLS
