// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "maq-cache-local-dir.h"
#include "maq-cache-private.h"

// Every system call by which the cache changes the disk goes through here. A child process runs a whole download or deletion and
// is killed, or sees a failure, at call N, for every N there is; then the cache is looked at as other tools would.

typedef enum
{
  FAULT_NONE,
  FAULT_KILL,  // just before the call
  FAULT_ERROR, // the call fails
  FAULT_SHORT, // half of what was to be written is
  FAULT_SWEEP, // another program removes what is empty first
} FaultMode;

static struct
{
  FaultMode mode;
  int       code;
  guint     at;
  guint     n_calls;
  gboolean  counts;     // only while a scenario runs
  gboolean  lying_lock; // flock succeeds for everybody
  gboolean  is_plain;   // the file system has no locks, and renames only
  char     *sweep;      // the repo's folder
} fault;

static void
sweep (void)
{
  const char *names[] = { "onnx", "blobs", "snapshots/" COMMIT_A "/onnx", "snapshots/" COMMIT_A, "snapshots", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fault.sweep, names[i], NULL);
      syscall (SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
    }
}

// TRUE if the call is to fail.
static gboolean
strikes (void)
{
  if (!fault.counts || ++fault.n_calls != fault.at)
    return FALSE;
  if (fault.mode == FAULT_KILL)
    kill (getpid (), SIGKILL);
  if (fault.mode == FAULT_SWEEP)
    sweep ();
  errno = fault.code;
  return fault.mode == FAULT_ERROR;
}

static gsize
shorten (gsize length)
{
  return fault.counts && fault.mode == FAULT_SHORT && fault.n_calls == fault.at ? (length + 1) / 2 : length;
}

int
openat (int         folder,
        const char *path,
        int         flags,
        ...)
{
  va_list args;

  va_start (args, flags);
  mode_t mode = flags & O_CREAT ? va_arg (args, mode_t) : 0;
  va_end (args);
  return strikes () ? -1 : syscall (SYS_openat, folder, path, flags, mode);
}

int
mkdirat (int         folder,
         const char *path,
         mode_t      mode)
{
  return strikes () ? -1 : syscall (SYS_mkdirat, folder, path, mode);
}

ssize_t
write (int         fd,
       const void *data,
       size_t      length)
{
  if (strikes ())
    return -1;
  return syscall (SYS_write, fd, data, shorten (length));
}

ssize_t
pwrite (int         fd,
        const void *data,
        size_t      length,
        off_t       offset)
{
  if (strikes ())
    return -1;
  return syscall (SYS_pwrite64, fd, data, shorten (length), offset);
}

// Killed programs lose nothing the kernel has, so there is no need to wait for the disk.
int
fsync (int fd)
{
  return strikes () ? -1 : 0;
}

int
renameat (int         from_folder,
          const char *from,
          int         to_folder,
          const char *to)
{
  return strikes () ? -1 : syscall (SYS_renameat2, from_folder, from, to_folder, to, 0);
}

