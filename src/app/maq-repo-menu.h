// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

#include "maq-repo-address.h"

// What the menus of all rows that stand for a repo have in common. Uses the actions of the window: open-repo, open-on-web,
// copy-link (s: the hf:// address) and copy (s: the text).

G_BEGIN_DECLS

// Adds a section to MENU: to open the repo's page, here and on the web, and to copy its name and its link.
void maq_repo_menu_add (GMenu *menu, MaqRepoKind kind, const char *id);

G_END_DECLS
