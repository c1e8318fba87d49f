// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include <glib/gstdio.h>

#include "maq-fiber.h"
#include "maq-glob.h"
#include "maq-left-out.h"

// Where the cache could answer as well, the Hub gets so many milliseconds and not all its tries.
#define PATIENCE 5000

static void
file_free (gpointer data)
{
  MaqTransferFile *self = data;

  g_free (self->path);
  g_free (self->etag);
  g_free (self->xet);
  g_free (self->source);
  g_free (self);
}

static void
work_clear (gpointer data)
{
  MaqTransferWork *self = data;

  g_free (self->id);
  g_free (self->commit);
  g_ptr_array_unref (self->files);
  g_clear_object (&self->dir);
  g_clear_pointer (&self->tree, g_ptr_array_unref);
  g_free (self->left_out);
  g_free (self->address);
}

MaqTransferWork *
maq_transfer_work_ref (MaqTransferWork *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_transfer_work_unref (MaqTransferWork *self)
{
  g_atomic_rc_box_release_full (self, work_clear);
}

static MaqTransferWork *
new_work (const char *id,
          const char *commit)
{
  MaqTransferWork *self = g_atomic_rc_box_new0 (MaqTransferWork);

  self->id = g_strdup (id);
  self->commit = g_strdup (commit);
  self->files = g_ptr_array_new_with_free_func (file_free);
  return self;
}

static MaqTransferFile *
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
  return file;
}

MaqTransferWork *
maq_transfer_work_choose (const MaqTransferWork *self,
                          const char *const     *paths)
{
  MaqTransferWork *chosen = new_work (self->id, self->commit);

  chosen->is_cached = self->is_cached;
  chosen->is_offline = self->is_offline;
  chosen->tree = self->tree != NULL ? g_ptr_array_ref (self->tree) : NULL;
  chosen->took = self->took;
  chosen->dir = self->dir != NULL ? g_object_ref (self->dir) : NULL;
  for (guint i = 0; i < self->files->len; i++)
    {
      const MaqTransferFile *file = g_ptr_array_index (self->files, i);
      if (!g_strv_contains (paths, file->path))
        continue;
      MaqTransferFile *copy = add_file (chosen, file->path, file->etag, file->size, file->here);
      copy->is_twin = file->is_twin;
      copy->xet = g_strdup (file->xet);
      copy->source = g_strdup (file->source);
    }
  return chosen;
}

// The paths that are asked for by name, for a quick answer: there may be very many. NULL if none are.
static GHashTable *
list_paths (const MaqTransferRequest *request)
{
  if (!maq_transfer_request_has_paths (request))
    return NULL;
  GHashTable *paths = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; request->paths[i] != NULL; i++)
    g_hash_table_add (paths, request->paths[i]);
  return paths;
}

static gboolean
is_in_snapshot (MaqCache                 *cache,
                const MaqTransferRequest *request,
                const char               *id,
                const char               *commit,
                const MaqCacheTreeFile   *file)
{
  g_autofree char *path = maq_cache_dup_file_path (cache, request->kind, id, commit, file->path);
  GStatBuf         info;

  return path != NULL && g_stat (path, &info) == 0 && (guint64) info.st_size == file->size;
}

static gboolean
is_here (MaqCache                 *cache,
         const MaqTransferRequest *request,
         const char               *id,
         const char               *commit,
         const MaqCacheTreeFile   *file)
{
  return is_in_snapshot (cache, request, id, commit, file) || maq_cache_has_blob (cache, request->kind, id, maq_cache_tree_file_get_etag (file), file->size);
}

static MaqTransferWork *
work_from_tree (MaqCache                 *cache,
                const MaqTransferRequest *request,
                const char               *id,
                const char               *commit,
                GPtrArray                *tree,
                GError                  **error)
{
  g_autoptr (MaqTransferWork) work = new_work (id, commit);
  g_autoptr (GHashTable) found = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) wanted = list_paths (request);

  for (guint i = 0; i < tree->len; i++)
    {
      const MaqCacheTreeFile *file = g_ptr_array_index (tree, i);
      gboolean                asked = wanted != NULL ? g_hash_table_contains (wanted, file->path) : maq_transfer_request_has_path (request, file->path);
      if (asked && g_hash_table_add (found, file->path))
        add_file (work, file->path, maq_cache_tree_file_get_etag (file), file->size, request->folder == NULL && is_here (cache, request, id, commit, file))->xet = g_strdup (file->xet);
    }

  for (guint i = 0; maq_transfer_request_has_paths (request) && request->paths[i] != NULL; i++)
    if (!g_hash_table_contains (found, request->paths[i]))
      {
        // Other tools need not ask again.
        if (request->folder == NULL)
          maq_cache_note_absent (cache, request->kind, id, commit, request->paths[i]);
        g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND, "%s has no file %s at %s", id, request->paths[i], maq_transfer_request_get_revision (request));
        return NULL;
      }
  if (work->files->len == 0 && tree->len > 0)
    {
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND, "None of the %u files of %s is asked for", tree->len, id);
      return NULL;
    }
  if (request->folder == NULL)
    return g_steal_pointer (&work);
  work->dir = maq_cache_local_dir_new (cache, request->folder, error);
  return work->dir != NULL && maq_transfer_work_look (work, cache, request, error) ? g_steal_pointer (&work) : NULL;
}

