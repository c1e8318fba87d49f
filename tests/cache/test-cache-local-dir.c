// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maq-cache-local-dir.h"

// The folder is "../out" beside the cache.

#define SIZE     (3 << 20)
#define DOWNLOAD "../out/.cache/huggingface/download/"
// urlsafe_b64encode (sha1 ("model.gguf.metadata")), as Python says
#define HASHED "oXa0XAG8ZeXAcRMIPdQRwbfnQrg="

static char *
dup_content (void)
{
  char *content = g_malloc (SIZE + 1);

  for (guint i = 0; i < SIZE; i++)
    content[i] = 'a' + i * 7 % 26;
  content[SIZE] = '\0';
  return content;
}

static MaqCacheLocalDir *
open_dir (Fixture *fixture)
{
  g_autofree char *path = fixture_dup_path (fixture, "../out");
  g_autoptr (GError) error = NULL;
  MaqCacheLocalDir *dir = maq_cache_local_dir_new (fixture->cache, path, &error);

  g_assert_no_error (error);
  maq_cache_local_dir_prepare (dir, TRUE, &error);
  g_assert_no_error (error);
  return dir;
}

static MaqCacheWriter *
begin (MaqCacheLocalDir *dir,
       const char       *commit,
       const char       *path,
       const char       *content,
       GError          **error)
{
  g_autofree char *etag = hash_sha256 (content, strlen (content));

  return maq_cache_local_dir_begin (dir, commit, path, etag, strlen (content), "00000001", NULL, FALSE, error);
}

// A whole download of one file.
static char *
put (MaqCacheLocalDir *dir,
     const char       *commit,
     const char       *path,
     const char       *content,
     gboolean          replace,
     GError          **error)
{
  g_autofree char *etag = hash_sha256 (content, strlen (content));
  g_autoptr (MaqCacheWriter) writer = maq_cache_local_dir_begin (dir, commit, path, etag, strlen (content), "00000001", NULL, replace, error);

  if (writer == NULL)
    return NULL;
  if (!maq_cache_writer_is_complete (writer) && !fixture_append (writer, content, strlen (content), error))
    return NULL;
  return maq_cache_writer_finish (writer, error);
}

static MaqCacheLocalState
look (MaqCacheLocalDir *dir,
      const char       *commit,
      const char       *path,
      const char       *content)
{
  g_autofree char *etag = content != NULL ? hash_sha256 (content, strlen (content)) : NULL;
  g_autoptr (GError) error = NULL;
  MaqCacheLocalState state;

  g_assert_true (maq_cache_local_dir_look (dir, commit, path, etag, content != NULL ? strlen (content) : 0, &state, &error));
  g_assert_no_error (error);
  return state;
}

static void
check_text (Fixture    *fixture,
            const char *path,
            const char *expected)
{
  g_autofree char *text = fixture_dup_text (fixture, path);

  g_assert_cmpstr (text, ==, expected);
}

static void
check_note (Fixture    *fixture,
            const char *path,
            const char *commit,
            const char *content)
{
  g_autofree char *etag = hash_sha256 (content, strlen (content));
  g_autofree char *place = g_strconcat (DOWNLOAD, path, ".metadata", NULL);
  g_autofree char *text = fixture_dup_text (fixture, place);

  g_assert_nonnull (text);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpstr (lines[0], ==, commit);
  g_assert_cmpstr (lines[1], ==, etag);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (lines[2], NULL), g_get_real_time () / 1e6, 60);
  g_assert_cmpstr (lines[3], ==, "");
}

static void
write_note (Fixture    *fixture,
            const char *path,
            const char *commit,
            const char *content,
            double      age)
{
  g_autofree char *etag = hash_sha256 (content, strlen (content));
  g_autofree char *place = g_strconcat (DOWNLOAD, path, ".metadata", NULL);
  g_autofree char *text = g_strdup_printf ("%s\n%s\n%.3f\n", commit, etag, g_get_real_time () / 1e6 - age);

  fixture_write (fixture, place, text);
}

