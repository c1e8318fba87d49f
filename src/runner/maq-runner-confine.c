// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-confine.h"

#include "maq-runner-error.h"
#include "maq-runner-landlock.h"
#include "maq-runner-seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// The user and group every system has for those who own nothing.
#define NOBODY 65534

// AddressSanitizer maps terabytes of shadow memory.
#ifdef __SANITIZE_ADDRESS__
#define CAN_LIMIT_DATA FALSE
#else
#define CAN_LIMIT_DATA TRUE
#endif

void
maq_runner_confine_early (int first_stray_fd)
{
  g_autofd int fd = -1;

  prctl (PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // Ctrl+C in a terminal is for the parent, which stops the answer and keeps the model.
  setsid ();
  // ggml looks for backends in the current folder, too: whoever downloads into it must not choose them.
  if (chdir ("/") != 0)
    _exit (1);
  // Without close_range (Linux 5.9) stray descriptors stay: the parent opens its own with close-on-exec.
  syscall (SYS_close_range, first_stray_fd, ~0U, 0);
  fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0 && write (fd, "1000", 4) < 0)
    g_debug ("The runner is not the first to go when memory runs out: %s", g_strerror (errno));
}

// Memory and swap that programs can still have, in bytes; 0 if not known.
static guint64
get_available_memory (void)
{
  g_autofree char *text = NULL;
  guint64          total = 0;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;
  for (const char *line = text; line != NULL && *line != 0; line = strchr (line, '\n') != NULL ? strchr (line, '\n') + 1 : NULL)
    if (g_str_has_prefix (line, "MemAvailable:") || g_str_has_prefix (line, "SwapFree:"))
      total += g_ascii_strtoull (strchr (line, ':') + 1, NULL, 10) * 1024;
  return total;
}

static gboolean
limit (int    resource,
       rlim_t value)
{
  struct rlimit now;

  if (getrlimit (resource, &now) != 0)
    return FALSE;
  now.rlim_max = MIN (now.rlim_max, value);
  now.rlim_cur = now.rlim_max;
  return setrlimit (resource, &now) == 0;
}

static gboolean
set_limits (guint n_weights)
{
  // Every weights file is open three times: as it came, and twice for the engine.
  gboolean good = limit (RLIMIT_CORE, 0) && limit (RLIMIT_FSIZE, 0) && limit (RLIMIT_NOFILE, 512 + 3 * n_weights) && limit (RLIMIT_MSGQUEUE, 0);
  guint64  memory = get_available_memory ();

  // Data, not address space: mapped weights are file pages that the kernel can drop.
  if (CAN_LIMIT_DATA && memory > 0)
    good = limit (RLIMIT_DATA, memory + 256 * 1024 * 1024) && good;
  return good;
}

// The id that stands for nobody here: in a user namespace that has none, the last of those it has. 0 if there is no other.
static guint32
find_nobody (const char *map)
{
  g_autofree char *text = NULL;
  guint64          last = 0;

  if (!g_file_get_contents (map, &text, NULL, NULL))
    return NOBODY;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char   *rest = lines[i];
      guint64 first = g_ascii_strtoull (rest, &rest, 10);
      guint64 n = (g_ascii_strtoull (rest, &rest, 10), g_ascii_strtoull (rest, NULL, 10));

      if (n > 0 && first <= NOBODY && NOBODY - first < n)
        return NOBODY;
      if (n > 0)
        last = MAX (last, first + n - 1);
    }
  return MIN (last, G_MAXINT32);
}

// From root to nobody; TRUE if it is root no longer. Nothing is opened by right later on: the weights come as descriptors.
static gboolean
leave_root (void)
{
  guint32 user = find_nobody ("/proc/self/uid_map"), group = find_nobody ("/proc/self/gid_map");

  if (getuid () != 0 && geteuid () != 0)
    return TRUE;
  // Some namespaces refuse this; then there are no other groups, either, that count.
  if (setgroups (0, NULL) != 0 || (group != 0 && setresgid (group, group, group) != 0))
    g_debug ("The runner keeps its groups: %s", g_strerror (errno));
  return user != 0 && setresuid (user, user, user) == 0;
}

