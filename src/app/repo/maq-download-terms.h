// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-download-offer.h"

// The rows that say on which terms a download is: the version, the licence, access where it is given on request, and the folder it
// goes to with the room there. Signal "choose-version".

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_TERMS (maq_download_terms_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadTerms, maq_download_terms, MAQ, DOWNLOAD_TERMS, AdwBin)

void maq_download_terms_set_offer (MaqDownloadTerms *self, MaqHubClient *client, MaqDownloadOffer *offer);
// FOLDER: where it goes; ROOM: bytes it can take, G_MAXUINT64 if unknown.
void maq_download_terms_set_folder (MaqDownloadTerms *self, const char *folder, guint64 room);
// Opens the page of the repo in a browser.
void maq_download_terms_open_page (MaqDownloadTerms *self);

G_END_DECLS
