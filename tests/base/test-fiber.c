// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-error.h"
#include "maq-fiber.h"

typedef struct
{
  gint n_freed;   // atomic
  gint n_ended;   // atomic
  gint cancelled; // atomic
} State;

static void
state_done (gpointer data)
{
  g_atomic_int_inc (&((State *) data)->n_freed);
}

static DexFuture *
wait_fiber (gpointer data)
{
  State *state = data;
  g_autoptr (GError) error = NULL;

  maq_fiber_sleep (300 * 1000, &error);
  g_atomic_int_set (&state->cancelled, maq_error_is_cancelled (error));
  g_atomic_int_inc (&state->n_ended);
  return dex_future_new_for_int64 (42);
}

static DexFuture *
outer_fiber (gpointer data)
{
  g_autoptr (GError) error = NULL;

  return dex_future_new_for_int64 (dex_await_int64 (maq_fiber_spawn (NULL, wait_fiber, data, NULL), &error));
}

static void
run_until (gint *counter)
{
  for (guint n = 0; n < 2000 && g_atomic_int_get (counter) == 0; n++)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    }
  g_assert_cmpint (g_atomic_int_get (counter), ==, 1);
}

static void
run_for (guint msec)
{
  for (guint n = 0; n < msec; n++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (1000);
    }
}

static void
drop (DexScheduler *scheduler,
      DexFiberFunc  func)
{
  State      state = { 0 };
  gint64     start = g_get_monotonic_time ();
  DexFuture *future = maq_fiber_spawn (scheduler, func, &state, state_done);

  run_for (20);
  g_assert_cmpint (state.n_ended, ==, 0);
  dex_clear (&future);
  run_until (&state.n_ended);
  g_assert_true (state.cancelled);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 250 * 1000);
  run_until (&state.n_freed);
}

static void
test_drop (void)
{
  drop (NULL, wait_fiber);
}

static void
test_drop_in_pool (void)
{
  drop (dex_thread_pool_scheduler_get_default (), wait_fiber);
}

static void
test_drop_nested (void)
{
  drop (NULL, outer_fiber);
  drop (dex_thread_pool_scheduler_get_default (), outer_fiber);
}

static void
test_result (void)
{
  State state = { 0 };
  g_autoptr (DexFuture) future = maq_fiber_spawn (NULL, wait_fiber, &state, state_done);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_value_get_int64 (dex_future_get_value (future, NULL)), ==, 42);
  g_assert_false (state.cancelled);
  run_until (&state.n_freed);
}

typedef struct
{
  GCancellable *cancellable;
  gint          n_freed;
  gboolean      timed_out;
} Timed;

static DexFuture *
timed_fiber (gpointer data)
{
  Timed *timed = data;
  g_autoptr (GError) error = NULL;
  DexPromise *promise = dex_promise_new_cancellable ();

  timed->cancellable = g_object_ref (dex_promise_get_cancellable (promise));
  g_assert_false (dex_await (maq_future_with_timeout (DEX_FUTURE (promise), 50), &error));
  timed->timed_out = g_error_matches (error, DEX_ERROR, DEX_ERROR_TIMED_OUT);
  timed->n_freed++;
  return dex_future_new_true ();
}

static void
test_timeout (void)
{
  // After its time, when dropped, and when dropped before anything ran: the work is stopped each time.
  for (guint i = 0; i < 3; i++)
    {
      Timed      timed = { 0 };
      DexFuture *future = maq_fiber_spawn (NULL, timed_fiber, &timed, NULL);

      if (i < 2)
        run_for (i == 0 ? 150 : 10);
      dex_clear (&future);
      run_until (&timed.n_freed);
      g_assert_true (timed.timed_out == (i == 0));
      g_assert_true (g_cancellable_is_cancelled (timed.cancellable));
      g_object_unref (timed.cancellable);
    }
}

static void
test_drop_at_once (void)
{
  State      state = { 0 };
  DexFuture *future = maq_fiber_spawn (NULL, wait_fiber, &state, state_done);

  dex_clear (&future);
  run_until (&state.n_freed);
}

static DexFuture *
slow_thread (gpointer data)
{
  State *state = data;

  g_usleep (50 * 1000);
  g_assert_cmpint (g_atomic_int_get (&state->n_freed), ==, 0);
  g_atomic_int_inc (&state->n_ended);
  return dex_future_new_true ();
}

static void
test_thread_keeps_its_data (void)
{
  State state = { 0 };

  dex_unref (maq_thread_spawn ("slow", slow_thread, &state, state_done));
  run_until (&state.n_freed);
  g_assert_cmpint (state.n_ended, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/fiber/resolves", test_result);
  g_test_add_func ("/base/fiber/dropping-cancels", test_drop);
  g_test_add_func ("/base/fiber/dropping-cancels-in-the-pool", test_drop_in_pool);
  g_test_add_func ("/base/fiber/dropping-cancels-what-it-waits-for", test_drop_nested);
  g_test_add_func ("/base/fiber/timeout-stops-the-work", test_timeout);
  g_test_add_func ("/base/fiber/dropping-at-once", test_drop_at_once);
  g_test_add_func ("/base/fiber/a-dropped-thread-keeps-its-data", test_thread_keeps_its_data);

  return g_test_run ();
}
