// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-confine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <glob.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_FILE  LANDLOCK_ACCESS_FS_READ_FILE
#define READ_DIR   LANDLOCK_ACCESS_FS_READ_DIR
#define WRITE_FILE LANDLOCK_ACCESS_FS_WRITE_FILE

// Since Landlock ABI 5; older headers lack it.
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

// AddressSanitizer maps terabytes of shadow memory.
#ifdef __SANITIZE_ADDRESS__
#define CAN_LIMIT_DATA FALSE
#else
#define CAN_LIMIT_DATA TRUE
#endif

// Where libraries, drivers and what they read about the machine lie. Patterns; what does not exist is left out.
static const struct
{
  const char *pattern;
  guint64     access;
} readable[] = {
  { "/usr", READ_FILE | READ_DIR },
  { "/lib*", READ_FILE | READ_DIR },
  { "/app", READ_FILE | READ_DIR },
  { "/etc/ld.so*", READ_FILE | READ_DIR },
  { "/sys", READ_FILE | READ_DIR },
  { "/proc/self", READ_FILE | READ_DIR },
  { "/dev/urandom", READ_FILE },
  { "/dev/null", READ_FILE | WRITE_FILE },
  { "/dev/dri", READ_FILE | READ_DIR | WRITE_FILE | LANDLOCK_ACCESS_FS_IOCTL_DEV },
  { "/dev/kfd", READ_FILE | WRITE_FILE | LANDLOCK_ACCESS_FS_IOCTL_DEV },
  { "/dev/nvidia*", READ_FILE | READ_DIR | WRITE_FILE | LANDLOCK_ACCESS_FS_IOCTL_DEV },
};

// What running a model never needs, and what has let processes out of their confinement before.
static const char *const forbidden[] = {
  // clang-format off
  "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
  "execve", "execveat", "fork", "vfork", "unshare", "setns",
  "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp",
  "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "tkill",
  "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "open_tree_attr", "fsopen", "fsmount",
  "fsconfig", "fspick", "mount_setattr", "swapon", "swapoff",
  "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
  "keyctl", "add_key", "request_key", "open_by_handle_at", "name_to_handle_at",
  "init_module", "finit_module", "delete_module", "create_module", "kexec_load", "kexec_file_load", "reboot",
  "acct", "quotactl", "quotactl_fd", "syslog", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "stime",
  "sethostname", "setdomainname", "iopl", "ioperm", "modify_ldt", "personality", "vhangup", "nfsservctl",
  "fanotify_init", "lookup_dcookie", "migrate_pages", "move_pages",
  "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups", "capset",
  "setpriority", "ioprio_set",
  "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semctl", "semtimedop",
  "mq_open", "mq_unlink",
  "creat", "truncate", "link", "linkat", "symlink", "symlinkat", "rename", "renameat", "renameat2", "unlink", "unlinkat",
  "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown",
  "fchownat", "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr",
  "removexattrat", "utime", "utimes", "utimensat", "futimesat",
  // clang-format on
};

