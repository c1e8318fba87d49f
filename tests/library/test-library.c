// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "hub-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "maq-fake-engine.h"
#include "maq-library-error.h"
#include "maq-library.h"

// Sanitizers make everything slower.
#ifdef __SANITIZE_ADDRESS__
#define SLOWNESS 5
#else
#define SLOWNESS 1
#endif

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
make_link (Fixture    *fixture,
           const char *path,
           const char *target)
{
  g_autofree char *relative = g_build_filename ("cache", path, NULL);
  g_autofree char *full = fixture_dup_path (fixture, relative);
  g_autofree char *parent = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_cmpint (symlink (target, full), ==, 0);
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

// A file that no engine runs alone, under a name that tells nothing.
static void
write_drafter (Fixture    *fixture,
               const char *path)
{
  static const char text[] = "GGUF\3\0\0\0"
                             "\0\0\0\0\0\0\0\0"
                             "\1\0\0\0\0\0\0\0"
                             "\24\0\0\0\0\0\0\0general.architecture"
                             "\10\0\0\0"
                             "\6\0\0\0\0\0\0\0dflash";
  g_autofree char  *relative = g_build_filename ("cache", path, NULL);
  g_autofree char  *full = fixture_dup_path (fixture, relative);

  write_file (fixture, path, 1);
  g_assert_true (g_file_set_contents (full, text, sizeof text - 1, NULL));
}

static void
test_companions (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (MaqLibrary) library = NULL;

  write_file (fixture, "models--a--one/snapshots/" COMMIT_A "/m-Q8_0.gguf", 10);
  write_drafter (fixture, "models--a--one/snapshots/" COMMIT_A "/n-Q4_0.gguf");
  write_drafter (fixture, "models--a--two/snapshots/" COMMIT_A "/m-Q4_0.gguf");
  library = maq_library_new (fixture->cache);
  refresh (library);
  MaqLibraryItem *one = maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/one");
  MaqLibraryItem *two = maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/two");
  WAIT_UNTIL (maq_library_item_get_variants (one)->len == 1);
  WAIT_UNTIL (maq_library_item_get_variants (two)->len == 0);
  const MaqVariant *variant = g_ptr_array_index (maq_library_item_get_variants (one), 0);
  g_assert_cmpstr (variant->label, ==, "Q8_0");
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

static guint64
get_freed (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  WAIT_UNTIL (!dex_future_is_pending (future));
  const GValue *value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  const MaqCacheOutcome *outcome = g_value_get_boxed (value);
  g_assert_cmpuint (outcome->skipped->len, ==, 0);
  return outcome->freed;
}

static void
assert_fails (DexFuture *future,
              GQuark     domain,
              int        code)
{
  g_autoptr (GError) error = NULL;

  WAIT_UNTIL (!dex_future_is_pending (future));
  g_assert_null (dex_future_get_value (future, &error));
  g_assert_error (error, domain, code);
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
  g_autoptr (MaqLibraryRemoval) removal = maq_library_removal_new (item, NULL, NULL);

  // Hidden at once, also from a new scan, and back when undone.
  g_autoptr (DexFuture) undone = maq_library_delete (library, removal, 60000);
  g_assert_cmpuint (get_n_items (library), ==, 1);
  g_assert_cmpuint (maq_library_get_size (library), ==, 20);
  refresh (library);
  g_assert_cmpuint (get_n_items (library), ==, 1);
  g_assert_null (maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/one"));
  maq_library_undo_delete (library, removal);
  g_assert_cmpuint (get_n_items (library), ==, 2);
  assert_fails (undone, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_test (folder, G_FILE_TEST_EXISTS));

  // Really deleted when nobody undoes it.
  g_autoptr (DexFuture) deleted = maq_library_delete (library, removal, 50);
  g_assert_true (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (get_freed (deleted), ==, 10);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  maq_library_undo_delete (library, removal); // too late, and harmless
  refresh (library);
  g_assert_cmpuint (get_n_items (library), ==, 1);
}

// Makes REPO of two revisions that share a blob; A is main.
static void
write_shared (Fixture *fixture)
{
  static const struct
  {
    const char *link;
    const char *blob;
    gsize       size;
  } files[] = {
    { COMMIT_A "/m-Q4_0.gguf", "1111111111111111111111111111111111111111111111111111111111111111", 4000 },
    { COMMIT_A "/m-Q8_0.gguf", "2222222222222222222222222222222222222222222222222222222222222222", 8000 },
    { COMMIT_B "/m-Q4_0.gguf", "1111111111111111111111111111111111111111111111111111111111111111", 4000 },
    { COMMIT_B "/old.txt", "3333333333333333333333333333333333333333333333333333333333333333", 30 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *blob = g_build_filename ("models--a--m/blobs", files[i].blob, NULL);
      g_autofree char *relative = g_build_filename ("cache/models--a--m/snapshots", files[i].link, NULL);
      g_autofree char *link = fixture_dup_path (fixture, relative);
      g_autofree char *parent = g_path_get_dirname (link);
      g_autofree char *target = g_build_filename ("../../blobs", files[i].blob, NULL);
      write_file (fixture, blob, files[i].size);
      g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
      g_assert_cmpint (symlink (target, link), ==, 0);
    }
  write_ref (fixture, "models--a--m", COMMIT_A);
}

static guint64
get_frees (MaqLibrary        *library,
           MaqLibraryRemoval *removal)
{
  g_autoptr (DexFuture) planned = maq_library_plan_removal (library, removal);

  WAIT_UNTIL (!dex_future_is_pending (planned));
  return ((MaqCachePlan *) g_value_get_boxed (dex_future_get_value (planned, NULL)))->frees;
}

static void
test_delete_part (Fixture      *fixture,
                  gconstpointer data)
{
  static const char *const shared[] = { "m-Q4_0.gguf", NULL };
  static const char *const own[] = { "m-Q8_0.gguf", NULL };
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);
  g_autofree char *blob = fixture_dup_path (fixture, "cache/models--a--m/blobs/1111111111111111111111111111111111111111111111111111111111111111");
  guint            n_changed = 0;

  write_shared (fixture);
  refresh (library);
  MaqLibraryItem *item = maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/m");
  g_signal_connect_swapped (item, "changed", G_CALLBACK (count_cb), &n_changed);
  g_assert_cmpuint (maq_library_item_get_variants (item)->len, ==, 2);

  // What another version uses frees nothing, and the plan says so before.
  g_autoptr (MaqLibraryRemoval) variant = maq_library_removal_new (item, COMMIT_A, shared);
  g_assert_cmpuint (get_frees (library, variant), ==, 0);
  g_autoptr (MaqLibraryRemoval) other = maq_library_removal_new (item, COMMIT_A, own);
  g_assert_cmpuint (get_frees (library, other), ==, 8000);

  // A variant is hidden alone, and comes back.
  g_autoptr (DexFuture) undone = maq_library_delete (library, other, 60000);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_true (maq_library_item_hides (item, COMMIT_A, "m-Q8_0.gguf"));
  g_assert_false (maq_library_item_hides (item, COMMIT_A, "m-Q4_0.gguf"));
  g_assert_false (maq_library_item_hides (item, COMMIT_B, "m-Q8_0.gguf"));
  g_assert_cmpuint (maq_library_item_get_variants (item)->len, ==, 1);
  g_assert_true (maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/m") == item);
  maq_library_undo_delete (library, other);
  g_assert_cmpuint (maq_library_item_get_variants (item)->len, ==, 2);

  g_autoptr (DexFuture) deleted = maq_library_delete (library, variant, 0);
  g_assert_cmpuint (get_freed (deleted), ==, 0);
  WAIT_UNTIL (maq_library_item_get_variants (item)->len == 1);
  WAIT_UNTIL (!maq_library_item_hides (item, COMMIT_A, "m-Q4_0.gguf"));
  g_assert_true (g_file_test (blob, G_FILE_TEST_EXISTS));

  // A version goes with what only it uses, which by now is the shared one too.
  g_autoptr (MaqLibraryRemoval) version = maq_library_removal_new (item, COMMIT_B, NULL);
  g_assert_cmpuint (get_frees (library, version), ==, 4030);
  g_autoptr (DexFuture) gone = maq_library_delete (library, version, 0);
  g_assert_cmpuint (get_freed (gone), ==, 4030);
  g_assert_false (g_file_test (blob, G_FILE_TEST_EXISTS));
  WAIT_UNTIL (maq_library_item_get_repo (item)->revisions->len == 1);
  g_assert_cmpuint (maq_library_item_get_size (item), ==, 8000);
}

static void
test_in_use (Fixture      *fixture,
             gconstpointer data)
{
  static const char *const shared[] = { "m-Q4_0.gguf", NULL };
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();
  g_autoptr (MaqSessionPool) pool = maq_session_pool_new (engine);
  g_autofree char *loaded = fixture_dup_path (fixture, "cache/models--a--m/snapshots/" COMMIT_A "/m-Q4_0.gguf");

  maq_library_set_users (library, fixture->transfers, pool);
  write_shared (fixture);
  refresh (library);
  MaqLibraryItem *item = maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/m");
  g_autoptr (MaqLibraryRemoval) variant = maq_library_removal_new (item, COMMIT_A, shared);
  g_autoptr (MaqLibraryRemoval) repo = maq_library_removal_new (item, NULL, NULL);
  g_autoptr (MaqLibraryRemoval) other = maq_library_removal_new (item, COMMIT_B, NULL);

  // Loaded after it was hidden: it stays, and comes back.
  g_autoptr (DexFuture) deleted = maq_library_delete (library, variant, 100);
  maq_session_pool_get (pool, loaded);
  g_assert_cmpint (maq_library_get_use (library, variant), ==, MAQ_LIBRARY_USE_SESSION);
  g_assert_cmpint (maq_library_get_use (library, repo), ==, MAQ_LIBRARY_USE_SESSION);
  g_assert_cmpint (maq_library_get_use (library, other), ==, MAQ_LIBRARY_USE_NONE);
  assert_fails (deleted, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_IN_USE);
  g_assert_false (maq_library_item_hides (item, COMMIT_A, "m-Q4_0.gguf"));
  g_assert_true (g_file_test (loaded, G_FILE_TEST_EXISTS));

  maq_library_unload (library, variant);
  g_assert_cmpint (maq_library_get_use (library, repo), ==, MAQ_LIBRARY_USE_NONE);

  // A download that is not finished, also one that is paused.
  write_file (fixture, "models--acme--tiny/snapshots/" COMMIT_A "/f", 10);
  refresh (library);
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 1}");
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  g_autoptr (MaqLibraryRemoval) model = maq_library_removal_new (maq_library_find (library, MAQ_REPO_KIND_MODEL, MODEL), NULL, NULL);
  g_assert_cmpint (maq_library_get_use (library, model), ==, MAQ_LIBRARY_USE_TRANSFER);
  g_assert_cmpint (maq_library_get_use (library, repo), ==, MAQ_LIBRARY_USE_NONE);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 100000);
  maq_transfer_pause (transfer);
  g_assert_cmpint (maq_library_get_use (library, model), ==, MAQ_LIBRARY_USE_TRANSFER);
  maq_transfer_cancel (transfer);
  WAIT_UNTIL (maq_library_get_use (library, model) == MAQ_LIBRARY_USE_NONE);
}

static void
test_delete_fails (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);

  // It is being fetched by another program.
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 1}");
  write_file (fixture, "models--acme--tiny/snapshots/" COMMIT_A "/f", 10);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 100000);
  refresh (library);
  g_autoptr (MaqLibraryRemoval) removal = maq_library_removal_new (maq_library_find (library, MAQ_REPO_KIND_MODEL, MODEL), NULL, NULL);
  g_autoptr (DexFuture) deleted = maq_library_delete (library, removal, 0);
  g_assert_cmpuint (get_n_items (library), ==, 0);
  WAIT_UNTIL (!dex_future_is_pending (deleted));
  const MaqCacheOutcome *outcome = g_value_get_boxed (dex_future_get_value (deleted, NULL));
  g_assert_cmpuint (outcome->n_done, ==, 0);
  g_assert_cmpuint (outcome->skipped->len, ==, 1);
  WAIT_UNTIL (get_n_items (library) == 1);
  maq_transfer_cancel (transfer);
}

