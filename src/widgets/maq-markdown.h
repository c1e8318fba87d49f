// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib-object.h>

// Markdown as a flat list of blocks, ready to show: however deep a document nests, a block is one paragraph with an indent. Safe for
// any input: raw HTML is dropped but for its words, links are http, https or mailto only, depth and number are bounded.
// May be called on any thread.

G_BEGIN_DECLS

typedef enum
{
  MAQ_MARKDOWN_PARAGRAPH,
  MAQ_MARKDOWN_HEADING,
  MAQ_MARKDOWN_CODE,  // plain text, to be shown as it is
  MAQ_MARKDOWN_TABLE, // plain text with aligned columns
  MAQ_MARKDOWN_RULE,
  MAQ_MARKDOWN_MORE, // the document went on, but was too long
} MaqMarkdownKind;

typedef struct
{
  MaqMarkdownKind kind;
  guint           level;  // of a heading, 1 to 6
  guint           indent; // levels of lists and quotes around it, at most 6
  guint           quotes; // how many of these are quotes
  char           *marker; // "•", "3." or "☐" on the first block of a list item, else NULL
  char           *text;   // Pango markup; plain text for code and tables
} MaqMarkdownBlock;

// The most blocks and the most bytes that are read.
#define MAQ_MARKDOWN_MAX_BLOCKS 1500
#define MAQ_MARKDOWN_MAX_BYTES  (512 * 1024)

// The blocks of TEXT (transfer full, of MaqMarkdownBlock). BASE (nullable): the address relative links are
// meant from; without it they are shown as text.
GPtrArray *maq_markdown_parse (const char *text, gssize length, const char *base);
gboolean   maq_markdown_block_equal (const MaqMarkdownBlock *a, const MaqMarkdownBlock *b);

G_END_DECLS
