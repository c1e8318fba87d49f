// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// However a runner ends, the application sees one clear error, no zombie and no descriptor left behind.
#include "maq-engine-fixture.h"

#include <signal.h>
#include <string.h>

static const int signals[] = { SIGKILL, SIGSEGV, SIGABRT, SIGBUS, SIGTERM };

static void
count_failures_cb (MaqSession *session,
                   GParamSpec *pspec,
                   guint      *n_failures)
{
  *n_failures += maq_session_get_state (session) == MAQ_SESSION_FAILED;
}

// Every way to ask a session that has failed gives its error.
static void
assert_failed (MaqSession    *session,
               MaqEngineError code,
               guint          n_failures)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *none = fixture_answer (session, "Once", 5, &error);
  g_autoptr (GVariant) nothing = NULL;

  g_assert_null (none);
  fixture_assert_clear_error (error, code);
  g_clear_error (&error);
  g_assert_cmpuint (n_failures, ==, 1);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_FAILED);
  fixture_assert_clear_error (maq_session_get_error (session), code);
  g_assert_false (dex_await (maq_session_wait_ready (session), &error));
  g_assert_error (error, MAQ_ENGINE_ERROR, (int) code);
  g_clear_error (&error);
  nothing = dex_await_variant (maq_session_tokenize (session, "a"), &error);
  g_assert_error (error, MAQ_ENGINE_ERROR, (int) code);
  g_assert_true (dex_await (maq_session_unload (session), NULL));
}

static void
signals_while_loading (void)
{
  g_autofree char *path = fixture_model ();
  guint            n_fds = fixture_count_fds ();

  if (path == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (signals) * 2; i++)
    {
      g_autoptr (MaqSession) session = fixture_start (path);
      g_autoptr (GError) error = NULL;
      guint n_failures = 0;
      GPid  pid;

      g_signal_connect (session, "notify::state", G_CALLBACK (count_failures_cb), &n_failures);
      pid = fixture_wait_for_pid (session);
      fixture_sleep (i / G_N_ELEMENTS (signals) * 10);
      if (maq_session_get_state (session) != MAQ_SESSION_LOADING)
        continue;
      kill (pid, signals[i % G_N_ELEMENTS (signals)]);
      if (dex_await (maq_session_wait_ready (session), &error))
        continue; // it was faster
      fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_CRASHED);
      fixture_assert_gone (pid);
      assert_failed (session, MAQ_ENGINE_ERROR_CRASHED, n_failures);
    }
  fixture_assert_fds (n_fds);
}

static void
signals_while_streaming (void)
{
  g_autofree char *path = fixture_model ();
  guint            n_fds = fixture_count_fds ();

  if (path == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (MaqSession) session = fixture_load (path);
      g_autoptr (MaqGeneration) generation = fixture_ramble (session);
      g_autoptr (GError) error = NULL;
      g_autofree char *first = dex_await_string (maq_generation_next (generation), &error);
      g_autofree char *none = NULL;
      guint            n_failures = 0;
      GPid             pid = fixture_wait_for_pid (session);
      MaqStats         stats;

      g_assert_no_error (error);
      g_assert_cmpstr (first, !=, "");
      g_signal_connect (session, "notify::state", G_CALLBACK (count_failures_cb), &n_failures);
      kill (pid, signals[i]);
      none = fixture_read (generation, NULL, &error);
      g_assert_null (none);
      fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_CRASHED);
      g_clear_error (&error);
      // The same again, for whoever reads on.
      none = fixture_read (generation, NULL, &error);
      g_assert_error (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED);
      g_assert_true (maq_generation_get_stats (generation, &stats));
      fixture_assert_gone (pid);
      assert_failed (session, MAQ_ENGINE_ERROR_CRASHED, n_failures);
    }
  fixture_assert_fds (n_fds);
}

static void
signals_while_idle (void)
{
  g_autofree char *path = fixture_model ();
  guint            n_fds = fixture_count_fds ();

  if (path == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (MaqSession) session = fixture_load (path);
      guint n_failures = 0;
      GPid  pid = fixture_wait_for_pid (session);

      g_signal_connect (session, "notify::state", G_CALLBACK (count_failures_cb), &n_failures);
      kill (pid, signals[i]);
      for (guint j = 0; j < 400 && maq_session_get_state (session) == MAQ_SESSION_READY; j++)
        fixture_sleep (5);
      fixture_assert_gone (pid);
      assert_failed (session, MAQ_ENGINE_ERROR_CRASHED, n_failures);
    }
  fixture_assert_fds (n_fds);
}