static void
test_write (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;

  g_autoptr (MaqCacheWriter) writer = begin (dir, COMMIT_A, "onnx/model.gguf", content, &error);
  g_assert_no_error (error);
  g_autofree char *partial = g_strconcat (HASHED ".", etag, ".maquette-00000001.incomplete", NULL);
  g_assert_cmpstr (maq_cache_writer_get_partial (writer), ==, partial);
  g_assert_true (fixture_append (writer, content, 60000, &error));
  g_autofree char *place = g_strconcat (DOWNLOAD "onnx/", partial, NULL);
  g_assert_true (fixture_exists (fixture, place));
  g_assert_cmpuint (maq_cache_local_dir_get_partial_size (dir, "onnx/model.gguf", etag, SIZE, "00000001"), ==, 60000);
  g_assert_false (fixture_exists (fixture, "../out/onnx"));
  g_assert_true (fixture_append (writer, content + 60000, SIZE - 60000, &error));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);

  g_autofree char *expected = fixture_dup_path (fixture, "../out/onnx/model.gguf");
  g_assert_cmpstr (file, ==, expected);
  check_text (fixture, "../out/onnx/model.gguf", content);
  check_note (fixture, "onnx/model.gguf", COMMIT_A, content);
  check_text (fixture, "../out/.cache/huggingface/.gitignore", "*");
  g_autofree char *tag = fixture_dup_text (fixture, "../out/.cache/huggingface/CACHEDIR.TAG");
  g_assert_true (g_str_has_prefix (tag, "Signature: 8a477f597d28d172789f06886806bc55\n"));
  g_assert_false (fixture_exists (fixture, place));
  // No link anywhere, and nothing in the cache.
  GStatBuf info;
  g_assert_cmpint (g_lstat (file, &info), ==, 0);
  g_assert_true (S_ISREG (info.st_mode));
  g_assert_cmpuint (info.st_nlink, ==, 1);
  g_assert_false (fixture_exists (fixture, ""));

  g_autoptr (MaqCacheWriter) again = begin (dir, COMMIT_A, "onnx/model.gguf", content, &error);
  g_assert_true (maq_cache_writer_is_complete (again));
}

static void
test_rules (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", "hello"), ==, MAQ_CACHE_LOCAL_ABSENT);
  g_assert_cmpint (look (dir, COMMIT_A, "sub/a.txt", "hello"), ==, MAQ_CACHE_LOCAL_ABSENT);
  // A note without its file says nothing.
  write_note (fixture, "a.txt", COMMIT_A, "hello", 0);
  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", "hello"), ==, MAQ_CACHE_LOCAL_ABSENT);

  // Python's rules: the commit alone, without the etag; the etag; the hash.
  fixture_write (fixture, "../out/a.txt", "hello");
  write_note (fixture, "a.txt", COMMIT_A, "hello", 0);
  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", NULL), ==, MAQ_CACHE_LOCAL_CURRENT);
  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", "hello"), ==, MAQ_CACHE_LOCAL_CURRENT);
  g_assert_cmpint (look (dir, COMMIT_B, "a.txt", NULL), ==, MAQ_CACHE_LOCAL_OUTDATED);
  g_assert_cmpint (look (dir, COMMIT_B, "a.txt", "hello"), ==, MAQ_CACHE_LOCAL_CURRENT);
  g_assert_cmpint (look (dir, COMMIT_B, "a.txt", "other"), ==, MAQ_CACHE_LOCAL_OUTDATED);
  // Noted, but not of that length: it was damaged.
  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", "hello there"), ==, MAQ_CACHE_LOCAL_OTHER);

  // Changed after it was noted. Right content is right all the same.
  write_note (fixture, "a.txt", COMMIT_A, "other", 100);
  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", "hello"), ==, MAQ_CACHE_LOCAL_CURRENT);
  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", "other"), ==, MAQ_CACHE_LOCAL_OTHER);
  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", NULL), ==, MAQ_CACHE_LOCAL_OTHER);

  const char *broken[] = { "", "\n", COMMIT_A "\nabc", COMMIT_A "\nabc\nsoon\n", "\xff\xfe\n\n\n" };
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      fixture_write (fixture, DOWNLOAD "a.txt.metadata", broken[i]);
      g_assert_cmpint (look (dir, COMMIT_A, "a.txt", NULL), ==, MAQ_CACHE_LOCAL_OTHER);
      g_assert_cmpint (look (dir, COMMIT_A, "a.txt", "hello"), ==, MAQ_CACHE_LOCAL_CURRENT);
    }

  // What was found right by its hash is noted, and what has the same etag gets the new commit.
  g_autofree char *one = put (dir, COMMIT_A, "a.txt", "hello", FALSE, &error);
  check_note (fixture, "a.txt", COMMIT_A, "hello");
  g_autofree char *two = put (dir, COMMIT_B, "a.txt", "hello", FALSE, &error);
  g_assert_no_error (error);
  check_note (fixture, "a.txt", COMMIT_B, "hello");

  // The hash of a small file of git.
  g_autofree char   *git = hash_git ("hello", 5);
  MaqCacheLocalState state;
  fixture_write (fixture, "../out/b.txt", "hello");
  g_assert_true (maq_cache_local_dir_look (dir, COMMIT_A, "b.txt", git, 5, &state, &error));
  g_assert_cmpint (state, ==, MAQ_CACHE_LOCAL_CURRENT);
}

