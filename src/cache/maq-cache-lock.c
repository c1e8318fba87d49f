// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

// flock(2) on .locks/<repo>/<etag>.lock, as the Python, Rust and Swift clients take it. The lock saves bandwidth; that the
// cache stays right never depends on it.

#define OPEN_TRIES 10

static gboolean
is_same_file (int         fd,
              int         folder,
              const char *name)
{
  struct stat held, named;

  return fstat (fd, &held) == 0 && fstatat (folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

static void
set_locked (GError    **error,
            const char *name)
{
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED, "Another program is downloading this file: it holds %s", name);
}

int
maq_cache_lock_name (int         folder,
                     const char *name,
                     GError    **error)
{
  for (guint i = 0; i < OPEN_TRIES; i++)
    {
      g_autofd int fd = openat (folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0664);
      // Another user's lock file that we may only read can be locked all the same.
      if (fd < 0 && errno == EACCES)
        fd = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
      if (fd < 0)
        return MAQ_CACHE_NO_LOCK;
      if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        {
          if (errno == EINTR)
            continue;
          if (errno != EWOULDBLOCK)
            return MAQ_CACHE_NO_LOCK;
          set_locked (error, name);
          return -1;
        }
      // Newer filelock versions remove the file when they release it: then what we hold is no longer what others will open.
      if (is_same_file (fd, folder, name))
        return g_steal_fd (&fd);
    }
  return MAQ_CACHE_NO_LOCK;
}

gboolean
maq_cache_lock_name_excludes (int         folder,
                              const char *name)
{
  g_autofd int fd = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  return fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

int
maq_cache_lock_blob (int         root_fd,
                     const char *repo_folder,
                     const char *etag,
                     GError    **error)
{
  g_autofree char *path = g_build_filename (MAQ_CACHE_LOCKS, repo_folder, NULL);
  g_autofree char *name = g_strconcat (etag, ".lock", NULL);
  g_autofd int     folder = maq_cache_open_folder (root_fd, path, TRUE, NULL);

  return folder >= 0 ? maq_cache_lock_name (folder, name, error) : MAQ_CACHE_NO_LOCK;
}

gboolean
maq_cache_lock_excludes (int         root_fd,
                         const char *repo_folder,
                         const char *etag)
{
  g_autofree char *path = g_strconcat (MAQ_CACHE_LOCKS "/", repo_folder, "/", etag, ".lock", NULL);
  const char      *name = NULL;
  g_autofd int     folder = maq_cache_open_parent (root_fd, path, FALSE, &name, NULL);

  return folder >= 0 && maq_cache_lock_name_excludes (folder, name);
}

int
maq_cache_lock_for_removal (int         root_fd,
                            const char *repo_folder,
                            const char *etag,
                            GError    **error)
{
  g_autofree char *path = g_build_filename (MAQ_CACHE_LOCKS, repo_folder, "blobs", NULL);
  g_autofree char *name = g_strconcat (etag, ".lock", NULL);
  g_autofd int     folder = maq_cache_open_folder (root_fd, path, FALSE, NULL);
  g_autofd int     swift = folder >= 0 ? openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;

  if (swift >= 0 && flock (swift, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    {
      set_locked (error, name);
      return -1;
    }
  return maq_cache_lock_blob (root_fd, repo_folder, etag, error);
}

void
maq_cache_unlock_removed (int         lock,
                          int         root_fd,
                          const char *repo_folder,
                          const char *etag)
{
  if (lock < 0)
    return;

  g_autofree char *path = g_strconcat (MAQ_CACHE_LOCKS "/", repo_folder, "/", etag, ".lock", NULL);
  const char      *name = NULL;
  g_autofd int     folder = maq_cache_open_parent (root_fd, path, FALSE, &name, NULL);
  if (folder >= 0)
    unlinkat (folder, name, 0);
  close (lock);
}

static gboolean
check_folder (int      folder,
              guint    depth,
              GError **error)
{
  g_auto (GStrv) names = maq_cache_list_folder (folder);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_has_suffix (names[i], ".lock"))
        {
          g_autofd int fd = openat (folder, names[i], O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
          if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
            {
              set_locked (error, names[i]);
              return FALSE;
            }
        }
      else if (depth == 0)
        {
          // Swift apps keep theirs one folder deeper, in blobs/.
          g_autofd int sub = maq_cache_open_folder (folder, names[i], FALSE, NULL);
          if (sub >= 0 && !check_folder (sub, depth + 1, error))
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
maq_cache_check_locks (int         root_fd,
                       const char *repo_folder,
                       GError    **error)
{
  g_autofree char *path = g_build_filename (MAQ_CACHE_LOCKS, repo_folder, NULL);
  g_autofd int     folder = maq_cache_open_folder (root_fd, path, FALSE, NULL);

  return folder < 0 || check_folder (folder, 0, error);
}
