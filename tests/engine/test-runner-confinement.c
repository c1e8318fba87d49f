// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// The confinement of a runner at work; what it keeps a model from is tested in tests/runner.
#include "maq-engine-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

// Seen from outside: what the kernel says of each of the runner's threads while it answers.
static void
every_thread_is_confined (void)
{
  static const char *const lines[] = { "\nSeccomp:\t2\n", "\nNoNewPrivs:\t1\n", "\nCapEff:\t0000000000000000\n" };
  g_autofree char         *path = fixture_model ();
  g_autofree char         *folder = NULL;
  g_autoptr (MaqSession) session = NULL;
  g_autoptr (MaqGeneration) generation = NULL;
  g_autoptr (GDir) tasks = NULL;
  const char *name;
  guint       n = 0;

  if (path == NULL)
    return;
  session = fixture_load (path);
  generation = fixture_ramble (session);
  folder = g_strdup_printf ("/proc/%d/task", (int) fixture_wait_for_pid (session));
  tasks = g_dir_open (folder, 0, NULL);
  for (; (name = g_dir_read_name (tasks)) != NULL; n++)
    {
      g_autofree char *file = g_build_filename (folder, name, "status", NULL);
      g_autofree char *status = NULL;

      // It may have ended meanwhile.
      if (!g_file_get_contents (file, &status, NULL, NULL))
        continue;
      for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
        g_assert_nonnull (strstr (status, lines[i]));
    }
  g_assert_cmpuint (n, >=, 3);
}

// What is said of process PID in line NAME of its status (transfer full).
static char *
read_status (GPid        pid,
             const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *mark = g_strdup_printf ("\n%s:\t", name);
  g_autofree char *status = NULL;
  const char      *line;

  g_assert_true (g_file_get_contents (path, &status, NULL, NULL));
  line = strstr (status, mark);
  g_assert_nonnull (line);
  line += strlen (mark);
  return g_strndup (line, strcspn (line, "\n"));
}

// Makes the session run as nobody and answer.
static void
assert_nobody_answers (const char *path)
{
  g_autoptr (MaqSession) session = fixture_load (path);
  g_autofree char *users = read_status (fixture_wait_for_pid (session), "Uid");
  g_autofree char *groups = read_status (fixture_wait_for_pid (session), "Gid");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (users, ==, "65534\t65534\t65534\t65534");
  g_assert_cmpstr (groups, ==, "65534\t65534\t65534\t65534");
  text = fixture_answer (session, "Once", 3, &error);
  g_assert_no_error (error);
}

// A copy of ORIGINAL in the home folder that only its owner may read (transfer full).
static char *
copy_privately (const char *original)
{
  g_autofree char *name = g_path_get_basename (original);
  g_autofree char *data = NULL;
  char            *copy = g_build_filename (g_get_home_dir (), name, NULL);
  gsize            length;

  g_assert_true (g_file_get_contents (original, &data, &length, NULL));
  g_assert_true (g_file_set_contents_full (copy, data, length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  return copy;
}

static void
root_becomes_nobody (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *copy = NULL;

  if (path == NULL)
    return;
  if (geteuid () != 0)
    {
      g_test_skip ("not root");
      return;
    }
  assert_nobody_answers (path);
  copy = copy_privately (path);
  assert_nobody_answers (copy);
}

static void
root_becomes_nobody_for_parts (void)
{
  g_autofree char *first = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("not root");
      return;
    }
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("gguf/split/stories260K-%05u-of-00003.gguf", i);
      g_autofree char *path = fixture_input (name);
      g_autofree char *copy = path != NULL ? copy_privately (path) : NULL;

      if (copy == NULL)
        {
          g_test_skip ("no folder of real files");
          return;
        }
      if (first == NULL)
        first = g_steal_pointer (&copy);
    }
  assert_nobody_answers (first);
}

