// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include <glib/gstdio.h>

#include "maq-glob.h"

static void
file_free (gpointer data)
{
  MaqTransferFile *self = data;

  g_free (self->path);
  g_free (self->etag);
  g_free (self);
}

void
maq_transfer_work_free (MaqTransferWork *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->commit);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static MaqTransferWork *
new_work (const char *id,
          const char *commit)
{
  MaqTransferWork *self = g_new0 (MaqTransferWork, 1);

  self->id = g_strdup (id);
  self->commit = g_strdup (commit);
  self->files = g_ptr_array_new_with_free_func (file_free);
  return self;
}

static void
add_file (MaqTransferWork *self,
          const char      *path,
          const char      *etag,
          guint64          size,
          gboolean         here)
{
  MaqTransferFile *file = g_new0 (MaqTransferFile, 1);

  file->path = g_strdup (path);
  file->etag = g_strdup (etag);
  file->size = size;
  file->here = here;
  g_ptr_array_add (self->files, file);
  self->bytes_total += size;
  if (here)
    self->bytes_here += size;
}

static gboolean
has_paths (const MaqTransferRequest *request)
{
  return request->paths != NULL && request->paths[0] != NULL;
}

static gboolean
is_complete_here (MaqCache                 *cache,
                  const MaqTransferRequest *request,
                  const char               *id,
                  const char               *commit,
                  const MaqHubFile         *file)
{
  g_autofree char *path = maq_cache_dup_file_path (cache, request->kind, id, commit, file->path);
  GStatBuf         info;

  if (path != NULL && g_stat (path, &info) == 0 && (guint64) info.st_size == file->size)
    return TRUE;
  return maq_cache_has_blob (cache, request->kind, id, maq_hub_file_get_etag (file), file->size);
}

static MaqTransferWork *
work_from_tree (MaqCache                 *cache,
                const MaqTransferRequest *request,
                const char               *id,
                const char               *commit,
                MaqHubTree               *tree,
                GError                  **error)
{
  g_autoptr (MaqTransferWork) work = new_work (id, commit);
  g_autoptr (GHashTable) found = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < tree->files->len; i++)
    {
      const MaqHubFile *file = g_ptr_array_index (tree->files, i);
      if (maq_transfer_request_has_path (request, file->path) && g_hash_table_add (found, file->path))
        add_file (work, file->path, maq_hub_file_get_etag (file), file->size, is_complete_here (cache, request, id, commit, file));
    }

  for (guint i = 0; has_paths (request) && request->paths[i] != NULL; i++)
    if (!g_hash_table_contains (found, request->paths[i]))
      {
        // Other tools need not ask again.
        maq_cache_note_absent (cache, request->kind, id, commit, request->paths[i]);
        g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND, "%s has no file %s at %s", id, request->paths[i], maq_transfer_request_get_revision (request));
        return NULL;
      }
  if (work->files->len == 0 && tree->files->len > 0)
    {
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND, "None of the %u files of %s is asked for", tree->files->len, id);
      return NULL;
    }
  return g_steal_pointer (&work);
}

static void
add_snapshot_files (MaqTransferWork          *work,
                    const MaqTransferRequest *request,
                    const char               *snapshot,
                    const char               *relative)
{
  g_autofree char *folder = relative != NULL ? g_build_filename (snapshot, relative, NULL) : g_strdup (snapshot);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = relative != NULL ? g_build_filename (relative, name, NULL) : g_strdup (name);
      g_autofree char *full = g_build_filename (folder, name, NULL);
      GStatBuf         info, link;
      if (!maq_repo_path_validate (path, NULL) || g_stat (full, &info) != 0 || g_lstat (full, &link) != 0)
        continue;
      if (S_ISDIR (link.st_mode))
        add_snapshot_files (work, request, snapshot, path);
      else if (S_ISREG (info.st_mode) && maq_transfer_request_has_path (request, path))
        add_file (work, path, NULL, info.st_size, TRUE);
    }
}

