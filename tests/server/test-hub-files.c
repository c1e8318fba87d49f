// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The bytes of files: small ones, large ones by way of the CDN, ranges, conditions.
#include "test-http.h"

#include <string.h>

static void
test_small_file (Http         *http,
                 gconstpointer data)
{
  g_autoptr (Reply) head = http_request (http, "HEAD", "/maquette/pebble-chat/resolve/main/config.json", "Accept-Encoding: identity", NULL);
  g_assert_cmpuint (head->status, ==, 307);
  g_assert_null (reply_header (head, "ETag"));
  g_assert_null (reply_header (head, "X-Linked-Size"));
  g_assert_cmpuint (strlen (reply_header (head, "X-Repo-Commit")), ==, 40);
  g_assert_cmpuint (strlen (reply_header (head, "X-Linked-Etag")), ==, 42);
  g_assert_cmpstr (reply_header (head, "Content-Disposition"), ==, "inline; filename*=UTF-8''config.json; filename=\"config.json\";");
  g_assert_true (g_str_has_prefix (reply_header (head, "X-HF-Warning"), "unauthenticated; "));
  const char *location = reply_header (head, "Location");
  g_assert_true (g_str_has_prefix (location, "/api/resolve-cache/models/maquette/pebble-chat/"));
  g_assert_nonnull (strstr (location, "/config.json?%2Fmaquette%2Fpebble-chat%2Fresolve%2Fmain%2Fconfig.json=&etag=%22"));

  g_autoptr (Reply) file = http_request (http, "GET", location, "Accept-Encoding: identity", NULL);
  g_assert_cmpuint (file->status, ==, 200);
  g_assert_cmpstr (reply_header (file, "ETag"), ==, reply_header (head, "X-Linked-Etag"));
  g_assert_cmpuint (g_bytes_get_size (file->body), ==, g_ascii_strtoull (reply_header (file, "Content-Length"), NULL, 10));
  g_assert_nonnull (file->json);
  g_autofree char *condition = g_strconcat ("If-None-Match: ", reply_header (file, "ETag"), NULL);
  g_autoptr (Reply) again = http_request (http, "GET", location, condition, NULL);
  g_assert_cmpuint (again->status, ==, 304);
  g_autoptr (Reply) raw = http_get (http, "/maquette/pebble-chat/raw/main/config.json");
  g_assert_true (g_bytes_equal (raw->body, file->body));
}

static char *
linked (Http       *http,
        const char *path)
{
  g_autoptr (Reply) reply = http_get (http, path);
  g_assert_cmpuint (reply->status, ==, 302);
  return g_strdup (reply_header (reply, "Location"));
}

static void
test_large_file (Http         *http,
                 gconstpointer data)
{
  g_autoptr (Reply) head = http_request (http, "HEAD", "/maquette/pebble-chat/resolve/main/model.safetensors", NULL, NULL);
  g_assert_cmpuint (head->status, ==, 302);
  g_assert_cmpstr (reply_header (head, "X-Linked-Size"), ==, "4000256");
  g_assert_cmpstr (reply_header (head, "Cache-Control"), ==, "no-store");
  const char *location = reply_header (head, "Location");
  g_assert_true (g_str_has_prefix (location, maq_hub_server_get_cdn_url (http->server)));

  g_autoptr (Reply) file = http_get (http, location);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, file->body);
  g_autofree char *etag = g_strdup_printf ("\"%s\"", sum);
  g_assert_cmpuint (file->status, ==, 200);
  g_assert_cmpstr (etag, ==, reply_header (head, "X-Linked-Etag"));
  g_assert_cmpstr (etag, !=, reply_header (file, "ETag"));
  g_assert_cmpuint (strlen (reply_header (file, "ETag")), ==, 66);

  g_autoptr (Reply) raw = http_get (http, "/maquette/pebble-chat/raw/main/model.safetensors");
  g_assert_true (g_str_has_prefix (g_bytes_get_data (raw->body, NULL), "version https://git-lfs.github.com/spec/v1\noid sha256:"));
}