int
renameat2 (int          from_folder,
           const char  *from,
           int          to_folder,
           const char  *to,
           unsigned int flags)
{
  if (fault.is_plain)
    {
      errno = EINVAL;
      return -1;
    }
  return strikes () ? -1 : syscall (SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int
symlinkat (const char *target,
           int         folder,
           const char *path)
{
  return strikes () ? -1 : syscall (SYS_symlinkat, target, folder, path);
}

int
unlinkat (int         folder,
          const char *path,
          int         flags)
{
  return strikes () ? -1 : syscall (SYS_unlinkat, folder, path, flags);
}

int
flock (int fd,
       int operation)
{
  if (fault.lying_lock)
    return 0;
  if (fault.is_plain)
    {
      errno = EOPNOTSUPP;
      return -1;
    }
  return strikes () ? -1 : syscall (SYS_flock, fd, operation);
}

#define ID           "acme/new"
#define NEW          "models--acme--new"
#define CONTENT_SIZE 200000

static const struct
{
  const char *path;
  gsize       size;
  gboolean    is_large;
} files[] = {
  { "onnx/model.onnx", CONTENT_SIZE, TRUE },
  { "config.json", 700, FALSE },
  { "empty.txt", 0, FALSE },
};

static char *
dup_content (gsize size)
{
  char *content = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    content[i] = 'a' + i * 7 % 26;
  content[size] = '\0';
  return content;
}

static char *
dup_etag (guint i)
{
  g_autofree char *content = dup_content (files[i].size);

  return files[i].is_large ? hash_sha256 (content, files[i].size) : hash_git (content, files[i].size);
}

static gboolean
write_file (MaqCache *cache,
            guint     i,
            GError  **error)
{
  g_autofree char *content = dup_content (files[i].size);
  g_autofree char *etag = dup_etag (i);
  g_autoptr (MaqCacheWriter) writer = maq_cache_writer_begin (cache, MAQ_REPO_KIND_MODEL, ID, COMMIT_A, files[i].path, etag, files[i].size, NULL, "00000001", error);

  if (writer == NULL)
    return FALSE;
  for (guint64 offset; (offset = fixture_get_prefix (writer)) < files[i].size;)
    if (!fixture_append (writer, content + offset, MIN (90000, files[i].size - offset), error))
      return FALSE;
  g_autofree char *path = maq_cache_writer_finish (writer, error);
  return path != NULL;
}

static gboolean
download (MaqCache *cache)
{
  g_autoptr (GPtrArray) tree = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_tree_file_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      MaqCacheTreeFile *file = g_new0 (MaqCacheTreeFile, 1);
      g_autofree char  *etag = dup_etag (i);
      file->path = g_strdup (files[i].path);
      file->size = files[i].size;
      file->oid = g_strndup (etag, 40);
      file->sha256 = files[i].is_large ? g_strdup (etag) : NULL;
      g_ptr_array_add (tree, file);
    }
  maq_cache_write_tree (cache, MAQ_REPO_KIND_MODEL, ID, COMMIT_A, tree);
  gboolean ok = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (files) && ok; i++)
    ok = write_file (cache, i, &error);
  ok = ok && maq_cache_write_ref (cache, MAQ_REPO_KIND_MODEL, ID, "main", COMMIT_A, &error);
  if (!ok && fault.mode == FAULT_NONE)
    g_printerr ("# %s\n", error->message);
  return ok;
}

#define OLD_TEXT "what an earlier commit had"

static MaqCacheLocalDir *
open_out (MaqCache *cache,
          GError  **error)
{
  g_autofree char *path = g_build_filename (maq_cache_get_root (cache), "../out", NULL);
  g_autoptr (MaqCacheLocalDir) dir = maq_cache_local_dir_new (cache, path, error);

  return dir != NULL && maq_cache_local_dir_prepare (dir, TRUE, error) ? g_steal_pointer (&dir) : NULL;
}

static gboolean
write_local (MaqCacheLocalDir *dir,
             const char       *commit,
             const char       *path,
             const char       *content,
             const char       *etag,
             GError          **error)
{
  gsize size = strlen (content);
  g_autoptr (MaqCacheWriter) writer = maq_cache_local_dir_begin (dir, commit, path, etag, size, "00000001", NULL, FALSE, error);

  if (writer == NULL)
    return FALSE;
  for (guint64 offset; (offset = fixture_get_prefix (writer)) < size;)
    if (!fixture_append (writer, content + offset, MIN (90000, size - offset), error))
      return FALSE;
  g_autofree char *file = maq_cache_writer_finish (writer, error);
  return file != NULL;
}

// Into a folder of the user's choice.
static gboolean
download_local (MaqCache *cache)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCacheLocalDir) dir = open_out (cache, &error);
  gboolean ok = dir != NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files) && ok; i++)
    {
      g_autofree char *content = dup_content (files[i].size);
      g_autofree char *etag = dup_etag (i);
      ok = write_local (dir, COMMIT_A, files[i].path, content, etag, &error);
    }
  if (!ok && fault.mode == FAULT_NONE)
    g_printerr ("# %s\n", error->message);
  return ok;
}

static gboolean
delete_all (MaqCache *cache)
{
  guint64 freed = 0;

  return maq_cache_delete_now (cache, MAQ_REPO_KIND_MODEL, "acme/tiny", NULL, &freed, NULL);
}

static gboolean
delete_one (MaqCache *cache)
{
  guint64 freed = 0;

  return maq_cache_delete_now (cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_A, &freed, NULL);
}

