// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "hub-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "maq-transfer-private.h"

// Downloads into a folder of the user's choice, "out" beside the cache.

#define ALL_BYTES (300 + 700 + 700 + 0 + 500 + WEIGHTS_SIZE + SHARD_SIZE)
#define N_FILES   7

static MaqTransferRequest *
request_into (Fixture    *fixture,
              const char *folder,
              const char *path)
{
  MaqTransferRequest *request = request_for (path);

  request->folder = fixture_dup_path (fixture, folder);
  return request;
}

static MaqTransferPlan *
plan (Fixture            *fixture,
      MaqTransferRequest *request,
      GError            **error)
{
  g_autoptr (MaqTransferRequest) owned = request;
  g_autoptr (DexFuture) future = maq_transfer_list_plan (fixture->transfers, request);

  WAIT_UNTIL (!dex_future_is_pending (future));
  const GValue *value = dex_future_get_value (future, error);
  return value != NULL ? maq_transfer_plan_copy (g_value_get_boxed (value)) : NULL;
}

static guint
count_files (Fixture    *fixture,
             const char *folder)
{
  g_autofree char *path = fixture_dup_path (fixture, folder);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *below = g_build_filename (folder, name, NULL);
      g_autofree char *full = fixture_dup_path (fixture, below);
      g_assert_false (g_file_test (full, G_FILE_TEST_IS_SYMLINK));
      if (!g_file_test (full, G_FILE_TEST_IS_DIR))
        n++;
      else if (!g_str_equal (name, ".cache"))
        n += count_files (fixture, below);
    }
  return n;
}

static guint
count_partials_in (Fixture    *fixture,
                   const char *folder)
{
  g_autofree char *path = fixture_dup_path (fixture, folder);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *below = g_build_filename (folder, name, NULL);
      n += g_str_has_suffix (name, ".incomplete") || count_partials_in (fixture, below) > 0;
    }
  return n;
}

static gboolean
exists (Fixture    *fixture,
        const char *path)
{
  g_autofree char *full = fixture_dup_path (fixture, path);

  return g_file_test (full, G_FILE_TEST_EXISTS);
}

static void
write_text (Fixture    *fixture,
            const char *path,
            const char *text)
{
  g_autofree char *full = fixture_dup_path (fixture, path);
  g_autofree char *parent = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static void
check_text (Fixture    *fixture,
            const char *path,
            const char *expected)
{
  g_autofree char *full = fixture_dup_path (fixture, path);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (full, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
check_in (Fixture     *fixture,
          MaqTransfer *transfer,
          const char  *folder)
{
  g_autofree char *path = fixture_dup_path (fixture, folder);
  g_autofree char *download = g_build_filename (folder, ".cache/huggingface/download", NULL);

  if (maq_transfer_get_error (transfer) != NULL)
    g_test_message ("%s", maq_transfer_get_error (transfer)->message);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
  g_assert_cmpstr (maq_transfer_get_snapshot_path (transfer), ==, path);
  g_assert_cmpuint (maq_transfer_get_bytes_done (transfer), ==, maq_transfer_get_bytes_total (transfer));
  g_assert_cmpuint (count_partials_in (fixture, download), ==, 0);
  const struct
  {
    const char *name;
    gsize       size;
  } files[] = { { "README.md", 300 }, { "config.json", 700 }, { "copy.json", 700 }, { "empty.txt", 0 }, { "onnx/deep/er/x.json", 500 }, { WEIGHTS, WEIGHTS_SIZE } };
  char **paths = maq_transfer_get_request (transfer)->paths;
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (path, files[i].name, NULL);
      if (paths == NULL || g_strv_contains ((const char *const *) paths, files[i].name))
        check_content (file, files[i].name, files[i].size);
    }
  if (paths == NULL)
    g_assert_cmpuint (count_files (fixture, folder), ==, N_FILES);
}

static void
test_all (Fixture      *fixture,
          gconstpointer data)
{
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_into (fixture, "out/deeper", NULL));

  check_in (fixture, transfer, "out/deeper");
  g_assert_cmpuint (maq_transfer_get_bytes_total (transfer), ==, ALL_BYTES);
  // The copy of a file is copied.
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, ALL_BYTES - 700);
  g_assert_false (exists (fixture, "cache"));
  g_autofree char *tree = g_strdup_printf ("out/deeper/.cache/huggingface/trees/%s.json", maq_transfer_get_commit (transfer));
  g_assert_true (exists (fixture, tree));

  // Again: nothing is fetched. By commit and with named files there is no request at all.
  maq_hub_server_clear_requests (fixture->server);
  g_autoptr (MaqTransfer) again = fetch (fixture, request_into (fixture, "out/deeper", NULL));
  check_in (fixture, again, "out/deeper");
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (again), ==, 0);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "GET */resolve/*"), ==, 0);
  maq_hub_server_clear_requests (fixture->server);
  MaqTransferRequest *request = request_into (fixture, "out/deeper", WEIGHTS);
  request->revision = g_strdup (maq_transfer_get_commit (transfer));
  g_autoptr (MaqTransfer) by_commit = fetch (fixture, request);
  check_in (fixture, by_commit, "out/deeper");
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "*"), ==, 0);
  check_content (maq_transfer_get_first_path (by_commit), WEIGHTS, WEIGHTS_SIZE);
}

