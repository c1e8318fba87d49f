// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-repo-file-list.h"

// One file of a repo: its name, size and state, and buttons to look into it and to get it; one that is on its way is shown among
// the transfers instead, one that is here in its folder. Narrow, it has two lines, and the whole name is there to read. Properties:
// file (nullable while recycled), narrow. Uses the actions of the repo page: repo.download-file, repo.inspect-file, repo.show-file,
// repo.copy-file-link, repo.open-file (s: the path).

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_FILE_ROW (maq_repo_file_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoFileRow, maq_repo_file_row, MAQ, REPO_FILE_ROW, AdwBin)

// Adds what can be done with the file of ROW to MENU.
void maq_repo_file_row_fill_menu (GtkWidget *row, GMenu *menu);

G_END_DECLS
