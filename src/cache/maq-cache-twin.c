// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-care-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#include "maq-cache-shared.h"

// A large file is often in several repos: a copy of a repo, the same tokenizer, weights under another owner's name. Its SHA-256
// names it, so what one repo of the cache has need not be fetched for another.

// One way to the content: the same blob of another repo, or a payload of the shared store.
typedef struct
{
  char *path;    // below the root
  char *payload; // nullable: its name in the store
} Twin;

static void
twin_clear (Twin *self)
{
  g_free (self->path);
  g_free (self->payload);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Twin, twin_clear)

// The name of the payload at PLACE below the store, NULL if its layout is not known (transfer full).
static char *
dup_payload_name (const char *place)
{
  g_autofree char *name = place != NULL ? g_path_get_basename (place) : NULL;

  return name != NULL && maq_cache_is_payload_name (name) ? g_steal_pointer (&name) : NULL;
}

// Whether it is worth looking for one: most files are small.
static gboolean
may_have_twin (const char *etag,
               guint64     size,
               const char *xet)
{
  return (size >= MAQ_CACHE_SHARE_FROM || xet != NULL) && maq_cache_get_hash_of_name (etag) == MAQ_CACHE_HASH_SHA256;
}

// FOR_LINKS: what may be linked to, not only read.
static gboolean
find_twin (MaqCacheShared *store,
           int             root_fd,
           const char     *repo_folder,
           const char     *etag,
           guint64         size,
           const char     *xet,
           gboolean        for_links,
           Twin           *twin)
{
  struct stat info;

  if (xet != NULL && maq_cache_shared_offers (store, xet, size))
    {
      twin->path = g_strdup_printf (MAQ_CACHE_SHARED_FOLDER "/%.2s/%s", xet, xet);
      twin->payload = g_strdup (xet);
      return TRUE;
    }

  g_auto (GStrv) folders = size >= MAQ_CACHE_SHARE_FROM ? maq_cache_list_folder (root_fd) : g_new0 (char *, 1);
  for (guint i = 0; folders[i] != NULL; i++)
    {
      MaqRepoKind      kind;
      g_autofree char *id = maq_cache_dup_id_of_folder (folders[i], &kind);
      g_autofree char *path = g_build_filename (folders[i], "blobs", etag, NULL);
      g_autofree char *place = NULL;
      if (id == NULL || g_str_equal (folders[i], repo_folder) || !maq_cache_shared_stat (store, root_fd, path, &info, &place) || (guint64) info.st_size != size)
        continue;
      g_autofree char *payload = dup_payload_name (place);
      if (for_links && place != NULL && !maq_cache_shared_offers (store, payload, size))
        continue;
      *twin = (Twin) { g_steal_pointer (&path), g_steal_pointer (&payload) };
      return TRUE;
    }
  return FALSE;
}

char *
maq_cache_dup_twin (int         root_fd,
                    const char *repo_folder,
                    const char *etag,
                    guint64     size,
                    const char *xet)
{
  if (!may_have_twin (etag, size, xet))
    return NULL;
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root_fd);
  g_auto (Twin) twin = { 0 };
  return find_twin (store, root_fd, repo_folder, etag, size, xet, FALSE, &twin) ? g_steal_pointer (&twin.path) : NULL;
}

gboolean
maq_cache_can_take_twin (int         root_fd,
                         const char *repo_folder,
                         const char *etag,
                         guint64     size,
                         const char *xet)
{
  if (!may_have_twin (etag, size, xet))
    return FALSE;
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root_fd);
  g_auto (Twin) twin = { 0 };
  return find_twin (store, root_fd, repo_folder, etag, size, xet, TRUE, &twin);
}

// Opens the blob PATH below ROOT_FD if its content is what its name says; -1 otherwise.
static int
open_checked (int          root_fd,
              const char  *path,
              const char  *etag,
              struct stat *info)
{
  g_autoptr (GError) error = NULL;
  const char  *name = NULL;
  g_autofd int parent = maq_cache_open_parent (root_fd, path, FALSE, &name, &error);
  g_autofd int fd = parent >= 0 ? openat (parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;

  if (fd < 0 || fstat (fd, info) != 0)
    return -1;
  g_autofree char *hash = maq_cache_hash_fd (fd, info, MAQ_CACHE_HASH_SHA256, NULL, &error);
  if (g_strcmp0 (hash, etag) == 0)
    return g_steal_fd (&fd);
  g_info ("%s is not what its name says and is not shared", path);
  return -1;
}

static gboolean
share_blob (int         root_fd,
            int         blobs_fd,
            const char *path,
            const char *etag)
{
  g_autoptr (GError) error = NULL;
  struct stat      info;
  g_autofd int     source = open_checked (root_fd, path, etag, &info);
  g_autofree char *tag = g_strdup_printf ("%08x", g_random_int ());
  g_autofree char *temporary = maq_cache_dup_partial_name (etag, tag);

  if (source < 0)
    return FALSE;
  if (!maq_cache_share_content (blobs_fd, temporary, root_fd, path, source, &info, &error))
    {
      g_info ("%s is fetched again: %s", path, error->message);
      return FALSE;
    }
  if (renameat (blobs_fd, temporary, blobs_fd, etag) == 0 && fsync (blobs_fd) == 0)
    return TRUE;
  unlinkat (blobs_fd, temporary, 0);
  return FALSE;
}

gboolean
maq_cache_take_twin (int         root_fd,
                     int         blobs_fd,
                     const char *repo_folder,
                     const char *etag,
                     guint64     size,
                     const char *xet)
{
  if (!may_have_twin (etag, size, xet))
    return FALSE;
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root_fd);
  g_autoptr (GError) error = NULL;
  g_auto (Twin) twin = { 0 };
  if (!find_twin (store, root_fd, repo_folder, etag, size, xet, TRUE, &twin))
    return FALSE;
  if (twin.payload == NULL)
    return share_blob (root_fd, blobs_fd, twin.path, etag);
  if (maq_cache_shared_take (store, twin.payload, blobs_fd, repo_folder, etag, size, NULL, &error))
    return TRUE;
  g_info ("%s is fetched again: %s", twin.path, error->message);
  return FALSE;
}

gboolean
maq_cache_file_is (const char *path,
                   const char *etag,
                   guint64     size)
{
  g_return_val_if_fail (path != NULL && etag != NULL, FALSE);

  struct stat  info;
  MaqCacheHash kind = maq_cache_get_hash_of_name (etag);
  g_autofd int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

  if (kind == MAQ_CACHE_HASH_NONE || fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || (guint64) info.st_size != size)
    return FALSE;
  g_autofree char *hash = maq_cache_hash_fd (fd, &info, kind, NULL, NULL);
  return g_strcmp0 (hash, etag) == 0;
}
