// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-download-files.h"
#include "maq-transfers.h"

// What somebody chose of an offer, and the request that it comes to.

G_BEGIN_DECLS

typedef enum
{
  MAQ_DOWNLOAD_VARIANT,
  MAQ_DOWNLOAD_ALL,
  MAQ_DOWNLOAD_FILES,
  MAQ_DOWNLOAD_PATTERNS,
} MaqDownloadWhat;

// Everything is borrowed.
typedef struct
{
  MaqDownloadWhat      what;
  const MaqVariant    *variant; // of the offer, for MAQ_DOWNLOAD_VARIANT
  MaqDownloadFileList *files;   // for MAQ_DOWNLOAD_FILES
  const char          *include; // as typed: globs with commas between them; nullable
  const char          *exclude;
} MaqDownloadChoice;

// NULL if nothing is chosen, or nothing of it is there (transfer full). What includes all files is a request for all of them.
MaqTransferRequest *maq_download_choice_to_request (const MaqDownloadChoice *self, MaqDownloadOffer *offer);
// How PATHS (nullable: all files) are chosen in OFFER: as all, as a variant, else as files, which are then chosen in FILES.
void maq_download_choice_set_paths (MaqDownloadChoice *self, MaqDownloadOffer *offer, const char *const *paths);
// The variant of OFFER that LABEL (nullable) names, else the usual one; NULL if there is none that is complete (transfer none).
const MaqVariant *maq_download_offer_find_variant (MaqDownloadOffer *self, const char *label);

G_END_DECLS
