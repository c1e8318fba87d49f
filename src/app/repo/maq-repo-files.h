// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-hub-client.h"

// The files of a repo as a virtual list, each a MaqRepoFileRow; in a narrow window with two lines.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_FILES (maq_repo_files_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoFiles, maq_repo_files, MAQ, REPO_FILES, AdwBin)

void maq_repo_files_set_tree (MaqRepoFiles *self, MaqHubTree *tree);
// The paths that are in the cache, and those on their way there, as keys; not changed any more.
void maq_repo_files_set_here (MaqRepoFiles *self, GHashTable *here);
void maq_repo_files_set_coming (MaqRepoFiles *self, GHashTable *coming);

G_END_DECLS
