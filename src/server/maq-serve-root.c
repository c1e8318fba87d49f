// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The kernel's own way (openat2 with RESOLVE_BENEATH) refuses every link with a whole path and is missing in many sandboxes, so links are
// followed here. A folder on the way is held open from the moment it was looked at: what happens to its name afterwards does not matter.
#include "maq-serve-root.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_QUARK (maq - serve - root - error - quark, maq_serve_root_error)

// As many as the kernel follows.
#define MAX_LINKS 40

struct _MaqServeRoot
{
  gatomicrefcount ref_count;
  int             fd;
  char           *path;
  dev_t           device;
  ino_t           inode;
  gboolean        follow_links;
};

// On the way to a file: the folders from where it began, each open and in the one before, and what is left of the path.
typedef struct
{
  MaqServeRoot *root;
  GArray       *folders; // int
  GQueue       *names;   // char *
  guint         n_links;
} Walk;

// CODE: of errno; 0 for what is neither a file nor a folder.
static void
fail (GError    **error,
      const char *path,
      int         code)
{
  if (code == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s is neither a file nor a folder", path);
      return;
    }
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
}

MaqServeRoot *
maq_serve_root_new (const char *path,
                    gboolean    follow_links,
                    GError    **error)
{
  struct stat  info;
  g_autofd int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      fail (error, path, errno);
      return NULL;
    }
  MaqServeRoot *self = g_new0 (MaqServeRoot, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->fd = g_steal_fd (&fd);
  self->path = g_canonicalize_filename (path, NULL);
  self->device = info.st_dev;
  self->inode = info.st_ino;
  self->follow_links = follow_links;
  return self;
}

MaqServeRoot *
maq_serve_root_ref (MaqServeRoot *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_serve_root_unref (MaqServeRoot *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  close (self->fd);
  g_free (self->path);
  g_free (self);
}

const char *
maq_serve_root_get_path (MaqServeRoot *self)
{
  return self->path;
}

static int
top (Walk *walk)
{
  return g_array_index (walk->folders, int, walk->folders->len - 1);
}

static void
leave_all (Walk *walk)
{
  for (guint i = 0; i < walk->folders->len; i++)
    close (g_array_index (walk->folders, int, i));
  g_array_set_size (walk->folders, 0);
}

static gboolean
enter (Walk       *walk,
       const char *name)
{
  int fd = openat (walk->folders->len > 0 ? top (walk) : AT_FDCWD, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  g_array_append_val (walk->folders, fd);
  return TRUE;
}

// The folder above. Above the first one the walk goes on from there, outside of what it knows.
static gboolean
go_up (Walk *walk)
{
  if (walk->folders->len == 1)
    {
      int above = openat (top (walk), "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (above < 0)
        return FALSE;
      leave_all (walk);
      g_array_append_val (walk->folders, above);
      return TRUE;
    }
  close (top (walk));
  g_array_set_size (walk->folders, walk->folders->len - 1);
  return TRUE;
}

static void
put_before (Walk       *walk,
            const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  for (guint i = g_strv_length (names); i > 0; i--)
    if (*names[i - 1] != '\0' && !g_str_equal (names[i - 1], "."))
      g_queue_push_head (walk->names, g_strdup (names[i - 1]));
}

static gboolean
follow (Walk       *walk,
        const char *name)
{
  char   target[PATH_MAX];
  gssize length = readlinkat (top (walk), name, target, sizeof target - 1);
  if (length < 0)
    return FALSE;
  if (++walk->n_links > MAX_LINKS)
    {
      errno = ELOOP;
      return FALSE;
    }
  target[length] = '\0';
  put_before (walk, target);
  if (target[0] != '/')
    return TRUE;
  leave_all (walk);
  return enter (walk, "/");
}

// Goes to the folder of the last name, which is left and names no link. FALSE with errno.
static gboolean
walk_on (Walk *walk)
{
  while (!g_queue_is_empty (walk->names))
    {
      struct stat      info;
      g_autofree char *name = g_queue_pop_head (walk->names);
      gboolean         good;
      if (g_str_equal (name, ".."))
        good = go_up (walk);
      else if (fstatat (top (walk), name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        good = FALSE;
      else if (S_ISLNK (info.st_mode))
        good = follow (walk, name);
      else if (S_ISDIR (info.st_mode))
        good = enter (walk, name);
      else if (g_queue_is_empty (walk->names))
        {
          g_queue_push_head (walk->names, g_steal_pointer (&name));
          return TRUE;
        }
      else
        {
          errno = ENOTDIR;
          good = FALSE;
        }
      if (!good)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_inside (Walk *walk)
{
  struct stat info;
  for (guint i = 0; i < walk->folders->len; i++)
    if (fstat (g_array_index (walk->folders, int, i), &info) == 0 && info.st_dev == walk->root->device && info.st_ino == walk->root->inode)
      return TRUE;
  return FALSE;
}

static gboolean
is_servable (const struct stat *info)
{
  return S_ISREG (info->st_mode) || S_ISDIR (info->st_mode);
}

// Opens NAME in FOLDER if it is a file or a folder. FLAGS: O_NOFOLLOW for what was no link a moment ago and is not followed if it is one now.
// -1 with errno, which is 0 for other things.
static int
open_last (int          folder,
           const char  *name,
           int          flags,
           struct stat *info)
{
  if (fstatat (folder, name, info, flags == O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) != 0)
    return -1;
  errno = 0;
  g_autofd int fd = is_servable (info) ? openat (folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags) : -1;
  return fd >= 0 && fstat (fd, info) == 0 && is_servable (info) ? g_steal_fd (&fd) : -1;
}

static int
open_walking (MaqServeRoot *self,
              const char   *path,
              struct stat  *info,
              GError      **error)
{
  Walk walk = { .root = self, .folders = g_array_new (FALSE, FALSE, sizeof (int)), .names = g_queue_new () };
  int  here = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);
  int  fd = -1;

  g_array_append_val (walk.folders, here);
  put_before (&walk, path);
  if (!walk_on (&walk))
    fail (error, path, errno);
  else if (!is_inside (&walk))
    g_set_error (error, MAQ_SERVE_ROOT_ERROR, MAQ_SERVE_ROOT_ERROR_LEADS_OUT, "%s/%s: a symbolic link leads out of the folder", self->path, path);
  else
    {
      const char *last = g_queue_peek_head (walk.names);
      fd = open_last (top (&walk), last != NULL ? last : ".", O_NOFOLLOW, info);
      if (fd < 0)
        fail (error, path, errno);
    }
  leave_all (&walk);
  g_array_unref (walk.folders);
  g_queue_free_full (walk.names, g_free);
  return fd;
}

int
maq_serve_root_open (MaqServeRoot *self,
                     const char   *path,
                     struct stat  *info,
                     GError      **error)
{
  if (!self->follow_links)
    return open_walking (self, path, info, error);
  int fd = open_last (self->fd, *path != '\0' ? path : ".", 0, info);
  if (fd < 0)
    fail (error, path, errno);
  return fd;
}

char *
maq_serve_root_load (MaqServeRoot *self,
                     const char   *path,
                     gsize         limit,
                     GError      **error)
{
  struct stat  info;
  g_autofd int fd = maq_serve_root_open (self, path, &info, error);
  if (fd < 0)
    return NULL;
  if (!S_ISREG (info.st_mode) || (guint64) info.st_size > limit)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s is no file of at most %" G_GSIZE_FORMAT " bytes", path, limit);
      return NULL;
    }
  g_autoptr (GString) text = g_string_new (NULL);
  char   buffer[4096];
  gssize n;
  while (text->len <= limit && (n = read (fd, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
