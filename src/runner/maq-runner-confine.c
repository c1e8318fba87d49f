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
  // Every weights file is opened once more by the engine.
  gboolean good = limit (RLIMIT_CORE, 0) && limit (RLIMIT_FSIZE, 0) && limit (RLIMIT_NOFILE, 512 + 2 * n_weights) && limit (RLIMIT_MSGQUEUE, 0);
  guint64  memory = get_available_memory ();

  // Data, not address space: mapped weights are file pages that the kernel can drop.
  if (CAN_LIMIT_DATA && memory > 0)
    good = limit (RLIMIT_DATA, memory + 256 * 1024 * 1024) && good;
  return good;
}

static gboolean
can_open_again (const int *weights,
                guint      n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", weights[i]);
      g_autofd int     fd = open (path, O_RDONLY | O_CLOEXEC);

      if (fd < 0)
        return FALSE;
    }
  return TRUE;
}

// From root to nobody. libllama opens the weights again: where only root may read them it has to stay root, without any
// capability. Root of a user namespace that has no nobody stays what it is, too.
static void
leave_root (const int *weights,
            guint      n)
{
  if (geteuid () != 0 || setgroups (0, NULL) != 0 || setresgid (NOBODY, NOBODY, NOBODY) != 0 || setresuid (NOBODY, NOBODY, 0) != 0)
    return;
  if (can_open_again (weights, n) ? setresuid (NOBODY, NOBODY, NOBODY) != 0 : setresuid (0, 0, 0) != 0)
    _exit (1);
}

static void
drop_privileges (const int *weights,
                 guint      n)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct   data[2] = { 0 };

  for (int capability = 0; prctl (PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    prctl (PR_CAPBSET_DROP, capability, 0, 0, 0);
  prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  leave_root (weights, n);
  syscall (SYS_capset, &header, data);
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Changed credentials clear it.
  prctl (PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
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
  drop_privileges (weights, n);
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
  parts = g_strv_builder_end (builder);
  return g_strjoinv (", ", parts);
}
