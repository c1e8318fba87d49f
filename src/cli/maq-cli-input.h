// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Standard input, read without blocking the main loop. Fibers only.

G_BEGIN_DECLS

typedef struct _MaqCliInput MaqCliInput;
MaqCliInput                *maq_cli_input_new (void);
void                        maq_cli_input_free (MaqCliInput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCliInput, maq_cli_input_free)

// Whether somebody types: standard input is a terminal.
gboolean maq_cli_input_is_terminal (void);
// The next line without its end, broken UTF-8 replaced (transfer full). NULL at the end, and with an error if it failed.
char *maq_cli_input_read_line (MaqCliInput *self, GError **error);
// Everything up to the end, at most 64 MiB (transfer full).
char *maq_cli_input_read_all (MaqCliInput *self, GError **error);

G_END_DECLS
