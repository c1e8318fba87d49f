// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "hub-fixture.h"
#include "maq-fake-network.h"
#include "maq-hub-client-private.h"
#include "maq-transfer-private.h"

// The queue around the downloads, as the window has it: what is remembered, in which order, and what goes on by itself.

static const char *const paths[] = { WEIGHTS, "part-00001-of-00001.safetensors", "README.md", "config.json", "onnx/deep/er/x.json" };

static void
go_on (Fixture *fixture)
{
  maq_transfer_list_go_on (fixture->transfers, NULL, g_network_monitor_get_default ());
  fixture_wait_ready (fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture_set_up (fixture, data);
  maq_transfer_set_waits (5000, 300000);
  go_on (fixture);
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers));
}

// (transfer none)
static MaqTransfer *
get (Fixture *fixture,
     guint    position)
{
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), position);
  g_assert_nonnull (transfer);
  return transfer;
}

static MaqTransferState
state_at (Fixture *fixture,
          guint    position)
{
  return maq_transfer_get_state (get (fixture, position));
}

static const char *
path_at (Fixture *fixture,
         guint    position)
{
  return maq_transfer_get_request (get (fixture, position))->paths[0];
}

static MaqTransfer *
start (Fixture    *fixture,
       const char *path)
{
  g_autoptr (MaqTransferRequest) request = request_for (path);
  return maq_transfer_list_start (fixture->transfers, request);
}

// Five, of which three run and two wait.
static void
start_all (Fixture *fixture)
{
  // So slow that none ends before it is allowed to.
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  fault (fixture, "{\"host\": \"hub\", \"delay\": 800, \"times\": 0}");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (MaqTransfer) transfer = start (fixture, paths[i]);
      WAIT_UNTIL (maq_transfer_is_claimed (transfer));
      g_assert_cmpint (maq_transfer_get_state (transfer), ==, i < 3 ? MAQ_TRANSFER_RUNNING : MAQ_TRANSFER_QUEUED);
    }
}

static guint
count_done (Fixture *fixture)
{
  guint n = 0;

  for (guint i = 0; i < count (fixture); i++)
    n += state_at (fixture, i) == MAQ_TRANSFER_DONE;
  return n;
}

static gboolean
all_done (Fixture *fixture)
{
  return count_done (fixture) == count (fixture);
}

static void
test_restart (Fixture      *fixture,
              gconstpointer data)
{
  start_all (fixture);
  WAIT_UNTIL (maq_transfer_get_bytes_done (get (fixture, 0)) > 20000);
  maq_transfer_pause (get (fixture, 3));
  maq_hub_server_clear_faults (fixture->server);
  fixture_restart (fixture);

  // All are there, in their order; none goes on before the Hub is ready.
  g_assert_cmpuint (count (fixture), ==, G_N_ELEMENTS (paths));
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_assert_cmpstr (path_at (fixture, i), ==, paths[i]);
      g_assert_cmpint (state_at (fixture, i), ==, i == 3 ? MAQ_TRANSFER_PAUSED : MAQ_TRANSFER_CANCELLED);
    }
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 0);

  go_on (fixture);
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 4);
  WAIT_UNTIL (maq_transfer_list_get_n_active (fixture->transfers) == 0);
  g_assert_cmpint (state_at (fixture, 0), ==, MAQ_TRANSFER_PAUSED);
  g_assert_cmpstr (path_at (fixture, 0), ==, paths[3]);
  for (guint i = 1; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpint (state_at (fixture, i), ==, MAQ_TRANSFER_DONE);
  maq_transfer_list_resume_all (fixture->transfers);
  WAIT_UNTIL (all_done (fixture));
}

