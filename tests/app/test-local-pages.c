// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"

#include <stdlib.h>
#include <time.h>

#include "maq-library-details.h"
#include "maq-library-page.h"
#include "maq-sidebar.h"
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

static gboolean
is_over (gpointer transfer)
{
  return maq_transfer_get_state (transfer) >= MAQ_TRANSFER_DONE;
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
  // One alone says it itself.
  g_assert_false (ui_shows (page, "1 download"));
  ui_click (page, "Cancel");
  ui_wait_text (page, "Stopped at ");
  app_fixture_fault (fixture, NULL);
  ui_click (page, "Resume");
  ui_wait_text (page, "Done · ");
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
  ui_wait_text (page, "The disk is full. The download resumes when space is available.");
  ui_hide (window, page);
}

static gboolean
has_entry (gpointer page)
{
  return ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL) != NULL;
}

#define ELDER "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static MaqLibraryPage *
new_library_page (AppFixture *fixture)
{
  return maq_library_page_new (fixture->library, fixture->foreign, fixture->transfers, fixture->client);
}

// The ids in the order of the list (interned).
static const char *
list_order (MaqLibraryPage *page)
{
  GtkListView *list_view = ui_find (page, GTK_TYPE_LIST_VIEW, NULL);
  GListModel  *model = G_LIST_MODEL (gtk_list_view_get_model (list_view));
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MaqLibraryItem) item = g_list_model_get_item (model, i);
      g_strv_builder_add (ids, maq_library_item_get_id (item));
    }
  g_auto (GStrv) strv = g_strv_builder_end (ids);
  g_autofree char *text = g_strjoinv (" ", strv);
  return g_intern_string (text);
}

static const char *
list_first (MaqLibraryPage *page)
{
  g_auto (GStrv) ids = g_strsplit (list_order (page), " ", 2);

  return g_intern_string (ids[0]);
}

static gboolean
is_gone (gpointer path)
{
  return !g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
has_details (gpointer view)
{
  return MAQ_IS_LIBRARY_DETAILS (adw_navigation_view_get_visible_page (view));
}

static gboolean
has_no_details (gpointer view)
{
  return !has_details (view);
}

static void
test_library (AppFixture   *fixture,
              gconstpointer data)
{
  app_fixture_fetch (fixture, CHAT);
  app_fixture_fetch (fixture, EMBED);

  MaqLibraryPage *page = new_library_page (fixture);
  GtkWidget      *view = adw_navigation_view_new ();
  adw_navigation_view_add (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (page));
  GtkWindow *window = app_fixture_show (fixture, view);

  ui_wait_text (page, CHAT);
  ui_wait_text (page, EMBED);
  ui_wait_text (page, "Model · ");
  ui_wait_text (page, "used just now");
  ui_wait_text (page, " · Fits");
  ui_wait_text (page, " free");

  // By size the chat model is first; by name too; of the other kinds there is none.
  gtk_widget_activate_action (GTK_WIDGET (page), "library.sort", "s", "size");
  g_assert_cmpstr (list_order (page), ==, CHAT " " EMBED);
  gtk_widget_activate_action (GTK_WIDGET (page), "library.kind", "s", "dataset");
  ui_wait_text (page, "Nothing Found");
  gtk_widget_activate_action (GTK_WIDGET (page), "library.kind", "s", "model");
  ui_wait_text (page, EMBED);

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

  // It goes at once and without a question, but nothing is deleted while it can be undone.
  g_autofree char *path = maq_cache_dup_repo_path (fixture->cache, MAQ_REPO_KIND_MODEL, CHAT);
  gtk_widget_grab_focus (ui_find (page, GTK_TYPE_LIST_VIEW, NULL));
  gtk_widget_activate_action (GTK_WIDGET (page), "library.delete-repo", "s", "hf://" CHAT);
  ui_wait_text (window, "Deleted " CHAT);
  ui_wait_text (window, " · frees ");
  GtkWidget *focus = gtk_window_get_focus (window);
  g_assert_true (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (page)));
  g_assert_null (ui_find (window, ADW_TYPE_ALERT_DIALOG, NULL));
  ui_wait_text (page, "Nothing Found");
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
  ui_click (window, "Undo");
  ui_wait_text (page, CHAT);
  ui_run (300);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));

  // Carried out when the toast is gone.
  gtk_widget_activate_action (GTK_WIDGET (page), "library.delete-repo", "s", "hf://" CHAT);
  ui_wait_text (window, "Deleted " CHAT);
  ui_run (500);
  adw_toast_overlay_dismiss_all (ADW_TOAST_OVERLAY (gtk_widget_get_ancestor (view, ADW_TYPE_TOAST_OVERLAY)));
  ui_wait (is_gone, path, 10000);
  ui_hide (window, view);
}