static void
test_other_programs (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (MaqLibrary) library = NULL;
  g_autofree char *ref = fixture_dup_path (fixture, "cache/models--a--m/refs/main");
  g_autofree char *link = fixture_dup_path (fixture, "cache/models--a--m/snapshots/" COMMIT_A "/m-Q8_0.gguf");
  g_autofree char *blob = fixture_dup_path (fixture, "cache/models--a--m/blobs/2222222222222222222222222222222222222222222222222222222222222222");
  g_autofree char *folder = fixture_dup_path (fixture, "cache/models--a--m");
  g_autofree char *gone = fixture_dup_path (fixture, "gone");

  write_file (fixture, "models--a--one/snapshots/" COMMIT_A "/f", 10);
  library = maq_library_new (fixture->cache);
  refresh (library);

  // Another program brings a repo, more files, another version, a ref; and takes them away. Nobody asks for a scan.
  write_shared (fixture);
  WAIT_UNTIL (maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/m") != NULL);
  MaqLibraryItem *item = maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/m");
  WAIT_UNTIL (maq_library_item_get_repo (item)->n_files == 3 && maq_library_item_get_size (item) == 12030);
  write_file (fixture, "models--a--m/snapshots/" COMMIT_A "/onnx/model.onnx", 5);
  WAIT_UNTIL (maq_library_item_get_repo (item)->n_files == 4);
  write_file (fixture, "models--a--m/snapshots/cccccccccccccccccccccccccccccccccccccccc/f", 5);
  WAIT_UNTIL (maq_library_item_get_repo (item)->revisions->len == 3);
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (g_unlink (blob), ==, 0);
  WAIT_UNTIL (maq_library_item_get_variants (item)->len == 1);
  g_assert_true (g_file_set_contents (ref, "cccccccccccccccccccccccccccccccccccccccc", -1, NULL));
  WAIT_UNTIL (g_strv_length (((MaqCacheRevision *) g_ptr_array_index (maq_library_item_get_repo (item)->revisions, 0))->refs) == 1 ||
              g_strv_length (((MaqCacheRevision *) g_ptr_array_index (maq_library_item_get_repo (item)->revisions, 1))->refs) == 0);
  g_assert_true (maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/m") == item);
  g_assert_cmpint (g_rename (folder, gone), ==, 0);
  WAIT_UNTIL (maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/m") == NULL);
  g_assert_cmpuint (get_n_items (library), ==, 1);
  g_assert_cmpuint (maq_library_get_size (library), ==, 10);
}

static void
test_cache_comes_late (Fixture      *fixture,
                       gconstpointer data)
{
  g_autofree char *place = fixture_dup_path (fixture, "far/away/hub");
  g_autofree char *away = fixture_dup_path (fixture, "away");
  g_autofree char *ref = g_build_filename (place, "models--a--one/snapshots/" COMMIT_A "/f", NULL);
  g_autofree char *folder = g_path_get_dirname (ref);
  g_autoptr (MaqCache) cache = maq_cache_new (place);
  g_autoptr (MaqLibrary) library = maq_library_new (cache);

  refresh (library);
  g_assert_cmpuint (get_n_items (library), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (ref, "x", 1, NULL));
  WAIT_UNTIL (get_n_items (library) == 1);
  g_assert_cmpint (g_rename (place, away), ==, 0);
  WAIT_UNTIL (get_n_items (library) == 0);
  g_assert_cmpint (g_rename (away, place), ==, 0);
  WAIT_UNTIL (get_n_items (library) == 1);
}

// What this thread worked, in microseconds: unlike the time on the wall it does not grow on a busy machine.
static gint64
get_worked (void)
{
  struct timespec worked;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &worked);
  return worked.tv_sec * G_USEC_PER_SEC + worked.tv_nsec / 1000;
}

static void
check_order (MaqLibrary *library)
{
  gint64 last = G_MAXINT64;

  for (guint i = 0; i < get_n_items (library); i++)
    {
      g_autoptr (MaqLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (library), i);
      g_assert_cmpint (maq_library_item_get_last_modified (item), <=, last);
      last = maq_library_item_get_last_modified (item);
    }
}

static void
test_large (Fixture      *fixture,
            gconstpointer data)
{
  const guint n_repos = g_test_perf () ? 2000 : 400;
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);
  gint64 first = 0;
  gint64 longest = 0;

  for (guint i = 0; i < n_repos; i++)
    for (guint j = 0; j < 25; j++)
      {
        g_autofree char *path = g_strdup_printf ("%s--owner%u--repo-%u/snapshots/" COMMIT_A "/file-%u.txt", i % 3 == 0 ? "datasets" : "models", i % 40, i, j);
        write_file (fixture, path, 3);
      }
  gint64 start = g_get_monotonic_time ();
  g_autoptr (DexFuture) scanned = maq_library_refresh (library);
  while (dex_future_is_pending (scanned))
    {
      gint64 before = get_worked ();
      g_main_context_iteration (NULL, TRUE);
      longest = MAX (longest, get_worked () - before);
      if (first == 0 && get_n_items (library) > 0)
        first = g_get_monotonic_time ();
    }
  gint64 end = g_get_monotonic_time ();
  g_test_message ("%u repos: first rows after %d ms, all after %d ms, the main loop was held up %.1f ms at most",
                  n_repos,
                  (int) ((first - start) / 1000),
                  (int) ((end - start) / 1000),
                  longest / 1000.0);
  g_assert_cmpuint (get_n_items (library), ==, n_repos);
  g_assert_cmpuint (maq_library_get_size (library), ==, n_repos * 25 * 3);
  g_assert_cmpint (first, >, 0);
  g_assert_cmpint (longest, <, 8 * 1000 * SLOWNESS);
  check_order (library);
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
      g_autoptr (MaqLibraryRemoval) removal = i % 2 == 0 ? maq_library_removal_new (maq_library_find (library, MAQ_REPO_KIND_MODEL, "a/one"), NULL, NULL) : NULL;
      g_autoptr (DexFuture) deleted = i % 2 == 0 ? maq_library_delete (library, removal, 1000) : NULL;
      g_assert_finalize_object (library);
      g_assert_false (dex_future_is_pending (again));
      wait_a_little ();
    }
  // A deletion that had not begun is none.
  g_assert_true (g_file_test (folder, G_FILE_TEST_EXISTS));
}

