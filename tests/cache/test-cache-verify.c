// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maq-cache-care.h"

static MaqCacheVerification *
verify (Fixture    *fixture,
        const char *revision,
        const char *path,
        GError    **error)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, "acme/tiny", revision, path);

  return wait_for_boxed (maq_cache_verify (fixture->cache, address, NULL, NULL), error);
}

static const MaqCacheVerdict *
find (MaqCacheVerification *verification,
      const char           *path)
{
  for (guint i = 0; i < verification->verdicts->len; i++)
    {
      const MaqCacheVerdict *verdict = g_ptr_array_index (verification->verdicts, i);
      if (g_str_equal (verdict->path, path))
        return verdict;
    }
  return NULL;
}

static void
assert_state (MaqCacheVerification *verification,
              const char           *path,
              MaqCacheFileState     state)
{
  const MaqCacheVerdict *verdict = find (verification, path);

  g_assert_nonnull (verdict);
  g_assert_cmpstr (maq_cache_file_state_to_string (verdict->state), ==, maq_cache_file_state_to_string (state));
  g_assert_cmpint (verdict->detail == NULL, ==, state == MAQ_CACHE_FILE_OK);
}

typedef struct
{
  guint   calls;
  guint64 done;
  guint64 total;
} Progress;

static void
note_progress (guint64  done,
               guint64  total,
               gpointer data)
{
  Progress *progress = data;

  progress->calls++;
  g_assert_cmpuint (done, >=, progress->done);
  progress->done = done;
  progress->total = total;
}

static void
test_right (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Progress progress = { 0 };

  // One nobody uses is hashed as well: the next download would take it as it is.
  g_autofree char *orphan = hash_sha256 ("orphan", 6);
  g_autofree char *path = g_build_filename (REPO "/blobs", orphan, NULL);
  fixture_write (fixture, path, "orphan");
  g_autoptr (MaqCacheVerification) all = wait_for_boxed (maq_cache_verify (fixture->cache, NULL, note_progress, &progress), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->verdicts->len, ==, 4);
  g_assert_cmpuint (all->n_bad, ==, 0);
  assert_state (all, "model.gguf", MAQ_CACHE_FILE_OK);
  assert_state (all, "config.json", MAQ_CACHE_FILE_OK);
  assert_state (all, "onnx/x.json", MAQ_CACHE_FILE_OK);
  g_assert_cmpuint (progress.calls, >=, 1);
  g_assert_cmpuint (progress.done, ==, progress.total);
  g_assert_cmpuint (all->bytes, ==, progress.total);
  g_assert_cmpuint (all->bytes, ==, WEIGHTS_SIZE + 8 + 13 + 6);
}

// What nobody used for long is told by the time of the last access: checking is no use.
static void
test_is_no_use (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 2000 } };
  g_autofree char      *blob = g_build_filename (fixture->root, REPO "/blobs", fixture->weights, NULL);
  struct stat           info;

  g_assert_no_errno (utimensat (AT_FDCWD, blob, times, 0));
  g_autoptr (MaqCacheVerification) all = verify (fixture, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_no_errno (stat (blob, &info));
  g_assert_cmpint (info.st_atim.tv_sec, ==, 1000);
}

