// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "hub-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "maq-cache-private.h"
#include "maq-test-server.h"

#define ALL_BYTES (300 + 700 + 700 + 0 + 500 + WEIGHTS_SIZE + SHARD_SIZE)

static void
test_all (Fixture      *fixture,
          gconstpointer data)
{
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (NULL));

  check_whole (fixture, transfer);
  g_assert_cmpuint (maq_transfer_get_bytes_total (transfer), ==, ALL_BYTES);
  // The copy shares its blob.
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, ALL_BYTES - 700);
  g_assert_null (maq_transfer_get_first_path (transfer));
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 0);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "HEAD *"), ==, 0);

  // Again: nothing is fetched, and the list holds it once.
  maq_hub_server_clear_requests (fixture->server);
  g_autoptr (MaqTransfer) again = fetch (fixture, request_for (NULL));
  check_whole (fixture, again);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (again), ==, 0);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "GET */resolve/*"), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);

  // By commit and with named files there is no request at all.
  maq_hub_server_clear_requests (fixture->server);
  MaqTransferRequest *request = request_for (WEIGHTS);
  request->revision = g_strdup (maq_transfer_get_commit (transfer));
  g_autoptr (MaqTransfer) by_commit = fetch (fixture, request);
  g_assert_cmpint (maq_transfer_get_state (by_commit), ==, MAQ_TRANSFER_DONE);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "*"), ==, 0);
  check_content (maq_transfer_get_first_path (by_commit), WEIGHTS, WEIGHTS_SIZE);
}

static void
check_chosen (Fixture    *fixture,
              const char *include,
              const char *exclude,
              guint64     bytes)
{
  g_autoptr (MaqTransferRequest) request = request_for (NULL);
  const char *includes[] = { include, NULL };
  const char *excludes[] = { exclude, NULL };

  request->include = g_strdupv ((char **) includes);
  request->exclude = g_strdupv ((char **) excludes);
  g_autoptr (DexFuture) future = maq_transfer_list_plan (fixture->transfers, request);
  WAIT_UNTIL (!dex_future_is_pending (future));
  const GValue *value = dex_future_get_value (future, NULL);
  g_assert_nonnull (value);
  const MaqTransferPlan *plan = g_value_get_boxed (value);
  g_assert_cmpuint (plan->bytes_total, ==, bytes);
}

static void
test_choice (Fixture      *fixture,
             gconstpointer data)
{
  check_chosen (fixture, NULL, NULL, ALL_BYTES);
  check_chosen (fixture, "*.json", NULL, 700 + 700 + 500);
  check_chosen (fixture, "*.json", "onnx/", 700 + 700);
  check_chosen (fixture, "onnx/*", NULL, 500);
  check_chosen (fixture, NULL, "*.[gs]*", ALL_BYTES - WEIGHTS_SIZE - SHARD_SIZE);

  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for ("onnx/deep/er/x.json"));
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
  check_content (maq_transfer_get_first_path (transfer), "onnx/deep/er/x.json", 500);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, 500);
}

static void
test_resumes_cut (Fixture      *fixture,
                  gconstpointer data)
{
  fault (fixture, "[{\"host\": \"cdn\", \"path\": \"*\", \"method\": \"GET\", \"cut\": 1000000, \"times\": 3}]");
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (WEIGHTS));

  check_whole (fixture, transfer);
  g_autofree char *requests = maq_hub_server_dup_requests (fixture->server);
  g_assert_nonnull (strstr (requests, "bytes="));
  // Not a byte twice.
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, WEIGHTS_SIZE);
}

// What another repo of the cache has is shared, also where the disk has no room for a second copy.
static void
test_shares (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (MaqTransfer) first = fetch (fixture, request_for (NULL));
  g_autofree char *repo = fixture_dup_path (fixture, "cache/models--acme--tiny");
  g_autofree char *other = fixture_dup_path (fixture, "cache/models--acme--other");

  check_whole (fixture, first);
  g_assert_cmpint (g_rename (repo, other), ==, 0);
  maq_transfer_list_clear (fixture->transfers);
  maq_hub_server_clear_requests (fixture->server);
  maq_cache_set_free_bytes (fixture->cache, 100000);

  g_autoptr (MaqTransferRequest) request = request_for (NULL);
  g_autoptr (DexFuture) future = maq_transfer_list_plan (fixture->transfers, request);
  WAIT_UNTIL (!dex_future_is_pending (future));
  const MaqTransferPlan *plan = g_value_get_boxed (dex_future_get_value (future, NULL));
  g_assert_cmpuint (plan->bytes_total, ==, ALL_BYTES);
  g_assert_cmpuint (plan->bytes_here, >, ALL_BYTES - 100000);

  g_autoptr (MaqTransfer) second = fetch (fixture, request_for (NULL));
  g_assert_cmpint (maq_transfer_get_state (second), ==, MAQ_TRANSFER_DONE);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "cdn", "*"), ==, 0);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (second), <, 100000);
  g_assert_cmpuint (maq_transfer_get_bytes_done (second), ==, ALL_BYTES);
  check_whole (fixture, second);
}

