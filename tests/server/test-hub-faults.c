// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "test-http.h"

#include <string.h>

#define FILE_PATH "/maquette/pebble-chat/resolve/main/model.safetensors"
#define FILE_SIZE 4000256

static void
set_up (Http         *http,
        gconstpointer data)
{
  MaqHubStore *store = maq_hub_store_new_demo (NULL);
  g_assert_nonnull (store);
  http_set_up (http, store);
}

static void
tear_down (Http         *http,
           gconstpointer data)
{
  http_tear_down (http);
}

static Reply *
spoiled (Http       *http,
         const char *path,
         const char *fault)
{
  g_autofree char *header = g_strconcat ("X-Maq-Fault: ", fault, NULL);
  return http_request (http, "GET", path, header, NULL);
}

static char *
link_of (Http *http)
{
  g_autoptr (Reply) reply = http_get (http, FILE_PATH);
  return g_strdup (reply_header (reply, "Location"));
}

// Reads by hand, since libsoup does not give what came before a connection broke. Returns the bytes of the body.
static gsize
read_raw (const char *url,
          const char *fault,
          char      **head,
          guint8     *body,
          gsize       size,
          guint       timeout_ms)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, g_uri_get_host (uri), g_uri_get_port (uri), NULL, NULL);
  g_assert_nonnull (connection);
  GSocket         *socket = g_socket_connection_get_socket (connection);
  g_autofree char *request = g_strdup_printf ("GET %s?%s HTTP/1.1\r\nHost: %s:%d\r\nX-Maq-Fault: %s\r\n\r\n", g_uri_get_path (uri), g_uri_get_query (uri) != NULL ? g_uri_get_query (uri) : "", g_uri_get_host (uri), g_uri_get_port (uri), fault);
  g_assert_cmpint (g_socket_send (socket, request, strlen (request), NULL, NULL), ==, strlen (request));
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 buffer[65536];
  while (g_socket_condition_timed_wait (socket, G_IO_IN | G_IO_HUP, (gint64) timeout_ms * 1000, NULL, NULL))
    {
      gssize n = g_socket_receive (socket, (char *) buffer, sizeof buffer, NULL, NULL);
      if (n <= 0)
        break;
      g_byte_array_append (all, buffer, n);
    }
  const char *end = g_strstr_len ((const char *) all->data, all->len, "\r\n\r\n");
  g_assert_nonnull (end);
  gsize skip = end + 4 - (const char *) all->data;
  *head = g_strndup ((const char *) all->data, skip);
  gsize n = all->len - skip;
  memcpy (body, all->data + skip, MIN (n, size));
  return n;
}

static void
test_statuses (Http         *http,
               gconstpointer data)
{
  g_autoptr (Reply) limited = spoiled (http, "/api/models", "status=429; retry-after=7");
  g_assert_cmpuint (limited->status, ==, 429);
  g_assert_cmpstr (reply_header (limited, "Retry-After"), ==, "7");
  g_assert_cmpstr (reply_header (limited, "RateLimit"), ==, "\"api\";r=0;t=7");
  g_autoptr (Reply) failed = http_get (http, "/api/models?maq_fault=status%3D503");
  g_assert_cmpuint (failed->status, ==, 503);
  g_autofree char *url = link_of (http);
  g_autoptr (Reply) expired = spoiled (http, url, "expired");
  g_assert_cmpuint (expired->status, ==, 403);
  static const char *const nonsense[] = { "explode=1", "delay=-5", "delay=99999999999", "retry-after=-1", "status=99", "rate=0", "cut=x" };
  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_autoptr (Reply) reply = spoiled (http, "/api/models", nonsense[i]);
      g_assert_cmpuint (reply->status, ==, 400);
    }
}

static void
test_bodies (Http         *http,
             gconstpointer data)
{
  g_autoptr (Reply) garbage = spoiled (http, "/api/models", "body=garbage");
  g_assert_cmpuint (garbage->status, ==, 200);
  g_assert_null (garbage->json);
  g_autoptr (Reply) html = spoiled (http, "/api/models", "body=html");
  g_assert_true (g_str_has_prefix (reply_header (html, "Content-Type"), "text/html"));
  g_autoptr (Reply) empty = spoiled (http, "/api/models", "body=empty");
  g_assert_cmpuint (g_bytes_get_size (empty->body), ==, 0);
  g_autoptr (Reply) loop = spoiled (http, "/api/models?limit=1", "redirect=loop");
  g_assert_cmpuint (loop->status, ==, 302);
  g_assert_cmpstr (reply_header (loop, "Location"), ==, "/api/models?limit=1");
  g_autoptr (Reply) away = spoiled (http, "/api/models", "redirect=http://127.0.0.1:1/x");
  g_assert_cmpstr (reply_header (away, "Location"), ==, "http://127.0.0.1:1/x");
}

