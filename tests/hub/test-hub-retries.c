// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-operations.h"

// What is tried again, when, and how often.

static void
test_refused (HubFixture   *f,
              gconstpointer data)
{
  // Nobody listens there any more.
  g_clear_pointer (&f->server, maq_test_server_free);
  HUB_FOREACH_OPERATION (i)
  hub_expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);

  g_autoptr (GError) error = NULL;
  g_assert_true (maq_hub_client_set_endpoint (f->client, "http://hub.invalid", &error));
  g_assert_no_error (error);
  hub_expect_error (f, 0, MAQ_HUB_ERROR_UNREACHABLE);
}

static void
test_rate_limit (HubFixture   *f,
                 gconstpointer data)
{
  // A bucket that stays empty longer than anyone waits: no request goes out, but those of other buckets do.
  hub_add (f, &(MaqTestReply) { .status = 429, .headers = "RateLimit: \"api\";r=0;t=30\r\nRetry-After: 1\r\n" });
  g_autoptr (GError) error = hub_take_error (hub_start_list (f->client));
  g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_RATE_LIMITED);
  g_assert_nonnull (strstr (error->message, "again in 31 s"));
  g_assert_cmpuint (maq_hub_client_get_wait (f->client), >=, 30);

  for (guint n = 0; n < 3; n++)
    hub_assert_fails (hub_start_info (f->client), MAQ_HUB_ERROR_RATE_LIMITED);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);

  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "x" });
  g_autoptr (GBytes) bytes = hub_take_boxed (hub_start_read_file (f->client));
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
}

static void
test_rate_limit_that_is_short (HubFixture   *f,
                               gconstpointer data)
{
  hub_add (f, &(MaqTestReply) { .status = 429, .headers = "Retry-After: 1\r\n" });
  hub_add (f, &(MaqTestReply) { .status = 429 });
  hub_add (f, &(MaqTestReply) { .headers = "RateLimit: \"api\";r=0;t=0\r\n", .body = "[]" });

  gint64 start = g_get_monotonic_time ();
  g_autoptr (MaqHubPage) first = hub_take_boxed (hub_start_list (f->client));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 1 * G_USEC_PER_SEC);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 3);

  // The last one allowed says that the bucket is empty now: the next waits, and all at once do.
  start = g_get_monotonic_time ();
  DexFuture *futures[3];
  for (guint i = 0; i < 3; i++)
    futures[i] = hub_start_list (f->client);
  hub_idle (500);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 3);
  for (guint i = 0; i < 3; i++)
    dex_unref (futures[i]);
}

static void
test_rate_limit_of_files (HubFixture   *f,
                          gconstpointer data)
{
  // Opening a file is not tried again here.
  hub_add (f, &(MaqTestReply) { .status = 429, .headers = "RateLimit: \"resolvers\";r=0;t=2\r\n" });
  hub_assert_fails (hub_start_open_file (f->client), MAQ_HUB_ERROR_RATE_LIMITED);
  hub_assert_fails (hub_start_open_file (f->client), MAQ_HUB_ERROR_RATE_LIMITED);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
  g_assert_cmpuint (maq_hub_client_get_wait (f->client), ==, 3);
}

#define ADD(path, func) g_test_add ("/hub/retries/" path, HubFixture, NULL, hub_fixture_setup, func, hub_fixture_teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  ADD ("refused-connections", test_refused);
  ADD ("rate-limit", test_rate_limit);
  ADD ("rate-limit-that-is-short", test_rate_limit_that_is_short);
  ADD ("rate-limit-of-files", test_rate_limit_of_files);
  return g_test_run ();
}