static void
assert_range (Http       *http,
              const char *url,
              const char *range,
              guint       status,
              const char *content_range,
              gsize       size)
{
  g_autofree char *header = g_strconcat ("Range: ", range, NULL);
  g_autoptr (Reply) reply = http_request (http, "GET", url, header, NULL);
  g_assert_cmpuint (reply->status, ==, status);
  g_assert_cmpstr (reply_header (reply, "Content-Range"), ==, content_range);
  if (status == 206)
    g_assert_cmpuint (g_bytes_get_size (reply->body), ==, size);
}

static void
test_ranges (Http         *http,
             gconstpointer data)
{
  g_autofree char *url = linked (http, "/maquette/pebble-chat/resolve/main/model.safetensors");
  assert_range (http, url, "bytes=0-99", 206, "bytes 0-99/4000256", 100);
  assert_range (http, url, "bytes=4000000-", 206, "bytes 4000000-4000255/4000256", 256);
  assert_range (http, url, "bytes=-10", 206, "bytes 4000246-4000255/4000256", 10);
  assert_range (http, url, "bytes=4000255-9999999", 206, "bytes 4000255-4000255/4000256", 1);
  assert_range (http, url, "bytes=4000256-", 416, "bytes */4000256", 0);
  assert_range (http, url, "bytes=5-3", 200, NULL, 0);
  assert_range (http, url, "bytes=a-b", 200, NULL, 0);
  assert_range (http, url, "bytes=0-1,5-6", 200, NULL, 0);
  assert_range (http, url, "lines=0-1", 200, NULL, 0);
  g_autoptr (Reply) whole = http_get (http, url);
  g_autoptr (Reply) part = http_request (http, "GET", url, "Range: bytes=1000003-2000007", NULL);
  g_assert_cmpmem (g_bytes_get_data (part->body, NULL), g_bytes_get_size (part->body), (const char *) g_bytes_get_data (whole->body, NULL) + 1000003, 1000005);
}

static void
test_links (Http         *http,
            gconstpointer data)
{
  g_autofree char *url = linked (http, "/maquette/pebble-chat/resolve/main/model.safetensors");
  g_autoptr (Reply) token = http_request (http, "GET", url, HTTP_READER, NULL);
  g_assert_cmpuint (token->status, ==, 400);
  g_autoptr (GString) other = g_string_new (url);
  g_string_replace (other, "Expires=", "Expires=9", 1);
  g_autoptr (Reply) changed = http_get (http, other->str);
  g_assert_cmpuint (changed->status, ==, 403);
  g_autofree char *root = g_strconcat (maq_hub_server_get_cdn_url (http->server), "/api/models", NULL);
  g_autoptr (Reply) no_link = http_get (http, root);
  g_assert_cmpuint (no_link->status, ==, 403);
}

static void
assert_part (Http       *http,
             const char *url,
             const char *headers,
             guint       status,
             const char *text)
{
  g_autoptr (Reply) reply = http_request (http, "GET", url, headers, NULL);
  g_assert_cmpuint (reply->status, ==, status);
  if (text != NULL)
    g_assert_cmpmem (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body), text, strlen (text));
}