// The list of COMMIT that is kept, in the cache or in the folder of the request.
static GPtrArray *
read_kept_tree (MaqCache                 *cache,
                const MaqTransferRequest *request,
                const char               *id,
                const char               *commit)
{
  GPtrArray *tree = maq_cache_read_tree (cache, request->kind, id, commit);

  if (tree != NULL || request->folder == NULL)
    return tree;
  g_autoptr (MaqCacheLocalDir) dir = maq_cache_local_dir_new (cache, request->folder, NULL);
  return dir != NULL ? maq_cache_local_dir_read_tree (dir, commit) : NULL;
}

// Named files of a folder, if all of them are noted to be those of COMMIT.
static MaqTransferWork *
work_from_notes (MaqCache                 *cache,
                 const MaqTransferRequest *request,
                 const char               *commit)
{
  g_autoptr (MaqTransferWork) work = new_work (request->id, commit);

  work->dir = maq_cache_local_dir_new (cache, request->folder, NULL);
  for (guint i = 0; request->paths[i] != NULL; i++)
    {
      g_autofree char   *path = g_build_filename (request->folder, request->paths[i], NULL);
      MaqCacheLocalState state;
      GStatBuf           info;
      if (work->dir == NULL || !maq_cache_local_dir_look (work->dir, commit, request->paths[i], NULL, 0, &state, NULL) ||
          state != MAQ_CACHE_LOCAL_CURRENT || g_stat (path, &info) != 0)
        return NULL;
      add_file (work, request->paths[i], NULL, info.st_size, TRUE);
    }
  work->is_cached = TRUE;
  return g_steal_pointer (&work);
}