typedef gboolean (*Scenario) (MaqCache *cache);

// Runs SCENARIO in a child with a fault at call AT. *N_CALLS (nullable): how many calls there were. Returns the status.
static int
run (Fixture  *fixture,
     Scenario  scenario,
     FaultMode mode,
     int       code,
     guint     at,
     guint    *n_calls)
{
  int   pipes[2], status = 0;
  guint n = 0;

  g_assert_cmpint (pipe (pipes), ==, 0);
  pid_t pid = fork ();
  if (pid == 0)
    {
      g_random_set_seed (getpid ());
      g_autoptr (MaqCache) cache = maq_cache_new (fixture->root);
      fault.mode = mode;
      fault.code = code;
      fault.at = at;
      fault.counts = TRUE;
      gboolean ok = scenario (cache);
      fault.counts = FALSE;
      _exit (write (pipes[1], &fault.n_calls, sizeof n) == sizeof n && ok ? 0 : 1);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  close (pipes[1]);
  g_assert_cmpint (read (pipes[0], &n, sizeof n), >=, 0);
  close (pipes[0]);
  if (n_calls != NULL)
    *n_calls = n;
  return status;
}

static void
check_blob (const char *path,
            const char *name)
{
  g_autofree char *content = NULL;
  gsize            length = 0;

  if (g_str_has_suffix (name, ".incomplete"))
    return;
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_autofree char *sha256 = hash_sha256 (content, length);
  g_autofree char *git = hash_git (content, length);
  g_assert_true (g_str_equal (name, sha256) || g_str_equal (name, git));
}

// Links lead to blobs of the repo, refs name snapshots, and what has a hash for a name has that hash.
static void
check_folder (const char *path,
              const char *what,
              const char *snapshots)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      g_autofree char *text = NULL;
      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        check_folder (child, what, snapshots);
      else if (g_str_equal (what, "blobs"))
        check_blob (child, name);
      else if (g_str_equal (what, "snapshots"))
        g_assert_true (g_file_test (child, G_FILE_TEST_IS_REGULAR));
      else if (g_str_equal (what, "refs"))
        {
          g_assert_true (g_file_get_contents (child, &text, NULL, NULL));
          g_assert_cmpuint (strlen (text), ==, 40);
          g_autofree char *snapshot = g_build_filename (snapshots, text, NULL);
          g_assert_true (g_file_test (snapshot, G_FILE_TEST_IS_DIR));
        }
      else
        g_assert_true (g_str_equal (what, "trees") && g_str_has_suffix (name, ".json"));
    }
}

static void
check_repo (Fixture    *fixture,
            const char *repo)
{
  const char      *whats[] = { "blobs", "snapshots", "refs", "trees" };
  g_autofree char *path = fixture_dup_path (fixture, repo);
  g_autofree char *snapshots = g_build_filename (path, "snapshots", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  // Of a repo that goes or comes, its empty folder may be seen.
  if (dir != NULL && g_dir_read_name (dir) != NULL)
    g_assert_true (g_file_test (snapshots, G_FILE_TEST_IS_DIR));
  for (guint i = 0; i < G_N_ELEMENTS (whats); i++)
    {
      g_autofree char *folder = g_build_filename (path, whats[i], NULL);
      check_folder (folder, whats[i], snapshots);
    }
}

static void
check_downloaded (Fixture *fixture)
{
  g_autoptr (GPtrArray) tree = maq_cache_read_tree (fixture->cache, MAQ_REPO_KIND_MODEL, ID, COMMIT_A);

  g_assert_cmpuint (tree->len, ==, G_N_ELEMENTS (files));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = maq_cache_dup_file_path (fixture->cache, MAQ_REPO_KIND_MODEL, ID, NULL, files[i].path);
      g_autofree char *expected = dup_content (files[i].size);
      g_autofree char *content = NULL;
      g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
      g_assert_cmpstr (content, ==, expected);
    }
  check_repo (fixture, NEW);
}

