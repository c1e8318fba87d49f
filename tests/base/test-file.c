// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maq-file.h"

// When the file was last used, after somebody read it who used it or who only LOOKED.
static gint64
read_old_file (const char *path,
               gboolean    looked)
{
  const struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 2000 } };
  g_autofd int          fd = open (path, O_RDONLY | O_CLOEXEC);
  struct stat           info;
  char                  byte;

  g_assert_cmpint (fd, >=, 0);
  g_assert_no_errno (futimens (fd, times));
  if (looked)
    maq_file_keep_access_time (fd);
  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  g_assert_no_errno (fstat (fd, &info));
  return info.st_atim.tv_sec;
}

static void
test_looking_is_no_use (void)
{
  g_autofree char *path = NULL;
  g_autofd int     fd = g_file_open_tmp ("maq-file-XXXXXX", &path, NULL);

  g_assert_cmpint (write (fd, "text", 4), ==, 4);
  if (read_old_file (path, FALSE) == 1000)
    g_test_skip ("This file system keeps no time of access");
  else
    g_assert_cmpint (read_old_file (path, TRUE), ==, 1000);
  g_assert_no_errno (g_unlink (path));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/file/looking-is-no-use", test_looking_is_no_use);
  return g_test_run ();
}
