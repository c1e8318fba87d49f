// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-test.h"

#define COMMIT       "607a30d783dfa663caf39e06633721c8d4cfcd7e"
#define GIT_OID      "10c66461e4c109db5a2196bff4bb59be30396ed8"
#define FILE_HEADERS "X-Repo-Commit: " COMMIT "\r\nETag: \"" GIT_OID "\"\r\n"

// Every operation of the client, with a reply that satisfies it.

typedef DexFuture *(*Start) (MaqHubClient *client);

static DexFuture *
start_list (MaqHubClient *client)
{
  g_autoptr (MaqHubQuery) query = maq_hub_query_new (MAQ_REPO_KIND_MODEL);
  return maq_hub_client_list_repos (client, query);
}

static DexFuture *
start_info (MaqHubClient *client)
{
  return maq_hub_client_get_repo (client, MAQ_REPO_KIND_MODEL, "a/b", NULL);
}

static DexFuture *
start_tree (MaqHubClient *client)
{
  return maq_hub_client_list_tree (client, MAQ_REPO_KIND_MODEL, "a/b", "main");
}

static DexFuture *
start_refs (MaqHubClient *client)
{
  return maq_hub_client_list_refs (client, MAQ_REPO_KIND_MODEL, "a/b");
}

static DexFuture *
start_whoami (MaqHubClient *client)
{
  return maq_hub_client_whoami (client);
}