static void
check_recovers (Fixture    *fixture,
                const char *rule)
{
  g_autofree char *root = fixture_dup_path (fixture, "cache/models--acme--tiny/refs/main");

  g_test_message ("%s", rule);
  maq_hub_server_clear_faults (fixture->server);
  fault (fixture, rule);
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (WEIGHTS));
  check_whole (fixture, transfer);
  maq_transfer_list_clear (fixture->transfers);

  guint64 freed = 0;
  g_assert_true (maq_cache_delete_now (fixture->cache, MAQ_REPO_KIND_MODEL, MODEL, NULL, &freed, NULL));
  g_assert_false (g_file_test (root, G_FILE_TEST_EXISTS));
}

static void
test_recovers (Fixture      *fixture,
               gconstpointer data)
{
  const char *rules[] = {
    "{\"host\": \"cdn\", \"cut\": 0, \"times\": 2}",
    "{\"host\": \"cdn\", \"length\": -5, \"times\": 1}",
    "{\"host\": \"cdn\", \"length\": 5, \"times\": 1}",
    "{\"host\": \"cdn\", \"expired\": true, \"times\": 2}",
    "{\"host\": \"cdn\", \"status\": 503, \"times\": 2}",
    "{\"host\": \"cdn\", \"status\": 416, \"times\": 0, \"skip\": 99}",
    "{\"host\": \"hub\", \"path\": \"*/resolve/*\", \"status\": 503, \"times\": 1}",
    "{\"host\": \"hub\", \"path\": \"*/resolve/*\", \"status\": 429, \"retry-after\": 1, \"times\": 1}",
    // Oftener than anything else would be tried.
    "{\"host\": \"hub\", \"path\": \"*/resolve/*\", \"status\": 429, \"retry-after\": 1, \"times\": 6}",
    "{\"host\": \"hub\", \"path\": \"/api/models/*\", \"status\": 500, \"times\": 1}",
    "{\"host\": \"cdn\", \"flip\": 1500000, \"times\": 1}",
    "[{\"host\": \"cdn\", \"cut\": 500000, \"times\": 1}, {\"host\": \"cdn\", \"range\": \"ignore\", \"times\": 1}]",
    "[{\"host\": \"cdn\", \"cut\": 500000, \"times\": 1}, {\"host\": \"cdn\", \"range\": \"wrong\", \"times\": 1}]",
    "[{\"host\": \"cdn\", \"cut\": 500000, \"times\": 1}, {\"host\": \"cdn\", \"status\": 416, \"times\": 1}]",
    "[{\"host\": \"cdn\", \"cut\": 500000, \"times\": 1}, {\"host\": \"cdn\", \"body\": \"html\", \"times\": 1}]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    check_recovers (fixture, rules[i]);
}

static void
check_error (MaqTransfer *transfer,
             GQuark       domain,
             int          code)
{
  g_autoptr (DexFuture) future = maq_transfer_wait (transfer);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_FAILED);
  g_assert_error (maq_transfer_get_error (transfer), domain, code);
  g_assert_null (dex_future_get_value (future, &error));
  g_assert_error (error, domain, code);
}

static void
test_wrong_bytes (Fixture      *fixture,
                  gconstpointer data)
{
  guint n = 0;

  fault (fixture, "{\"host\": \"cdn\", \"flip\": 3145727, \"times\": 0}");
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (WEIGHTS));
  check_error (transfer, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH);
  // Once more, and no oftener.
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "cdn", "GET *"), ==, 2);
  g_autofree char *file = maq_cache_dup_file_path (fixture->cache, MAQ_REPO_KIND_MODEL, MODEL, NULL, WEIGHTS);
  g_assert_null (file);
  count_partials (fixture, &n);
  g_assert_cmpuint (n, ==, 0);

  maq_hub_server_clear_faults (fixture->server);
  maq_transfer_retry (transfer);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
}

static void
test_gives_up (Fixture      *fixture,
               gconstpointer data)
{
  // No byte ever comes.
  fault (fixture, "{\"host\": \"cdn\", \"status\": 503, \"times\": 0}");
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (WEIGHTS));
  check_error (transfer, MAQ_HUB_ERROR, MAQ_HUB_ERROR_SERVER);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "cdn", "GET *"), ==, 6);
}

static void
test_refusals (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (MaqTransfer) file = fetch (fixture, request_for ("nothing.gguf"));
  check_error (file, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND);

  g_autoptr (MaqTransfer) repo = fetch (fixture, maq_transfer_request_new (MAQ_REPO_KIND_MODEL, "acme/none", NULL));
  check_error (repo, MAQ_HUB_ERROR, MAQ_HUB_ERROR_REPO_NOT_FOUND);

  g_autoptr (MaqTransfer) revision = fetch (fixture, maq_transfer_request_new (MAQ_REPO_KIND_MODEL, MODEL, "dev"));
  check_error (revision, MAQ_HUB_ERROR, MAQ_HUB_ERROR_REVISION_NOT_FOUND);

  g_autoptr (MaqTransfer) id = fetch (fixture, maq_transfer_request_new (MAQ_REPO_KIND_MODEL, "../../etc", NULL));
  check_error (id, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_ID);

  g_autoptr (MaqTransfer) path = fetch (fixture, request_for ("../../x"));
  check_error (path, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH);

  maq_cache_set_free_bytes (fixture->cache, WEIGHTS_SIZE - 1);
  g_autoptr (MaqTransfer) space = fetch (fixture, request_for (WEIGHTS));
  check_error (space, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE);

  // Nothing of all this touched the cache.
  g_autofree char *root = fixture_dup_path (fixture, "cache");
  g_assert_false (g_file_test (root, G_FILE_TEST_EXISTS));

  maq_cache_set_free_bytes (fixture->cache, WEIGHTS_SIZE);
  maq_transfer_retry (space);
  wait_for_end (space);
  check_whole (fixture, space);
}

