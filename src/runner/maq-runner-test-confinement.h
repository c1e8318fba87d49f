// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

// Confines this process as main does, then tries what a model that took it over would try, and prints a line for each attempt:
// "denied NAME" or "ALLOWED NAME"; for what must still work "works NAME" or "BROKEN NAME". FOLDER stands for a home: it holds
// .ssh/id_test and weights.gguf. MOST_LANDLOCK: as for an older kernel, 0 for none. DEVICES: as where there is a graphics card.
// Standard output must be a pipe: files cannot grow. Returns the exit status: 0 if all is as it should be.
int maq_runner_test_confinement (const char *folder, int most_landlock, gboolean devices);

G_END_DECLS
