// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <json-glib/json-glib.h>

// Cards (README.md): YAML between two lines of three dashes, the front matter, and Markdown behind it. Any thread.
//
// The front matter is found as the Hub finds it (REGEX_YAML_BLOCK of huggingface_hub/repocard.py, read 2026-12, is the strictest
// reader of it): a byte order mark, blank lines and blanks may come before the first dashes and blanks behind either; lines end in LF,
// CR LF or CR. Without the second line of dashes there is none.

G_BEGIN_DECLS

// The front matter of TEXT as an object (transfer full); NULL if there is none or it is not a mapping.
//
// Reads what cards are written in: nested mappings and lists by indentation, [a, b] and {a: b}, quoted and plain scalars, | and > texts,
// comments. Anchors, tags and several documents are not read. What a line says that cannot be read is skipped, as one bad line must not
// hide a repo. Fields that hold names and texts (language, sdk_version, tags …) are strings as they were written, whatever YAML makes of
// them elsewhere: `language: no` is Norwegian, `sdk_version: 5.10` is not 5.1.
JsonObject *maq_card_parse (const char *text);

// Where the Markdown begins in TEXT: behind the front matter, or at the first character if there is none.
const char *maq_card_get_body (const char *text);

G_END_DECLS