static gboolean
has_subtitle (MaqTransfer *transfer,
              const char  *expected)
{
  g_autofree char *subtitle = NULL;

  g_object_get (transfer, "subtitle", &subtitle, NULL);
  return g_strcmp0 (subtitle, expected) == 0;
}

static MaqTransfer *
start_slowly (Fixture *fixture)
{
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);

  fault (fixture, "{\"host\": \"cdn\", \"rate\": 2000000, \"times\": 1}");
  return maq_transfer_list_start (fixture->transfers, request);
}

static void
test_cancel (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (MaqTransfer) transfer = start_slowly (fixture);
  guint n = 0;

  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 1);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 500000);
  gint64 before = g_get_monotonic_time ();
  maq_transfer_cancel (transfer);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 100000);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_CANCELLED);
  g_assert_null (maq_transfer_get_error (transfer));
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 0);

  // The network stops too, and what came stays.
  g_usleep (100000);
  guint64 kept = count_partials (fixture, &n);
  g_usleep (300000);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (count_partials (fixture, NULL), ==, kept);
  g_assert_cmpuint (kept, >, 400000);

  maq_transfer_retry (transfer);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, WEIGHTS_SIZE - kept);
}

static void
test_restart (Fixture      *fixture,
              gconstpointer data)
{
  MaqTransfer *transfer = start_slowly (fixture);

  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 500000);
  g_object_unref (transfer);
  fixture_restart (fixture);
  g_usleep (100000);
  guint64 kept = count_partials (fixture, NULL);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
  g_autoptr (MaqTransfer) again = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 0);
  g_assert_cmpint (maq_transfer_get_state (again), ==, MAQ_TRANSFER_CANCELLED);
  g_assert_cmpstr (maq_transfer_get_request (again)->paths[0], ==, WEIGHTS);
  g_assert_null (maq_transfer_get_hindrance (again));
  g_assert_cmpuint (maq_transfer_get_bytes_total (again), ==, WEIGHTS_SIZE);
  g_assert_cmpuint (maq_transfer_get_bytes_done (again), >, 500000);

  // Starting the same download takes it up.
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);
  g_autoptr (MaqTransfer) started = maq_transfer_list_start (fixture->transfers, request);
  g_assert_true (started == again);
  wait_for_end (again);
  check_whole (fixture, again);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (again), ==, WEIGHTS_SIZE - kept);

  // It is forgotten when it is done.
  g_clear_object (&again);
  g_clear_object (&started);
  fixture_restart (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
}

static void
test_start_at_once (Fixture      *fixture,
                    gconstpointer data)
{
  MaqTransfer *transfer = start_slowly (fixture);

  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 500000);
  g_object_unref (transfer);
  g_assert_finalize_object (fixture->transfers);
  g_usleep (300000);
  guint64 kept = count_partials (fixture, NULL);

  // Who does not wait until the list knows what an earlier program left gets that all the same, and once.
  fixture->transfers = maq_transfer_list_new (fixture->client, fixture->cache, fixture->state);
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);
  g_autoptr (MaqTransfer) started = maq_transfer_list_start (fixture->transfers, request);
  g_autoptr (MaqTransfer) again = maq_transfer_list_start (fixture->transfers, request);
  g_assert_true (started == again);
  wait_for_end (started);
  check_whole (fixture, started);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (started), ==, WEIGHTS_SIZE - kept);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
}

