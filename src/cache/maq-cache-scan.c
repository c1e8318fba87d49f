// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-shared.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maq-fiber.h"

// Sizes are counted as the Python client does: each file that the snapshots lead to once, whatever names it. Where Python
// gives a whole repo up as corrupted, the rest of it is listed here, with a warning.

static void
revision_free (gpointer data)
{
  MaqCacheRevision *self = data;

  g_free (self->commit);
  g_strfreev (self->refs);
  g_ptr_array_unref (self->files);
  g_clear_pointer (&self->absent, g_ptr_array_unref);
  g_free (self);
}

static void
repo_clear (gpointer data)
{
  MaqCacheRepo *self = data;

  g_free (self->id);
  g_free (self->path);
  g_free (self->warning);
  g_ptr_array_unref (self->revisions);
  g_ptr_array_unref (self->payloads);
  g_clear_pointer (&self->begun, g_ptr_array_unref);
  g_string_chunk_free (self->text);
}

MaqCacheRepo *
maq_cache_repo_ref (MaqCacheRepo *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_cache_repo_unref (MaqCacheRepo *self)
{
  g_atomic_rc_box_release_full (self, repo_clear);
}

G_DEFINE_BOXED_TYPE (MaqCacheRepo, maq_cache_repo, maq_cache_repo_ref, maq_cache_repo_unref)

static void
scan_clear (gpointer data)
{
  MaqCacheScan *self = data;

  g_ptr_array_unref (self->repos);
  g_strfreev (self->warnings);
}

MaqCacheScan *
maq_cache_scan_ref (MaqCacheScan *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_cache_scan_unref (MaqCacheScan *self)
{
  g_atomic_rc_box_release_full (self, scan_clear);
}

G_DEFINE_BOXED_TYPE (MaqCacheScan, maq_cache_scan, maq_cache_scan_ref, maq_cache_scan_unref)

// The paths of a repo's files are freed together: with one block each, letting go of a large scan would hold up the main loop.
#define TEXT_BLOCK 2048

// Working state of one repo's scan.
typedef struct
{
  MaqCacheRepo   *repo;
  MaqCacheShared *store;
  char           *blobs;    // absolute, links resolved
  int             blobs_fd; // -1: not there, or a link itself
  GHashTable     *counted;  // blob paths
  GHashTable     *shared;   // names of payloads
  GHashTable     *refs;     // commit → GPtrArray of names
  gboolean        has_files;
} RepoScan;

// The first damage found is what the repo says.
static void G_GNUC_PRINTF (2, 3)
  warn (RepoScan   *scan,
        const char *format,
        ...)
{
  va_list args;

  if (scan->repo->warning != NULL)
    return;
  va_start (args, format);
  scan->repo->warning = g_strdup_vprintf (format, args);
  va_end (args);
}

static gboolean
is_folder (int         parent,
           const char *name)
{
  struct stat info;

  return fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (info.st_mode);
}

// As warn, for what may hide more than it shows.
static void G_GNUC_PRINTF (2, 3)
  warn_unread (RepoScan   *scan,
               const char *format,
               ...)
{
  va_list args;

  scan->repo->is_partial = TRUE;
  if (scan->repo->warning != NULL)
    return;
  va_start (args, format);
  scan->repo->warning = g_strdup_vprintf (format, args);
  va_end (args);
}

gboolean
maq_cache_is_ignored (const char *name)
{
  return g_str_equal (name, ".DS_Store") || g_str_equal (name, "Thumbs.db") || g_ascii_strcasecmp (name, "desktop.ini") == 0;
}

static void
add_ref (RepoScan   *scan,
         int         folder,
         const char *file_name,
         const char *ref)
{
  g_autofree char *text = maq_cache_read_text (folder, file_name);

  if (text == NULL)
    return warn_unread (scan, "The ref %s cannot be read", ref);
  if (strchr (text, '\n') != NULL)
    warn (scan, "The ref %s ends with a newline, which other tools do not understand", ref);
  if (!maq_revision_is_commit (g_strstrip (text)))
    return warn (scan, "The ref %s does not hold a commit", ref);

  GPtrArray *names = g_hash_table_lookup (scan->refs, text);
  if (names == NULL)
    {
      names = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (scan->refs, g_steal_pointer (&text), names);
    }
  g_ptr_array_add (names, g_strdup (ref));
}

static void
scan_refs (RepoScan   *scan,
           int         folder,
           const char *prefix,
           guint       depth)
{
  g_auto (GStrv) names = maq_cache_list_folder_checked (folder, &scan->repo->is_partial);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *ref = prefix != NULL ? g_build_filename (prefix, names[i], NULL) : g_strdup (names[i]);
      g_autofd int     sub = depth < MAQ_CACHE_MAX_DEPTH ? maq_cache_open_folder (folder, names[i], FALSE, NULL) : -1;
      if (!g_utf8_validate (names[i], -1, NULL))
        warn (scan, "A ref has a name that is not text");
      else if (sub >= 0)
        scan_refs (scan, sub, ref, depth + 1);
      else if (!maq_cache_is_ignored (names[i]))
        add_ref (scan, folder, names[i], ref);
    }
}

// The path of the blob the link NAME of FOLDER leads to in the usual way, and what its content is: without asking for every folder
// on the way. NULL for other links (transfer full).
static char *
find_blob (RepoScan    *scan,
           int          folder,
           const char  *name,
           guint        depth,
           struct stat *info,
           char       **payload)
{
  char        target[PATH_MAX];
  gssize      length = readlinkat (folder, name, target, sizeof target - 1);
  const char *blob = NULL;

  if (length > 0)
    {
      target[length] = '\0';
      blob = maq_cache_get_blob_of_target (target, depth);
    }
  if (blob == NULL || scan->blobs_fd < 0 || !maq_cache_shared_stat (scan->store, scan->blobs_fd, blob, info, payload))
    return NULL;
  return g_build_filename (scan->blobs, blob, NULL);
}

// What a file written in an unusual way is at (transfer full). A blob that is a link to the store is still that blob.
static char *
find_other (RepoScan   *scan,
            const char *path)
{
  g_autofree char *hop = maq_cache_dup_first_hop (path);
  g_autofree char *parent = hop != NULL ? g_path_get_dirname (hop) : NULL;
  char            *real = g_strcmp0 (parent, scan->blobs) == 0 ? g_steal_pointer (&hop) : realpath (path, NULL);

  return real != NULL ? real : g_strdup (path);
}

// The payload that such a file is, straight or by way of BLOB; NULL if it is none (transfer full).
static char *
dup_payload_of (RepoScan   *scan,
                int         folder,
                const char *name,
                const char *blob)
{
  struct stat      info;
  g_autofree char *base = g_path_get_basename (blob);
  g_autofree char *parent = g_path_get_dirname (blob);

  if (g_str_equal (parent, scan->blobs) && scan->blobs_fd >= 0)
    return maq_cache_shared_dup_payload (scan->store, scan->blobs_fd, base, &info);
  return maq_cache_shared_dup_payload (scan->store, folder, name, &info);
}

// One more distinct file; PAYLOAD (nullable): what of the store it is.
static void
count (RepoScan   *scan,
       guint64     size,
       const char *payload)
{
  MaqCacheRepo *repo = scan->repo;

  repo->size += size;
  repo->n_files++;
  if (payload == NULL)
    repo->own_size += size;
  else if (g_hash_table_add (scan->shared, g_strdup (payload)))
    {
      MaqCachePayload *shared = g_new0 (MaqCachePayload, 1);
      shared->name = g_string_chunk_insert (repo->text, payload);
      shared->size = size;
      g_ptr_array_add (repo->payloads, shared);
    }
}

static void
add_file (RepoScan         *scan,
          MaqCacheRevision *revision,
          int               folder,
          const char       *name,
          const char       *relative,
          const char       *root,
          guint             depth)
{
  struct stat      info;
  g_autofree char *payload = NULL;
  g_autofree char *blob = find_blob (scan, folder, name, depth, &info, &payload);

  if (blob == NULL)
    {
      g_clear_pointer (&payload, g_free);
      if (fstatat (folder, name, &info, 0) != 0)
        return errno == ENOENT ? warn (scan, "%s is listed but its content is not here", relative)
                               : warn_unread (scan, "%s cannot be read", relative);
      if (!S_ISREG (info.st_mode))
        return; // a link to a folder, which other tools pass over too
      g_autofree char *path = g_build_filename (root, relative, NULL);
      blob = find_other (scan, path);
      payload = dup_payload_of (scan, folder, name, blob);
    }

  MaqCacheFile *file = g_new0 (MaqCacheFile, 1);
  file->path = g_string_chunk_insert (scan->repo->text, relative);
  file->blob_path = g_string_chunk_insert (scan->repo->text, blob);
  file->size = info.st_size;
  file->last_accessed = info.st_atime;
  g_ptr_array_add (revision->files, file);

  MaqCacheRepo *repo = scan->repo;
  revision->last_modified = revision->files->len == 1 ? info.st_mtime : MAX (revision->last_modified, info.st_mtime);
  repo->last_modified = scan->has_files ? MAX (repo->last_modified, info.st_mtime) : info.st_mtime;
  repo->last_accessed = scan->has_files ? MAX (repo->last_accessed, info.st_atime) : info.st_atime;
  scan->has_files = TRUE;
  if (g_hash_table_add (scan->counted, file->blob_path))
    count (scan, info.st_size, payload);
}

static void
scan_snapshot (RepoScan         *scan,
               MaqCacheRevision *revision,
               int               folder,
               const char       *prefix,
               const char       *root,
               guint             depth)
{
  g_auto (GStrv) names = maq_cache_list_folder_checked (folder, &scan->repo->is_partial);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (!g_utf8_validate (names[i], -1, NULL))
        {
          warn (scan, "A file of %.7s has a name that is not text", revision->commit);
          continue;
        }
      g_autofree char *relative = prefix != NULL ? g_build_filename (prefix, names[i], NULL) : g_strdup (names[i]);
      struct stat      info;
      if (fstatat (folder, names[i], &info, AT_SYMLINK_NOFOLLOW) != 0)
        {
          warn_unread (scan, "%s cannot be read", relative);
          continue;
        }
      if (!S_ISDIR (info.st_mode))
        {
          add_file (scan, revision, folder, names[i], relative, root, depth);
          continue;
        }
      g_autofd int sub = depth < MAQ_CACHE_MAX_DEPTH ? maq_cache_open_folder (folder, names[i], FALSE, NULL) : -1;
      if (sub >= 0)
        scan_snapshot (scan, revision, sub, relative, root, depth + 1);
      else if (depth >= MAQ_CACHE_MAX_DEPTH)
        warn_unread (scan, "Folders more than %d levels deep are left out", MAQ_CACHE_MAX_DEPTH);
      else
        warn_unread (scan, "The folder %s cannot be read", relative);
    }
}

