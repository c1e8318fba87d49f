// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-download-offer.h"

// The files of an offer to choose from, those that match what is searched for: a GListModel of MaqDownloadFile. What is chosen
// stays so while it does not match. Properties with notify: n-chosen, size-chosen (in bytes).

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_FILE_LIST (maq_download_file_list_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadFileList, maq_download_file_list, MAQ, DOWNLOAD_FILE_LIST, GObject)

// FILES: of MaqDownloadFile, chosen only through the list from now on.
MaqDownloadFileList *maq_download_file_list_new (GPtrArray *files);
guint                maq_download_file_list_get_n_chosen (MaqDownloadFileList *self);
guint64              maq_download_file_list_get_size_chosen (MaqDownloadFileList *self);
// Shows the files whose path contains all words of TEXT, in any case; NULL or empty: all.
void maq_download_file_list_search (MaqDownloadFileList *self, const char *text);
void maq_download_file_list_choose (MaqDownloadFileList *self, MaqDownloadFile *file, gboolean chosen);
// All that are shown.
void maq_download_file_list_choose_shown (MaqDownloadFileList *self, gboolean chosen);
// Exactly PATHS, shown or not; those that are not there are left out.
void maq_download_file_list_choose_paths (MaqDownloadFileList *self, const char *const *paths);
// The chosen paths, in order (transfer full).
char **maq_download_file_list_dup_paths (MaqDownloadFileList *self);

G_END_DECLS