static void
test_stopped (Fixture      *fixture,
              gconstpointer data)
{
  // What somebody stopped stays stopped.
  start_all (fixture);
  maq_transfer_cancel (get (fixture, 0));
  maq_transfer_cancel (get (fixture, 4));
  maq_hub_server_clear_faults (fixture->server);
  fixture_restart (fixture);
  go_on (fixture);
  WAIT_UNTIL (maq_transfer_list_get_n_active (fixture->transfers) == 0);
  g_assert_cmpuint (count (fixture), ==, 5);
  g_assert_cmpint (state_at (fixture, 0), ==, MAQ_TRANSFER_CANCELLED);
  g_assert_cmpint (state_at (fixture, 1), ==, MAQ_TRANSFER_CANCELLED);
  g_assert_cmpint (state_at (fixture, 2), ==, MAQ_TRANSFER_DONE);
}

static void
test_command (Fixture      *fixture,
              gconstpointer data)
{
  // Nor does what a command left go on by itself.
  fixture_restart (fixture);
  start_all (fixture);
  fixture_restart (fixture);
  go_on (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpint (state_at (fixture, i), ==, MAQ_TRANSFER_CANCELLED);
}

static void
test_other_hub (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *here = g_strdup (maq_hub_client_get_endpoint (fixture->client));

  start_all (fixture);
  maq_hub_server_clear_faults (fixture->server);
  for (guint round = 0; round < 2; round++)
    {
      maq_hub_client_set_endpoint (fixture->client, "http://127.0.0.1:9", NULL);
      fixture_restart (fixture);
      go_on (fixture);
      g_assert_cmpuint (count (fixture), ==, G_N_ELEMENTS (paths));
      for (guint i = 0; i < count (fixture); i++)
        {
          g_assert_cmpint (state_at (fixture, i), ==, MAQ_TRANSFER_CANCELLED);
          g_assert_nonnull (strstr (maq_transfer_get_hindrance (get (fixture, i)), here));
          maq_transfer_retry (get (fixture, i));
          g_assert_cmpint (state_at (fixture, i), ==, MAQ_TRANSFER_CANCELLED);
        }
    }
  maq_hub_client_set_endpoint (fixture->client, here, NULL);
  fixture_restart (fixture);
  go_on (fixture);
  WAIT_UNTIL (all_done (fixture));
}

static void
test_changed_hub (Fixture      *fixture,
                  gconstpointer data)
{
  const char *here = maq_hub_server_get_url (fixture->server);

  // Another Hub is chosen while some run: all stop and say why, and nothing of them reaches the other one.
  start_all (fixture);
  maq_transfer_cancel (get (fixture, 4));
  maq_hub_client_set_endpoint (fixture->client, "http://127.0.0.1:9", NULL);
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 0);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (maq_transfer_is_parked (get (fixture, i)));
      g_assert_nonnull (strstr (maq_transfer_get_hindrance (get (fixture, i)), here));
    }

  // The Hub is back: they go on, but for what somebody stopped.
  maq_hub_server_clear_faults (fixture->server);
  maq_hub_client_set_endpoint (fixture->client, here, NULL);
  go_on (fixture);
  WAIT_UNTIL (count_done (fixture) == G_N_ELEMENTS (paths) - 1);
  g_assert_cmpuint (count (fixture), ==, G_N_ELEMENTS (paths));
  g_assert_cmpint (state_at (fixture, 0), ==, MAQ_TRANSFER_CANCELLED);
  g_assert_false (maq_transfer_is_parked (get (fixture, 0)));
  for (guint i = 1; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpint (state_at (fixture, i), ==, MAQ_TRANSFER_DONE);
}

static void
test_named_hub (Fixture      *fixture,
                gconstpointer data)
{
  // The demo Hub has another address each time.
  fixture_restart (fixture);
  maq_transfer_list_go_on (fixture->transfers, "demo", NULL);
  fixture_wait_ready (fixture);
  start_all (fixture);
  maq_hub_server_clear_faults (fixture->server);
  fixture_restart (fixture);
  maq_transfer_list_go_on (fixture->transfers, "demo", NULL);
  fixture_wait_ready (fixture);
  WAIT_UNTIL (all_done (fixture));
  g_assert_cmpuint (count (fixture), ==, G_N_ELEMENTS (paths));
}