static void
add_revision (RepoScan   *scan,
              int         snapshots,
              const char *commit)
{
  struct stat  info;
  g_autofd int folder = maq_cache_open_folder (snapshots, commit, FALSE, NULL);

  if (maq_cache_is_ignored (commit))
    return;
  if (!maq_revision_is_commit (commit))
    return warn (scan, "snapshots/%.60s is not a commit", g_utf8_validate (commit, -1, NULL) ? commit : "?");
  if (folder < 0 && is_folder (snapshots, commit))
    return warn_unread (scan, "snapshots/%s cannot be read", commit);
  if (folder < 0 || fstat (folder, &info) != 0)
    return warn (scan, "snapshots/%s is not a folder", commit);

  MaqCacheRevision *revision = g_new0 (MaqCacheRevision, 1);
  g_autofree char  *root = g_build_filename (scan->repo->path, "snapshots", commit, NULL);
  revision->commit = g_strdup (commit);
  revision->files = g_ptr_array_new_with_free_func (g_free);
  revision->last_modified = info.st_mtime;
  g_ptr_array_add (scan->repo->revisions, revision);
  scan_snapshot (scan, revision, folder, NULL, root, 0);

  g_autoptr (GHashTable) counted = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < revision->files->len; i++)
    {
      MaqCacheFile *file = g_ptr_array_index (revision->files, i);
      if (g_hash_table_add (counted, file->blob_path))
        revision->size += file->size;
    }

  GPtrArray *refs = g_hash_table_lookup (scan->refs, commit);
  revision->refs = g_new0 (char *, (refs != NULL ? refs->len : 0) + 1);
  for (guint i = 0; refs != NULL && i < refs->len; i++)
    revision->refs[i] = g_strdup (g_ptr_array_index (refs, i));
  g_hash_table_remove (scan->refs, commit);
}