// Two repos with one payload in the store that all share, and a payload that is in no repo any more.
static void
test_shared_store (Fixture      *fixture,
                   gconstpointer data)
{
  static const char one[] = "abababababababababababababababababababababababababababababababab";
  static const char two[] = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";
  g_autofree char  *used = g_strdup_printf ("blobs/ab/%s", one);
  g_autofree char  *unused = g_strdup_printf ("blobs/cd/%s", two);
  g_autofree char  *target = g_strdup_printf ("../../%s", used);
  g_autofree char  *marker = fixture_dup_path (fixture, "cache/blobs/.huggingface-shared-blobs");
  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);

  write_file (fixture, used, 100);
  write_file (fixture, unused, 7);
  g_assert_true (g_file_set_contents (marker, "1\n", -1, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *blob = g_strdup_printf ("models--acme--m%u/blobs/ee", i);
      g_autofree char *file = g_strdup_printf ("models--acme--m%u/snapshots/" COMMIT_A "/m.bin", i);
      make_link (fixture, blob, target);
      make_link (fixture, file, "../../blobs/ee");
    }
  refresh (library);
  g_assert_cmpuint (get_n_items (library), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (MaqLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (library), i);
      g_assert_cmpuint (maq_library_item_get_size (item), ==, 100);
      g_assert_cmpstr (maq_library_item_get_repo (item)->warning, ==, NULL);
    }
  g_assert_cmpuint (maq_library_get_size (library), ==, 107);

  // A program that does not know the store takes it from both of them.
  g_autofree char *relative = g_build_filename ("cache", used, NULL);
  g_autofree char *payload = fixture_dup_path (fixture, relative);
  g_assert_cmpint (g_remove (payload), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (MaqLibraryItem) item = g_list_model_get_item (G_LIST_MODEL (library), i);
      WAIT_UNTIL (maq_library_item_get_repo (item)->warning != NULL);
      g_assert_cmpuint (maq_library_item_get_size (item), ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  ADD ("/library/library/lists-what-was-fetched", test_list);
  ADD ("/library/library/companions-are-no-variants", test_companions);
  ADD ("/library/library/follows-the-cache", test_follows);
  ADD ("/library/library/shared-store-counts-once", test_shared_store);
  ADD ("/library/library/complete-variants-of-main", test_variants);
  ADD ("/library/library/deletes-with-undo", test_delete);
  ADD ("/library/library/deletes-a-version-or-a-variant", test_delete_part);
  ADD ("/library/library/never-what-is-in-use", test_in_use);
  ADD ("/library/library/follows-other-programs", test_other_programs);
  ADD ("/library/library/a-cache-that-comes-late", test_cache_comes_late);
  ADD ("/library/library/many-repos-come-bit-by-bit", test_large);
  ADD ("/library/library/shows-again-what-cannot-be-deleted", test_delete_fails);
  ADD ("/library/library/may-go-away-any-time", test_goes_away);
  return g_test_run ();
}
