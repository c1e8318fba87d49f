// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-cache.h"
#include "maq-hub-client.h"
#include "maq-library.h"
#include "maq-transfers.h"

// One repo: who made it, facts, what can be done with it, its card and its files. Asks the Hub for all of it at once.
// All of it is one column: its head scrolls away, its tabs stay.
// Actions: repo.download, repo.choose-files, repo.open-on-the-web, repo.copy-name, repo.copy-link, repo.show-files; and with the path
// of a file (s) repo.download-file, repo.inspect-file, repo.show-file, repo.open-file, repo.copy-file-link.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_PAGE (maq_repo_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoPage, maq_repo_page, MAQ, REPO_PAGE, AdwNavigationPage)

// ADDRESS: kind and id; its path, if any, is shown in the files.
MaqRepoPage          *maq_repo_page_new (MaqHubClient *client, MaqCache *cache, MaqTransferList *transfers, MaqLibrary *library, const MaqRepoAddress *address);
const MaqRepoAddress *maq_repo_page_get_address (MaqRepoPage *self);

G_END_DECLS
