// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// The parts of the Markdown parser that know nothing of its state.

G_BEGIN_DECLS

// Entities people use in cards; numeric ones are general. FALSE if TEXT is none that is known.
gboolean maq_markdown_append_entity (GString *string, const char *text, gsize length);
// The words of a piece of HTML: tags and comments go, <br> and ends of blocks become line breaks, what styles and scripts say is
// no text. The result is not escaped (transfer full).
char *maq_markdown_html_to_text (const char *html);
// ROWS, of GPtrArray of char*: columns as wide as their widest cell, in a fixed-width font (transfer full).
char *maq_markdown_format_table (GPtrArray *rows);

G_END_DECLS
