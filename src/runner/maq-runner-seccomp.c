// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Two filters, of which the stricter answer counts. The first refuses some forms of calls that are needed. The second lists what
// may be called at all, and of the calls that are many in one, fcntl, ioctl and prctl, in which forms; to everything else it answers
// "no such call", as a kernel without it would, so that libraries fall back where they can. Calls of other architectures' tables are
// refused by libseccomp.
#include "maq-runner-seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

// Seen in traces of libllama, ggml, GLib and the C library on several architectures, and what Mesa and other drivers take.
static const char *const allowed[] = {
  // clang-format off
  // Memory.
  "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "pkey_mprotect", "pkey_alloc", "pkey_free", "madvise", "mincore", "msync",
  "mlock", "mlock2", "munlock", "membarrier", "memfd_create", "get_mempolicy", "set_mempolicy", "mbind", "mseal",
  // Files that are open, or that Landlock lets open.
  "open", "openat", "close", "close_range", "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64",
  "lseek", "_llseek", "dup", "dup2", "dup3", "fstat", "fstat64", "stat", "stat64", "lstat", "lstat64",
  "newfstatat", "fstatat64", "statx", "statfs", "statfs64", "fstatfs", "fstatfs64", "access", "faccessat", "faccessat2",
  "readlink", "readlinkat", "getdents", "getdents64", "getcwd", "flock", "fadvise64", "fadvise64_64", "arm_fadvise64_64",
  "readahead", "ftruncate", "ftruncate64", "fallocate",
  // Waiting, and the one connection there is.
  "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64", "epoll_create", "epoll_create1",
  "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "timerfd_create", "timerfd_settime",
  "timerfd_settime64", "timerfd_gettime", "timerfd_gettime64", "pipe", "pipe2",
  "sendmsg", "recvmsg", "sendto", "recvfrom", "shutdown", "getsockopt", "setsockopt", "getsockname", "getpeername",
  // Threads.
  "clone", "futex", "futex_time64", "futex_wait", "futex_wake", "futex_requeue", "futex_waitv", "set_robust_list",
  "get_robust_list", "rseq", "set_tid_address", "gettid", "sched_yield", "sched_getaffinity", "sched_getparam",
  "sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min", "getcpu", "arch_prctl", "set_tls",
  "cacheflush", "riscv_flush_icache", "riscv_hwprobe", "exit", "exit_group", "restart_syscall",
  // Signals to itself.
  "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "rt_sigpending", "rt_sigsuspend",
  "rt_sigtimedwait", "rt_sigtimedwait_time64", "kill", "tgkill",
  // Time and facts.
  "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "clock_nanosleep", "clock_nanosleep_time64",
  "nanosleep", "gettimeofday", "time", "times", "getrusage", "sysinfo", "uname", "getrandom", "getrlimit", "ugetrlimit",
  "prlimit64", "capget", "getpid", "getppid", "getpgrp", "getpgid", "getsid", "getuid", "getuid32", "geteuid", "geteuid32",
  "getgid", "getgid32", "getegid", "getegid32", "getresuid", "getresuid32", "getresgid", "getresgid32",
  // clang-format on
};

static gboolean
forbid (scmp_filter_ctx     filter,
        const char         *name,
        struct scmp_arg_cmp condition)
{
  int number = seccomp_syscall_resolve_name (name);

  // Names this kind of machine does not have.
  return number == __NR_SCMP_ERROR || seccomp_rule_add_array (filter, SCMP_ACT_ERRNO (EPERM), number, 1, &condition) == 0;
}

static gboolean
forbid_writing (scmp_filter_ctx filter)
{
  static const guint32 flags[] = { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC };
  gboolean             good = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      good = forbid (filter, "open", SCMP_A1_32 (SCMP_CMP_MASKED_EQ, flags[i], flags[i])) && good;
      good = forbid (filter, "openat", SCMP_A2_32 (SCMP_CMP_MASKED_EQ, flags[i], flags[i])) && good;
    }
  return good;
}

static gboolean
forbid_by_argument (scmp_filter_ctx filter,
                    gboolean        devices)
{
  static const guint32 namespaces[] = { CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET };
  gboolean             good = devices || forbid_writing (filter);

  // New threads only: no new process, and none in a namespace of its own.
  good = forbid (filter, "clone", SCMP_A0_32 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) && good;
  for (gsize i = 0; i < G_N_ELEMENTS (namespaces); i++)
    good = forbid (filter, "clone", SCMP_A0_32 (SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i])) && good;
  // Signals to itself stay, abort needs them.
  good = forbid (filter, "kill", SCMP_A0_32 (SCMP_CMP_NE, (guint32) getpid ())) && good;
  good = forbid (filter, "tgkill", SCMP_A0_32 (SCMP_CMP_NE, (guint32) getpid ())) && good;
  // Limits of other processes.
  return forbid (filter, "prlimit64", SCMP_A0_32 (SCMP_CMP_NE, 0)) && good;
}

// Allows call NAME where all N CONDITIONS hold.
static gboolean
allow (scmp_filter_ctx            filter,
       const char                *name,
       guint                      n,
       const struct scmp_arg_cmp *conditions)
{
  int number = seccomp_syscall_resolve_name (name);

  return number == __NR_SCMP_ERROR || seccomp_rule_add_array (filter, SCMP_ACT_ALLOW, number, n, conditions) == 0;
}