static DexFuture *
start_resolve (MaqHubClient *client)
{
  return maq_hub_client_resolve (client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt");
}

static DexFuture *
start_read_file (MaqHubClient *client)
{
  return maq_hub_client_read_file (client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", 4 * 1024 * 1024);
}

static DexFuture *
start_open_file (MaqHubClient *client)
{
  return maq_hub_client_open_file (client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", 0);
}

static DexFuture *
start_read_address (MaqHubClient *client)
{
  return maq_hub_client_read_address (client, "/avatars/x.svg", 1024 * 1024);
}

typedef enum
{
  IS_JSON = 1 << 0,
  IS_REPO = 1 << 1,
  IS_ONCE = 1 << 2,
  IS_FILE = 1 << 3,
  IS_HEAD = 1 << 4,
} OperationFlags;

static const struct
{
  const char    *name;
  Start          start;
  const char    *good;
  OperationFlags flags;
} operations[] = {
  { "list", start_list, "[{\"id\":\"a/b\"}]", IS_JSON },
  { "info", start_info, "{\"id\":\"a/b\"}", IS_JSON | IS_REPO },
  { "tree", start_tree, "[{\"type\":\"file\",\"path\":\"x\",\"size\":1,\"oid\":\"" GIT_OID "\"}]", IS_JSON | IS_REPO },
  { "refs", start_refs, "{\"branches\":[]}", IS_JSON | IS_REPO },
  { "whoami", start_whoami, "{\"name\":\"me\"}", IS_JSON },
  { "resolve", start_resolve, "content of some length", IS_REPO | IS_FILE | IS_HEAD },
  { "read-file", start_read_file, "content of some length", IS_REPO | IS_FILE },
  { "open-file", start_open_file, "content of some length", IS_REPO | IS_FILE | IS_ONCE },
  { "read-address", start_read_address, "content of some length", 0 },
};

#define FOREACH_OPERATION(i) for (guint i = 0; i < G_N_ELEMENTS (operations); i++)

static void
add (HubFixture         *f,
     const MaqTestReply *reply)
{
  maq_test_server_add (f->server, "*", reply);
}

static void
add_good (HubFixture *f,
          guint       i)
{
  add (f, &(MaqTestReply) { .headers = FILE_HEADERS, .body = operations[i].good });
}

static void
expect_good (HubFixture *f,
             guint       i)
{
  g_autoptr (DexFuture) future = operations[i].start (f->client);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", operations[i].name);
  hub_wait (future);
  dex_future_get_value (future, &error);
  g_assert_no_error (error);
}

static void
expect_error (HubFixture *f,
              guint       i,
              MaqHubError code)
{
  g_test_message ("%s", operations[i].name);
  hub_assert_fails (operations[i].start (f->client), code);
}

static void
test_success (HubFixture   *f,
              gconstpointer data)
{
  FOREACH_OPERATION (i)
  {
    maq_test_server_clear (f->server);
    add_good (f, i);
    expect_good (f, i);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
  }
}

static void
test_statuses (HubFixture   *f,
               gconstpointer data)
{
  static const struct
  {
    guint       status;
    const char *headers;
    const char *body;
    MaqHubError code;
    MaqHubError other; // where no repo is meant
    guint       n_tries;
  } cases[] = {
    { 401, "X-Error-Code: GatedRepo\r\n", "Access to model X is restricted.", MAQ_HUB_ERROR_GATED, MAQ_HUB_ERROR_GATED, 1 },
    { 403, "X-Error-Code: GatedRepo\r\n", "", MAQ_HUB_ERROR_GATED, MAQ_HUB_ERROR_GATED, 1 },
    { 404, "X-Error-Code: RepoNotFound\r\n", "", MAQ_HUB_ERROR_REPO_NOT_FOUND, MAQ_HUB_ERROR_REPO_NOT_FOUND, 1 },
    { 404, "X-Error-Code: RevisionNotFound\r\n", "", MAQ_HUB_ERROR_REVISION_NOT_FOUND, MAQ_HUB_ERROR_REVISION_NOT_FOUND, 1 },
    { 404, "X-Error-Code: EntryNotFound\r\n", "", MAQ_HUB_ERROR_ENTRY_NOT_FOUND, MAQ_HUB_ERROR_ENTRY_NOT_FOUND, 1 },
    { 403, "X-Error-Message: Access to this resource is disabled.\r\n", "", MAQ_HUB_ERROR_DISABLED, MAQ_HUB_ERROR_DISABLED, 1 },
    { 451, "", "", MAQ_HUB_ERROR_DISABLED, MAQ_HUB_ERROR_DISABLED, 1 },
    { 401, "X-Error-Message: Invalid username or password.\r\nWWW-Authenticate: Bearer realm=\"x\"\r\n", "", MAQ_HUB_ERROR_REPO_NOT_FOUND, MAQ_HUB_ERROR_UNAUTHORIZED, 1 },
    { 401, "X-Error-Message: Invalid credentials in Authorization header\r\n", "", MAQ_HUB_ERROR_UNAUTHORIZED, MAQ_HUB_ERROR_UNAUTHORIZED, 1 },
    { 401, "WWW-Authenticate: Basic realm=\"x\"\r\n", "", MAQ_HUB_ERROR_REPO_NOT_FOUND, MAQ_HUB_ERROR_UNAUTHORIZED, 1 },
    { 403, "", "{\"error\":[\"no\",\"scope\"]}", MAQ_HUB_ERROR_FORBIDDEN, MAQ_HUB_ERROR_FORBIDDEN, 1 },
    { 404, "", "{\"error\":\"Repository not found\"}", MAQ_HUB_ERROR_REPO_NOT_FOUND, MAQ_HUB_ERROR_ENTRY_NOT_FOUND, 1 },
    { 400, "", "{\"errors\":[{\"message\":\"bad\"}]}", MAQ_HUB_ERROR_BAD_REQUEST, MAQ_HUB_ERROR_BAD_REQUEST, 1 },
    { 409, "", "", MAQ_HUB_ERROR_BAD_REQUEST, MAQ_HUB_ERROR_BAD_REQUEST, 1 },
    { 416, "", "", MAQ_HUB_ERROR_BAD_REQUEST, MAQ_HUB_ERROR_BAD_REQUEST, 1 },
    { 304, "", "", MAQ_HUB_ERROR_BAD_REPLY, MAQ_HUB_ERROR_BAD_REPLY, 1 },
    { 408, "", "", MAQ_HUB_ERROR_SERVER, MAQ_HUB_ERROR_SERVER, 3 },
    { 500, "", "<html>oops</html>", MAQ_HUB_ERROR_SERVER, MAQ_HUB_ERROR_SERVER, 3 },
    { 501, "", "", MAQ_HUB_ERROR_SERVER, MAQ_HUB_ERROR_SERVER, 1 },
    { 502, "", "", MAQ_HUB_ERROR_SERVER, MAQ_HUB_ERROR_SERVER, 3 },
    { 503, "", "", MAQ_HUB_ERROR_SERVER, MAQ_HUB_ERROR_SERVER, 3 },
    { 504, "", "", MAQ_HUB_ERROR_SERVER, MAQ_HUB_ERROR_SERVER, 3 },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    FOREACH_OPERATION (i)
    {
      gboolean is_repo = (operations[i].flags & IS_REPO) != 0;

      maq_test_server_clear (f->server);
      add (f, &(MaqTestReply) { .status = cases[c].status, .headers = cases[c].headers, .body = cases[c].body });
      expect_error (f, i, is_repo ? cases[c].code : cases[c].other);
      g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, operations[i].flags & IS_ONCE ? 1 : cases[c].n_tries);
    }
}

static void
test_messages (HubFixture   *f,
               gconstpointer data)
{
  add (f, &(MaqTestReply) { .status = 403, .headers = "X-Error-Message: No\x1b[2J scope\r\nX-Request-Id: Root=1-2;abc\r\nContent-Type: application/json\r\n", .body = "{\"error\":[\"one\",\"two\"],\"errors\":[{\"message\":\"three\"},{\"message\":\"one\"}]}" });
  g_autoptr (GError) error = hub_take_error (start_info (f->client));
  g_assert_cmpstr (error->message, ==, "GET /api/models/a/b: status 403: No [2J scope; one; two; three (request Root=1-2;abc)");
}

static void
test_malformed (HubFixture   *f,
                gconstpointer data)
{
  static const char *const bodies[] = { "", "{", "[{\"id\":", "nonsense", "<!DOCTYPE html><title>Log in</title>", "null", "7", "\"x\"", "\xff\xfe" };

  for (guint b = 0; b < G_N_ELEMENTS (bodies); b++)
    FOREACH_OPERATION (i)
    {
      if (!(operations[i].flags & IS_JSON))
        continue;
      maq_test_server_clear (f->server);
      add (f, &(MaqTestReply) { .body = bodies[b] });
      expect_error (f, i, MAQ_HUB_ERROR_BAD_REPLY);
    }

  // Too deep, and of the wrong kind.
  g_autofree char *deep = g_strnfill (5000, '[');
  maq_test_server_clear (f->server);
  add (f, &(MaqTestReply) { .body = deep });
  expect_error (f, 0, MAQ_HUB_ERROR_BAD_REPLY);
  maq_test_server_clear (f->server);
  add (f, &(MaqTestReply) { .body = "{}" });
  FOREACH_OPERATION (i)
  {
    if ((operations[i].flags & IS_JSON) && operations[i].start != start_refs)
      expect_error (f, i, MAQ_HUB_ERROR_BAD_REPLY);
  }
}

static void
test_pages_that_are_no_hub (HubFixture   *f,
                            gconstpointer data)
{
  add (f, &(MaqTestReply) { .headers = "Content-Type: text/html\r\n", .body = "<html>Please log in to this network</html>" });
  FOREACH_OPERATION (i)
  {
    if (operations[i].flags & (IS_JSON | IS_FILE))
      expect_error (f, i, MAQ_HUB_ERROR_BAD_REPLY);
  }
}

static void
test_slow (HubFixture   *f,
           gconstpointer data)
{
  const MaqHubLimits limits = { .deadline = 120, .stall = 80, .backoff = 10, .max_tries = 3 };
  maq_hub_client_set_limits (f->client, &limits);

  // No header in time.
  FOREACH_OPERATION (i)
  {
    maq_test_server_clear (f->server);
    add (f, &(MaqTestReply) { .delay = 5000, .headers = FILE_HEADERS, .body = operations[i].good });
    gint64 start = g_get_monotonic_time ();
    expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);
    g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
    // On a busy machine the time may be over before the server has seen the request.
    for (guint n = 0; n < 100 && maq_test_server_count_aborted (f->server) < maq_test_server_count (f->server, "/"); n++)
      hub_idle (5);
    g_assert_cmpuint (maq_test_server_count_aborted (f->server), >=, MIN (maq_test_server_count (f->server, "/"), 1));
  }

  // A header that does not end, and a body that stops.
  FOREACH_OPERATION (i)
  {
    maq_test_server_clear (f->server);
    add (f, &(MaqTestReply) { .is_raw = TRUE, .body = "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n", .pause_at = 25, .pause = 5000 });
    expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);

    if (operations[i].flags & (IS_ONCE | IS_HEAD))
      continue;
    maq_test_server_clear (f->server);
    add (f, &(MaqTestReply) { .headers = FILE_HEADERS, .body = operations[i].good, .pause_at = 3, .pause = 5000 });
    expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);
  }
}

