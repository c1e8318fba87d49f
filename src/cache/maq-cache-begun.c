// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "maq-cache-partial.h"
#include "maq-cache-private.h"

// What a repo does not have, or not wholly: what was begun lies beside the blobs, whoever fetches it (cache notes §3.7), and what is
// absent is known from the list of a commit.

#define SUFFIX ".incomplete"

static void
begun_free (gpointer data)
{
  MaqCacheBegun *self = data;

  g_free (self->etag);
  g_free (self);
}

// NAME is "<etag>.incomplete" or "<etag>.<something>.incomplete".
static void
add_begun (MaqCacheRepo *repo,
           int           blobs,
           const char   *name)
{
  g_autofree char *etag = g_strndup (name, strcspn (name, "."));
  guint64          bytes;
  guint64          size;

  if (!g_str_has_suffix (name, SUFFIX) || !maq_cache_partial_look (blobs, name, &bytes, &size))
    return;
  repo->begun_size += bytes;
  // Left over from an attempt before the one that came to its end.
  if (faccessat (blobs, etag, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    return;
  MaqCacheBegun *begun = g_new0 (MaqCacheBegun, 1);
  begun->etag = g_steal_pointer (&etag);
  begun->bytes = bytes;
  begun->size = size;
  g_ptr_array_add (repo->begun, begun);
}

static void
find_begun (MaqCacheRepo *repo,
            int           blobs)
{
  gboolean is_unread = FALSE;
  g_auto (GStrv) names = maq_cache_list_folder_checked (blobs, &is_unread);

  for (guint i = 0; names[i] != NULL; i++)
    add_begun (repo, blobs, names[i]);
}

// The files of the list that REVISION does not have, or not in their size; NULL if there is no list (transfer full).
static GPtrArray *
find_absent (int                     repo_fd,
             const MaqCacheRevision *revision)
{
  g_autoptr (GPtrArray) listed = maq_cache_read_tree_in (repo_fd, revision->commit);
  g_autoptr (GHashTable) here = g_hash_table_new (g_str_hash, g_str_equal);

  if (listed == NULL)
    return NULL;
  GPtrArray *absent = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_tree_file_free);
  for (guint i = 0; i < revision->files->len; i++)
    {
      MaqCacheFile *file = g_ptr_array_index (revision->files, i);
      g_hash_table_insert (here, file->path, file);
    }
  for (guint i = 0; i < listed->len; i++)
    {
      const MaqCacheTreeFile *file = g_ptr_array_index (listed, i);
      const MaqCacheFile     *found = g_hash_table_lookup (here, file->path);
      if (found == NULL || found->size != file->size)
        g_ptr_array_add (absent, g_steal_pointer (&listed->pdata[i]));
    }
  return absent;
}

void
maq_cache_find_gaps (MaqCacheRepo *repo,
                     int           repo_fd,
                     int           blobs)
{
  repo->begun = g_ptr_array_new_with_free_func (begun_free);
  if (blobs >= 0)
    find_begun (repo, blobs);
  // Of what cannot be read nobody knows whether it is there.
  for (guint i = 0; i < repo->revisions->len && !repo->is_partial; i++)
    {
      MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      revision->absent = find_absent (repo_fd, revision);
    }
}
