// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-operations.h"

// What is tried again, when, and how often.

static void
test_no_connection (HubFixture   *f,
                    gconstpointer data)
{
  g_autofree char *refused = g_strdup (maq_test_server_get_address (f->server));
  // Nobody listens, nobody has that name, and no way leads there.
  const char *const  endpoints[] = { refused, "http://hub.invalid", "http://255.255.255.255" };
  const MaqHubLimits limits = MAQ_HUB_LIMITS_DEFAULT;

  g_clear_pointer (&f->server, maq_test_server_free);
  for (guint e = 0; e < G_N_ELEMENTS (endpoints); e++)
    {
      g_assert_true (maq_hub_client_set_endpoint (f->client, endpoints[e], NULL));
      maq_hub_client_set_token (f->client, HUB_TOKEN, endpoints[e]);
      maq_hub_client_set_limits (f->client, &(MaqHubLimits) { .deadline = 5000, .stall = 5000, .backoff = 10, .max_tries = 3 });
      HUB_FOREACH_OPERATION (i)
      hub_expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);

      // With the times users get: one quick try more, and then the error.
      maq_hub_client_set_limits (f->client, &limits);
      gint64 start = g_get_monotonic_time ();
      hub_expect_error (f, 0, MAQ_HUB_ERROR_UNREACHABLE);
      g_assert_cmpint (g_get_monotonic_time () - start, >=, 250 * 1000);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
    }
}

// The documented tries, with a first pause of 40 ms.
static void
test_pauses (HubFixture   *f,
             gconstpointer data)
{
  static const guint statuses[] = { 408, 429, 500, 502, 503, 504 };
  const MaqHubLimits limits = { .deadline = 20000, .stall = 5000, .backoff = 40, .max_tries = 5 };

  maq_hub_client_set_limits (f->client, &limits);
  for (guint r = 0; r < G_N_ELEMENTS (statuses); r++)
    {
      maq_test_server_clear (f->server);
      for (guint n = 0; n < 4; n++)
        hub_add (f, &(MaqTestReply) { .status = statuses[r] });
      hub_add_good (f, 0);

      gint64 start = g_get_monotonic_time ();
      hub_expect_good (f, 0);
      // 1 + 2 + 4 + 8 pauses, each with up to a quarter more.
      g_assert_cmpint (g_get_monotonic_time () - start, >=, 600 * 1000);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 2000 * 1000);
      g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 5);
    }
}

static void
test_gives_up_at_the_deadline (HubFixture   *f,
                               gconstpointer data)
{
  const MaqHubLimits limits = { .deadline = 600, .stall = 5000, .backoff = 250, .max_tries = 5 };

  maq_hub_client_set_limits (f->client, &limits);
  hub_add (f, &(MaqTestReply) { .status = 503 });
  gint64 start = g_get_monotonic_time ();
  hub_expect_error (f, 0, MAQ_HUB_ERROR_SERVER);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 600 * 1000);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 2);
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
test_rate_limit_is_of_one_account (HubFixture   *f,
                                   gconstpointer data)
{
  hub_add (f, &(MaqTestReply) { .status = 429, .headers = "RateLimit: \"api\";r=0;t=200\r\n" });
  hub_add_good (f, 0);
  maq_test_server_add (f->other, "*", &(MaqTestReply) { .body = "[]" });
  hub_expect_error (f, 0, MAQ_HUB_ERROR_RATE_LIMITED);

  // The same settings once more change nothing; another account, or another Hub, has its own count.
  maq_hub_client_set_token (f->client, HUB_TOKEN, maq_hub_client_get_endpoint (f->client));
  g_assert_true (maq_hub_client_set_endpoint (f->client, maq_test_server_get_address (f->server), NULL));
  hub_expect_error (f, 0, MAQ_HUB_ERROR_RATE_LIMITED);
  maq_hub_client_set_token (f->client, NULL, maq_hub_client_get_endpoint (f->client));
  hub_expect_good (f, 0);

  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .status = 429, .headers = "RateLimit: \"api\";r=0;t=200\r\n" });
  hub_expect_error (f, 0, MAQ_HUB_ERROR_RATE_LIMITED);
  g_assert_true (maq_hub_client_set_endpoint (f->client, maq_test_server_get_address (f->other), NULL));
  hub_expect_good (f, 0);
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

