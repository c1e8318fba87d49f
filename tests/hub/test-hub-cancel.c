// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-operations.h"

// Futures that are dropped.

// Messages that were sent and are still there.
static gint live_messages;

static void
message_gone_cb (gpointer data,
                 GObject *message)
{
  g_atomic_int_add (&live_messages, -1);
}

static gboolean
request_queued_cb (GSignalInvocationHint *hint,
                   guint                  n_values,
                   const GValue          *values,
                   gpointer               data)
{
  g_atomic_int_inc (&live_messages);
  g_object_weak_ref (g_value_get_object (&values[1]), message_gone_cb, NULL);
  return TRUE;
}

// Whatever becomes of a request, nothing of it stays with the client, which lives as long as the program.
static void
test_forgets (HubFixture   *f,
              gconstpointer data)
{
  guint   signal = g_signal_lookup ("request-queued", SOUP_TYPE_SESSION);
  gulong  hook = g_signal_add_emission_hook (signal, 0, request_queued_cb, NULL, NULL);
  guint   n = 0;
  GError *error = NULL;

  HUB_FOREACH_OPERATION (i)
  {
    const MaqTestReply replies[] = {
      { .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good },
      { .status = 404, .body = "{\"error\":\"Repository not found\"}" },
      { .status = 503, .body = "busy" },
      { .status = 302, .headers = "Location: /elsewhere\r\n", .body = "Found" },
      { .headers = HUB_FILE_HEADERS, .body = "garbage" },
    };
    for (guint r = 0; r < G_N_ELEMENTS (replies); r++)
      {
        maq_test_server_clear (f->server);
        hub_add (f, &replies[r]);
        DexFuture *future = hub_operations[i].start (f->client);
        hub_wait (future);
        dex_future_get_value (future, &error);
        g_clear_error (&error);
        dex_clear (&future);
        n += maq_test_server_count (f->server, "/");
      }

    maq_test_server_clear (f->server);
    hub_add (f, &(MaqTestReply) { .delay = 3000, .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good });
    DexFuture *dropped = hub_operations[i].start (f->client);
    while (maq_test_server_count (f->server, "/") == 0 && dex_future_is_pending (dropped))
      hub_idle (5);
    dex_clear (&dropped);
  }
  g_assert_cmpuint (n, >=, 5 * (HUB_N_OPERATIONS - 1));

  for (guint i = 0; i < 2000 && g_atomic_int_get (&live_messages) > 0; i++)
    hub_idle (5);
  g_signal_remove_emission_hook (signal, hook);
  g_assert_cmpint (g_atomic_int_get (&live_messages), ==, 0);
}

static void
test_cancel (HubFixture   *f,
             gconstpointer data)
{
  HUB_FOREACH_OPERATION (i)
  {
    g_test_message ("%s", hub_operations[i].name);

    // Before: nothing has run yet.
    maq_test_server_clear (f->server);
    hub_add_good (f, i);
    dex_clear (&(DexFuture *) { hub_operations[i].start (f->client) });
    hub_idle (20);

    // During: the server waits with its answer, and sees the client leave.
    maq_test_server_clear (f->server);
    hub_add (f, &(MaqTestReply) { .delay = 3000, .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good });
    DexFuture *future = hub_operations[i].start (f->client);
    while (maq_test_server_count (f->server, "/") == 0)
      hub_idle (5);
    g_assert_true (dex_future_is_pending (future));
    dex_clear (&future);
    for (guint n = 0; n < 100 && maq_test_server_count_aborted (f->server) == 0; n++)
      hub_idle (5);
    g_assert_cmpuint (maq_test_server_count_aborted (f->server), ==, 1);
    g_assert_cmpuint (maq_test_server_count (f->server, "/"), ==, 1);

    // During the body.
    if (!(hub_operations[i].flags & (HUB_IS_ONCE | HUB_IS_HEAD)))
      {
        maq_test_server_clear (f->server);
        hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good, .pause_at = 3, .pause = 3000 });
        future = hub_operations[i].start (f->client);
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
    hub_add_good (f, i);
    future = hub_operations[i].start (f->client);
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
  hub_add (f, &(MaqTestReply) { .delay = 3000, .body = "[{\"id\":\"old/one\"}]" });
  hub_add (f, &(MaqTestReply) { .body = "[{\"id\":\"new/one\"}]" });

  DexFuture *stale = hub_start_list (f->client);
  while (maq_test_server_count (f->server, "/") == 0)
    hub_idle (5);
  DexFuture *fresh = hub_start_list (f->client);
  dex_clear (&stale);
  g_autoptr (MaqHubPage) page = hub_take_boxed (fresh);
  g_assert_cmpstr (maq_repo_get_id (page->repos->pdata[0]), ==, "new/one");
  for (guint n = 0; n < 100 && maq_test_server_count_aborted (f->server) == 0; n++)
    hub_idle (5);
  g_assert_cmpuint (maq_test_server_count_aborted (f->server), ==, 1);
}

static void
test_drop_an_open_body (HubFixture   *f,
                        gconstpointer data)
{
  g_autofree char *content = g_strnfill (50 * 1024 * 1024, 'x');

  hub_add (f, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = content });
  MaqHubBody *body = hub_take_object (hub_start_open_file (f->client));
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

#define ADD(path, func) g_test_add ("/hub/cancel/" path, HubFixture, NULL, hub_fixture_setup, func, hub_fixture_teardown)

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  ADD ("cancel-before-during-after", test_cancel);
  ADD ("nothing-is-kept-of-a-request", test_forgets);
  ADD ("dropping-the-stale-request-stops-it", test_stale_request);
  ADD ("drop-an-open-body", test_drop_an_open_body);
  return g_test_run ();
}