static void
test_library_details (AppFixture   *fixture,
                      gconstpointer data)
{
  app_fixture_fetch (fixture, CHAT);
  app_fixture_fetch (fixture, EMBED);

  MaqLibraryPage *page = new_library_page (fixture);
  GtkWidget      *view = adw_navigation_view_new ();
  adw_navigation_view_add (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (page));
  GtkWindow *window = app_fixture_show (fixture, view);

  gtk_widget_activate_action (GTK_WIDGET (page), "library.sort", "s", "name");
  ui_wait_text (page, CHAT);
  ui_wait_text (page, EMBED);
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_LIST_VIEW, NULL), "activate", 0);
  ui_wait (has_details, view, 5000);
  GtkWidget *details = GTK_WIDGET (adw_navigation_view_get_visible_page (ADW_NAVIGATION_VIEW (view)));
  ui_wait_text (details, "main");
  ui_wait_text (details, " · downloaded just now");
  ui_wait_text (details, "F16");
  ui_wait_text (details, "README.md");
  ui_click (details, "Open Page");
  g_assert_cmpstr (fixture->activated, ==, "open-repo hf://" CHAT);
  ui_click (details, "Chat");
  g_assert_true (g_str_has_prefix (fixture->activated, "open-chat " CHAT ":"));

  // A variant alone.
  MaqLibraryItem         *item = maq_library_find (fixture->library, MAQ_REPO_KIND_MODEL, CHAT);
  const MaqCacheRevision *revision = g_ptr_array_index (maq_library_item_get_repo (item)->revisions, 0);
  g_autofree char        *commit = g_strdup (revision->commit);
  gtk_widget_activate_action (details, "details.delete", "(ss)", commit, "pebble-chat-F16.gguf");
  ui_wait_gone (details, "pebble-chat-F16.gguf");
  ui_wait_text (window, "Deleted " CHAT ":F16");
  g_assert_nonnull (maq_library_find (fixture->library, MAQ_REPO_KIND_MODEL, CHAT));
  ui_click (window, "Undo");
  ui_wait_text (details, "pebble-chat-F16.gguf");

  // What is being downloaded is not deleted; a toast says what to do.
  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 1000, \"times\": 0}");
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, CHAT, NULL);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  if (maq_transfer_get_state (transfer) < MAQ_TRANSFER_DONE)
    {
      gtk_widget_activate_action (details, "details.delete-repo", NULL);
      ui_wait_text (window, CHAT " is being downloaded. Cancel that first.");
      ui_click (window, "Show Transfers");
      g_assert_cmpstr (fixture->activated, ==, "show-page transfers");
    }
  app_fixture_fault (fixture, NULL);
  ui_wait (is_over, transfer, 30000);

  // With the last of it the page goes.
  gtk_widget_activate_action (details, "details.delete-repo", NULL);
  ui_wait (has_no_details, view, 5000);
  ui_wait_sensitive (window, "Undo");
  ui_click (window, "Undo");
  ui_wait_text (page, CHAT);
  ui_hide (window, view);
}

// What this thread worked, in microseconds: unlike the time on the wall it does not grow on a busy machine.
static gint64
get_worked (void)
{
  struct timespec worked;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &worked);
  return worked.tv_sec * G_USEC_PER_SEC + worked.tv_nsec / 1000;
}

// The page while the repos arrive: what a frame costs is told.
static void
test_many (AppFixture   *fixture,
           gconstpointer data)
{
  const guint n_repos = g_test_perf () ? 2000 : 200;
  const char *root = maq_cache_get_root (fixture->cache);
  GtkWidget  *view = adw_navigation_view_new ();
  GtkWindow  *window = app_fixture_show (fixture, view);
  guint       n_turns = 0;
  gint64      worst = 0;
  guint       n_long = 0;
  guint       n_lost = 0;

  for (guint i = 0; i < n_repos; i++)
    for (guint j = 0; j < (g_test_perf () ? 25 : 2); j++)
      {
        g_autofree char *path = g_strdup_printf ("%s/models--owner%u--repo-%u/snapshots/" ELDER "/file-%u%s", root, i % 40, i, j, j < 2 ? "-Q4_0.gguf" : ".txt");
        g_autofree char *folder = g_path_get_dirname (path);
        g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
        g_assert_true (g_file_set_contents_full (path, "x", 1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
      }
  MaqLibraryPage *page = new_library_page (fixture);
  adw_navigation_view_add (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (page));
  while (maq_library_get_loading (fixture->library))
    {
      gint64 before = get_worked ();
      g_main_context_iteration (NULL, TRUE);
      gint64 one = get_worked () - before;
      worst = MAX (worst, one);
      n_long += one > 8000;
      n_lost += one > 16000;
      n_turns++;
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->library)), ==, n_repos);
  // What a frame costs in which nothing comes.
  gint64 bare = 0;
  for (guint i = 0; i < 30; i++)
    {
      gint64 before = get_worked ();
      gtk_widget_queue_draw (view);
      ui_run (20);
      bare = MAX (bare, get_worked () - before);
    }
  g_test_message ("A frame without news takes %.1f ms", bare / 1000.0);
  g_test_message ("%u repos: %u turns of the main loop, %u of them over 8 ms, %u over 16 ms, the longest %.1f ms", n_repos, n_turns, n_long, n_lost, worst / 1000.0);
  // The first in the order is in sight.
  ui_wait_text (page, list_first (page));
  ui_hide (window, view);
}