static void
test_unavailable_for_a_while (HubFixture   *f,
                              gconstpointer data)
{
  // A Hub that says when it is back is left alone until then.
  hub_add (f, &(MaqTestReply) { .status = 503, .headers = "Retry-After: 30\r\n" });
  hub_expect_error (f, 0, MAQ_HUB_ERROR_SERVER);
  hub_expect_error (f, 0, MAQ_HUB_ERROR_RATE_LIMITED);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
  g_assert_cmpuint (maq_hub_client_get_wait (f->client), >=, 29);
}

static void
test_rate_limit_behind_a_redirect (HubFixture   *f,
                                   gconstpointer data)
{
  // The request counts as one of resolvers, the redirect leads to the API, whose bucket is empty.
  maq_test_server_add (f->server, "/a/b/resolve/main/f.txt", &(MaqTestReply) { .status = 307, .headers = HUB_FILE_HEADERS "Location: /api/resolve-cache/f.txt\r\n" });
  maq_test_server_add (f->server, "/api/resolve-cache/f.txt", &(MaqTestReply) { .status = 429, .headers = "RateLimit: \"api\";r=0;t=0\r\n" });
  maq_test_server_add (f->server, "/api/resolve-cache/f.txt", &(MaqTestReply) { .body = "content" });

  gint64 start = g_get_monotonic_time ();
  g_autoptr (GBytes) bytes = hub_take_boxed (hub_start_read_file (f->client));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 1 * G_USEC_PER_SEC);
  g_assert_cmpuint (maq_test_server_count (f->server, "/api/"), ==, 2);
}

static void
test_rate_limit_of_another_host (HubFixture   *f,
                                 gconstpointer data)
{
  g_autofree char *headers = g_strdup_printf (HUB_FILE_HEADERS "Location: %s/cdn\r\n", maq_test_server_get_address (f->other));

  // Its wish to wait is kept for this file, and shuts no gate of the Hub.
  hub_add (f, &(MaqTestReply) { .status = 302, .headers = headers });
  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .status = 429, .headers = "Retry-After: 1\r\n" });
  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .body = "content" });

  gint64     start = g_get_monotonic_time ();
  DexFuture *reading = hub_start_read_file (f->client);
  while (maq_test_server_count (f->other, "/") == 0)
    hub_idle (5);
  g_assert_cmpuint (maq_hub_client_get_wait (f->client), ==, 0);
  g_autoptr (GBytes) bytes = hub_take_boxed (reading);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 1 * G_USEC_PER_SEC);
}

#define ADD(path, func) g_test_add ("/hub/retries/" path, HubFixture, NULL, hub_fixture_setup, func, hub_fixture_teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  ADD ("no-connection-is-said-soon", test_no_connection);
  ADD ("pauses-double", test_pauses);
  ADD ("gives-up-at-the-deadline", test_gives_up_at_the_deadline);
  ADD ("rate-limit", test_rate_limit);
  ADD ("rate-limit-is-of-one-account", test_rate_limit_is_of_one_account);
  ADD ("rate-limit-that-is-short", test_rate_limit_that_is_short);
  ADD ("rate-limit-of-files", test_rate_limit_of_files);
  ADD ("unavailable-for-a-while", test_unavailable_for_a_while);
  ADD ("rate-limit-behind-a-redirect", test_rate_limit_behind_a_redirect);
  ADD ("rate-limit-of-another-host", test_rate_limit_of_another_host);
  return g_test_run ();
}
