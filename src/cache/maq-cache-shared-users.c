// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-shared-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

// Who uses a payload. Its manifest has a line for each link, but nobody keeps it true: lines stay when links go, and a repo that was
// renamed or copied by hand has links without lines. So a line counts only while it is true, and before a payload goes, the links
// that there are count as well.

#define MAX_MANIFEST (16 << 20)
#define BASE         "/cache"

static char *
read_manifest (MaqCacheShared *self,
               const char     *hash)
{
  struct stat      info;
  g_autofree char *name = g_strconcat (hash, ".refs", NULL);
  g_autofd int     folder = maq_cache_shared_open_prefix (self, hash);
  g_autofd int     fd = folder >= 0 ? openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > MAX_MANIFEST)
    return NULL;
  g_autofree char *text = g_malloc (info.st_size + 1);
  gsize            done = 0;
  gssize           n = 1;
  while (done < (gsize) info.st_size && n > 0)
    {
      n = pread (fd, text + done, info.st_size - done, done);
      if (n < 0 && errno == EINTR)
        n = 1;
      else
        done += MAX (n, 0);
    }
  if (n < 0 || !g_utf8_validate (text, done, NULL))
    return NULL;
  text[done] = '\0';
  return g_steal_pointer (&text);
}

// Whether LINE can be "<repo folder>/blobs/<etag>".
static gboolean
is_user (const char *line)
{
  static const char *const kinds[] = { "models--", "datasets--", "spaces--", "kernels--" };
  g_auto (GStrv) parts = g_strsplit (line, "/", 4);
  gboolean is_repo = FALSE;

  if (g_strv_length (parts) != 3 || !g_str_equal (parts[1], "blobs") || parts[2][0] == '\0' || g_strv_contains ((const char *const *) parts, ".."))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    is_repo |= g_str_has_prefix (parts[0], kinds[i]) && strlen (parts[0]) > strlen (kinds[i]);
  return is_repo;
}

// Whether TARGET, the text of the link USER, names the payload HASH.
static gboolean
names_payload (const char *user,
               const char *target,
               const char *hash)
{
  g_autofree char *full = g_build_filename (BASE, user, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  g_autofree char *reached = g_canonicalize_filename (target, folder);
  g_autofree char *payload = g_strdup_printf (BASE "/" MAQ_CACHE_SHARED_FOLDER "/%.2s/%s", hash, hash);

  return g_str_equal (reached, payload);
}

// FALSE if that cannot be told.
static gboolean
check_user (MaqCacheShared *self,
            const char     *user,
            const char     *hash,
            gboolean       *uses)
{
  char        target[PATH_MAX];
  struct stat info;

  *uses = FALSE;
  if (fstatat (self->root, user, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT;
  if (!S_ISLNK (info.st_mode))
    return TRUE;
  gssize length = readlinkat (self->root, user, target, sizeof target - 1);
  if (length < 0)
    return errno == ENOENT || errno == EINVAL;
  target[length] = '\0';

  // It may be written in another way, too.
  g_autofree char *reached = maq_cache_shared_dup_payload (self, self->root, user, &info);
  *uses = names_payload (user, target, hash) || (reached != NULL && g_str_has_suffix (reached, hash));
  return TRUE;
}

static void
add_link (GHashTable *links,
          const char *hash,
          const char *path)
{
  GHashTable *paths = g_hash_table_lookup (links, hash);

  if (paths == NULL)
    {
      paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (links, g_strdup (hash), paths);
    }
  g_hash_table_add (paths, g_strdup (path));
}

// The links in FOLDER, called PATH, and in what is below it.
static void
list_below (MaqCacheShared *self,
            GHashTable     *links,
            int             folder,
            const char     *path,
            guint           depth)
{
  g_auto (GStrv) names = maq_cache_list_folder (folder);

  for (guint i = 0; names[i] != NULL; i++)
    {
      struct stat      info;
      g_autofree char *below = g_build_filename (path, names[i], NULL);
      if (fstatat (folder, names[i], &info, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      // A snapshot's usual link leads by way of blobs/ and is none of these.
      g_autofd int     sub = S_ISDIR (info.st_mode) && depth < MAQ_CACHE_MAX_DEPTH ? maq_cache_open_folder (folder, names[i], FALSE, NULL) : -1;
      g_autofree char *payload = S_ISLNK (info.st_mode) ? maq_cache_shared_dup_payload (self, folder, names[i], &info) : NULL;
      if (payload != NULL)
        add_link (links, payload + strlen ("ab/"), below);
      if (sub >= 0)
        list_below (self, links, sub, below, depth + 1);
    }
}

static GHashTable *
list_links (MaqCacheShared *self)
{
  static const char *const places[] = { "blobs", "snapshots" };
  GHashTable              *links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  g_auto (GStrv) folders = maq_cache_list_folder (self->root);

  for (guint i = 0; folders[i] != NULL; i++)
    for (guint j = 0; j < G_N_ELEMENTS (places) && strstr (folders[i], "--") != NULL; j++)
      {
        g_autofree char *path = g_build_filename (folders[i], places[j], NULL);
        g_autofd int     folder = openat (self->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0)
          list_below (self, links, folder, path, 0);
      }
  return links;
}

GHashTable *
maq_cache_shared_list_users (MaqCacheShared *self,
                             const char     *hash,
                             GHashTable    **links)
{
  g_autofree char *text = self->state == MAQ_CACHE_SHARED_KNOWN ? read_manifest (self, hash) : NULL;
  if (text == NULL)
    return NULL;

  g_autoptr (GHashTable) users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean uses = FALSE;
      if (is_user (lines[i]) && !check_user (self, lines[i], hash, &uses))
        return NULL;
      if (uses)
        g_hash_table_add (users, g_strdup (lines[i]));
    }

  if (*links == NULL)
    *links = list_links (self);
  GHashTable    *paths = g_hash_table_lookup (*links, hash);
  GHashTableIter iter;
  gpointer       path;
  if (paths == NULL)
    return g_steal_pointer (&users);
  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      struct stat      info;
      g_autofree char *still = maq_cache_shared_dup_payload (self, self->root, path, &info);
      if (still != NULL)
        g_hash_table_add (users, g_strdup (path));
    }
  return g_steal_pointer (&users);
}
