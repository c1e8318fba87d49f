// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-threads.h"

#define LOOK_EVERY   (4 * G_TIME_SPAN_SECOND)
#define LOOK_RARELY  (32 * G_TIME_SPAN_SECOND)
#define FIRST_WINDOW 2
// Another number must be this much faster, and the best this much slower than before to be doubted at once.
#define GAIN 0.95
#define LOSS 1.3

void
maq_runner_threads_init (MaqRunnerThreads *self,
                         guint             most,
                         guint             window,
                         gboolean          fixed)
{
  *self = (MaqRunnerThreads) { .most = CLAMP (most, 1, MAQ_RUNNER_MAX_THREADS), .window = window, .fixed = fixed, .look_every = LOOK_EVERY };
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

// Whether enough is known of `now`. With nothing to compare to, a glance does; one who cannot win any more is not waited for.
static gboolean
is_measured (MaqRunnerThreads *self)
{
  guint window = self->ms[self->best] > 0 ? self->window : MIN (self->window, FIRST_WINDOW);

  return self->n >= window || (self->now != self->best && self->sum >= GAIN * self->ms[self->best] * window);
}

// The end of a look at another number.
static void
compare (MaqRunnerThreads *self,
         double            mean,
         gint64            time)
{
  gboolean better = mean < GAIN * self->ms[self->best];

  if (better)
    self->best = self->now;
  self->now = self->best;
  self->look_every = better ? LOOK_EVERY : MIN (2 * self->look_every, LOOK_RARELY);
  self->look_at = time + self->look_every;
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
  self->n++;
  if (!is_measured (self))
    return FALSE;
  mean = self->sum / self->n;
  last = self->ms[self->now];
  self->ms[self->now] = mean;
  self->sum = 0;
  self->n = 0;
  if (self->now != self->best)
    compare (self, mean, time);
  else if (time >= self->look_at || (last > 0 && mean > LOSS * last))
    self->now = pick_neighbour (self);
  return self->now != before;
}