static void
test_slow_disk (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->state, "transfers", "00c0ffee.json", NULL);
  g_autofree char *text = g_strdup_printf ("{\"version\": 1, \"standing\": \"paused\", \"order\": 1, \"hub\": \"h\", \"cache\": \"%s\", \"kind\": \"model\", \"id\": \"%s\"}",
                                           maq_cache_get_root (fixture->cache),
                                           MODEL);
  int              fd = -1;

  // A record whose bytes let wait for them: nothing else waits.
  g_assert_finalize_object (fixture->transfers);
  g_autofree char *folder = g_path_get_dirname (path);
  g_mkdir_with_parents (folder, 0700);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  fixture->transfers = maq_transfer_list_new (fixture->client, fixture->cache, fixture->state);
  WAIT_UNTIL ((fd = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  close (fd);
  fixture_wait_ready (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
  g_unlink (path);
}

static void
test_clear (Fixture      *fixture,
            gconstpointer data)
{
  MaqTransfer     *transfer = start_slowly (fixture);
  g_autofree char *records = g_build_filename (fixture->state, "transfers", NULL);
  g_autofree char *repo = fixture_dup_path (fixture, "cache/models--acme--tiny");

  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 300000);
  maq_transfer_list_discard (fixture->transfers, transfer);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1); // it runs
  maq_transfer_cancel (transfer);

  // What was stopped is not finished: only to discard it takes it away.
  maq_transfer_list_clear (fixture->transfers);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
  g_assert_cmpuint (count_partials (fixture, NULL), >, 0);
  g_assert_true (maq_transfer_list_find_open (fixture->transfers, MAQ_REPO_KIND_MODEL, MODEL) == transfer);
  g_assert_null (maq_transfer_list_find_open (fixture->transfers, MAQ_REPO_KIND_DATASET, MODEL));
  maq_transfer_list_discard (fixture->transfers, transfer);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
  g_object_unref (transfer);

  // Partial files, empty folders and the record go.
  WAIT_UNTIL (!g_file_test (repo, G_FILE_TEST_EXISTS));
  WAIT_UNTIL (g_rmdir (records) == 0);
}

static void
test_stalled (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);
  g_autofree char *repo = fixture_dup_path (fixture, "cache/models--acme--tiny");
  g_autoptr (GError) error = NULL;

  // Nothing arrives any more: to stop need not wait for the limit of that.
  fault (fixture, "{\"host\": \"cdn\", \"stall\": 500000, \"times\": 1}");
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) == 500000);
  g_autoptr (DexFuture) waiting = maq_transfer_wait (transfer);
  maq_transfer_cancel (transfer);
  g_assert_null (dex_future_get_value (waiting, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  gint64 before = g_get_monotonic_time ();
  maq_transfer_list_discard (fixture->transfers, transfer);
  WAIT_UNTIL (!g_file_test (repo, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_get_monotonic_time () - before, <, G_USEC_PER_SEC);
}

static void
test_same_request (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (MaqTransfer) one = start_slowly (fixture);
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);
  request->revision = g_strdup ("main");
  g_autoptr (MaqTransfer) two = maq_transfer_list_start (fixture->transfers, request);

  g_assert_true (one == two);
  g_assert_true (maq_transfer_list_find (fixture->transfers, MAQ_REPO_KIND_MODEL, MODEL, WEIGHTS) == one);
  g_assert_null (maq_transfer_list_find (fixture->transfers, MAQ_REPO_KIND_MODEL, MODEL, "README.md"));

  // Another request for the same file waits for the first and fetches nothing itself.
  g_autoptr (MaqTransferRequest) all = request_for (NULL);
  g_autoptr (MaqTransfer) other = maq_transfer_list_start (fixture->transfers, all);
  g_assert_true (other != one);
  wait_for_end (other);
  wait_for_end (one);
  check_whole (fixture, one);
  check_whole (fixture, other);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (one) + maq_transfer_get_bytes_fetched (other), ==, ALL_BYTES - 700);
}

static void
test_queue (Fixture      *fixture,
            gconstpointer data)
{
  const char *paths[] = { WEIGHTS, "README.md", "config.json", "empty.txt", "onnx/deep/er/x.json" };
  g_autoptr (GPtrArray) started = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_queued = 0;

  fault (fixture, "{\"host\": \"hub\", \"delay\": 300, \"times\": 0}");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (MaqTransferRequest) request = request_for (paths[i]);
      g_ptr_array_add (started, maq_transfer_list_start (fixture->transfers, request));
    }
  WAIT_UNTIL (maq_transfer_get_state (started->pdata[2]) == MAQ_TRANSFER_RUNNING);
  for (guint i = 0; i < started->len; i++)
    n_queued += maq_transfer_get_state (started->pdata[i]) == MAQ_TRANSFER_QUEUED;
  g_assert_cmpuint (n_queued, ==, 2);
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 5);
  g_autoptr (MaqTransfer) newest = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 4);
  g_assert_true (newest == started->pdata[4]);
  for (guint i = 0; i < started->len; i++)
    {
      wait_for_end (started->pdata[i]);
      g_assert_cmpint (maq_transfer_get_state (started->pdata[i]), ==, MAQ_TRANSFER_DONE);
    }
}

typedef struct
{
  guint   n;
  guint64 last;
  guint   n_speeds;
} Notified;

static void
notified_cb (MaqTransfer *transfer,
             GParamSpec  *pspec,
             Notified    *notified)
{
  g_assert_true (g_main_context_is_owner (g_main_context_default ()));
  g_assert_cmpuint (maq_transfer_get_bytes_done (transfer), >=, notified->last);
  notified->last = maq_transfer_get_bytes_done (transfer);
  notified->n++;
  notified->n_speeds += maq_transfer_get_speed (transfer) > 1000000 && maq_transfer_get_speed (transfer) < 4000000 && maq_transfer_get_seconds_left (transfer) >= 0;
}

