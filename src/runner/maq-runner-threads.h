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
  gboolean fixed;
  gboolean upwards;                        // where to look next
  double   ms[MAQ_RUNNER_MAX_THREADS + 1]; // last known, for one token; 0 where it was never tried
  double   sum;                            // of the window under way
  guint    n;
  gint64   look_at; // when to try another number, in monotonic µs
} MaqRunnerThreads;

// Begins with MOST threads. FIXED: and stays there.
void maq_runner_threads_init (MaqRunnerThreads *self, guint most, gboolean fixed);
// One token took MS milliseconds with `now` threads; TIME is the monotonic time in µs. TRUE: `now` has changed.
gboolean maq_runner_threads_add (MaqRunnerThreads *self, double ms, gint64 time);
// For reading a prompt, which gains from every core unless they are much in demand.
guint maq_runner_threads_get_for_prompt (const MaqRunnerThreads *self);

G_END_DECLS
