// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// What the runner takes away from itself before it reads the first byte of a model: capabilities, limits, files (Landlock) and
// system calls (seccomp). Needs no privilege and no namespace. Facts and measurements: reliability notes, section 6.

G_BEGIN_DECLS

typedef struct
{
  gboolean no_new_privs;
  gboolean limits;
  int      landlock; // its ABI, 0 if the kernel has none
  gboolean partly;   // a driver had started threads before, which Landlock does not hold
  gboolean seccomp;
} MaqRunnerConfinement;

// First call of main: dies with its parent, closes descriptors from FIRST_STRAY_FD on, is the first the kernel ends when memory
// runs out.
void maq_runner_confine_early (int first_stray_fd);
// Call once, before the process has a second thread: Landlock holds for the caller and its later threads only. The N files
// behind WEIGHTS stay readable. What could not be had is left FALSE, never fatal.
MaqRunnerConfinement maq_runner_confine (const int *weights, guint n);
// For people: "Landlock 7, seccomp, limits"; says what is missing (transfer full).
char *maq_runner_confinement_describe (const MaqRunnerConfinement *self);

G_END_DECLS
