// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-operations.h"
#include "maq-hub-scope.h"

// Which addresses a Hub may lead to. The Hub on the internet is one behind a proxy, where nobody sees its address; what is named
// in no_proxy is reached without it.

static void
test_addresses (void)
{
  static const struct
  {
    MaqHubScope scope;
    const char *addresses[24];
  } cases[] = {
    { MAQ_HUB_SCOPE_MACHINE, { "127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::" } },
    { MAQ_HUB_SCOPE_LINK_LOCAL, { "169.254.169.254", "169.254.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "fe80::1", "febf::1", "ff02::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::" } },
    { MAQ_HUB_SCOPE_PRIVATE, { "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.127.255.255", "fc00::1", "fd12:3456::1", "fec0::1", "::ffff:10.0.0.1", "::ffff:192.168.1.1", "2002:c0a8:101::" } },
    { MAQ_HUB_SCOPE_PUBLIC, { "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "169.253.0.1", "169.255.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "192.169.0.1", "198.18.0.1", "223.255.255.255", "2606:4700::1111", "2001:db8::1", "::ffff:8.8.8.8", "64:ff9b::808:808" } },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    for (guint i = 0; cases[c].addresses[i] != NULL; i++)
      {
        g_autoptr (GInetAddress) address = g_inet_address_new_from_string (cases[c].addresses[i]);

        g_test_message ("%s", cases[c].addresses[i]);
        g_assert_cmpint (maq_hub_scope_of_address (address), ==, cases[c].scope);
      }
}

// A client of a Hub that the fixture's other server answers for as a proxy.
static MaqHubClient *
new_public_client (HubFixture *f,
                   const char *no_proxy)
{
  const MaqHubLimits limits = { .deadline = 5000, .stall = 5000, .backoff = 10, .max_tries = 3 };

  g_setenv ("http_proxy", maq_test_server_get_address (f->other), TRUE);
  g_setenv ("no_proxy", no_proxy, TRUE);
  MaqHubClient *client = maq_hub_client_new ("http://hub.invalid");
  g_unsetenv ("http_proxy");
  g_unsetenv ("no_proxy");
  maq_hub_client_set_limits (client, &limits);
  maq_hub_client_set_token (client, HUB_TOKEN, maq_hub_client_get_endpoint (client));
  return client;
}

static void
test_public_hub (HubFixture   *f,
                 gconstpointer data)
{
  static const char *const hosts[] = { "127.0.0.1", "127.9.9.9", "localhost", "hub.localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[::ffff:a9fe:a9fe]", "[fd00::1]" };
  // Addresses to some resolvers, names nobody has to others.
  static const char *const spellings[] = { "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "017700000001" };
  g_autoptr (MaqHubClient) client = new_public_client (f, "localhost,hub.localhost,2130706433,0x7f000001,0x7f.1,0177.0.0.1,127.1,0,017700000001,0.0.0.0,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,::/0");
  const char *port = strrchr (maq_test_server_get_address (f->server), ':') + 1;

  maq_test_server_add (f->server, "*", &(MaqTestReply) { .body = "secret of this machine" });
  for (guint i = 0; i < G_N_ELEMENTS (hosts) + G_N_ELEMENTS (spellings); i++)
    {
      const char      *host = i < G_N_ELEMENTS (hosts) ? hosts[i] : spellings[i - G_N_ELEMENTS (hosts)];
      g_autofree char *target = g_strdup_printf ("http://%s:%s/x", host, port);
      g_autofree char *headers = g_strdup_printf (HUB_FILE_HEADERS "Location: %s\r\n", target);
      DexFuture       *futures[3];

      g_test_message ("%s", host);
      maq_test_server_clear (f->other);
      maq_test_server_add (f->other, "*", &(MaqTestReply) { .status = 302, .headers = headers });
      futures[0] = hub_start_info (client);
      futures[1] = hub_start_read_file (client);
      futures[2] = hub_start_open_file (client);
      for (guint n = 0; n < G_N_ELEMENTS (futures); n++)
        {
          g_autoptr (GError) error = hub_take_error (futures[n]);
          if (i < G_N_ELEMENTS (hosts))
            g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY);
          else
            g_assert_true (error->domain == MAQ_HUB_ERROR);
        }
      // A refusal is not tried again.
      if (i < G_N_ELEMENTS (hosts))
        g_assert_cmpuint (maq_test_server_count (f->other, "http://hub.invalid/"), ==, 3);
    }
  g_assert_cmpuint (maq_test_server_count_connections (f->server), ==, 0);
}

static void
test_second_hop (HubFixture   *f,
                 gconstpointer data)
{
  // The storage host is another public one, and is what leads here.
  g_autoptr (MaqHubClient) client = new_public_client (f, "");
  g_autofree char *back = g_strdup_printf ("Location: %s/x\r\n", maq_test_server_get_address (f->server));

  maq_test_server_add (f->other, "http://hub.invalid/a/b/resolve/main/f.txt", &(MaqTestReply) { .status = 302, .headers = HUB_FILE_HEADERS "Location: http://cdn.invalid/f\r\n" });
  maq_test_server_add (f->other, "http://cdn.invalid/f", &(MaqTestReply) { .status = 302, .headers = back });
  hub_assert_fails (hub_start_open_file (client), MAQ_HUB_ERROR_BAD_REPLY);
  g_assert_cmpuint (maq_test_server_count (f->other, "http://cdn.invalid/"), ==, 1);
  g_assert_cmpuint (maq_test_server_count_connections (f->server), ==, 0);

  // A public host for a public Hub is fine, without the token.
  maq_test_server_clear (f->other);
  maq_test_server_add (f->other, "http://hub.invalid/a/b/resolve/main/f.txt", &(MaqTestReply) { .status = 302, .headers = HUB_FILE_HEADERS "Location: http://cdn.invalid/f\r\n" });
  maq_test_server_add (f->other, "http://cdn.invalid/f", &(MaqTestReply) { .body = "content" });
  g_autoptr (GBytes) bytes = hub_take_boxed (hub_start_read_file (client));
  g_autofree char *at_hub = maq_test_server_dup_header (f->other, "http://hub.invalid/", "Authorization");
  g_autofree char *at_cdn = maq_test_server_dup_header (f->other, "http://cdn.invalid/", "Authorization");
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 7);
  g_assert_cmpstr (at_hub, ==, "Bearer " HUB_TOKEN);
  g_assert_null (at_cdn);
}

static void
test_hub_on_this_machine (HubFixture   *f,
                          gconstpointer data)
{
  // As the demo Hub: its storage host is another port, by number or by name.
  static const char *const names[] = { "127.0.0.1", "localhost" };
  const char              *port = strrchr (maq_test_server_get_address (f->other), ':') + 1;

  maq_test_server_add (f->other, "/cdn", &(MaqTestReply) { .body = "content" });
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *headers = g_strdup_printf (HUB_FILE_HEADERS "Location: http://%s:%s/cdn\r\n", names[i], port);

      maq_test_server_clear (f->server);
      hub_add (f, &(MaqTestReply) { .status = 302, .headers = headers });
      g_autoptr (GBytes) bytes = hub_take_boxed (hub_start_read_file (f->client));
      g_autofree char *token = maq_test_server_dup_header (f->other, "/cdn", "Authorization");
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, 7);
      g_assert_null (token);
    }
}

