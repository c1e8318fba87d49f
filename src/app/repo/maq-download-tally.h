// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-download-summary.h"

// Sums up what is chosen, again each time that changes, one sum at a time: what is chosen meanwhile is summed up after that, so
// that quick changes do not pile up work. Signal "counted", when there is a sum of what is chosen last, or an error.

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_TALLY (maq_download_tally_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadTally, maq_download_tally, MAQ, DOWNLOAD_TALLY, GObject)

MaqDownloadTally *maq_download_tally_new (MaqTransferList *transfers, MaqCache *cache);
// REQUEST: of OFFER, taken; both nullable: nothing is chosen. From now on there is no sum until it is counted.
void                      maq_download_tally_take (MaqDownloadTally *self, MaqTransferRequest *request, MaqDownloadOffer *offer);
const MaqTransferRequest *maq_download_tally_get_request (MaqDownloadTally *self); // nullable
MaqDownloadSummary       *maq_download_tally_get_sum (MaqDownloadTally *self);     // NULL until it is known
const GError             *maq_download_tally_get_error (MaqDownloadTally *self);   // nullable: why there is none

G_END_DECLS
