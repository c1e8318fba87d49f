// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-fit.h"
#include "maq-hub-client.h"
#include "maq-library-news.h"
#include "maq-transfers.h"

// What is said and asked before a download starts: what of the repo, at which version, how much of it is here, licence and access,
// where it goes. Everything is preset, so that Enter starts. Nothing is left running when it is closed. Signal "started"
// (MaqTransfer).

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_DIALOG (maq_download_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadDialog, maq_download_dialog, MAQ, DOWNLOAD_DIALOG, AdwDialog)

// ADDRESS: of a repo, perhaps at a revision; a path in it is chosen.
MaqDownloadDialog *maq_download_dialog_new (MaqHubClient *client, MaqTransferList *transfers, MaqLibrary *library, const MaqRepoAddress *address);
// These choose what is preset: a variant; these paths (NULL: all files); files, in the list, which is opened.
void maq_download_dialog_choose_variant (MaqDownloadDialog *self, const char *label);
void maq_download_dialog_choose_paths (MaqDownloadDialog *self, const char *const *paths);
void maq_download_dialog_choose_files (MaqDownloadDialog *self);
// What is known already of whether VARIANTS fit (of MaqVariant; FITS of MaqFit, one for each): it need not be found out again.
void maq_download_dialog_set_fits (MaqDownloadDialog *self, GPtrArray *variants, GPtrArray *fits);

// It is about a newer version of what is here: says what changed, and presets what NEWS would fetch.
void maq_download_dialog_set_news (MaqDownloadDialog *self, const MaqLibraryNews *news);

G_END_DECLS
