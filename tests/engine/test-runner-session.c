// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine-fixture.h"

#include <string.h>

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    data)
{
  (*(guint *) data)++;
}

static void
loads_and_says_what_it_is (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (GError) error = NULL;
  guint n_states = 0;

  if (path == NULL)
    return;
  session = fixture_start (path);
  g_signal_connect (session, "notify::state", G_CALLBACK (count_notify_cb), &n_states);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_LOADING);
  g_assert_null (maq_session_get_confinement (session));
  g_assert_true (dex_await (maq_session_wait_ready (session), &error));
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_READY);
  g_assert_cmpfloat (maq_session_get_progress (session), ==, 1);
  g_assert_cmpstr (maq_session_get_path (session), ==, path);
  g_assert_cmpuint (maq_session_get_context_length (session), >=, 256);
  g_assert_true (g_str_has_prefix (maq_session_get_backend (session), "llama.cpp, "));
  g_test_message ("%s; %s", maq_session_get_backend (session), maq_session_get_confinement (session));
  g_assert_nonnull (strstr (maq_session_get_confinement (session), "seccomp"));
  g_assert_cmpuint (n_states, ==, 1);
  g_assert_true (dex_await (maq_session_unload (session), &error));
}

static void
shards_are_one_model (void)
{
  g_autofree char *whole_path = fixture_input ("gguf/stories260K.gguf");
  g_autofree char *split_path = fixture_input ("gguf/split/stories260K-00001-of-00003.gguf");
  g_autofree char *whole_text = NULL;
  g_autofree char *split_text = NULL;
  g_autoptr (MaqSession) whole = NULL;
  g_autoptr (MaqSession) split = NULL;
  g_autoptr (GError) error = NULL;

  if (whole_path == NULL || split_path == NULL)
    {
      g_test_skip ("no folder of real files");
      return;
    }
  whole = fixture_load (whole_path);
  split = fixture_load (split_path);
  whole_text = fixture_answer (whole, "One day", 60, &error);
  split_text = fixture_answer (split, "One day", 60, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (whole_text, ==, split_text);
}

static void
unload_gives_everything_back (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *text = NULL, *none = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  guint n_fds;
  GPid  pid;

  if (path == NULL)
    return;
  n_fds = fixture_count_fds ();
  session = fixture_load (path);
  pid = fixture_wait_for_pid (session);
  generation = fixture_ramble (session);
  g_assert_true (dex_await (maq_session_unload (session), &error));
  fixture_assert_gone (pid);
  g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_UNLOADED);
  none = fixture_read (generation, NULL, &error);
  g_assert_null (none);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNLOADED);
  g_clear_error (&error);
  text = fixture_answer (session, "Once", 5, &error);
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNLOADED);
  // Again, and for one that never had a process.
  g_assert_true (dex_await (maq_session_unload (session), NULL));
  fixture_assert_fds (n_fds);
}

static void
unload_cancels_loading (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (GError) error = NULL;
  guint n_fds;

  if (path == NULL)
    return;
  n_fds = fixture_count_fds ();
  for (guint wait = 0; wait < 12; wait++)
    {
      g_autoptr (MaqSession) session = fixture_start (path);
      DexFuture *ready = maq_session_wait_ready (session);
      GPid       pid = wait > 0 ? fixture_wait_for_pid (session) : 0;

      fixture_sleep (wait * 2);
      g_assert_true (dex_await (maq_session_unload (session), &error));
      if (pid != 0)
        fixture_assert_gone (pid);
      if (!dex_await (ready, &error))
        fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNLOADED);
      g_clear_error (&error);
      g_assert_cmpint (maq_session_get_state (session), ==, MAQ_SESSION_UNLOADED);
    }
  fixture_assert_fds (n_fds);
}

static void
a_forgotten_session_leaves_nothing (void)
{
  g_autofree char *path = fixture_model ();
  MaqSession      *session;
  guint            n_fds;
  GPid             pid;

  if (path == NULL)
    return;
  n_fds = fixture_count_fds ();
  session = fixture_load (path);
  pid = fixture_wait_for_pid (session);
  g_assert_finalize_object (session);
  fixture_assert_gone (pid);
  fixture_assert_fds (n_fds);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/session/loads-and-says-what-it-is", loads_and_says_what_it_is);
  dex_test_add_func ("/engine/session/shards-are-one-model", shards_are_one_model);
  dex_test_add_func ("/engine/session/unload-gives-everything-back", unload_gives_everything_back);
  dex_test_add_func ("/engine/session/unload-cancels-loading", unload_cancels_loading);
  dex_test_add_func ("/engine/session/a-forgotten-session-leaves-nothing", a_forgotten_session_leaves_nothing);
  return g_test_run ();
}
