// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-operations.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <unistd.h>

// Each operation through each fault of a server.

static void
test_success (HubFixture   *f,
              gconstpointer data)
{
  HUB_FOREACH_OPERATION (i)
  {
    maq_test_server_clear (f->server);
    hub_add_good (f, i);
    hub_expect_good (f, i);
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
    HUB_FOREACH_OPERATION (i)
    {
      gboolean is_repo = (hub_operations[i].flags & HUB_IS_REPO) != 0;

      maq_test_server_clear (f->server);
      hub_add (f, &(MaqTestReply) { .status = cases[c].status, .headers = cases[c].headers, .body = cases[c].body });
      hub_expect_error (f, i, is_repo ? cases[c].code : cases[c].other);
      g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, hub_operations[i].flags & HUB_IS_ONCE ? 1 : cases[c].n_tries);
    }
}

static void
test_messages (HubFixture   *f,
               gconstpointer data)
{
  hub_add (f, &(MaqTestReply) { .status = 403, .headers = "X-Error-Message: No\x1b[2J scope\r\nX-Request-Id: Root=1-2;abc\r\nContent-Type: application/json\r\n", .body = "{\"error\":[\"one\",\"two\"],\"errors\":[{\"message\":\"three\"},{\"message\":\"one\"}]}" });
  g_autoptr (GError) error = hub_take_error (hub_start_info (f->client));
  g_assert_cmpstr (error->message, ==, "GET /api/models/a/b: status 403: No [2J scope; one; two; three (request Root=1-2;abc)");
}

// What a server answers, as the reason that people are shown; NULL where the code says it all.
static void
test_reasons (HubFixture   *f,
              gconstpointer data)
{
  static const struct
  {
    guint       status;
    const char *headers;
    const char *body;
    const char *reason;
  } cases[] = {
    { 403, "X-Error-Message: Your plan has no mirrors.\r\n", "", "Your plan has no mirrors." },
    { 404, "", "{\"error\":\"This mirror does not carry it\"}", "This mirror does not carry it" },
    { 400, "", "{\"error\":[\"one\",\"two\"]}", "one; two" },
    { 400, "", "{\"error\":{\"code\":7,\"message\":\"No such order\"}}", "No such order" },
    { 400, "", "{\"errors\":[\"one\",{\"message\":\"two\"},3,null]}", "one; two" },
    { 422, "", "{\"detail\":[{\"loc\":[\"query\",\"sort\"],\"msg\":\"Unknown order\",\"type\":\"enum\"}]}", "Unknown order" },
    { 403, "Content-Type: application/problem+json\r\n", "{\"type\":\"about:blank\",\"title\":\"Closed\",\"detail\":\"Until Monday\"}", "Until Monday; Closed" },
    { 403, "", "\"Ask the librarian\"", "Ask the librarian" },
    { 403, "Content-Type: text/plain\r\n", "Ask the\nlibrarian\n", "Ask the librarian" },
    { 403, "", "Ask the librarian", "Ask the librarian" },
    { 403, "Content-Type: text/html\r\n", "<html>Log in</html>", NULL },
    { 403, "", "", NULL },
    { 403, "Content-Type: text/plain\r\n", "Forbidden", NULL },
    { 401, "X-Error-Message: Invalid username or password.\r\n", "{\"error\":\"Invalid username or password.\"}", NULL },
    { 401, "X-Error-Code: GatedRepo\r\nX-Error-Message: Access to model a/b is restricted.\r\n", "", NULL },
    { 404, "X-Error-Code: RepoNotFound\r\n", "{\"error\":\"Repository not found\"}", NULL },
    { 403, "", "{\"error\":\"The token " HUB_TOKEN " is too old\"}", "The token … is too old" },
    { 403, "", "[[[[[[[\"too deep\"]]]]]]]", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      maq_test_server_clear (f->server);
      hub_add (f, &(MaqTestReply) { .status = cases[i].status, .headers = cases[i].headers, .body = cases[i].body });
      g_autoptr (GError) error = hub_take_error (hub_start_info (f->client));
      g_autoptr (GError) copy = g_error_copy (error);
      g_assert_cmpstr (maq_hub_error_get_reason (copy), ==, cases[i].reason);
      if (cases[i].reason != NULL)
        g_assert_nonnull (strstr (error->message, cases[i].reason));
    }

  g_autoptr (GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "x");
  g_assert_null (maq_hub_error_get_reason (other));
  g_assert_null (maq_hub_error_get_reason (NULL));
}

static void
test_malformed (HubFixture   *f,
                gconstpointer data)
{
  static const char *const bodies[] = { "", "{", "[{\"id\":", "nonsense", "<!DOCTYPE html><title>Log in</title>", "null", "7", "\"x\"", "\xff\xfe" };

  for (guint b = 0; b < G_N_ELEMENTS (bodies); b++)
    HUB_FOREACH_OPERATION (i)
    {
      if (!(hub_operations[i].flags & HUB_IS_JSON))
        continue;
      maq_test_server_clear (f->server);
      hub_add (f, &(MaqTestReply) { .body = bodies[b] });
      hub_expect_error (f, i, bodies[b][0] == '<' ? MAQ_HUB_ERROR_NO_HUB : MAQ_HUB_ERROR_BAD_REPLY);
    }

  // Too deep, and of the wrong kind.
  g_autofree char *deep = g_strnfill (5000, '[');
  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .body = deep });
  hub_expect_error (f, 0, MAQ_HUB_ERROR_BAD_REPLY);
  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .body = "{}" });
  HUB_FOREACH_OPERATION (i)
  {
    if ((hub_operations[i].flags & HUB_IS_JSON) && hub_operations[i].start != hub_start_refs)
      hub_expect_error (f, i, MAQ_HUB_ERROR_BAD_REPLY);
  }
}