// What of TREE is asked for by the folder of the request, if all of it is on this machine; *N_MISSING: of how many that cannot be said.
static MaqTransferWork *
work_from_machine (MaqCache                 *cache,
                   const MaqTransferRequest *request,
                   const char               *commit,
                   guint                    *n_missing)
{
  g_autoptr (GPtrArray) tree = read_kept_tree (cache, request, request->id, commit);
  g_autoptr (MaqTransferWork) work = tree != NULL ? work_from_tree (cache, request, request->id, commit, tree, NULL) : NULL;

  for (guint i = 0; work != NULL && i < work->files->len; i++)
    {
      const MaqTransferFile *file = work->files->pdata[i];
      *n_missing += !file->here && file->source == NULL;
    }
  return *n_missing == 0 ? g_steal_pointer (&work) : NULL;
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

// How many of the files asked for the kept list of COMMIT has and the snapshot lacks; 0 also if there is no list.
static guint
count_missing (MaqCache                 *cache,
               const MaqTransferRequest *request,
               const char               *commit)
{
  g_autoptr (GPtrArray) tree = maq_cache_read_tree (cache, request->kind, request->id, commit);
  guint n = 0;

  for (guint i = 0; tree != NULL && i < tree->len; i++)
    {
      const MaqCacheTreeFile *file = g_ptr_array_index (tree, i);
      n += maq_transfer_request_has_path (request, file->path) && !is_in_snapshot (cache, request, request->id, commit, file);
    }
  return n;
}

// What the cache alone can say: whether all PATHS are here, or which files of the snapshot are asked for. NULL if it is known not
// to be all; *N_MISSING says how many there are to fetch, if that is known.
static MaqTransferWork *
work_from_cache (MaqCache                 *cache,
                 const MaqTransferRequest *request,
                 const char               *commit,
                 guint                    *n_missing)
{
  g_autofree char *snapshot = maq_cache_dup_snapshot_path (cache, request->kind, request->id, commit);
  g_autoptr (MaqTransferWork) work = new_work (request->id, commit);

  *n_missing = 0;
  if (request->folder != NULL)
    return work_from_machine (cache, request, commit, n_missing);
  if (snapshot != NULL)
    add_snapshot_files (work, request, snapshot, NULL);
  *n_missing = count_missing (cache, request, commit);
  gsize wanted = maq_transfer_request_has_paths (request) ? g_strv_length (request->paths) : 1;
  if (work->files->len < wanted || *n_missing > 0)
    return NULL;
  work->is_cached = TRUE;
  return g_steal_pointer (&work);
}

// Whether the cache may answer in the Hub's place after ERROR. Named files are either here or not; that the rest of a snapshot is
// whole nobody can say, so there only the lack of an answer will do.
static gboolean
may_use_cache (const MaqTransferRequest *request,
               const GError             *error)
{
  if (g_error_matches (error, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    return TRUE;
  if (error->domain != MAQ_HUB_ERROR)
    return FALSE;
  switch ((MaqHubError) error->code)
    {
    case MAQ_HUB_ERROR_UNREACHABLE:
    case MAQ_HUB_ERROR_OFFLINE:
    case MAQ_HUB_ERROR_SERVER:
    case MAQ_HUB_ERROR_RATE_LIMITED:
    case MAQ_HUB_ERROR_BAD_REPLY:
    case MAQ_HUB_ERROR_NO_HUB:
      return TRUE;
    case MAQ_HUB_ERROR_REVISION_NOT_FOUND:
    case MAQ_HUB_ERROR_ENTRY_NOT_FOUND:
      return FALSE;
    default:
      return maq_transfer_request_has_paths (request);
    }
}

// QUESTION to the Hub, not asked for long if the cache has an answer to the request.
static DexFuture *
ask (MaqCache                 *cache,
     const MaqTransferRequest *request,
     DexFuture                *question)
{
  // To know that of a folder may take longer than to ask.
  g_autofree char *commit = request->folder == NULL ? maq_cache_dup_commit (cache, request->kind, request->id, request->revision) : NULL;
  guint            n_missing = 0;
  g_autoptr (MaqTransferWork) here = commit != NULL ? work_from_cache (cache, request, commit, &n_missing) : NULL;

  return here != NULL ? maq_future_with_timeout (question, PATIENCE) : question;
}

static MaqTransferWork *
fall_back (MaqCache                 *cache,
           const MaqTransferRequest *request,
           GError                   *cause,
           GError                  **error)
{
  g_autofree char *commit = may_use_cache (request, cause) ? maq_cache_dup_commit_here (cache, request->kind, request->id, request->revision) : NULL;
  guint            n_missing = 0;
  MaqTransferWork *work = commit != NULL ? work_from_cache (cache, request, commit, &n_missing) : NULL;

  if (work != NULL)
    {
      work->is_offline = TRUE;
      g_error_free (cause);
    }
  else if (n_missing > 0)
    g_propagate_prefixed_error (error, cause, request->folder != NULL ? "%u of the files asked for are not on this machine: " : "%u of the files asked for are not in the cache: ", n_missing);
  else
    g_propagate_error (error, cause);
  return work;
}

// TREE as the cache keeps it.
static GPtrArray *
convert_tree (MaqHubTree *tree)
{
  GPtrArray *files = g_ptr_array_new_full (tree->files->len, (GDestroyNotify) maq_cache_tree_file_free);

  for (guint i = 0; i < tree->files->len; i++)
    {
      const MaqHubFile *from = g_ptr_array_index (tree->files, i);
      MaqCacheTreeFile *file = g_new0 (MaqCacheTreeFile, 1);
      file->path = g_strdup (from->path);
      file->size = from->size;
      file->oid = g_strdup (from->oid);
      file->sha256 = g_strdup (from->sha256);
      file->xet = g_strdup (from->xet);
      g_ptr_array_add (files, file);
    }
  return files;
}

static MaqTransferWork *
work_from_hub_tree (MaqCache                 *cache,
                    const MaqTransferRequest *request,
                    const char               *id,
                    const char               *commit,
                    MaqHubTree               *tree,
                    GError                  **error)
{
  g_autoptr (GPtrArray) listed = convert_tree (tree);

  for (guint i = 0; i < tree->unknown->len; i++)
    {
      const MaqHubFile *file = tree->unknown->pdata[i];
      if (!maq_transfer_request_has_paths (request) || !maq_transfer_request_has_path (request, file->path))
        continue;
      // It is there, so nobody may take it for absent.
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub does not say the size or hash of %s", file->path);
      return NULL;
    }
  MaqTransferWork *work = work_from_tree (cache, request, id, commit, listed, error);

  // A list with names left out would make other tools take a snapshot for whole that is not.
  if (work != NULL && maq_hub_tree_is_whole (tree))
    work->tree = g_steal_pointer (&listed);
  if (work != NULL && !maq_transfer_request_has_paths (request))
    work->left_out = maq_left_out_to_text (tree);
  return work;
}

// TREE (transfer full) with what it leaves open of the files asked for, as far as the Hub tells that when asked for each. NULL if
// the run was stopped meanwhile.
static MaqHubTree *
fill_tree (MaqHubClient             *client,
           const MaqTransferRequest *request,
           const char               *id,
           const char               *commit,
           MaqHubTree               *tree,
           GError                  **error)
{
  g_autoptr (MaqHubTree) listed = tree;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_null_terminated (0, NULL, TRUE);

  for (guint i = 0; i < listed->unknown->len; i++)
    {
      const MaqHubFile *file = listed->unknown->pdata[i];
      if (maq_transfer_request_has_path (request, file->path))
        g_ptr_array_add (paths, file->path);
    }
  if (paths->len == 0)
    return g_steal_pointer (&listed);
  return dex_await_boxed (maq_hub_client_fill_tree (client, request->kind, id, commit, listed, (const char *const *) paths->pdata), error);
}

// The work at COMMIT, which is known; what a commit holds never changes, so a list that is kept is as good as the Hub's. TOLD:
// nullable, what the Hub listed already.
static MaqTransferWork *
work_at_commit (MaqHubClient             *client,
                MaqCache                 *cache,
                const MaqTransferRequest *request,
                const char               *id,
                const char               *commit,
                MaqHubTree               *told,
                GError                  **error)
{
  g_autoptr (GPtrArray) kept = read_kept_tree (cache, request, id, commit);
  g_autoptr (GError) cause = NULL;
  g_autoptr (MaqHubTree) tree = NULL;

  if (kept != NULL)
    {
      MaqTransferWork *work = work_from_tree (cache, request, id, commit, kept, error);
      // The folder keeps it as well.
      if (work != NULL && request->folder != NULL)
        work->tree = g_steal_pointer (&kept);
      return work;
    }
  if (told != NULL && told->files->len > 0 && maq_hub_tree_is_whole (told))
    tree = maq_hub_tree_ref (told);
  else
    tree = dex_await_boxed (ask (cache, request, maq_hub_client_list_tree (client, request->kind, id, commit)), &cause);
  if (tree == NULL)
    return fall_back (cache, request, g_steal_pointer (&cause), error);
  tree = fill_tree (client, request, id, commit, g_steal_pointer (&tree), error);
  if (tree == NULL)
    return NULL;

  return work_from_hub_tree (cache, request, id, commit, tree, error);
}

// The repo: which commit the request's branch or tag is, what it is called today, and mostly, in the same answer, its files.
static MaqRepo *
ask_repo (MaqHubClient             *client,
          MaqCache                 *cache,
          const MaqTransferRequest *request,
          GError                  **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (MaqRepo) repo = dex_await_object (ask (cache, request, maq_hub_client_get_repo_with_files (client, request->kind, request->id, request->revision)), &failed);

  // Of very many files the record alone may be short enough.
  if (g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY))
    repo = dex_await_object (ask (cache, request, maq_hub_client_get_repo (client, request->kind, request->id, request->revision)), error);
  else if (repo == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  if (repo == NULL)
    return NULL;
  if (maq_repo_get_sha (repo) == NULL || !maq_revision_is_commit (maq_repo_get_sha (repo)) || !maq_repo_id_validate (maq_repo_get_id (repo), NULL))
    {
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub does not say which commit %s of %s is", maq_transfer_request_get_revision (request), request->id);
      return NULL;
    }
  return g_steal_pointer (&repo);
}

// Whether the Hub has another host send a file of that name, most likely.
static gboolean
is_stored_elsewhere (const char *path)
{
  static const char *const endings[] = { ".gguf", ".safetensors", ".bin", ".onnx", ".pt", ".pth", ".parquet", ".zip", ".tar" };

  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

// Whether PATH was there when the cache last heard of the revision, or is in the folder.
static gboolean
was_here (MaqCache                 *cache,
          const MaqTransferRequest *request,
          const char               *path)
{
  g_autofree char *place = NULL;

  if (request->folder != NULL)
    place = g_build_filename (request->folder, path, NULL);
  else
    place = maq_cache_dup_file_path (cache, request->kind, request->id, maq_transfer_request_get_revision (request), path);
  return place != NULL && g_file_test (place, G_FILE_TEST_EXISTS);
}

// Asks where the only file of REQUEST is while the Hub is asked what the request comes to: one round trip less before the first
// byte. NULL where it would be a request too many.
static DexFuture *
look_ahead (MaqHubClient             *client,
            MaqCache                 *cache,
            const MaqTransferRequest *request)
{
  gboolean is_one = maq_transfer_request_has_paths (request) && request->paths[1] == NULL;

  if (!request->at_once || !is_one || !is_stored_elsewhere (request->paths[0]) || was_here (cache, request, request->paths[0]))
    return NULL;
  return maq_hub_client_resolve (client, request->kind, request->id, request->revision, request->paths[0]);
}

// Notes what AHEAD (transfer full) says, if that is soon and of the same file; else whoever fetches it asks again.
static void
take_ahead (MaqTransferWork *work,
            DexFuture       *ahead,
            guint            patience)
{
  const MaqTransferFile *file = work->files->pdata[0];
  g_autoptr (MaqHubFileInfo) info = dex_await_boxed (maq_future_with_timeout (ahead, MAX (patience, 1)), NULL);

  if (info == NULL || info->location == NULL || !g_str_equal (info->commit, work->commit) || g_strcmp0 (info->etag, file->etag) != 0)
    return;
  work->address = g_strdup (info->location);
  work->told_at = g_get_monotonic_time ();
}

static MaqTransferWork *
prepare (MaqHubClient             *client,
         MaqCache                 *cache,
         const MaqTransferRequest *request,
         GError                  **error)
{
  const char *revision = maq_transfer_request_get_revision (request);
  g_autoptr (GError) cause = NULL;

  if (!maq_repo_id_validate (request->id, error) || !maq_revision_validate (revision, error))
    return NULL;
  for (guint i = 0; maq_transfer_request_has_paths (request) && request->paths[i] != NULL; i++)
    if (!maq_repo_path_validate (request->paths[i], error))
      return NULL;
  g_autoptr (MaqCacheLocalDir) dir = request->folder != NULL ? maq_cache_local_dir_new (cache, request->folder, error) : NULL;
  if (request->folder != NULL && dir == NULL)
    return NULL;

  if (maq_revision_is_commit (revision))
    {
      // Named files that are here need no question at all.
      guint            n_missing = 0;
      MaqTransferWork *here = NULL;
      if (maq_transfer_request_has_paths (request))
        here = request->folder != NULL ? work_from_notes (cache, request, revision) : work_from_cache (cache, request, revision, &n_missing);
      return here != NULL ? here : work_at_commit (client, cache, request, request->id, revision, NULL, error);
    }
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (DexFuture) ahead = look_ahead (client, cache, request);
  g_autoptr (MaqRepo) repo = ask_repo (client, cache, request, &cause);
  if (repo == NULL)
    return fall_back (cache, request, g_steal_pointer (&cause), error);
  MaqTransferWork *work = work_at_commit (client, cache, request, maq_repo_get_id (repo), maq_repo_get_sha (repo), maq_repo_get_tree (repo), error);
  if (work != NULL && ahead != NULL && work->bytes_here < work->bytes_total)
    take_ahead (work, g_steal_pointer (&ahead), (g_get_monotonic_time () - begin) / 1000);
  return work;
}

MaqTransferWork *
maq_transfer_work_prepare (MaqHubClient             *client,
                           MaqCache                 *cache,
                           const MaqTransferRequest *request,
                           GError                  **error)
{
  gint64           begin = g_get_monotonic_time ();
  MaqTransferWork *work = prepare (client, cache, request, error);

  if (work != NULL)
    work->took = (g_get_monotonic_time () - begin) / 1000;
  return work;
}

MaqTransferWork *
maq_transfer_work_prepare_tree (MaqCache                 *cache,
                                const MaqTransferRequest *request,
                                const char               *commit,
                                MaqHubTree               *tree,
                                GError                  **error)
{
  if (!maq_repo_id_validate (request->id, error) || !maq_revision_validate (maq_transfer_request_get_revision (request), error) ||
      !maq_revision_validate (commit, error))
    return NULL;
  return work_from_hub_tree (cache, request, request->id, commit, tree, error);
}
