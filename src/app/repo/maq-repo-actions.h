// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-cache.h"
#include "maq-hub-client.h"
#include "maq-library.h"
#include "maq-transfers.h"

// What can be done with a repo: Download, which opens a dialog, a choice of variants with whether they fit into memory, Try. Try fetches
// the chosen variant if it is not here and then opens a new chat with it. Properties: transfer (nullable), the download of what is chosen, for a row that
// shows it; here, a GHashTable with the paths that are in the cache as keys; not-runnable: a model that no engine here runs. Signal "leave": the
// button that has the focus is of no use any more, and neither is another.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_ACTIONS (maq_repo_actions_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoActions, maq_repo_actions, MAQ, REPO_ACTIONS, AdwBin)

// To be called once, before a repo is set.
void maq_repo_actions_setup (MaqRepoActions *self, MaqHubClient *client, MaqCache *cache, MaqTransferList *transfers, MaqLibrary *library);
// Until the tree is known the buttons are insensitive.
void maq_repo_actions_set_repo (MaqRepoActions *self, MaqRepo *repo, MaqHubTree *tree);
// Puts the focus on Try, or on Download where there is nothing to try.
void maq_repo_actions_focus (MaqRepoActions *self);
// These open the dialog before a download: with what is chosen here; with the list of files; with one file.
void maq_repo_actions_open_download (MaqRepoActions *self);
void maq_repo_actions_choose_files (MaqRepoActions *self);
void maq_repo_actions_download_file (MaqRepoActions *self, const char *path);

G_END_DECLS