#define NEWER     "maquette/boulder-sharded"
#define ELDER     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define MY_FOLDER "models--maquette--boulder-sharded"

static void
write_cached (AppFixture *fixture,
              const char *path,
              const char *text)
{
  g_autofree char *full = g_build_filename (maq_cache_get_root (fixture->cache), MY_FOLDER, path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static gboolean
has_two_versions (gpointer library)
{
  MaqLibraryItem *item = maq_library_find (library, MAQ_REPO_KIND_MODEL, NEWER);

  return item != NULL && maq_library_item_get_repo (item)->revisions->len == 2 && !maq_library_item_has_news (item);
}

static gboolean
has_transfer (gpointer data)
{
  return g_list_model_get_n_items (G_LIST_MODEL (((AppFixture *) data)->transfers)) > 0;
}

static void
test_news (AppFixture   *fixture,
           gconstpointer data)
{
  write_cached (fixture, "snapshots/" ELDER "/README.md", "# What it was\n");
  write_cached (fixture, "snapshots/" ELDER "/gone.txt", "gone");
  write_cached (fixture, "refs/main", ELDER);

  // Nothing is asked while offline, and nothing that is not on the screen.
  maq_hub_client_set_offline (fixture->client, TRUE);
  MaqLibraryPage *page = new_library_page (fixture);
  GtkWidget      *view = adw_navigation_view_new ();
  adw_navigation_view_add (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (page));
  GtkWindow *window = app_fixture_show (fixture, view);
  ui_wait_text (page, NEWER);
  ui_run (300);
  g_assert_false (ui_shows (page, "newer version on the Hub"));
  maq_hub_client_set_offline (fixture->client, FALSE);
  gtk_widget_set_visible (view, FALSE);
  ui_run (100);
  gtk_widget_set_visible (view, TRUE);
  ui_wait_text (page, "newer version on the Hub");

  // What changed is said first; then what is here is fetched as it is there, and the old version stays.
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_LIST_VIEW, NULL), "activate", 0);
  ui_wait (has_details, view, 5000);
  ui_wait_text (view, "The Hub has a newer version");
  ui_click (view, "What Changed…");
  ui_wait_text (window, "1 file changed.");
  ui_wait_text (window, "1 file is no longer part of it.");
  ui_wait_text (window, "5 Commits");
  ui_wait_text (window, "Update README.md");
  ui_wait_text (window, "1 file, ");
  gtk_widget_activate (adw_dialog_get_default_widget (ui_find (window, ADW_TYPE_DIALOG, NULL)));
  ui_wait (has_transfer, fixture, 10000);
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 0);
  ui_wait (is_over, transfer, 30000);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
  ui_wait (has_two_versions, fixture->library, 10000);
  ui_wait_gone (view, "The Hub has a newer version");
  ui_wait_text (view, "Earlier version aaaaaaa");
  ui_wait_text (view, "gone.txt");
  ui_hide (window, view);
}

static gboolean
is_whole (gpointer item)
{
  return maq_library_item_get_completeness (item)->state == MAQ_COMPLETENESS_WHOLE;
}

static gboolean
has_come (gpointer transfer)
{
  return maq_transfer_get_bytes_done (transfer) > 0;
}

static gboolean
has_begun (gpointer data)
{
  AppFixture     *fixture = data;
  MaqLibraryItem *item = maq_library_find (fixture->library, MAQ_REPO_KIND_MODEL, CHAT);

  return item != NULL && maq_library_item_get_size (item) > maq_library_item_get_repo (item)->size;
}

