// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Files out of reach. Rights and versions: the kernel's documentation, userspace-api/landlock, read 2026-08.

G_BEGIN_DECLS

// Leaves the caller and its later threads what libraries, drivers and the N files behind WEIGHTS are read from, devices to compute
// on, no other file, no TCP, no signal and no abstract socket to the outside. LIBRARIES: one more folder of libraries, nullable.
// MOST: the newest ABI to use. Returns the ABI in force, 0 for none. Wants no_new_privs.
int maq_runner_landlock_apply (const int *weights, guint n, const char *libraries, int most);

G_END_DECLS
