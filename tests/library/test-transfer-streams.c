// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "hub-fixture.h"
#include "maq-cache-private.h"
#include "maq-json.h"

// A large file over several connections.

#define SIZE  (24u << 20)
#define SHARE (2u << 20)
#define SLOW  "{\"host\": \"cdn\", \"rate\": 12000000, \"times\": 0}"

static MaqTransferRequest *
request_large (void)
{
  return maq_transfer_request_new (MAQ_REPO_KIND_MODEL, LARGE_MODEL, NULL);
}

// How many answers the CDN gave, and from how many different places of the file.
static guint
count_ranges (Fixture *fixture,
              guint   *n_answers)
{
  g_autofree char *text = maq_hub_server_dup_requests (fixture->server);
  g_autoptr (MaqJson) json = maq_json_parse_text (text, NULL);
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  *n_answers = 0;
  MAQ_JSON_FOREACH (request, maq_json_get_root (json))
    {
      const char *range = maq_json_get_string (request, "range");
      if (g_strcmp0 (maq_json_get_string (request, "host"), "cdn") != 0)
        continue;
      (*n_answers)++;
      g_hash_table_add (places, range != NULL ? g_strndup (range, strcspn (range, "-")) : g_strdup ("bytes=0"));
    }
  return g_hash_table_size (places);
}

static void
check_large (Fixture     *fixture,
             MaqTransfer *transfer)
{
  if (maq_transfer_get_error (transfer) != NULL)
    g_test_message ("%s", maq_transfer_get_error (transfer)->message);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
  g_assert_cmpuint (maq_transfer_get_bytes_done (transfer), ==, SIZE);
  check_content (maq_transfer_get_first_path (transfer), LARGE, SIZE);
}

static void
test_shares (Fixture      *fixture,
             gconstpointer data)
{
  guint n_answers = 0;

  fault (fixture, SLOW);
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_large ());
  check_large (fixture, transfer);
  // As few requests as are worth it, each byte once.
  guint n_places = count_ranges (fixture, &n_answers);
  g_assert_cmpuint (n_places, >=, 2);
  g_assert_cmpuint (n_answers, <=, SIZE / SHARE);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, SIZE);
}

static void
test_whole_only (Fixture      *fixture,
                 gconstpointer data)
{
  guint n_answers = 0;

  fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000000, \"range\": \"ignore\", \"times\": 0}");
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_large ());
  check_large (fixture, transfer);
  // Each of the first streams may find out for itself.
  count_ranges (fixture, &n_answers);
  g_assert_cmpuint (n_answers, <=, SIZE / SHARE);
}

static void
test_refused_ranges (Fixture      *fixture,
                     gconstpointer data)
{
  // The first connection is served; whoever asks for another place gets 403, again and again.
  fault (fixture, "[{\"host\": \"cdn\", \"rate\": 100000000, \"times\": 1}, {\"host\": \"cdn\", \"expired\": true, \"times\": 6}]");
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_large ());
  check_large (fixture, transfer);
}

static void
test_recovers (Fixture      *fixture,
               gconstpointer data)
{
  const char *rules[] = {
    "[{\"host\": \"cdn\", \"status\": 503, \"times\": 3}, " SLOW "]",
    "[{\"host\": \"cdn\", \"cut\": 3000000, \"times\": 6}, " SLOW "]",
    "[{\"host\": \"cdn\", \"flip\": 1000000, \"rate\": 12000000, \"times\": 1}, " SLOW "]",
    "[{\"host\": \"cdn\", \"range\": \"wrong\", \"skip\": 1, \"times\": 2}, " SLOW "]",
    "[{\"host\": \"hub\", \"path\": \"*/resolve/*\", \"status\": 429, \"retry-after\": 1, \"skip\": 1, \"times\": 2}, " SLOW "]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_test_message ("%s", rules[i]);
      maq_hub_server_clear_faults (fixture->server);
      fault (fixture, rules[i]);
      g_autoptr (MaqTransfer) transfer = fetch (fixture, request_large ());
      check_large (fixture, transfer);
      guint64 freed = 0;
      g_assert_true (maq_cache_delete_now (fixture->cache, MAQ_REPO_KIND_MODEL, LARGE_MODEL, NULL, &freed, NULL));
    }
}