static void
test_from_cache (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (MaqTransfer) first = fetch (fixture, request_for (NULL));
  check_whole (fixture, first);
  maq_hub_server_clear_requests (fixture->server);

  g_autoptr (MaqTransferPlan) planned = plan (fixture, request_into (fixture, "out", NULL), NULL);
  g_assert_cmpuint (planned->bytes_here, ==, ALL_BYTES);
  g_autofree char *source = g_build_filename (maq_transfer_get_snapshot_path (first), WEIGHTS, NULL);
  gboolean         can_share = maq_cache_local_dir_can_share (planned->work->dir, source);
  g_assert_cmpuint (planned->space, ==, can_share ? 0 : ALL_BYTES);
  g_assert_cmpuint (planned->room, >, 0);
  g_assert_false (exists (fixture, "out"));
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_into (fixture, "out", NULL));
  check_in (fixture, transfer, "out");
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, 0);
  g_autoptr (MaqTransferPlan) later = plan (fixture, request_into (fixture, "out", NULL), NULL);
  g_assert_cmpuint (later->space, ==, 0);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "GET */resolve/*"), ==, 0);

  // Also where the Hub cannot be reached.
  maq_hub_client_set_offline (fixture->client, TRUE);
  g_autoptr (MaqTransfer) offline = fetch (fixture, request_into (fixture, "out2", NULL));
  check_in (fixture, offline, "out2");
  maq_hub_client_set_offline (fixture->client, FALSE);

  // What was copied is no link: a change there leaves the cache as it was.
  write_text (fixture, "out/config.json", "changed");
  check_whole (fixture, first);
}

static void
test_damaged_cache (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (MaqTransfer) first = fetch (fixture, request_for (WEIGHTS));
  g_autofree char *content = NULL;
  gsize            length = 0;

  // Of the same length, but not the same.
  g_assert_true (g_file_get_contents (maq_transfer_get_first_path (first), &content, &length, NULL));
  content[1000] ^= 1;
  g_autofree char *link = g_file_read_link (maq_transfer_get_first_path (first), NULL);
  g_autofree char *blob = g_canonicalize_filename (link, maq_transfer_get_snapshot_path (first));
  g_assert_true (g_file_set_contents (blob, content, length, NULL));
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_into (fixture, "out", WEIGHTS));
  check_in (fixture, transfer, "out");
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, WEIGHTS_SIZE);
}

