// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// Folders are walked by descriptor, one segment at a time, with O_NOFOLLOW: a link planted anywhere below a repo's folder
// stops the walk instead of leading out of it, however it got there and whenever it is swapped in.

#define OPEN_FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define MAX_TEXT    4096
// From this size on what is not really on the disk is worth asking for.
#define LARGE   (1 << 20)
#define EXTENTS 64

void
maq_cache_set_errno (GError    **error,
                     int         code,
                     const char *what,
                     const char *name)
{
  g_autofree char *shown = g_filename_display_name (name);

  switch (code)
    {
    case EROFS:
    case EACCES:
    case EPERM:
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_READ_ONLY, "%s %s: %s", what, shown, g_strerror (code));
      break;
    case ENOSPC:
    case EDQUOT:
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE, "%s %s: %s", what, shown, g_strerror (code));
      break;
    default:
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s %s: %s", what, shown, g_strerror (code));
      break;
    }
}

static int
open_segment (int         parent,
              const char *name,
              gboolean    create,
              int         flags,
              GError    **error)
{
  int fd = openat (parent, name, flags);

  if (fd < 0 && errno == ENOENT && create)
    {
      if (mkdirat (parent, name, 0777) != 0 && errno != EEXIST)
        {
          maq_cache_set_errno (error, errno, "Cannot create folder", name);
          return -1;
        }
      fd = openat (parent, name, flags);
    }
  if (fd >= 0)
    return fd;

  int         code = errno;
  struct stat info;
  if ((code == ENOTDIR || code == ELOOP) && fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK (info.st_mode))
    {
      g_autofree char *shown = g_filename_display_name (name);
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "%s is a link, which is not followed inside a repo's folder", shown);
    }
  else
    maq_cache_set_errno (error, code, "Cannot open folder", name);
  return -1;
}

int
maq_cache_open_folder (int         parent,
                       const char *path,
                       gboolean    create,
                       GError    **error)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  int fd = fcntl (parent, F_DUPFD_CLOEXEC, 0);

  if (fd < 0)
    {
      maq_cache_set_errno (error, errno, "Cannot open folder", path);
      return -1;
    }
  for (guint i = 0; segments[i] != NULL; i++)
    {
      int next = open_segment (fd, segments[i], create, OPEN_FOLDER, error);
      close (fd);
      if (next < 0)
        return -1;
      fd = next;
    }
  return fd;
}

int
maq_cache_open_parent (int          parent,
                       const char  *path,
                       gboolean     create,
                       const char **name,
                       GError     **error)
{
  const char *slash = strrchr (path, '/');

  if (slash == NULL)
    {
      int fd = fcntl (parent, F_DUPFD_CLOEXEC, 0);
      if (fd < 0)
        maq_cache_set_errno (error, errno, "Cannot open the folder of", path);
      *name = path;
      return fd;
    }

  g_autofree char *folder = g_strndup (path, slash - path);
  *name = slash + 1;
  return maq_cache_open_folder (parent, folder, create, error);
}

