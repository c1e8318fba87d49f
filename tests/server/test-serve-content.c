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
  g_assert_true (maq_serve_content_hash (hello, NULL, NULL, NULL, NULL));
  g_assert_true (maq_serve_content_hash (empty, NULL, NULL, NULL, NULL));
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
  g_assert_true (maq_serve_content_hash (content, NULL, NULL, NULL, NULL));
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
  g_autoptr (MaqServeReader) reader = maq_serve_content_open (content, NULL);
  for (guint64 offset = 0; offset < 4098; offset += 13)
    {
      gssize n = maq_serve_reader_read (reader, offset, piece, sizeof piece, NULL);
      g_assert_cmpint (n, ==, MIN (sizeof piece, 4098 - offset));
      g_assert_cmpmem (piece, n, bytes + offset, n);
    }
  g_assert_cmpint (maq_serve_reader_read (reader, 4098, piece, sizeof piece, NULL), ==, 0);

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
  g_assert_false (maq_serve_content_hash (content, cancellable, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (maq_serve_content_is_hashed (content));
}

// A folder with one file, and what serves it.
typedef struct
{
  char            *folder;
  char            *path;
  MaqServeRoot    *root;
  MaqServeContent *content;
} Place;

static void
set_up (Place          *place,
        gsize           size,
        MaqServeMemory *memory)
{
  struct stat      info;
  g_autofree char *text = g_strnfill (size, 'x');
  place->folder = g_dir_make_tmp ("content-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "a.bin", NULL);
  g_assert_true (g_file_set_contents (place->path, text, size, NULL));
  g_assert_cmpint (stat (place->path, &info), ==, 0);
  place->root = maq_serve_root_new (place->folder, FALSE, NULL);
  place->content = maq_serve_content_new_file (place->root, "a.bin", &info, memory);
  maq_serve_content_set_lfs (place->content, TRUE);
}

static void
tear_down (Place *place)
{
  maq_serve_content_unref (place->content);
  maq_serve_root_unref (place->root);
  g_unlink (place->path);
  g_rmdir (place->folder);
  g_free (place->path);
  g_free (place->folder);
}

// Neither the old bytes nor the new ones fit the hashes that were told.
static void
test_files (void)
{
  Place  place;
  guint8 buffer[8];
  g_autoptr (GError) error = NULL;
  set_up (&place, 6, NULL);
  g_autoptr (MaqServeReader) reader = maq_serve_content_open (place.content, NULL);
  g_assert_cmpint (maq_serve_reader_read (reader, 2, buffer, sizeof buffer, NULL), ==, 4);
  g_assert_cmpmem (buffer, 4, "xxxx", 4);

  // Another file of the same size in its place. Who has the old one open reads that to its end.
  g_assert_true (g_file_set_contents (place.path, "123456", 6, NULL));
  g_assert_null (maq_serve_content_open (place.content, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_cmpint (maq_serve_reader_read (reader, 0, buffer, sizeof buffer, NULL), ==, 6);
  g_assert_cmpmem (buffer, 6, "xxxxxx", 6);
  g_assert_false (maq_serve_content_is_settled (place.content));
  g_assert_false (maq_serve_content_hash (place.content, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (maq_serve_content_is_settled (place.content));
  g_assert_false (maq_serve_content_is_hashed (place.content));
  tear_down (&place);
}

static void
count_cb (gsize    n,
          gpointer data)
{
  *(gsize *) data += n;
}

// A large file that was hashed before is not read again, by whatever process.
static void
test_remembered (void)
{
  Place            place;
  gsize            read = 0;
  g_autofree char *notes = g_build_filename (g_get_user_state_dir (), "new", "folder", "hashes", NULL);
  g_autoptr (MaqServeMemory) memory = maq_serve_memory_new (notes);
  set_up (&place, 2 * 1024 * 1024, memory);
  g_assert_false (maq_serve_content_is_hashed (place.content));
  // Later than any tick of the clock that the file's time was read from: until then it could change unseen.
  g_usleep (150 * G_TIME_SPAN_MILLISECOND);
  g_assert_true (maq_serve_content_hash (place.content, NULL, count_cb, &read, NULL));
  g_assert_cmpuint (read, ==, 2 * 1024 * 1024);

  struct stat info;
  g_assert_cmpint (stat (place.path, &info), ==, 0);
  g_autoptr (MaqServeMemory) other = maq_serve_memory_new (notes);
  g_autoptr (MaqServeContent) again = maq_serve_content_new_file (place.root, "a.bin", &info, other);
  maq_serve_content_set_lfs (again, TRUE);
  g_assert_cmpstr (maq_serve_content_get_sha256 (again), ==, maq_serve_content_get_sha256 (place.content));

  // Whatever tells two files apart counts.
  struct stat changed[] = { info, info, info, info };
  changed[0].st_ino++;
  changed[1].st_size++;
  changed[2].st_mtim.tv_nsec++;
  changed[3].st_ctim.tv_sec++;
  for (guint i = 0; i < G_N_ELEMENTS (changed); i++)
    g_assert_null (maq_serve_memory_find (other, &changed[i]));
  tear_down (&place);
}

static void
test_not_remembered (void)
{
  struct stat      info = { .st_ino = 7, .st_size = 8 };
  g_autofree char *notes = g_build_filename (g_get_user_state_dir (), "hashes", NULL);
  g_autofree char *digest = g_strnfill (64, 'a');
  info.st_mtim = info.st_ctim = (struct timespec) { .tv_sec = 1000, .tv_nsec = 5 };
  g_assert_true (g_file_set_contents (notes, "nonsense\n7:8 short\n\n7:8:1.1:2.2 XX\n\xff\xfe", -1, NULL));
  g_autoptr (MaqServeMemory) memory = maq_serve_memory_new (notes);
  maq_serve_memory_add (memory, &info, 1000 * G_USEC_PER_SEC + 10, digest);
  g_assert_null (maq_serve_memory_find (memory, &info));
  maq_serve_memory_add (memory, &info, 1001 * G_USEC_PER_SEC, digest);
  g_autofree char *known = maq_serve_memory_find (memory, &info);
  g_assert_cmpstr (known, ==, digest);
  // Without fractions a time says less.
  info.st_mtim.tv_nsec = info.st_ctim.tv_nsec = 0;
  maq_serve_memory_add (memory, &info, 1001 * G_USEC_PER_SEC, digest);
  g_assert_null (maq_serve_memory_find (memory, &info));
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
  g_test_add_func ("/server/content/hashes-are-remembered", test_remembered);
  g_test_add_func ("/server/content/what-may-change-unseen-is-not-remembered", test_not_remembered);
  return g_test_run ();
}