static void
test_users_files (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  write_text (fixture, "out/README.md", "my own");
  write_text (fixture, "out/notes.txt", "my own too");
  write_text (fixture, "out/config.json", "mine");
  g_assert_null (plan (fixture, request_into (fixture, "out", NULL), &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED);
  g_assert_nonnull (strstr (error->message, "README.md and 1 more files"));
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_into (fixture, "out", NULL));
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_FAILED);
  g_assert_error (maq_transfer_get_error (transfer), MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_OCCUPIED);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "cdn", "*"), ==, 0);
  check_text (fixture, "out/README.md", "my own");

  MaqTransferRequest *request = request_into (fixture, "out", NULL);
  const char         *exclude[] = { "README.md", "config.json", NULL };
  request->exclude = g_strdupv ((char **) exclude);
  g_autoptr (MaqTransfer) others = fetch (fixture, request);
  g_assert_cmpint (maq_transfer_get_state (others), ==, MAQ_TRANSFER_DONE);
  check_text (fixture, "out/README.md", "my own");

  request = request_into (fixture, "out", NULL);
  request->replace = TRUE;
  g_autoptr (MaqTransfer) replaced = fetch (fixture, request);
  g_assert_cmpint (maq_transfer_get_state (replaced), ==, MAQ_TRANSFER_DONE);
  check_text (fixture, "out/notes.txt", "my own too");
  g_autofree char *readme = fixture_dup_path (fixture, "out/README.md");
  check_content (readme, "README.md", 300);
}

// A second folder is a second transfer; the cache is a third.
static void
test_several (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqTransferRequest) one = request_into (fixture, "out", WEIGHTS);
  g_autoptr (MaqTransferRequest) two = request_into (fixture, "out2", WEIGHTS);
  g_autoptr (MaqTransferRequest) none = request_for (WEIGHTS);

  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 0}");
  g_autoptr (MaqTransfer) first = maq_transfer_list_start (fixture->transfers, one);
  g_assert_true (maq_transfer_list_find (fixture->transfers, MAQ_REPO_KIND_MODEL, MODEL, WEIGHTS) == first);
  g_autoptr (MaqTransfer) second = maq_transfer_list_start (fixture->transfers, two);
  g_autoptr (MaqTransfer) third = maq_transfer_list_start (fixture->transfers, none);
  g_autoptr (MaqTransfer) again = maq_transfer_list_start (fixture->transfers, one);
  g_assert_true (again == first && second != first && third != first);
  g_assert_true (maq_transfer_list_find (fixture->transfers, MAQ_REPO_KIND_MODEL, MODEL, WEIGHTS) == third);
  maq_hub_server_clear_faults (fixture->server);
  wait_for_end (first);
  wait_for_end (second);
  wait_for_end (third);
  check_in (fixture, first, "out");
  check_in (fixture, second, "out2");
  check_whole (fixture, third);
  maq_transfer_list_clear (fixture->transfers);
  g_autoptr (MaqTransfer) later = fetch (fixture, request_into (fixture, "out", WEIGHTS));
  g_assert_null (maq_transfer_list_find (fixture->transfers, MAQ_REPO_KIND_MODEL, MODEL, WEIGHTS));
}

static MaqTransfer *
start_slow (Fixture *fixture)
{
  g_autoptr (MaqTransferRequest) request = request_into (fixture, "out", NULL);

  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 0}");
  MaqTransfer *transfer = maq_transfer_list_start (fixture->transfers, request);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 500000);
  return transfer;
}

static MaqTransfer *
get_only (Fixture *fixture)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
  return g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 0);
}

static void
test_restart (Fixture      *fixture,
              gconstpointer data)
{
  maq_transfer_list_go_on (fixture->transfers, NULL, NULL);
  MaqTransfer *transfer = start_slow (fixture);

  g_object_unref (transfer);
  fixture_restart (fixture);
  maq_hub_server_clear_faults (fixture->server);
  maq_hub_server_clear_requests (fixture->server);
  maq_transfer_list_go_on (fixture->transfers, NULL, NULL);
  fixture_wait_ready (fixture);
  g_autoptr (MaqTransfer) left = get_only (fixture);
  wait_for_end (left);
  check_in (fixture, left, "out");
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (left), <, ALL_BYTES - 400000);
}

