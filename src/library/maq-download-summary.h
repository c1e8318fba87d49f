// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-download-offer.h"
#include "maq-transfers.h"

// What a download would do, told before it starts.

G_BEGIN_DECLS

// Reference counted: copy is cheap.
typedef struct
{
  MaqTransferPlan *plan;
  char            *folder;      // where it goes: that of the request, or that of the shared cache
  guint64          bytes_left;  // to fetch
  gboolean         is_complete; // every file is in its place already: there is nothing to do
  gboolean         has_folder;  // the folder is there already
} MaqDownloadSummary;
#define MAQ_TYPE_DOWNLOAD_SUMMARY (maq_download_summary_get_type ())
GType               maq_download_summary_get_type (void);
MaqDownloadSummary *maq_download_summary_ref (MaqDownloadSummary *self);
void                maq_download_summary_unref (MaqDownloadSummary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqDownloadSummary, maq_download_summary_unref)

// What REQUEST, made of OFFER, comes to; the Hub is not asked. Works on the disk in a worker. Resolves to a MaqDownloadSummary
// (boxed).
DexFuture *maq_download_summarize (MaqTransferList *transfers, MaqCache *cache, const MaqTransferRequest *request, MaqDownloadOffer *offer);

gboolean maq_download_summary_has_room (const MaqDownloadSummary *self);
// Folder as people write it, and how much it can take: "~/models · 80 GB available" (transfer full, translated).
// ROOM: in bytes, G_MAXUINT64 if unknown.
char *maq_download_place_to_text (const char *folder, guint64 room);
// What is to be known before PLAN is begun, in sentences (transfer full, translated); NULL: nothing.
char *maq_download_plan_dup_warning (const MaqTransferPlan *plan);
// "Already downloaded (1 file, 2.2 MB)", "12 files, 8.2 GB, of which 4.1 GB is already downloaded", and the warning (transfer full,
// translated).
char *maq_download_summary_to_sentence (const MaqDownloadSummary *self);
// Why there is no room, and what to do (transfer full, translated).
char *maq_download_summary_dup_no_room (const MaqDownloadSummary *self);

G_END_DECLS