static void
test_pause (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (MaqTransfer) transfer = NULL;

  fault (fixture, "{\"host\": \"cdn\", \"rate\": 2000000, \"times\": 1}");
  transfer = start (fixture, WEIGHTS);
  g_autoptr (DexFuture) end = maq_transfer_wait (transfer);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 500000);
  maq_transfer_pause (transfer);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_PAUSED);
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 0);
  g_assert_cmpfloat (maq_transfer_get_speed (transfer), ==, 0);
  g_usleep (100000);
  guint64 kept = count_partials (fixture, NULL);
  g_usleep (200000);
  g_assert_cmpuint (count_partials (fixture, NULL), ==, kept);

  // Who waits for the end goes on waiting.
  maq_transfer_retry (transfer);
  WAIT_UNTIL (!dex_future_is_pending (end));
  check_whole (fixture, transfer);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (transfer), ==, WEIGHTS_SIZE - kept);
}

static void
test_paused_progress (Fixture      *fixture,
                      gconstpointer data)
{
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 2000000, \"times\": 1}");
  g_autoptr (MaqTransfer) transfer = start (fixture, WEIGHTS);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 500000);
  maq_transfer_pause (transfer);
  guint64 done = maq_transfer_get_bytes_done (transfer);
  g_clear_object (&transfer);
  fixture_restart (fixture);
  // How far it was is known before the Hub is asked.
  g_assert_cmpuint (maq_transfer_get_bytes_done (get (fixture, 0)), ==, done);
  g_assert_cmpuint (maq_transfer_get_bytes_total (get (fixture, 0)), ==, WEIGHTS_SIZE);
}

static void
test_pause_all (Fixture      *fixture,
                gconstpointer data)
{
  start_all (fixture);
  maq_transfer_list_pause_all (fixture->transfers);
  for (guint i = 0; i < count (fixture); i++)
    g_assert_cmpint (state_at (fixture, i), ==, MAQ_TRANSFER_PAUSED);
  maq_hub_server_clear_faults (fixture->server);
  fixture_restart (fixture);
  go_on (fixture);
  for (guint i = 0; i < count (fixture); i++)
    g_assert_cmpint (state_at (fixture, i), ==, MAQ_TRANSFER_PAUSED);
  // Paused ones are not finished, but can be discarded.
  maq_transfer_list_clear (fixture->transfers);
  g_assert_cmpuint (count (fixture), ==, 5);
  maq_transfer_list_discard (fixture->transfers, get (fixture, 4));
  g_assert_cmpuint (count (fixture), ==, 4);
  maq_transfer_list_resume_all (fixture->transfers);
  WAIT_UNTIL (all_done (fixture));
}