void
maq_runner_confine_early (int first_stray_fd)
{
  g_autofd int fd = -1;

  prctl (PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
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
set_limits (void)
{
  gboolean good = limit (RLIMIT_CORE, 0) && limit (RLIMIT_FSIZE, 0) && limit (RLIMIT_NOFILE, 512) && limit (RLIMIT_MSGQUEUE, 0);
  guint64  memory = get_available_memory ();

  // Data, not address space: mapped weights are file pages that the kernel can drop.
  if (CAN_LIMIT_DATA && memory > 0)
    good = limit (RLIMIT_DATA, memory + 256 * 1024 * 1024) && good;
  return good;
}

static void
drop_capabilities (void)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct   data[2] = { 0 };

  for (int capability = 0; prctl (PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    prctl (PR_CAPBSET_DROP, capability, 0, 0, 0);
  prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  syscall (SYS_capset, &header, data);
}

static void
allow_fd (int     ruleset,
          int     fd,
          guint64 access)
{
  struct landlock_path_beneath_attr rule = { .parent_fd = fd, .allowed_access = access };
  struct stat                       info;

  if (fstat (fd, &info) != 0)
    return;
  if (!S_ISDIR (info.st_mode))
    rule.allowed_access &= ~(guint64) READ_DIR;
  if (syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    g_debug ("A Landlock rule was refused: %s", g_strerror (errno));
}

static void
allow_pattern (int         ruleset,
               const char *pattern,
               guint64     access)
{
  glob_t found = { 0 };

  if (glob (pattern, 0, NULL, &found) == 0)
    for (gsize i = 0; i < found.gl_pathc; i++)
      {
        g_autofd int fd = open (found.gl_pathv[i], O_PATH | O_CLOEXEC);
        if (fd >= 0)
          allow_fd (ruleset, fd, access);
      }
  globfree (&found);
}

static guint64
get_handled_rights (int abi)
{
  // One more right with each of ABI 2, 3 and 5, after the thirteen of the first.
  guint n_rights = 13 + (abi >= 2) + (abi >= 3) + (abi >= 5);

  return (1ULL << n_rights) - 1;
}

// Reads what the rules name and the weights, writes nothing, no TCP, no signals and abstract sockets to the outside. Returns the
// ABI in force, 0 for none.
static int
apply_landlock (const int *weights,
                guint      n)
{
  struct
  {
    guint64 fs, net, scoped;
  } attr = { 0 };
  int          abi = syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  g_autofd int ruleset = -1;
  gsize        size;

  if (abi < 1)
    return 0;
  attr.fs = get_handled_rights (abi);
  attr.net = abi >= 4 ? 3 : 0;
  attr.scoped = abi >= 6 ? 3 : 0;
  size = abi >= 6 ? 24 : abi >= 4 ? 16
                                  : 8;
  ruleset = syscall (SYS_landlock_create_ruleset, &attr, size, 0);
  if (ruleset < 0)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (readable); i++)
    allow_pattern (ruleset, readable[i].pattern, readable[i].access & attr.fs);
  for (guint i = 0; i < n; i++)
    allow_fd (ruleset, weights[i], READ_FILE);
  return syscall (SYS_landlock_restrict_self, ruleset, 0) == 0 ? abi : 0;
}

static gboolean
forbid_if (scmp_filter_ctx     filter,
           const char         *name,
           struct scmp_arg_cmp condition)
{
  int number = seccomp_syscall_resolve_name (name);

  return number == __NR_SCMP_ERROR || seccomp_rule_add_array (filter, SCMP_ACT_ERRNO (EPERM), number, 1, &condition) == 0;
}

static gboolean
forbid_by_argument (scmp_filter_ctx filter)
{
  static const guint32     namespaces[] = { CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET };
  static const char *const to_processes[] = { "kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo" };
  gboolean                 good = TRUE;

  // New threads only: no new process, and none in a namespace of its own.
  good = forbid_if (filter, "clone", SCMP_A0_32 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) && good;
  for (gsize i = 0; i < G_N_ELEMENTS (namespaces); i++)
    good = forbid_if (filter, "clone", SCMP_A0_32 (SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i])) && good;
  // What a terminal would take for typing.
  good = forbid_if (filter, "ioctl", SCMP_A1_32 (SCMP_CMP_EQ, TIOCSTI)) && good;
  good = forbid_if (filter, "ioctl", SCMP_A1_32 (SCMP_CMP_EQ, TIOCLINUX)) && good;
  // Signals to itself stay, abort needs them.
  for (gsize i = 0; i < G_N_ELEMENTS (to_processes); i++)
    good = forbid_if (filter, to_processes[i], SCMP_A0_32 (SCMP_CMP_NE, (guint32) getpid ())) && good;
  // Limits of other processes.
  return forbid_if (filter, "prlimit64", SCMP_A0_32 (SCMP_CMP_NE, 0)) && good;
}

static gboolean
apply_seccomp (void)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  gboolean        good;

  if (filter == NULL)
    return FALSE;
  good = seccomp_attr_set (filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0;
  for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
    {
      int number = seccomp_syscall_resolve_name (forbidden[i]);
      // Names this library or this kind of machine does not have.
      if (number != __NR_SCMP_ERROR)
        good = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), number, 0) == 0 && good;
    }
  // The C library falls back to clone, whose flags a filter can see.
  good = seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), 0) == 0 && good;
  good = forbid_by_argument (filter) && good;
  good = good && seccomp_load (filter) == 0;
  seccomp_release (filter);
  return good;
}

static gboolean
has_other_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);

  return tasks != NULL && g_dir_read_name (tasks) != NULL && g_dir_read_name (tasks) != NULL;
}

MaqRunnerConfinement
maq_runner_confine (const int *weights,
                    guint      n)
{
  MaqRunnerConfinement self = { 0 };

  self.no_new_privs = prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  self.limits = set_limits ();
  self.partly = has_other_threads ();
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (self.no_new_privs)
    self.landlock = apply_landlock (weights, n);
  drop_capabilities ();
  // Changed credentials clear it.
  prctl (PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (self.no_new_privs)
    self.seccomp = apply_seccomp ();
  return self;
}

char *
maq_runner_confinement_describe (const MaqRunnerConfinement *self)
{
  GString *text = g_string_new (NULL);

  if (self->landlock > 0)
    g_string_append_printf (text, "Landlock %d%s, ", self->landlock, self->partly ? " except for driver threads" : "");
  if (self->seccomp)
    g_string_append (text, "seccomp, ");
  if (self->limits)
    g_string_append (text, "limits, ");
  if (self->landlock == 0)
    g_string_append (text, "without Landlock, ");
  if (!self->seccomp)
    g_string_append (text, "without seccomp, ");
  if (!self->limits)
    g_string_append (text, "without limits, ");
  g_string_truncate (text, text->len - 2);
  return g_string_free (text, FALSE);
}
