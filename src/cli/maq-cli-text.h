// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Text for terminals: what it takes in columns, and nothing in it that a terminal would obey.

G_BEGIN_DECLS

// TEXT with control characters and broken UTF-8 replaced, so that no name or card can move the cursor or change colours
// (transfer full). NULL gives "". Newlines and tabs stay with KEEP_LINES, otherwise they become spaces.
char *maq_cli_clean (const char *text, gboolean keep_lines);
// Columns TEXT takes.
int maq_cli_text_width (const char *text);
// TEXT cut to WIDTH columns with "…" as its last (transfer full).
char *maq_cli_text_cut (const char *text, int width);

// A table whose columns are as wide as their widest cell.
typedef struct _MaqCliTable MaqCliTable;
// TITLES: one a column, NULL-terminated; a title that starts with ">" stands on the right with its column. FLEXIBLE: the
// column that is cut when the table is too wide for the terminal.
MaqCliTable *maq_cli_table_new (const char *const *titles, guint flexible);
// CELLS: one a column, NULL for empty; cleaned here.
void maq_cli_table_add_row (MaqCliTable *self, const char *const *cells);
// The lines of the table, at most COLUMNS wide if that can be done (transfer full).
char *maq_cli_table_to_text (MaqCliTable *self, int columns);
void  maq_cli_table_free (MaqCliTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCliTable, maq_cli_table_free)

G_END_DECLS
