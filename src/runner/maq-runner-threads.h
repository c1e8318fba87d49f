// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Finds the number of threads that draws tokens fastest, and keeps looking: the engine's threads wait by spinning, so as soon as
// another program needs a core, fewer threads are many times faster than all. Measured: performance notes, section 6.

G_BEGIN_DECLS

#define MAQ_RUNNER_MAX_THREADS 512

typedef struct
{
  guint    most;
  guint    now;
  guint    best;
  guint    window; // how many measurements decide
  gboolean fixed;
  gboolean upwards;                        // where to look next
  double   ms[MAQ_RUNNER_MAX_THREADS + 1]; // last known, for one token; 0 where it was never tried
  double   sum;                            // of the window under way
  guint    n;
  gint64   look_at;    // when to try another number, in monotonic µs
  gint64   look_every; // in µs; grows while no other number is better
} MaqRunnerThreads;

// Begins with MOST threads. FIXED: and stays there. WINDOW: as many measurements are taken together; 1 when each is of many tokens.
void maq_runner_threads_init (MaqRunnerThreads *self, guint most, guint window, gboolean fixed);
// One token took MS milliseconds with `now` threads; TIME is the monotonic time in µs. TRUE: `now` has changed.
gboolean maq_runner_threads_add (MaqRunnerThreads *self, double ms, gint64 time);

G_END_DECLS
