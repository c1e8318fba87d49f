// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// The weights files, which come as descriptors: nothing in the runner needs the right to open them. libllama wants names; the
// names given here stand for files that are open already.

G_BEGIN_DECLS

// Opens each of the N weights files anew for the engine. Call it while the runner may still open what its parent may.
void maq_runner_weights_prepare (guint n);
// The descriptor of file INDEX, for positioned reads.
int maq_runner_weights_get_fd (guint index);
// What to call file INDEX when the engine is asked to load it (transfer full).
char *maq_runner_weights_make_name (guint index);

G_END_DECLS
