// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static char *output;
static int   status;

// Lets the runner try to break out of its confinement, with a home of the test's own.
static void
run_attempts (void)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), ".ssh", NULL);
  g_autofree char *key = g_build_filename (folder, "id_test", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (key, "secret", -1, NULL));
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, g_getenv ("MAQ_RUNNER"), "--test-confinement", g_get_home_dir (), NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
}

static gboolean
has_landlock (void)
{
  return strstr (output, "in force: Landlock") != NULL;
}

static guint
count_lines (const char *beginning)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  guint n = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    n += g_str_has_prefix (lines[i], beginning);
  return n;
}

static void
every_attempt_is_denied (void)
{
  g_test_message ("%s", output);
  if (!has_landlock ())
    {
      g_test_skip ("this kernel has no Landlock: files are not confined");
      return;
    }
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpuint (count_lines ("denied "), >=, 30);
  g_assert_cmpuint (count_lines ("ALLOWED "), ==, 0);
}

// What seccomp alone guards, also where there is no Landlock.
static void
network_and_programs_are_out_of_reach (void)
{
  static const char *const names[] = { "open a TCP socket", "open a UDP socket", "open a Unix socket", "connect a socket it had", "run a program", "fork", "trace its parent", "signal its parent" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *line = g_strdup_printf ("denied %s\n", names[i]);
      g_assert_nonnull (strstr (output, line));
    }
}

static void
what_is_needed_works (void)
{
  g_assert_cmpuint (count_lines ("works "), ==, 3);
  g_assert_cmpuint (count_lines ("BROKEN "), ==, 0);
}

static void
nothing_was_written (void)
{
  static const char *const names[] = { "made-by-runner", "moved", "folder" };
  g_autofree char         *key = g_build_filename (g_get_home_dir (), ".ssh", "id_test", NULL);
  g_autofree char         *text = NULL;
  GStatBuf                 info;

  if (!has_landlock ())
    {
      g_test_skip ("this kernel has no Landlock: files are not confined");
      return;
    }
  g_assert_true (g_file_get_contents (key, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "secret");
  g_assert_cmpint (g_stat (key, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, !=, 0777);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (g_get_home_dir (), names[i], NULL);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
refuses_to_be_started_by_hand (void)
{
  static const char *const arguments[] = { "", "1", "0", "-1", "99999999999", "x" };

  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, g_getenv ("MAQ_RUNNER"), arguments[i], NULL);
      g_autofree char *said = NULL;

      g_assert_no_error (error);
      g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &said, &error));
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 2);
      g_assert_nonnull (strstr (said, "Start maquette or maq instead."));
    }
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);

  run_attempts ();
  g_test_add_func ("/runner/confinement/every-attempt-is-denied", every_attempt_is_denied);
  g_test_add_func ("/runner/confinement/network-and-programs-are-out-of-reach", network_and_programs_are_out_of_reach);
  g_test_add_func ("/runner/confinement/what-is-needed-works", what_is_needed_works);
  g_test_add_func ("/runner/confinement/nothing-was-written", nothing_was_written);
  g_test_add_func ("/runner/confinement/refuses-to-be-started-by-hand", refuses_to_be_started_by_hand);
  result = g_test_run ();
  g_free (output);
  return result;
}