// What the cache alone can say: whether all PATHS are here, or which files of the snapshot are asked for.
static MaqTransferWork *
work_from_cache (MaqCache                 *cache,
                 const MaqTransferRequest *request,
                 const char               *commit)
{
  g_autofree char *snapshot = maq_cache_dup_snapshot_path (cache, request->kind, request->id, commit);
  g_autoptr (MaqTransferWork) work = new_work (request->id, commit);

  if (snapshot != NULL)
    add_snapshot_files (work, request, snapshot, NULL);
  gsize wanted = has_paths (request) ? g_strv_length (request->paths) : 1;
  if (work->files->len < wanted)
    return NULL;
  work->is_offline = TRUE;
  return g_steal_pointer (&work);
}

// Whether the cache may answer in the Hub's place after ERROR. Named files are either here or not; that the rest of a snapshot is
// whole nobody can say, so there only the lack of an answer will do.
static gboolean
may_use_cache (const MaqTransferRequest *request,
               const GError             *error)
{
  if (error->domain != MAQ_HUB_ERROR)
    return FALSE;
  switch ((MaqHubError) error->code)
    {
    case MAQ_HUB_ERROR_UNREACHABLE:
    case MAQ_HUB_ERROR_OFFLINE:
    case MAQ_HUB_ERROR_SERVER:
    case MAQ_HUB_ERROR_RATE_LIMITED:
    case MAQ_HUB_ERROR_BAD_REPLY:
      return TRUE;
    case MAQ_HUB_ERROR_REVISION_NOT_FOUND:
    case MAQ_HUB_ERROR_ENTRY_NOT_FOUND:
      return FALSE;
    default:
      return has_paths (request);
    }
}

static MaqTransferWork *
fall_back (MaqCache                 *cache,
           const MaqTransferRequest *request,
           GError                   *cause,
           GError                  **error)
{
  g_autofree char *commit = may_use_cache (request, cause) ? maq_cache_dup_commit (cache, request->kind, request->id, request->revision) : NULL;
  MaqTransferWork *work = commit != NULL ? work_from_cache (cache, request, commit) : NULL;

  if (work == NULL)
    g_propagate_error (error, cause);
  else
    g_error_free (cause);
  return work;
}

MaqTransferWork *
maq_transfer_work_prepare (MaqHubClient             *client,
                           MaqCache                 *cache,
                           const MaqTransferRequest *request,
                           GError                  **error)
{
  const char      *revision = maq_transfer_request_get_revision (request);
  g_autofree char *id = g_strdup (request->id);
  g_autofree char *commit = NULL;
  g_autoptr (GError) cause = NULL;

  if (!maq_repo_id_validate (request->id, error) || !maq_revision_validate (revision, error))
    return NULL;
  for (guint i = 0; has_paths (request) && request->paths[i] != NULL; i++)
    if (!maq_repo_path_validate (request->paths[i], error))
      return NULL;

  if (maq_revision_is_commit (revision))
    {
      // Commits never change: named files that are here need no question at all.
      MaqTransferWork *here = has_paths (request) ? work_from_cache (cache, request, revision) : NULL;
      if (here != NULL)
        return here;
      commit = g_strdup (revision);
    }
  else
    {
      g_autoptr (MaqRepo) repo = dex_await_object (maq_hub_client_get_repo (client, request->kind, request->id, request->revision), &cause);
      if (repo == NULL)
        return fall_back (cache, request, g_steal_pointer (&cause), error);
      if (maq_repo_get_sha (repo) == NULL || !maq_revision_is_commit (maq_repo_get_sha (repo)) || !maq_repo_id_validate (maq_repo_get_id (repo), NULL))
        {
          g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub does not say which commit %s of %s is", revision, request->id);
          return NULL;
        }
      // A renamed repo is kept under its present name.
      g_set_str (&id, maq_repo_get_id (repo));
      commit = g_strdup (maq_repo_get_sha (repo));
    }

  g_autoptr (MaqHubTree) tree = dex_await_boxed (maq_hub_client_list_tree (client, request->kind, id, commit), &cause);
  if (tree == NULL)
    return fall_back (cache, request, g_steal_pointer (&cause), error);
  return work_from_tree (cache, request, id, commit, tree, error);
}
