// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-cache.h"
#include "maq-hub-client.h"
#include "maq-library.h"
#include "maq-transfers.h"

// One repo: who made it, facts, what can be done with it, its card and its files. Asks the Hub for all of it at once.
// Actions: repo.download-file (s), repo.inspect-file (s), repo.open-in-browser, repo.copy-name.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_PAGE (maq_repo_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoPage, maq_repo_page, MAQ, REPO_PAGE, AdwNavigationPage)

// ADDRESS: kind and id; its path, if any, is shown in the files.
MaqRepoPage          *maq_repo_page_new (MaqHubClient *client, MaqCache *cache, MaqTransferList *transfers, MaqLibrary *library, const MaqRepoAddress *address);
const MaqRepoAddress *maq_repo_page_get_address (MaqRepoPage *self);

G_END_DECLS
