// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-status-stack.h"

G_BEGIN_DECLS

// The one page for what its owner shows only to those whom he let in: STACK says so in its empty state, with what can be done about
// it: to request access on the repo's page in a browser (PAGE), and to add a token in Preferences; when these close, and by a
// button, STACK emits retry. HAS_TOKEN: there is one, but it does not open this.
void maq_repo_access_show (MaqStatusStack *stack, const char *page, gboolean has_token);

G_END_DECLS