// The drive is away when the program starts, and comes back.
static void
test_missing_drive (Fixture      *fixture,
                    gconstpointer data)
{
  g_autofree char *out = fixture_dup_path (fixture, "out");
  g_autofree char *away = fixture_dup_path (fixture, "away");

  maq_transfer_set_waits (40, 200);
  maq_transfer_list_go_on (fixture->transfers, NULL, NULL);
  MaqTransfer *transfer = start_slow (fixture);
  g_object_unref (transfer);
  maq_hub_server_clear_faults (fixture->server);
  g_assert_finalize_object (fixture->transfers);
  g_usleep (200000);
  g_assert_cmpint (g_rename (out, away), ==, 0);
  fixture->transfers = maq_transfer_list_new (fixture->client, fixture->cache, fixture->state);
  fixture_wait_ready (fixture);

  // Somebody who does not wait is told.
  g_autoptr (MaqTransfer) impatient = get_only (fixture);
  maq_transfer_retry (impatient);
  wait_for_end (impatient);
  g_assert_error (maq_transfer_get_error (impatient), MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISSING);
  g_assert_false (exists (fixture, "out"));
  // An empty folder on which the drive is mounted when it is there is not the folder either.
  g_assert_cmpint (g_mkdir (out, 0755), ==, 0);
  maq_transfer_list_go_on (fixture->transfers, NULL, NULL);
  fixture_wait_ready (fixture);
  maq_transfer_retry (impatient);
  WAIT_UNTIL (maq_transfer_get_hindrance (impatient) != NULL && g_str_has_prefix (maq_transfer_get_hindrance (impatient), "The folder is missing."));
  g_assert_cmpint (maq_transfer_get_state (impatient), ==, MAQ_TRANSFER_QUEUED);
  g_assert_false (exists (fixture, "out/.cache"));
  g_assert_cmpint (g_rmdir (out), ==, 0);
  g_assert_cmpint (g_rename (away, out), ==, 0);
  wait_for_end (impatient);
  check_in (fixture, impatient, "out");
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (impatient), <, ALL_BYTES - 400000);
  maq_transfer_set_waits (5000, 300000);
}

// Who asks for it anew wants the folder made anew.
static void
test_removed_folder (Fixture      *fixture,
                     gconstpointer data)
{
  g_autofree char *out = fixture_dup_path (fixture, "out");
  g_autofree char *away = fixture_dup_path (fixture, "away");
  MaqTransfer     *transfer = start_slow (fixture);

  maq_transfer_cancel (transfer);
  g_usleep (200000);
  g_assert_cmpint (g_rename (out, away), ==, 0);
  maq_hub_server_clear_faults (fixture->server);
  g_autoptr (MaqTransferRequest) request = request_into (fixture, "out", NULL);
  g_autoptr (MaqTransfer) known = maq_transfer_list_start (fixture->transfers, request);
  g_assert_true (known == transfer);
  wait_for_end (known);
  check_in (fixture, known, "out");
  g_object_unref (transfer);

  // Also after a restart, when what was left is found later than that.
  maq_transfer_list_clear (fixture->transfers);
  g_autoptr (MaqTransferRequest) second = request_into (fixture, "out2", NULL);
  g_autofree char *out2 = fixture_dup_path (fixture, "out2");
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 0}");
  transfer = maq_transfer_list_start (fixture->transfers, second);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 500000);
  g_object_unref (transfer);
  g_clear_object (&known);
  g_assert_finalize_object (fixture->transfers);
  g_usleep (200000);
  maq_hub_server_clear_faults (fixture->server);
  g_autofree char *away2 = fixture_dup_path (fixture, "away2");
  g_assert_cmpint (g_rename (out2, away2), ==, 0);
  fixture->transfers = maq_transfer_list_new (fixture->client, fixture->cache, fixture->state);
  g_autoptr (MaqTransfer) anew = maq_transfer_list_start (fixture->transfers, second);
  wait_for_end (anew);
  check_in (fixture, anew, "out2");
}

