// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// One run of the attempts, and what came of it.
typedef struct
{
  gboolean    as_user;  // an ordinary one; otherwise as who runs the test
  int         landlock; // the newest ABI to use, as on an older kernel; 0: none
  const char *name;
  gboolean    devices; // as where there is a graphics card
} Run;

static const Run runs[] = {
  { FALSE, 999, "as-it-is" },
  { FALSE, 6, "landlock-6" },
  { FALSE, 5, "landlock-5" },
  { FALSE, 4, "landlock-4" },
  { FALSE, 3, "landlock-3" },
  { FALSE, 1, "landlock-1" },
  { FALSE, 0, "no-landlock" },
  { FALSE, 5, "landlock-5/devices", TRUE },
  { TRUE, 999, "user/as-it-is" },
  { TRUE, 6, "user/landlock-6" },
  { TRUE, 5, "user/landlock-5" },
  { TRUE, 4, "user/landlock-4" },
  { TRUE, 3, "user/landlock-3" },
  { TRUE, 1, "user/landlock-1" },
  { TRUE, 0, "user/no-landlock" },
  { TRUE, 5, "user/landlock-5/devices", TRUE },
};

// Reading is what Landlock alone guards.
static const char *const guarded_by_landlock[] = {
  "read ~/.ssh/id_test",
  "list the home folder",
  "read /etc/passwd",
  "leave by the weights",
  "open devices",
  "reach the session bus",
  "read its parent's memory",
  NULL,
};