static int
compare_times (gint64 a,
               gint64 b)
{
  return (a < b) - (a > b);
}

static gint
compare_revisions (gconstpointer a,
                   gconstpointer b)
{
  const MaqCacheRevision *one = *(const MaqCacheRevision *const *) a;
  const MaqCacheRevision *two = *(const MaqCacheRevision *const *) b;
  int                     order = compare_times (one->last_modified, two->last_modified);

  // Revisions that share their newest blob: the one that main names is the newer.
  if (order == 0)
    order = g_strv_contains ((const char *const *) two->refs, "main") - g_strv_contains ((const char *const *) one->refs, "main");
  return order != 0 ? order : strcmp (one->commit, two->commit);
}

static gint
compare_repos (gconstpointer a,
               gconstpointer b)
{
  const MaqCacheRepo *one = *(const MaqCacheRepo *const *) a;
  const MaqCacheRepo *two = *(const MaqCacheRepo *const *) b;
  int                 order = compare_times (one->last_modified, two->last_modified);

  return order != 0 ? order : strcmp (one->path, two->path);
}

static void
scan_open_repo (RepoScan *scan,
                int       repo_fd)
{
  g_autofd int refs = maq_cache_open_folder (repo_fd, "refs", FALSE, NULL);
  g_autofd int snapshots = maq_cache_open_folder (repo_fd, "snapshots", FALSE, NULL);
  g_autofd int blobs = maq_cache_open_folder (repo_fd, "blobs", FALSE, NULL);
  struct stat  info;

  scan->blobs_fd = blobs;
  if (fstat (repo_fd, &info) == 0)
    {
      scan->repo->last_modified = info.st_mtime;
      scan->repo->last_accessed = info.st_atime;
    }
  if (refs >= 0)
    scan_refs (scan, refs, NULL, 0);
  else if (is_folder (repo_fd, "refs"))
    warn_unread (scan, "The folder refs cannot be read");
  else if (faccessat (repo_fd, "refs", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    warn (scan, "refs is not a folder");
  if (snapshots < 0 && is_folder (repo_fd, "snapshots"))
    return warn_unread (scan, "The folder snapshots cannot be read");
  if (snapshots < 0)
    return warn (scan, "There is no folder snapshots");

  g_auto (GStrv) names = maq_cache_list_folder_checked (snapshots, &scan->repo->is_partial);
  for (guint i = 0; names[i] != NULL; i++)
    add_revision (scan, snapshots, names[i]);
  g_ptr_array_sort (scan->repo->revisions, compare_revisions);

  GHashTableIter iter;
  gpointer       commit, refs_left;
  g_hash_table_iter_init (&iter, scan->refs);
  while (g_hash_table_iter_next (&iter, &commit, &refs_left))
    warn (scan, "The ref %s names the commit %.7s, which is not here", (char *) g_ptr_array_index ((GPtrArray *) refs_left, 0), (char *) commit);
}

MaqCacheRepo *
maq_cache_scan_repo (const char *root,
                     const char *repo_folder,
                     MaqRepoKind kind,
                     const char *id)
{
  g_autofree char *path = g_build_filename (root, repo_folder, NULL);
  g_autofree char *real = realpath (path, NULL);
  g_autofd int     fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int              code = errno;
  RepoScan         scan = { 0 };

  scan.repo = g_atomic_rc_box_new0 (MaqCacheRepo);
  scan.repo->kind = kind;
  scan.repo->id = g_strdup (id);
  scan.repo->path = g_strdup (path);
  scan.repo->revisions = g_ptr_array_new_with_free_func (revision_free);
  scan.repo->payloads = g_ptr_array_new_with_free_func (g_free);
  scan.repo->text = g_string_chunk_new (TEXT_BLOCK);
  scan.blobs = g_build_filename (real != NULL ? real : path, "blobs", NULL);
  scan.counted = g_hash_table_new (g_str_hash, g_str_equal);
  scan.shared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  scan.store = maq_cache_shared_open_of_repo (fd);
  scan.refs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);

  if (fd >= 0)
    scan_open_repo (&scan, fd);
  else
    warn_unread (&scan, "The folder cannot be read: %s", g_strerror (code));
  g_autofd int blobs = fd >= 0 ? maq_cache_open_folder (fd, "blobs", FALSE, NULL) : -1;
  maq_cache_find_gaps (scan.repo, fd, blobs);

  maq_cache_shared_free (scan.store);
  g_hash_table_unref (scan.counted);
  g_hash_table_unref (scan.shared);
  g_hash_table_unref (scan.refs);
  g_free (scan.blobs);
  return scan.repo;
}

char *
maq_cache_dup_id_of_folder (const char  *name,
                            MaqRepoKind *kind)
{
  const char *dashes = strstr (name, "--");

  if (dashes == NULL)
    return NULL;
  g_autofree char *plural = g_strndup (name, dashes - name);
  if (!maq_repo_kind_from_string (plural, kind) || !g_str_equal (plural, maq_repo_kind_get_plural (*kind)))
    return NULL;
  g_auto (GStrv) parts = g_strsplit (dashes + 2, "--", -1);
  g_autofree char *id = g_strjoinv ("/", parts);
  return maq_repo_id_validate (id, NULL) ? g_steal_pointer (&id) : NULL;
}

// Adds to what is on the disk the payloads of REPO that no repo before it has.
static void
add_payloads (MaqCacheScan       *scan,
              const MaqCacheRepo *repo,
              GHashTable         *counted)
{
  for (guint i = 0; i < repo->payloads->len; i++)
    {
      const MaqCachePayload *payload = g_ptr_array_index (repo->payloads, i);
      if (g_hash_table_add (counted, payload->name))
        scan->size += payload->size;
    }
}

// The store itself: what in it no repo has takes room as well.
static void
scan_store (MaqCacheScan *scan,
            GPtrArray    *warnings,
            int           root_fd)
{
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root_fd);
  g_autoptr (GHashTable) counted = g_hash_table_new (g_str_hash, g_str_equal);
  guint64 in_store = maq_cache_shared_measure (store);
  guint64 own = scan->size;
  char   *remark = maq_cache_shared_dup_remark (store);

  if (remark != NULL)
    g_ptr_array_add (warnings, remark);
  for (guint i = 0; i < scan->repos->len; i++)
    add_payloads (scan, g_ptr_array_index (scan->repos, i), counted);
  scan->unused = in_store > scan->size - own ? in_store - (scan->size - own) : 0;
  scan->size += scan->unused;
}