static void
test_cut (HubFixture   *f,
          gconstpointer data)
{
  FOREACH_OPERATION (i)
  {
    gboolean is_once = (operations[i].flags & IS_ONCE) != 0;

    maq_test_server_clear (f->server);
    add (f, &(MaqTestReply) { .cut_first = TRUE });
    expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), >=, is_once ? 1 : 3);

    if (operations[i].flags & (IS_ONCE | IS_HEAD))
      continue;

    // In the middle of the body, twice; then it works.
    maq_test_server_clear (f->server);
    add (f, &(MaqTestReply) { .headers = FILE_HEADERS, .body = operations[i].good, .cut_at = 3 });
    expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 3);

    maq_test_server_clear (f->server);
    add (f, &(MaqTestReply) { .headers = FILE_HEADERS, .body = operations[i].good, .cut_at = 3 });
    add (f, &(MaqTestReply) { .status = 503 });
    add_good (f, i);
    expect_good (f, i);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 3);
  }
}

static void
test_refused (HubFixture   *f,
              gconstpointer data)
{
  // Nobody listens there any more.
  g_clear_pointer (&f->server, maq_test_server_free);
  FOREACH_OPERATION (i)
  expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);

  g_autoptr (GError) error = NULL;
  g_assert_true (maq_hub_client_set_endpoint (f->client, "http://hub.invalid", &error));
  g_assert_no_error (error);
  expect_error (f, 0, MAQ_HUB_ERROR_UNREACHABLE);
}

static void
test_cancel (HubFixture   *f,
             gconstpointer data)
{
  FOREACH_OPERATION (i)
  {
    g_test_message ("%s", operations[i].name);

    // Before: nothing has run yet.
    maq_test_server_clear (f->server);
    add_good (f, i);
    dex_clear (&(DexFuture *) { operations[i].start (f->client) });
    hub_idle (20);

    // During: the server waits with its answer, and sees the client leave.
    maq_test_server_clear (f->server);
    add (f, &(MaqTestReply) { .delay = 3000, .headers = FILE_HEADERS, .body = operations[i].good });
    DexFuture *future = operations[i].start (f->client);
    while (maq_test_server_count (f->server, "/") == 0)
      hub_idle (5);
    g_assert_true (dex_future_is_pending (future));
    dex_clear (&future);
    for (guint n = 0; n < 100 && maq_test_server_count_aborted (f->server) == 0; n++)
      hub_idle (5);
    g_assert_cmpuint (maq_test_server_count_aborted (f->server), ==, 1);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);

    // During the body.
    if (!(operations[i].flags & (IS_ONCE | IS_HEAD)))
      {
        maq_test_server_clear (f->server);
        add (f, &(MaqTestReply) { .headers = FILE_HEADERS, .body = operations[i].good, .pause_at = 3, .pause = 3000 });
        future = operations[i].start (f->client);
        while (maq_test_server_count (f->server, "/") == 0)
          hub_idle (5);
        hub_idle (20);
        dex_clear (&future);
        for (guint n = 0; n < 100 && maq_test_server_count_aborted (f->server) == 0; n++)
          hub_idle (5);
        g_assert_cmpuint (maq_test_server_count_aborted (f->server), ==, 1);
      }

    // After.
    maq_test_server_clear (f->server);
    add_good (f, i);
    future = operations[i].start (f->client);
    hub_wait (future);
    dex_clear (&future);
  }

  // Nothing keeps the client alive.
  hub_idle (50);
  g_assert_finalize_object (g_steal_pointer (&f->client));
}