static void
test_folder_cannot_be_made (Fixture      *fixture,
                            gconstpointer data)
{
  g_autofree char *file = fixture_dup_path (fixture, "file");
  const char      *unsuitable[] = { "cache", "cache/models--a--b", "/", g_get_home_dir () };

  write_text (fixture, "file", "x");
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_into (fixture, "file/out", NULL));
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_FAILED);
  // It was not there before, so another try makes it.
  g_assert_cmpint (g_unlink (file), ==, 0);
  maq_transfer_retry (transfer);
  wait_for_end (transfer);
  check_in (fixture, transfer, "file/out");

  for (guint i = 0; i < G_N_ELEMENTS (unsuitable); i++)
    {
      g_autoptr (MaqTransfer) refused = fetch (fixture, request_into (fixture, unsuitable[i], NULL));
      g_assert_error (maq_transfer_get_error (refused), MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSUITABLE);
    }

  // What the Hub does not have leaves nothing.
  MaqTransferRequest *request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, "acme/none", NULL);
  request->folder = fixture_dup_path (fixture, "nothing");
  g_autoptr (MaqTransfer) none = fetch (fixture, request);
  g_assert_cmpint (maq_transfer_get_state (none), ==, MAQ_TRANSFER_FAILED);
  g_assert_false (exists (fixture, "nothing"));
}

static void
test_space (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (MaqTransfer) first = fetch (fixture, request_for (NULL));
  check_whole (fixture, first);
  maq_cache_set_free_bytes (fixture->cache, 100000);
  // A copy needs room, unless the file system can share.
  g_autofree char *out = fixture_dup_path (fixture, "probe");
  g_autoptr (MaqCacheLocalDir) dir = maq_cache_local_dir_new (fixture->cache, out, NULL);
  g_assert_true (maq_cache_local_dir_prepare (dir, TRUE, NULL));
  g_autofree char *source = g_build_filename (maq_transfer_get_snapshot_path (first), WEIGHTS, NULL);
  gboolean         can_share = maq_cache_local_dir_can_share (dir, source);
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_into (fixture, "out", NULL));
  if (can_share)
    check_in (fixture, transfer, "out");
  else
    g_assert_error (maq_transfer_get_error (transfer), MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE);
  g_assert_cmpuint (count_files (fixture, "out"), ==, can_share ? N_FILES : 0);
}

// As on FAT: a state folder in which both names are there looks like one that knows no case.
static void
test_case_twins (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (MaqTransferPlan) planned = plan (fixture, request_into (fixture, "out", NULL), NULL);
  g_autoptr (MaqTransferRequest) request = request_into (fixture, "out", NULL);
  MaqTransferFile *twin = g_new0 (MaqTransferFile, 1);

  twin->path = g_strdup ("Onnx/deep/ER/x.json");
  twin->etag = g_strdup ("abc");
  g_ptr_array_add (planned->work->files, twin);
  g_assert_true (maq_transfer_work_check_names (planned->work, NULL));
  write_text (fixture, "out/.cache/huggingface/.GITIGNORE", "*");
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start_planned (fixture->transfers, request, planned);
  wait_for_end (transfer);
  g_assert_error (maq_transfer_get_error (transfer), G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_assert_cmpuint (count_files (fixture, "out"), ==, 0);
  g_autoptr (MaqTransfer) one = fetch (fixture, request_into (fixture, "out", "README.md"));
  check_in (fixture, one, "out");
}

static void
test_cleared (Fixture      *fixture,
              gconstpointer data)
{
  MaqTransfer *transfer = start_slow (fixture);

  maq_transfer_cancel (transfer);
  g_assert_cmpuint (count_partials_in (fixture, "out"), >, 0);
  maq_transfer_list_discard (fixture->transfers, transfer);
  g_object_unref (transfer);
  WAIT_UNTIL (count_partials_in (fixture, "out") == 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/library/local/all-and-again", test_all);
  ADD ("/library/local/copies-from-the-cache", test_from_cache);
  ADD ("/library/local/never-copies-what-is-damaged", test_damaged_cache);
  ADD ("/library/local/leaves-files-of-the-user", test_users_files);
  ADD ("/library/local/each-folder-has-its-transfer", test_several);
  ADD ("/library/local/goes-on-after-a-restart", test_restart);
  ADD ("/library/local/waits-for-its-drive", test_missing_drive);
  ADD ("/library/local/makes-a-removed-folder-anew", test_removed_folder);
  ADD ("/library/local/folders-that-cannot-be", test_folder_cannot_be_made);
  ADD ("/library/local/checks-the-space", test_space);
  ADD ("/library/local/names-that-differ-by-case", test_case_twins);
  ADD ("/library/local/leaves-nothing-when-cleared", test_cleared);
  return g_test_run ();
}
