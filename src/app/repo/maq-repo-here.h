// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-library.h"
#include "maq-transfers.h"
#include "maq-variant.h"

// What of a repo on the Hub is on this computer, or on its way.

G_BEGIN_DECLS

// The paths of this version of REPO that are in the cache, as keys (transfer full).
GHashTable *maq_repo_here_list (MaqLibrary *library, MaqRepo *repo);
// The paths of TREE that downloads into the cache which are not done will bring, as keys (transfer full).
GHashTable *maq_repo_here_list_coming (MaqTransferList *transfers, MaqRepo *repo, MaqHubTree *tree);
// Whether all files of TREE are in HERE.
gboolean maq_repo_here_has_all (GHashTable *here, MaqHubTree *tree);
// Where the first file of VARIANT is in the cache, NULL unless all of them are there (transfer full).
char *maq_repo_here_dup_variant_path (MaqCache *cache, MaqRepo *repo, const MaqVariant *variant);
// The download of VARIANT (NULL: of all files) that runs or wants attention (transfer none, nullable).
MaqTransfer *maq_repo_here_find_transfer (MaqTransferList *transfers, MaqRepo *repo, const MaqVariant *variant);
// "On this computer", "Downloading", "2 parts are missing"; NULL if there is nothing of the kind to say of VARIANT, or, without one, of
// all files (transfer full).
char *maq_repo_here_dup_state (MaqCache *cache, MaqTransferList *transfers, MaqRepo *repo, MaqHubTree *tree, GHashTable *here, const MaqVariant *variant);
// Of all files, in bytes.
guint64 maq_repo_here_get_size (MaqHubTree *tree);

G_END_DECLS