// What a download left unfinished is in the library, counted, and goes on from there.
static void
test_incomplete (AppFixture   *fixture,
                 gconstpointer data)
{
  MaqLibraryPage *page = new_library_page (fixture);
  GtkWidget      *view = adw_navigation_view_new ();

  maq_library_set_users (fixture->library, fixture->transfers, NULL);
  adw_navigation_view_add (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (page));
  GtkWindow *window = app_fixture_show (fixture, view);
  ui_wait_text (page, "The Library Is Empty");
  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  g_autoptr (MaqTransfer) transfer = start (fixture, CHAT);
  ui_wait_text (page, "Downloading · ");
  g_assert_null (ui_find (page, GTK_TYPE_BUTTON, "Resume"));
  ui_wait (has_come, transfer, 15000);
  maq_transfer_cancel (transfer);
  ui_wait_text (page, "Incomplete · ");
  g_autofree char *part = maq_format_bytes_of (maq_transfer_get_bytes_done (transfer), maq_transfer_get_bytes_total (transfer));
  ui_wait_text (page, part);
  // What is on the disk is told by a scan.
  ui_wait (has_begun, fixture, 15000);
  MaqLibraryItem *item = maq_library_find (fixture->library, MAQ_REPO_KIND_MODEL, CHAT);
  g_assert_cmpuint (maq_library_get_size (fixture->library), ==, maq_library_item_get_size (item));

  // The page of the repo says the same, and does not call it an earlier version.
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_LIST_VIEW, NULL), "activate", 0);
  ui_wait (has_details, view, 5000);
  ui_wait_text (view, "The download is not finished");
  ui_wait_text (view, "Incomplete · ");
  g_assert_false (ui_shows (view, "Earlier version"));
  adw_navigation_view_pop (ADW_NAVIGATION_VIEW (view));
  ui_wait (has_no_details, view, 5000);

  // Known also after a restart without what is remembered of the download: by the list of its files.
  maq_transfer_list_discard (fixture->transfers, transfer);
  ui_wait_gone (page, "Incomplete");
  g_autoptr (MaqTransfer) again = start (fixture, CHAT);
  ui_wait_text (page, "Downloading · ");
  maq_transfer_cancel (again);
  ui_wait_sensitive (page, "Resume");
  gtk_widget_grab_focus (ui_find (page, GTK_TYPE_BUTTON, "Resume"));
  app_fixture_fault (fixture, NULL);
  ui_click (page, "Resume");
  ui_wait (is_over, again, 30000);
  g_assert_cmpint (maq_transfer_get_state (again), ==, MAQ_TRANSFER_DONE);
  ui_wait_gone (page, "Incomplete");
  ui_wait (is_whole, maq_library_find (fixture->library, MAQ_REPO_KIND_MODEL, CHAT), 10000);
  // The button that is gone left the focus in its row.
  GtkWidget *focus = gtk_window_get_focus (window);
  g_assert_true (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (page)));
  ui_hide (window, view);
}

static void
test_empty_library (AppFixture   *fixture,
                    gconstpointer data)
{
  MaqLibraryPage *page = new_library_page (fixture);
  GtkWindow      *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "The Library Is Empty");
  ui_click (page, "Browse Models");
  g_assert_cmpstr (fixture->activated, ==, "show-page models");
  ui_hide (window, page);
}

// A cache that cannot be read says so, and still does when the other programs have been looked for; they are listed all the same.
static void
test_unreadable_library (AppFixture   *fixture,
                         gconstpointer data)
{
  g_autofree char *root = g_build_filename (fixture->folder, "no-folder", NULL);
  g_autofree char *drive = g_build_filename (fixture->folder, "drive", NULL);
  g_autofree char *model = g_build_filename (drive, "mine-Q8_0.gguf", NULL);
  const char      *folders[] = { drive, NULL };

  g_assert_true (g_file_set_contents (root, "x", 1, NULL));
  g_assert_cmpint (g_mkdir_with_parents (drive, 0755), ==, 0);
  g_assert_true (g_file_set_contents (model, "GGUF", -1, NULL));
  g_autoptr (MaqCache) cache = maq_cache_new (root);
  g_autoptr (MaqLibrary) library = maq_library_new (cache);
  MaqLibraryPage *page = maq_library_page_new (library, fixture->foreign, fixture->transfers, fixture->client);
  GtkWindow      *window = app_fixture_show (fixture, page);
  ui_wait_text (page, "Not a Folder");
  maq_foreign_list_refresh (fixture->foreign);
  ui_run (300);
  ui_wait_sensitive (page, "Try Again");
  maq_foreign_list_set_folders (fixture->foreign, folders);
  ui_wait_text (page, "mine-Q8_0");
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
  ADD ("/app/library-page/filter-sort-chat-delete-undo", test_library);
  ADD ("/app/library-page/details-of-a-repo", test_library_details);
  ADD ("/app/library-page/many-repos-arrive", test_many);
  ADD ("/app/library-page/a-newer-version-on-the-hub", test_news);
  ADD ("/app/library-page/an-incomplete-repo", test_incomplete);
  ADD ("/app/library-page/empty", test_empty_library);
  ADD ("/app/library-page/a-cache-that-cannot-be-read", test_unreadable_library);
  g_test_add_func ("/app/sidebar/places-and-badge", test_sidebar);
  return g_test_run ();
}