// A home the user of the run owns, and the runner where that user can reach it (transfer full).
static char *
make_folder (uid_t user)
{
  // Not in the test's own folder, through which no other user gets.
  g_autofree char *folder = g_mkdtemp (g_strdup ("/tmp/maquette-confinement-XXXXXX"));
  g_autofree char *ssh = g_build_filename (folder, ".ssh", NULL);
  g_autofree char *key = g_build_filename (ssh, "id_test", NULL);
  g_autofree char *weights = g_build_filename (folder, "weights.gguf", NULL);
  g_autofree char *runner = g_build_filename (folder, "runner", NULL);
  g_autofree char *program = NULL;
  gsize            length;

  g_assert_cmpint (g_mkdir (ssh, 0700), ==, 0);
  g_assert_true (g_file_set_contents (key, "secret", -1, NULL));
  // Nobody but its owner may read it.
  g_assert_true (g_file_set_contents_full (weights, "weights", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_true (g_file_get_contents (g_getenv ("MAQ_RUNNER"), &program, &length, NULL));
  g_assert_true (g_file_set_contents_full (runner, program, length, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  for (gsize i = 0; user != geteuid () && i < 4; i++)
    g_assert_cmpint (chown ((const char *[]) { folder, ssh, key, weights }[i], user, user), ==, 0);
  return g_steal_pointer (&folder);
}

static void
remove_folder (const char *folder)
{
  const char *const arguments[] = { "rm", "-rf", folder, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
}

static void
become_user_cb (gpointer data)
{
  uid_t user = GPOINTER_TO_UINT (data);

  if (setgroups (0, NULL) != 0 || setgid (user) != 0 || setuid (user) != 0)
    _exit (3);
}

// Lets the runner try to break out of its confinement (transfer full).
static char *
run_attempts (const Run  *run,
              const char *folder,
              uid_t       user,
              int        *status)
{
  g_autofree char *runner = g_build_filename (folder, "runner", NULL);
  g_autofree char *abi = g_strdup_printf ("%d", run->landlock);
  g_autofree char *output = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  if (user != geteuid ())
    g_subprocess_launcher_set_child_setup (launcher, become_user_cb, GUINT_TO_POINTER (user), NULL);
  process = g_subprocess_launcher_spawn (launcher, &error, runner, "--test-confinement", folder, abi, run->devices ? "devices" : NULL, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  *status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  return g_steal_pointer (&output);
}

static void
assert_nothing_written (const char *folder)
{
  static const char *const names[] = { "made-by-runner", "moved", "folder", "linked" };
  g_autofree char         *key = g_build_filename (folder, ".ssh", "id_test", NULL);
  g_autofree char         *weights = g_build_filename (folder, "weights.gguf", NULL);
  g_autofree char         *key_text = NULL, *weights_text = NULL;
  GStatBuf                 info;

  g_assert_true (g_file_get_contents (key, &key_text, NULL, NULL));
  g_assert_cmpstr (key_text, ==, "secret");
  g_assert_true (g_file_get_contents (weights, &weights_text, NULL, NULL));
  g_assert_cmpstr (weights_text, ==, "weights");
  g_assert_cmpint (g_stat (key, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, !=, 0777);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
assert_denied (const char *output,
               gboolean    landlock)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  guint n_denied = 0, n_works = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      n_denied += g_str_has_prefix (lines[i], "denied ");
      n_works += g_str_has_prefix (lines[i], "works ");
      g_assert_false (g_str_has_prefix (lines[i], "BROKEN "));
      if (g_str_has_prefix (lines[i], "ALLOWED "))
        g_assert_true (!landlock && g_strv_contains (guarded_by_landlock, lines[i] + strlen ("ALLOWED ")));
    }
  // A run that ends before the last attempt proves nothing.
  g_assert_nonnull (strstr (output, "denied stay root\n"));
  g_assert_cmpuint (n_denied, >=, 55);
  g_assert_cmpuint (n_works, ==, 5);
}

static volatile sig_atomic_t n_urgent;

static void
urgent_cb (int number)
{
  n_urgent++;
}

static void
every_attempt_is_denied (gconstpointer data)
{
  const Run       *run = data;
  uid_t            user = run->as_user && geteuid () == 0 ? 1000 : geteuid ();
  g_autofree char *folder = NULL;
  g_autofree char *output = NULL;
  gboolean         landlock;
  int              status;

  if (run->as_user && geteuid () != 0)
    {
      g_test_skip ("run by an ordinary user already");
      return;
    }
  folder = make_folder (user);
  n_urgent = 0;
  signal (SIGURG, urgent_cb);
  output = run_attempts (run, folder, user, &status);
  signal (SIGURG, SIG_DFL);
  g_test_message ("%s", output);
  // What the attempts would have sent, had they come through.
  g_assert_cmpint (n_urgent, ==, 0);
  landlock = strstr (output, "in force: Landlock") != NULL;
  if (landlock && run->landlock < 999)
    g_assert_cmpint (atoi (strstr (output, "in force: Landlock") + strlen ("in force: Landlock")), <=, run->landlock);
  assert_denied (output, landlock);
  assert_nothing_written (folder);
  if (landlock)
    g_assert_cmpint (status, ==, 0);
  remove_folder (folder);
}

// Where root is the only user there is it stays what it is, which it is not outside; that is told, and nothing else is open to it.
static void
the_only_user_of_a_namespace (void)
{
  g_autofree char  *folder = make_folder (geteuid ());
  g_autofree char  *runner = g_build_filename (folder, "runner", NULL);
  g_autofree char  *output = NULL;
  const char *const arguments[] = { "unshare", "--user", "--map-root-user", runner, "--test-confinement", folder, NULL };
  g_auto (GStrv) lines = NULL;
  guint n_allowed = 0;

  if (!g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL, NULL, NULL) || strstr (output, "in force") == NULL)
    g_test_skip ("no user namespaces");
  else
    {
      g_assert_nonnull (strstr (output, ", as root\n"));
      lines = g_strsplit (output, "\n", -1);
      for (gsize i = 0; lines[i] != NULL; i++)
        n_allowed += g_str_has_prefix (lines[i], "ALLOWED ");
      if (strstr (output, "without Landlock") == NULL)
        g_assert_cmpuint (n_allowed, ==, 1);
      g_assert_nonnull (strstr (output, "ALLOWED stay root\n"));
    }
  remove_folder (folder);
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
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autofree char *path = g_strconcat ("/runner/confinement/every-attempt-is-denied/", runs[i].name, NULL);
      g_test_add_data_func (path, &runs[i], every_attempt_is_denied);
    }
  g_test_add_func ("/runner/confinement/the-only-user-of-a-namespace", the_only_user_of_a_namespace);
  g_test_add_func ("/runner/confinement/refuses-to-be-started-by-hand", refuses_to_be_started_by_hand);
  return g_test_run ();
}