static void
test_network (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqTransfer) transfer = NULL;

  fault (fixture, "{\"host\": \"cdn\", \"rate\": 2000000, \"times\": 1}");
  transfer = start (fixture, WEIGHTS);
  g_autoptr (DexFuture) end = maq_transfer_wait (transfer);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 500000);
  // The network goes: connections end, and no new one can be made.
  maq_hub_client_set_offline (fixture->client, TRUE);
  maq_transfer_pause (transfer);
  maq_transfer_retry (transfer);
  WAIT_UNTIL (g_strcmp0 (maq_transfer_get_hindrance (transfer), "Waiting for the network") == 0);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_QUEUED);
  g_assert_true (dex_future_is_pending (end));
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 1);

  // Other things that wait for their turn are not held up by it.
  maq_hub_client_set_offline (fixture->client, FALSE);
  maq_hub_server_clear_faults (fixture->server);
  g_autoptr (MaqTransfer) other = start (fixture, "README.md");
  wait_for_end (other);
  g_assert_cmpint (maq_transfer_get_state (other), ==, MAQ_TRANSFER_DONE);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_QUEUED);

  gint64 before = g_get_monotonic_time ();
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_RUNNING);
  WAIT_UNTIL (!dex_future_is_pending (end));
  g_assert_cmpint (g_get_monotonic_time () - before, <, 4 * G_USEC_PER_SEC);
  check_whole (fixture, transfer);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_network_by_itself (Fixture      *fixture,
                        gconstpointer data)
{
  // Nobody says that the network is back: it is found out, by and by more seldom.
  maq_transfer_set_waits (40, 5000);
  fault (fixture, "{\"host\": \"hub\", \"cut\": 1, \"times\": 0}");
  maq_hub_client_set_limits (fixture->client, &(MaqHubLimits) { .deadline = 2000, .stall = 1000, .backoff = 1, .max_tries = 1 });
  g_autoptr (MaqTransfer) transfer = start (fixture, WEIGHTS);
  guint n_states = 0;
  g_signal_connect_swapped (transfer, "notify::state", G_CALLBACK (count_cb), &n_states);
  gint64 until = g_get_monotonic_time () + 1500000;
  while (g_get_monotonic_time () < until)
    wait_a_little ();
  // At 40, 80, 160, 320 and 640 ms; each try is three states: waiting, ready, running.
  g_assert_cmpuint (n_states, >=, 6);
  g_assert_cmpuint (n_states, <=, 3 * 6);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_QUEUED);
  maq_hub_server_clear_faults (fixture->server);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
}

static void
test_failure (Fixture      *fixture,
              gconstpointer data)
{
  // What no network mends fails.
  g_autoptr (MaqTransfer) transfer = start (fixture, "nothing-there.bin");
  wait_for_end (transfer);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_FAILED);
  fixture_restart (fixture);
  go_on (fixture);
  g_assert_cmpuint (count (fixture), ==, 0);
}

static void
test_metered (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GNetworkMonitor) network = fake_network_new ();

  fixture_restart (fixture);
  maq_transfer_list_set_wait_metered (fixture->transfers, TRUE);
  maq_transfer_list_go_on (fixture->transfers, NULL, network);
  fixture_wait_ready (fixture);
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 0}");
  g_autoptr (MaqTransfer) first = start (fixture, WEIGHTS);
  WAIT_UNTIL (maq_transfer_get_bytes_done (first) > 0);

  // What runs stops, what is new does not begin, and both say why.
  fake_network_set_metered (network, TRUE);
  g_autoptr (MaqTransfer) second = start (fixture, "README.md");
  g_assert_cmpint (maq_transfer_get_state (first), ==, MAQ_TRANSFER_QUEUED);
  g_assert_cmpint (maq_transfer_get_state (second), ==, MAQ_TRANSFER_QUEUED);
  g_assert_true (maq_transfer_is_held (first) && maq_transfer_is_held (second));
  g_assert_cmpstr (maq_transfer_get_hindrance (second), ==, "Waiting: this connection is metered");

  // One may go on all the same; the other does when the connection is another.
  maq_transfer_retry (second);
  wait_for_end (second);
  g_assert_cmpint (maq_transfer_get_state (second), ==, MAQ_TRANSFER_DONE);
  g_assert_true (maq_transfer_is_held (first));
  maq_hub_server_clear_faults (fixture->server);
  fake_network_set_metered (network, FALSE);
  wait_for_end (first);
  g_assert_cmpint (maq_transfer_get_state (first), ==, MAQ_TRANSFER_DONE);
}

static void
set_clock (guint hour,
           guint minute,
           guint second)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 3, 14, hour, minute, second);
  maq_schedule_set_now (now);
}

