// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"
#include "maq-library-page.h"
#include "maq-sidebar.h"
#include "maq-transfers-page.h"

#define CHAT  "maquette/pebble-chat-GGUF"
#define EMBED "maquette/pebble-embed-GGUF"

static void
set_up (AppFixture   *fixture,
        gconstpointer data)
{
  app_fixture_set_up (fixture, maq_hub_store_new_demo (NULL));
}

static void
tear_down (AppFixture   *fixture,
           gconstpointer data)
{
  app_fixture_tear_down (fixture);
}

static MaqTransfer *
start (AppFixture *fixture,
       const char *id)
{
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, id, NULL);
  return maq_transfer_list_start (fixture->transfers, request);
}

static gboolean
is_over (gpointer transfer)
{
  return maq_transfer_get_state (transfer) >= MAQ_TRANSFER_DONE;
}

static void
fetch (AppFixture *fixture,
       const char *id)
{
  g_autoptr (MaqTransfer) transfer = start (fixture, id);
  ui_wait (is_over, transfer, 30000);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
}

static void
test_transfers (AppFixture   *fixture,
                gconstpointer data)
{
  MaqTransfersPage *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow        *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "No Transfers");
  ui_click (page, "Browse Models");
  g_assert_cmpstr (fixture->activated, ==, "show-page models");

  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  g_autoptr (MaqTransfer) transfer = start (fixture, CHAT);
  ui_wait_text (page, CHAT);
  ui_wait_text (page, " of ");
  g_assert_nonnull (ui_find (page, GTK_TYPE_PROGRESS_BAR, NULL));
  ui_click (page, "Stop");
  ui_wait_text (page, "Stopped.");
  app_fixture_fault (fixture, NULL);
  ui_click (page, "Try Again");
  ui_wait_text (page, "Done");
  ui_click (page, "Open");
  g_assert_cmpstr (fixture->activated, ==, "open-repo hf://" CHAT);

  ui_click (page, "Clear Finished");
  ui_wait_text (page, "No Transfers");
  ui_hide (window, page);
}

static void
test_failed_transfer (AppFixture   *fixture,
                      gconstpointer data)
{
  MaqTransfersPage *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow        *window = app_fixture_show (fixture, page);

  g_autoptr (MaqTransfer) transfer = start (fixture, "nobody/nothing");
  ui_wait_text (page, "Not Found. ");
  ui_wait_sensitive (page, "Try Again");
  ui_hide (window, page);
}

static MaqTransfer *
get (AppFixture *fixture,
     guint       position)
{
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), position);
  return transfer;
}

static void
test_queue (AppFixture   *fixture,
            gconstpointer data)
{
  MaqTransfersPage *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow        *window = app_fixture_show (fixture, page);

  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 50000, \"times\": 0}");
  g_autoptr (MaqTransfer) chat = start (fixture, CHAT);
  g_autoptr (MaqTransfer) embed = start (fixture, EMBED);
  ui_wait_text (page, "2 downloads · ");
  ui_click (page, "Pause All");
  ui_wait_text (page, "Paused");
  ui_wait_gone (page, "2 downloads");
  ui_wait_gone (page, "Pause All");
  g_assert_cmpint (maq_transfer_get_state (chat), ==, MAQ_TRANSFER_PAUSED);
  g_assert_cmpint (maq_transfer_get_state (embed), ==, MAQ_TRANSFER_PAUSED);

  // By the menu of a row, and by dropping one on another.
  gtk_widget_activate_action (GTK_WIDGET (page), "transfers.move-up", "s", maq_transfer_get_name (embed));
  g_assert_true (get (fixture, 0) == embed);
  gtk_widget_activate_action (GTK_WIDGET (page), "transfers.move-up", "s", maq_transfer_get_name (embed));
  gtk_widget_activate_action (GTK_WIDGET (page), "transfers.move-down", "s", maq_transfer_get_name (chat));
  g_assert_true (get (fixture, 0) == embed);
  gtk_widget_activate_action (GTK_WIDGET (page), "transfers.move-to", "(ss)", maq_transfer_get_name (embed), maq_transfer_get_name (chat));
  g_assert_true (get (fixture, 0) == chat);

  app_fixture_fault (fixture, NULL);
  ui_click (page, "Resume");
  ui_wait_text (page, "just now");
  g_assert_cmpint (maq_transfer_get_state (embed), ==, MAQ_TRANSFER_PAUSED);
  ui_click (page, "Resume All");
  ui_wait (is_over, embed, 30000);
  g_assert_cmpint (maq_transfer_get_state (embed), ==, MAQ_TRANSFER_DONE);
  ui_hide (window, page);
}

