// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

// Folders that lead to each other by links could be entered in ever new orders.
#define MAX_LINKED_FOLDERS 1000

typedef struct
{
  MaqHubStore  *store;
  MaqServeRoot *root;
  const char   *folder;
  GQueue       *pending; // paths of folders, from FOLDER
  guint         n_linked;
  void (*found) (const char        *path,
                 const struct stat *info,
                 gpointer           data);
  gpointer data;
} Scan;

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

// The names in the folder that FD, which is taken, is open on.
static char **
read_names (int fd)
{
  DIR *dir = fdopendir (fd);
  g_autoptr (GPtrArray) names = g_ptr_array_new_null_terminated (16, g_free, TRUE);
  struct dirent *entry;
  if (dir == NULL)
    close (fd);
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (!g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, ".."))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (dir != NULL)
    closedir (dir);
  g_ptr_array_sort (names, compare_names);
  return (char **) g_ptr_array_steal (names, NULL);
}

char **
maq_serve_scan_names (MaqServeRoot *root,
                      const char   *path,
                      GError      **error)
{
  struct stat  info;
  g_autofd int fd = maq_serve_root_open (root, path, &info, error);
  if (fd < 0)
    return NULL;
  if (!S_ISDIR (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY, "%s is no folder", path);
      return NULL;
    }
  return read_names (g_steal_fd (&fd));
}

static char *
join (const char *folder,
      const char *name)
{
  return *folder != '\0' ? g_strconcat (folder, "/", name, NULL) : g_strdup (name);
}

static void
leave_out (Scan             *scan,
           const char       *path,
           MaqHubStoreReason reason)
{
  g_autofree char *full = join (scan->folder, path);
  maq_serve_store_leave_out (scan->store, full, reason);
}

static gboolean
is_ignored (const char *below,
            const char *name)
{
  if (g_str_equal (name, ".maquette") || g_str_equal (name, ".git"))
    return TRUE;
  return g_str_equal (name, "huggingface") && (g_str_equal (below, ".cache") || g_str_has_suffix (below, "/.cache"));
}

// Whether the folder INFO is one of those that the link at PATH is in.
static gboolean
is_circle (Scan              *scan,
           const char        *path,
           const struct stat *info)
{
  g_autofree char *full = join (scan->folder, path);
  do
    {
      struct stat other;
      char       *slash = strrchr (full, '/');
      *(slash != NULL ? slash : full) = '\0';
      g_autofd int fd = maq_serve_root_open (scan->root, full, &other, NULL);
      if (fd >= 0 && other.st_dev == info->st_dev && other.st_ino == info->st_ino)
        return TRUE;
    }
  while (*full != '\0');
  return FALSE;
}

// What the link at PATH leads to. FALSE if that is nothing to be served.
static gboolean
look_behind (Scan        *scan,
             const char  *path,
             struct stat *info)
{
  g_autofree char *full = join (scan->folder, path);
  g_autoptr (GError) error = NULL;
  g_autofd int fd = maq_serve_root_open (scan->root, full, info, &error);
  if (fd < 0)
    {
      leave_out (scan, path, maq_serve_reason_for_error (error));
      return FALSE;
    }
  if (S_ISDIR (info->st_mode) && (++scan->n_linked > MAX_LINKED_FOLDERS || is_circle (scan, path, info)))
    {
      leave_out (scan, path, MAQ_HUB_STORE_REASON_CIRCLE);
      return FALSE;
    }
  return TRUE;
}

static void
look_at (Scan       *scan,
         int         fd,
         const char *name,
         const char *path)
{
  struct stat info;
  if (!maq_repo_path_validate (path, NULL))
    leave_out (scan, path, MAQ_HUB_STORE_REASON_NAME);
  else if (fstatat (fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    leave_out (scan, path, MAQ_HUB_STORE_REASON_UNREADABLE);
  else if (S_ISLNK (info.st_mode) && !look_behind (scan, path, &info))
    return;
  else if (S_ISDIR (info.st_mode))
    g_queue_push_tail (scan->pending, g_strdup (path));
  else if (S_ISREG (info.st_mode) && faccessat (fd, name, R_OK, AT_EACCESS) == 0)
    scan->found (path, &info, scan->data);
  else
    leave_out (scan, path, MAQ_HUB_STORE_REASON_UNREADABLE);
}

static void
scan_one (Scan       *scan,
          const char *below)
{
  struct stat      info;
  g_autofree char *full = *below != '\0' ? join (scan->folder, below) : g_strdup (scan->folder);
  g_autoptr (GError) error = NULL;
  g_autofd int fd = maq_serve_root_open (scan->root, full, &info, &error);
  if (fd < 0 || !S_ISDIR (info.st_mode))
    {
      maq_serve_store_leave_out (scan->store, full, error != NULL ? maq_serve_reason_for_error (error) : MAQ_HUB_STORE_REASON_UNREADABLE);
      return;
    }
  g_auto (GStrv) names = read_names (fcntl (fd, F_DUPFD_CLOEXEC, 0));
  for (char **name = names; *name != NULL; name++)
    {
      g_autofree char *path = join (below, *name);
      if (!is_ignored (below, *name))
        look_at (scan, fd, *name, path);
    }
}

void
maq_serve_scan (MaqHubStore  *store,
                MaqServeRoot *root,
                const char   *folder,
                void (*found) (const char        *path,
                               const struct stat *info,
                               gpointer           data),
                gpointer data)
{
  Scan  scan = { .store = store, .root = root, .folder = folder, .pending = g_queue_new (), .found = found, .data = data };
  char *next;
  g_queue_push_tail (scan.pending, g_strdup (""));
  while ((next = g_queue_pop_head (scan.pending)) != NULL)
    {
      scan_one (&scan, next);
      g_free (next);
    }
  g_queue_free (scan.pending);
}