static void
test_hours (Fixture      *fixture,
            gconstpointer data)
{
  static const MaqSchedule night = { .is_on = TRUE, .from = 22 * 60, .to = 7 * 60 };
  static const MaqSchedule later = { .is_on = TRUE, .from = 23 * 60 + 30, .to = 7 * 60 };
  static const MaqSchedule off = { .from = 22 * 60, .to = 7 * 60 };

  set_clock (6, 59, 59);
  maq_transfer_list_set_schedule (fixture->transfers, &night);
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 0}");
  g_autoptr (MaqTransfer) first = start (fixture, WEIGHTS);
  WAIT_UNTIL (maq_transfer_get_bytes_done (first) > 0);

  // The hours are over: that is seen with the minute, what came stays, and what is new does not begin.
  set_clock (7, 0, 0);
  WAIT_UNTIL (maq_transfer_is_held (first));
  g_assert_cmpint (maq_transfer_get_state (first), ==, MAQ_TRANSFER_QUEUED);
  g_assert_cmpstr (maq_transfer_get_hindrance (first), ==, "Waits until 22:00");
  g_usleep (200000);
  guint64 kept = count_partials (fixture, NULL);
  g_assert_cmpuint (kept, >, 0);
  g_autoptr (MaqTransfer) second = start (fixture, "README.md");
  g_assert_true (maq_transfer_is_held (second));
  maq_transfer_list_set_schedule (fixture->transfers, &later);
  g_assert_cmpstr (maq_transfer_get_hindrance (second), ==, "Waits until 23:30");

  // One may go on all the same; the clock is set, or the machine slept until then, and the other one goes on.
  maq_hub_server_clear_faults (fixture->server);
  maq_transfer_retry (second);
  wait_for_end (second);
  g_assert_cmpint (maq_transfer_get_state (second), ==, MAQ_TRANSFER_DONE);
  g_assert_true (maq_transfer_is_held (first));
  set_clock (3, 12, 0);
  maq_transfer_list_check_hours (fixture->transfers);
  wait_for_end (first);
  check_whole (fixture, first);
  g_assert_cmpuint (maq_transfer_get_bytes_fetched (first), ==, WEIGHTS_SIZE - kept);

  // Without the schedule it runs at once.
  set_clock (12, 0, 0);
  g_autoptr (MaqTransfer) third = start (fixture, "config.json");
  g_assert_true (maq_transfer_is_held (third));
  maq_transfer_list_set_schedule (fixture->transfers, &off);
  wait_for_end (third);
  g_assert_cmpint (maq_transfer_get_state (third), ==, MAQ_TRANSFER_DONE);
  maq_schedule_set_now (NULL);
}

static void
test_full_disk (Fixture      *fixture,
                gconstpointer data)
{
  maq_transfer_set_waits (40, 200);
  maq_cache_set_free_bytes (fixture->cache, 1000);
  g_autoptr (MaqTransfer) transfer = start (fixture, WEIGHTS);
  WAIT_UNTIL (maq_transfer_get_hindrance (transfer) != NULL && g_str_has_prefix (maq_transfer_get_hindrance (transfer), "The disk is full."));
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_QUEUED);
  // The network has nothing to do with it; a pause holds.
  maq_transfer_pause (transfer);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  gint64 until = g_get_monotonic_time () + 300000;
  while (g_get_monotonic_time () < until)
    wait_a_little ();
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_PAUSED);
  g_assert_null (maq_transfer_get_hindrance (transfer));
  maq_transfer_retry (transfer);
  WAIT_UNTIL (maq_transfer_get_hindrance (transfer) != NULL && g_str_has_prefix (maq_transfer_get_hindrance (transfer), "The disk is full."));
  maq_cache_set_free_bytes (fixture->cache, G_MAXUINT64);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
}

// Another program fills the disk while a file comes.
static void
test_filling_disk (Fixture      *fixture,
                   gconstpointer data)
{
  maq_transfer_set_waits (40, 200);
  fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000000, \"times\": 0}");
  g_autoptr (MaqTransfer) transfer = start (fixture, WEIGHTS);
  WAIT_UNTIL (maq_transfer_get_bytes_done (transfer) > 0);
  maq_cache_set_free_bytes (fixture->cache, 0);
  WAIT_UNTIL (maq_transfer_get_hindrance (transfer) != NULL && g_str_has_prefix (maq_transfer_get_hindrance (transfer), "The disk is full."));
  maq_hub_server_clear_faults (fixture->server);
  maq_cache_set_free_bytes (fixture->cache, G_MAXUINT64);
  wait_for_end (transfer);
  check_whole (fixture, transfer);
}

