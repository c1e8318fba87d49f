// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The server itself: errors, hostile requests, stopping, listening.
#include "test-http.h"

#include <string.h>

static void
test_errors (Http         *http,
             gconstpointer data)
{
  http_assert_refused (http, "/api/models/maquette/nothing", NULL, 401, NULL, "Invalid username or password.");
  http_assert_refused (http, "/api/models/maquette/nothing", HTTP_BASIC, 404, "RepoNotFound", "Repository not found");
  http_assert_refused (http, "/maquette/nothing/resolve/main/x", NULL, 401, NULL, "Invalid username or password.");
  http_assert_refused (http, "/api/models/maquette/pebble-chat/revision/nope", NULL, 404, "RevisionNotFound", "Invalid rev id: nope");
  http_assert_refused (http, "/maquette/pebble-chat/resolve/nope/README.md", NULL, 404, "RevisionNotFound", "Invalid rev id: nope");
  http_assert_refused (http, "/maquette/pebble-chat/resolve/main/nope", NULL, 404, "EntryNotFound", "Entry not found");
  http_assert_refused (http, "/api/models?limit=1", "Authorization: Bearer hf_wrong", 401, NULL, "Invalid credentials in Authorization header");
  http_assert_refused (http, "/api/whoami-v2", NULL, 401, NULL, "Invalid username or password.");
  g_autoptr (Reply) anonymous = http_get (http, "/api/models/maquette/nothing");
  g_assert_cmpstr (reply_header (anonymous, "WWW-Authenticate"), ==, "Bearer realm=\"Authentication required\", charset=\"UTF-8\"");
  g_assert_cmpstr (json_object_get_string_member (reply_object (anonymous), "error"), ==, "Invalid username or password.");
  g_autoptr (Reply) file = http_get (http, "/maquette/pebble-chat/resolve/main/nope");
  g_assert_cmpmem (g_bytes_get_data (file->body, NULL), g_bytes_get_size (file->body), "Entry not found", 15);
  g_assert_cmpuint (strlen (reply_header (file, "X-Repo-Commit")), ==, 40);
  g_autoptr (Reply) post = http_request (http, "POST", "/api/repos/create", HTTP_READER, "{\"name\":\"x\"}");
  g_assert_cmpuint (post->status, ==, 405);
  g_autoptr (Reply) unknown = http_get (http, "/api/nothing");
  g_assert_cmpuint (unknown->status, ==, 404);
  g_autoptr (Reply) no_page = http_get (http, "/maquette/pebble-chat/nothing");
  g_assert_cmpuint (no_page->status, ==, 404);
  g_autoptr (Reply) page = http_get (http, "/maquette/pebble-chat/tree/main");
  g_assert_cmpuint (page->status, ==, 200);
}

static void
test_hostile (Http         *http,
              gconstpointer data)
{
  static const char *const paths[] = {
    "/../../etc/passwd", "/maquette/pebble-chat/resolve/main/..%2F..%2F..%2Fetc%2Fpasswd", "/%00", "/api/models/%ff%fe", "//", "/api", "/api/", "/api/models/", "/api/models/a/b/c/d/e/f", "/api/models?sort", "/api/models?limit=99999999999999999999", "/api/models?num_parameters=min:,max:", "/api/models?filter=,,,", "/api/models/maquette/pebble-chat/tree/", "/datasets", "/spaces/x", "/api/resolve-cache", "/api/resolve-cache/models/a/b", "/maquette/pebble-chat/resolve", "/maquette/pebble-chat/resolve/main/", "/api/models/maquette/pebble-chat/commits/main?p=-1&limit=-5", "/api/models/maquette/pebble-chat/tree/main?cursor=%00%00", "/api/models?search=%25s%25n", "/api/quicksearch", "/api/trending?type=%00", "/api/models/maquette/pebble-chat/revision/refs/pr/1"
  };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (Reply) reply = http_get (http, paths[i]);
      g_test_message ("%s: %u", paths[i], reply->status);
      g_assert_cmpuint (reply->status, >=, 200);
      g_assert_cmpuint (reply->status, <, 500);
    }
}

