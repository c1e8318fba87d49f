// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// What the runner needs to know of the machine and of itself.

G_BEGIN_DECLS

// Physical cores this process may run on; at least 1.
guint maq_runner_machine_count_cores (void);
// Bytes of memory this process takes now; 0 if not known.
guint64 maq_runner_machine_get_used_memory (void);
// All memory of the machine with swap, in bytes; 0 if not known. Call before confinement.
guint64 maq_runner_machine_get_memory (void);

G_END_DECLS
