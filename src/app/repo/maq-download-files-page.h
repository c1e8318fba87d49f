// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-download-files.h"

// The files of a repo with a check mark each, to search in; all that are shown can be chosen or not at once.

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_FILES_PAGE (maq_download_files_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadFilesPage, maq_download_files_page, MAQ, DOWNLOAD_FILES_PAGE, AdwNavigationPage)

MaqDownloadFilesPage *maq_download_files_page_new (MaqDownloadFileList *files);

G_END_DECLS