static void
test_stale_request (HubFixture   *f,
                    gconstpointer data)
{
  // A search that is overtaken by the next keystroke.
  add (f, &(MaqTestReply) { .delay = 3000, .body = "[{\"id\":\"old/one\"}]" });
  add (f, &(MaqTestReply) { .body = "[{\"id\":\"new/one\"}]" });

  DexFuture *stale = start_list (f->client);
  while (maq_test_server_count (f->server, "/") == 0)
    hub_idle (5);
  DexFuture *fresh = start_list (f->client);
  dex_clear (&stale);
  g_autoptr (MaqHubPage) page = hub_take_boxed (fresh);
  g_assert_cmpstr (maq_repo_get_id (page->repos->pdata[0]), ==, "new/one");
  for (guint n = 0; n < 100 && maq_test_server_count_aborted (f->server) == 0; n++)
    hub_idle (5);
  g_assert_cmpuint (maq_test_server_count_aborted (f->server), ==, 1);
}

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
            hub_assert_fails (start_info (f->client), MAQ_HUB_ERROR_BAD_REPLY);
            g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
            continue;
          }

        g_autoptr (MaqRepo) repo = hub_take_object (start_info (f->client));
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
  add (f, &(MaqTestReply) { .status = 302 });
  FOREACH_OPERATION (i)
  expect_error (f, i, MAQ_HUB_ERROR_BAD_REPLY);
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

  g_autoptr (MaqRepo) repo = hub_take_object (start_info (f->client));
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
  hub_assert_fails (start_info (f->client), MAQ_HUB_ERROR_BAD_REPLY);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 11);

  maq_test_server_clear (f->server);
  for (guint n = 0; n < 10; n++)
    maq_test_server_add (f->server, "/api/models/a/b", &(MaqTestReply) { .status = 307, .headers = "Location: /api/models/a/b\r\n" });
  maq_test_server_add (f->server, "/api/models/a/b", &(MaqTestReply) { .body = "{\"id\":\"a/b\"}" });
  g_autoptr (MaqRepo) repo = hub_take_object (start_info (f->client));
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 11);
}

static void
test_rate_limit (HubFixture   *f,
                 gconstpointer data)
{
  // A bucket that stays empty longer than anyone waits: no request goes out, but those of other buckets do.
  add (f, &(MaqTestReply) { .status = 429, .headers = "RateLimit: \"api\";r=0;t=30\r\nRetry-After: 1\r\n" });
  g_autoptr (GError) error = hub_take_error (start_list (f->client));
  g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_RATE_LIMITED);
  g_assert_nonnull (strstr (error->message, "again in 31 s"));
  g_assert_cmpuint (maq_hub_client_get_wait (f->client), >=, 30);

  for (guint n = 0; n < 3; n++)
    hub_assert_fails (start_info (f->client), MAQ_HUB_ERROR_RATE_LIMITED);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);

  maq_test_server_clear (f->server);
  add (f, &(MaqTestReply) { .headers = FILE_HEADERS, .body = "x" });
  g_autoptr (GBytes) bytes = hub_take_boxed (start_read_file (f->client));
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
}

static void
test_rate_limit_that_is_short (HubFixture   *f,
                               gconstpointer data)
{
  add (f, &(MaqTestReply) { .status = 429, .headers = "Retry-After: 1\r\n" });
  add (f, &(MaqTestReply) { .status = 429 });
  add (f, &(MaqTestReply) { .headers = "RateLimit: \"api\";r=0;t=0\r\n", .body = "[]" });

  gint64 start = g_get_monotonic_time ();
  g_autoptr (MaqHubPage) first = hub_take_boxed (start_list (f->client));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 1 * G_USEC_PER_SEC);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 3);

  // The last one allowed says that the bucket is empty now: the next waits, and all at once do.
  start = g_get_monotonic_time ();
  DexFuture *futures[3];
  for (guint i = 0; i < 3; i++)
    futures[i] = start_list (f->client);
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
  add (f, &(MaqTestReply) { .status = 429, .headers = "RateLimit: \"resolvers\";r=0;t=2\r\n" });
  hub_assert_fails (start_open_file (f->client), MAQ_HUB_ERROR_RATE_LIMITED);
  hub_assert_fails (start_open_file (f->client), MAQ_HUB_ERROR_RATE_LIMITED);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);
  g_assert_cmpuint (maq_hub_client_get_wait (f->client), ==, 3);
}

static void
test_offline (HubFixture   *f,
              gconstpointer data)
{
  maq_hub_client_set_offline (f->client, TRUE);
  g_assert_true (maq_hub_client_get_offline (f->client));
  FOREACH_OPERATION (i)
  expect_error (f, i, MAQ_HUB_ERROR_OFFLINE);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 0);

  maq_hub_client_set_offline (f->client, FALSE);
  add_good (f, 0);
  expect_good (f, 0);
}

static GBytes *
compress (gsize length)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) output = g_converter_output_stream_new (memory, G_CONVERTER (compressor));
  g_autofree char *spaces = g_strnfill (1024 * 1024, ' ');

  for (gsize n = 0; n < length; n += 1024 * 1024)
    g_assert_true (g_output_stream_write_all (output, spaces, 1024 * 1024, NULL, NULL, NULL));
  g_assert_true (g_output_stream_write_all (output, "[]", 2, NULL, NULL, NULL));
  g_output_stream_close (output, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
test_compressed (HubFixture   *f,
                 gconstpointer data)
{
  const MaqHubLimits limits = { .deadline = 10000, .stall = 5000, .backoff = 10, .max_tries = 3 };
  g_autoptr (GBytes) bomb = compress (256 * 1024 * 1024);
  g_autoptr (GBytes) small = compress (1024 * 1024);

  maq_hub_client_set_limits (f->client, &limits);
  g_assert_cmpuint (g_bytes_get_size (bomb), <, 1024 * 1024);
  maq_test_server_add (f->server, "/api/models", &(MaqTestReply) { .headers = "Content-Encoding: gzip\r\n", .body = g_bytes_get_data (small, NULL), .length = g_bytes_get_size (small) });
  maq_test_server_add (f->server, "/api/models", &(MaqTestReply) { .headers = "Content-Encoding: gzip\r\n", .body = g_bytes_get_data (bomb, NULL), .length = g_bytes_get_size (bomb) });
  expect_good (f, 0);
  gint64 start = g_get_monotonic_time ();
  hub_assert_fails (start_list (f->client), MAQ_HUB_ERROR_BAD_REPLY);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);

  // What is stored under its own length must not arrive packed.
  maq_test_server_add (f->server, "*", &(MaqTestReply) { .headers = FILE_HEADERS "Content-Encoding: gzip\r\n", .body = g_bytes_get_data (small, NULL), .length = g_bytes_get_size (small) });
  hub_assert_fails (start_open_file (f->client), MAQ_HUB_ERROR_BAD_REPLY);
}