static void
test_progress (Fixture      *fixture,
               gconstpointer data)
{
  Notified notified = { 0 };
  g_autoptr (MaqTransfer) transfer = start_slowly (fixture);
  gint64 before = g_get_monotonic_time ();

  g_signal_connect (transfer, "notify::bytes-done", G_CALLBACK (notified_cb), &notified);
  wait_for_end (transfer);
  double seconds = (double) (g_get_monotonic_time () - before) / G_USEC_PER_SEC;
  g_test_message ("%u notifications in %.2f s, %u with a speed", notified.n, seconds, notified.n_speeds);
  g_assert_cmpuint (notified.n, >, 3);
  g_assert_cmpfloat (notified.n, <=, seconds * 10 + 2);
  g_assert_cmpuint (notified.n_speeds, >, 0);
  g_assert_cmpuint (notified.last, ==, WEIGHTS_SIZE);
}

static void
test_locked (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (MaqTransfer) first = fetch (fixture, request_for (WEIGHTS));
  g_autofree char *etag = g_file_read_link (maq_transfer_get_first_path (first), NULL);
  g_autofree char *name = g_path_get_basename (etag);
  g_autofree char *lock_name = g_strconcat (name, ".lock", NULL);
  g_autofree char *lock_path = g_build_filename (maq_cache_get_root (fixture->cache), ".locks/models--acme--tiny", lock_name, NULL);
  g_autofree char *blob = g_build_filename (maq_cache_get_root (fixture->cache), "models--acme--tiny/blobs", name, NULL);
  g_autofree char *aside = fixture_dup_path (fixture, "aside");
  g_assert_cmpint (g_rename (blob, aside), ==, 0);
  maq_transfer_list_clear (fixture->transfers);
  maq_hub_server_clear_requests (fixture->server);

  // "Another program" holds the lock and finishes the blob after a while.
  int lock = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0664);
  g_assert_cmpint (flock (lock, LOCK_EX | LOCK_NB), ==, 0);
  g_autoptr (MaqTransferRequest) request = request_for (WEIGHTS);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  WAIT_UNTIL (has_subtitle (transfer, "Another program is downloading this file"));
  g_assert_cmpint (g_rename (aside, blob), ==, 0);
  close (lock);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, 0);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "cdn", "*"), ==, 0);
}

static void
test_offline (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqTransfer) missing = NULL;

  maq_hub_client_set_offline (fixture->client, TRUE);
  missing = fetch (fixture, request_for (WEIGHTS));
  check_error (missing, MAQ_HUB_ERROR, MAQ_HUB_ERROR_OFFLINE);

  maq_hub_client_set_offline (fixture->client, FALSE);
  maq_transfer_retry (missing);
  wait_for_end (missing);
  check_whole (fixture, missing);

  // What is here is given without the Hub; what is not, is not.
  maq_hub_client_set_offline (fixture->client, TRUE);
  g_autoptr (MaqTransfer) here = fetch (fixture, request_for (WEIGHTS));
  g_assert_cmpint (maq_transfer_get_state (here), ==, MAQ_TRANSFER_DONE);
  check_content (maq_transfer_get_first_path (here), WEIGHTS, WEIGHTS_SIZE);
  g_autoptr (MaqTransfer) other = fetch (fixture, request_for ("README.md"));
  check_error (other, MAQ_HUB_ERROR, MAQ_HUB_ERROR_OFFLINE);
  maq_hub_client_set_offline (fixture->client, FALSE);
  maq_hub_server_stop (fixture->server);
  g_autoptr (MaqTransfer) unreachable = fetch (fixture, request_for (WEIGHTS));
  g_assert_cmpint (maq_transfer_get_state (unreachable), ==, MAQ_TRANSFER_DONE);
}

static void
test_kept_tree (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (MaqTransfer) part = fetch (fixture, request_for (WEIGHTS));
  g_autofree char *commit = g_strdup (maq_transfer_get_commit (part));
  g_autofree char *tree = g_strdup_printf ("cache/models--acme--tiny/trees/%s.json", commit);
  g_autofree char *path = fixture_dup_path (fixture, tree);

  // The list tells a part from the whole, also without the Hub.
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  maq_hub_client_set_offline (fixture->client, TRUE);
  g_autoptr (MaqTransfer) incomplete = fetch (fixture, request_for (NULL));
  check_error (incomplete, MAQ_HUB_ERROR, MAQ_HUB_ERROR_OFFLINE);
  g_assert_true (g_str_has_prefix (maq_transfer_get_error (incomplete)->message, "6 of the files asked for are not in the cache"));

  // Online it saves a question, and a commit that is all here needs none.
  maq_hub_client_set_offline (fixture->client, FALSE);
  maq_hub_server_clear_requests (fixture->server);
  maq_transfer_retry (incomplete);
  wait_for_end (incomplete);
  check_whole (fixture, incomplete);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "GET */tree/*"), ==, 0);
  maq_hub_server_clear_requests (fixture->server);
  g_autoptr (MaqTransfer) by_commit = fetch (fixture, maq_transfer_request_new (MAQ_REPO_KIND_MODEL, MODEL, commit));
  check_whole (fixture, by_commit);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "*"), ==, 0);
  g_assert_true (has_subtitle (by_commit, NULL));

  // A damaged one is as good as none.
  g_assert_true (g_file_set_contents (path, "{\"format_version\": 1, \"files\": {\"x\"", -1, NULL));
  g_autoptr (MaqTransfer) again = fetch (fixture, maq_transfer_request_new (MAQ_REPO_KIND_MODEL, MODEL, commit));
  check_whole (fixture, again);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "GET */tree/*"), ==, 1);
}

