// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

// Shows Markdown with native widgets, one label a paragraph, never more than three widgets a block. Long texts are parsed in a
// worker and shown a few rows in each frame, so the main loop is not held up. Setting a text again keeps the blocks that did not change, which
// makes it cheap for an answer that grows.

G_BEGIN_DECLS

// Properties: text (nullable), base (nullable; the address relative links are meant from), complete
// (read-only; whether all of the text is there).
// Signal: gboolean activate-link (address): a link was followed; unless a handler returns TRUE it opens in the browser.
#define MAQ_TYPE_MARKDOWN_VIEW (maq_markdown_view_get_type ())
G_DECLARE_FINAL_TYPE (MaqMarkdownView, maq_markdown_view, MAQ, MARKDOWN_VIEW, GtkWidget)

GtkWidget  *maq_markdown_view_new (void);
const char *maq_markdown_view_get_text (MaqMarkdownView *self);
void        maq_markdown_view_set_text (MaqMarkdownView *self, const char *text);
const char *maq_markdown_view_get_base (MaqMarkdownView *self);
void        maq_markdown_view_set_base (MaqMarkdownView *self, const char *base);
gboolean    maq_markdown_view_get_complete (MaqMarkdownView *self);

G_END_DECLS
