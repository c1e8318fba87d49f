// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-fetch.h"

#include <string.h>

// Adds PATH of one version to the request for it; by the commit, so that the same version comes again.
static void
add_path (GPtrArray  *requests,
          MaqRepoKind kind,
          const char *id,
          const char *commit,
          const char *path)
{
  MaqTransferRequest *request = NULL;

  for (guint i = 0; i < requests->len; i++)
    {
      MaqTransferRequest *other = g_ptr_array_index (requests, i);
      if (other->kind == kind && g_str_equal (other->id, id) && g_str_equal (other->revision, commit))
        request = other;
    }
  if (request == NULL)
    {
      request = maq_transfer_request_new (kind, id, commit);
      request->paths = g_new0 (char *, 1);
      g_ptr_array_add (requests, request);
    }
  if (g_strv_contains ((const char *const *) request->paths, path))
    return;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_strv_builder_addv (paths, (const char **) request->paths);
  g_strv_builder_add (paths, path);
  g_strfreev (request->paths);
  request->paths = g_strv_builder_end (paths);
}

// A blob goes from every version that uses it.
static void
add_blob (GPtrArray      *requests,
          MaqLibraryItem *item,
          const char     *blob)
{
  MaqCacheRepo *repo = maq_library_item_get_repo (item);

  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      for (guint j = 0; j < revision->files->len; j++)
        {
          const MaqCacheFile *file = g_ptr_array_index (revision->files, j);
          g_autofree char    *name = g_path_get_basename (file->blob_path);
          if (g_str_equal (name, blob))
            add_path (requests, repo->kind, repo->id, revision->commit, file->path);
        }
    }
}

GPtrArray *
maq_library_list_fetches (MaqLibrary         *library,
                          const MaqCachePlan *plan)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_transfer_request_free);

  for (guint i = 0; i < plan->steps->len; i++)
    {
      const MaqCacheStep *step = g_ptr_array_index (plan->steps, i);
      if (step->action != MAQ_CACHE_STEP_SET_ASIDE && step->action != MAQ_CACHE_STEP_REMOVE_LINK)
        continue;
      MaqLibraryItem *item = maq_library_find (library, step->kind, step->id);
      g_auto (GStrv) parts = g_strsplit (step->path, "/", 3);
      if (item != NULL && g_str_equal (parts[0], "blobs") && parts[1] != NULL)
        add_blob (requests, item, parts[1]);
      else if (g_str_equal (parts[0], "snapshots") && g_strv_length (parts) == 3)
        add_path (requests, step->kind, step->id, parts[1], parts[2]);
    }
  return requests;
}