// What there is to fetch is asked for once, and the files come in the same answer as the commit.
static void
test_planned (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqTransferRequest) request = request_for (NULL);
  g_autoptr (DexFuture) planning = maq_transfer_list_plan (fixture->transfers, request);

  WAIT_UNTIL (!dex_future_is_pending (planning));
  const MaqTransferPlan *plan = g_value_get_boxed (dex_future_get_value (planning, NULL));
  g_assert_cmpuint (plan->bytes_here, ==, 0);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start_planned (fixture->transfers, request, plan);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "GET /api/models/*"), ==, 1);
}

static void
test_resumes_stalled (Fixture      *fixture,
                      gconstpointer data)
{
  fault (fixture, "{\"host\": \"cdn\", \"stall\": 500000, \"times\": 1}");
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (WEIGHTS));

  check_whole (fixture, transfer);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, WEIGHTS_SIZE);
}

static void
test_deleted_partial (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (MaqTransfer) transfer = start_slowly (fixture);
  g_autofree char *blobs = fixture_dup_path (fixture, "cache/models--acme--tiny/blobs");

  // As `hf cache prune` does.
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 300000);
  g_autoptr (GDir) dir = g_dir_open (blobs, 0, NULL);
  g_autofree char *path = g_build_filename (blobs, g_dir_read_name (dir), NULL);
  g_assert_cmpint (g_unlink (path), ==, 0);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
}

static void
test_foreign_partials (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (MaqTransfer) first = fetch (fixture, request_for (WEIGHTS));
  g_autofree char *link = g_file_read_link (maq_transfer_get_first_path (first), NULL);
  g_autofree char *etag = g_path_get_basename (link);
  g_autofree char *old = g_strconcat (maq_cache_get_root (fixture->cache), "/models--acme--tiny/blobs/", etag, ".incomplete", NULL);
  g_autofree char *blob = g_strconcat (maq_cache_get_root (fixture->cache), "/models--acme--tiny/blobs/", etag, NULL);

  // The partial file of another program is neither used nor touched.
  g_assert_true (g_file_set_contents (old, "theirs", -1, NULL));
  g_assert_cmpint (g_unlink (blob), ==, 0);
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (WEIGHTS));
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
  check_content (maq_transfer_get_first_path (transfer), WEIGHTS, WEIGHTS_SIZE);
  g_autofree char *theirs = NULL;
  g_assert_true (g_file_get_contents (old, &theirs, NULL, NULL));
  g_assert_cmpstr (theirs, ==, "theirs");
}

#define COMMIT "cccccccccccccccccccccccccccccccccccccccc"

// A Hub that tells RECORD of a model and TREE of its files.
static MaqTransfer *
fetch_from (Fixture    *fixture,
            const char *record,
            const char *tree)
{
  g_autoptr (MaqTestServer) server = maq_test_server_new ();
  g_autoptr (MaqHubClient) client = maq_hub_client_new (maq_test_server_get_address (server));
  g_autoptr (MaqTransferList) transfers = maq_transfer_list_new (client, fixture->cache, fixture->state);
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, "acme/evil", NULL);
  const char  *headers = "X-Repo-Commit: " COMMIT "\r\nETag: \"ce013625030ba8dba906f756967f9e9ca394464a\"\r\n";
  MaqTestReply record_reply = { .body = record };
  MaqTestReply tree_reply = { .body = tree };
  MaqTestReply file_reply = { .body = "hello\n", .headers = headers };
  MaqTransfer *transfer;

  maq_test_server_add (server, "/api/models/acme/evil", &record_reply);
  maq_test_server_add (server, "/api/models/acme/evil/revision/main", &record_reply);
  maq_test_server_add (server, "/api/models/acme/evil/tree/" COMMIT, &tree_reply);
  maq_test_server_add (server, "*", &file_reply);
  transfer = maq_transfer_list_start (transfers, request);
  wait_for_end (transfer);
  return transfer;
}

