// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-hub-client.h"
#include "maq-library.h"

// Puts files that are on this machine already into the cache, as files of the repo that the user names: what is no file of it is
// left out, and said. The files stay where they are.

G_BEGIN_DECLS

#define MAQ_TYPE_LIBRARY_IMPORT_DIALOG (maq_library_import_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryImportDialog, maq_library_import_dialog, MAQ, LIBRARY_IMPORT_DIALOG, AdwDialog)

MaqLibraryImportDialog *maq_library_import_dialog_new (MaqLibrary *library, MaqHubClient *client);
// Adds FILES (of GFile) to those that were selected.
void maq_library_import_dialog_add_files (MaqLibraryImportDialog *self, GListModel *files);

G_END_DECLS