// What git stores, whole and in part: text files and the pointers of large ones.
static void
test_raw (Http         *http,
          gconstpointer data)
{
  static const char *const paths[] = { "/maquette/pebble-chat/raw/main/model.safetensors", "/maquette/pebble-chat/raw/main/README.md" };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (Reply) whole = http_request (http, "GET", paths[i], "Accept-Encoding: identity", NULL);
      gsize            size = g_bytes_get_size (whole->body);
      g_autofree char *last = g_strdup_printf ("bytes %" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT, size - 4, size - 1, size);
      g_autofree char *none = g_strdup_printf ("bytes */%" G_GSIZE_FORMAT, size);
      g_autofree char *behind = g_strdup_printf ("Range: bytes=%" G_GSIZE_FORMAT "-", size);
      g_assert_cmpstr (reply_header (whole, "Accept-Ranges"), ==, "bytes");
      g_assert_cmpuint (strlen (reply_header (whole, "ETag")), ==, 42);
      g_autoptr (Reply) part = http_request (http, "GET", paths[i], "Range: bytes=-4", NULL);
      g_assert_cmpuint (part->status, ==, 206);
      g_assert_cmpstr (reply_header (part, "Content-Range"), ==, last);
      g_assert_cmpmem (g_bytes_get_data (part->body, NULL), g_bytes_get_size (part->body), (const char *) g_bytes_get_data (whole->body, NULL) + size - 4, 4);
      g_autoptr (Reply) bad = http_request (http, "GET", paths[i], behind, NULL);
      g_assert_cmpuint (bad->status, ==, 416);
      g_assert_cmpstr (reply_header (bad, "Content-Range"), ==, none);
    }
  assert_part (http, paths[0], "Range: bytes=0-6", 206, "version");
}

// A range of another content than the client has the rest of would be damage.
static void
test_if_range (Http         *http,
               gconstpointer data)
{
  g_autofree char *url = linked (http, "/maquette/pebble-chat/resolve/main/model.safetensors");
  g_autoptr (Reply) head = http_request (http, "HEAD", url, NULL, NULL);
  g_autofree char *same = g_strdup_printf ("Range: bytes=0-1\nIf-Range: %s", reply_header (head, "ETag"));
  g_autofree char *weak = g_strdup_printf ("Range: bytes=0-1\nIf-Range: W/%s", reply_header (head, "ETag"));
  g_autofree char *behind = g_strdup_printf ("Range: bytes=99999999-\nIf-Range: \"other\"");
  g_autoptr (Reply) part = http_request (http, "GET", url, same, NULL);
  g_assert_cmpuint (part->status, ==, 206);
  g_assert_cmpuint (g_bytes_get_size (part->body), ==, 2);
  const char *const others[] = { weak, behind, "Range: bytes=0-1\nIf-Range: \"0123\"", "Range: bytes=0-1\nIf-Range: Wed, 21 Oct 2015 07:28:00 GMT" };
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (Reply) whole = http_request (http, "GET", url, others[i], NULL);
      g_assert_cmpuint (whole->status, ==, 200);
      g_assert_cmpuint (g_bytes_get_size (whole->body), ==, 4000256);
      g_assert_null (reply_header (whole, "Content-Range"));
    }
  // What was sent packed has a tag that no range can be asked for with.
  g_autoptr (Reply) packed = http_request (http, "GET", "/maquette/pebble-chat/raw/main/README.md", "Accept-Encoding: gzip", NULL);
  g_assert_true (g_str_has_prefix (reply_header (packed, "ETag"), "W/\""));
}

// A page in a browser asks first what it may do, with nobody's token, and of both hosts.
static void
test_preflight (Http         *http,
                gconstpointer data)
{
  const char *const hosts[] = { maq_hub_server_get_url (http->server), maq_hub_server_get_cdn_url (http->server) };
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *url = g_strconcat (hosts[i], "/maquette/slate-licensed/resolve/main/config.json", NULL);
      g_autoptr (Reply) reply = http_request (http, "OPTIONS", url, "Origin: https://example.org\nAccess-Control-Request-Method: GET\nAccess-Control-Request-Headers: authorization, range", NULL);
      g_assert_cmpuint (reply->status, ==, 204);
      g_assert_cmpuint (g_bytes_get_size (reply->body), ==, 0);
      g_assert_cmpstr (reply_header (reply, "Access-Control-Allow-Origin"), ==, "*");
      g_assert_cmpstr (reply_header (reply, "Access-Control-Allow-Headers"), ==, "authorization, range");
      g_assert_nonnull (strstr (reply_header (reply, "Access-Control-Allow-Methods"), "HEAD"));
    }
}