static void
test_hostile_hub (Fixture      *fixture,
                  gconstpointer data)
{
  const char *good = "{\"id\": \"acme/evil\", \"sha\": \"" COMMIT "\"}";
  const char *tree = "["
                     "{\"type\": \"file\", \"path\": \"../../../../escaped\", \"size\": 6, \"oid\": \"ce013625030ba8dba906f756967f9e9ca394464a\"},"
                     "{\"type\": \"file\", \"path\": \"/escaped\", \"size\": 6, \"oid\": \"ce013625030ba8dba906f756967f9e9ca394464a\"},"
                     "{\"type\": \"file\", \"path\": \"a\\\\..\\\\..\\\\escaped\", \"size\": 6, \"oid\": \"ce013625030ba8dba906f756967f9e9ca394464a\"},"
                     "{\"type\": \"file\", \"path\": \"odd\", \"size\": 6, \"oid\": \"../../../../escaped\"},"
                     "{\"type\": \"file\", \"path\": \"huge\", \"size\": -1, \"oid\": \"ce013625030ba8dba906f756967f9e9ca394464a\"},"
                     "{\"type\": \"file\", \"path\": \"good.txt\", \"size\": 6, \"oid\": \"ce013625030ba8dba906f756967f9e9ca394464a\"}"
                     "]";
  const char *bad[] = {
    "{\"id\": \"acme/evil\", \"sha\": \"../../../escaped\"}",
    "{\"id\": \"../../escaped\", \"sha\": \"" COMMIT "\"}",
    "{\"id\": \"acme/evil\"}",
    "[]",
  };

  // The rest of the repo is usable all the same.
  g_autoptr (MaqTransfer) transfer = fetch_from (fixture, good, tree);
  if (maq_transfer_get_error (transfer) != NULL)
    g_test_message ("%s", maq_transfer_get_error (transfer)->message);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
  g_autofree char *file = maq_cache_dup_file_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/evil", NULL, "good.txt");
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "hello\n");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (MaqTransfer) refused = fetch_from (fixture, bad[i], tree);
      g_assert_cmpint (maq_transfer_get_state (refused), !=, MAQ_TRANSFER_RUNNING);
    }
  g_autofree char *found = NULL;
  g_autofree char *command = g_strdup_printf ("find %s -name '*escaped*'", fixture->folder);
  g_assert_true (g_spawn_command_line_sync (command, &found, NULL, NULL, NULL));
  g_assert_cmpstr (found, ==, "");
}

// What the child of test_kill does: it downloads until it is killed.
static int
download_for_ever (char **argv)
{
  g_autoptr (MaqHubClient) client = maq_hub_client_new (argv[2]);
  g_autoptr (MaqCache) cache = maq_cache_new (argv[3]);
  g_autoptr (MaqTransferList) transfers = maq_transfer_list_new (client, cache, argv[4]);
  g_autoptr (MaqTransferRequest) request = request_for (NULL);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (transfers, request);

  while (TRUE)
    g_main_context_iteration (NULL, TRUE);
  return 1;
}

static char *program;

static void
test_kill (Fixture      *fixture,
           gconstpointer data)
{
  const char *argv[] = { program, "--download", maq_hub_server_get_url (fixture->server), maq_cache_get_root (fixture->cache), fixture->state, NULL };
  guint64     fetched = 0;

  fault (fixture, "{\"host\": \"cdn\", \"rate\": 4000000, \"times\": 0}");
  for (guint round = 0; round < 8; round++)
    {
      g_autoptr (GError) error = NULL;
      guint64 before = count_partials (fixture, NULL);
      GPid    pid;
      g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
      g_assert_no_error (error);
      // Killed somewhere: after a time, or when some bytes have come.
      if (round % 2 == 0)
        g_usleep (20000 * (round + 1));
      else
        WAIT_UNTIL (count_partials (fixture, NULL) > before + 150000);
      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
    }
  fetched = count_partials (fixture, NULL);
  g_assert_cmpuint (fetched, >, 300000);

  maq_hub_server_clear_faults (fixture->server);
  fixture_restart (fixture);
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (NULL));
  check_whole (fixture, transfer);
  // What the killed ones had written is not fetched again.
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), <=, ALL_BYTES - fetched);
  g_clear_object (&transfer);
  fixture_restart (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
}

static void
test_living_program (Fixture      *fixture,
                     gconstpointer data)
{
  const char *argv[] = { program, "--download", maq_hub_server_get_url (fixture->server), maq_cache_get_root (fixture->cache), fixture->state, NULL };
  GPid        pid;

  // The unfinished transfers of a program that still runs are its own.
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 500000, \"times\": 0}");
  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));
  WAIT_UNTIL (count_partials (fixture, NULL) > 100000);
  fixture_restart (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  fixture_restart (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
}

static guint
count_records (Fixture *fixture)
{
  g_autofree char *folder = g_build_filename (fixture->state, "transfers", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    n += g_str_has_suffix (name, ".json");
  return n;
}

static void
test_shared_records (Fixture      *fixture,
                     gconstpointer data)
{
  const char *argv[] = { program, "--download", maq_hub_server_get_url (fixture->server), maq_cache_get_root (fixture->cache), fixture->state, NULL };
  GPid        pid;

  // Another program is at it, with the same request: this one waits, and takes over what that one leaves when it is killed.
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1500000, \"times\": 0}");
  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));
  WAIT_UNTIL (count_partials (fixture, NULL) > 100000);
  g_autoptr (MaqTransferRequest) request = request_for (NULL);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  WAIT_UNTIL (count_partials (fixture, NULL) > 1000000);
  guint64 left = count_partials (fixture, NULL);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  maq_hub_server_clear_faults (fixture->server);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), <=, ALL_BYTES - left);

  // What the other one left is here at the next start, done in no time and then forgotten.
  fixture_restart (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
  g_autoptr (MaqTransfer) again = fetch (fixture, request_for (NULL));
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (again), ==, 0);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