static void
test_pages_that_are_no_hub (HubFixture   *f,
                            gconstpointer data)
{
  hub_add (f, &(MaqTestReply) { .headers = "Content-Type: text/html\r\n", .body = "<html>Please log in to this network</html>" });
  HUB_FOREACH_OPERATION (i)
  {
    if (hub_operations[i].flags & (HUB_IS_JSON | HUB_IS_FILE))
      hub_expect_error (f, i, MAQ_HUB_ERROR_NO_HUB);
  }
}

static void
test_slow (HubFixture   *f,
           gconstpointer data)
{
  const MaqHubLimits limits = { .deadline = 120, .stall = 80, .backoff = 10, .max_tries = 3 };
  maq_hub_client_set_limits (f->client, &limits);

  // No header in time.
  HUB_FOREACH_OPERATION (i)
  {
    maq_test_server_clear (f->server);
    hub_add (f, &(MaqTestReply) { .delay = 5000, .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good });
    gint64 start = g_get_monotonic_time ();
    hub_expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);
    g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
    // On a busy machine the time may be over before the server has seen the request.
    for (guint n = 0; n < 100 && maq_test_server_count_aborted (f->server) < maq_test_server_count (f->server, "/"); n++)
      hub_idle (5);
    g_assert_cmpuint (maq_test_server_count_aborted (f->server), >=, MIN (maq_test_server_count (f->server, "/"), 1));
  }

  // A header that does not end, and a body that stops.
  HUB_FOREACH_OPERATION (i)
  {
    maq_test_server_clear (f->server);
    hub_add (f, &(MaqTestReply) { .is_raw = TRUE, .body = "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n", .pause_at = 25, .pause = 5000 });
    hub_expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);

    if (hub_operations[i].flags & (HUB_IS_ONCE | HUB_IS_HEAD))
      continue;
    maq_test_server_clear (f->server);
    hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good, .pause_at = 3, .pause = 5000 });
    hub_expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);
  }
}

static void
test_cut (HubFixture   *f,
          gconstpointer data)
{
  HUB_FOREACH_OPERATION (i)
  {
    gboolean is_once = (hub_operations[i].flags & HUB_IS_ONCE) != 0;

    maq_test_server_clear (f->server);
    hub_add (f, &(MaqTestReply) { .cut_first = TRUE });
    hub_expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), >=, is_once ? 1 : 3);

    if (hub_operations[i].flags & (HUB_IS_ONCE | HUB_IS_HEAD))
      continue;

    // In the middle of the body, twice; then it works.
    maq_test_server_clear (f->server);
    hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good, .cut_at = 3 });
    hub_expect_error (f, i, MAQ_HUB_ERROR_UNREACHABLE);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 3);

    maq_test_server_clear (f->server);
    hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good, .cut_at = 3 });
    hub_add (f, &(MaqTestReply) { .status = 503 });
    hub_add_good (f, i);
    hub_expect_good (f, i);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 3);
  }
}