// The ref comes last: whoever finds it finds all.
static void
check_ref_is_last (Fixture *fixture)
{
  if (!fixture_exists (fixture, NEW "/refs/main"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = maq_cache_dup_file_path (fixture->cache, MAQ_REPO_KIND_MODEL, ID, NULL, files[i].path);
      g_assert_nonnull (path);
    }
}

static int
remove_one (const char        *path,
            const struct stat *info,
            int                type,
            struct FTW        *at)
{
  return remove (path);
}

static void
start_afresh (Fixture *fixture)
{
  nftw (fixture->root, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

static const struct
{
  FaultMode mode;
  int       code;
} kinds[] = { { FAULT_KILL, 0 }, { FAULT_ERROR, ENOSPC }, { FAULT_SHORT, 0 } };

static void
test_download (Fixture      *fixture,
               gconstpointer data)
{
  guint n_calls = 0, n_killed = 0;

  g_assert_cmpint (run (fixture, download, FAULT_NONE, 0, 0, &n_calls), ==, 0);
  check_downloaded (fixture);
  g_test_message ("%u calls", n_calls);
  g_assert_cmpuint (n_calls, >, 40);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint at = 1; at <= n_calls; at++)
      {
        g_test_message ("kind %u, call %u", i, at);
        start_afresh (fixture);
        int status = run (fixture, download, kinds[i].mode, kinds[i].code, at, NULL);
        n_killed += WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL;
        g_assert_true (WIFEXITED (status) || WTERMSIG (status) == SIGKILL);
        check_repo (fixture, NEW);
        check_ref_is_last (fixture);
        // Short writes are no failure; after the others the next try succeeds.
        if (kinds[i].mode == FAULT_SHORT)
          g_assert_cmpint (status, ==, 0);
        g_assert_true (download (fixture->cache));
        maq_cache_remove_partials (fixture->cache, MAQ_REPO_KIND_MODEL, ID, "00000001");
        check_downloaded (fixture);
      }
  g_assert_cmpuint (n_killed, ==, n_calls);
}

// Each file is the old one, the new one or, where there was none, absent.
static void
check_local (Fixture *fixture,
             gboolean is_done)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename ("../out", files[i].path, NULL);
      g_autofree char *full = fixture_dup_path (fixture, path);
      g_autofree char *expected = dup_content (files[i].size);
      g_autofree char *content = NULL;
      gboolean         is_there = g_file_get_contents (full, &content, NULL, NULL);
      if (is_done)
        g_assert_cmpstr (content, ==, expected);
      else if (is_there)
        g_assert_true (g_str_equal (content, expected) || (files[i].is_large && g_str_equal (content, OLD_TEXT)));
      else
        g_assert_false (files[i].is_large);
    }
}

// With what an earlier download put there.
static void
start_with_old (Fixture *fixture)
{
  g_autofree char *out = fixture_dup_path (fixture, "../out");
  g_autofree char *etag = hash_git (OLD_TEXT, strlen (OLD_TEXT));
  g_autoptr (GError) error = NULL;

  nftw (out, remove_one, 32, FTW_DEPTH | FTW_PHYS);
  g_autoptr (MaqCacheLocalDir) dir = open_out (fixture->cache, &error);
  g_assert_true (write_local (dir, COMMIT_B, files[0].path, OLD_TEXT, etag, &error));
}

static void
test_local_dir (Fixture      *fixture,
                gconstpointer data)
{
  guint n_calls = 0;

  start_with_old (fixture);
  g_assert_cmpint (run (fixture, download_local, FAULT_NONE, 0, 0, &n_calls), ==, 0);
  check_local (fixture, TRUE);
  g_test_message ("%u calls", n_calls);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint at = 1; at <= n_calls; at++)
      {
        g_test_message ("kind %u, call %u", i, at);
        start_with_old (fixture);
        int status = run (fixture, download_local, kinds[i].mode, kinds[i].code, at, NULL);
        g_assert_true (WIFEXITED (status) || WTERMSIG (status) == SIGKILL);
        check_local (fixture, FALSE);
        if (kinds[i].mode == FAULT_SHORT)
          g_assert_cmpint (status, ==, 0);
        g_assert_true (download_local (fixture->cache));
        check_local (fixture, TRUE);
      }
}

// FAT, and what a network file system may lack.
static void
test_plain_file_system (Fixture      *fixture,
                        gconstpointer data)
{
  start_with_old (fixture);
  fault.is_plain = TRUE;
  g_assert_true (download_local (fixture->cache));
  check_local (fixture, TRUE);
  fault.is_plain = FALSE;
}

