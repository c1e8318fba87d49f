// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "maq-completeness.h"

// Caches as downloads leave them that did not come to their end, written here file by file.

#define COMMIT "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ELDER  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define FOLDER "models--acme--tiny"
#define README "1111111111111111111111111111111111111111"
#define FIRST  "2222222222222222222222222222222222222222222222222222222222222222"
#define SECOND "3333333333333333333333333333333333333333333333333333333333333333"
#define THIRD  "4444444444444444444444444444444444444444444444444444444444444444"

typedef struct
{
  char     *folder;
  MaqCache *cache;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("maq-completeness-XXXXXX", NULL);
  fixture->cache = maq_cache_new (fixture->folder);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->cache);
  g_clear_pointer (&fixture->folder, g_free);
}

// A file of SIZE bytes below the repo's folder.
static void
put (Fixture    *fixture,
     const char *path,
     gsize       size)
{
  g_autofree char *full = g_build_filename (fixture->folder, FOLDER, path, NULL);
  g_autofree char *parent = g_path_get_dirname (full);
  g_autofree char *content = g_strnfill (size, 'x');

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents_full (full, content, size, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

static void
put_text (Fixture    *fixture,
          const char *path,
          const char *text)
{
  g_autofree char *full = g_build_filename (fixture->folder, FOLDER, path, NULL);
  g_autofree char *parent = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

// The list of COMMIT: README.md with 1900 bytes and MORE, JSON members that begin with a comma.
static void
put_tree (Fixture    *fixture,
          const char *more)
{
  g_autofree char *text = g_strconcat ("{\"format_version\": 1, \"files\": {\"README.md\": {\"size\": 1900, \"blob_id\": \"" README "\"}", more, "}}", NULL);

  put_text (fixture, "trees/" COMMIT ".json", text);
}

#define FILE_OF(path, size, sha256) ",\"" path "\": {\"size\": " #size ", \"blob_id\": \"" README "\", \"lfs_sha256\": \"" sha256 "\", \"lfs_size\": " #size "}"

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static MaqCacheRepo *
scan (Fixture *fixture)
{
  g_autoptr (DexFuture) future = maq_cache_scan_folder (fixture->cache, FOLDER);
  guint wake = g_timeout_add (10, wake_cb, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake);
  return g_value_dup_boxed (dex_future_get_value (future, NULL));
}

static void
assert_text (const MaqCompleteness *completeness,
             const char            *wanted)
{
  g_autofree char *text = maq_completeness_to_text (completeness);

  g_assert_cmpstr (text, ==, wanted);
}

static void
test_interrupted (Fixture      *fixture,
                  gconstpointer data)
{
  put (fixture, "snapshots/" COMMIT "/README.md", 1900);
  put (fixture, "blobs/" FIRST ".maquette-0123abcd.incomplete", 71000);
  put_tree (fixture, FILE_OF ("model-00001-of-00002.safetensors", 100000, FIRST) FILE_OF ("model-00002-of-00002.safetensors", 42100, SECOND));
  g_autoptr (MaqCacheRepo) repo = scan (fixture);
  MaqCompleteness whole = maq_completeness_judge (repo, NULL);

  // What was begun counts, for the list, the totals and the words.
  g_assert_cmpuint (repo->size, ==, 1900);
  g_assert_cmpuint (repo->begun_size, ==, 71000);
  g_assert_cmpint (whole.state, ==, MAQ_COMPLETENESS_INCOMPLETE);
  g_assert_cmpuint (whole.have, ==, 72900);
  g_assert_cmpuint (whole.want, ==, 144000);
  assert_text (&whole, "Incomplete · 72.9 of 144.0\302\240kB");

  // It goes on with what is missing of the version that was to become main.
  g_autoptr (MaqTransferRequest) request = maq_completeness_make_request (repo);
  g_assert_cmpstr (request->id, ==, "acme/tiny");
  g_assert_null (request->revision);
  g_assert_cmpuint (g_strv_length (request->paths), ==, 2);

  // A version that has a name keeps it.
  put_text (fixture, "refs/v1", COMMIT);
  g_autoptr (MaqCacheRepo) named = scan (fixture);
  g_autoptr (MaqTransferRequest) again = maq_completeness_make_request (named);
  g_assert_cmpstr (again->revision, ==, COMMIT);
}

// Who has one variant did not want the others, unless they were begun.
static void
test_selected (Fixture      *fixture,
               gconstpointer data)
{
  put_tree (fixture, FILE_OF ("tiny-Q4_0.gguf", 1000, FIRST) FILE_OF ("tiny-Q8_0.gguf", 2000, SECOND) FILE_OF ("art.png", 500, THIRD));
  put (fixture, "snapshots/" COMMIT "/tiny-Q4_0.gguf", 1000);
  g_autoptr (MaqCacheRepo) repo = scan (fixture);
  MaqCompleteness one = maq_completeness_judge (repo, NULL);

  g_assert_cmpint (one.state, ==, MAQ_COMPLETENESS_SELECTED);
  g_assert_cmpuint (one.n_here, ==, 1);
  g_assert_cmpuint (one.n_listed, ==, 4);
  assert_text (&one, NULL);
  g_assert_null (maq_completeness_make_request (repo));

  put (fixture, "blobs/" SECOND ".incomplete", 1500);
  g_autoptr (MaqCacheRepo) more = scan (fixture);
  MaqCompleteness two = maq_completeness_judge (more, NULL);
  g_autoptr (MaqTransferRequest) request = maq_completeness_make_request (more);
  g_assert_cmpint (two.state, ==, MAQ_COMPLETENESS_INCOMPLETE);
  g_assert_cmpuint (two.have, ==, 2500);
  g_assert_cmpuint (two.want, ==, 3000);
  g_assert_cmpstr (request->paths[0], ==, "tiny-Q8_0.gguf");
  g_assert_null (request->paths[1]);
}

// A part of a set is missing, although nothing of it was begun: other programs clean up after themselves.
static void
test_set (Fixture      *fixture,
          gconstpointer data)
{
  put (fixture, "snapshots/" COMMIT "/model-00001-of-00003.safetensors", 1000);
  put (fixture, "snapshots/" COMMIT "/model-00003-of-00003.safetensors", 1000);
  g_autoptr (MaqCacheRepo) unlisted = scan (fixture);
  MaqCompleteness by_name = maq_completeness_judge (unlisted, NULL);

  g_assert_cmpint (by_name.state, ==, MAQ_COMPLETENESS_INCOMPLETE);
  assert_text (&by_name, "Incomplete · 2.0\302\240kB so far");
  g_assert_null (maq_completeness_make_request (unlisted));

  put_tree (fixture, FILE_OF ("model-00001-of-00003.safetensors", 1000, FIRST) FILE_OF ("model-00002-of-00003.safetensors", 1000, SECOND) FILE_OF ("model-00003-of-00003.safetensors", 1000, THIRD));
  put (fixture, "snapshots/" COMMIT "/README.md", 1900);
  g_autoptr (MaqCacheRepo) listed = scan (fixture);
  MaqCompleteness by_list = maq_completeness_judge (listed, NULL);
  g_assert_cmpuint (by_list.have, ==, 3900);
  g_assert_cmpuint (by_list.want, ==, 4900);

  // A file that is there with another size is not there.
  put (fixture, "snapshots/" COMMIT "/model-00002-of-00003.safetensors", 999);
  g_autoptr (MaqCacheRepo) cut = scan (fixture);
  g_assert_cmpint (maq_completeness_judge (cut, NULL).state, ==, MAQ_COMPLETENESS_INCOMPLETE);
  put (fixture, "snapshots/" COMMIT "/model-00002-of-00003.safetensors", 1000);
  g_autoptr (MaqCacheRepo) whole = scan (fixture);
  g_assert_cmpint (maq_completeness_judge (whole, NULL).state, ==, MAQ_COMPLETENESS_WHOLE);
}

static void
test_unknown (Fixture      *fixture,
              gconstpointer data)
{
  put (fixture, "snapshots/" COMMIT "/README.md", 1900);
  g_autoptr (MaqCacheRepo) repo = scan (fixture);
  g_assert_cmpint (maq_completeness_judge (repo, NULL).state, ==, MAQ_COMPLETENESS_UNKNOWN);

  // A list that cannot be read is none.
  put_text (fixture, "trees/" COMMIT ".json", "{\"format_version\": 2, \"files\": {}}");
  g_autoptr (MaqCacheRepo) newer = scan (fixture);
  g_assert_cmpint (maq_completeness_judge (newer, NULL).state, ==, MAQ_COMPLETENESS_UNKNOWN);

  put (fixture, "blobs/" FIRST ".0123abcd.incomplete", 100);
  g_autoptr (MaqCacheRepo) begun = scan (fixture);
  MaqCompleteness now = maq_completeness_judge (begun, NULL);
  g_assert_cmpint (now.state, ==, MAQ_COMPLETENESS_INCOMPLETE);
  g_assert_cmpuint (now.have, ==, 2000);
  g_assert_cmpuint (now.want, ==, 0);

  // What is left over of a file that came later takes space, but lacks nothing.
  put (fixture, "blobs/" FIRST, 400);
  g_autoptr (MaqCacheRepo) later = scan (fixture);
  g_assert_cmpuint (later->begun_size, ==, 100);
  g_assert_cmpint (maq_completeness_judge (later, NULL).state, ==, MAQ_COMPLETENESS_UNKNOWN);
}

// An update that stopped does not make the version before it incomplete.
static void
test_update (Fixture      *fixture,
             gconstpointer data)
{
  put (fixture, "snapshots/" ELDER "/README.md", 1800);
  put_text (fixture, "refs/main", ELDER);
  put_text (fixture, "trees/" ELDER ".json", "{\"format_version\": 1, \"files\": {\"README.md\": {\"size\": 1800, \"blob_id\": \"" README "\"}}}");
  put (fixture, "snapshots/" COMMIT "/README.md", 1900);
  put_tree (fixture, FILE_OF ("weights.bin", 1000, FIRST));
  put (fixture, "blobs/" FIRST ".maquette-0123abcd.incomplete", 100);
  g_autoptr (MaqCacheRepo) repo = scan (fixture);

  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      MaqCompletenessState    state = maq_completeness_judge_revision (repo, revision, NULL).state;
      g_assert_cmpint (state, ==, g_str_equal (revision->commit, COMMIT) ? MAQ_COMPLETENESS_INCOMPLETE : MAQ_COMPLETENESS_WHOLE);
    }
  g_assert_cmpint (maq_completeness_judge (repo, NULL).state, ==, MAQ_COMPLETENESS_INCOMPLETE);
}

// Of a file that came out of order the disk holds all blocks from the first byte on: what counts is what has come.
static void
test_out_of_order (Fixture      *fixture,
                   gconstpointer data)
{
  const gsize      size = 8 << 20;
  g_autofree char *piece = g_strnfill (1 << 20, 'x');
  g_autoptr (GError) error = NULL;
  MaqCacheWriter *writer = maq_cache_writer_begin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT, "weights.bin", FIRST, size, NULL, "0123abcd", &error);

  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_write (writer, 0, piece, 1 << 20, &error));
  g_assert_true (maq_cache_writer_write (writer, 5 << 20, piece, 1 << 20, &error));
  g_object_unref (writer);
  g_autoptr (MaqCacheRepo) repo = scan (fixture);
  g_assert_cmpuint (repo->begun->len, ==, 1);
  const MaqCacheBegun *begun = g_ptr_array_index (repo->begun, 0);
  g_assert_cmpstr (begun->etag, ==, FIRST);
  g_assert_cmpuint (begun->bytes, ==, 2 << 20);
  g_assert_cmpuint (begun->size, ==, size);
  MaqCompleteness now = maq_completeness_judge (repo, NULL);
  g_assert_cmpint (now.state, ==, MAQ_COMPLETENESS_INCOMPLETE);
  g_assert_cmpuint (now.have, ==, 2 << 20);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/library/completeness/an-interrupted-download", test_interrupted);
  ADD ("/library/completeness/one-variant-is-a-choice", test_selected);
  ADD ("/library/completeness/a-missing-part-of-a-set", test_set);
  ADD ("/library/completeness/unknown-without-a-list", test_unknown);
  ADD ("/library/completeness/an-update-that-stopped", test_update);
  ADD ("/library/completeness/out-of-order", test_out_of_order);
  return g_test_run ();
}