static void
test_circles (HubFixture   *f,
              gconstpointer data)
{
  maq_test_server_add (f->server, "*", &(MaqTestReply) { .headers = "Link: </api/models/a/b/tree/main?recursive=true>; rel=\"next\"\r\n", .body = "[]" });
  hub_assert_fails (hub_start_tree (f->client), MAQ_HUB_ERROR_BAD_REPLY);
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

// Nobody answers a connection whose backlog is full: its packets are dropped, as those of a host that is gone.
static void
test_dropped_packets (HubFixture   *f,
                      gconstpointer data)
{
  const MaqHubLimits limits = { .deadline = 20000, .connect = 600, .stall = 5000, .backoff = 10, .max_tries = 3 };
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t          length = sizeof address;
  int                waiting[8];
  g_autofd int       listening = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (listening, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (listening, 0), ==, 0);
  g_assert_cmpint (getsockname (listening, (struct sockaddr *) &address, &length), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      waiting[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      connect (waiting[i], (struct sockaddr *) &address, length);
    }
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", ntohs (address.sin_port));
  g_assert_true (maq_hub_client_set_endpoint (f->client, url, NULL));
  maq_hub_client_set_limits (f->client, &limits);
  gint64 start = g_get_monotonic_time ();
  hub_assert_fails (hub_start_list (f->client), MAQ_HUB_ERROR_UNREACHABLE);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 500 * 1000);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    close (waiting[i]);

  // One that answers, but not at once, is waited for.
  g_assert_true (maq_hub_client_set_endpoint (f->client, maq_test_server_get_address (f->server), NULL));
  hub_add (f, &(MaqTestReply) { .delay = 1500, .body = hub_operations[0].good });
  hub_expect_good (f, 0);
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
  hub_expect_good (f, 0);
  gint64 start = g_get_monotonic_time ();
  hub_assert_fails (hub_start_list (f->client), MAQ_HUB_ERROR_BAD_REPLY);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);

  // What is stored under its own length must not arrive packed.
  maq_test_server_add (f->server, "*", &(MaqTestReply) { .headers = HUB_FILE_HEADERS "Content-Encoding: gzip\r\n", .body = g_bytes_get_data (small, NULL), .length = g_bytes_get_size (small) });
  hub_assert_fails (hub_start_open_file (f->client), MAQ_HUB_ERROR_BAD_REPLY);
}

static void
test_sizes (HubFixture   *f,
            gconstpointer data)
{
  // A length over the limit is believed at once, and a body without length is counted.
  g_autofree char *large = g_strnfill (2 * 1024 * 1024, ' ');
  maq_test_server_add (f->server, "/api/models", &(MaqTestReply) { .body = "[]", .claim = 17 * 1024 * 1024 });
  hub_assert_fails (hub_start_list (f->client), MAQ_HUB_ERROR_BAD_REPLY);
  hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = large, .claim = -1 });
  hub_assert_fails (maq_hub_client_read_file (f->client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", 1024 * 1024), MAQ_HUB_ERROR_BAD_REPLY);

  g_autoptr (GString) headers = g_string_new (NULL);
  for (guint i = 0; i < 3000; i++)
    g_string_append_printf (headers, "X-A%u: b\r\n", i);
  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .headers = headers->str, .body = "[]" });
  hub_assert_fails (hub_start_list (f->client), MAQ_HUB_ERROR_BAD_REPLY);

  g_autofree char *value = g_strnfill (1024 * 1024, 'x');
  g_autofree char *line = g_strdup_printf ("X-Long: %s\r\n", value);
  maq_test_server_clear (f->server);
  hub_add (f, &(MaqTestReply) { .headers = line, .body = "[]" });
  g_autoptr (GError) error = hub_take_error (hub_start_list (f->client));
  g_assert_true (error->domain == MAQ_HUB_ERROR);
}

#define ADD(path, func) g_test_add ("/hub/faults/" path, HubFixture, NULL, hub_fixture_setup, func, hub_fixture_teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  ADD ("success", test_success);
  ADD ("each-status-to-its-code", test_statuses);
  ADD ("messages-say-what-the-hub-said", test_messages);
  ADD ("reasons", test_reasons);
  ADD ("malformed-bodies", test_malformed);
  ADD ("pages-that-are-no-hub", test_pages_that_are_no_hub);
  ADD ("slow-replies", test_slow);
  ADD ("cut-connections", test_cut);
  ADD ("file-lists-in-a-circle", test_circles);
  ADD ("dropped-packets", test_dropped_packets);
  ADD ("compressed-replies", test_compressed);
  ADD ("sizes", test_sizes);
  return g_test_run ();
}
