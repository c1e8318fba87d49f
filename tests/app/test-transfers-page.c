// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"
#include "maq-context-menu.h"
#include "maq-fake-network.h"
#include "maq-transfer-row.h"
#include "maq-transfers-page.h"
#include "maq-units.h"

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

static void
find_rows (GtkWidget *widget,
           GPtrArray *rows)
{
  if (MAQ_IS_TRANSFER_ROW (widget) && gtk_widget_get_mapped (widget))
    g_ptr_array_add (rows, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    find_rows (child, rows);
}

static gboolean
is_popped_up (gpointer button)
{
  GtkPopover *popover = gtk_menu_button_get_popover (button);
  return popover != NULL && gtk_widget_get_mapped (GTK_WIDGET (popover));
}

// Whether the menu of ROW lets one choose LABEL.
static gboolean
offers (GtkWidget  *row,
        const char *label)
{
  GtkMenuButton *button = ui_find (row, GTK_TYPE_MENU_BUTTON, "More Options");

  gtk_menu_button_popup (button);
  ui_wait (is_popped_up, button, 5000);
  GtkWidget *item = ui_find (gtk_menu_button_get_popover (button), GTK_TYPE_LABEL, label);
  g_assert_nonnull (item);
  gboolean is_sensitive = gtk_widget_is_sensitive (item);
  gtk_menu_button_popdown (button);
  return is_sensitive;
}

static void
test_order (AppFixture   *fixture,
            gconstpointer data)
{
  MaqTransfersPage *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow        *window = app_fixture_show (fixture, page);

  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 50000, \"times\": 0}");
  g_autoptr (MaqTransfer) chat = start (fixture, CHAT);
  g_autoptr (MaqTransfer) embed = start (fixture, EMBED);
  ui_wait_text (page, "2 downloads · ");
  maq_transfer_list_pause_all (fixture->transfers);
  ui_wait_text (page, "Paused");
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  find_rows (GTK_WIDGET (page), rows);
  g_assert_cmpuint (rows->len, ==, 2);
  GtkWidget *first = rows->pdata[maq_transfer_row_get_transfer (rows->pdata[0]) == chat ? 0 : 1];
  GtkWidget *last = rows->pdata[first == rows->pdata[0] ? 1 : 0];
  g_assert_false (offers (first, "Move Up"));
  g_assert_true (offers (first, "Move Down"));
  g_assert_true (offers (last, "Move Up"));
  g_assert_false (offers (last, "Move Down"));
  g_assert_false (offers (last, "Download Next")); // nothing waits for its turn

  gtk_widget_activate_action (last, "row.move-up", NULL);
  g_autoptr (MaqTransfer) top = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 0);
  g_assert_true (top == embed);
  ui_hide (window, page);
}

static gboolean
is_stopped (gpointer transfer)
{
  return maq_transfer_get_state (transfer) == MAQ_TRANSFER_CANCELLED;
}

static gboolean
has_no_dialog (gpointer window)
{
  return ui_find (window, ADW_TYPE_ALERT_DIALOG, NULL) == NULL;
}

// Two gigabytes are not lost to a press of a button that speaks of what is finished.
static void
test_discard (AppFixture   *fixture,
              gconstpointer data)
{
  MaqTransfersPage *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow        *window = app_fixture_show (fixture, page);

  app_fixture_fetch (fixture, EMBED);
  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  g_autoptr (MaqTransfer) chat = start (fixture, CHAT);
  ui_wait_text (page, " left");
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  find_rows (GTK_WIDGET (page), rows);
  GtkWidget *row = rows->pdata[maq_transfer_row_get_transfer (rows->pdata[0]) == chat ? 0 : 1];

  // The focus stays with the row whose button went.
  gtk_widget_grab_focus (ui_find (row, GTK_TYPE_BUTTON, "Pause"));
  ui_click (row, "Pause");
  g_assert_true (gtk_window_get_focus (window) == ui_find (row, GTK_TYPE_BUTTON, "Resume"));
  ui_click (row, "Cancel");
  ui_wait (is_stopped, chat, 5000);
  g_autofree char *part = maq_format_bytes_of (maq_transfer_get_bytes_done (chat), maq_transfer_get_bytes_total (chat));
  g_autofree char *status = g_strdup_printf ("Stopped at %s", part);
  ui_wait_text (row, status);
  // A screen reader says what the row shows.
  GtkAccessible *item = GTK_ACCESSIBLE (gtk_widget_get_parent (row));
  gtk_test_accessible_assert_property (item, GTK_ACCESSIBLE_PROPERTY_LABEL, CHAT);
  gtk_test_accessible_assert_property (item, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, status);
  gtk_widget_grab_focus (ui_find (page, GTK_TYPE_BUTTON, "Clear Finished"));
  ui_click (page, "Clear Finished");
  ui_wait_gone (page, "Done · ");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
  GtkWidget *focus = gtk_window_get_focus (window);
  g_assert_true (focus != NULL && gtk_widget_is_sensitive (focus) && gtk_widget_is_ancestor (focus, GTK_WIDGET (page)));

  // By a question, which can be answered with no.
  g_assert_true (offers (row, "Discard…"));
  g_assert_true (offers (row, "Copy Link"));
  gtk_widget_activate_action (row, "row.discard", NULL);
  ui_wait_text (window, "downloaded so far will be deleted.");
  ui_click (window, "_Cancel");
  ui_wait (has_no_dialog, window, 5000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 1);
  gtk_widget_activate_action (row, "row.discard", NULL);
  ui_wait_text (window, "downloaded so far will be deleted.");
  ui_click (window, "_Discard");
  ui_wait_text (page, "No Transfers");
  // What can have the focus has a name.
  GtkWidget *scroller = ui_find (ui_find (page, ADW_TYPE_STATUS_PAGE, NULL), GTK_TYPE_SCROLLED_WINDOW, NULL);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (scroller), GTK_ACCESSIBLE_PROPERTY_LABEL, "No Transfers");
  ui_hide (window, page);
}