// The type by which clients switch to another protocol is never ours, whatever they would accept.
static void
test_no_xet (Http         *http,
             gconstpointer data)
{
  static const char *const paths[] = { "/maquette/pebble-chat/resolve/main/model.safetensors", "/maquette/pebble-chat/resolve/main/config.json", "/maquette/pebble-chat/raw/main/config.json" };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    for (const char *path = paths[i]; path != NULL;)
      {
        g_autoptr (Reply) reply = http_request (http, "GET", path, "Accept: application/vnd.xet-fileinfo+json, */*\nRange: bytes=0-0", NULL);
        g_assert_null (strstr (reply_header (reply, "Content-Type"), "xet"));
        g_assert_null (reply_header (reply, "X-Xet-Hash"));
        path = reply->status >= 300 ? g_intern_string (reply_header (reply, "Location")) : NULL;
      }
}

static void
test_link_expiry (void)
{
  Http http;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_synthetic (10);
  http.server = maq_hub_server_new (store);
  http.session = soup_session_new ();
  maq_hub_server_set_link_lifetime (http.server, 0);
  g_assert_true (maq_hub_server_listen (http.server, NULL, 0, NULL));
  g_autoptr (Reply) list = http_get (&http, "/api/models?limit=1&full=true&gated=false");
  JsonObject      *model = json_array_get_object_element (reply_array (list), 0);
  JsonArray       *siblings = json_object_get_array_member (model, "siblings");
  g_autofree char *path = g_strdup_printf ("/%s/resolve/main/%s", json_object_get_string_member (model, "id"), json_object_get_string_member (json_array_get_object_element (siblings, 1), "rfilename"));
  g_autofree char *url = linked (&http, path);
  g_autoptr (Reply) late = http_get (&http, url);
  g_assert_cmpuint (late->status, ==, 403);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (late->body, NULL), g_bytes_get_size (late->body), "Request has expired"));
  // Without leave no fault is made and nothing is told.
  g_autoptr (Reply) spoiled = http_request (&http, "GET", "/api/models?limit=1", "X-Maq-Fault: status=500", NULL);
  g_assert_cmpuint (spoiled->status, ==, 200);
  g_autoptr (Reply) requests = http_get (&http, "/.maq/requests");
  g_assert_cmpuint (requests->status, !=, 200);
  http_tear_down (&http);
}

static void
test_encoding (Http         *http,
               gconstpointer data)
{
  g_autoptr (Reply) plain = http_request (http, "GET", "/api/models?limit=20", "Accept-Encoding: identity", NULL);
  g_assert_null (reply_header (plain, "Content-Encoding"));
  g_autoptr (Reply) tagged = http_get (http, "/api/models?limit=20");
  g_assert_true (g_bytes_equal (plain->body, tagged->body));
  g_autofree char *condition = g_strconcat ("If-None-Match: ", reply_header (plain, "ETag"), NULL);
  g_autoptr (Reply) same = http_request (http, "GET", "/api/models?limit=20", condition, NULL);
  g_assert_cmpuint (same->status, ==, 304);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/server/hub/" path, Http, NULL, http_set_up_demo, func, http_tear_down_demo)
  ADD ("small-file", test_small_file);
  ADD ("large-file", test_large_file);
  ADD ("ranges", test_ranges);
  ADD ("links-are-signed", test_links);
  ADD ("encoding-and-conditions", test_encoding);
  ADD ("raw-files-have-ranges", test_raw);
  ADD ("a-range-of-another-content-is-not-sent", test_if_range);
  ADD ("preflight", test_preflight);
  ADD ("never-xet", test_no_xet);
  g_test_add_func ("/server/hub/links-expire", test_link_expiry);
  return g_test_run ();
}
