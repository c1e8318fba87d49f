// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE (3 << 20)

static char *
dup_content (void)
{
  char *content = g_malloc (SIZE + 1);

  for (guint i = 0; i < SIZE; i++)
    content[i] = 'a' + i * 7 % 26;
  content[SIZE] = '\0';
  return content;
}

static MaqCacheWriter *
begin (Fixture    *fixture,
       const char *path,
       const char *etag,
       guint64     size,
       const char *tag,
       GError    **error)
{
  return maq_cache_writer_begin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", COMMIT_A, path, etag, size, NULL, tag, error);
}

static void
append (MaqCacheWriter *writer,
        const char     *data,
        gsize           length)
{
  g_autoptr (GError) error = NULL;

  fixture_append (writer, data, length, &error);
  g_assert_no_error (error);
}

static void
check_whole (Fixture    *fixture,
             const char *file,
             const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static guint
count_partials (Fixture *fixture)
{
  g_autofree char *blobs = fixture_dup_path (fixture, "models--acme--new/blobs");
  g_autoptr (GDir) dir = g_dir_open (blobs, 0, NULL);
  guint n = 0;

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    n += g_str_has_suffix (name, ".incomplete");
  return n;
}

static void
test_write (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (GError) error = NULL;
  mode_t mask = umask (0022);
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "onnx/model.onnx", etag, SIZE, "0123abcd", &error);
  g_assert_no_error (error);
  g_assert_false (maq_cache_writer_is_complete (writer));
  g_assert_cmpuint (fixture_get_prefix (writer), ==, 0);
  g_autofree char *partial = g_strconcat (etag, ".maquette-0123abcd.incomplete", NULL);
  g_assert_cmpstr (maq_cache_writer_get_partial (writer), ==, partial);

  append (writer, content, 60000);
  g_assert_cmpuint (maq_cache_get_partial_size (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", etag, SIZE, "0123abcd"), ==, 60000);
  append (writer, content + 60000, SIZE - 60000);
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, content);
  umask (mask);

  g_autofree char *link = g_file_read_link (file, NULL);
  g_autofree char *target = g_strconcat ("../../../blobs/", etag, NULL);
  g_assert_cmpstr (link, ==, target);
  GStatBuf info;
  g_assert_cmpint (g_stat (file, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0644);
  g_assert_cmpuint (count_partials (fixture), ==, 0);

  // The lock is free again, and what is here needs no byte.
  close (fixture_hold_lock (fixture, "models--acme--new", etag));
  g_autoptr (MaqCacheWriter) second = begin (fixture, "copy.onnx", etag, SIZE, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_is_complete (second));
  g_assert_null (maq_cache_writer_get_partial (second));
  g_autofree char *copy = maq_cache_writer_finish (second, &error);
  check_whole (fixture, copy, content);
}

static void
test_git_and_other_hashes (Fixture      *fixture,
                           gconstpointer data)
{
  g_autofree char *etag = hash_git ("hello\n", 6);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (etag, ==, "ce013625030ba8dba906f756967f9e9ca394464a"); // as `git hash-object` says
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "a.txt", etag, 6, NULL, &error);
  append (writer, "hello\n", 6);
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, "hello\n");

  // An old etag is no hash of the content: only the length counts.
  g_autoptr (MaqCacheWriter) old = begin (fixture, "b.txt", "5d41402abc4b2a76b9719d911017c592-3", 5, NULL, &error);
  append (old, "hello", 5);
  g_autofree char *other = maq_cache_writer_finish (old, &error);
  g_assert_no_error (error);
  check_whole (fixture, other, "hello");

  g_autofree char *empty_etag = hash_git ("", 0);
  g_autoptr (MaqCacheWriter) empty = begin (fixture, "__init__.py", empty_etag, 0, NULL, &error);
  g_autofree char *nothing = maq_cache_writer_finish (empty, &error);
  g_assert_no_error (error);
  check_whole (fixture, nothing, "");
}