static void
test_waiting (AppFixture   *fixture,
              gconstpointer data)
{
  MaqTransfersPage *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow        *window = app_fixture_show (fixture, page);

  maq_transfer_list_go_on (fixture->transfers, NULL, NULL);
  maq_hub_client_set_offline (fixture->client, TRUE);
  g_autoptr (MaqTransfer) chat = start (fixture, CHAT);
  ui_wait_text (page, "Waiting for the network");
  ui_click (page, "Pause");
  ui_wait_text (page, "Paused");
  maq_cache_set_free_bytes (fixture->cache, 1000);
  maq_hub_client_set_offline (fixture->client, FALSE);
  ui_click (page, "Resume");
  ui_wait_text (page, "The disk is full. The download goes on when there is room.");
  ui_hide (window, page);
}

static gboolean
has_entry (gpointer page)
{
  return ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL) != NULL;
}

static void
test_library (AppFixture   *fixture,
              gconstpointer data)
{
  fetch (fixture, CHAT);
  fetch (fixture, EMBED);

  MaqLibraryPage *page = maq_library_page_new (fixture->library);
  GtkWindow      *window = app_fixture_show (fixture, page);

  ui_wait_text (page, CHAT);
  ui_wait_text (page, EMBED);
  ui_wait_text (page, "Model · ");
  ui_wait_text (page, "MB");

  maq_library_page_focus_search (page);
  ui_wait (has_entry, page, 5000);
  g_assert_nonnull (gtk_widget_get_ancestor (gtk_window_get_focus (window), GTK_TYPE_SEARCH_ENTRY));
  gtk_editable_set_text (ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL), "EMBED");
  ui_wait_gone (page, CHAT);
  gtk_editable_set_text (ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL), "nothing like it");
  ui_wait_text (page, "Nothing Found");
  gtk_editable_set_text (ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL), "chat");
  ui_wait_text (page, CHAT);
  ui_wait_gone (page, EMBED);

  ui_click (page, "Chat");
  g_assert_true (g_str_has_prefix (fixture->activated, "open-chat " CHAT ":"));
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_LIST_VIEW, NULL), "activate", 0);
  g_assert_cmpstr (fixture->activated, ==, "open-repo hf://" CHAT);

  ui_click (page, "Delete");
  ui_wait_text (window, CHAT " deleted");
  ui_wait_text (page, "Nothing Found");
  ui_click (window, "Undo");
  ui_wait_text (page, CHAT);
  g_autofree char *path = maq_cache_dup_repo_path (fixture->cache, MAQ_REPO_KIND_MODEL, CHAT);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
  ui_hide (window, page);
}

static void
test_empty_library (AppFixture   *fixture,
                    gconstpointer data)
{
  MaqLibraryPage *page = maq_library_page_new (fixture->library);
  GtkWindow      *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "The Library Is Empty");
  ui_click (page, "Browse Models");
  g_assert_cmpstr (fixture->activated, ==, "show-page models");
  ui_hide (window, page);
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_sidebar (void)
{
  MaqSidebar *sidebar = g_object_new (MAQ_TYPE_SIDEBAR, NULL);
  GtkWindow  *window = ui_show (GTK_WIDGET (sidebar), 300, 400);
  guint       n_notifies = 0;

  g_signal_connect_swapped (sidebar, "notify::place", G_CALLBACK (count_cb), &n_notifies);
  maq_sidebar_set_place (sidebar, "library");
  maq_sidebar_set_place (sidebar, "library");
  maq_sidebar_set_place (sidebar, "nowhere");
  g_assert_cmpstr (maq_sidebar_get_place (sidebar), ==, "library");
  g_assert_cmpuint (n_notifies, ==, 1);

  g_object_set (sidebar, "n-active", 3, NULL);
  g_assert_true (ui_shows (sidebar, "3"));
  g_object_set (sidebar, "n-active", 0, NULL);
  g_assert_false (ui_shows (sidebar, "0"));
  ui_hide (window, sidebar);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
#define ADD(path, test) g_test_add (path, AppFixture, NULL, set_up, test, tear_down)
  ADD ("/app/transfers-page/stop-go-on-open-clear", test_transfers);
  ADD ("/app/transfers-page/a-failure-says-why", test_failed_transfer);
  ADD ("/app/transfers-page/pause-all-resume-order", test_queue);
  ADD ("/app/transfers-page/says-what-is-waited-for", test_waiting);
  ADD ("/app/library-page/filter-chat-open-delete-undo", test_library);
  ADD ("/app/library-page/empty", test_empty_library);
  g_test_add_func ("/app/sidebar/places-and-badge", test_sidebar);
  return g_test_run ();
}