static void
test_sizes (HubFixture   *f,
            gconstpointer data)
{
  // A length over the limit is believed at once, and a body without length is counted.
  g_autofree char *large = g_strnfill (2 * 1024 * 1024, ' ');
  maq_test_server_add (f->server, "/api/models", &(MaqTestReply) { .body = "[]", .claim = 17 * 1024 * 1024 });
  hub_assert_fails (start_list (f->client), MAQ_HUB_ERROR_BAD_REPLY);
  maq_test_server_add (f->server, "/avatars/x.svg", &(MaqTestReply) { .body = large, .claim = -1 });
  hub_assert_fails (start_read_address (f->client), MAQ_HUB_ERROR_BAD_REPLY);

  g_autoptr (GString) headers = g_string_new (NULL);
  for (guint i = 0; i < 3000; i++)
    g_string_append_printf (headers, "X-A%u: b\r\n", i);
  maq_test_server_clear (f->server);
  add (f, &(MaqTestReply) { .headers = headers->str, .body = "[]" });
  hub_assert_fails (start_list (f->client), MAQ_HUB_ERROR_BAD_REPLY);

  g_autofree char *value = g_strnfill (1024 * 1024, 'x');
  g_autofree char *line = g_strdup_printf ("X-Long: %s\r\n", value);
  maq_test_server_clear (f->server);
  add (f, &(MaqTestReply) { .headers = line, .body = "[]" });
  g_autoptr (GError) error = hub_take_error (start_list (f->client));
  g_assert_true (error->domain == MAQ_HUB_ERROR);
}

static void
test_resolve (HubFixture   *f,
              gconstpointer data)
{
  static const char *const bad[] = {
    "ETag: \"" GIT_OID "\"\r\n",
    "X-Repo-Commit: main\r\nETag: \"" GIT_OID "\"\r\n",
    "X-Repo-Commit: " COMMIT "\r\n",
    "X-Repo-Commit: " COMMIT "\r\nETag: \"../../../x\"\r\n",
    "X-Repo-Commit: ../../x\r\nETag: \"" GIT_OID "\"\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      maq_test_server_clear (f->server);
      add (f, &(MaqTestReply) { .headers = bad[i], .body = "x" });
      hub_assert_fails (start_resolve (f->client), MAQ_HUB_ERROR_BAD_REPLY);
    }

  maq_test_server_clear (f->server);
  add (f, &(MaqTestReply) { .headers = FILE_HEADERS, .body = "12345" });
  g_autoptr (MaqHubFileInfo) info = hub_take_boxed (start_resolve (f->client));
  g_assert_cmpuint (info->size, ==, 5);
  g_assert_null (info->location);
}

