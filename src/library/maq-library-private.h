// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-library.h"

G_BEGIN_DECLS

MaqLibraryItem *maq_library_item_new (MaqCacheRepo *repo);
// Takes over what a new scan says of the same repo and notifies what changed. FALSE if nothing did.
gboolean maq_library_item_update (MaqLibraryItem *self, MaqCacheRepo *repo);
// REMOVAL is about to be carried out, or no longer.
void maq_library_item_add_removal (MaqLibraryItem *self, MaqLibraryRemoval *removal);
void maq_library_item_drop_removal (MaqLibraryItem *self, MaqLibraryRemoval *removal);
// Groups its variants anew: a removal or what a header says changed which they are.
void maq_library_item_choose_again (MaqLibraryItem *self);
// What fetches something into it and is not done; nullable.
void maq_library_item_set_transfer (MaqLibraryItem *self, MaqTransfer *transfer);
// Whether all of it is about to be deleted.
gboolean maq_library_item_is_hidden (MaqLibraryItem *self);

// FIT: taken, nullable.
void   maq_library_item_take_fit (MaqLibraryItem *self, MaqFit *fit);
gint64 maq_library_item_get_judged (MaqLibraryItem *self); // monotonic time; 0: not yet
// The recommended one of FITS (of MaqFit, for its variants).
MaqFit *maq_library_item_choose_fit (MaqLibraryItem *self, GPtrArray *fits);

// COMMIT: of the Hub's main; nullable. AGAIN: the monotonic time at which it may be asked again.
void        maq_library_item_set_upstream (MaqLibraryItem *self, const char *commit, gint64 again);
const char *maq_library_item_get_upstream (MaqLibraryItem *self);
gint64      maq_library_item_get_ask_again (MaqLibraryItem *self);
void        maq_library_item_set_ask_again (MaqLibraryItem *self, gint64 again);

// The revision that the branch "main" is here; NULL if none is.
const MaqCacheRevision *maq_library_get_main (MaqCacheRepo *repo);

// What waits to be judged.
typedef struct _MaqLibraryJudge MaqLibraryJudge;
MaqLibraryJudge                *maq_library_judge_new (void);
void                            maq_library_judge_free (MaqLibraryJudge *self);
MaqLibraryJudge                *maq_library_get_judge (MaqLibrary *self);

// The questions to the Hub.
typedef struct _MaqLibraryUpstream MaqLibraryUpstream;
MaqLibraryUpstream                *maq_library_upstream_new (void);
void                               maq_library_upstream_free (MaqLibraryUpstream *self);
MaqLibraryUpstream                *maq_library_get_upstream (MaqLibrary *self);

// What the library keeps for its removals, each with what is going on.
typedef struct _MaqLibraryRemovals MaqLibraryRemovals;
MaqLibraryRemovals                *maq_library_removals_new (MaqLibrary *library);
void                               maq_library_removals_free (MaqLibraryRemovals *self);

MaqLibraryRemovals *maq_library_get_removals (MaqLibrary *self);
MaqTransferList    *maq_library_get_transfers (MaqLibrary *self); // nullable
MaqSessionPool     *maq_library_get_pool (MaqLibrary *self);      // nullable
// Reads the repo of ITEM again; resolves to TRUE when the list says what was found.
DexFuture *maq_library_probe (MaqLibrary *self, MaqLibraryItem *item);
// ITEM is hidden, or no longer.
void maq_library_show_known (MaqLibrary *self);

G_END_DECLS