// Ctrl+C reaches every process of a terminal's session.
static void
is_out_of_the_terminals_reach (void)
{
  g_autofree char *path = fixture_model ();
  g_autoptr (MaqSession) session = NULL;
  GPid pid;

  if (path == NULL)
    return;
  session = fixture_load (path);
  pid = fixture_wait_for_pid (session);
  g_assert_cmpint (getsid (pid), ==, pid);
  g_assert_cmpint (getsid (pid), !=, getsid (0));
}

// A library that looks like a backend, in the folder Maquette was started from.
static void
backends_here_are_not_loaded (void)
{
  static const char *const names[] = { "libggml-cpu.so", "libggml-cpu-zz.so", "libggml-vulkan.so", "libggml-cuda.so", "libggml-blas.so" };
  static const char        source[] = "#include <stdlib.h>\n__attribute__ ((constructor)) static void start (void) { _Exit (42); }\n";
  g_autofree char         *path = fixture_model ();
  g_autofree char         *compiler = g_find_program_in_path ("cc");
  g_autofree char         *before = g_get_current_dir ();
  g_autofree char         *folder = g_build_filename (g_get_home_dir (), "downloads", NULL);
  g_autoptr (MaqSession) session = NULL;

  if (path == NULL)
    return;
  if (compiler == NULL)
    {
      g_test_skip ("no compiler");
      return;
    }
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_assert_true (g_file_set_contents ("start.c", source, -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *const arguments[] = { compiler, "-shared", "-fPIC", "-o", names[i], "start.c", NULL };
      int               status;

      g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, 0, NULL, NULL, NULL, NULL, &status, NULL));
      g_assert_cmpint (status, ==, 0);
    }
  session = fixture_load (path);
  g_assert_cmpint (g_chdir (before), ==, 0);
}

static MaqSession *
start_without_confinement (const char *path)
{
  g_autofree char *program = g_build_filename (g_get_home_dir (), "free-runner", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nexec %s %s \"$@\"\n", g_getenv ("MAQ_WITHOUT_CONFINEMENT"), g_getenv ("MAQ_RUNNER"));
  g_autoptr (MaqEngine) engine = maq_runner_engine_new (program);

  g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  return maq_engine_start (engine, path, NULL);
}

static void
nothing_runs_unconfined_unasked (void)
{
  g_autofree char *path = fixture_model ();
  g_autofree char *text = NULL;
  g_autoptr (MaqSession) refused = NULL;
  g_autoptr (MaqSession) allowed = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  refused = start_without_confinement (path);
  g_assert_false (dex_await (maq_session_wait_ready (refused), &error));
  fixture_assert_clear_error (error, MAQ_ENGINE_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "MAQ_ALLOW_UNCONFINED=1"));
  g_clear_error (&error);
  // By decision it does, and says so.
  g_setenv ("MAQ_ALLOW_UNCONFINED", "1", TRUE);
  allowed = start_without_confinement (path);
  text = fixture_answer (allowed, "Once", 3, &error);
  g_unsetenv ("MAQ_ALLOW_UNCONFINED");
  g_assert_no_error (error);
  g_assert_nonnull (strstr (maq_session_get_confinement (allowed), "without Landlock, without seccomp"));
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  dex_test_add_func ("/engine/confinement/every-thread-is-confined", every_thread_is_confined);
  dex_test_add_func ("/engine/confinement/root-becomes-nobody", root_becomes_nobody);
  dex_test_add_func ("/engine/confinement/root-becomes-nobody-for-parts", root_becomes_nobody_for_parts);
  dex_test_add_func ("/engine/confinement/is-out-of-the-terminals-reach", is_out_of_the_terminals_reach);
  dex_test_add_func ("/engine/confinement/backends-here-are-not-loaded", backends_here_are_not_loaded);
  dex_test_add_func ("/engine/confinement/nothing-runs-unconfined-unasked", nothing_runs_unconfined_unasked);
  return g_test_run ();
}