static gboolean
is_end (MaqHubBody *body,
        GString    *text,
        GError    **error)
{
  g_autoptr (DexFuture) future = maq_hub_body_read (body, 4);
  hub_wait (future);
  const GValue *value = dex_future_get_value (future, error);

  if (value == NULL)
    return TRUE;
  GBytes *bytes = g_value_get_boxed (value);
  g_string_append_len (text, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_bytes_get_size (bytes) == 0;
}

// Opens the file at OFFSET and reads it to the end; the text, or what came before the error.
static char *
fetch (HubFixture *f,
       guint64     offset,
       GError    **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (MaqHubBody) body = hub_take_object (maq_hub_client_open_file (f->client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", offset));

  g_string_append_printf (text, "%" G_GUINT64_FORMAT "/%" G_GINT64_FORMAT ":", maq_hub_body_get_offset (body), maq_hub_body_get_total (body));
  while (!is_end (body, text, error))
    ;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_bodies (HubFixture   *f,
             gconstpointer data)
{
  static const struct
  {
    MaqTestReply reply;
    guint64      offset;
    const char  *text;
    gboolean     fails;
  } cases[] = {
    { { .headers = FILE_HEADERS, .body = "0123456789" }, 0, "0/10:0123456789", FALSE },
    { { .headers = FILE_HEADERS, .body = "0123456789", .claim = -1 }, 0, "0/-1:0123456789", FALSE },
    { { .headers = FILE_HEADERS, .body = "" }, 0, "0/0:", FALSE },
    { { .headers = FILE_HEADERS, .body = "0123456789" }, 4, "0/10:0123456789", FALSE },
    { { .status = 206, .headers = FILE_HEADERS "Content-Range: bytes 4-9/10\r\n", .body = "456789" }, 4, "4/10:456789", FALSE },
    { { .status = 206, .headers = FILE_HEADERS "Content-Range: bytes 4-9/*\r\n", .body = "456789" }, 4, "4/-1:456789", FALSE },
    { { .headers = FILE_HEADERS, .body = "0123456789", .cut_at = 6 }, 0, "0/10:012345", TRUE },
    { { .headers = FILE_HEADERS, .body = "0123", .claim = 100, .cut_at = 4 }, 0, "0/100:0123", TRUE },
    { { .status = 206, .headers = FILE_HEADERS "Content-Range: bytes 4-9/10\r\n", .body = "456789", .cut_at = 2 }, 4, "4/10:45", TRUE },
    { { .headers = FILE_HEADERS, .body = "0123456789", .pause_at = 4, .pause = 3000 }, 0, "0/10:0123", TRUE },
    { { .headers = FILE_HEADERS, .body = "0123456789", .pause_at = 4, .pause = 50 }, 0, "0/10:0123456789", FALSE },
  };

  const MaqHubLimits limits = { .deadline = 5000, .stall = 500, .backoff = 10, .max_tries = 3 };

  maq_hub_client_set_limits (f->client, &limits);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("case %u", i);
      maq_test_server_clear (f->server);
      add (f, &cases[i].reply);
      g_autofree char *text = fetch (f, cases[i].offset, &error);
      g_assert_cmpstr (text, ==, cases[i].text);
      if (cases[i].fails)
        g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE);
      else
        g_assert_no_error (error);
    }
}

static void
test_wrong_parts (HubFixture   *f,
                  gconstpointer data)
{
  static const struct
  {
    MaqTestReply reply;
    guint64      offset;
  } cases[] = {
    { { .status = 206, .headers = FILE_HEADERS, .body = "456789" }, 4 },
    { { .status = 206, .headers = FILE_HEADERS "Content-Range: bytes 0-5/10\r\n", .body = "456789" }, 4 },
    { { .status = 206, .headers = FILE_HEADERS "Content-Range: bytes 4-9/8\r\n", .body = "456789" }, 4 },
    { { .status = 206, .headers = FILE_HEADERS "Content-Range: bytes 4-8/10\r\n", .body = "456789" }, 4 },
    { { .status = 206, .headers = FILE_HEADERS "Content-Range: nonsense\r\n", .body = "456789" }, 4 },
    { { .status = 206, .headers = FILE_HEADERS "Content-Range: bytes 0-5/10\r\n", .body = "456789" }, 0 },
    { { .status = 204, .headers = FILE_HEADERS }, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %u", i);
      maq_test_server_clear (f->server);
      add (f, &cases[i].reply);
      hub_assert_fails (maq_hub_client_open_file (f->client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", cases[i].offset), MAQ_HUB_ERROR_BAD_REPLY);
    }
}

static void
test_storage_host (HubFixture   *f,
                   gconstpointer data)
{
  static const struct
  {
    guint       status;
    MaqHubError code;
  } cases[] = {
    { 400, MAQ_HUB_ERROR_LINK_EXPIRED },
    { 401, MAQ_HUB_ERROR_LINK_EXPIRED },
    { 403, MAQ_HUB_ERROR_LINK_EXPIRED },
    { 410, MAQ_HUB_ERROR_LINK_EXPIRED },
    { 404, MAQ_HUB_ERROR_BAD_REPLY },
    { 416, MAQ_HUB_ERROR_BAD_REQUEST },
    { 429, MAQ_HUB_ERROR_RATE_LIMITED },
    { 503, MAQ_HUB_ERROR_SERVER },
    { 500, MAQ_HUB_ERROR_SERVER },
  };
  g_autofree char *headers = g_strdup_printf (FILE_HEADERS "Location: %s/cdn?Signature=s3cret\r\n", maq_test_server_get_address (f->other));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      maq_test_server_clear (f->server);
      maq_test_server_clear (f->other);
      add (f, &(MaqTestReply) { .status = 302, .headers = headers });
      maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .status = cases[i].status, .headers = "X-Error-Code: GatedRepo\r\nRateLimit: \"resolvers\";r=0;t=90\r\n" });
      g_autoptr (GError) error = hub_take_error (start_open_file (f->client));
      g_assert_error (error, MAQ_HUB_ERROR, (int) cases[i].code);
      g_assert_null (strstr (error->message, "s3cret"));
      // What the other host says does not shut the Hub's gates.
      g_assert_cmpuint (maq_hub_client_get_wait (f->client), ==, 0);
    }
}

static void
test_drop_an_open_body (HubFixture   *f,
                        gconstpointer data)
{
  g_autofree char *content = g_strnfill (50 * 1024 * 1024, 'x');

  add (f, &(MaqTestReply) { .headers = FILE_HEADERS, .body = content });
  MaqHubBody *body = hub_take_object (start_open_file (f->client));
  DexFuture  *read = maq_hub_body_read (body, 1000);
  hub_wait (read);
  dex_clear (&read);
  read = maq_hub_body_read (body, 1000);
  dex_clear (&read);
  hub_idle (20);
  g_assert_finalize_object (body);
  for (guint n = 0; n < 200 && maq_test_server_count_aborted (f->server) == 0; n++)
    hub_idle (5);
  g_assert_cmpuint (maq_test_server_count_aborted (f->server), ==, 1);
}

static void
test_whoami (HubFixture   *f,
             gconstpointer data)
{
  add (f, &(MaqTestReply) { .body = "{\"name\":\"me\",\"avatarUrl\":\"/avatars/1.svg\",\"auth\":{\"accessToken\":{\"displayName\":\"laptop\",\"role\":\"read\"}}}" });
  for (guint n = 0; n < 2; n++)
    {
      g_autofree char *avatar = g_strconcat (maq_test_server_get_address (f->server), "/avatars/1.svg", NULL);
      g_autoptr (MaqHubUser) user = hub_take_boxed (maq_hub_client_whoami (f->client));
      g_assert_cmpstr (user->name, ==, "me");
      g_assert_cmpstr (user->full_name, ==, "me");
      g_assert_cmpstr (user->avatar_url, ==, avatar);
      g_assert_cmpstr (user->token_name, ==, "laptop");
    }
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);

  maq_hub_client_set_token (f->client, " hf_other\r\n");
  g_autoptr (MaqHubUser) other = hub_take_boxed (maq_hub_client_whoami (f->client));
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 2);
  g_autofree char *token = maq_test_server_dup_header (f->server, "/", "Authorization");
  g_assert_cmpstr (token, ==, "Bearer hf_other");

  static const char *const none[] = { NULL, "", " \n", "two words", "a\r\nX-Evil: b", "ü" };
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      maq_hub_client_set_token (f->client, none[i]);
      g_assert_false (maq_hub_client_has_token (f->client));
      hub_assert_fails (maq_hub_client_whoami (f->client), MAQ_HUB_ERROR_UNAUTHORIZED);
    }
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 2);
}

