// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-gguf.h"

// Turns a JSON schema into a grammar for an engine, so that an answer is JSON that is valid under the schema. What the grammar
// lets through is always valid; it may let through less than the schema does: an object has no members but those that the
// schema names unless additionalProperties says more, strings and names that are fixed are written one way, numbers have at most
// 16 digits. Keywords that would have to be left out are an error, never ignored; only annotations (title, default, …) are.

G_BEGIN_DECLS

// The most bytes a schema may have.
#define MAQ_JSON_SCHEMA_MAX_SIZE (1024 * 1024)

// Reads SCHEMA and returns the grammar in GBNF, its start named "root" (transfer full). Takes a while and much stack for large
// schemas: call it in a thread of its own. MAQ_FORMAT_ERROR_UNSUPPORTED for what cannot be bound and _CORRUPT for what is no
// schema; the message begins with the JSON pointer of the place.
char *maq_json_schema_to_grammar (GBytes *schema, GError **error);

G_END_DECLS