static void
test_resume (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (GError) error = NULL;

  MaqCacheWriter *first = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  append (first, content, 70000);
  g_assert_finalize_object (first);
  g_assert_cmpuint (count_partials (fixture), ==, 1);

  MaqCacheWriter *second = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_get_prefix (second), ==, 70000);
  // What is there is hashed meanwhile, and once.
  gboolean idle = TRUE;
  g_assert_true (maq_cache_writer_keep (second, &idle, &error));
  g_assert_false (idle);
  g_assert_true (maq_cache_writer_keep (second, &idle, &error));
  g_assert_true (idle);
  append (second, content + 70000, 1000);
  g_assert_finalize_object (second);

  // Another transfer goes on with what a former one left, and only one partial file remains.
  g_autoptr (MaqCacheWriter) third = begin (fixture, "m.bin", etag, SIZE, "00000002", &error);
  g_assert_cmpuint (fixture_get_prefix (third), ==, 71000);
  g_assert_cmpuint (count_partials (fixture), ==, 1);
  append (third, content + 71000, SIZE - 71000);
  g_autofree char *file = maq_cache_writer_finish (third, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, content);
}

// As several connections bring it, with a stop in between.
static void
test_out_of_order (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  const guint      part = SIZE / 6;
  const guint      first[] = { 4, 0, 2 };
  const guint      second[] = { 5, 3, 1 };
  gboolean         idle = FALSE;
  g_autoptr (GError) error = NULL;

  MaqCacheWriter *writer = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    g_assert_true (maq_cache_writer_write (writer, first[i] * part, content + first[i] * part, part, &error));
  g_assert_finalize_object (writer);

  writer = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  g_autoptr (MaqRanges) there = maq_cache_writer_dup_ranges (writer);
  g_assert_cmpuint (maq_ranges_get_total (there), ==, 3 * part);
  g_assert_cmpuint (maq_ranges_get_prefix (there), ==, part);
  for (guint i = 0; i < G_N_ELEMENTS (second); i++)
    {
      g_assert_true (maq_cache_writer_write (writer, second[i] * part, content + second[i] * part, part, &error));
      g_assert_true (maq_cache_writer_keep (writer, &idle, &error));
    }
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, content);
  g_assert_finalize_object (writer);
  g_assert_cmpuint (count_partials (fixture), ==, 0);
}