static gboolean
drop_privileges (void)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct   data[2] = { 0 };
  gboolean                        good;

  for (int capability = 0; prctl (PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    prctl (PR_CAPBSET_DROP, capability, 0, 0, 0);
  prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  good = leave_root ();
  syscall (SYS_capset, &header, data);
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Changed credentials clear it.
  prctl (PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  return good;
}

void
maq_runner_confine_files (MaqRunnerConfinement *self,
                          const int            *weights,
                          guint                 n,
                          const char           *libraries,
                          int                   most_landlock)
{
  self->limits = set_limits (n);
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    self->landlock = maq_runner_landlock_apply (weights, n, libraries, most_landlock);
  self->user = drop_privileges ();
}

void
maq_runner_confine_calls (MaqRunnerConfinement *self,
                          gboolean              devices)
{
  // Refused without no_new_privs.
  self->seccomp = maq_runner_seccomp_apply (devices);
}

static gboolean
is_confined (const MaqRunnerConfinement *self,
             const char                 *status)
{
  return strstr (status, "\nCapEff:\t0000000000000000\n") != NULL &&
         (!self->seccomp || (strstr (status, "\nSeccomp:\t2\n") != NULL && strstr (status, "\nNoNewPrivs:\t1\n") != NULL));
}

static gboolean
are_threads_confined (const MaqRunnerConfinement *self)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;

  while (tasks != NULL && (name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "status", NULL);
      g_autofree char *status = NULL;

      // It may have ended meanwhile.
      if (g_file_get_contents (path, &status, NULL, NULL) && !is_confined (self, status))
        return FALSE;
    }
  return tasks != NULL;
}

gboolean
maq_runner_confinement_check (const MaqRunnerConfinement *self,
                              GError                    **error)
{
  const char  *hole = NULL;
  g_autofd int root = open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autofd int unix_socket = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (self->landlock == 0 && !self->seccomp)
    {
      if (g_getenv ("MAQ_ALLOW_UNCONFINED") != NULL)
        return TRUE;
      g_set_error_literal (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_UNSUPPORTED, "This system can confine neither the files nor the system calls of the model's process, so no model is opened. Use a kernel with Landlock or seccomp, or set MAQ_ALLOW_UNCONFINED=1 for models you trust.");
      return FALSE;
    }
  if (self->landlock > 0 && root >= 0)
    hole = "files are open to it";
  else if (self->seccomp && unix_socket >= 0)
    hole = "it can make sockets";
  // There is no such program: a filter answers before anyone looks.
  else if (self->seccomp && syscall (SYS_execve, "", NULL, NULL) != 0 && errno == ENOENT)
    hole = "it can run programs";
  else if (!are_threads_confined (self))
    hole = "one of its threads is free";
  if (hole != NULL)
    g_set_error (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_UNSUPPORTED, "The confinement of the model's process does not hold (%s), so no model is opened. Report this with the kernel's version.", hole);
  return hole == NULL;
}

char *
maq_runner_confinement_describe (const MaqRunnerConfinement *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = NULL;

  if (self->landlock > 0)
    g_strv_builder_take (builder, g_strdup_printf ("Landlock %d", self->landlock));
  if (self->seccomp)
    g_strv_builder_add (builder, "seccomp");
  if (self->limits)
    g_strv_builder_add (builder, "limits");
  if (self->landlock == 0)
    g_strv_builder_add (builder, "without Landlock");
  if (!self->seccomp)
    g_strv_builder_add (builder, "without seccomp");
  if (!self->limits)
    g_strv_builder_add (builder, "without limits");
  if (!self->user)
    g_strv_builder_add (builder, "as root");
  parts = g_strv_builder_end (builder);
  return g_strjoinv (", ", parts);
}
