// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Reads the shared cache of the Hub's tools as a store. Names of blobs are the hashes, so nothing has to be hashed; what
// cannot be read is left out, since other programs are writing there.
#include "maq-serve-store.h"

#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 16

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

static void
add_file (MaqServeRepo *repo,
          const char   *full,
          const char   *path)
{
  struct stat      info;
  g_autofree char *target = g_file_read_link (full, NULL);
  g_autofree char *blob = target != NULL ? g_path_get_basename (target) : NULL;
  if (stat (full, &info) != 0 || !S_ISREG (info.st_mode) || !maq_repo_path_validate (path, NULL))
    return;
  MaqServeContent *content = maq_serve_content_new_file (full, info.st_size);
  gboolean         sha256 = blob != NULL && is_hex (blob, 64);
  maq_serve_content_set_lfs (content, sha256 || (blob == NULL && maq_serve_is_lfs (path, info.st_size)));
  if (sha256)
    maq_serve_content_set_hashes (content, NULL, blob);
  else if (blob != NULL && is_hex (blob, 40))
    maq_serve_content_set_hashes (content, blob, NULL);
  maq_serve_repo_set_file (repo, path, content);
}

static void
add_files (MaqServeRepo *repo,
           const char   *folder,
           const char   *below,
           guint         depth)
{
  g_autofree char *here = g_build_filename (folder, below, NULL);
  g_autoptr (GDir) dir = g_dir_open (here, 0, NULL);
  const char *name;
  while (dir != NULL && depth < MAX_DEPTH && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = *below != '\0' ? g_strconcat (below, "/", name, NULL) : g_strdup (name);
      g_autofree char *full = g_build_filename (here, name, NULL);
      if (g_file_test (full, G_FILE_TEST_IS_DIR))
        add_files (repo, folder, path, depth + 1);
      else
        add_file (repo, full, path);
    }
}

static void
add_snapshots (MaqServeRepo *repo,
               const char   *folder)
{
  g_autofree char *snapshots = g_build_filename (folder, "snapshots", NULL);
  g_autoptr (GDir) dir = g_dir_open (snapshots, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      struct stat      info;
      g_autofree char *path = g_build_filename (snapshots, name, NULL);
      if (!is_hex (name, 40) || stat (path, &info) != 0 || !S_ISDIR (info.st_mode))
        continue;
      MaqServeCommit *commit = maq_serve_repo_add_commit (repo, -1, "Snapshot in the cache", info.st_mtime);
      g_strlcpy (commit->id, name, sizeof commit->id);
      add_files (repo, path, "", 0);
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
add_refs (MaqServeRepo *repo,
          const char   *folder,
          const char   *below,
          guint         depth)
{
  g_autofree char *here = g_build_filename (folder, "refs", below, NULL);
  g_autoptr (GDir) dir = g_dir_open (here, 0, NULL);
  const char *name;
  while (dir != NULL && depth < MAX_DEPTH && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = *below != '\0' ? g_strconcat (below, "/", name, NULL) : g_strdup (name);
      g_autofree char *full = g_build_filename (here, name, NULL);
      g_autofree char *text = NULL;
      if (g_file_test (full, G_FILE_TEST_IS_DIR))
        add_refs (repo, folder, path, depth + 1);
      else if (g_file_get_contents (full, &text, NULL, NULL))
        {
          int commit = find_commit (repo, g_strstrip (text));
          if (commit >= 0 && g_str_has_prefix (path, "refs/pr/"))
            maq_serve_repo_add_ref (repo->pull_requests, path + strlen ("refs/pr/"), commit);
          else if (commit >= 0)
            maq_serve_repo_add_ref (repo->branches, path, commit);
        }
    }
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
read_repo (MaqHubStore *store,
           const char  *root,
           const char  *name)
{
  g_autofree char *folder = g_build_filename (root, name, NULL);
  g_autoptr (MaqServeRepo) repo = repo_for_folder (name);
  if (repo == NULL)
    return;
  add_snapshots (repo, folder);
  if (repo->commits->len == 0)
    return;
  add_refs (repo, folder, "", 0);
  g_ptr_array_sort (repo->branches, compare_main_first);
  if (repo->branches->len == 0 || !g_str_equal (((MaqServeRef *) g_ptr_array_index (repo->branches, 0))->name, "main"))
    {
      maq_serve_repo_add_ref (repo->branches, "main", newest_commit (repo));
      g_ptr_array_sort (repo->branches, compare_main_first);
    }
  maq_serve_repo_finish (repo);
  maq_serve_store_add (store, g_steal_pointer (&repo));
}

gboolean
maq_serve_read_cache (MaqHubStore *self,
                      const char  *path,
                      GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  if (dir == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: there is no such folder", path);
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    read_repo (self, path, name);
  return TRUE;
}
