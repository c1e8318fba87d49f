// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cli.h"

// Answers that are bound to a JSON schema. Fibers only.

G_BEGIN_DECLS

// The grammar of the JSON schema in the file PATH, or - for standard input (transfer full).
char *maq_cli_schema_read (const char *path, GError **error);
// Whether TEXT, an answer that was bound to a schema, is whole; else an error that says what cut it.
gboolean maq_cli_schema_check (const char *text, const MaqStats *stats, GError **error);

G_END_DECLS