typedef struct
{
  guint64 done;
  guint64 total;
  double  speed;
  gint64  left;
} Total;

static void
total_cb (MaqTransferList *transfers,
          GParamSpec      *pspec,
          Total           *total)
{
  g_object_get (transfers, "bytes-done", &total->done, "bytes-total", &total->total, "speed", &total->speed, "seconds-left", &total->left, NULL);
}

static void
test_totals (Fixture      *fixture,
             gconstpointer data)
{
  Total total = { 0 };

  fault (fixture, "{\"host\": \"cdn\", \"rate\": 600000, \"times\": 0}");
  g_autoptr (MaqTransfer) one = start (fixture, WEIGHTS);
  g_autoptr (MaqTransfer) two = start (fixture, "part-00001-of-00001.safetensors");
  g_signal_connect (fixture->transfers, "notify::bytes-total", G_CALLBACK (total_cb), &total);
  WAIT_UNTIL (total.done > 0 && total.speed > 0 && total.total == WEIGHTS_SIZE + SHARD_SIZE);
  g_assert_cmpuint (total.done, <=, total.total);
  g_assert_cmpint (total.left, >=, 0);
  maq_transfer_pause (one);
  maq_transfer_pause (two);
  WAIT_UNTIL (total.total == 0);
  g_assert_cmpfloat (total.speed, ==, 0);
}

static void
test_order (Fixture      *fixture,
            gconstpointer data)
{
  start_all (fixture);
  // The last one before the one that waits already; what runs is left alone.
  maq_transfer_list_move_next (fixture->transfers, get (fixture, 4));
  g_assert_cmpstr (path_at (fixture, 3), ==, paths[4]);
  g_assert_cmpstr (path_at (fixture, 4), ==, paths[3]);
  maq_transfer_list_move (fixture->transfers, get (fixture, 0), 2);
  g_assert_cmpstr (path_at (fixture, 0), ==, paths[1]);
  g_assert_cmpstr (path_at (fixture, 2), ==, paths[0]);
  maq_transfer_list_move (fixture->transfers, get (fixture, 0), 9);
  g_assert_cmpstr (path_at (fixture, 0), ==, paths[1]);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (state_at (fixture, i), ==, MAQ_TRANSFER_RUNNING);

  // It is the order in which they begin.
  maq_transfer_pause (get (fixture, 0));
  g_assert_cmpint (state_at (fixture, 3), ==, MAQ_TRANSFER_RUNNING);
  g_assert_cmpint (state_at (fixture, 4), ==, MAQ_TRANSFER_QUEUED);

  fixture_restart (fixture);
  const char *expected[] = { paths[1], paths[2], paths[0], paths[4], paths[3] };
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (path_at (fixture, i), ==, expected[i]);
}