static void
test_change_of_hub (HubFixture   *f,
                    gconstpointer data)
{
  // What the Hub on this machine may, the next one may not, even over a connection that is still open; and back again.
  g_autoptr (MaqHubClient) client = new_public_client (f, "");
  g_autofree char *target = g_strconcat (maq_test_server_get_address (f->server), "/x", NULL);
  g_autofree char *headers = g_strdup_printf ("Location: %s\r\n", target);

  maq_test_server_add (f->server, "*", &(MaqTestReply) { .body = "{\"id\":\"a/b\"}" });
  maq_test_server_add (f->other, "http://hub.invalid/api/models/a/b", &(MaqTestReply) { .status = 302, .headers = headers });
  maq_test_server_add (f->other, "/api/models/a/b", &(MaqTestReply) { .status = 302, .headers = headers });
  for (guint n = 0; n < 2; n++)
    {
      g_assert_true (maq_hub_client_set_endpoint (client, maq_test_server_get_address (f->other), NULL));
      g_autoptr (MaqRepo) repo = hub_take_object (hub_start_info (client));
      g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, n + 1);

      g_assert_true (maq_hub_client_set_endpoint (client, "http://hub.invalid", NULL));
      hub_assert_fails (hub_start_info (client), MAQ_HUB_ERROR_BAD_REPLY);
      g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, n + 1);
    }
}

#define ADD(path, func) g_test_add ("/hub/scope/" path, HubFixture, NULL, hub_fixture_setup, func, hub_fixture_teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/hub/scope/addresses", test_addresses);
  ADD ("public-hub-leads-to-nothing-near", test_public_hub);
  ADD ("each-hop-is-checked", test_second_hop);
  ADD ("hub-on-this-machine-has-its-storage-host", test_hub_on_this_machine);
  ADD ("change-of-hub", test_change_of_hub);
  return g_test_run ();
}
