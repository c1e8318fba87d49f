// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-shared-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maq-cache-care-private.h"

// Looking at the store. A link counts only if what it leads to is the very file that the store has under that name: so it may be
// written in any way, and one that only looks right leads nowhere.

#define MARKER_NAME ".huggingface-shared-blobs"
#define LAYOUT      "1\n"
#define HASH_LENGTH 64

gboolean
maq_cache_is_payload_name (const char *text)
{
  return strlen (text) == HASH_LENGTH && strspn (text, "0123456789abcdef") == HASH_LENGTH;
}

// "ab/<hash>" (transfer full).
static char *
dup_place (const char *hash)
{
  return g_strdup_printf ("%.2s/%s", hash, hash);
}

static MaqCacheSharedState
read_state (MaqCacheShared *self)
{
  struct stat info;

  if (self->fd < 0)
    return MAQ_CACHE_SHARED_NONE;
  if (fstatat (self->fd, MARKER_NAME, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (info.st_mode))
    {
      g_auto (GStrv) names = maq_cache_list_folder (self->fd);
      self->is_foreign = names[0] != NULL;
      return MAQ_CACHE_SHARED_NONE;
    }
  g_autofree char *text = maq_cache_read_text (self->fd, MARKER_NAME);
  return g_strcmp0 (text, LAYOUT) == 0 ? MAQ_CACHE_SHARED_KNOWN : MAQ_CACHE_SHARED_READ_ONLY;
}

static MaqCacheShared *
open_at (int         folder,
         const char *root)
{
  MaqCacheShared *self = g_new0 (MaqCacheShared, 1);

  self->root = folder >= 0 ? openat (folder, root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  self->fd = self->root >= 0 ? openat (self->root, MAQ_CACHE_SHARED_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  self->state = read_state (self);
  return self;
}

MaqCacheShared *
maq_cache_shared_open (int root_fd)
{
  return open_at (root_fd, ".");
}

MaqCacheShared *
maq_cache_shared_open_of_repo (int repo_fd)
{
  return open_at (repo_fd, "..");
}

void
maq_cache_shared_free (MaqCacheShared *self)
{
  g_clear_fd (&self->root, NULL);
  g_clear_fd (&self->fd, NULL);
  g_free (self);
}

MaqCacheSharedState
maq_cache_shared_get_state (MaqCacheShared *self)
{
  return self->state;
}

char *
maq_cache_shared_dup_remark (MaqCacheShared *self)
{
  if (self->state == MAQ_CACHE_SHARED_READ_ONLY)
    return g_strdup ("blobs in the cache has the layout of a newer program and is only read");
  return self->is_foreign ? g_strdup ("blobs in the cache is not a model, dataset, Space or kernel") : NULL;
}

int
maq_cache_shared_open_prefix (MaqCacheShared *self,
                              const char     *hash)
{
  g_autofree char *prefix = g_strndup (hash, 2);

  return self->fd >= 0 ? openat (self->fd, prefix, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
}

int
maq_cache_shared_open_payload (MaqCacheShared *self,
                               const char     *hash,
                               struct stat    *info)
{
  g_autofd int folder = maq_cache_is_payload_name (hash) ? maq_cache_shared_open_prefix (self, hash) : -1;
  g_autofd int fd = folder >= 0 ? openat (folder, hash, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;

  return fd >= 0 && fstat (fd, info) == 0 && S_ISREG (info->st_mode) ? g_steal_fd (&fd) : -1;
}

gboolean
maq_cache_shared_stat_payload (MaqCacheShared *self,
                               const char     *hash,
                               struct stat    *info)
{
  g_autofd int folder = maq_cache_is_payload_name (hash) ? maq_cache_shared_open_prefix (self, hash) : -1;

  return folder >= 0 && maq_cache_stat (folder, hash, info) && S_ISREG (info->st_mode);
}

static gboolean
is_same (const struct stat *a,
         const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

// The payload with the last name in TARGET, if NAME in FOLDER leads to it.
static char *
dup_known (MaqCacheShared *self,
           int             folder,
           const char     *name,
           const char     *target,
           struct stat    *info)
{
  struct stat      reached;
  g_autofree char *hash = g_path_get_basename (target);
  g_autofd int     prefix = maq_cache_is_payload_name (hash) ? maq_cache_shared_open_prefix (self, hash) : -1;

  if (prefix < 0 || fstatat (prefix, hash, info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (info->st_mode) ||
      fstatat (folder, name, &reached, 0) != 0 || !is_same (info, &reached))
    return NULL;
  return dup_place (hash);
}

static char *
dup_path_of (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);

  return g_file_read_link (link, NULL);
}

// In a layout nobody knows yet, a payload is a file below the store.
static char *
dup_newer (MaqCacheShared *self,
           int             folder,
           const char     *name,
           struct stat    *info)
{
  g_autofd int     fd = openat (folder, name, O_PATH | O_CLOEXEC);
  g_autofree char *path = fd >= 0 && fstat (fd, info) == 0 && S_ISREG (info->st_mode) ? dup_path_of (fd) : NULL;
  g_autofree char *store = path != NULL ? dup_path_of (self->fd) : NULL;
  gsize            length = store != NULL ? strlen (store) : 0;

  if (length == 0 || !g_str_has_prefix (path, store) || path[length] != '/')
    return NULL;
  return g_strdup (path + length + 1);
}

char *
maq_cache_shared_dup_payload (MaqCacheShared *self,
                              int             folder,
                              const char     *name,
                              struct stat    *info)
{
  char   target[PATH_MAX];
  gssize length = self->state != MAQ_CACHE_SHARED_NONE ? readlinkat (folder, name, target, sizeof target - 1) : -1;

  if (length <= 0)
    return NULL;
  target[length] = '\0';
  return self->state == MAQ_CACHE_SHARED_KNOWN ? dup_known (self, folder, name, target, info) : dup_newer (self, folder, name, info);
}

gboolean
maq_cache_shared_stat (MaqCacheShared *self,
                       int             folder,
                       const char     *name,
                       struct stat    *info,
                       char          **payload)
{
  if (fstatat (folder, name, info, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  if (S_ISREG (info->st_mode))
    return TRUE;
  g_autofree char *found = S_ISLNK (info->st_mode) ? maq_cache_shared_dup_payload (self, folder, name, info) : NULL;
  gboolean         is_content = found != NULL;
  if (payload != NULL)
    *payload = g_steal_pointer (&found);
  return is_content;
}

gboolean
maq_cache_stat_blob (int          repo_fd,
                     int          blobs_fd,
                     const char  *name,
                     struct stat *info)
{
  if (fstatat (blobs_fd, name, info, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  if (!S_ISLNK (info->st_mode))
    return S_ISREG (info->st_mode);
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open_of_repo (repo_fd);
  return maq_cache_shared_stat (store, blobs_fd, name, info, NULL);
}

int
maq_cache_shared_open_content (MaqCacheShared *self,
                               int             folder,
                               const char     *name,
                               struct stat    *info,
                               GError        **error)
{
  struct stat      opened;
  g_autofree char *payload = NULL;

  if (!maq_cache_shared_stat (self, folder, name, info, &payload))
    {
      if (fstatat (folder, name, &opened, 0) != 0)
        maq_cache_set_errno (error, errno, "Cannot open", name);
      else
        g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "%s is no file of the cache", name);
      return -1;
    }
  g_autofd int fd = openat (folder, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (payload == NULL ? O_NOFOLLOW : 0));
  if (fd < 0 || fstat (fd, &opened) != 0)
    maq_cache_set_errno (error, errno, "Cannot open", name);
  else if (!is_same (info, &opened))
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "%s was replaced meanwhile", name);
  else
    {
      *info = opened;
      return g_steal_fd (&fd);
    }
  return -1;
}

char *
maq_cache_shared_dup_identity (MaqCacheShared *self,
                               int             folder,
                               const char     *name,
                               struct stat    *info)
{
  struct stat      own;
  g_autofree char *payload = NULL;

  if (fstatat (folder, name, &own, AT_SYMLINK_NOFOLLOW) != 0 || !maq_cache_shared_stat (self, folder, name, info, &payload))
    return NULL;
  g_autofree char *content = maq_cache_dup_identity (info);
  g_autofree char *link = maq_cache_dup_identity (&own);
  return payload != NULL ? g_strjoin (" ", link, content, NULL) : g_steal_pointer (&content);
}

gboolean
maq_cache_is_temporary_link (const char *name)
{
  gsize length = strlen (name);

  // ".<etag>.xxxxxxxx.shared"
  return name[0] == '.' && length > strlen (".x.xxxxxxxx.shared") - 1 && g_str_has_suffix (name, ".shared") &&
         name[length - strlen (".xxxxxxxx.shared")] == '.' && strspn (name + length - strlen ("xxxxxxxx.shared"), "0123456789abcdef") == 8;
}

// Calls FUNC for each payload of a store that is known.
static void
foreach_payload (MaqCacheShared *self,
                 void (*func) (const char *hash, const struct stat *info, gpointer data),
                 gpointer data)
{
  g_auto (GStrv) prefixes = self->state == MAQ_CACHE_SHARED_KNOWN ? maq_cache_list_folder (self->fd) : g_new0 (char *, 1);

  for (guint i = 0; prefixes[i] != NULL; i++)
    {
      gboolean     fits = strlen (prefixes[i]) == 2 && strspn (prefixes[i], "0123456789abcdef") == 2;
      g_autofd int folder = fits ? maq_cache_shared_open_prefix (self, prefixes[i]) : -1;
      g_auto (GStrv) names = folder >= 0 ? maq_cache_list_folder (folder) : g_new0 (char *, 1);
      for (guint j = 0; names[j] != NULL; j++)
        {
          struct stat info;
          if (maq_cache_is_payload_name (names[j]) && g_str_has_prefix (names[j], prefixes[i]) && maq_cache_stat (folder, names[j], &info) && S_ISREG (info.st_mode))
            func (names[j], &info, data);
        }
    }
}

static void
add_name (const char        *hash,
          const struct stat *info,
          gpointer           data)
{
  g_ptr_array_add (data, g_strdup (hash));
}

char **
maq_cache_shared_list (MaqCacheShared *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  foreach_payload (self, add_name, names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static void
add_size (const char        *hash,
          const struct stat *info,
          gpointer           data)
{
  *(guint64 *) data += info->st_size;
}

guint64
maq_cache_shared_measure (MaqCacheShared *self)
{
  guint64 bytes = 0;

  foreach_payload (self, add_size, &bytes);
  return bytes;
}