static void
test_history (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqTransfer) weights = fetch (fixture, request_for (WEIGHTS));
  g_autoptr (MaqTransfer) readme = fetch (fixture, request_for ("README.md"));
  g_autofree char *first = g_strdup (maq_transfer_get_first_path (weights));
  gint64           now = g_get_real_time () / G_USEC_PER_SEC;

  g_assert_cmpstr (path_at (fixture, 0), ==, "README.md");
  g_clear_object (&weights);
  g_clear_object (&readme);
  fixture_restart (fixture);
  g_assert_cmpuint (count (fixture), ==, 0);
  go_on (fixture);
  g_assert_cmpuint (count (fixture), ==, 2);
  // Also those that ended in the same second are in their order.
  g_assert_cmpstr (path_at (fixture, 0), ==, "README.md");
  MaqTransfer *again = maq_transfer_list_find (fixture->transfers, MAQ_REPO_KIND_MODEL, MODEL, WEIGHTS);
  g_assert_cmpint (maq_transfer_get_state (again), ==, MAQ_TRANSFER_DONE);
  g_assert_cmpuint (maq_transfer_get_bytes_total (again), ==, WEIGHTS_SIZE);
  g_assert_cmpint (maq_transfer_get_finished (again), <=, now);
  g_assert_cmpint (maq_transfer_get_finished (again), >, now - 60);
  g_assert_cmpstr (maq_transfer_get_first_path (again), ==, first);
  g_assert_cmpuint (maq_transfer_list_get_n_active (fixture->transfers), ==, 0);

  maq_transfer_list_clear (fixture->transfers);
  g_assert_cmpuint (count (fixture), ==, 0);
  g_autofree char *folder = g_build_filename (fixture->state, "transfers", NULL);
  WAIT_UNTIL (g_rmdir (folder) == 0);
}

static guint
count_records (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    n += g_str_has_suffix (name, ".json");
  return n;
}

static void
test_long_history (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->state, "transfers", NULL);

  for (guint i = 0; i < 53; i++)
    {
      g_autofree char   *other = g_strdup_printf ("nothing-%u", i);
      const char        *globs[] = { "README.md", other, NULL };
      MaqTransferRequest request = { .kind = MAQ_REPO_KIND_MODEL, .id = (char *) MODEL, .include = (char **) globs };
      g_autoptr (MaqTransfer) transfer = fetch (fixture, maq_transfer_request_copy (&request));
      g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
    }
  g_assert_cmpuint (count (fixture), ==, 50);
  g_assert_cmpstr (maq_transfer_get_request (get (fixture, 0))->include[1], ==, "nothing-52");
  // Those that fell out are forgotten on the disk too.
  WAIT_UNTIL (count_records (folder) == 50);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
#define ADD_QUEUE(path, func) g_test_add (path, Fixture, NULL, set_up, func, fixture_tear_down)
  ADD_QUEUE ("/library/queue/survives-a-restart", test_restart);
  ADD_QUEUE ("/library/queue/what-was-stopped-stays-so", test_stopped);
  ADD_QUEUE ("/library/queue/commands-do-not-go-on-by-themselves", test_command);
  ADD_QUEUE ("/library/queue/keeps-to-its-hub", test_other_hub);
  ADD_QUEUE ("/library/queue/hears-of-another-hub", test_changed_hub);
  ADD_QUEUE ("/library/queue/a-hub-may-have-a-name", test_named_hub);
  ADD_QUEUE ("/library/queue/pause-and-resume", test_pause);
  ADD_QUEUE ("/library/queue/paused-ones-tell-how-far-they-are", test_paused_progress);
  ADD_QUEUE ("/library/queue/pause-all-and-resume-all", test_pause_all);
  ADD_QUEUE ("/library/queue/waits-for-the-network", test_network);
  ADD_QUEUE ("/library/queue/tries-again-by-itself", test_network_by_itself);
  ADD_QUEUE ("/library/queue/other-failures-are-failures", test_failure);
  ADD_QUEUE ("/library/queue/waits-while-the-connection-is-metered", test_metered);
  ADD_QUEUE ("/library/queue/keeps-its-hours", test_hours);
  ADD_QUEUE ("/library/queue/waits-for-room-on-the-disk", test_full_disk);
  ADD_QUEUE ("/library/queue/keeps-room-on-the-disk", test_filling_disk);
  ADD_QUEUE ("/library/queue/tells-totals", test_totals);
  ADD_QUEUE ("/library/queue/keeps-the-order", test_order);
  ADD_QUEUE ("/library/queue/remembers-what-is-done", test_history);
  ADD_QUEUE ("/library/queue/history-has-an-end", test_long_history);
  return g_test_run ();
}
