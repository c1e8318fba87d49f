// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-download-summary.h"

// The rows that say on which terms a download is: the license; and, to be put elsewhere, the version and where it goes, which the
// user can change. Signals "choose-version"; "place-changed"; "told": the last two say something else now.

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_TERMS (maq_download_terms_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadTerms, maq_download_terms, MAQ, DOWNLOAD_TERMS, AdwBin)

void maq_download_terms_set_offer (MaqDownloadTerms *self, MaqHubClient *client, MaqDownloadOffer *offer);
// The folder that the user chose; NULL: the shared cache. CACHE is where that is.
const char *maq_download_terms_get_folder (MaqDownloadTerms *self);
void        maq_download_terms_set_folder (MaqDownloadTerms *self, const char *folder);
void        maq_download_terms_set_cache (MaqDownloadTerms *self, const char *cache);
// What is known of the place by now.
void maq_download_terms_set_sum (MaqDownloadTerms *self, const MaqDownloadSummary *sum);
void maq_download_terms_open_folder (MaqDownloadTerms *self);
// The rows that have no place here.
GtkWidget *maq_download_terms_get_version_row (MaqDownloadTerms *self);
GtkWidget *maq_download_terms_get_folder_row (MaqDownloadTerms *self);
// What these two say, in a line (transfer full).
char *maq_download_terms_dup_line (MaqDownloadTerms *self);

G_END_DECLS
