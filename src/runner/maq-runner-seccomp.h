// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

// Leaves every thread of the process, now and later, the system calls that running a model takes: no new socket, program,
// process or namespace, no change to any file. DEVICES: drivers may still open their devices for writing; without it nothing is
// opened for writing. FALSE when the kernel refuses. Wants no_new_privs.
gboolean maq_runner_seccomp_apply (gboolean devices);

G_END_DECLS
