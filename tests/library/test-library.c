// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "hub-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "maq-library.h"
#include "maq-variant.h"

#define COMMIT_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define COMMIT_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
write_file (Fixture    *fixture,
            const char *path,
            gsize       size)
{
  g_autofree char *relative = g_build_filename ("cache", path, NULL);
  g_autofree char *full = fixture_dup_path (fixture, relative);
  g_autofree char *parent = g_path_get_dirname (full);
  g_autofree char *content = g_strnfill (size, 'x');

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents_full (full, content, size, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

static void
write_ref (Fixture    *fixture,
           const char *repo,
           const char *commit)
{
  g_autofree char *relative = g_build_filename ("cache", repo, "refs/main", NULL);
  g_autofree char *full = fixture_dup_path (fixture, relative);
  g_autofree char *parent = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, commit, -1, NULL));
}

static void
refresh (MaqLibrary *library)
{
  g_autoptr (DexFuture) future = maq_library_refresh (library);

  WAIT_UNTIL (!dex_future_is_pending (future));
  g_assert_true (dex_future_is_resolved (future));
}

static guint
get_n_items (MaqLibrary *library)
{
  return g_list_model_get_n_items (G_LIST_MODEL (library));
}

static void
test_list (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);

  g_assert_cmpuint (get_n_items (library), ==, 0);
  refresh (library);
  g_assert_false (maq_library_get_loading (library));
  g_assert_cmpuint (get_n_items (library), ==, 0);

  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (NULL));
  refresh (library);
  g_assert_cmpuint (get_n_items (library), ==, 1);
  MaqLibraryItem *item = maq_library_find (library, MAQ_REPO_KIND_MODEL, MODEL);
  g_assert_nonnull (item);
  g_assert_null (maq_library_find (library, MAQ_REPO_KIND_DATASET, MODEL));
  g_assert_cmpuint (maq_library_item_get_size (item), ==, maq_transfer_get_bytes_total (transfer) - 700);
  g_assert_cmpuint (maq_library_get_size (library), ==, maq_library_item_get_size (item));

  GPtrArray *variants = maq_library_item_get_variants (item);
  g_assert_cmpuint (variants->len, ==, 1);
  const MaqVariant *variant = g_ptr_array_index (variants, 0);
  g_autofree char  *path = g_build_filename (maq_transfer_get_snapshot_path (transfer), WEIGHTS, NULL);
  g_assert_cmpstr (variant->label, ==, "Q8_0");
  g_assert_cmpstr (variant->paths[0], ==, path);
  g_assert_cmpuint (variant->size, ==, WEIGHTS_SIZE);

  g_autofree char *owner = NULL, *name = NULL, *warning = NULL;
  gboolean         chats = FALSE;
  g_object_get (item, "owner", &owner, "name", &name, "warning", &warning, "has-chat-weights", &chats, NULL);
  g_assert_cmpstr (owner, ==, "acme");
  g_assert_cmpstr (name, ==, "tiny");
  g_assert_null (warning);
  g_assert_true (chats);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_follows (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqLibrary) library = NULL;
  guint n_changes = 0;
  guint n_sizes = 0;

  write_file (fixture, "models--a--one/snapshots/" COMMIT_A "/f", 10);
  library = maq_library_new (fixture->cache);
  refresh (library);
  g_signal_connect_swapped (library, "items-changed", G_CALLBACK (count_cb), &n_changes);

  // A repo that comes is seen without being told.
  write_file (fixture, "datasets--a--two/snapshots/" COMMIT_A "/f", 20);
  WAIT_UNTIL (get_n_items (library) == 2);
  g_assert_cmpuint (n_changes, ==, 1);

  // What changes in one is told by refresh; the item stays the same object.
  MaqLibraryItem *item = maq_library_find (library, MAQ_REPO_KIND_DATASET, "a/two");
  g_signal_connect_swapped (item, "notify::size", G_CALLBACK (count_cb), &n_sizes);
  write_file (fixture, "datasets--a--two/snapshots/" COMMIT_A "/g", 5);
  refresh (library);
  g_assert_true (maq_library_find (library, MAQ_REPO_KIND_DATASET, "a/two") == item);
  g_assert_cmpuint (maq_library_item_get_size (item), ==, 25);
  g_assert_cmpuint (n_sizes, ==, 1);
  g_assert_cmpuint (maq_library_get_size (library), ==, 35);

  // Asked often it scans once now and once afterwards.
  g_autoptr (DexFuture) one = maq_library_refresh (library);
  g_autoptr (DexFuture) two = maq_library_refresh (library);
  g_autoptr (DexFuture) three = maq_library_refresh (library);
  g_assert_true (one != two);
  g_assert_true (two == three);
  g_assert_true (maq_library_get_loading (library));
  WAIT_UNTIL (dex_future_is_resolved (three));
  g_assert_true (dex_future_is_resolved (one));
  g_assert_false (maq_library_get_loading (library));
}