// A limit is one for all connections, whatever their number.
static void
test_rate (Fixture      *fixture,
           gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();

  maq_transfer_list_set_rate (fixture->transfers, SIZE / 2);
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_large ());
  check_large (fixture, transfer);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 17 * G_USEC_PER_SEC / 10);
}

static void
test_resumes (Fixture      *fixture,
              gconstpointer data)
{
  guint64 there = 0;

  fault (fixture, SLOW);
  g_autoptr (MaqTransferRequest) request = request_large ();
  g_autoptr (MaqTransfer) first = maq_transfer_list_start (fixture->transfers, request);
  WAIT_UNTIL (maq_transfer_get_bytes_done (first) > SIZE / 3);
  maq_transfer_cancel (first);
  there = maq_transfer_get_bytes_done (first);

  fixture_restart (fixture);
  g_autoptr (MaqTransfer) second = fetch (fixture, request_large ());
  check_large (fixture, second);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (second), <=, SIZE - there);
}

static MaqTransferRequest *
request_one (void)
{
  const char         *paths[] = { LARGE, NULL };
  MaqTransferRequest *request = request_large ();

  request->paths = g_strdupv ((char **) paths);
  return request;
}

// Where a file is that is named is asked beside what it is, with no request more than there was.
static void
test_looks_ahead (Fixture      *fixture,
                  gconstpointer data)
{
  // A plan alone begins no download, so it asks for no file.
  g_autoptr (MaqTransferRequest) request = request_one ();
  g_autoptr (DexFuture) plan = maq_transfer_list_plan (fixture->transfers, request);
  WAIT_UNTIL (!dex_future_is_pending (plan));
  g_assert_true (dex_future_is_resolved (plan));
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "hub", "*/resolve/*"), ==, 0);

  maq_hub_server_clear_requests (fixture->server);
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_one ());
  check_large (fixture, transfer);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "hub", "HEAD */resolve/*"), ==, 1);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "hub", "*"), ==, 2);

  // What is here is not asked for.
  maq_transfer_list_clear (fixture->transfers);
  maq_hub_server_clear_requests (fixture->server);
  g_autoptr (MaqTransfer) again = fetch (fixture, request_one ());
  check_large (fixture, again);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "hub", "*"), ==, 1);
}

// An answer that is of no use costs nothing but the question.
static void
test_looks_ahead_in_vain (Fixture      *fixture,
                          gconstpointer data)
{
  const char *rules[] = {
    "{\"host\": \"hub\", \"method\": \"HEAD\", \"status\": 403, \"times\": 1}",
    "{\"host\": \"hub\", \"method\": \"HEAD\", \"status\": 503, \"times\": 0}",
    "{\"host\": \"cdn\", \"expired\": true, \"times\": 1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_test_message ("%s", rules[i]);
      maq_hub_server_clear_faults (fixture->server);
      fault (fixture, rules[i]);
      g_autoptr (MaqTransfer) transfer = fetch (fixture, request_one ());
      check_large (fixture, transfer);
      g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "hub", "GET */resolve/*"), >, 0);
      guint64 freed = 0;
      g_assert_true (maq_cache_delete_now (fixture->cache, MAQ_REPO_KIND_MODEL, LARGE_MODEL, NULL, &freed, NULL));
      maq_transfer_list_clear (fixture->transfers);
      maq_hub_server_clear_requests (fixture->server);
    }
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
#define ADD_LARGE(name, func) g_test_add ("/library/transfer-streams/" name, Fixture, GSIZE_TO_POINTER (SIZE), fixture_set_up, func, fixture_tear_down)
  ADD_LARGE ("share-a-large-file", test_shares);
  ADD_LARGE ("where-one-file-is-is-asked-beside-what-it-is", test_looks_ahead);
  ADD_LARGE ("get-over-a-useless-answer-to-that", test_looks_ahead_in_vain);
  ADD_LARGE ("without-ranges-one-connection-brings-it", test_whole_only);
  ADD_LARGE ("refused-ranges-too", test_refused_ranges);
  ADD_LARGE ("get-over-every-fault", test_recovers);
  ADD_LARGE ("keep-to-a-limit-together", test_rate);
  ADD_LARGE ("go-on-with-all-ranges", test_resumes);
  return g_test_run ();
}