static void
test_left_meanwhile (Fixture      *fixture,
                     gconstpointer data)
{
  const char *argv[] = { program, "--download", maq_hub_server_get_url (fixture->server), maq_cache_get_root (fixture->cache), fixture->state, NULL };
  GPid        pid;

  // Begun and left by another program while this one runs: the same request goes on with it, under the same name.
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1500000, \"times\": 0}");
  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));
  WAIT_UNTIL (count_partials (fixture, NULL) > 300000);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  maq_hub_server_clear_faults (fixture->server);
  guint64 left = count_partials (fixture, NULL);
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for (NULL));
  check_whole (fixture, transfer);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), <=, ALL_BYTES - left);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

static void
test_other_cache (Fixture      *fixture,
                  gconstpointer data)
{
  MaqTransfer     *transfer = start_slowly (fixture);
  g_autofree char *root = fixture_dup_path (fixture, "other-cache");

  // What was meant for one cache is not taken up into another.
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 100000);
  g_object_unref (transfer);
  g_clear_object (&fixture->cache);
  fixture->cache = maq_cache_new (root);
  fixture_restart (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
  g_assert_cmpuint (count_records (fixture), ==, 1);
}

static void
test_refused_records (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (MaqTransfer) file = fetch (fixture, request_for ("nothing.gguf"));
  g_autoptr (MaqTransfer) repo = fetch (fixture, maq_transfer_request_new (MAQ_REPO_KIND_MODEL, "acme/none", NULL));

  check_error (file, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND);
  check_error (repo, MAQ_HUB_ERROR, MAQ_HUB_ERROR_REPO_NOT_FOUND);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

static void
test_damaged_records (Fixture      *fixture,
                      gconstpointer data)
{
  const char      *texts[] = { "", "{", "[]", "{\"version\": 2}", "{\"version\": 1, \"kind\": \"model\", \"id\": \"../..\"}", "{\"version\": 1, \"kind\": \"cheese\", \"id\": \"a/b\"}", "{\"version\": 1, \"kind\": \"model\", \"id\": 7}", "{\"version\": 1, \"kind\": \"model\", \"id\": \"a/b\"}" };
  g_autofree char *folder = g_build_filename (fixture->state, "transfers", NULL);

  g_mkdir_with_parents (folder, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/0000000%u.json", folder, i);
      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
    }
  fixture_restart (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  if (argc > 4 && g_str_equal (argv[1], "--download"))
    return download_for_ever (argv);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);

  ADD ("/library/transfers/fetches-all-and-nothing-twice", test_all);
  ADD ("/library/transfers/chooses-by-path-and-glob", test_choice);
  ADD ("/library/transfers/shares-what-another-repo-has", test_shares);
  ADD ("/library/transfers/resumes-what-was-cut", test_resumes_cut);
  ADD ("/library/transfers/recovers-from-faults", test_recovers);
  ADD ("/library/transfers/wrong-bytes-never-get-a-name", test_wrong_bytes);
  ADD ("/library/transfers/gives-up-in-the-end", test_gives_up);
  ADD ("/library/transfers/refusals-leave-no-trace", test_refusals);
  ADD ("/library/transfers/cancel-keeps-what-came", test_cancel);
  ADD ("/library/transfers/resumes-after-a-restart", test_restart);
  ADD ("/library/transfers/slow-records-hold-nothing-up", test_slow_disk);
  ADD ("/library/transfers/takes-up-what-it-has-not-read-yet", test_start_at_once);
  ADD ("/library/transfers/clear-leaves-nothing", test_clear);
  ADD ("/library/transfers/stops-when-stalled", test_stalled);
  ADD ("/library/transfers/same-request-is-one-transfer", test_same_request);
  ADD ("/library/transfers/queues-beyond-three", test_queue);
  ADD ("/library/transfers/tells-progress-and-speed", test_progress);
  ADD ("/library/transfers/waits-for-another-program", test_locked);
  ADD ("/library/transfers/uses-the-cache-offline", test_offline);
  ADD ("/library/transfers/keeps-the-list-of-files", test_kept_tree);
  ADD ("/library/transfers/asks-once-for-what-is-planned", test_planned);
  ADD ("/library/transfers/goes-on-after-a-stall", test_resumes_stalled);
  ADD ("/library/transfers/survives-a-deleted-partial-file", test_deleted_partial);
  ADD ("/library/transfers/leaves-foreign-partial-files", test_foreign_partials);
  ADD ("/library/transfers/killed-programs-lose-nothing", test_kill);
  ADD ("/library/transfers/leaves-living-programs-alone", test_living_program);
  ADD ("/library/transfers/waits-for-the-same-transfer-elsewhere", test_shared_records);
  ADD ("/library/transfers/takes-up-what-another-program-left", test_left_meanwhile);
  ADD ("/library/transfers/keeps-to-its-cache", test_other_cache);
  ADD ("/library/transfers/refusals-are-not-remembered", test_refused_records);
  ADD ("/library/transfers/damaged-records", test_damaged_records);
  ADD ("/library/transfers/hostile-names-stay-out", test_hostile_hub);
  return g_test_run ();
}