static void
check_deletion (Fixture *fixture,
                Scenario scenario,
                gboolean all)
{
  guint n_calls = 1;

  // The number of calls may differ a little, as threads and the main loop share some.
  for (guint i = 0; i < 2; i++)
    for (guint at = 1; at <= n_calls; at++)
      {
        Fixture fresh = { 0 };
        fixture_set_up (&fresh, NULL);
        if (at == 1)
          {
            g_assert_cmpint (run (&fresh, scenario, FAULT_NONE, 0, 0, &n_calls), ==, 0);
            fixture_tear_down (&fresh, NULL);
            fixture_set_up (&fresh, NULL);
          }
        g_test_message ("kind %u, call %u", i, at);
        run (&fresh, scenario, i == 0 ? FAULT_KILL : FAULT_ERROR, EIO, at, NULL);
        g_autofree char *weights = g_build_filename (REPO, "blobs", fresh.weights, NULL);
        g_autofree char *kept = maq_cache_dup_file_path (fresh.cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_B, "model.gguf");
        if (!all)
          g_assert_nonnull (kept);
        check_repo (&fresh, REPO);
        run (&fresh, scenario, FAULT_NONE, 0, 0, NULL);
        check_repo (&fresh, REPO);
        g_assert_true (fixture_exists (&fresh, weights) == !all);
        g_assert_false (fixture_exists (&fresh, all ? REPO : REPO "/snapshots/" COMMIT_A));
        fixture_tear_down (&fresh, NULL);
      }
  g_test_message ("%u calls", n_calls);
}

static void
test_delete_repo (Fixture      *fixture,
                  gconstpointer data)
{
  check_deletion (fixture, delete_all, TRUE);
}

static void
test_delete_revision (Fixture      *fixture,
                      gconstpointer data)
{
  check_deletion (fixture, delete_one, FALSE);
}

static gboolean
begin_only (MaqCache *cache)
{
  g_autofree char *etag = dup_etag (0);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCacheWriter) writer = maq_cache_writer_begin (cache, MAQ_REPO_KIND_MODEL, ID, COMMIT_A, files[0].path, etag, files[0].size, NULL, NULL, &error);

  return writer != NULL;
}

static void
test_swept (Fixture      *fixture,
            gconstpointer data)
{
  guint n_calls = 0;

  fault.sweep = fixture_dup_path (fixture, NEW);
  g_assert_cmpint (run (fixture, begin_only, FAULT_NONE, 0, 0, &n_calls), ==, 0);
  for (guint at = 1; at <= n_calls; at++)
    {
      start_afresh (fixture);
      g_assert_cmpint (run (fixture, begin_only, FAULT_SWEEP, 0, at, NULL), ==, 0);
    }
  g_clear_pointer (&fault.sweep, g_free);
}

static gboolean
begin_local (MaqCache *cache)
{
  g_autofree char *path = g_build_filename (maq_cache_get_root (cache), "../out", NULL);
  g_autoptr (MaqCacheLocalDir) dir = maq_cache_local_dir_new (cache, path, NULL);
  g_autoptr (MaqCacheWriter) writer = maq_cache_local_dir_begin (dir, COMMIT_A, "onnx/m.bin", "abc", 3, "00000001", NULL, FALSE, NULL);

  return writer != NULL;
}

static void
test_swept_local (Fixture      *fixture,
                  gconstpointer data)
{
  guint n_calls = 0;

  fault.sweep = fixture_dup_path (fixture, "../out/.cache/huggingface/download");
  for (guint at = 0; at <= n_calls; at++)
    {
      start_with_old (fixture);
      nftw (fault.sweep, remove_one, 32, FTW_DEPTH | FTW_PHYS);
      g_assert_cmpint (run (fixture, begin_local, at > 0 ? FAULT_SWEEP : FAULT_NONE, 0, at, at > 0 ? NULL : &n_calls), ==, 0);
    }
  g_assert_cmpuint (n_calls, >, 5);
  g_clear_pointer (&fault.sweep, g_free);
}