// The keys of a menu reach the row although its item has the focus.
static void
test_context_menu (AppFixture   *fixture,
                   gconstpointer data)
{
  MaqTransfersPage *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow        *window = app_fixture_show (fixture, page);

  app_fixture_fetch (fixture, EMBED);
  ui_wait_text (page, "Done · ");
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  find_rows (GTK_WIDGET (page), rows);
  GtkWidget *item = gtk_widget_get_parent (rows->pdata[0]);
  gtk_widget_grab_focus (item);
  g_assert_true (maq_context_menu_popup (rows->pdata[0]));
  ui_wait_text (window, "Remove from List");
  g_assert_nonnull (ui_find (window, GTK_TYPE_LABEL, "Open on the Web"));
  GtkWidget *popover = gtk_widget_get_last_child (rows->pdata[0]);
  GtkWidget *label = ui_find (popover, GTK_TYPE_LABEL, "Remove from List");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (gtk_widget_get_parent (label)), GTK_ACCESSIBLE_PROPERTY_LABEL, "Remove from List");
  gtk_popover_popdown (GTK_POPOVER (popover));
  ui_wait_gone (window, "Remove from List");
  g_assert_true (gtk_window_get_focus (window) == item);
  // Nothing is lost: nothing is asked.
  gtk_widget_activate_action (rows->pdata[0], "row.discard", NULL);
  ui_wait_text (page, "No Transfers");
  ui_hide (window, page);
}

static gboolean
is_done (gpointer transfer)
{
  return maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE;
}

static void
test_metered (AppFixture   *fixture,
              gconstpointer data)
{
  MaqTransfersPage *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow        *window = app_fixture_show (fixture, page);
  g_autoptr (GNetworkMonitor) network = fake_network_new ();

  // As narrow as a window can be.
  gtk_window_set_default_size (window, 360, 600);
  fake_network_set_metered (network, TRUE);
  maq_transfer_list_set_wait_metered (fixture->transfers, TRUE);
  maq_transfer_list_go_on (fixture->transfers, NULL, network);
  g_autoptr (MaqTransfer) embed = start (fixture, EMBED);
  ui_wait_text (page, "Waiting: this connection is metered");
  g_assert_null (ui_find (page, GTK_TYPE_BUTTON, "Pause"));
  ui_wait_sensitive (page, "Download Anyway");
  ui_run (200);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (page)), <=, 360);

  ui_click (page, "Download Anyway");
  ui_wait (is_done, embed, 30000);
  g_assert_null (ui_find (page, GTK_TYPE_BUTTON, "Download Anyway"));
  ui_hide (window, page);
}

static void
test_hours (AppFixture   *fixture,
            gconstpointer data)
{
  static const MaqSchedule night = { .is_on = TRUE, .from = 22 * 60, .to = 7 * 60 };
  MaqTransfersPage        *page = maq_transfers_page_new (fixture->transfers);
  GtkWindow               *window = app_fixture_show (fixture, page);
  g_autoptr (GDateTime) noon = g_date_time_new_local (2026, 3, 14, 12, 0, 0);

  maq_schedule_set_now (noon);
  maq_transfer_list_set_schedule (fixture->transfers, &night);
  g_autoptr (MaqTransfer) embed = start (fixture, EMBED);
  ui_wait_text (page, "Waits until 22:00");
  g_assert_null (ui_find (page, GTK_TYPE_BUTTON, "Pause"));
  ui_click (page, "Download Anyway");
  ui_wait (is_done, embed, 30000);
  maq_schedule_set_now (NULL);
  ui_hide (window, page);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
  g_test_add ("/app/transfers-page/offers-moves-that-are-possible", AppFixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/app/transfers-page/discards-what-was-stopped", AppFixture, NULL, set_up, test_discard, tear_down);
  g_test_add ("/app/transfers-page/a-menu-by-key", AppFixture, NULL, set_up, test_context_menu, tear_down);
  g_test_add ("/app/transfers-page/a-metered-connection-can-be-overruled", AppFixture, NULL, set_up, test_metered, tear_down);
  g_test_add ("/app/transfers-page/hours-can-be-overruled", AppFixture, NULL, set_up, test_hours, tear_down);
  return g_test_run ();
}