static void
test_variants (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);

  write_file (fixture, "models--a--m/snapshots/" COMMIT_A "/m-Q4_K_M.gguf", 40);
  write_file (fixture, "models--a--m/snapshots/" COMMIT_A "/m-Q8_0-00001-of-00002.gguf", 40); // one shard is missing
  write_file (fixture, "models--a--m/snapshots/" COMMIT_A "/README.md", 40);
  refresh (library);
  MaqLibraryItem *item = maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/m");
  g_assert_cmpuint (maq_library_item_get_variants (item)->len, ==, 1);

  // The revision main names wins, unless it has no weights.
  write_file (fixture, "models--a--m/snapshots/" COMMIT_B "/README.md", 41);
  write_ref (fixture, "models--a--m", COMMIT_B);
  refresh (library);
  g_assert_cmpuint (maq_library_item_get_variants (item)->len, ==, 1);
  write_file (fixture, "models--a--m/snapshots/" COMMIT_B "/m-Q2_K.gguf", 20);
  write_file (fixture, "models--a--m/snapshots/" COMMIT_B "/m-Q6_K.gguf", 60);
  refresh (library);
  GPtrArray *variants = maq_library_item_get_variants (item);
  g_assert_cmpuint (variants->len, ==, 2);
  g_assert_cmpstr (((MaqVariant *) g_ptr_array_index (variants, 0))->label, ==, "Q2_K");
}

static void
test_delete (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);
  g_autofree char *folder = fixture_dup_path (fixture, "cache/models--a--one");

  write_file (fixture, "models--a--one/snapshots/" COMMIT_A "/f", 10);
  write_file (fixture, "models--a--two/snapshots/" COMMIT_A "/f", 20);
  refresh (library);
  g_autoptr (MaqLibraryItem) item = g_object_ref (maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/one"));

  // Hidden at once, also from a new scan, and back when undone.
  g_autoptr (DexFuture) undone = maq_library_delete (library, item, 60000);
  g_assert_cmpuint (get_n_items (library), ==, 1);
  g_assert_cmpuint (maq_library_get_size (library), ==, 20);
  refresh (library);
  g_assert_cmpuint (get_n_items (library), ==, 1);
  g_assert_null (maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/one"));
  maq_library_undo_delete (library, item);
  g_assert_cmpuint (get_n_items (library), ==, 2);
  g_assert_cmpuint (g_value_get_uint64 (dex_future_get_value (undone, NULL)), ==, 0);
  g_assert_true (g_file_test (folder, G_FILE_TEST_EXISTS));

  // Really deleted when nobody undoes it.
  g_autoptr (DexFuture) deleted = maq_library_delete (library, item, 50);
  g_assert_true (g_file_test (folder, G_FILE_TEST_EXISTS));
  WAIT_UNTIL (!dex_future_is_pending (deleted));
  g_assert_cmpuint (g_value_get_uint64 (dex_future_get_value (deleted, NULL)), ==, 10);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  maq_library_undo_delete (library, item); // too late, and harmless
  refresh (library);
  g_assert_cmpuint (get_n_items (library), ==, 1);
}

static void
test_delete_fails (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);
  g_autoptr (GError) error = NULL;

  // It is being fetched.
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 1}");
  write_file (fixture, "models--acme--tiny/snapshots/" COMMIT_A "/f", 10);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 100000);
  refresh (library);
  g_autoptr (DexFuture) deleted = maq_library_delete (library, maq_library_find (library, MAQ_REPO_KIND_MODEL, MODEL), 0);
  g_assert_cmpuint (get_n_items (library), ==, 0);
  WAIT_UNTIL (!dex_future_is_pending (deleted));
  dex_future_get_value (deleted, &error);
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED);
  g_assert_cmpuint (get_n_items (library), ==, 1);
  maq_transfer_cancel (transfer);
}

static void
test_goes_away (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *folder = fixture_dup_path (fixture, "cache/models--a--one");

  write_file (fixture, "models--a--one/snapshots/" COMMIT_A "/f", 10);
  for (guint i = 0; i < 20; i++)
    {
      MaqLibrary *library = maq_library_new (fixture->cache);
      g_autoptr (DexFuture) scanned = maq_library_refresh (library);
      g_autoptr (DexFuture) again = maq_library_refresh (library);
      if (i % 2 == 0)
        WAIT_UNTIL (dex_future_is_resolved (scanned));
      g_autoptr (DexFuture) deleted = i % 2 == 0 ? maq_library_delete (library, maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/one"), 1000) : NULL;
      g_assert_finalize_object (library);
      g_assert_false (dex_future_is_pending (again));
      wait_a_little ();
    }
  // A deletion that had not begun is none.
  g_assert_true (g_file_test (folder, G_FILE_TEST_EXISTS));
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  ADD ("/library/library/lists-what-was-fetched", test_list);
  ADD ("/library/library/follows-the-cache", test_follows);
  ADD ("/library/library/complete-variants-of-main", test_variants);
  ADD ("/library/library/deletes-with-undo", test_delete);
  ADD ("/library/library/shows-again-what-cannot-be-deleted", test_delete_fails);
  ADD ("/library/library/may-go-away-any-time", test_goes_away);
  return g_test_run ();
}