static void
test_cut (Http         *http,
          gconstpointer data)
{
  g_autofree char   *url = link_of (http), *head = NULL;
  g_autofree guint8 *body = g_malloc (FILE_SIZE);
  g_assert_cmpuint (read_raw (url, "cut=1000", &head, body, FILE_SIZE, 2000), ==, 1000);
  g_assert_nonnull (strstr (head, "HTTP/1.1 200 OK\r\n"));
  g_assert_nonnull (strstr (head, "Content-Length: 4000256\r\n"));
}

static void
test_stall (Http         *http,
            gconstpointer data)
{
  g_autofree char   *url = link_of (http), *head = NULL;
  g_autofree guint8 *body = g_malloc (FILE_SIZE);
  gint64             start = g_get_monotonic_time ();
  g_assert_cmpuint (read_raw (url, "stall=300000", &head, body, FILE_SIZE, 300), ==, 300000);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 300 * 1000);
  // The server can be stopped while another connection hangs; tear_down waits for it.
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection = g_socket_client_connect_to_host (client, g_uri_get_host (uri), g_uri_get_port (uri), NULL, NULL);
  g_autofree char   *request = g_strdup_printf ("GET %s?%s HTTP/1.1\r\nHost: x\r\nX-Maq-Fault: stall=0\r\n\r\n", g_uri_get_path (uri), g_uri_get_query (uri));
  g_assert_cmpint (g_socket_send (g_socket_connection_get_socket (connection), request, strlen (request), NULL, NULL), >, 0);
  g_usleep (100 * 1000);
  g_test_queue_unref (connection);
}

static void
test_wrong_bytes (Http         *http,
                  gconstpointer data)
{
  g_autofree char *url = link_of (http);
  g_autoptr (Reply) good = http_get (http, url);
  g_autoptr (Reply) bad = spoiled (http, url, "flip=300000");
  const guint8 *a = g_bytes_get_data (good->body, NULL), *b = g_bytes_get_data (bad->body, NULL);
  g_assert_cmpuint (g_bytes_get_size (bad->body), ==, FILE_SIZE);
  g_assert_cmpuint (a[300000], ==, b[300000] ^ 0xff);
  g_assert_cmpmem (a, 300000, b, 300000);
  g_assert_cmpmem (a + 300001, FILE_SIZE - 300001, b + 300001, FILE_SIZE - 300001);
}

static void
test_wrong_length (Http         *http,
                   gconstpointer data)
{
  g_autofree char   *url = link_of (http), *more = NULL, *less = NULL;
  g_autofree guint8 *body = g_malloc (FILE_SIZE);
  g_assert_cmpuint (read_raw (url, "length=10", &more, body, FILE_SIZE, 2000), ==, FILE_SIZE);
  g_assert_nonnull (strstr (more, "Content-Length: 4000266\r\n"));
  g_assert_cmpuint (read_raw (url, "length=-10", &less, body, FILE_SIZE, 2000), ==, FILE_SIZE);
  g_assert_nonnull (strstr (less, "Content-Length: 4000246\r\n"));
}

static void
test_ranges (Http         *http,
             gconstpointer data)
{
  g_autofree char *url = link_of (http);
  g_autoptr (Reply) ignored = http_request (http, "GET", url, "Range: bytes=100-199\nX-Maq-Fault: range=ignore", NULL);
  g_assert_cmpuint (ignored->status, ==, 200);
  g_assert_cmpuint (g_bytes_get_size (ignored->body), ==, FILE_SIZE);
  g_autoptr (Reply) wrong = http_request (http, "GET", url, "Range: bytes=100-199\nX-Maq-Fault: range=wrong", NULL);
  g_assert_cmpuint (wrong->status, ==, 206);
  g_assert_cmpstr (reply_header (wrong, "Content-Range"), ==, "bytes 101-200/4000256");
}

static void
test_rate_and_delay (Http         *http,
                     gconstpointer data)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (Reply) late = spoiled (http, "/api/models?limit=1", "delay=200");
  g_assert_cmpuint (late->status, ==, 200);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 200 * 1000);
  start = g_get_monotonic_time ();
  g_autofree char *url = link_of (http);
  g_autoptr (Reply) slow = http_request (http, "GET", url, "Range: bytes=0-99999\nX-Maq-Fault: rate=400000", NULL);
  g_assert_cmpuint (g_bytes_get_size (slow->body), ==, 100000);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 150 * 1000);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 3000 * 1000);

  // The rate holds over the whole body, however fast it is: what one piece was late the next ones make up for.
  start = g_get_monotonic_time ();
  g_autoptr (Reply) fast = http_request (http, "GET", url, "X-Maq-Fault: rate=20000000", NULL);
  g_assert_cmpuint (g_bytes_get_size (fast->body), ==, FILE_SIZE);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 180 * 1000);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 600 * 1000);
}