static void
test_scope (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_autoptr (MaqCacheVerification) main = verify (fixture, "main", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (main->verdicts->len, ==, 2);
  g_autoptr (MaqCacheVerification) one = verify (fixture, NULL, "config.json", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (one->verdicts->len, ==, 1);

  g_assert_null (verify (fixture, "main", "config.json", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (verify (fixture, "no-such", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_autoptr (MaqRepoAddress) absent = maq_repo_address_new (MAQ_REPO_KIND_MODEL, "acme/absent", NULL, NULL);
  g_assert_null (wait_for_boxed (maq_cache_verify (fixture->cache, absent, NULL, NULL), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_no_cache (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCacheVerification) all = wait_for_boxed (maq_cache_verify (fixture->cache, NULL, NULL, NULL), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (all->verdicts->len, ==, 0);
}

static void
test_wrong (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *weights = g_build_filename (REPO "/blobs", fixture->weights, NULL);
  g_autofree char *nested = g_build_filename (REPO "/blobs", fixture->nested, NULL);
  g_autofree char *flipped = g_strnfill (WEIGHTS_SIZE, 'w');

  flipped[WEIGHTS_SIZE - 1] = 'v';
  fixture_write (fixture, weights, flipped);
  fixture_write (fixture, nested, "");
  fixture_write (fixture, REPO "/blobs/0123456789abcdef0123456789abcdef-2", "by MD5");
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/old.bin", "../../blobs/0123456789abcdef0123456789abcdef-2");
  fixture_write (fixture, REPO "/snapshots/" COMMIT_A "/real.txt", "no link");
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/gone.txt", "../../blobs/ffffffffffffffffffffffffffffffffffffffff");
  fixture_write (fixture, "../outside.txt", "outside");
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/out.txt", "../../../../outside.txt");

  g_autoptr (MaqCacheVerification) all = verify (fixture, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_state (all, "model.gguf", MAQ_CACHE_FILE_WRONG_HASH);
  assert_state (all, "config.json", MAQ_CACHE_FILE_OK);
  assert_state (all, "onnx/x.json", MAQ_CACHE_FILE_WRONG_HASH);
  assert_state (all, "old.bin", MAQ_CACHE_FILE_NOT_JUDGED);
  assert_state (all, "real.txt", MAQ_CACHE_FILE_NOT_JUDGED);
  assert_state (all, "gone.txt", MAQ_CACHE_FILE_MISSING);
  assert_state (all, "out.txt", MAQ_CACHE_FILE_NOT_JUDGED);
  g_assert_cmpuint (all->n_bad, ==, 3);
  g_assert_nonnull (strstr (find (all, "model.gguf")->detail, fixture->weights));
}

// What the commit lists counts before a blob's name: files without links are judged, and blobs that other tools named otherwise.
static void
test_listed (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (100, 't');
  g_autofree char *sha256 = hash_sha256 (text, 100);
  g_autofree char *git = hash_git ("small", 5);
  g_autofree char *tree = g_strdup_printf ("{\"format_version\": 1, \"files\": {"
                                           "\"by-xet.bin\": {\"size\": 100, \"blob_id\": \"%s\", \"lfs_sha256\": \"%s\", \"lfs_size\": 100},"
                                           "\"real.txt\": {\"size\": 5, \"blob_id\": \"%s\"},"
                                           "\"wrong.txt\": {\"size\": 5, \"blob_id\": \"%s\"},"
                                           "\"config.json\": {\"size\": 80, \"blob_id\": \"%s\"}}}",
                                           git,
                                           sha256,
                                           git,
                                           git,
                                           fixture->config);

  fixture_write (fixture, REPO "/trees/" COMMIT_A ".json", tree);
  g_autofree char *xet = g_strnfill (64, 'e');
  g_autofree char *blob = g_build_filename (REPO "/blobs", xet, NULL);
  g_autofree char *target = g_build_filename ("../../blobs", xet, NULL);
  fixture_write (fixture, blob, text);
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/by-xet.bin", target);
  fixture_write (fixture, REPO "/snapshots/" COMMIT_A "/real.txt", "small");
  fixture_write (fixture, REPO "/snapshots/" COMMIT_A "/wrong.txt", "smAll");

  g_autoptr (MaqCacheVerification) all = verify (fixture, COMMIT_A, NULL, &error);
  g_assert_no_error (error);
  assert_state (all, "by-xet.bin", MAQ_CACHE_FILE_OK);
  assert_state (all, "real.txt", MAQ_CACHE_FILE_OK);
  assert_state (all, "wrong.txt", MAQ_CACHE_FILE_WRONG_HASH);
  assert_state (all, "config.json", MAQ_CACHE_FILE_WRONG_SIZE);
  g_assert_nonnull (strstr (find (all, "config.json")->detail, "80 bytes"));
}

static void
test_unreadable (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *weights = g_build_filename (REPO "/blobs", fixture->weights, NULL);
  g_autofree char *path = fixture_dup_path (fixture, weights);

  g_chmod (path, 0);
  if (access (path, R_OK) == 0)
    return g_test_skip ("this user may read everything");
  g_autoptr (MaqCacheVerification) all = verify (fixture, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_state (all, "model.gguf", MAQ_CACHE_FILE_UNREADABLE);
  g_assert_cmpuint (all->n_bad, ==, 1);
}

static void
test_cancel (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *hash = g_strnfill (64, 'a');
  g_autofree char *blob = g_build_filename (REPO "/blobs", hash, NULL);
  g_autofree char *path = fixture_dup_path (fixture, blob);
  Progress         progress = { 0 };

  // Far more than can be hashed while this waits, and nothing on the disk.
  fixture_write (fixture, blob, "");
  g_assert_cmpint (truncate (path, (off_t) 1 << 38), ==, 0);
  DexFuture *future = maq_cache_verify (fixture->cache, NULL, note_progress, &progress);
  while (progress.done < 1 << 20)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (progress.total, >, (guint64) 1 << 38);
  dex_unref (future);

  guint  calls = progress.calls;
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  while (G_OBJECT (fixture->cache)->ref_count > 1 && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_cmpuint (G_OBJECT (fixture->cache)->ref_count, ==, 1); // the threads have ended
  g_assert_cmpuint (progress.calls, ==, calls);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/cache/verify/all-is-right", fixture_set_up, test_right);
  ADD ("/cache/verify/is-no-use", fixture_set_up, test_is_no_use);
  ADD ("/cache/verify/a-revision-or-a-file", fixture_set_up, test_scope);
  ADD ("/cache/verify/no-cache-is-an-empty-one", fixture_set_up_empty, test_no_cache);
  ADD ("/cache/verify/finds-what-is-wrong", fixture_set_up, test_wrong);
  ADD ("/cache/verify/what-the-commit-lists-counts", fixture_set_up, test_listed);
  ADD ("/cache/verify/unreadable", fixture_set_up, test_unreadable);
  ADD ("/cache/verify/stops-when-dropped", fixture_set_up, test_cancel);
  return g_test_run ();
}