static void
scan_entry (MaqCacheScan *scan,
            GPtrArray    *warnings,
            const char   *root,
            int           root_fd,
            const char   *name)
{
  g_autofree char *shown = g_filename_display_name (name);
  MaqRepoKind      kind = MAQ_REPO_KIND_MODEL;
  struct stat      info;

  if (g_str_equal (name, MAQ_CACHE_LOCKS) || g_str_equal (name, "CACHEDIR.TAG") || maq_cache_is_ignored (name))
    return;
  // A folder of this name is looked at in the end, when it is known who uses what of it.
  if (g_str_equal (name, MAQ_CACHE_SHARED_FOLDER) && is_folder (root_fd, name))
    return;
  g_autofree char *id = maq_cache_dup_id_of_folder (name, &kind);
  if (fstatat (root_fd, name, &info, 0) != 0 || !S_ISDIR (info.st_mode))
    g_ptr_array_add (warnings, g_strdup_printf ("%s in the cache is not a folder", shown));
  else if (id == NULL)
    g_ptr_array_add (warnings, g_strdup_printf ("%s in the cache is not a model, dataset, Space or kernel", shown));
  else
    {
      MaqCacheRepo *repo = maq_cache_scan_repo (root, name, kind, id);
      g_ptr_array_add (scan->repos, repo);
      scan->size += repo->own_size;
      scan->begun_size += repo->begun_size;
    }
}

