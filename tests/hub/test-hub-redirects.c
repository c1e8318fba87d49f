// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-operations.h"

// Where a reply may lead, and what goes along.

static void
test_redirects (HubFixture   *f,
                gconstpointer data)
{
  const char      *hub = maq_test_server_get_address (f->server);
  const char      *other = maq_test_server_get_address (f->other);
  g_autofree char *port = g_strdup (strrchr (hub, ':') + 1);
  g_autofree char *absolute = g_strdup_printf ("%s/to", hub);
  g_autofree char *elsewhere = g_strdup_printf ("%s/to", other);
  g_autofree char *by_name = g_strdup_printf ("http://localhost:%s/to", port);
  g_autofree char *no_scheme = g_strdup_printf ("//127.0.0.1:%s/to", port);
  g_autofree char *with_user = g_strdup_printf ("http://user:pass@127.0.0.1:%s/to", port);
  g_autofree char *lookalike = g_strdup_printf ("%s@%s/to", hub, strrchr (other, '/') + 1);
  const struct
  {
    const char *location;
    gboolean    is_followed;
    gboolean    has_token;
  } cases[] = {
    { "/to", TRUE, TRUE },
    { "../../../to", TRUE, TRUE },
    { absolute, TRUE, TRUE },
    { no_scheme, TRUE, TRUE },
    { with_user, TRUE, TRUE },
    { elsewhere, TRUE, FALSE },
    { by_name, TRUE, FALSE },
    { lookalike, TRUE, FALSE },
    { "file:///etc/passwd", FALSE, FALSE },
    { "ftp://127.0.0.1/to", FALSE, FALSE },
    { "data:application/json,{}", FALSE, FALSE },
    { "javascript:alert(1)", FALSE, FALSE },
    { "http://", FALSE, FALSE },
    { "hf://a/b", FALSE, FALSE },
  };
  static const guint statuses[] = { 301, 302, 303, 307, 308 };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    for (guint s = 0; s < G_N_ELEMENTS (statuses); s++)
      {
        g_autofree char *headers = g_strdup_printf ("Location: %s\r\n", cases[c].location);

        g_test_message ("%u %s", statuses[s], cases[c].location);
        maq_test_server_clear (f->server);
        maq_test_server_clear (f->other);
        maq_test_server_add (f->server, "/api/models/a/b", &(MaqTestReply) { .status = statuses[s], .headers = headers, .body = "moved" });
        maq_test_server_add (f->server, "*", &(MaqTestReply) { .body = "{\"id\":\"x/y\"}" });
        maq_test_server_add (f->other, "/to", &(MaqTestReply) { .body = "{\"id\":\"x/y\"}" });

        if (!cases[c].is_followed)
          {
            hub_assert_fails (hub_start_info (f->client), MAQ_HUB_ERROR_NO_HUB);
            g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
            continue;
          }

        g_autoptr (MaqRepo) repo = hub_take_object (hub_start_info (f->client));
        MaqTestServer   *target = maq_test_server_count (f->other, "/") > 0 ? f->other : f->server;
        g_autofree char *first = maq_test_server_dup_header (f->server, "/api", "Authorization");
        g_autofree char *token = maq_test_server_dup_header (target, "/to", "Authorization");
        g_assert_cmpstr (first, ==, "Bearer " HUB_TOKEN);
        g_assert_cmpstr (token, ==, cases[c].has_token ? "Bearer " HUB_TOKEN : NULL);
      }
}

static void
test_redirect_to_nowhere (HubFixture   *f,
                          gconstpointer data)
{
  hub_add (f, &(MaqTestReply) { .status = 302 });
  HUB_FOREACH_OPERATION (i)
  hub_expect_error (f, i, MAQ_HUB_ERROR_NO_HUB);
}

