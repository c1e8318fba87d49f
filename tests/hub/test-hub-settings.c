// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-operations.h"
#include "maq-hub-origin.h"

// Which Hub, as whom, and what goes out with a request.

static void
test_offline (HubFixture   *f,
              gconstpointer data)
{
  maq_hub_client_set_offline (f->client, TRUE);
  g_assert_true (maq_hub_client_get_offline (f->client));
  HUB_FOREACH_OPERATION (i)
  hub_expect_error (f, i, MAQ_HUB_ERROR_OFFLINE);
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 0);

  maq_hub_client_set_offline (f->client, FALSE);
  hub_add_good (f, 0);
  hub_expect_good (f, 0);
}

static void
test_whoami (HubFixture   *f,
             gconstpointer data)
{
  hub_add (f, &(MaqTestReply) { .body = "{\"name\":\"me\",\"avatarUrl\":\"/avatars/1.svg\",\"auth\":{\"accessToken\":{\"displayName\":\"laptop\",\"role\":\"read\"}}}" });
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

  maq_hub_client_set_token (f->client, " hf_other\r\n", maq_hub_client_get_endpoint (f->client));
  g_autoptr (MaqHubUser) other = hub_take_boxed (maq_hub_client_whoami (f->client));
  g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 2);
  g_autofree char *token = maq_test_server_dup_header (f->server, "/", "Authorization");
  g_assert_cmpstr (token, ==, "Bearer hf_other");

  static const char *const none[] = { NULL, "", " \n", "two words", "a\r\nX-Evil: b", "ü" };
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      maq_hub_client_set_token (f->client, none[i], maq_hub_client_get_endpoint (f->client));
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
  g_autoptr (GError) path = hub_take_error (maq_hub_client_open_file (f->client, MAQ_REPO_KIND_MODEL, "a/b", NULL, "../x", 0, 0));

  g_assert_error (id, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_ID);
  g_assert_error (revision, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_REVISION);
  g_assert_error (path, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH);
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
      g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_ENDPOINT);
      g_assert_cmpstr (maq_hub_client_get_endpoint (f->client), ==, address);
    }

  g_assert_true (maq_hub_client_set_endpoint (f->client, with_path, NULL));
  g_assert_cmpstr (maq_hub_client_get_endpoint (f->client), ==, expected);
  maq_test_server_add (f->server, "/mirror/api/models", &(MaqTestReply) { .headers = "Link: <https://huggingface.co/api/models?cursor=1>; rel=\"next\"\r\n", .body = "[]" });
  maq_test_server_add (f->server, "/mirror/a/b/resolve/main/f.txt", &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = "# Card" });
  g_autoptr (MaqHubPage) page = hub_take_boxed (hub_start_list (f->client));
  g_assert_true (g_str_has_prefix (page->next, expected));
  g_autoptr (GBytes) card = hub_take_boxed (hub_start_read_file (f->client));
  g_assert_true (maq_hub_client_set_endpoint (f->client, maq_test_server_get_address (f->other), NULL));
  hub_assert_fails (maq_hub_client_list_next (f->client, page), MAQ_HUB_ERROR_BAD_REQUEST);
  g_assert_cmpuint (g_bytes_get_size (card), ==, 6);

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

// Asks SERVER, which must be the client's; whether the token came there.
static gboolean
gets_token (HubFixture    *f,
            MaqTestServer *server)
{
  g_autoptr (MaqHubPage) page = NULL;

  maq_test_server_clear (server);
  maq_test_server_add (server, "*", &(MaqTestReply) { .body = "[]" });
  page = hub_take_boxed (hub_start_list (f->client));
  g_autofree char *line = maq_test_server_dup_header (server, "/", "");
  g_autofree char *token = maq_test_server_dup_header (server, "/", "Authorization");
  g_assert_nonnull (line);
  g_assert_cmpint (token != NULL, ==, maq_hub_client_has_token (f->client));
  return token != NULL;
}