static MaqCacheWriter *
begin_large (Fixture    *fixture,
             const char *content,
             const char *tag)
{
  g_autofree char *etag = hash_sha256 (content, 2 << 20);
  g_autoptr (GError) error = NULL;
  MaqCacheWriter *writer = maq_cache_writer_begin (fixture->cache, MAQ_REPO_KIND_MODEL, ID, COMMIT_A, "m.bin", etag, 2 << 20, NULL, tag, &error);

  g_assert_no_error (error);
  return writer;
}

static gboolean
append (MaqCacheWriter *writer,
        const char     *content,
        gsize           length,
        GError        **error)
{
  return fixture_append (writer, content + fixture_get_prefix (writer), length, error);
}

// On some network file systems flock succeeds for everybody: each of two programs then writes a file of its own, and both end well.
static void
test_lying_locks (Fixture      *fixture,
                  gconstpointer data)
{
  g_autofree char *content = dup_content (2 << 20);
  g_autoptr (GError) error = NULL;

  fault.lying_lock = TRUE;
  g_autoptr (MaqCacheWriter) one = begin_large (fixture, content, "00000001");
  g_assert_true (append (one, content, 500000, &error));
  g_autoptr (MaqCacheWriter) two = begin_large (fixture, content, "00000002");
  g_assert_cmpuint (fixture_get_prefix (two), ==, 0);
  g_assert_true (append (one, content, (2 << 20) - 500000, &error));
  g_assert_true (append (two, content, 2 << 20, &error));
  g_autofree char *first = maq_cache_writer_finish (one, &error);
  g_assert_no_error (error);
  g_autofree char *path = maq_cache_writer_finish (two, &error);
  g_assert_no_error (error);
  g_autofree char *found = NULL;
  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, content);
  fault.lying_lock = FALSE;
}

// The same in a folder of the user's choice: who comes second finds the file of the first.
static void
test_lying_locks_local (Fixture      *fixture,
                        gconstpointer data)
{
  g_autofree char *content = dup_content (CONTENT_SIZE);
  g_autofree char *etag = hash_sha256 (content, CONTENT_SIZE);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCacheLocalDir) dir = open_out (fixture->cache, &error);
  MaqCacheWriter *writers[2];

  fault.lying_lock = TRUE;
  for (guint i = 0; i < 2; i++)
    writers[i] = maq_cache_local_dir_begin (dir, COMMIT_A, "m.bin", etag, CONTENT_SIZE, i == 0 ? "00000001" : "00000002", NULL, FALSE, &error);
  for (guint i = 0; i < 2; i++)
    g_assert_true (fixture_append (writers[i], content, CONTENT_SIZE, &error));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = maq_cache_writer_finish (writers[i], &error);
      g_assert_no_error (error);
      g_object_unref (writers[i]);
    }
  g_autofree char *found = fixture_dup_text (fixture, "../out/m.bin");
  g_assert_cmpstr (found, ==, content);
  fault.lying_lock = FALSE;
}

int
main (int   argc,
      char *argv[])
{
  // In memory, where there is such a place: thousands of files come and go.
  if (access ("/dev/shm", W_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
  g_test_init (&argc, &argv, NULL);

  // No thread before the children are made.
  ADD ("/cache/faults/download-stopped-anywhere", fixture_set_up_empty, test_download);
  ADD ("/cache/faults/download-into-a-folder-stopped-anywhere", fixture_set_up_empty, test_local_dir);
  ADD ("/cache/faults/plain-file-system", fixture_set_up_empty, test_plain_file_system);
  ADD ("/cache/faults/deleted-repo-stopped-anywhere", fixture_set_up_empty, test_delete_repo);
  ADD ("/cache/faults/deleted-revision-stopped-anywhere", fixture_set_up_empty, test_delete_revision);
  ADD ("/cache/faults/folders-swept-away", fixture_set_up_empty, test_swept);
  ADD ("/cache/faults/folders-swept-away-in-a-folder", fixture_set_up_empty, test_swept_local);
  ADD ("/cache/faults/locks-that-exclude-nobody", fixture_set_up_empty, test_lying_locks);
  ADD ("/cache/faults/locks-that-exclude-nobody-in-a-folder", fixture_set_up_empty, test_lying_locks_local);
  return g_test_run ();
}
