// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// What the cache alone can say of a revision. Downloads of npm's client, and snapshots fetched by their commit, have no ref: of
// main then the snapshot that changed last is meant. npm names a snapshot after the commit that changed one file, so that the
// files of one revision lie in several (hub-cache notes §3.3).
#include "maq-cache-private.h"

#include <string.h>
#include <sys/stat.h>

typedef struct
{
  char    commit[41];
  gint64  seconds;
  guint32 nanoseconds;
} Snapshot;

static int
compare_snapshots (gconstpointer a,
                   gconstpointer b)
{
  const Snapshot *one = a, *two = b;

  if (one->seconds != two->seconds)
    return one->seconds > two->seconds ? -1 : 1;
  if (one->nanoseconds != two->nanoseconds)
    return one->nanoseconds > two->nanoseconds ? -1 : 1;
  return strcmp (one->commit, two->commit);
}

// All snapshots of a repo, the one that changed last first (of Snapshot).
static GArray *
list_snapshots (MaqCache   *self,
                MaqRepoKind kind,
                const char *id)
{
  GArray          *snapshots = g_array_new (FALSE, FALSE, sizeof (Snapshot));
  g_autofree char *repo = maq_cache_dup_repo_path (self, kind, id);
  g_autofree char *path = repo != NULL ? g_build_filename (repo, "snapshots", NULL) : NULL;
  g_autoptr (GDir) folder = path != NULL ? g_dir_open (path, 0, NULL) : NULL;
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *full = g_build_filename (path, name, NULL);
      Snapshot         snapshot = { 0 };
      struct stat      info;

      if (!maq_revision_is_commit (name) || lstat (full, &info) != 0 || !S_ISDIR (info.st_mode))
        continue;
      memcpy (snapshot.commit, name, strlen (name));
      snapshot.seconds = info.st_mtim.tv_sec;
      snapshot.nanoseconds = info.st_mtim.tv_nsec;
      g_array_append_val (snapshots, snapshot);
    }
  g_array_sort (snapshots, compare_snapshots);
  return snapshots;
}

static gboolean
is_main (const char *revision)
{
  return revision == NULL || strcmp (revision, "main") == 0;
}

char *
maq_cache_dup_commit_here (MaqCache   *self,
                           MaqRepoKind kind,
                           const char *id,
                           const char *revision)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), NULL);

  g_autofree char *commit = maq_cache_dup_commit (self, kind, id, revision);
  if (commit != NULL || !is_main (revision))
    return g_steal_pointer (&commit);

  g_autoptr (GArray) snapshots = list_snapshots (self, kind, id);
  return snapshots->len > 0 ? g_strdup (g_array_index (snapshots, Snapshot, 0).commit) : NULL;
}

// PATH in the snapshot of COMMIT, NULL if it is not there.
static char *
find_in_snapshot (MaqCache   *self,
                  MaqRepoKind kind,
                  const char *id,
                  const char *commit,
                  const char *path)
{
  g_autofree char *snapshot = maq_cache_dup_snapshot_path (self, kind, id, commit);
  g_autofree char *file = snapshot != NULL ? g_build_filename (snapshot, path, NULL) : NULL;

  // The link is followed: a dangling one is a file that is not here.
  return file != NULL && g_file_test (file, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&file) : NULL;
}

char *
maq_cache_dup_file_path (MaqCache   *self,
                         MaqRepoKind kind,
                         const char *id,
                         const char *revision,
                         const char *path)
{
  g_return_val_if_fail (MAQ_IS_CACHE (self), NULL);

  if (!maq_repo_path_validate (path, NULL))
    return NULL;

  g_autofree char *commit = maq_cache_dup_commit (self, kind, id, revision);
  if (commit != NULL)
    return find_in_snapshot (self, kind, id, commit, path);
  if (!is_main (revision))
    return NULL;

  g_autoptr (GArray) snapshots = list_snapshots (self, kind, id);
  char *found = NULL;
  for (guint i = 0; found == NULL && i < snapshots->len; i++)
    found = find_in_snapshot (self, kind, id, g_array_index (snapshots, Snapshot, i).commit, path);
  return found;
}
