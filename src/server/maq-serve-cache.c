// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Reads the shared cache of the Hub's tools as a store. Names of blobs are the hashes, so nothing has to be hashed; what
// cannot be read is left out, since other programs are writing there. All paths are below the cache's folder.
#include "maq-serve-scan.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_REF 4096

typedef struct
{
  MaqHubStore    *store;
  MaqServeRoot   *root;
  MaqServeMemory *memory;
  MaqServeRepo   *repo;
  const char     *folder;   // models--owner--name
  const char     *snapshot; // models--owner--name/snapshots/commit
} Reader;

static gboolean
is_hex (const char *text,
        gsize       length)
{
  return strlen (text) == length && strspn (text, "0123456789abcdef") == length;
}

// models--owner--name
static MaqServeRepo *
repo_for_folder (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "--", 3);
  MaqRepoKind kind;
  if (g_strv_length (parts) < 2 || !maq_serve_kind_from_plural (parts[0], &kind))
    return NULL;
  g_autofree char *id = g_strjoinv ("/", parts + 1);
  return maq_repo_id_validate (id, NULL) ? maq_serve_repo_new (kind, id) : NULL;
}

// The hash that the file at PATH is stored under, if it is a link to one of its repo's blobs. What lies in the store that repos share has the
// name of another hash, which looks the same.
static char *
find_blob_name (Reader     *reader,
                const char *path)
{
  g_autofree char *full = g_build_filename (maq_serve_root_get_path (reader->root), path, NULL);
  g_autofree char *target = g_file_read_link (full, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  g_autofree char *blobs = g_build_filename (maq_serve_root_get_path (reader->root), reader->folder, "blobs", NULL);
  g_autofree char *meant = g_canonicalize_filename (blobs, NULL);
  g_autofree char *found = target != NULL ? g_canonicalize_filename (target, folder) : NULL;
  g_autofree char *place = found != NULL ? g_path_get_dirname (found) : NULL;
  return g_strcmp0 (place, meant) == 0 ? g_path_get_basename (found) : NULL;
}

static void
found_cb (const char        *path,
          const struct stat *info,
          gpointer           data)
{
  Reader          *reader = data;
  g_autofree char *full = g_build_filename (reader->snapshot, path, NULL);
  g_autofree char *blob = find_blob_name (reader, full);
  MaqServeContent *content = maq_serve_content_new_file (reader->root, full, info, reader->memory);
  gboolean         sha256 = blob != NULL && is_hex (blob, 64);
  gboolean         sha1 = blob != NULL && is_hex (blob, 40);
  if (sha256 || sha1)
    maq_serve_content_set_hashes (content, sha1 ? blob : NULL, sha256 ? blob : NULL);
  maq_serve_content_set_lfs (content, sha256 || (!sha1 && maq_serve_is_lfs (path, info->st_size)));
  maq_serve_repo_set_file (reader->repo, path, content);
}

static void
add_snapshots (Reader *reader)
{
  g_autofree char *snapshots = g_build_filename (reader->folder, "snapshots", NULL);
  g_auto (GStrv) names = maq_serve_scan_names (reader->root, snapshots, NULL);
  for (char **name = names; names != NULL && *name != NULL; name++)
    {
      struct stat      info;
      g_autofree char *path = g_build_filename (snapshots, *name, NULL);
      g_autofd int     fd = is_hex (*name, 40) ? maq_serve_root_open (reader->root, path, &info, NULL) : -1;
      if (fd < 0 || !S_ISDIR (info.st_mode))
        continue;
      MaqServeCommit *commit = maq_serve_repo_add_commit (reader->repo, -1, "Snapshot in the cache", info.st_mtime);
      g_strlcpy (commit->id, *name, sizeof commit->id);
      reader->snapshot = path;
      maq_serve_scan (reader->store, reader->root, path, found_cb, reader);
    }
}

static int
find_commit (MaqServeRepo *repo,
             const char   *id)
{
  for (guint i = 0; i < repo->commits->len; i++)
    if (g_str_equal (maq_serve_repo_get_commit (repo, i)->id, id))
      return i;
  return -1;
}

// A ref whose snapshot is not there is left out: it could not be served.
static void
ref_cb (const char        *path,
        const struct stat *info,
        gpointer           data)
{
  Reader          *reader = data;
  MaqServeRepo    *repo = reader->repo;
  g_autofree char *full = g_build_filename (reader->folder, "refs", path, NULL);
  g_autofree char *text = maq_serve_root_load (reader->root, full, MAX_REF, NULL);
  int              commit = text != NULL ? find_commit (repo, g_strstrip (text)) : -1;
  if (commit >= 0 && g_str_has_prefix (path, "refs/pr/"))
    maq_serve_repo_add_ref (repo->pull_requests, path + strlen ("refs/pr/"), commit);
  else if (commit >= 0)
    maq_serve_repo_add_ref (repo->branches, path, commit);
}

static int
compare_main_first (gconstpointer a,
                    gconstpointer b)
{
  const MaqServeRef *first = *(MaqServeRef *const *) a;
  const MaqServeRef *second = *(MaqServeRef *const *) b;
  return g_str_equal (first->name, "main") ? -1 : g_str_equal (second->name, "main") ? 1
                                                                                     : strcmp (first->name, second->name);
}

static guint
newest_commit (MaqServeRepo *repo)
{
  guint newest = 0;
  for (guint i = 1; i < repo->commits->len; i++)
    if (maq_serve_repo_get_commit (repo, i)->date > maq_serve_repo_get_commit (repo, newest)->date)
      newest = i;
  return newest;
}

static void
read_repo (MaqHubStore    *store,
           MaqServeRoot   *root,
           MaqServeMemory *memory,
           const char     *name)
{
  struct stat      info;
  g_autofree char *refs = g_build_filename (name, "refs", NULL);
  g_autoptr (MaqServeRepo) repo = repo_for_folder (name);
  g_autoptr (GError) error = NULL;
  g_autofd int fd = repo != NULL ? maq_serve_root_open (root, name, &info, &error) : -1;
  if (error != NULL)
    maq_serve_store_leave_out (store, name, maq_serve_reason_for_error (error));
  if (fd < 0 || !S_ISDIR (info.st_mode))
    return;
  Reader reader = { .store = store, .root = root, .memory = memory, .repo = repo, .folder = name };
  add_snapshots (&reader);
  if (repo->commits->len == 0)
    return;
  g_autofd int refs_fd = maq_serve_root_open (root, refs, &info, NULL);
  if (refs_fd >= 0)
    maq_serve_scan (store, root, refs, ref_cb, &reader);
  g_ptr_array_sort (repo->branches, compare_main_first);
  if (repo->branches->len == 0 || !g_str_equal (((MaqServeRef *) g_ptr_array_index (repo->branches, 0))->name, "main"))
    {
      maq_serve_repo_add_ref (repo->branches, "main", newest_commit (repo));
      g_ptr_array_sort (repo->branches, compare_main_first);
    }
  maq_serve_repo_finish (repo);
  maq_serve_store_add (store, g_steal_pointer (&repo));
}

void
maq_serve_read_cache (MaqHubStore    *self,
                      MaqServeRoot   *root,
                      MaqServeMemory *memory)
{
  g_auto (GStrv) names = maq_serve_scan_names (root, "", NULL);
  for (char **name = names; names != NULL && *name != NULL; name++)
    read_repo (self, root, memory, *name);
}