// Whatever changes its endpoint, a client gives a token to none but the Hub that it was set for.
static void
test_token_origin (HubFixture   *f,
                   gconstpointer data)
{
  const char      *here = maq_test_server_get_address (f->server);
  const char      *there = maq_test_server_get_address (f->other);
  g_autofree char *below = g_strconcat (here, "/below", NULL);
  const char      *port = strrchr (here, ':');
  g_autofree char *other_host = g_strconcat ("http://localhost", port, NULL);
  g_autofree char *other_scheme = g_strconcat ("https://127.0.0.1", port, NULL);

  g_assert_true (gets_token (f, f->server));
  g_assert_true (maq_hub_client_set_endpoint (f->client, below, NULL));
  g_assert_true (gets_token (f, f->server));
  g_assert_true (maq_hub_client_set_endpoint (f->client, there, NULL));
  g_assert_false (gets_token (f, f->other));
  g_assert_true (maq_hub_client_set_endpoint (f->client, other_host, NULL));
  g_assert_false (gets_token (f, f->server));
  g_assert_true (maq_hub_client_set_endpoint (f->client, here, NULL));
  g_assert_true (gets_token (f, f->server));

  // One that was looked up for a Hub which is the client's no more.
  maq_hub_client_set_token (f->client, HUB_TOKEN, there);
  g_assert_false (gets_token (f, f->server));
  maq_hub_client_set_token (f->client, HUB_TOKEN, other_scheme);
  g_assert_false (gets_token (f, f->server));
  maq_hub_client_set_token (f->client, HUB_TOKEN, "no address");
  g_assert_false (gets_token (f, f->server));
  maq_hub_client_set_token (f->client, HUB_TOKEN, below);
  g_assert_true (gets_token (f, f->server));
}

static void
test_origins (void)
{
  static const char *const origins[][2] = {
    { "https://huggingface.co", "https://huggingface.co" },
    { "HTTPS://HuggingFace.CO:443/a/b?c#d", "https://huggingface.co" },
    { "http://Hub.example:80", "http://hub.example" },
    { "http://hub.example:443", "http://hub.example:443" },
    { "https://user:password@hub.example/", "https://hub.example" },
    { "http://[::1]:8080/x", "http://[::1]:8080" },
    { "https://b\303\274cher.example", "https://xn--bcher-kva.example" },
    { "https://hub.example.", "https://hub.example." },
    { "hub.example", NULL },
    { "ftp://hub.example", NULL },
    { "", NULL },
    { NULL, NULL },
  };
  static const char *const sheltered[] = { "https://hub.example", "http://localhost", "http://LOCALHOST:8080", "http://127.0.0.1", "http://127.1.2.3:1", "http://[::1]:8080" };
  static const char *const open[] = { "http://hub.example", "http://localhost.example", "http://127.0.0.1.example", "http://127.1", "http://192.168.0.1", "http://10.0.0.1:8080", "http://169.254.1.1", "http://[fe80::1]", "http://[2001:db8::1]", "no address" };

  for (guint i = 0; i < G_N_ELEMENTS (origins); i++)
    {
      g_autofree char *origin = maq_hub_origin_new (origins[i][0]);
      g_assert_cmpstr (origin, ==, origins[i][1]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sheltered); i++)
    g_assert_true (maq_hub_origin_is_private (sheltered[i]));
  for (guint i = 0; i < G_N_ELEMENTS (open); i++)
    g_assert_false (maq_hub_origin_is_private (open[i]));
}

