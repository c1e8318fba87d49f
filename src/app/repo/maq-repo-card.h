// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-hub-client.h"

// The card of a repo, its README.md, with states of its own. Signals: "gated": it may be read only by those whom the owner let in;
// "retry": somebody wants to try again what went wrong, or what he could not see.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_CARD (maq_repo_card_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoCard, maq_repo_card, MAQ, REPO_CARD, AdwBin)

// To be called once; then it can be loaded, again and again.
void maq_repo_card_setup (MaqRepoCard *self, MaqHubClient *client, const MaqRepoAddress *address);
void maq_repo_card_load (MaqRepoCard *self);
// Shows what to do to be let in, instead.
void maq_repo_card_show_access (MaqRepoCard *self);

G_END_DECLS
