// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-threads.h"

typedef double (*Cost) (guint n_threads);

// Every thread helps.
static double
idle (guint n_threads)
{
  return 80.0 / n_threads;
}

// Somebody else has one of four cores: whoever waits for all waits long.
static double
one_core_busy (guint n_threads)
{
  return n_threads < 4 ? 80.0 / n_threads : 200;
}

// All of them: only one thread gets on.
static double
all_busy (guint n_threads)
{
  return n_threads == 1 ? 100 : 150.0 * n_threads;
}

// Draws N tokens; returns the milliseconds they took.
static double
draw (MaqRunnerThreads *threads,
      Cost              cost,
      guint             n,
      gint64           *time)
{
  double total = 0;

  for (guint i = 0; i < n; i++)
    {
      double ms = cost (threads->now);
      total += ms;
      *time += ms * 1000;
      maq_runner_threads_add (threads, ms, *time);
    }
  return total;
}

static void
keeps_all_when_nobody_else_works (void)
{
  MaqRunnerThreads threads;
  gint64           time = 0;
  double           took;

  maq_runner_threads_init (&threads, 4, 8, FALSE);
  g_assert_cmpuint (threads.now, ==, 4);
  took = draw (&threads, idle, 1000, &time);
  g_assert_cmpuint (threads.best, ==, 4);
  // Looking around costs less than five in a hundred.
  g_assert_cmpfloat (took, <, 1000 * idle (4) * 1.05);
}

static void
gives_way_and_comes_back (void)
{
  MaqRunnerThreads threads;
  gint64           time = 0;

  maq_runner_threads_init (&threads, 4, 8, FALSE);
  draw (&threads, idle, 100, &time);
  draw (&threads, one_core_busy, 24, &time);
  g_assert_cmpuint (threads.best, ==, 3);
  draw (&threads, idle, 600, &time);
  g_assert_cmpuint (threads.best, ==, 4);
}

static void
goes_down_to_one (void)
{
  MaqRunnerThreads threads;
  gint64           time = 0;

  maq_runner_threads_init (&threads, 4, 8, FALSE);
  draw (&threads, all_busy, 200, &time);
  g_assert_cmpuint (threads.best, ==, 1);
}

// Two cores that others want all the time: the first look and those after it must not eat what they find.
static void
looking_costs_little_under_load (void)
{
  MaqRunnerThreads threads;
  gint64           time = 0;
  double           took;

  maq_runner_threads_init (&threads, 2, 8, FALSE);
  took = draw (&threads, all_busy, 1000, &time);
  g_assert_cmpuint (threads.best, ==, 1);
  g_assert_cmpfloat (took, <, 1000 * all_busy (1) * 1.05);
}

// A prompt is measured by the piece: the second already is read with the better number.
static void
a_prompt_finds_it_at_once (void)
{
  MaqRunnerThreads threads;
  gint64           time = 0;

  maq_runner_threads_init (&threads, 2, 1, FALSE);
  draw (&threads, all_busy, 1, &time);
  g_assert_cmpuint (threads.now, ==, 1);
  draw (&threads, all_busy, 1, &time);
  g_assert_cmpuint (threads.best, ==, 1);
  draw (&threads, idle, 100, &time);
  g_assert_cmpuint (threads.best, ==, 2);
}

static void
stays_where_it_is_told (void)
{
  MaqRunnerThreads threads;
  gint64           time = 0;

  maq_runner_threads_init (&threads, 3, 8, TRUE);
  draw (&threads, all_busy, 100, &time);
  g_assert_cmpuint (threads.now, ==, 3);
  maq_runner_threads_init (&threads, 0, 8, FALSE);
  draw (&threads, all_busy, 100, &time);
  g_assert_cmpuint (threads.now, ==, 1);
  maq_runner_threads_init (&threads, G_MAXUINT, 8, TRUE);
  g_assert_cmpuint (threads.now, ==, MAQ_RUNNER_MAX_THREADS);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/runner/threads/keeps-all-when-nobody-else-works", keeps_all_when_nobody_else_works);
  g_test_add_func ("/runner/threads/gives-way-and-comes-back", gives_way_and_comes_back);
  g_test_add_func ("/runner/threads/goes-down-to-one", goes_down_to_one);
  g_test_add_func ("/runner/threads/looking-costs-little-under-load", looking_costs_little_under_load);
  g_test_add_func ("/runner/threads/a-prompt-finds-it-at-once", a_prompt_finds_it_at_once);
  g_test_add_func ("/runner/threads/stays-where-it-is-told", stays_where_it_is_told);
  return g_test_run ();
}