// Bodies of requests are read to their end but not kept.
static void
test_large_bodies (Http         *http,
                   gconstpointer data)
{
  const char *path = "/api/models/maquette/pebble-chat/paths-info/main";
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (5 << 20), 5 << 20);
  for (guint chunked = 0; chunked < 2; chunked++)
    {
      g_autofree char *url = g_strconcat (maq_hub_server_get_url (http->server), path, NULL);
      g_autoptr (SoupMessage) message = soup_message_new ("POST", url);
      g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (body);
      soup_message_set_request_body (message, "application/json", stream, chunked ? -1 : (gssize) g_bytes_get_size (body));
      g_autoptr (GBytes) answer = soup_session_send_and_read (http->session, message, NULL, NULL);
      g_assert_nonnull (answer);
      g_assert_cmpuint (soup_message_get_status (message), ==, chunked ? 411 : 413);
    }
}

// A store with a file that takes longer to hash than any test, beside a small one and a folder of small ones.
static MaqHubStore *
open_endless (void)
{
  g_autofree char *root = g_dir_make_tmp ("hub-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (root, "models/ada/one/.maquette", NULL);
  g_autofree char *path = g_build_filename (folder, "repo.json", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "{\"commits\":[{\"files\":{\"w.safetensors\":{\"generate\":{\"bytes\":20000000000000}},"
                                            "\"w\":{\"text\":\"w\"},\"small.gguf\":{\"generate\":{\"bytes\":300000}},\"part/small.gguf\":{\"generate\":{\"bytes\":4000000}}}}]}",
                                      -1,
                                      NULL));
  MaqHubStore *store = maq_hub_store_new_folder (root, NULL);
  g_assert_nonnull (store);
  return store;
}

// A request that is sent and left without its answer.
static GSocketConnection *
ask (Http       *http,
     const char *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char   *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
  GSocketConnection *connection = g_socket_client_connect_to_uri (client, maq_hub_server_get_url (http->server), 80, NULL, NULL);
  g_assert_cmpint (g_socket_send (g_socket_connection_get_socket (connection), request, strlen (request), NULL, NULL), >, 0);
  return connection;
}

static void
assert_status (Http       *http,
               const char *method,
               const char *path,
               guint       status)
{
  g_autoptr (Reply) reply = http_request (http, method, path, NULL, strcmp (method, "POST") == 0 ? "{\"paths\":[\"small.gguf\",\"w\",\"nothing\"]}" : NULL);
  g_assert_cmpuint (reply->status, ==, status);
}

// While a file is being hashed for some, all that is not about it is answered, and the server can be stopped.
static void
test_hashing (void)
{
  Http http;
  http_set_up (&http, open_endless ());
  g_autoptr (GSocketConnection) list = ask (&http, "/api/models/ada/one/tree/main");
  g_autoptr (GSocketConnection) file = ask (&http, "/ada/one/resolve/main/w.safetensors");
  while (maq_hub_server_count_requests (http.server, NULL, "*/one/*") < 2)
    g_usleep (1000);
  gint64 start = g_get_monotonic_time ();
  assert_status (&http, "GET", "/api/models", 200);
  assert_status (&http, "GET", "/api/models/ada/one", 200);
  assert_status (&http, "GET", "/ada/one/resolve/main/w", 307);
  assert_status (&http, "GET", "/ada/one/resolve/main/small.gguf", 302);
  assert_status (&http, "GET", "/ada/one/raw/main/small.gguf", 200);
  assert_status (&http, "GET", "/api/models/ada/one/tree/main/part", 200);
  assert_status (&http, "POST", "/api/models/ada/one/paths-info/main", 200);
  assert_status (&http, "GET", "/ada/one/resolve/main/nothing", 404);
  maq_hub_server_stop (http.server);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 4 * G_USEC_PER_SEC);
  http_tear_down (&http);
}