// An engine that ends the process by itself costs one answer.
static void
the_engine_aborts (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *none = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  guint n_failures = 0;
  GPid  pid;

  if (path == NULL)
    return;
  session = fixture_load_with (path, g_getenv ("MAQ_ABORTING_ENGINE"));
  pid = fixture_wait_for_pid (session);
  g_signal_connect (session, "notify::state", G_CALLBACK (count_failures_cb), &n_failures);
  none = fixture_answer (session, "Once", 5, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_CRASHED);
  g_assert_nonnull (strstr (error->message, g_strsignal (SIGABRT)));
  fixture_assert_gone (pid);
  assert_failed (session, MAQ_ENGINE_ERROR_CRASHED, n_failures);
}

// An id that is none looks nothing up: the session says what is wrong with the text, and lives on.
static void
text_without_tokens_is_an_error (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *none = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GVariant) nothing = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  session = fixture_load_with (path, g_getenv ("MAQ_WORDLESS_ENGINE"));
  none = fixture_answer (session, "Once", 5, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  nothing = dex_await_variant (maq_session_tokenize (session, "Once"), &error);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNSUPPORTED);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
}

static void
a_hang_ends (gconstpointer while_loading)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *none = NULL;
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (NULL);
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  guint  n_failures = 0;
  gint64 start;
  GPid   pid;

  if (path == NULL)
    return;
  maq_runner_engine_set_patience (MAQ_RUNNER_ENGINE (engine), 1500);
  session = maq_engine_start (engine, path, NULL);
  g_signal_connect (session, "notify::state", G_CALLBACK (count_failures_cb), &n_failures);
  pid = fixture_wait_for_pid (session);
  if (while_loading == NULL)
    {
      g_assert_true (dex_await (maq_session_wait_ready (session), &error));
      generation = fixture_ramble (session);
      fixture_sleep (5);
    }
  kill (pid, SIGSTOP);
  start = g_get_monotonic_time ();
  if (generation == NULL)
    generation = fixture_ramble (session);
  none = fixture_read (generation, NULL, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_CRASHED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
  fixture_assert_gone (pid);
  assert_failed (session, MAQ_ENGINE_ERROR_CRASHED, n_failures);
}

static void
a_hang_while_loading_ends (void)
{
  a_hang_ends ("loading");
}

static void
a_hang_while_streaming_ends (void)
{
  a_hang_ends (NULL);
}

static void
a_missing_runner_is_an_error (void)
{
  static const char *const programs[] = { "/nowhere/maquette-runner", "/bin/true", "/bin/cat" };
  g_autofree char         *path = fixture_model ();
  guint                    n_fds = fixture_count_fds ();

  if (path == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (MaqEngine) engine = maq_runner_engine_new (programs[i]);
      g_autoptr (MaqSession) session = maq_engine_start (engine, path, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (dex_await (maq_session_wait_ready (session), &error));
      fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_CRASHED);
      g_assert_true (dex_await (maq_session_unload (session), NULL));
    }
  fixture_assert_fds (n_fds);
}

// As when other programs hold the memory: a limit on the runner's data.
static void
too_little_memory_is_an_error (void)
{
  g_autofree char *path = fixture_input ("gguf/llama-2-tiny-random.gguf");
  g_autofree char *program = g_build_filename (g_get_home_dir (), "limited-runner", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nulimit -d 40000\nexec %s \"$@\"\n", g_getenv ("MAQ_RUNNER"));
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (program);
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  session = maq_engine_start (engine, path, NULL);
  g_assert_false (dex_await (maq_session_wait_ready (session), &error));
  // Which allocation meets the limit depends on the machine, and not every one is handled inside the engine.
  g_assert_true (error->code == MAQ_ENGINE_ERROR_OUT_OF_MEMORY || error->code == MAQ_ENGINE_ERROR_CRASHED);
  fixture_assert_clear_error (error, error->code);
  g_assert_true (dex_await (maq_session_unload (session), NULL));
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/failures/signals/loading", signals_while_loading);
  dex_test_add_func ("/engine/failures/signals/streaming", signals_while_streaming);
  dex_test_add_func ("/engine/failures/signals/idle", signals_while_idle);
  dex_test_add_func ("/engine/failures/the-engine-aborts", the_engine_aborts);
  dex_test_add_func ("/engine/failures/text-without-tokens-is-an-error", text_without_tokens_is_an_error);
  dex_test_add_func ("/engine/failures/a-hang-ends/loading", a_hang_while_loading_ends);
  dex_test_add_func ("/engine/failures/a-hang-ends/streaming", a_hang_while_streaming_ends);
  dex_test_add_func ("/engine/failures/a-missing-runner-is-an-error", a_missing_runner_is_an_error);
  dex_test_add_func ("/engine/failures/too-little-memory-is-an-error", too_little_memory_is_an_error);
  return g_test_run ();
}