// Allows call NAME where argument ARGUMENT is VALUE in the bits of MASK.
static gboolean
allow_value (scmp_filter_ctx filter,
             const char     *name,
             guint           argument,
             guint32         mask,
             guint32         value)
{
  struct scmp_arg_cmp condition = SCMP_CMP32 (argument, SCMP_CMP_MASKED_EQ, mask, value);

  return allow (filter, name, 1, &condition);
}

// What is done to descriptors. Left out is what has the kernel send signals, also to others: owners, leases, notices, O_ASYNC.
static gboolean
allow_fcntl (scmp_filter_ctx filter)
{
  static const char *const names[] = { "fcntl", "fcntl64" };
  static const guint32     commands[] = { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_ADD_SEALS, F_GET_SEALS, 1027 /* F_DUPFD_QUERY */ };
  struct scmp_arg_cmp      flags[] = { SCMP_A1_32 (SCMP_CMP_EQ, F_SETFL), SCMP_A2_32 (SCMP_CMP_MASKED_EQ, O_ASYNC, 0) };
  gboolean                 good = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      good = allow (filter, names[i], G_N_ELEMENTS (flags), flags) && good;
      for (gsize j = 0; j < G_N_ELEMENTS (commands); j++)
        good = allow_value (filter, names[i], 1, ~0U, commands[j]) && good;
    }
  return good;
}

// What every file takes, and what the drivers' devices do. A driver's requests have a letter in their second byte: d for the
// kernel's graphics drivers, b and > for the memory and the fences they share, F and m for NVIDIA's, which also has numbers without a
// letter, K for AMD's, which always say how they pass data: what terminals have under that letter does not.
static gboolean
allow_ioctl (scmp_filter_ctx filter,
             gboolean        devices)
{
  static const guint32 everywhere[] = { TCGETS, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX };
  static const guint32 letters[] = { 0, 'd', 'b', '>', 'F', 'm' };
  static const guint32 nvidia[] = { 0x30000001, 0x30000002 };
  gboolean             good = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (everywhere); i++)
    good = allow_value (filter, "ioctl", 1, ~0U, everywhere[i]) && good;
  for (gsize i = 0; devices && i < G_N_ELEMENTS (letters); i++)
    good = allow_value (filter, "ioctl", 1, letters[i] == 0 ? ~0xffU : 0xff00, letters[i] << 8) && good;
  for (gsize i = 0; devices && i < G_N_ELEMENTS (nvidia); i++)
    good = allow_value (filter, "ioctl", 1, ~0U, nvidia[i]) && good;
  for (guint32 direction = 1; devices && direction <= 3; direction++)
    good = allow_value (filter, "ioctl", 1, 0xc000ff00, direction << 30 | 'K' << 8) && good;
  return good;
}

// Names and facts. Left out is what would let it outlive its parent, be looked into again, or reach other processes.
static gboolean
allow_prctl (scmp_filter_ctx filter)
{
  static const guint32 options[] = {
    PR_SET_NAME,
    PR_GET_NAME,
    PR_GET_DUMPABLE,
    PR_GET_PDEATHSIG,
    PR_GET_SECCOMP,
    PR_GET_NO_NEW_PRIVS,
    PR_GET_TIMERSLACK,
    PR_GET_THP_DISABLE,
    PR_CAPBSET_READ,
    PR_SVE_SET_VL,
    PR_SVE_GET_VL,
    0x53564d41, // PR_SET_VMA: the C library names its memory
    63,         // PR_SME_SET_VL
    64,         // PR_SME_GET_VL
    70,         // PR_RISCV_V_GET_CONTROL
    71,         // PR_RISCV_SET_ICACHE_FLUSH_CTX
  };
  gboolean good = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    good = allow_value (filter, "prctl", 0, ~0U, options[i]) && good;
  return good;
}

static gboolean
allow_what_is_listed (scmp_filter_ctx filter)
{
  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    {
      int number = seccomp_syscall_resolve_name (allowed[i]);
      if (number != __NR_SCMP_ERROR && seccomp_rule_add (filter, SCMP_ACT_ALLOW, number, 0) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
load (scmp_filter_ctx filter)
{
  return seccomp_attr_set (filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
         seccomp_attr_set (filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO (EPERM)) == 0 &&
         seccomp_load (filter) == 0;
}

gboolean
maq_runner_seccomp_apply (gboolean devices)
{
  scmp_filter_ctx arguments = seccomp_init (SCMP_ACT_ALLOW);
  scmp_filter_ctx calls = seccomp_init (SCMP_ACT_ERRNO (ENOSYS));
  gboolean        good;

  // The list comes last: it leaves no call to load another filter.
  good = arguments != NULL && calls != NULL && forbid_by_argument (arguments, devices) &&
         allow_what_is_listed (calls) && allow_fcntl (calls) && allow_ioctl (calls, devices) && allow_prctl (calls) &&
         load (arguments) && load (calls);
  if (arguments != NULL)
    seccomp_release (arguments);
  if (calls != NULL)
    seccomp_release (calls);
  return good;
}