static void
test_rules (Http         *http,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (maq_hub_server_add_faults (http->server, "[{\"path\":\"/api/models*\",\"skip\":1,\"times\":2,\"status\":500},{\"host\":\"cdn\",\"times\":0,\"cut\":10}]", &error));
  static const guint expected[] = { 200, 500, 500, 200, 200 };
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (Reply) reply = http_get (http, "/api/models?limit=1");
      g_assert_cmpuint (reply->status, ==, expected[i]);
    }
  g_autofree char *url = link_of (http);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (Reply) cut = http_get (http, url);
      g_assert_true (cut->error != NULL || g_bytes_get_size (cut->body) == 10);
    }
  maq_hub_server_clear_faults (http->server);
  g_autoptr (Reply) whole = http_get (http, url);
  g_assert_cmpuint (g_bytes_get_size (whole->body), ==, FILE_SIZE);

  static const char *const bad[] = { "", "{", "7", "[7]", "{\"explode\":true}", "{\"cut\":-4}", "{\"body\":\"soup\"}" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (maq_hub_server_add_faults (http->server, bad[i], &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
    }
}

static void
test_control (Http         *http,
              gconstpointer data)
{
  g_autoptr (Reply) added = http_request (http, "POST", "/.maq/faults", NULL, "{\"status\":502,\"path\":\"/api/spaces*\"}");
  g_assert_cmpuint (added->status, ==, 200);
  g_autoptr (Reply) refused = http_request (http, "POST", "/.maq/faults", NULL, "{\"x\":1}");
  g_assert_cmpuint (refused->status, ==, 400);
  g_autoptr (Reply) spoiled_reply = http_request (http, "GET", "/api/spaces", "Authorization: Bearer hf_demo_read", NULL);
  g_assert_cmpuint (spoiled_reply->status, ==, 502);
  g_autofree char *url = link_of (http);
  g_autoptr (Reply) file = http_request (http, "GET", url, "Range: bytes=0-9", NULL);

  g_autoptr (Reply) log = http_get (http, "/.maq/requests");
  JsonArray  *requests = reply_array (log);
  JsonObject *first = json_array_get_object_element (requests, 0);
  JsonObject *last = json_array_get_object_element (requests, json_array_get_length (requests) - 1);
  g_assert_cmpuint (json_array_get_length (requests), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (first, "path"), ==, "/api/spaces");
  g_assert_true (json_object_get_boolean_member (first, "authorization"));
  g_assert_true (json_object_get_boolean_member (first, "fault"));
  g_assert_cmpint (json_object_get_int_member (first, "status"), ==, 502);
  g_assert_cmpstr (json_object_get_string_member (last, "host"), ==, "cdn");
  g_assert_cmpstr (json_object_get_string_member (last, "range"), ==, "bytes=0-9");
  g_assert_false (json_object_get_boolean_member (last, "authorization"));
  g_assert_cmpint (json_object_get_int_member (last, "sent"), ==, 10);
  g_assert_cmpuint (maq_hub_server_count_requests (http->server, "cdn", "GET *"), ==, 1);
  g_assert_cmpuint (maq_hub_server_count_requests (http->server, NULL, "GET */resolve/main/*"), ==, 1);
  g_autoptr (Reply) cleared = http_request (http, "DELETE", "/.maq/requests", NULL, NULL);
  g_assert_cmpuint (cleared->status, ==, 200);
  g_assert_cmpuint (maq_hub_server_count_requests (http->server, NULL, "*"), ==, 0);
}

static void
test_rate_limit (void)
{
  Http http;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_synthetic (5);
  http.server = maq_hub_server_new (store);
  http.session = soup_session_new ();
  maq_hub_server_set_rate_limit (http.server, 2);
  g_assert_true (maq_hub_server_listen (http.server, NULL, 0, NULL));
  g_autoptr (Reply) first = http_get (&http, "/api/models");
  g_autoptr (Reply) second = http_get (&http, "/api/models");
  g_autoptr (Reply) third = http_get (&http, "/api/models");
  g_autoptr (Reply) page = http_get (&http, "/");
  g_autoptr (Reply) other = http_request (&http, "GET", "/api/models", "Authorization: Bearer hf_demo_read", NULL);
  g_assert_cmpuint (first->status, ==, 200);
  g_assert_true (g_str_has_prefix (reply_header (first, "RateLimit"), "\"api\";r=1;t="));
  g_assert_cmpstr (reply_header (first, "RateLimit-Policy"), ==, "\"fixed window\";\"api\";q=2;w=300");
  g_assert_cmpuint (second->status, ==, 200);
  g_assert_cmpuint (third->status, ==, 429);
  g_assert_true (g_str_has_prefix (reply_header (third, "RateLimit"), "\"api\";r=0;t="));
  g_assert_cmpuint (page->status, ==, 200);
  g_assert_cmpuint (other->status, ==, 200);
  http_tear_down (&http);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/server/faults/" path, Http, NULL, set_up, func, tear_down)
  ADD ("statuses", test_statuses);
  ADD ("bodies-and-redirects", test_bodies);
  ADD ("cut", test_cut);
  ADD ("stall", test_stall);
  ADD ("wrong-bytes", test_wrong_bytes);
  ADD ("wrong-length", test_wrong_length);
  ADD ("ranges", test_ranges);
  ADD ("rate-and-delay", test_rate_and_delay);
  ADD ("rules", test_rules);
  ADD ("control-and-log", test_control);
  g_test_add_func ("/server/faults/rate-limit", test_rate_limit);
  return g_test_run ();
}