// When the repo in FOLDER was last used, as far as that is told without reading it: each client reads the ref.
static gint64
guess_last_use (int         root_fd,
                const char *folder)
{
  g_autofree char *ref = g_build_filename (folder, "refs", "main", NULL);
  g_autofree char *snapshots = g_build_filename (folder, "snapshots", NULL);
  struct stat      info;
  gint64           when = 0;

  if (fstatat (root_fd, ref, &info, 0) == 0)
    when = info.st_atim.tv_sec;
  if (fstatat (root_fd, snapshots, &info, 0) == 0)
    when = MAX (when, info.st_mtim.tv_sec);
  return when;
}

typedef struct
{
  char  *name;
  gint64 when;
} Folder;

static int
compare_folders (const void *a,
                 const void *b)
{
  const Folder *one = a;
  const Folder *two = b;

  if (one->when != two->when)
    return one->when < two->when ? 1 : -1;
  return strcmp (one->name, two->name);
}

// Who shows repos as they are found wants those first that are at the top in the end.
static void
sort_latest_first (int   root_fd,
                   GStrv names)
{
  guint              n = g_strv_length (names);
  g_autofree Folder *folders = g_new (Folder, n);

  for (guint i = 0; i < n; i++)
    folders[i] = (Folder) { names[i], guess_last_use (root_fd, names[i]) };
  qsort (folders, n, sizeof *folders, compare_folders);
  for (guint i = 0; i < n; i++)
    names[i] = folders[i].name;
}

