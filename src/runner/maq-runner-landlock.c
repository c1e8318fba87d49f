// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <glob.h>
#include <linux/landlock.h>
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

#define DEVICE (READ_FILE | WRITE_FILE | LANDLOCK_ACCESS_FS_IOCTL_DEV)

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
  { "/etc/vulkan", READ_FILE | READ_DIR },
  { "/sys", READ_FILE | READ_DIR },
  { "/proc/self", READ_FILE | READ_DIR },
  { "/proc/cpuinfo", READ_FILE },
  { "/proc/meminfo", READ_FILE },
  { "/proc/driver/nvidia", READ_FILE | READ_DIR },
  { "/dev/urandom", READ_FILE },
  { "/dev/null", READ_FILE | WRITE_FILE },
  { "/dev/dri", DEVICE | READ_DIR },
  { "/dev/kfd", DEVICE },
  { "/dev/nvidia*", DEVICE | READ_DIR },
};

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
allow_path (int         ruleset,
            const char *path,
            guint64     access)
{
  g_autofd int fd = open (path, O_PATH | O_CLOEXEC);

  if (fd >= 0)
    allow_fd (ruleset, fd, access);
}

static void
allow_pattern (int         ruleset,
               const char *pattern,
               guint64     access)
{
  glob_t found = { 0 };

  if (glob (pattern, 0, NULL, &found) == 0)
    for (gsize i = 0; i < found.gl_pathc; i++)
      allow_path (ruleset, found.gl_pathv[i], access);
  globfree (&found);
}

static guint64
get_handled_rights (int abi)
{
  // One more right with each of ABI 2, 3 and 5, after the thirteen of the first.
  guint n_rights = 13 + (abi >= 2) + (abi >= 3) + (abi >= 5);

  return (1ULL << n_rights) - 1;
}

int
maq_runner_landlock_apply (const int  *weights,
                           guint       n,
                           const char *libraries,
                           int         most)
{
  struct
  {
    guint64 fs, net, scoped;
  } attr = { 0 };
  int          abi = syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  g_autofd int ruleset = -1;
  gsize        size;

  abi = MIN (abi, most);
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
  if (libraries != NULL)
    allow_path (ruleset, libraries, READ_FILE | READ_DIR);
  for (guint i = 0; i < n; i++)
    allow_fd (ruleset, weights[i], READ_FILE);
  return syscall (SYS_landlock_restrict_self, ruleset, 0) == 0 ? abi : 0;
}