// Who cannot wait for long is told when to come again.
static void
test_not_ready (void)
{
  Http http;
  http_set_up (&http, open_endless ());
  g_autoptr (Reply) file = http_request (&http, "HEAD", "/ada/one/resolve/main/w.safetensors", NULL, NULL);
  g_assert_cmpuint (file->status, ==, 503);
  g_assert_cmpstr (reply_header (file, "Retry-After"), ==, "60");
  g_assert_nonnull (strstr (reply_header (file, "X-Error-Message"), "20000000 MB"));
  g_object_set (http.session, "user-agent", "maquette/1.0", NULL);
  g_autoptr (Reply) list = http_get (&http, "/api/models/ada/one?blobs=true");
  g_assert_cmpuint (list->status, ==, 503);
  g_assert_nonnull (reply_header (list, "Retry-After"));
  http_tear_down (&http);
}

// What is on the disk is hashed without being asked for.
static void
test_background (void)
{
  Http             http;
  guint64          done, total;
  g_autofree char *root = g_dir_make_tmp ("hub-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (root, "models/ada/one", NULL);
  g_autofree char *path = g_build_filename (folder, "w.bin", NULL);
  g_autofree char *gone = g_build_filename (folder, "gone.bin", NULL);
  g_autofree char *text = g_strnfill (3000000, 'x');
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_true (g_file_set_contents (gone, text, 1000, NULL));
  MaqHubStore *store = maq_hub_store_new_folder (root, NULL);
  g_assert_true (g_file_set_contents (gone, text, 2000, NULL));
  http_set_up (&http, store);
  do
    {
      g_usleep (1000);
      maq_hub_server_get_hashing (http.server, &done, &total);
    }
  while (done < total);
  g_assert_cmpuint (total, ==, 3001000);

  // A file that changed since is not listed, and costs itself only.
  g_autoptr (Reply) tree = http_get (&http, "/api/models/ada/one/tree/main");
  g_assert_cmpuint (tree->status, ==, 200);
  g_assert_cmpuint (json_array_get_length (reply_array (tree)), ==, 1);
  assert_status (&http, "GET", "/ada/one/resolve/main/gone.bin", 409);
  // One that changes after its hash was told is not sent.
  g_autoptr (Reply) link = http_get (&http, "/ada/one/resolve/main/w.bin");
  g_assert_cmpuint (link->status, ==, 302);
  g_assert_true (g_file_set_contents (path, text, 3000000, NULL));
  assert_status (&http, "GET", reply_header (link, "Location"), 409);
  http_tear_down (&http);
}

// Messages that libsoup has made for requests and that are still there.
static gint live_messages;

static void
message_gone_cb (gpointer data,
                 GObject *message)
{
  g_atomic_int_add (&live_messages, -1);
}

static gboolean
request_started_cb (GSignalInvocationHint *hint,
                    guint                  n_values,
                    const GValue          *values,
                    gpointer               data)
{
  g_atomic_int_inc (&live_messages);
  g_object_weak_ref (g_value_get_object (&values[1]), message_gone_cb, NULL);
  return TRUE;
}

// Asks for PATH and goes away without reading the answer.
static void
ask_and_leave (Http       *http,
               const char *path,
               const char *headers)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_uri (client, maq_hub_server_get_url (http->server), 80, NULL, NULL);
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, headers);

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, strlen (request), NULL, NULL, NULL));
}

