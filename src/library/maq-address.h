// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"
#include "maq-hub-client.h"

// Where a revision with slashes ends in “owner/name@feature/x/file”: only the repo's branches and tags tell.

G_BEGIN_DECLS

// ADDRESS as parsed, with a revision that ends at the first slash. CLIENT (nullable: offline) is asked for the refs of the repo if
// they make a difference; if it does not know them, or nobody answers, CACHE is. Resolves to a MaqRepoAddress (boxed) whose revision
// is the longest that the repo has, or to a copy of ADDRESS if it has none of them; where the Hub knows not even the first word, all
// of it is the revision. Rejects only when cancelled. Main thread only; dropping the future stops it.
DexFuture *maq_address_resolve (MaqHubClient *client, MaqCache *cache, const MaqRepoAddress *address);

G_END_DECLS
