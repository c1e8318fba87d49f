// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

// What the runner takes away from itself before it reads the first byte of a model: privileges, limits, files (Landlock) and
// system calls (seccomp). Needs no privilege and no namespace. Facts and measurements: reliability notes, section 6.
//
// The order matters: Landlock holds for the calling thread and its later ones, so it comes before anything that starts threads;
// drivers then open what they need within it; seccomp comes after them and holds for all threads.

G_BEGIN_DECLS

// As many as the newest Landlock there is.
#define MAQ_RUNNER_ANY_LANDLOCK G_MAXINT

typedef struct
{
  gboolean limits;
  int      landlock; // its ABI, 0 if the kernel has none
  gboolean seccomp;
  gboolean user; // it is not root; only a user namespace that has no other user, or root without the right to become one, leaves it
} MaqRunnerConfinement;

// First call of main: a session of its own that dies with its parent, in no folder of anyone's, without descriptors from
// FIRST_STRAY_FD on, the first the kernel ends when memory runs out.
void maq_runner_confine_early (int first_stray_fd);
// Then, before there is a second thread: limits, no privileges, no files but libraries, devices and the N WEIGHTS. LIBRARIES: a
// folder of libraries outside the system's, nullable. MOST_LANDLOCK: the newest ABI to use. What could not be had is left out of
// SELF, never fatal.
void maq_runner_confine_files (MaqRunnerConfinement *self, const int *weights, guint n, const char *libraries, int most_landlock);
// Then, when all backends are there: system calls. DEVICES: whether one of them still opens devices.
void maq_runner_confine_calls (MaqRunnerConfinement *self, gboolean devices);
// Tries whether what SELF says is true, for all threads. FALSE with a sentence: then no model may be loaded.
gboolean maq_runner_confinement_check (const MaqRunnerConfinement *self, GError **error);
// For people: "Landlock 7, seccomp, limits"; says what is missing (transfer full).
char *maq_runner_confinement_describe (const MaqRunnerConfinement *self);

G_END_DECLS