void
maq_cache_write_tag (int folder)
{
  static const char text[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
                             "# This file is a cache directory tag created by Maquette.\n"
                             "# For information about cache directory tags, see:\n"
                             "#\thttps://bford.info/cachedir/\n";
  g_autofd int      fd = openat (folder, "CACHEDIR.TAG", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

  // The tag is a courtesy to backup tools; a cache without it works as well.
  if (fd >= 0 && write (fd, text, sizeof text - 1) != (gssize) sizeof text - 1)
    unlinkat (folder, "CACHEDIR.TAG", 0);
}

int
maq_cache_open_root (MaqCache *self,
                     gboolean  create,
                     GError  **error)
{
  const char *root = maq_cache_get_root (self);

  if (create && g_mkdir_with_parents (root, 0777) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot create the cache", root);
      return -1;
    }

  int fd = open (root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    maq_cache_set_errno (error, errno, "Cannot open the cache", root);
  else if (create)
    maq_cache_write_tag (fd);
  return fd;
}

// A repo without snapshots/ is damage to other tools, so a new one gets its name together with that folder. They ignore .locks/.
static void
make_repo (int         root_fd,
           const char *repo_folder)
{
  g_autofree char *temporary = g_strdup_printf (MAQ_CACHE_LOCKS "/%s.%08x.tmp", repo_folder, g_random_int ());
  g_autofree char *snapshots = g_build_filename (temporary, "snapshots", NULL);

  mkdirat (root_fd, MAQ_CACHE_LOCKS, 0777);
  if (mkdirat (root_fd, temporary, 0777) == 0 && mkdirat (root_fd, snapshots, 0777) == 0 &&
      renameat (root_fd, temporary, root_fd, repo_folder) == 0)
    return;
  // Opening it says what is wrong.
  unlinkat (root_fd, snapshots, AT_REMOVEDIR);
  unlinkat (root_fd, temporary, AT_REMOVEDIR);
}

int
maq_cache_open_repo (int         root_fd,
                     const char *repo_folder,
                     gboolean    create,
                     GError    **error)
{
  if (create && faccessat (root_fd, repo_folder, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
    make_repo (root_fd, repo_folder);
  return open_segment (root_fd, repo_folder, create, O_RDONLY | O_DIRECTORY | O_CLOEXEC, error);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
maq_cache_list_folder_checked (int       fd,
                               gboolean *failed)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  int  copy = openat (fd, ".", OPEN_FOLDER);
  DIR *dir = copy >= 0 ? fdopendir (copy) : NULL;

  if (dir == NULL && copy >= 0)
    close (copy);
  errno = dir != NULL ? 0 : EIO;
  for (struct dirent *entry = NULL; dir != NULL && (entry = readdir (dir)) != NULL;)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      g_ptr_array_add (names, g_strdup (entry->d_name));
  *failed |= errno != 0;
  if (dir != NULL)
    closedir (dir);

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

char **
maq_cache_list_folder (int fd)
{
  gboolean failed = FALSE;

  return maq_cache_list_folder_checked (fd, &failed);
}

// The bytes of the file FD that other files share by reflink; 0 where the file system does not say.
static guint64
count_shared (int fd)
{
  g_autofree struct fiemap *map = g_malloc0 (sizeof *map + EXTENTS * sizeof (struct fiemap_extent));
  guint64                   shared = 0;
  gboolean                  more = TRUE;

  while (more)
    {
      map->fm_length = FIEMAP_MAX_OFFSET - map->fm_start;
      map->fm_extent_count = EXTENTS;
      more = ioctl (fd, FS_IOC_FIEMAP, map) == 0 && map->fm_mapped_extents > 0;
      for (guint i = 0; more && i < map->fm_mapped_extents; i++)
        if (map->fm_extents[i].fe_flags & FIEMAP_EXTENT_SHARED)
          shared += map->fm_extents[i].fe_length;
      if (more)
        {
          const struct fiemap_extent *last = &map->fm_extents[map->fm_mapped_extents - 1];
          map->fm_start = last->fe_logical + last->fe_length;
          more = (last->fe_flags & FIEMAP_EXTENT_LAST) == 0;
        }
    }
  return shared;
}

gboolean
maq_cache_stat (int          parent,
                const char  *name,
                struct stat *info)
{
  if (fstatat (parent, name, info, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  if (S_ISREG (info->st_mode) && info->st_nlink == 1 && info->st_size >= LARGE)
    {
      g_autofd int fd = openat (parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
      guint64      shared = fd >= 0 ? count_shared (fd) / 512 : 0;
      info->st_blocks -= MIN (shared, (guint64) info->st_blocks);
    }
  return TRUE;
}

guint64
maq_cache_get_freed (const struct stat *info)
{
  guint64 size = info->st_size;
  guint64 used = (guint64) info->st_blocks * 512;

  // A partial file may be preallocated with holes; small files are kept in many ways that blocks do not show.
  return size >= LARGE ? MIN (size, used) : size;
}

static gboolean
remove_entry (int         parent,
              const char *name,
              guint       depth,
              guint64    *freed,
              GError    **error)
{
  struct stat info;

  if (!maq_cache_stat (parent, name, &info))
    {
      if (errno == ENOENT)
        return TRUE;
      maq_cache_set_errno (error, errno, "Cannot remove", name);
      return FALSE;
    }
  if (S_ISDIR (info.st_mode))
    {
      if (depth > MAQ_CACHE_MAX_DEPTH)
        {
          g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "Folders more than %d levels deep are not removed", MAQ_CACHE_MAX_DEPTH);
          return FALSE;
        }
      g_autofd int fd = open_segment (parent, name, FALSE, OPEN_FOLDER, error);
      if (fd < 0)
        return FALSE;
      g_auto (GStrv) names = maq_cache_list_folder (fd);
      for (guint i = 0; names[i] != NULL; i++)
        if (!remove_entry (fd, names[i], depth + 1, freed, error))
          return FALSE;
    }
  if (unlinkat (parent, name, S_ISDIR (info.st_mode) ? AT_REMOVEDIR : 0) != 0 && errno != ENOENT)
    {
      maq_cache_set_errno (error, errno, "Cannot remove", name);
      return FALSE;
    }
  // A file with another name elsewhere gives no space back.
  if (freed != NULL && S_ISREG (info.st_mode) && info.st_nlink == 1)
    *freed += maq_cache_get_freed (&info);
  return TRUE;
}

gboolean
maq_cache_remove_tree (int         parent,
                       const char *name,
                       guint64    *freed,
                       GError    **error)
{
  return remove_entry (parent, name, 0, freed, error);
}

static void
remove_empty (int         parent,
              const char *name,
              guint       depth)
{
  g_autofd int fd = openat (parent, name, OPEN_FOLDER);

  if (fd < 0 || depth > MAQ_CACHE_MAX_DEPTH)
    return;
  g_auto (GStrv) names = maq_cache_list_folder (fd);
  for (guint i = 0; names[i] != NULL; i++)
    remove_empty (fd, names[i], depth + 1);
  // Fails, as it should, when a file is left.
  unlinkat (parent, name, AT_REMOVEDIR);
}

void
maq_cache_remove_empty (int         parent,
                        const char *name)
{
  remove_empty (parent, name, 0);
}

char *
maq_cache_read_text (int         parent,
                     const char *path)
{
  const char  *name = NULL;
  g_autofd int folder = maq_cache_open_parent (parent, path, FALSE, &name, NULL);
  g_autofd int fd = folder >= 0 ? openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
  struct stat  info;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > MAX_TEXT)
    return NULL;

  g_autofree char *text = g_malloc (MAX_TEXT + 1);
  gssize           length = read (fd, text, MAX_TEXT);
  if (length < 0)
    return NULL;
  text[length] = '\0';
  return g_steal_pointer (&text);
}

static gboolean
write_all (int         fd,
           const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      gssize written = write (fd, text, left);
      if (written < 0 && errno != EINTR)
        return FALSE;
      text += MAX (written, 0);
      left -= MAX (written, 0);
    }
  return fsync (fd) == 0;
}

gboolean
maq_cache_write_text (int         repo,
                      const char *path,
                      const char *text,
                      GError    **error)
{
  g_autofree char *temporary = g_strdup_printf ("maquette-%08x.tmp", g_random_int ());
  const char      *name = NULL;
  g_autofd int     folder = maq_cache_open_parent (repo, path, TRUE, &name, error);
  g_autofd int     fd = folder >= 0 ? openat (repo, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666) : -1;

  if (folder < 0)
    return FALSE;
  if (fd >= 0 && write_all (fd, text) && renameat (repo, temporary, folder, name) == 0)
    return TRUE;

  int code = errno;
  if (fd >= 0)
    unlinkat (repo, temporary, 0);
  maq_cache_set_errno (error, code, "Cannot write", path);
  return FALSE;
}
