// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <json-glib/json-glib.h>

// The front matter of a card (README.md): the YAML between two lines of --- at its very start.
//
// Reads what cards are written in: nested mappings and lists by indentation, [a, b] and {a: b} on one line, quoted and
// plain scalars, | and > texts, comments. Anchors, tags and several documents are not read. What a line says that cannot
// be read is skipped, as one bad line must not hide a repo.
// Returns NULL if there is no front matter or it is not a mapping. (transfer full)
JsonObject *maq_serve_card_parse (const char *text);

// Where the Markdown after the front matter begins in TEXT.
const char *maq_serve_card_skip_front_matter (const char *text);