// What belongs to a request goes with it, however it ends: answered, refused, cut, or left by who asked.
static void
test_forgets_requests (Http         *http,
                       gconstpointer data)
{
  static const struct
  {
    const char *method, *path, *headers;
  } requests[] = {
    { "GET", "/api/models?limit=5", NULL },
    { "GET", "/api/models", "Accept-Encoding: gzip" },
    { "GET", "/api/models/maquette/pebble-chat", NULL },
    { "GET", "/api/models/maquette/nothing", NULL },
    { "POST", "/api/models/maquette/pebble-chat", NULL },
    { "HEAD", "/maquette/pebble-chat/resolve/main/README.md", NULL },
    { "GET", "/maquette/pebble-chat/resolve/main/README.md", NULL },
    { "GET", "/maquette/pebble-chat/resolve/main/model.safetensors", "Range: bytes=0-99" },
    { "GET", "/api/models", "X-Maq-Fault: delay=20" },
    { "GET", "/api/models", "X-Maq-Fault: cut=20" },
    { "GET", "/api/models", "X-Maq-Fault: flip=3; rate=1000000" },
    { "GET", "/.maq/requests", NULL },
  };
  const guint rounds = 20;
  guint       signal = g_signal_lookup ("request-started", SOUP_TYPE_SERVER);
  gulong      hook = g_signal_add_emission_hook (signal, 0, request_started_cb, NULL, NULL);
  guint       before = maq_hub_server_count_requests (http->server, NULL, "*");

  for (guint i = 0; i < rounds; i++)
    for (guint j = 0; j < G_N_ELEMENTS (requests); j++)
      {
        g_autoptr (Reply) reply = http_request (http, requests[j].method, requests[j].path, requests[j].headers, NULL);
        const char *location = reply_header (reply, "Location");
        g_autoptr (Reply) target = location != NULL ? http_get (http, location) : NULL;
      }
  ask_and_leave (http, "/api/models", "");
  ask_and_leave (http, "/api/models", "X-Maq-Fault: delay=50\r\n");
  ask_and_leave (http, "/api/models", "X-Maq-Fault: rate=2000\r\n");
  while (maq_hub_server_count_requests (http->server, NULL, "*") - before < rounds * (G_N_ELEMENTS (requests) - 1) + 3)
    g_usleep (1000);
  soup_session_abort (http->session);

  for (guint i = 0; i < 20000 && g_atomic_int_get (&live_messages) > 0; i++)
    g_usleep (1000);
  g_signal_remove_emission_hook (signal, hook);
  g_assert_cmpint (g_atomic_int_get (&live_messages), ==, 0);
}

static void
test_listening (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_synthetic (3);
  g_autoptr (MaqHubServer) first = maq_hub_server_new (store);
  g_autoptr (MaqHubServer) second = maq_hub_server_new (store);
  g_assert_null (maq_hub_server_get_url (first));
  g_assert_true (maq_hub_server_listen (first, NULL, 0, NULL));
  g_assert_true (g_str_has_prefix (maq_hub_server_get_url (first), "http://127.0.0.1:"));
  guint port = g_ascii_strtoull (strrchr (maq_hub_server_get_url (first), ':') + 1, NULL, 10);
  g_assert_false (maq_hub_server_listen (second, NULL, port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  g_assert_false (maq_hub_server_listen (second, "not an address", 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  maq_hub_server_stop (first);
  maq_hub_server_stop (first);
  g_assert_true (maq_hub_server_listen (second, "127.0.0.1", port, NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/server/hub/" path, Http, NULL, http_set_up_demo, func, http_tear_down_demo)
  ADD ("errors", test_errors);
  ADD ("hostile-addresses", test_hostile);
  ADD ("large-bodies", test_large_bodies);
  ADD ("forgets-requests", test_forgets_requests);
  g_test_add_func ("/server/hub/hashing-holds-up-nobody", test_hashing);
  g_test_add_func ("/server/hub/who-cannot-wait-is-told-when-to-come", test_not_ready);
  g_test_add_func ("/server/hub/hashing-begins-by-itself", test_background);
  g_test_add_func ("/server/hub/listening", test_listening);
  return g_test_run ();
}
