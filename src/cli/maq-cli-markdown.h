// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Markdown as text for terminals: wrapped, lists with bullets, links with their addresses, HTML without its tags.

G_BEGIN_DECLS

// COLUMNS: lines are wrapped there, tables and code are not. STYLED: with escape sequences for bold, italic and the like.
// MARKDOWN may be anything; nothing of it reaches a terminal as a command (transfer full).
char *maq_cli_markdown_to_text (const char *markdown, int columns, gboolean styled);

G_END_DECLS
