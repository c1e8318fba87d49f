// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-tree.h"

// What a list of files says of those that are not in it.

G_BEGIN_DECLS

// How many entries of TREE were left out, and why, in sentences (transfer full, translated); NULL: none.
char *maq_left_out_to_text (const MaqHubTree *tree);

G_END_DECLS