static void
test_headers (HubFixture   *f,
              gconstpointer data)
{
  hub_add (f, &(MaqTestReply) { .headers = "Set-Cookie: id=1; Path=/\r\nWWW-Authenticate: Basic realm=\"x\"\r\n", .body = "[]" });
  hub_expect_good (f, 0);
  hub_expect_good (f, 0);

  g_autofree char *agent = maq_test_server_dup_header (f->server, "/", "User-Agent");
  g_autofree char *cookie = maq_test_server_dup_header (f->server, "/", "Cookie");
  g_autofree char *referrer = maq_test_server_dup_header (f->server, "/", "Referer");
  g_autofree char *language = maq_test_server_dup_header (f->server, "/", "Accept-Language");
  g_assert_true (g_str_has_prefix (agent, "maquette/" MAQ_VERSION "; libsoup/3."));
  g_assert_null (cookie);
  g_assert_null (referrer);
  g_assert_null (language);
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
  hub_add (f, &(MaqTestReply) { .headers = "X-HF-Warning: unauthenticated; Warning: You are\r\nX-HF-Warning: old-client; Please update\r\nX-HF-Warning: nothing\r\n", .body = "[]" });
  for (guint n = 0; n < 3; n++)
    hub_expect_good (f, 0);
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
  g_autoptr (MaqHubPage) page = hub_take_boxed (hub_start_list (client));
  g_autofree char *line = maq_test_server_dup_header (f->other, "http://hub.invalid/api/models", "");
  g_assert_true (g_str_has_prefix (line, "GET http://hub.invalid/api/models?"));

  // Neither what is excepted nor this machine goes through it.
  g_assert_true (maq_hub_client_set_endpoint (client, "http://direct.invalid", NULL));
  hub_assert_fails (hub_start_list (client), MAQ_HUB_ERROR_UNREACHABLE);
  g_assert_true (maq_hub_client_set_endpoint (client, maq_test_server_get_address (f->server), NULL));
  hub_add_good (f, 0);
  g_autoptr (MaqHubPage) own = hub_take_boxed (hub_start_list (client));
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
  g_autofree char *headers = g_strdup_printf (HUB_FILE_HEADERS "Location: %s/cdn?Signature=s3cret\r\n", maq_test_server_get_address (f->other));

  g_mutex_lock (&log_lock);
  g_string_truncate (logged, 0);
  g_mutex_unlock (&log_lock);

  hub_add (f, &(MaqTestReply) { .status = 302, .headers = headers });
  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .body = "12345" });
  g_autoptr (GBytes) bytes = hub_take_boxed (hub_start_read_file (f->client));

  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&log_lock);
  g_assert_nonnull (strstr (logged->str, "GET /a/b/resolve/main/f.txt 302 "));
  g_assert_nonnull (strstr (logged->str, "/cdn 200 "));
  g_assert_nonnull (strstr (logged->str, " 5 bytes"));
  g_assert_null (strstr (logged->str, HUB_TOKEN));
  g_assert_null (strstr (logged->str, "s3cret"));
}

static void
test_log_of_failures (HubFixture   *f,
                      gconstpointer data)
{
  // Also what a server says about the token is kept to itself.
  static const MaqTestReply replies[] = {
    { .status = 401, .headers = "X-Error-Message: Invalid credentials in Authorization header " HUB_TOKEN "\r\n", .body = "{\"error\":\"Bearer " HUB_TOKEN " is not known, nor is " HUB_TOKEN "\"}" },
    { .status = 503, .headers = "Content-Type: text/plain\r\n", .body = "No room for " HUB_TOKEN },
    { .status = 307, .headers = "Location: ftp://x/" HUB_TOKEN "\r\n" },
    { .body = "<html>" HUB_TOKEN },
    { .cut_first = TRUE },
  };

  g_mutex_lock (&log_lock);
  g_string_truncate (logged, 0);
  g_mutex_unlock (&log_lock);

  for (guint r = 0; r < G_N_ELEMENTS (replies); r++)
    HUB_FOREACH_OPERATION (i)
    {
      maq_test_server_clear (f->server);
      hub_add (f, &replies[r]);
      g_autoptr (DexFuture) future = hub_operations[i].start (f->client);
      g_autoptr (GError) error = NULL;
      hub_wait (future);
      dex_future_get_value (future, &error);
      g_assert_true (error == NULL || strstr (error->message, HUB_TOKEN) == NULL);
    }

  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&log_lock);
  g_assert_nonnull (strstr (logged->str, "again in"));
  g_assert_null (strstr (logged->str, HUB_TOKEN));
}

#define ADD(path, func) g_test_add ("/hub/settings/" path, HubFixture, NULL, hub_fixture_setup, func, hub_fixture_teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  logged = g_string_new (NULL);
  g_log_set_writer_func (write_log, NULL, NULL);
  g_test_init (&argc, &argv, NULL);

  ADD ("offline", test_offline);
  ADD ("whoami-is-remembered", test_whoami);
  ADD ("a-token-is-for-one-origin", test_token_origin);
  g_test_add_func ("/hub/settings/origins", test_origins);
  ADD ("bad-names-make-no-request", test_bad_names);
  ADD ("endpoints", test_endpoints);
  ADD ("request-headers", test_headers);
  ADD ("warnings-once-a-topic", test_warnings);
  ADD ("proxy-variables", test_proxy);
  ADD ("log-without-secrets", test_log);
  ADD ("log-of-failures-without-secrets", test_log_of_failures);
  return g_test_run ();
}
