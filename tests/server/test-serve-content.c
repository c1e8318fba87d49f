// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-content.h"

#include <glib/gstdio.h>
#include <string.h>

static MaqServeContent *
content_of (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  return maq_serve_content_new_bytes (bytes);
}

// Ids that git itself gives to these texts.
static void
test_git_ids (void)
{
  g_autoptr (MaqServeContent) hello = content_of ("hello\n");
  g_autoptr (MaqServeContent) empty = content_of ("");
  g_assert_null (maq_serve_content_get_oid (hello));
  g_assert_true (maq_serve_content_hash (hello, NULL, NULL));
  g_assert_true (maq_serve_content_hash (empty, NULL, NULL));
  g_assert_cmpstr (maq_serve_content_get_oid (hello), ==, "ce013625030ba8dba906f756967f9e9ca394464a");
  g_assert_cmpstr (maq_serve_content_get_oid (empty), ==, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  g_assert_null (maq_serve_content_get_sha256 (hello));
  g_assert_null (maq_serve_content_dup_pointer (hello));
}

// A line of the recorded listing of wzshiming/gpt2: the oid of an LFS file is that of its pointer.
static void
test_pointer (void)
{
  g_autoptr (MaqServeContent) content = maq_serve_content_new_generated (NULL, 548105171, 1);
  maq_serve_content_set_lfs (content, TRUE);
  maq_serve_content_set_hashes (content, NULL, "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707");
  g_assert_cmpstr (maq_serve_content_get_oid (content), ==, "44b36d6e32d13c8fb28b0feab0ac8bfefa7efeda");
  g_autofree char *pointer = maq_serve_content_dup_pointer (content);
  g_assert_cmpuint (strlen (pointer), ==, 134);
  g_autofree char *name = maq_serve_content_dup_cdn_name (content);
  g_assert_cmpuint (strlen (name), ==, 64);
  g_assert_cmpstr (name, !=, maq_serve_content_get_sha256 (content));
}

static void
test_lfs_hash (void)
{
  g_autoptr (MaqServeContent) content = content_of ("hello\n");
  maq_serve_content_set_lfs (content, TRUE);
  g_assert_true (maq_serve_content_hash (content, NULL, NULL));
  g_assert_cmpstr (maq_serve_content_get_sha256 (content), ==, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
  g_assert_cmpstr (maq_serve_content_get_etag (content), ==, maq_serve_content_get_sha256 (content));
}

// Any piece is the same as in the whole, wherever it begins.
static void
test_generated (void)
{
  g_autoptr (MaqServeContent) content = maq_serve_content_new_generated ("safetensors", 4099, 7);
  g_assert_cmpuint (maq_serve_content_get_size (content), ==, 4098);
  g_autoptr (GBytes) all = maq_serve_content_read_all (content, G_MAXSIZE, NULL);
  const guint8 *bytes = g_bytes_get_data (all, NULL);
  guint8        piece[50];
  for (guint64 offset = 0; offset < 4098; offset += 13)
    {
      gssize n = maq_serve_content_read (content, offset, piece, sizeof piece, NULL);
      g_assert_cmpint (n, ==, MIN (sizeof piece, 4098 - offset));
      g_assert_cmpmem (piece, n, bytes + offset, n);
    }
  g_assert_cmpint (maq_serve_content_read (content, 4098, piece, sizeof piece, NULL), ==, 0);

  guint64 length;
  memcpy (&length, bytes, 8);
  g_assert_cmpuint (GUINT64_FROM_LE (length), ==, 248);
  g_assert_true (g_str_has_prefix ((const char *) bytes + 8, "{\"__metadata__\":{\"format\":\"pt\"},\"weight.7\":{\"dtype\":\"F16\",\"shape\":[1921],\"data_offsets\":[0,3842]}}"));

  g_autoptr (MaqServeContent) other = maq_serve_content_new_generated ("safetensors", 4099, 9);
  g_autoptr (GBytes) other_all = maq_serve_content_read_all (other, G_MAXSIZE, NULL);
  g_assert_false (g_bytes_equal (all, other_all));
}

static void
test_cancelling (void)
{
  g_autoptr (MaqServeContent) content = maq_serve_content_new_generated (NULL, G_GUINT64_CONSTANT (1) << 50, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_cancellable_cancel (cancellable);
  g_assert_false (maq_serve_content_hash (content, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (maq_serve_content_is_hashed (content));
}

static void
test_files (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "content.txt", NULL);
  g_autoptr (GError) error = NULL;
  guint8 buffer[8];
  g_assert_true (g_file_set_contents (path, "hello\n", 6, NULL));
  g_autoptr (MaqServeContent) content = maq_serve_content_new_file (path, 6);
  g_assert_cmpint (maq_serve_content_read (content, 2, buffer, sizeof buffer, NULL), ==, 4);
  g_assert_cmpmem (buffer, 4, "llo\n", 4);

  // Shorter than it was: no endless loop, an error.
  g_assert_true (g_file_set_contents (path, "hel", 3, NULL));
  g_assert_false (maq_serve_content_hash (content, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_unlink (path);
  g_assert_cmpint (maq_serve_content_read (content, 0, buffer, sizeof buffer, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/content/git-ids", test_git_ids);
  g_test_add_func ("/server/content/lfs-oid-is-that-of-the-pointer", test_pointer);
  g_test_add_func ("/server/content/lfs-files-have-a-sha256", test_lfs_hash);
  g_test_add_func ("/server/content/generated-bytes-can-be-read-anywhere", test_generated);
  g_test_add_func ("/server/content/hashing-can-be-cancelled", test_cancelling);
  g_test_add_func ("/server/content/files-that-change-are-errors", test_files);
  return g_test_run ();
}