MaqCacheScan *
maq_cache_scan_now (MaqCache         *self,
                    MaqCacheFoundFunc found,
                    gpointer          data,
                    GError          **error)
{
  g_autoptr (MaqCacheScan) scan = g_atomic_rc_box_new0 (MaqCacheScan);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new ();
  g_autoptr (GError) failure = NULL;
  g_autofd int root_fd = maq_cache_open_root (self, FALSE, &failure);

  scan->repos = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_repo_unref);
  if (root_fd < 0 && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }

  // Paths in the result are absolute with links resolved, as in the Python client.
  g_autofree char *root = realpath (maq_cache_get_root (self), NULL);
  g_auto (GStrv) names = root_fd >= 0 && root != NULL ? maq_cache_list_folder (root_fd) : g_new0 (char *, 1);
  gboolean go_on = TRUE;
  if (found != NULL && names[0] != NULL)
    sort_latest_first (root_fd, names);
  for (guint i = 0; go_on && names[i] != NULL; i++)
    {
      guint before = scan->repos->len;
      scan_entry (scan, warnings, root, root_fd, names[i]);
      if (found != NULL && scan->repos->len > before)
        go_on = found (g_ptr_array_index (scan->repos, before), data);
    }
  g_ptr_array_sort (scan->repos, compare_repos);
  if (root_fd >= 0)
    scan_store (scan, warnings, root_fd);
  g_ptr_array_add (warnings, NULL);
  scan->warnings = (char **) g_ptr_array_free (g_steal_pointer (&warnings), FALSE);
  if (go_on)
    return g_steal_pointer (&scan);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped");
  return NULL;
}

static DexFuture *
scan_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  MaqCacheScan *scan = maq_cache_scan_now (data, NULL, NULL, &error);

  if (scan == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (MAQ_TYPE_CACHE_SCAN, scan);
}

DexFuture *
maq_cache_scan (MaqCache *self)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));

  return maq_thread_spawn ("maq-cache-scan", scan_thread, g_object_ref (self), g_object_unref);
}

typedef struct
{
  MaqCache *cache;
  char     *folder;
} FolderScan;

static void
folder_scan_free (gpointer data)
{
  FolderScan *self = data;

  g_object_unref (self->cache);
  g_free (self->folder);
  g_free (self);
}

static DexFuture *
scan_folder_thread (gpointer data)
{
  FolderScan      *self = data;
  MaqRepoKind      kind = MAQ_REPO_KIND_MODEL;
  g_autofree char *id = maq_cache_dup_id_of_folder (self->folder, &kind);
  g_autofree char *root = realpath (maq_cache_get_root (self->cache), NULL);
  g_autofree char *path = root != NULL ? g_build_filename (root, self->folder, NULL) : NULL;

  if (id == NULL || path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no repo %s in the cache", self->folder);
  return dex_future_new_take_boxed (MAQ_TYPE_CACHE_REPO, maq_cache_scan_repo (root, self->folder, kind, id));
}

DexFuture *
maq_cache_scan_folder (MaqCache   *self,
                       const char *folder)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));
  dex_return_error_if_fail (folder != NULL);

  FolderScan *scan = g_new0 (FolderScan, 1);
  scan->cache = g_object_ref (self);
  scan->folder = g_strdup (folder);
  return maq_thread_spawn ("maq-cache-scan", scan_folder_thread, scan, folder_scan_free);
}