// A file with a gap never gets its final name.
static void
test_gap (Fixture      *fixture,
          gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "m.bin", etag, SIZE, NULL, &error);

  g_assert_true (maq_cache_writer_write (writer, 10, content + 10, SIZE - 10, &error));
  g_assert_null (maq_cache_writer_finish (writer, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
}

static void
test_resume_damaged (Fixture      *fixture,
                     gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autofree char *path = g_strconcat ("models--acme--new/blobs/", etag, ".maquette-00000001.incomplete", NULL);
  g_autoptr (GError) error = NULL;

  // Longer than the file: starts again.
  g_autofree char *longer = g_strconcat (content, "more", NULL);
  fixture_write (fixture, path, longer);
  MaqCacheWriter *writer = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  g_assert_cmpuint (fixture_get_prefix (writer), ==, 0);
  g_assert_finalize_object (writer);

  // Wrong bytes are found in the end, and are gone then.
  g_autofree char *wrong = g_strndup (content, 50000);
  wrong[10] = '!';
  fixture_write (fixture, path, wrong);
  writer = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  g_assert_cmpuint (fixture_get_prefix (writer), ==, 50000);
  append (writer, content + 50000, SIZE - 50000);
  g_assert_null (maq_cache_writer_finish (writer, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
  g_clear_error (&error);
  g_assert_finalize_object (writer);
  g_assert_cmpuint (count_partials (fixture), ==, 0);

  // Started again it is right.
  fixture_write (fixture, path, wrong);
  g_autoptr (MaqCacheWriter) again = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  g_assert_true (maq_cache_writer_write (again, 0, content, SIZE, &error));
  g_autofree char *file = maq_cache_writer_finish (again, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, content);
}

static void
test_wrong_length (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (GError) error = NULL;

  MaqCacheWriter *writer = begin (fixture, "m.bin", etag, SIZE, NULL, &error);
  append (writer, content, SIZE - 1);
  g_assert_false (fixture_append (writer, "xy", 2, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
  g_clear_error (&error);
  g_assert_null (maq_cache_writer_finish (writer, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
  g_assert_finalize_object (writer);
  // Nothing is left of it, not even empty folders.
  g_assert_false (fixture_exists (fixture, "models--acme--new"));
}

static void
test_flipped_bits (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GError) error = NULL;
      guint at = i == 99 ? SIZE - 1 : g_test_rand_int_range (0, SIZE);
      g_autoptr (MaqCacheWriter) writer = begin (fixture, "m.bin", etag, SIZE, NULL, &error);
      content[at] ^= 1 << i % 7;
      append (writer, content, SIZE);
      content[at] ^= 1 << i % 7;
      g_assert_null (maq_cache_writer_finish (writer, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
    }
}

static void
test_deleted_meanwhile (Fixture      *fixture,
                        gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  append (writer, content, 1000);

  g_autofree char *path = g_strconcat ("models--acme--new/blobs/", maq_cache_writer_get_partial (writer), NULL);
  g_autofree char *full = fixture_dup_path (fixture, path);
  g_assert_cmpint (g_unlink (full), ==, 0);
  g_assert_false (fixture_append (writer, content + 1000, 1000, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED);
}

static void
test_locked (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *etag = hash_git ("hello\n", 6);
  g_autoptr (GError) error = NULL;
  int lock = fixture_hold_lock (fixture, "models--acme--new", etag);

  g_assert_null (begin (fixture, "a.txt", etag, 6, "00000001", &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED);
  g_clear_error (&error);

  // The other one finishes the blob: it is used, even while the lock is still held.
  g_autofree char *blob = g_strconcat ("models--acme--new/blobs/", etag, NULL);
  fixture_write (fixture, blob, "hello\n");
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "a.txt", etag, 6, "00000001", &error);
  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_is_complete (writer));
  close (lock);
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  check_whole (fixture, file, "hello\n");

  // Two of ours exclude each other too.
  g_autoptr (MaqCacheWriter) ours = begin (fixture, "b", "feed", 3, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (begin (fixture, "b", "feed", 3, NULL, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED);
}

static void
test_space (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (GError) error = NULL;

  maq_cache_set_free_bytes (fixture->cache, SIZE - 1);
  g_assert_null (begin (fixture, "m.bin", etag, SIZE, NULL, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_false (fixture_exists (fixture, "models--acme--new"));

  // What is there already counts.
  maq_cache_set_free_bytes (fixture->cache, SIZE);
  MaqCacheWriter *writer = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  append (writer, content, 600);
  g_assert_finalize_object (writer);
  maq_cache_set_free_bytes (fixture->cache, SIZE - 600);
  writer = begin (fixture, "m.bin", etag, SIZE, "00000001", &error);
  g_assert_no_error (error);
  g_assert_finalize_object (writer);
}

static void
test_hostile_names (Fixture      *fixture,
                    gconstpointer data)
{
  const char *paths[] = {
    "../../../etc/passwd",
    "folder/../../../etc/passwd",
    "..\\..\\Windows\\evil",
    "folder\\..\\..\\evil",
    "/etc/passwd",
    "C:\\Windows\\System32\\evil",
    "C:/Windows/System32/evil",
    "D:relative\\evil",
    "\\\\attacker\\share\\evil",
    "\\evil",
    "folder/C:\\Windows\\evil",
    "folder/\\\\attacker\\share\\evil",
    "folder/\\evil",
    "folder/..\\..\\..\\file",
    "",
    ".",
    "a//b",
    "a/./b",
    "a/",
    "\xff\xfe",
  };
  const char *etags[] = { "", ".", "..", "../x", "a/b", ".hidden", "a\\b", "a b", "W/\"abc\"", "a\nb", "\xc3\xa9" };
  const char *commits[] = { "", "main", "../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", COMMIT_A "a", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
  const char *good[] = { "file.txt", "path/in/repo.txt", "weird but valid/name.txt" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (begin (fixture, paths[i], "abc", 3, NULL, &error));
      g_assert_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH);
    }
  for (guint i = 0; i < G_N_ELEMENTS (etags); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (begin (fixture, "f", etags[i], 3, NULL, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
    }
  g_autofree char *long_etag = g_strnfill (129, 'a');
  g_autoptr (GError) long_error = NULL;
  g_assert_null (begin (fixture, "f", long_etag, 3, NULL, &long_error));
  g_assert_error (long_error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
  for (guint i = 0; i < G_N_ELEMENTS (commits); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (maq_cache_writer_begin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", commits[i], "f", "abc", 3, NULL, NULL, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
    }
  g_assert_false (fixture_exists (fixture, "")); // nothing was made so far
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *etag = g_strdup_printf ("abc%u", i);
      g_autoptr (MaqCacheWriter) writer = begin (fixture, good[i], etag, 3, NULL, &error);
      append (writer, "xyz", 3);
      g_autofree char *file = maq_cache_writer_finish (writer, &error);
      g_assert_no_error (error);
    }
}

static void
test_planted_links (Fixture      *fixture,
                    gconstpointer data)
{
  const char      *planted[] = { "blobs", "snapshots", "snapshots/" COMMIT_A, "snapshots/" COMMIT_A "/onnx" };
  g_autofree char *outside = fixture_dup_path (fixture, "../outside");

  g_assert_cmpint (g_mkdir_with_parents (outside, 0777), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (planted); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = g_strdup_printf ("acme/trap%u", i);
      g_autofree char *link = g_strdup_printf ("models--acme--trap%u/%s", i, planted[i]);
      fixture_link (fixture, link, outside);
      g_autoptr (MaqCacheWriter) writer = maq_cache_writer_begin (fixture->cache, MAQ_REPO_KIND_MODEL, id, COMMIT_A, "onnx/m.bin", "abc", 3, NULL, NULL, &error);
      if (writer != NULL)
        {
          append (writer, "xyz", 3);
          g_assert_null (maq_cache_writer_finish (writer, &error));
        }
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
    }
  g_assert_cmpint (g_rmdir (outside), ==, 0); // nothing got there

  // A link at the name of the partial file, of the blob or of the pointer is replaced, not written through.
  g_autoptr (GError) error = NULL;
  fixture_write (fixture, "../victim", "untouched");
  fixture_link (fixture, "models--acme--new/blobs/abd.maquette-00000001.incomplete", "../../../victim");
  fixture_link (fixture, "models--acme--new/blobs/abd", "../../../victim");
  fixture_link (fixture, "models--acme--new/snapshots/" COMMIT_A "/p.bin", "../../../../victim2");
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "p.bin", "abd", 3, "00000001", &error);
  g_assert_no_error (error);
  append (writer, "xyz", 3);
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, "xyz");
  g_autofree char *victim = fixture_dup_text (fixture, "../victim");
  g_assert_cmpstr (victim, ==, "untouched");
  g_assert_false (fixture_exists (fixture, "../victim2"));
}

static void
test_damaged_blob (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *etag = hash_git ("hello\n", 6);
  g_autofree char *blob = g_strconcat ("models--acme--new/blobs/", etag, NULL);
  g_autofree char *target = g_strconcat ("../../blobs/", etag, NULL);
  g_autoptr (GError) error = NULL;

  // A blob of no bytes with a pointer to it is not the file.
  fixture_write (fixture, blob, "");
  fixture_link (fixture, "models--acme--new/snapshots/" COMMIT_A "/a.txt", target);
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "a.txt", etag, 6, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (maq_cache_writer_is_complete (writer));
  append (writer, "hello\n", 6);
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, "hello\n");
}

static void
test_no_links (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *etag = hash_git ("hello\n", 6);
  g_autofree char *old = hash_git ("old\n", 4);

  g_setenv ("HF_HUB_DISABLE_SYMLINKS", "yes", TRUE);
  g_autoptr (MaqCache) cache = maq_cache_new (fixture->root);
  g_unsetenv ("HF_HUB_DISABLE_SYMLINKS");

  // A new file goes into the snapshot itself.
  g_autoptr (MaqCacheWriter) writer = maq_cache_writer_begin (cache, MAQ_REPO_KIND_MODEL, "acme/new", COMMIT_A, "sub/a.txt", etag, 6, NULL, NULL, &error);
  append (writer, "hello\n", 6);
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, "hello\n");
  g_assert_false (g_file_test (file, G_FILE_TEST_IS_SYMLINK));
  g_autofree char *blob = g_strconcat ("models--acme--new/blobs/", etag, NULL);
  g_assert_false (fixture_exists (fixture, blob));

  // A blob from before is copied.
  g_autofree char *old_blob = g_strconcat ("models--acme--new/blobs/", old, NULL);
  fixture_write (fixture, old_blob, "old\n");
  g_autoptr (MaqCacheWriter) second = maq_cache_writer_begin (cache, MAQ_REPO_KIND_MODEL, "acme/new", COMMIT_A, "old.txt", old, 4, NULL, NULL, &error);
  g_assert_true (maq_cache_writer_is_complete (second));
  g_autofree char *copy = maq_cache_writer_finish (second, &error);
  g_assert_no_error (error);
  check_whole (fixture, copy, "old\n");
  g_assert_false (g_file_test (copy, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (fixture_exists (fixture, old_blob));
  g_assert_cmpuint (count_partials (fixture), ==, 0);
}

static void
test_read_only (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *repo = fixture_dup_path (fixture, REPO);
  g_autofree char *snapshots = fixture_dup_path (fixture, REPO "/snapshots");
  g_autofree char *locks = fixture_dup_path (fixture, ".locks");
  g_autoptr (GError) error = NULL;

  // A file that is here is given without any write: there is not even a folder of locks afterwards.
  g_autoptr (MaqCacheWriter) writer = maq_cache_writer_begin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_B, "model.gguf", fixture->weights, WEIGHTS_SIZE, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_is_complete (writer));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_nonnull (file);
  g_assert_false (g_file_test (locks, G_FILE_TEST_EXISTS));
  g_assert_false (fixture_exists (fixture, "CACHEDIR.TAG"));

  g_assert_cmpint (g_chmod (snapshots, 0555), ==, 0);
  if (access (snapshots, W_OK) == 0)
    g_test_skip ("this user may write everywhere");
  else
    {
      g_assert_null (maq_cache_writer_begin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", COMMIT_C, "x", "abc", 3, NULL, NULL, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_READ_ONLY);
    }
  g_chmod (snapshots, 0755);
}

static void
test_remove_partials (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  MaqCacheWriter *one = begin (fixture, "onnx/a", "aa", 9, "00000001", &error);
  append (one, "1234", 4);
  g_assert_finalize_object (one);
  MaqCacheWriter *two = begin (fixture, "b", "bb", 9, "00000001", &error);
  append (two, "1234", 4);
  MaqCacheWriter *other = begin (fixture, "c", "cc", 9, "00000002", &error);
  append (other, "1234", 4);
  g_assert_finalize_object (other);

  maq_cache_remove_partials (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", "00000001");
  g_assert_false (fixture_exists (fixture, "models--acme--new/blobs/aa.maquette-00000001.incomplete"));
  g_assert_true (fixture_exists (fixture, "models--acme--new/blobs/bb.maquette-00000001.incomplete")); // being written
  g_assert_true (fixture_exists (fixture, "models--acme--new/blobs/cc.maquette-00000002.incomplete"));
  g_assert_finalize_object (two);
  maq_cache_remove_partials (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", "00000001");
  // The list of files goes with the last of them.
  fixture_write (fixture, "models--acme--new/trees/" COMMIT_A ".json", "{}");
  maq_cache_remove_partials (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", "00000002");
  g_assert_false (fixture_exists (fixture, "models--acme--new"));
}

// Weights that another repo has under the same SHA-256 are not fetched again; the two share their bytes.
static void
test_twin (Fixture      *fixture,
           gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autofree char *blob = g_strconcat ("models--acme--old/blobs/", etag, NULL);
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, blob, content);
  g_assert_true (maq_cache_has_twin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", etag, SIZE, NULL));
  g_assert_false (maq_cache_has_twin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", etag, SIZE + 1, NULL));
  g_assert_false (maq_cache_has_twin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/old", etag, SIZE, NULL));
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "model.gguf", etag, SIZE, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_is_complete (writer));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, content);
  g_assert_cmpuint (count_partials (fixture), ==, 0);
  g_assert_true (fixture_exists (fixture, blob));
}

// A twin that is not what its name says is left alone, and the file fetched.
static void
test_damaged_twin (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autofree char *blob = g_strconcat ("datasets--acme--old/blobs/", etag, NULL);
  g_autoptr (GError) error = NULL;

  content[SIZE / 2] ^= 1;
  fixture_write (fixture, blob, content);
  content[SIZE / 2] ^= 1;
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "model.gguf", etag, SIZE, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (maq_cache_writer_is_complete (writer));
  append (writer, content, SIZE);
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_whole (fixture, file, content);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/cache/writer/writes-checks-and-links", fixture_set_up_empty, test_write);
  ADD ("/cache/writer/git-and-other-hashes", fixture_set_up_empty, test_git_and_other_hashes);
  ADD ("/cache/writer/resumes-own-partial-files", fixture_set_up_empty, test_resume);
  ADD ("/cache/writer/comes-in-any-order", fixture_set_up_empty, test_out_of_order);
  ADD ("/cache/writer/a-gap-is-found", fixture_set_up_empty, test_gap);
  ADD ("/cache/writer/damaged-partial-files", fixture_set_up_empty, test_resume_damaged);
  ADD ("/cache/writer/wrong-length", fixture_set_up_empty, test_wrong_length);
  ADD ("/cache/writer/every-flipped-bit-is-found", fixture_set_up_empty, test_flipped_bits);
  ADD ("/cache/writer/notices-a-deleted-partial-file", fixture_set_up_empty, test_deleted_meanwhile);
  ADD ("/cache/writer/respects-locks", fixture_set_up_empty, test_locked);
  ADD ("/cache/writer/checks-the-space", fixture_set_up_empty, test_space);
  ADD ("/cache/writer/refuses-hostile-names", fixture_set_up_empty, test_hostile_names);
  ADD ("/cache/writer/never-follows-planted-links", fixture_set_up_empty, test_planted_links);
  ADD ("/cache/writer/replaces-a-damaged-blob", fixture_set_up_empty, test_damaged_blob);
  ADD ("/cache/writer/without-links", fixture_set_up_empty, test_no_links);
  ADD ("/cache/writer/reads-a-read-only-cache", fixture_set_up, test_read_only);
  ADD ("/cache/writer/shares-what-another-repo-has", fixture_set_up_empty, test_twin);
  ADD ("/cache/writer/never-shares-what-is-damaged", fixture_set_up_empty, test_damaged_twin);
  ADD ("/cache/writer/removes-partial-files", fixture_set_up_empty, test_remove_partials);
  return g_test_run ();
}
