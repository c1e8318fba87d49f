// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
check_commit (Fixture    *fixture,
              const char *revision,
              const char *expected)
{
  g_autofree char *commit = maq_cache_dup_commit (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", revision);

  g_assert_cmpstr (commit, ==, expected);
}

static void
test_refs (Fixture      *fixture,
           gconstpointer data)
{
  check_commit (fixture, NULL, COMMIT_B);
  check_commit (fixture, "main", COMMIT_B);
  check_commit (fixture, "refs/pr/1", COMMIT_A);
  check_commit (fixture, COMMIT_C, COMMIT_C);
  check_commit (fixture, "dev", NULL);
  check_commit (fixture, "refs", NULL);
  check_commit (fixture, "../refs/main", NULL);

  fixture_write (fixture, REPO "/refs/newline", COMMIT_A "\n");
  check_commit (fixture, "newline", COMMIT_A);
  fixture_write (fixture, REPO "/refs/odd", "not a commit");
  check_commit (fixture, "odd", NULL);
  fixture_link (fixture, REPO "/refs/planted", "../../../elsewhere");
  fixture_write (fixture, "../elsewhere", COMMIT_A);
  check_commit (fixture, "planted", NULL);
}

static void
check_commit_here (Fixture    *fixture,
                   const char *revision,
                   const char *expected)
{
  g_autofree char *commit = maq_cache_dup_commit_here (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", revision);

  g_assert_cmpstr (commit, ==, expected);
}

static void
check_file (Fixture    *fixture,
            const char *revision,
            const char *path,
            const char *expected)
{
  g_autofree char *file = maq_cache_dup_file_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", revision, path);
  g_autofree char *full = expected != NULL ? fixture_dup_path (fixture, expected) : NULL;

  g_assert_cmpstr (file, ==, full);
}

static void
test_files (Fixture      *fixture,
            gconstpointer data)
{
  check_file (fixture, NULL, "model.gguf", REPO "/snapshots/" COMMIT_B "/model.gguf");
  check_file (fixture, NULL, "onnx/x.json", REPO "/snapshots/" COMMIT_B "/onnx/x.json");
  check_file (fixture, COMMIT_A, "config.json", REPO "/snapshots/" COMMIT_A "/config.json");
  check_file (fixture, NULL, "config.json", NULL);
  check_file (fixture, NULL, "onnx", NULL);
  check_file (fixture, NULL, "../../refs/main", NULL);
  check_file (fixture, COMMIT_C, "config.json", NULL);

  fixture_link (fixture, REPO "/snapshots/" COMMIT_B "/gone.bin", "../../blobs/0000");
  check_file (fixture, NULL, "gone.bin", NULL);
  fixture_write (fixture, REPO "/snapshots/" COMMIT_B "/plain.txt", "no link");
  check_file (fixture, NULL, "plain.txt", REPO "/snapshots/" COMMIT_B "/plain.txt");

  g_assert_true (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", fixture->weights, WEIGHTS_SIZE));
  g_assert_false (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", fixture->weights, WEIGHTS_SIZE + 1));
  g_assert_false (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_DATASET, "acme/tiny", fixture->weights, WEIGHTS_SIZE));
}

// npm's client writes no refs and puts each file below the commit that changed it last.
static void
test_no_ref (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *ref = fixture_dup_path (fixture, REPO "/refs/main");
  g_autofree char *older = fixture_dup_path (fixture, REPO "/snapshots/" COMMIT_A);

  g_assert_no_errno (g_remove (ref));
  g_assert_no_errno (utimensat (AT_FDCWD, older, (struct timespec[2]) { { .tv_sec = 1 }, { .tv_sec = 1 } }, 0));
  fixture_write (fixture, REPO "/snapshots/not-a-commit/config.json", "{}");
  check_commit (fixture, NULL, NULL);
  check_commit_here (fixture, NULL, COMMIT_B);
  check_commit_here (fixture, "main", COMMIT_B);
  check_commit_here (fixture, "dev", NULL);
  check_commit_here (fixture, COMMIT_A, COMMIT_A);
  check_file (fixture, NULL, "model.gguf", REPO "/snapshots/" COMMIT_B "/model.gguf");
  check_file (fixture, NULL, "config.json", REPO "/snapshots/" COMMIT_A "/config.json");
  check_file (fixture, "dev", "config.json", NULL);
}

static void
test_names (Fixture      *fixture,
            gconstpointer data)
{
  const struct
  {
    MaqRepoKind kind;
    const char *id, *folder;
  } good[] = {
    { MAQ_REPO_KIND_MODEL, "julien-c/EsperBERTo-small", "models--julien-c--EsperBERTo-small" },
    { MAQ_REPO_KIND_MODEL, "gpt2", "models--gpt2" },
    { MAQ_REPO_KIND_DATASET, "google/fleurs", "datasets--google--fleurs" },
    { MAQ_REPO_KIND_SPACE, "acme/app", "spaces--acme--app" },
  };
  const char *bad[] = { "", "a/b/c", "../x", "foo--bar", "foo..bar", ".repo", "repo.", "foo.git", "a/..", "/etc", "a\\b", "a b" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = maq_cache_dup_repo_path (fixture->cache, good[i].kind, good[i].id);
      g_autofree char *expected = fixture_dup_path (fixture, good[i].folder);
      g_assert_cmpstr (path, ==, expected);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = maq_cache_dup_repo_path (fixture->cache, MAQ_REPO_KIND_MODEL, bad[i]);
      g_assert_null (path);
    }
  g_assert_null (maq_cache_dup_snapshot_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", "../../x"));
  g_assert_null (maq_cache_dup_snapshot_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
  g_assert_false (fixture_exists (fixture, ""));
}

static void
test_absent (Fixture      *fixture,
             gconstpointer data)
{
  MaqCache *cache = fixture->cache;

  g_assert_true (maq_cache_is_known_absent (cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_B, "tokenizer.model"));
  g_assert_false (maq_cache_is_known_absent (cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_A, "tokenizer.model"));
  g_assert_false (maq_cache_is_known_absent (cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_B, "../../refs/main"));

  maq_cache_note_absent (cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_A, "sub/added_tokens.json");
  g_assert_true (maq_cache_is_known_absent (cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_A, "sub/added_tokens.json"));
  maq_cache_note_absent (cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_A, "../evil");
  g_assert_false (fixture_exists (fixture, REPO "/.no_exist/evil"));
  // Not for a repo that is not here: a folder without snapshots is damage.
  maq_cache_note_absent (cache, MAQ_REPO_KIND_MODEL, "acme/other", COMMIT_A, "x");
  g_assert_false (fixture_exists (fixture, "models--acme--other"));
}

static void
test_write_ref (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", "refs/pr/7", COMMIT_C, &error));
  g_assert_no_error (error);
  g_autofree char *text = fixture_dup_text (fixture, "models--acme--new/refs/refs/pr/7");
  g_assert_cmpstr (text, ==, COMMIT_C);
  g_assert_true (fixture_exists (fixture, "models--acme--new/snapshots/" COMMIT_C));
  g_assert_true (fixture_exists (fixture, "CACHEDIR.TAG"));

  // A commit gets no ref.
  g_assert_true (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", COMMIT_A, COMMIT_A, &error));
  g_assert_false (fixture_exists (fixture, "models--acme--new/refs/" COMMIT_A));
  g_assert_true (fixture_exists (fixture, "models--acme--new/snapshots/" COMMIT_A));

  // Changed, and mended when another tool left a newline.
  g_assert_true (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", NULL, COMMIT_A, &error));
  fixture_write (fixture, "models--acme--new/refs/main", COMMIT_C "\n");
  g_assert_true (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", "main", COMMIT_C, &error));
  g_autofree char *mended = fixture_dup_text (fixture, "models--acme--new/refs/main");
  g_assert_cmpstr (mended, ==, COMMIT_C);

  // Nothing is written when it says so already.
  g_autofree char *path = fixture_dup_path (fixture, "models--acme--new/refs/main");
  GStatBuf         before, after;
  g_assert_cmpint (g_stat (path, &before), ==, 0);
  g_assert_true (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", "main", COMMIT_C, &error));
  g_assert_cmpint (g_stat (path, &after), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);

  g_autofree char *folder = fixture_dup_path (fixture, "models--acme--new/refs");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_assert_cmpuint (n, ==, 2); // main and refs: no temporary file is left
}

static void
test_hostile_refs (Fixture      *fixture,
                   gconstpointer data)
{
  const char *revisions[] = { "..", "../x", "a/../../x", "/etc/x", "a//b", "C:\\x", "", "a\\..\\b" };

  for (guint i = 0; i < G_N_ELEMENTS (revisions); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", revisions[i], COMMIT_A, &error));
      g_assert_nonnull (error);
    }
  g_autoptr (GError) error = NULL;
  g_assert_false (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", "main", "../../../etc", &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
  g_clear_error (&error);

  // refs itself is a link to elsewhere.
  g_autofree char *outside = fixture_dup_path (fixture, "../outside");
  g_assert_cmpint (g_mkdir (outside, 0777), ==, 0);
  fixture_write (fixture, "models--acme--trap/snapshots/" COMMIT_A "/x", "x");
  fixture_link (fixture, "models--acme--trap/refs", "../../outside");
  g_assert_false (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/trap", "main", COMMIT_A, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
  g_assert_cmpint (g_rmdir (outside), ==, 0); // still empty
}

static void
test_read_only (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *refs = fixture_dup_path (fixture, REPO "/refs");

  g_assert_cmpint (g_chmod (refs, 0555), ==, 0);
  if (access (refs, W_OK) == 0)
    g_test_skip ("this user may write everywhere");
  else
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", "main", COMMIT_B, &error));
      g_assert_false (maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", "main", COMMIT_A, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_READ_ONLY);
    }
  g_chmod (refs, 0755);
}

static void
test_free_bytes (Fixture      *fixture,
                 gconstpointer data)
{
  // The folder is not there yet: asked of the one above.
  g_assert_cmpuint (maq_cache_get_free_bytes (fixture->cache), <, G_MAXUINT64);
  maq_cache_set_free_bytes (fixture->cache, 12);
  g_assert_cmpuint (maq_cache_get_free_bytes (fixture->cache), ==, 12);
}

static void
add_tree_file (GPtrArray  *tree,
               const char *path,
               guint64     size,
               const char *oid,
               const char *sha256)
{
  MaqCacheTreeFile *file = g_new0 (MaqCacheTreeFile, 1);

  file->path = g_strdup (path);
  file->size = size;
  file->oid = g_strdup (oid);
  file->sha256 = g_strdup (sha256);
  g_ptr_array_add (tree, file);
}

#define OID    "ce013625030ba8dba906f756967f9e9ca394464a"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void
test_tree (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GPtrArray) tree = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_tree_file_free);
  MaqCache *cache = fixture->cache;

  g_assert_null (maq_cache_read_tree (cache, MAQ_REPO_KIND_MODEL, "acme/new", COMMIT_A));
  add_tree_file (tree, "weird \"but\" välid/name.txt", 6, OID, NULL);
  add_tree_file (tree, "large.gguf", G_GUINT64_CONSTANT (5000000000), OID, SHA256);
  ((MaqCacheTreeFile *) tree->pdata[1])->xet = g_strdup (SHA256);
  maq_cache_write_tree (cache, MAQ_REPO_KIND_MODEL, "acme/new", COMMIT_A, tree);
  g_autofree char *text = fixture_dup_text (fixture, "models--acme--new/trees/" COMMIT_A ".json");
  g_assert_true (g_str_has_prefix (text, "{\n \"format_version\" : 1,\n \"files\" : {\n  \"large.gguf\" : {\n"));
  g_assert_true (fixture_exists (fixture, "models--acme--new/snapshots/" COMMIT_A));

  g_autoptr (GPtrArray) read = maq_cache_read_tree (cache, MAQ_REPO_KIND_MODEL, "acme/new", COMMIT_A);
  g_assert_cmpuint (read->len, ==, 2);
  const MaqCacheTreeFile *large = read->pdata[0], *weird = read->pdata[1];
  g_assert_cmpstr (large->path, ==, "large.gguf");
  g_assert_cmpuint (large->size, ==, G_GUINT64_CONSTANT (5000000000));
  g_assert_cmpstr (maq_cache_tree_file_get_etag (large), ==, SHA256);
  g_assert_cmpstr (large->xet, ==, SHA256);
  g_assert_cmpstr (weird->path, ==, "weird \"but\" välid/name.txt");
  g_assert_cmpstr (maq_cache_tree_file_get_etag (weird), ==, OID);
  g_assert_null (weird->xet);

  // With a gap it is no list; nor does a hostile name lead anywhere.
  add_tree_file (tree, "no-oid", 1, NULL, SHA256);
  maq_cache_write_tree (cache, MAQ_REPO_KIND_MODEL, "acme/other", COMMIT_A, tree);
  maq_cache_write_tree (cache, MAQ_REPO_KIND_MODEL, "acme/other", "../../x", tree);
  g_assert_false (fixture_exists (fixture, "models--acme--other"));
}

static void
test_bad_trees (Fixture      *fixture,
                gconstpointer data)
{
  const char *texts[] = {
    "",
    "{",
    "[]",
    "{\"format_version\": 2, \"files\": {}}",
    "{\"format_version\": 1}",
    "{\"format_version\": 1, \"files\": []}",
    "{\"format_version\": 1, \"files\": {\"a\": {\"size\": 1, \"blob_id\": \"" OID "\", \"xet_hash\": \"****\"}}}",
  };
  const char *mixed = "{\"format_version\": 1, \"files\": {"
                      "\"../../escaped\": {\"size\": 1, \"blob_id\": \"" OID "\"},"
                      "\"odd\": {\"size\": 1, \"blob_id\": \"../x\"},"
                      "\"huge\": {\"size\": -1, \"blob_id\": \"" OID "\"},"
                      "\"good\": {\"size\": 1, \"blob_id\": \"" OID "\", \"xet_hash\": \"" SHA256 "\"}}}";

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      fixture_write (fixture, REPO "/trees/" COMMIT_B ".json", texts[i]);
      g_assert_null (maq_cache_read_tree (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_B));
    }
  fixture_write (fixture, REPO "/trees/" COMMIT_B ".json", mixed);
  g_autoptr (GPtrArray) tree = maq_cache_read_tree (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_B);
  g_assert_cmpuint (tree->len, ==, 1);
  g_assert_cmpstr (((MaqCacheTreeFile *) tree->pdata[0])->path, ==, "good");
  fixture_link (fixture, REPO "/trees/" COMMIT_A ".json", COMMIT_B ".json");
  g_assert_null (maq_cache_read_tree (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_A));
}

static void
test_environment (void)
{
  g_autofree char *expected = g_build_filename (g_getenv ("HF_HOME"), "hub", NULL);
  g_autoptr (MaqCache) cache = maq_cache_new (NULL);
  g_assert_cmpstr (maq_cache_get_root (cache), ==, expected);

  g_setenv ("HF_HUB_CACHE", "/somewhere/else", TRUE);
  g_autoptr (MaqCache) other = maq_cache_new (NULL);
  g_assert_cmpstr (maq_cache_get_root (other), ==, "/somewhere/else");
  g_unsetenv ("HF_HUB_CACHE");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/cache/refs-name-commits", fixture_set_up, test_refs);
  ADD ("/cache/finds-files", fixture_set_up, test_files);
  ADD ("/cache/uses-what-has-no-ref", fixture_set_up, test_no_ref);
  ADD ("/cache/names-of-folders", fixture_set_up_empty, test_names);
  ADD ("/cache/known-absent", fixture_set_up, test_absent);
  ADD ("/cache/writes-refs-after-snapshots", fixture_set_up_empty, test_write_ref);
  ADD ("/cache/refuses-hostile-refs", fixture_set_up, test_hostile_refs);
  ADD ("/cache/reads-a-read-only-cache", fixture_set_up, test_read_only);
  ADD ("/cache/free-bytes", fixture_set_up_empty, test_free_bytes);
  ADD ("/cache/keeps-lists-of-files", fixture_set_up_empty, test_tree);
  ADD ("/cache/refuses-bad-lists", fixture_set_up, test_bad_trees);
  g_test_add_func ("/cache/place-from-the-environment", test_environment);
  return g_test_run ();
}
