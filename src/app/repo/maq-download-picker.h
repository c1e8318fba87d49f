// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-download-choice.h"
#include "maq-fit.h"

// The rows in which somebody chooses what to download: a variant, all files, files of a list, and, among the options, files by
// patterns. Signals:
// changed; choose-files, when the list is asked for; activated, when Enter ends the typing of a pattern.

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_PICKER (maq_download_picker_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadPicker, maq_download_picker, MAQ, DOWNLOAD_PICKER, AdwBin)

// What there is to choose from; what was chosen of an earlier offer stays chosen as far as it is in this one. The first time it is
// the usual variant, else all files.
void              maq_download_picker_set_offer (MaqDownloadPicker *self, MaqDownloadOffer *offer);
MaqDownloadOffer *maq_download_picker_get_offer (MaqDownloadPicker *self); // nullable
// FITS: of MaqFit, one for each variant of the offer. With RECOMMEND the one that fits best becomes the variant.
void maq_download_picker_set_fits (MaqDownloadPicker *self, GPtrArray *fits, gboolean recommend);
// These choose, now or as soon as there is an offer; PATHS NULL: all files.
void maq_download_picker_choose_variant (MaqDownloadPicker *self, const char *label);
void maq_download_picker_choose_paths (MaqDownloadPicker *self, const char *const *paths);
void maq_download_picker_choose_files (MaqDownloadPicker *self);
// What is chosen, good until something changes.
void maq_download_picker_get_choice (MaqDownloadPicker *self, MaqDownloadChoice *choice);
// The list that files are chosen in; NULL without an offer.
MaqDownloadFileList *maq_download_picker_get_files (MaqDownloadPicker *self);
// Adds ROW to the options, below what is there.
void maq_download_picker_add_option (MaqDownloadPicker *self, GtkWidget *row);
// What the options are, in a line, which shows while they are closed.
void maq_download_picker_set_options (MaqDownloadPicker *self, const char *text);

G_END_DECLS