static void
test_updates (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = put (dir, COMMIT_A, "a.txt", "first", FALSE, &error);

  // The old one stays until the new one is whole.
  g_autoptr (MaqCacheWriter) writer = begin (dir, COMMIT_B, "a.txt", "second one", &error);
  g_assert_no_error (error);
  g_assert_true (fixture_append (writer, "second", 6, &error));
  check_text (fixture, "../out/a.txt", "first");
  g_assert_true (fixture_append (writer, " two", 4, &error));
  g_assert_null (maq_cache_writer_finish (writer, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
  g_clear_error (&error);
  check_text (fixture, "../out/a.txt", "first");

  g_autofree char *second = put (dir, COMMIT_B, "a.txt", "second one", FALSE, &error);
  g_assert_no_error (error);
  check_text (fixture, "../out/a.txt", "second one");
  check_note (fixture, "a.txt", COMMIT_B, "second one");
}

static void
test_users_file (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, "../out/README.md", "my own");
  g_assert_null (put (dir, COMMIT_A, "README.md", "theirs", FALSE, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED);
  g_clear_error (&error);
  check_text (fixture, "../out/README.md", "my own");
  g_autofree char *replaced = put (dir, COMMIT_A, "README.md", "theirs", TRUE, &error);
  g_assert_no_error (error);
  check_text (fixture, "../out/README.md", "theirs");

  // Changed since it was fetched.
  write_note (fixture, "README.md", COMMIT_A, "theirs", 100);
  fixture_write (fixture, "../out/README.md", "edited");
  g_assert_null (put (dir, COMMIT_B, "README.md", "newer", FALSE, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED);
  g_clear_error (&error);
  check_text (fixture, "../out/README.md", "edited");

  // A folder, and a file where a folder is needed.
  fixture_write (fixture, "../out/folder/x", "x");
  fixture_write (fixture, "../out/file", "x");
  const char *paths[] = { "folder", "file/y" };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_assert_null (put (dir, COMMIT_A, paths[i], "theirs", TRUE, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED);
      g_clear_error (&error);
    }
  check_text (fixture, "../out/folder/x", "x");
  check_text (fixture, "../out/file", "x");
}

// While a file is fetched, its name may be given to something, or what has it may be changed.
static void
test_meanwhile (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *old = put (dir, COMMIT_A, "old.txt", "old", FALSE, &error);
  const char      *paths[] = { "new.txt", "old.txt" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *path = g_build_filename ("../out", paths[i], NULL);
      g_autoptr (MaqCacheWriter) writer = begin (dir, COMMIT_B, paths[i], "theirs", &error);
      g_assert_true (fixture_append (writer, "theirs", 6, &error));
      fixture_write (fixture, path, "my own");
      g_assert_null (maq_cache_writer_finish (writer, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED);
      g_clear_error (&error);
      check_text (fixture, path, "my own");
    }

  // Somebody else brought the same file.
  g_autoptr (MaqCacheWriter) writer = begin (dir, COMMIT_B, "same.txt", "theirs", &error);
  g_assert_true (fixture_append (writer, "theirs", 6, &error));
  fixture_write (fixture, "../out/same.txt", "theirs");
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  check_note (fixture, "same.txt", COMMIT_B, "theirs");
  maq_cache_local_dir_remove_partials (dir, "00000001");
}

static void
test_resume (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;

  MaqCacheWriter *writer = begin (dir, COMMIT_A, "m.bin", content, &error);
  g_assert_true (fixture_append (writer, content, 70000, &error));
  g_assert_finalize_object (writer);
  // Under another tag, and from another commit: it is the same content.
  writer = maq_cache_local_dir_begin (dir, COMMIT_B, "m.bin", etag, SIZE, "00000002", NULL, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_get_prefix (writer), ==, 70000);
  g_assert_true (fixture_append (writer, content + 70000, SIZE - 70000, &error));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  g_object_unref (writer);
  check_text (fixture, "../out/m.bin", content);

  // Every flipped bit is found, also in what was there before.
  content[1000] ^= 4;
  writer = begin (dir, COMMIT_A, "n.bin", content, &error);
  content[1000] ^= 4;
  g_assert_true (fixture_append (writer, content, SIZE, &error));
  g_assert_null (maq_cache_writer_finish (writer, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
  g_object_unref (writer);
  g_assert_false (fixture_exists (fixture, "../out/n.bin"));
  g_assert_false (fixture_exists (fixture, DOWNLOAD "n.bin.lock"));
}

static void
test_hostile_names (Fixture      *fixture,
                    gconstpointer data)
{
  const char      *bad[] = { "../x", "a/../../x", "/etc/passwd", "..\\x", "C:\\x", "a//b", "", ".git/hooks/post-checkout", "sub/.GIT/config" };
  const char      *ours[] = { ".cache/huggingface/download/a.metadata", ".cache", ".CACHE/HuggingFace/x", ".cache/huggingface", ".cache\\huggingface\\x", "hub/models--a--b/refs/main" };
  g_autofree char *parent = g_path_get_dirname (fixture->root);
  g_autoptr (MaqCacheLocalDir) dir = maq_cache_local_dir_new (fixture->cache, parent, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (maq_cache_local_dir_prepare (dir, TRUE, &error));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (put (dir, COMMIT_A, bad[i], "x", TRUE, &error));
      g_assert_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH);
      g_clear_error (&error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      g_assert_null (put (dir, COMMIT_A, ours[i], "x", TRUE, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
      g_clear_error (&error);
    }
  g_assert_null (maq_cache_local_dir_begin (dir, "main", "a", "abc", 1, NULL, NULL, FALSE, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
  g_clear_error (&error);
  g_assert_null (maq_cache_local_dir_begin (dir, COMMIT_A, "a", "../abc", 1, NULL, NULL, FALSE, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
  g_assert_false (fixture_exists (fixture, ""));

  g_autofree char *fine = put (dir, COMMIT_A, ".cache/other/weird but valid (1).txt", "x", FALSE, NULL);
  g_assert_nonnull (fine);
}

static void
test_planted_links (Fixture      *fixture,
                    gconstpointer data)
{
  const char *planted[] = { ".cache", ".cache/huggingface", ".cache/huggingface/download", ".cache/huggingface/download/onnx", "onnx" };

  fixture_write (fixture, "../victim", "untouched");
  for (guint i = 0; i < G_N_ELEMENTS (planted); i++)
    {
      g_autofree char *outside = fixture_dup_path (fixture, "../outside");
      g_autofree char *name = g_strdup_printf ("../trap%u", i);
      g_autofree char *path = fixture_dup_path (fixture, name);
      g_autofree char *link = g_build_filename (name, planted[i], NULL);
      g_autoptr (GError) error = NULL;
      g_mkdir_with_parents (outside, 0777);
      fixture_link (fixture, link, outside);
      g_autoptr (MaqCacheLocalDir) dir = maq_cache_local_dir_new (fixture->cache, path, NULL);
      g_autofree char *file = maq_cache_local_dir_prepare (dir, TRUE, &error) ? put (dir, COMMIT_A, "onnx/m.bin", "xyz", TRUE, &error) : NULL;
      g_assert_null (file);
      int code = g_str_equal (planted[i], "onnx") ? MAQ_CACHE_ERROR_OCCUPIED : MAQ_CACHE_ERROR_UNSAFE;
      g_assert_error (error, MAQ_CACHE_ERROR, code);
      g_assert_cmpint (g_rmdir (outside), ==, 0); // nothing got there
    }

  // At the name of the file: not followed, not replaced unless asked for. At the names of ours: replaced, not written through.
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *etag = hash_sha256 ("xyz", 3);
  fixture_link (fixture, "../out/model.gguf", "../victim");
  fixture_link (fixture, DOWNLOAD "model.gguf.metadata", "../../../../victim");
  g_autofree char *partial = g_strconcat (DOWNLOAD HASHED ".", etag, ".maquette-00000001.incomplete", NULL);
  fixture_link (fixture, partial, "../../../../victim");
  g_assert_null (put (dir, COMMIT_A, "model.gguf", "xyz", FALSE, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED);
  g_clear_error (&error);
  g_autofree char *file = put (dir, COMMIT_A, "model.gguf", "xyz", TRUE, &error);
  g_assert_no_error (error);
  check_text (fixture, "../victim", "untouched");
  check_text (fixture, "../out/model.gguf", "xyz");
  g_assert_false (g_file_test (file, G_FILE_TEST_IS_SYMLINK));
  check_note (fixture, "model.gguf", COMMIT_A, "xyz");
}

static void
test_unsuitable_folders (Fixture      *fixture,
                         gconstpointer data)
{
  g_autofree char *above = g_path_get_dirname (g_get_home_dir ());
  g_autofree char *below = g_build_filename (fixture->root, "models--a--b", NULL);
  g_autofree char *link = fixture_dup_path (fixture, "../link");
  g_autofree char *through = g_build_filename (link, "new", NULL);
  const char      *folders[] = { "/", g_get_home_dir (), above, fixture->root, below, link, through };

  g_mkdir_with_parents (fixture->root, 0777);
  fixture_link (fixture, "../link", fixture->root);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (maq_cache_local_dir_new (fixture->cache, folders[i], &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSUITABLE);
    }
  g_autofree char *fine = g_build_filename (g_get_home_dir (), "Models", NULL);
  g_autoptr (MaqCacheLocalDir) dir = maq_cache_local_dir_new (fixture->cache, fine, NULL);
  g_assert_nonnull (dir);
  g_assert_false (g_file_test (fine, G_FILE_TEST_EXISTS));
}

static void
test_missing (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autofree char *path = g_strdup (maq_cache_local_dir_get_path (dir));
  g_autofree char *away = fixture_dup_path (fixture, "../away");
  g_autoptr (GError) error = NULL;
  g_autofree char *file = put (dir, COMMIT_A, "a.txt", "hello", FALSE, &error);

  g_assert_true (maq_cache_local_dir_prepare (dir, FALSE, &error));
  g_assert_cmpint (g_rename (path, away), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (maq_cache_local_dir_prepare (dir, FALSE, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISSING);
      g_clear_error (&error);
      if (i == 0)
        g_assert_null (put (dir, COMMIT_A, "b.txt", "hello", FALSE, &error));
      g_clear_error (&error);
      // The second time: the empty folder on which the drive is mounted when it is there.
      if (i == 0)
        g_assert_cmpint (g_mkdir (path, 0777), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
  g_assert_cmpint (g_rename (away, path), ==, 0);
  g_assert_true (maq_cache_local_dir_prepare (dir, FALSE, &error));
  g_assert_cmpint (look (dir, COMMIT_A, "a.txt", "hello"), ==, MAQ_CACHE_LOCAL_CURRENT);
}

static void
test_space (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;

  maq_cache_set_free_bytes (fixture->cache, SIZE - 1);
  g_assert_cmpuint (maq_cache_local_dir_get_free_bytes (dir), ==, SIZE - 1);
  g_assert_null (begin (dir, COMMIT_A, "sub/m.bin", content, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_false (fixture_exists (fixture, DOWNLOAD)); // no remains
  maq_cache_set_free_bytes (fixture->cache, G_MAXUINT64);
  g_assert_cmpuint (maq_cache_local_dir_get_free_bytes (dir), >, 0);
}

static void
test_locks (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;

  // As Python takes it.
  fixture_write (fixture, DOWNLOAD "sub/a.txt.lock", "");
  g_autofree char *path = fixture_dup_path (fixture, DOWNLOAD "sub/a.txt.lock");
  int              lock = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (flock (lock, LOCK_EX), ==, 0);
  g_assert_null (put (dir, COMMIT_A, "sub/a.txt", "hello", FALSE, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED);
  g_clear_error (&error);
  // The other one has finished it, even if the lock is still held.
  fixture_write (fixture, "../out/sub/a.txt", "hello");
  g_autofree char *file = put (dir, COMMIT_A, "sub/a.txt", "hello", FALSE, &error);
  g_assert_no_error (error);
  close (lock);

  // Ours keeps Python out as long as it writes.
  g_autoptr (MaqCacheWriter) writer = begin (dir, COMMIT_A, "b.txt", "hello", &error);
  g_autofree char *ours = fixture_dup_path (fixture, DOWNLOAD "b.txt.lock");
  int              theirs = open (ours, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (flock (theirs, LOCK_EX | LOCK_NB), !=, 0);
  maq_cache_writer_discard (writer);
  g_assert_cmpint (flock (theirs, LOCK_EX | LOCK_NB), ==, 0);
  close (theirs);
}

static gboolean
count_bytes (guint64  n_bytes,
             gpointer data)
{
  guint64 *left = data;

  *left -= MIN (n_bytes, *left);
  return *left > 0;
}

static void
test_from_cache (Fixture      *fixture,
                 gconstpointer data)
{
  g_autofree char *content = dup_content ();
  g_autofree char *etag = hash_sha256 (content, SIZE);
  g_autofree char *blob = g_strconcat ("models--acme--old/blobs/", etag, NULL);
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;
  const char *ids[] = { "acme/old", "acme/new" };
  guint64     left = G_MAXUINT64;

  g_assert_null (maq_cache_dup_content_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/old", COMMIT_A, "m.bin", etag, SIZE, NULL));
  fixture_write (fixture, blob, content);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      // In this repo, or in another one.
      g_autofree char *source = maq_cache_dup_content_path (fixture->cache, MAQ_REPO_KIND_MODEL, ids[i], COMMIT_A, "m.bin", etag, SIZE, NULL);
      g_autofree char *full = fixture_dup_path (fixture, blob);
      g_autofree char *name = g_strdup_printf ("m%u.bin", i);
      g_autofree char *path = g_build_filename ("../out", name, NULL);
      g_assert_cmpstr (source, ==, full);
      g_autoptr (MaqCacheWriter) writer = maq_cache_local_dir_begin (dir, COMMIT_A, name, etag, SIZE, "00000001", source, FALSE, &error);
      g_assert_true (maq_cache_writer_take_file (writer, source, count_bytes, &left, &error));
      g_autofree char *file = maq_cache_writer_finish (writer, &error);
      g_assert_no_error (error);
      check_text (fixture, path, content);
      GStatBuf one, two;
      g_assert_true (g_stat (source, &one) == 0 && g_stat (file, &two) == 0 && one.st_ino != two.st_ino);
      g_assert_cmpuint (two.st_nlink, ==, 1);
    }

  // Stopped, and gone on with.
  g_autofree char *source = fixture_dup_path (fixture, blob);
  MaqCacheWriter  *writer = maq_cache_local_dir_begin (dir, COMMIT_A, "m2.bin", etag, SIZE, "00000001", NULL, FALSE, &error);
  g_assert_true (fixture_append (writer, content, 1000, &error));
  left = 1;
  g_assert_false (maq_cache_writer_take_file (writer, source, count_bytes, &left, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (fixture_get_prefix (writer), >, 1000);
  left = G_MAXUINT64;
  g_assert_true (maq_cache_writer_take_file (writer, source, count_bytes, &left, &error));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  g_object_unref (writer);
  check_text (fixture, "../out/m2.bin", content);

  // What is damaged in the cache is found.
  content[5] ^= 1;
  fixture_write (fixture, blob, content);
  writer = maq_cache_local_dir_begin (dir, COMMIT_A, "m3.bin", etag, SIZE, "00000001", source, FALSE, &error);
  g_assert_true (maq_cache_writer_take_file (writer, source, NULL, NULL, &error));
  g_assert_null (maq_cache_writer_finish (writer, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
  g_object_unref (writer);
  g_assert_false (fixture_exists (fixture, "../out/m3.bin"));
}

static void
test_remove_partials (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *other = hash_sha256 ("other", 5);

  MaqCacheWriter *one = begin (dir, COMMIT_A, "onnx/model.gguf", "123456", &error);
  g_assert_true (fixture_append (one, "1234", 4, &error));
  MaqCacheWriter *two = maq_cache_local_dir_begin (dir, COMMIT_A, "b", other, 5, "00000002", NULL, FALSE, &error);
  g_assert_true (fixture_append (two, "oth", 3, &error));
  g_assert_finalize_object (two);
  g_assert_false (maq_cache_local_dir_remove_partials (dir, "00000001")); // being written
  g_assert_finalize_object (one);
  g_assert_true (maq_cache_local_dir_remove_partials (dir, "00000001"));
  g_assert_false (fixture_exists (fixture, DOWNLOAD "onnx"));
  g_assert_true (maq_cache_local_dir_prepare (dir, FALSE, &error));
  // With the last of them all goes, also the folder that was made for it.
  g_autoptr (GPtrArray) tree = g_ptr_array_new ();
  maq_cache_local_dir_write_tree (dir, COMMIT_A, tree);
  g_assert_true (fixture_exists (fixture, "../out/.cache/huggingface/trees/" COMMIT_A ".json"));
  g_assert_true (maq_cache_local_dir_remove_partials (dir, "00000002"));
  g_assert_false (fixture_exists (fixture, "../out"));

  // One that was there stays.
  g_autofree char *mine = fixture_dup_path (fixture, "../mine");
  g_assert_cmpint (g_mkdir (mine, 0777), ==, 0);
  g_autoptr (MaqCacheLocalDir) old = maq_cache_local_dir_new (fixture->cache, mine, NULL);
  g_assert_true (maq_cache_local_dir_prepare (old, TRUE, &error));
  g_assert_true (maq_cache_local_dir_remove_partials (old, "00000001"));
  g_assert_false (fixture_exists (fixture, "../mine/.cache"));
  g_assert_true (fixture_exists (fixture, "../mine"));
}

static void
test_read_only (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *file = put (dir, COMMIT_A, "a.txt", "hello", FALSE, &error);
  g_autofree char *state = fixture_dup_path (fixture, DOWNLOAD);

  g_chmod (maq_cache_local_dir_get_path (dir), 0555);
  g_chmod (state, 0555);
  if (access (state, W_OK) == 0)
    g_test_skip ("this user may write everywhere");
  else
    {
      // The same file of another commit, of which nothing can be noted.
      g_autofree char *again = put (dir, COMMIT_B, "a.txt", "hello", FALSE, &error);
      g_assert_no_error (error);
      g_assert_null (put (dir, COMMIT_A, "b.txt", "hello", FALSE, &error));
      g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_READ_ONLY);
    }
  g_chmod (maq_cache_local_dir_get_path (dir), 0755);
  g_chmod (state, 0755);
}

static void
test_long_names (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (MaqCacheLocalDir) dir = open_dir (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strnfill (255, 'n');

  // There is no room for a note; the content tells.
  g_autofree char *file = put (dir, COMMIT_A, name, "hello", FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (look (dir, COMMIT_B, name, "hello"), ==, MAQ_CACHE_LOCAL_CURRENT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/cache/local-dir/writes-checks-and-notes", fixture_set_up_empty, test_write);
  ADD ("/cache/local-dir/knows-what-is-up-to-date", fixture_set_up_empty, test_rules);
  ADD ("/cache/local-dir/replaces-an-outdated-file-when-whole", fixture_set_up_empty, test_updates);
  ADD ("/cache/local-dir/leaves-what-the-user-made", fixture_set_up_empty, test_users_file);
  ADD ("/cache/local-dir/notices-what-happens-meanwhile", fixture_set_up_empty, test_meanwhile);
  ADD ("/cache/local-dir/resumes-and-finds-flipped-bits", fixture_set_up_empty, test_resume);
  ADD ("/cache/local-dir/refuses-hostile-names", fixture_set_up_empty, test_hostile_names);
  ADD ("/cache/local-dir/never-follows-planted-links", fixture_set_up_empty, test_planted_links);
  ADD ("/cache/local-dir/refuses-unsuitable-folders", fixture_set_up_empty, test_unsuitable_folders);
  ADD ("/cache/local-dir/misses-a-drive", fixture_set_up_empty, test_missing);
  ADD ("/cache/local-dir/checks-the-space", fixture_set_up_empty, test_space);
  ADD ("/cache/local-dir/respects-locks", fixture_set_up_empty, test_locks);
  ADD ("/cache/local-dir/copies-from-the-cache", fixture_set_up_empty, test_from_cache);
  ADD ("/cache/local-dir/removes-partial-files", fixture_set_up_empty, test_remove_partials);
  ADD ("/cache/local-dir/needs-no-write-for-what-is-here", fixture_set_up_empty, test_read_only);
  ADD ("/cache/local-dir/notes-nothing-of-the-longest-names", fixture_set_up_empty, test_long_names);
  return g_test_run ();
}