static void
test_bad_names (HubFixture   *f,
                gconstpointer data)
{
  g_autoptr (GError) id = hub_take_error (maq_hub_client_get_repo (f->client, MAQ_REPO_KIND_MODEL, "../x", NULL));
  g_autoptr (GError) revision = hub_take_error (maq_hub_client_list_tree (f->client, MAQ_REPO_KIND_MODEL, "a/b", ".."));
  g_autoptr (GError) path = hub_take_error (maq_hub_client_open_file (f->client, MAQ_REPO_KIND_MODEL, "a/b", NULL, "../x", 0));

  g_assert_error (id, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_ID);
  g_assert_error (revision, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_REVISION);
  g_assert_error (path, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH);
  hub_assert_fails (maq_hub_client_read_address (f->client, "file:///etc/passwd", 10), MAQ_HUB_ERROR_BAD_REQUEST);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 0);
}

static void
test_endpoints (HubFixture   *f,
                gconstpointer data)
{
  static const char *const bad[] = { "hub.example", "ftp://x", "file:///x", "http://", "not an address", "http://x/?q=1", "\xff" };
  const char              *address = maq_test_server_get_address (f->server);
  g_autofree char         *with_path = g_strconcat (address, "/mirror//", NULL);
  g_autofree char         *expected = g_strconcat (address, "/mirror", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (maq_hub_client_set_endpoint (f->client, bad[i], &error));
      g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST);
      g_assert_cmpstr (maq_hub_client_get_endpoint (f->client), ==, address);
    }

  g_assert_true (maq_hub_client_set_endpoint (f->client, with_path, NULL));
  g_assert_cmpstr (maq_hub_client_get_endpoint (f->client), ==, expected);
  maq_test_server_add (f->server, "/mirror/api/models", &(MaqTestReply) { .headers = "Link: <https://huggingface.co/api/models?cursor=1>; rel=\"next\"\r\n", .body = "[]" });
  maq_test_server_add (f->server, "/mirror/avatars/x.svg", &(MaqTestReply) { .body = "<svg/>" });
  g_autoptr (MaqHubPage) page = hub_take_boxed (start_list (f->client));
  g_assert_true (g_str_has_prefix (page->next, expected));
  g_autoptr (GBytes) avatar = hub_take_boxed (start_read_address (f->client));
  g_assert_true (maq_hub_client_set_endpoint (f->client, maq_test_server_get_address (f->other), NULL));
  hub_assert_fails (maq_hub_client_list_next (f->client, page), MAQ_HUB_ERROR_BAD_REQUEST);
  g_assert_cmpuint (g_bytes_get_size (avatar), ==, 6);

  g_autofree char *before = g_strdup (g_getenv ("HF_ENDPOINT"));
  g_setenv ("HF_ENDPOINT", "https://mirror.example/", TRUE);
  g_autoptr (MaqHubClient) client = maq_hub_client_new (NULL);
  g_assert_cmpstr (maq_hub_client_get_endpoint (client), ==, "https://mirror.example");
  g_autofree char *page_address = maq_hub_client_dup_page_address (client, MAQ_REPO_KIND_DATASET, "a/b");
  g_assert_cmpstr (page_address, ==, "https://mirror.example/datasets/a/b");
  g_unsetenv ("HF_ENDPOINT");
  g_assert_true (maq_hub_client_set_endpoint (client, NULL, NULL));
  g_assert_cmpstr (maq_hub_client_get_endpoint (client), ==, MAQ_HUB_DEFAULT_ENDPOINT);
  if (before != NULL)
    g_setenv ("HF_ENDPOINT", before, TRUE);
}

static void
test_circles (HubFixture   *f,
              gconstpointer data)
{
  maq_test_server_add (f->server, "*", &(MaqTestReply) { .headers = "Link: </api/models/a/b/tree/main?recursive=true>; rel=\"next\"\r\n", .body = "[]" });
  hub_assert_fails (start_tree (f->client), MAQ_HUB_ERROR_BAD_REPLY);
}

static void
test_headers (HubFixture   *f,
              gconstpointer data)
{
  add (f, &(MaqTestReply) { .headers = "Set-Cookie: id=1; Path=/\r\nWWW-Authenticate: Basic realm=\"x\"\r\n", .body = "[]" });
  expect_good (f, 0);
  expect_good (f, 0);

  g_autofree char *agent = maq_test_server_dup_header (f->server, "/", "User-Agent");
  g_autofree char *cookie = maq_test_server_dup_header (f->server, "/", "Cookie");
  g_autofree char *referrer = maq_test_server_dup_header (f->server, "/", "Referer");
  g_autofree char *language = maq_test_server_dup_header (f->server, "/", "Accept-Language");
  g_assert_true (g_str_has_prefix (agent, "maquette/" MAQ_VERSION "; libsoup/3."));
  g_assert_null (cookie);
  g_assert_null (referrer);
  g_assert_null (language);

  // A token for the Hub is none for the host of an avatar.
  g_autofree char *elsewhere = g_strconcat (maq_test_server_get_address (f->other), "/x.png", NULL);
  maq_test_server_add (f->other, "/x.png", &(MaqTestReply) { .body = "png" });
  g_autoptr (GBytes) bytes = hub_take_boxed (maq_hub_client_read_address (f->client, elsewhere, 100));
  g_autofree char *token = maq_test_server_dup_header (f->other, "/", "Authorization");
  g_assert_null (token);
}

static void
warned_cb (MaqHubClient *client,
           const char   *topic,
           const char   *text,
           gpointer      data)
{
  g_string_append_printf (data, "%s=%s;", topic, text);
}

