// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gstdio.h>
#include <string.h>

#include "maq-hub-test.h"

// Certificates are made on the spot with the openssl command.

static GTlsCertificate *
make_certificate (const char *folder,
                  const char *name,
                  const char *subject_alternative)
{
  g_autofree char *key = g_strdup_printf ("%s/%s.key", folder, name);
  g_autofree char *file = g_strdup_printf ("%s/%s.pem", folder, name);
  g_autofree char *extension = g_strdup_printf ("subjectAltName=%s", subject_alternative);
  const char      *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", extension, "-keyout", key, "-out", file, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, &error))
    return NULL;
  g_assert_cmpint (status, ==, 0);

  GTlsCertificate *certificate = g_tls_certificate_new_from_files (file, key, &error);
  g_assert_no_error (error);
  return certificate;
}

// Trusts what is in FILE, as if it belonged to the system.
static void
trust (const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (file, &error);

  g_assert_no_error (error);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
}

static MaqHubClient *
new_client (MaqTestServer *server)
{
  const MaqHubLimits limits = { .deadline = 5000, .stall = 5000, .backoff = 10, .max_tries = 3 };
  MaqHubClient      *client = maq_hub_client_new (maq_test_server_get_address (server));

  maq_hub_client_set_limits (client, &limits);
  maq_hub_client_set_token (client, HUB_TOKEN, maq_hub_client_get_endpoint (client));
  return client;
}

// Fails with a message that holds WHAT.
static void
assert_refused (MaqHubClient *client,
                const char   *what)
{
  g_autoptr (GError) error = hub_take_error (maq_hub_client_get_repo (client, MAQ_REPO_KIND_MODEL, "a/b", NULL));

  g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, what));
  g_assert_null (strstr (error->message, HUB_TOKEN));
}

static void
test_tls (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("maq-tls-XXXXXX", &error);
  g_assert_no_error (error);
  g_autoptr (GTlsCertificate) good = make_certificate (folder, "good", "IP:127.0.0.1");
  g_autoptr (GTlsCertificate) named = make_certificate (folder, "named", "DNS:other.invalid");

  if (good == NULL)
    {
      g_test_skip ("there is no openssl command");
      return;
    }

  g_autofree char *good_file = g_build_filename (folder, "good.pem", NULL);
  g_autofree char *named_file = g_build_filename (folder, "named.pem", NULL);
  g_autoptr (MaqTestServer) server = maq_test_server_new_tls (good);
  g_autoptr (MaqTestServer) misnamed = maq_test_server_new_tls (named);
  g_autoptr (MaqTestServer) plain = maq_test_server_new ();
  maq_test_server_add (server, "*", &(MaqTestReply) { .body = "{\"id\":\"a/b\"}" });
  maq_test_server_add (misnamed, "*", &(MaqTestReply) { .body = "{\"id\":\"a/b\"}" });
  maq_test_server_add (plain, "*", &(MaqTestReply) { .body = "{\"id\":\"a/b\"}" });

  // A certificate nobody vouches for: not a byte of the request is sent.
  g_autoptr (MaqHubClient) client = new_client (server);
  assert_refused (client, "nobody this computer trusts");
  g_assert_cmpuint (maq_test_server_count (server, "/"), ==, 0);

  // One that is trusted, but for another name.
  trust (named_file);
  g_autoptr (MaqHubClient) misled = new_client (misnamed);
  assert_refused (misled, "another host");
  g_assert_cmpuint (maq_test_server_count (misnamed, "/"), ==, 0);

  trust (good_file);
  g_autoptr (MaqHubClient) trusting = new_client (server);
  g_autoptr (MaqRepo) repo = hub_take_object (maq_hub_client_get_repo (trusting, MAQ_REPO_KIND_MODEL, "a/b", NULL));
  g_autofree char *token = maq_test_server_dup_header (server, "/", "Authorization");
  g_assert_cmpstr (token, ==, "Bearer " HUB_TOKEN);

  // Nothing leads from https to http, neither elsewhere nor on the same host.
  g_autofree char *elsewhere = g_strdup_printf ("Location: %s/x\r\n", maq_test_server_get_address (plain));
  maq_test_server_clear (server);
  maq_test_server_add (server, "*", &(MaqTestReply) { .status = 302, .headers = elsewhere });
  hub_assert_fails (maq_hub_client_get_repo (trusting, MAQ_REPO_KIND_MODEL, "a/b", NULL), MAQ_HUB_ERROR_NO_HUB);
  g_assert_cmpuint (maq_test_server_count (plain, "/"), ==, 0);

  // The other way is fine, without the token.
  g_autofree char *up = g_strdup_printf ("Location: %s/x\r\n", maq_test_server_get_address (server));
  maq_test_server_clear (server);
  maq_test_server_clear (plain);
  maq_test_server_add (plain, "*", &(MaqTestReply) { .status = 302, .headers = up });
  maq_test_server_add (server, "*", &(MaqTestReply) { .body = "{\"id\":\"c/d\"}" });
  g_autoptr (MaqHubClient) upward = new_client (plain);
  g_autoptr (MaqRepo) upgraded = hub_take_object (maq_hub_client_get_repo (upward, MAQ_REPO_KIND_MODEL, "a/b", NULL));
  g_autofree char *none = maq_test_server_dup_header (server, "/", "Authorization");
  g_assert_cmpstr (maq_repo_get_id (upgraded), ==, "c/d");
  g_assert_null (none);

  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
  const char *names[] = { "good.key", "good.pem", "named.key", "named.pem" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_remove (path);
    }
  g_rmdir (folder);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/tls/certificates-and-downgrades", test_tls);
  return g_test_run ();
}
