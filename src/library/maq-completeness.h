// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"
#include "maq-transfers.h"

// Whether what is cached of a repo is all that somebody wanted of it. Judged by the lists of files that the cache keeps, by what was
// begun there and by the transfers that are not done; where none of these says anything, it is not known.

G_BEGIN_DECLS

typedef enum
{
  MAQ_COMPLETENESS_UNKNOWN,    // there is no list of its files
  MAQ_COMPLETENESS_WHOLE,      // every file of the list
  MAQ_COMPLETENESS_SELECTED,   // some files of the list, and nothing shows that more were wanted
  MAQ_COMPLETENESS_INCOMPLETE, // a download of it began and did not end, or a part of a set of files is missing
} MaqCompletenessState;

typedef struct
{
  MaqCompletenessState state;
  guint64              have; // bytes that are there of what was wanted
  guint64              want; // bytes that were wanted; 0: not known
  guint                n_here;
  guint                n_listed; // files of the list; 0: there is none
} MaqCompleteness;

// Of one revision of REPO. TRANSFER: nullable, one of the repo that is not done.
MaqCompleteness maq_completeness_judge_revision (const MaqCacheRepo *repo, const MaqCacheRevision *revision, MaqTransfer *transfer);
// Of the repo: of the revision that is incomplete, else of the one that main is, else of the newest.
MaqCompleteness maq_completeness_judge (const MaqCacheRepo *repo, MaqTransfer *transfer);
// Whether the revision COMMIT of REPO is incomplete, so that nobody should take it for one that is over.
gboolean maq_completeness_is_unfinished (const MaqCacheRepo *repo, const char *commit, MaqTransfer *transfer);
// In English, for commands: "unknown", "complete", "selected", "incomplete".
const char *maq_completeness_state_to_string (MaqCompletenessState state);
// "Incomplete · 7.1 of 14.4 GB", or where the whole is not known "Incomplete · 7.1 GB so far"; NULL unless it is incomplete
// (transfer full).
char *maq_completeness_to_text (const MaqCompleteness *self);
// What to fetch so that the incomplete revision of REPO becomes complete (transfer full); NULL if no list says so.
MaqTransferRequest *maq_completeness_make_request (const MaqCacheRepo *repo);

G_END_DECLS
