// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-threads.h"

#define WINDOW     8
#define LOOK_EVERY (4 * G_TIME_SPAN_SECOND)
// Another number must be this much faster, and the best this much slower than before to be doubted at once.
#define GAIN 0.95
#define LOSS 1.3

void
maq_runner_threads_init (MaqRunnerThreads *self,
                         guint             most,
                         gboolean          fixed)
{
  *self = (MaqRunnerThreads) { .most = CLAMP (most, 1, MAQ_RUNNER_MAX_THREADS), .fixed = fixed };
  self->now = self->best = self->most;
}

// One more or one fewer than the best, turn and turn about.
static guint
pick_neighbour (MaqRunnerThreads *self)
{
  gboolean up = (self->upwards && self->best < self->most) || self->best == 1;

  self->upwards = !up;
  return up ? self->best + 1 : self->best - 1;
}

gboolean
maq_runner_threads_add (MaqRunnerThreads *self,
                        double            ms,
                        gint64            time)
{
  guint  before = self->now;
  double mean, last;

  if (self->fixed || self->most == 1)
    return FALSE;
  self->sum += ms;
  if (++self->n < WINDOW)
    return FALSE;
  mean = self->sum / WINDOW;
  last = self->ms[self->now];
  self->ms[self->now] = mean;
  self->sum = 0;
  self->n = 0;
  if (self->now != self->best)
    {
      if (mean < GAIN * self->ms[self->best])
        self->best = self->now;
      self->now = self->best;
      self->look_at = time + LOOK_EVERY;
    }
  else if (time >= self->look_at || (last > 0 && mean > LOSS * last))
    self->now = pick_neighbour (self);
  return self->now != before;
}

guint
maq_runner_threads_get_for_prompt (const MaqRunnerThreads *self)
{
  return self->ms[self->most] > 2 * self->ms[self->best] ? self->best : self->most;
}