static void
test_warnings (HubFixture   *f,
               gconstpointer data)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  g_signal_connect (f->client, "warned", G_CALLBACK (warned_cb), seen);
  add (f, &(MaqTestReply) { .headers = "X-HF-Warning: unauthenticated; Warning: You are\r\nX-HF-Warning: old-client; Please update\r\nX-HF-Warning: nothing\r\n", .body = "[]" });
  for (guint n = 0; n < 3; n++)
    expect_good (f, 0);
  hub_idle (20);
  g_assert_cmpstr (seen->str, ==, "old-client=Please update;");
}

static void
test_proxy (HubFixture   *f,
            gconstpointer data)
{
  g_setenv ("http_proxy", maq_test_server_get_address (f->other), TRUE);
  g_setenv ("no_proxy", "direct.invalid", TRUE);
  g_autoptr (MaqHubClient) client = maq_hub_client_new ("http://hub.invalid");
  g_unsetenv ("http_proxy");
  g_unsetenv ("no_proxy");
  const MaqHubLimits limits = { .deadline = 2000, .stall = 500, .backoff = 10, .max_tries = 1 };
  maq_hub_client_set_limits (client, &limits);

  maq_test_server_add (f->other, "*", &(MaqTestReply) { .body = "[]" });
  g_autoptr (MaqHubPage) page = hub_take_boxed (start_list (client));
  g_autofree char *line = maq_test_server_dup_header (f->other, "http://hub.invalid/api/models", "");
  g_assert_true (g_str_has_prefix (line, "GET http://hub.invalid/api/models?"));

  // Neither what is excepted nor this machine goes through it.
  g_assert_true (maq_hub_client_set_endpoint (client, "http://direct.invalid", NULL));
  hub_assert_fails (start_list (client), MAQ_HUB_ERROR_UNREACHABLE);
  g_assert_true (maq_hub_client_set_endpoint (client, maq_test_server_get_address (f->server), NULL));
  add_good (f, 0);
  g_autoptr (MaqHubPage) own = hub_take_boxed (start_list (client));
  g_assert_cmpuint (maq_test_server_count (f->other, "http"), ==, 1);
}

// Everything that is logged while the tests run: no secret may be among it.
static GMutex   log_lock;
static GString *logged;

static GLogWriterOutput
write_log (GLogLevelFlags   level,
           const GLogField *fields,
           gsize            n_fields,
           gpointer         data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      {
        g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&log_lock);
        if (fields[i].length < 0)
          g_string_append_printf (logged, "%s\n", (const char *) fields[i].value);
      }

  return level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_ERROR) ? g_log_writer_default (level, fields, n_fields, data) : G_LOG_WRITER_HANDLED;
}

static void
test_log (HubFixture   *f,
          gconstpointer data)
{
  g_autofree char *headers = g_strdup_printf (FILE_HEADERS "Location: %s/cdn?Signature=s3cret\r\n", maq_test_server_get_address (f->other));

  g_mutex_lock (&log_lock);
  g_string_truncate (logged, 0);
  g_mutex_unlock (&log_lock);

  add (f, &(MaqTestReply) { .status = 302, .headers = headers });
  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .body = "12345" });
  g_autoptr (GBytes) bytes = hub_take_boxed (start_read_file (f->client));

  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&log_lock);
  g_assert_nonnull (strstr (logged->str, "GET /a/b/resolve/main/f.txt 302 "));
  g_assert_nonnull (strstr (logged->str, "/cdn 200 "));
  g_assert_nonnull (strstr (logged->str, " 5 bytes"));
  g_assert_null (strstr (logged->str, HUB_TOKEN));
  g_assert_null (strstr (logged->str, "s3cret"));
}

static void
setup (HubFixture   *f,
       gconstpointer data)
{
  hub_fixture_init (f);
}

static void
teardown (HubFixture   *f,
          gconstpointer data)
{
  hub_fixture_clear (f);
}

#define ADD(path, func) g_test_add ("/hub/faults/" path, HubFixture, NULL, setup, func, teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  logged = g_string_new (NULL);
  g_log_set_writer_func (write_log, NULL, NULL);
  g_test_init (&argc, &argv, NULL);

  ADD ("success", test_success);
  ADD ("each-status-to-its-code", test_statuses);
  ADD ("messages-say-what-the-hub-said", test_messages);
  ADD ("malformed-bodies", test_malformed);
  ADD ("pages-that-are-no-hub", test_pages_that_are_no_hub);
  ADD ("slow-replies", test_slow);
  ADD ("cut-connections", test_cut);
  ADD ("refused-connections", test_refused);
  ADD ("cancel-before-during-after", test_cancel);
  ADD ("dropping-the-stale-request-stops-it", test_stale_request);
  ADD ("redirects", test_redirects);
  ADD ("redirect-to-nowhere", test_redirect_to_nowhere);
  ADD ("token-stays-away-once-dropped", test_token_stays_away_once_dropped);
  ADD ("hops", test_hops);
  ADD ("rate-limit", test_rate_limit);
  ADD ("rate-limit-that-is-short", test_rate_limit_that_is_short);
  ADD ("rate-limit-of-files", test_rate_limit_of_files);
  ADD ("offline", test_offline);
  ADD ("compressed-replies", test_compressed);
  ADD ("sizes", test_sizes);
  ADD ("resolve", test_resolve);
  ADD ("bodies", test_bodies);
  ADD ("wrong-parts", test_wrong_parts);
  ADD ("storage-host", test_storage_host);
  ADD ("drop-an-open-body", test_drop_an_open_body);
  ADD ("whoami-is-remembered", test_whoami);
  ADD ("bad-names-make-no-request", test_bad_names);
  ADD ("endpoints", test_endpoints);
  ADD ("file-lists-in-a-circle", test_circles);
  ADD ("request-headers", test_headers);
  ADD ("warnings-once-a-topic", test_warnings);
  ADD ("proxy-variables", test_proxy);
  ADD ("log-without-secrets", test_log);
  return g_test_run ();
}
