// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine-fixture.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

char *
fixture_input (const char *name)
{
  const char      *shared = g_getenv ("MAQ_SHARED");
  g_autofree char *path = shared != NULL ? g_build_filename (shared, "inputs", name, NULL) : NULL;

  return path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

char *
fixture_model (void)
{
  g_autofree char *path = fixture_input ("gguf/stories260K.gguf");

  if (path == NULL)
    path = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&path);
  g_test_skip ("no model to run");
  return NULL;
}

MaqSession *
fixture_start (const char *path)
{
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (NULL);

  return maq_engine_start (engine, path, NULL);
}

static MaqSession *
wait_ready (MaqSession *session)
{
  g_autoptr (GError) error = NULL;

  dex_await (maq_session_wait_ready (session), &error);
  g_assert_no_error (error);
  return session;
}

MaqSession *
fixture_load (const char *path)
{
  return wait_ready (fixture_start (path));
}

MaqSession *
fixture_load_with (const char *path,
                   const char *library)
{
  g_autofree char *program = g_build_filename (g_get_home_dir (), "other-runner", NULL);
  // The sanitizers want to be the first libraries.
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=%s exec %s \"$@\"\n", library, g_getenv ("MAQ_RUNNER"));
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (program);

  g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  return wait_ready (maq_engine_start (engine, path, NULL));
}

MaqGeneration *
fixture_ask (MaqSession *session,
             const char *prompt,
             guint       max_tokens)
{
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();

  options->prompt = g_strdup (prompt);
  options->temperature = 0;
  options->max_tokens = max_tokens;
  return maq_session_generate (session, options);
}

MaqGeneration *
fixture_ramble (MaqSession *session)
{
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();

  options->prompt = g_strdup ("Once upon a time");
  options->temperature = 9;
  options->top_k = 0;
  options->top_p = 1;
  options->min_p = 0;
  options->seed = 11;
  options->has_seed = TRUE;
  return maq_session_generate (session, options);
}

char *
fixture_read (MaqGeneration *generation,
              guint         *n_chunks,
              GError       **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = 0;

  for (;; n++)
    {
      g_autofree char *chunk = dex_await_string (maq_generation_next (generation), error);

      if (n_chunks != NULL)
        *n_chunks = n;
      if (chunk == NULL)
        return NULL;
      g_assert_true (g_utf8_validate (chunk, -1, NULL));
      if (*chunk == 0)
        return g_string_free (g_steal_pointer (&text), FALSE);
      g_string_append (text, chunk);
    }
}

char *
fixture_answer (MaqSession *session,
                const char *prompt,
                guint       max_tokens,
                GError    **error)
{
  g_autoptr (MaqGeneration) generation = fixture_ask (session, prompt, max_tokens);

  return fixture_read (generation, NULL, error);
}

MaqStats
fixture_get_stats (MaqGeneration *generation)
{
  MaqStats stats;

  g_assert_true (maq_generation_get_stats (generation, &stats));
  return stats;
}

void
fixture_sleep (guint milliseconds)
{
  dex_await (dex_timeout_new_msec (milliseconds), NULL);
}

GPid
fixture_wait_for_pid (MaqSession *session)
{
  GPid pid = 0;

  while ((pid = maq_runner_session_get_pid (MAQ_RUNNER_SESSION (session))) == 0 && maq_session_get_state (session) == MAQ_SESSION_LOADING)
    fixture_sleep (1);
  return pid;
}

void
fixture_assert_gone (GPid pid)
{
  // A zombie still has an id to signal.
  for (guint i = 0; i < 400 && kill (pid, 0) == 0; i++)
    fixture_sleep (5);
  g_assert_cmpint (kill (pid, 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
}

static guint
count_fds (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

guint
fixture_count_fds (void)
{
  static gboolean  warm;
  g_autofree char *path = warm ? NULL : fixture_model ();

  // The first session makes threads whose descriptors stay.
  warm = TRUE;
  if (path != NULL)
    {
      g_autoptr (MaqSession) session = fixture_load (path);
      dex_await (maq_session_unload (session), NULL);
    }
  return count_fds ();
}

void
fixture_assert_fds (guint n)
{
  for (guint i = 0; i < 400 && count_fds () > n; i++)
    fixture_sleep (5);
  g_assert_cmpuint (count_fds (), <=, n);
}

void
fixture_assert_clear_error (const GError  *error,
                            MaqEngineError code)
{
  const char *first_end;

  g_assert_error ((GError *) error, MAQ_ENGINE_ERROR, (int) code);
  g_test_message ("%s", error->message);
  first_end = strstr (error->message, ". ");
  g_assert_nonnull (first_end);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_null (strstr (error->message, "GDBus"));
  g_assert_null (strchr (error->message, '\n'));
}

typedef struct
{
  void (*func) (gconstpointer data);
  gconstpointer data;
} Case;

static DexFuture *
case_fiber (gpointer data)
{
  const Case *test = data;

  test->func (test->data);
  return dex_future_new_true ();
}

static void
run_case (gconstpointer data)
{
  g_autoptr (DexFuture) future = dex_scheduler_spawn (NULL, 0, case_fiber, (gpointer) data, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

void
fixture_add_case (const char *path,
                  void (*func) (gconstpointer data),
                  gconstpointer data)
{
  Case *test = g_new0 (Case, 1);

  *test = (Case) { func, data };
  g_test_add_data_func_full (path, test, run_case, g_free);
}