static void
test_token_stays_away_once_dropped (HubFixture   *f,
                                    gconstpointer data)
{
  g_autofree char *out = g_strdup_printf ("Location: %s/out\r\n", maq_test_server_get_address (f->other));
  g_autofree char *back = g_strdup_printf ("Location: %s/back\r\n", maq_test_server_get_address (f->server));

  maq_test_server_add (f->server, "/api/models/a/b", &(MaqTestReply) { .status = 302, .headers = out });
  maq_test_server_add (f->other, "/out", &(MaqTestReply) { .status = 302, .headers = back });
  maq_test_server_add (f->server, "/back", &(MaqTestReply) { .body = "{\"id\":\"x/y\"}" });

  g_autoptr (MaqRepo) repo = hub_take_object (hub_start_info (f->client));
  g_autofree char *token = maq_test_server_dup_header (f->server, "/back", "Authorization");
  g_autofree char *away = maq_test_server_dup_header (f->other, "/out", "Authorization");
  g_assert_cmpuint (maq_test_server_count (f->server, "/back"), ==, 1);
  g_assert_null (token);
  g_assert_null (away);
}

static void
test_hops (HubFixture   *f,
           gconstpointer data)
{
  // A loop ends, and ten hops are fine.
  maq_test_server_add (f->server, "/api/models/a/b", &(MaqTestReply) { .status = 307, .headers = "Location: /api/models/a/b\r\n" });
  hub_assert_fails (hub_start_info (f->client), MAQ_HUB_ERROR_NO_HUB);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 11);

  maq_test_server_clear (f->server);
  for (guint n = 0; n < 10; n++)
    maq_test_server_add (f->server, "/api/models/a/b", &(MaqTestReply) { .status = 307, .headers = "Location: /api/models/a/b\r\n" });
  maq_test_server_add (f->server, "/api/models/a/b", &(MaqTestReply) { .body = "{\"id\":\"a/b\"}" });
  g_autoptr (MaqRepo) repo = hub_take_object (hub_start_info (f->client));
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 11);
}

static void
test_query_is_kept (HubFixture   *f,
                    gconstpointer data)
{
  static const struct
  {
    const char *location;
    const char *line;
  } cases[] = {
    { "/api/models/new/name/tree/main", "GET /api/models/new/name/tree/main?recursive=true HTTP/1.1" },
    { "/api/models/new/name/tree/main?recursive=true&x=1", "GET /api/models/new/name/tree/main?recursive=true&x=1 HTTP/1.1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *headers = g_strdup_printf ("Location: %s\r\n", cases[i].location);

      maq_test_server_clear (f->server);
      maq_test_server_add (f->server, "/api/models/a/b/tree/main", &(MaqTestReply) { .status = 307, .headers = headers });
      maq_test_server_add (f->server, "/api/models/new/name/tree/main", &(MaqTestReply) { .body = "[]" });
      g_autoptr (MaqHubTree) tree = hub_take_boxed (hub_start_tree (f->client));
      g_autofree char *line = maq_test_server_dup_header (f->server, "/api/models/new/", "");
      g_assert_cmpstr (line, ==, cases[i].line);
    }

  // Another host gets no question of ours.
  g_autofree char *elsewhere = g_strdup_printf ("Location: %s/list\r\n", maq_test_server_get_address (f->other));
  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .status = 302, .headers = elsewhere });
  maq_test_server_add (f->other, "/list", &(MaqTestReply) { .body = "[]" });
  g_autoptr (MaqHubTree) tree = hub_take_boxed (hub_start_tree (f->client));
  g_autofree char *line = maq_test_server_dup_header (f->other, "/list", "");
  g_assert_cmpstr (line, ==, "GET /list HTTP/1.1");
}

#define ADD(path, func) g_test_add ("/hub/redirects/" path, HubFixture, NULL, hub_fixture_setup, func, hub_fixture_teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  ADD ("redirects", test_redirects);
  ADD ("redirect-to-nowhere", test_redirect_to_nowhere);
  ADD ("token-stays-away-once-dropped", test_token_stays_away_once_dropped);
  ADD ("hops", test_hops);
  ADD ("query-is-kept", test_query_is_kept);
  return g_test_run ();
}
