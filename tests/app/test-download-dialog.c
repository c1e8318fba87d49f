// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gstdio.h>

#include "maq-app-fixture.h"
#include "maq-download-dialog.h"
#include "maq-download-terms.h"
#include "maq-test-server.h"
#include "maq-transfer-row.h"

#define CHAT "maquette/pebble-chat-GGUF"

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

typedef struct
{
  GtkWindow         *window;
  GtkWidget         *below;
  MaqDownloadDialog *dialog;
} Shown;

static Shown
show (AppFixture *fixture,
      MaqRepoKind kind,
      const char *id)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (kind, id, NULL, NULL);
  Shown shown = { .below = adw_bin_new () };

  shown.window = app_fixture_show (fixture, shown.below);
  shown.dialog = maq_download_dialog_new (fixture->client, fixture->transfers, fixture->library, address);
  adw_dialog_present (ADW_DIALOG (shown.dialog), shown.below);
  return shown;
}

static gboolean
has_default (gpointer data)
{
  Shown     *shown = data;
  GtkWidget *start = adw_dialog_get_default_widget (ADW_DIALOG (shown->dialog));

  return gtk_root_get_focus (GTK_ROOT (shown->window)) == start && gtk_widget_is_sensitive (start);
}

// The sum may be made once more, for what is known of memory by then.
static gboolean
cannot_start (gpointer dialog)
{
  return !gtk_widget_is_sensitive (adw_dialog_get_default_widget (dialog));
}

static gboolean
has_activated (gpointer data)
{
  return ((AppFixture *) data)->activated != NULL;
}

// Presses Enter's button once its label begins with LABEL.
static void
press (Shown      *shown,
       const char *label)
{
  ui_wait_text (shown->dialog, label);
  GtkWidget *start = adw_dialog_get_default_widget (ADW_DIALOG (shown->dialog));
  g_assert_true (g_str_has_prefix (gtk_button_get_label (GTK_BUTTON (start)), label));
  gtk_widget_activate (start);
}

// The mark of a row, by its name for screen readers.
static GtkCheckButton *
find_check (gpointer    root,
            const char *title)
{
  GtkWidget *row = ui_find (root, GTK_TYPE_LABEL, title);

  g_assert_nonnull (row);
  return ui_find (gtk_widget_get_ancestor (row, GTK_TYPE_LIST_BOX_ROW), GTK_TYPE_CHECK_BUTTON, NULL);
}

static void
choose (Shown      *shown,
        const char *title)
{
  gtk_check_button_set_active (find_check (shown->dialog, title), TRUE);
}

// Version, place and patterns are among the options.
static void
open_options (Shown *shown)
{
  ui_wait_text (shown->dialog, "Options");
  GtkWidget *row = gtk_widget_get_ancestor (ui_find (shown->dialog, GTK_TYPE_LABEL, "Options"), ADW_TYPE_EXPANDER_ROW);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  ui_wait_text (shown->dialog, "Files by Pattern");
}

static MaqTransfer *
get_transfer (AppFixture *fixture)
{
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 0);

  return transfer;
}

static gboolean
is_done (gpointer data)
{
  MaqTransfer *transfer = get_transfer (data);

  return transfer != NULL && maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE;
}

typedef struct
{
  AppFixture *fixture;
  guint       n;
} Count;

static gboolean
are_done (gpointer data)
{
  Count      *count = data;
  GListModel *transfers = G_LIST_MODEL (count->fixture->transfers);

  return g_list_model_get_n_items (transfers) == count->n && is_done (count->fixture);
}

// N transfers are in the list, and all are done: those that are not come first.
static void
wait_for_transfers (AppFixture *fixture,
                    guint       n)
{
  Count count = { fixture, n };

  ui_wait (are_done, &count, 30000);
}

// Everything is preset and the focus is where Enter starts.
static void
test_enter (AppFixture   *fixture,
            gconstpointer data)
{
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);

  ui_wait_text (shown.dialog, "Q8_0 · 2.2\302\240MB · Fits, Recommended");
  ui_wait_text (shown.dialog, "4 files, 7.8\302\240MB");
  ui_wait_text (shown.dialog, "main · ");
  ui_wait_text (shown.dialog, "cc0-1.0");
  ui_wait_text (shown.dialog, " available");
  ui_wait (has_default, &shown, 10000);
  press (&shown, "Download 2.2\302\240MB");
  ui_wait (is_done, fixture, 30000);
  g_assert_cmpstr (maq_transfer_get_request (get_transfer (fixture))->title, ==, "Q8_0");
  ui_hide (shown.window, shown.below);

  // What is here is not fetched again.
  shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);
  ui_wait_text (shown.dialog, "Already downloaded (1 file, 2.2\302\240MB)");
  press (&shown, "Show in Library");
  ui_wait (has_activated, fixture, 5000);
  g_assert_cmpstr (fixture->activated, ==, "show-page library");
  ui_hide (shown.window, shown.below);

  shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);
  ui_wait_text (shown.dialog, "Already downloaded (1 file, 2.2\302\240MB)");
  choose (&shown, "All Files");
  // What the button said is not what it would do now.
  g_assert_false (ui_shows (shown.dialog, "Show in Library"));
  ui_wait_text (shown.dialog, "4 files, 7.8\302\240MB, of which 2.2\302\240MB is already downloaded");
  ui_wait_text (shown.dialog, "Download 5.5\302\240MB");
  ui_hide (shown.window, shown.below);
}

// Escape leaves nothing behind, whenever it comes.
static void
test_escape (AppFixture   *fixture,
             gconstpointer data)
{
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);

  adw_dialog_close (ADW_DIALOG (shown.dialog));
  ui_run (300);
  ui_hide (shown.window, shown.below);
  shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);
  ui_wait_text (shown.dialog, "All Files");
  adw_dialog_close (ADW_DIALOG (shown.dialog));
  ui_wait_gone (shown.window, "All Files");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
  ui_hide (shown.window, shown.below);
}

static void
test_files (AppFixture   *fixture,
            gconstpointer data)
{
  Shown shown = show (fixture, MAQ_REPO_KIND_DATASET, "maquette/tiny-arithmetic");

  ui_wait_text (shown.dialog, "All Files");
  g_assert_false (ui_shows (shown.dialog, "One Variant"));
  choose (&shown, "Selected Files");
  ui_wait_text (shown.dialog, "No file is selected.");
  ui_wait (cannot_start, shown.dialog, 10000);

  maq_download_dialog_choose_files (shown.dialog);
  ui_wait_text (shown.dialog, "No file selected");
  GtkWidget *list = ui_find (shown.dialog, GTK_TYPE_LIST_VIEW, NULL);
  GtkWidget *search = ui_find (shown.dialog, GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (GTK_EDITABLE (search), "no such file");
  ui_wait_text (shown.dialog, "Nothing Found");
  gtk_editable_set_text (GTK_EDITABLE (search), "readme");
  ui_wait_text (shown.dialog, "README.md");
  ui_wait_gone (shown.dialog, ".csv");
  g_signal_emit_by_name (list, "activate", 0);
  ui_wait_text (shown.dialog, "1 file selected, ");
  gtk_widget_activate_action (gtk_widget_get_parent (list), "files.deselect-shown", NULL);
  ui_wait_text (shown.dialog, "No file selected");
  gtk_widget_activate_action (gtk_widget_get_parent (list), "files.select-shown", NULL);
  ui_wait_text (shown.dialog, "1 file selected, ");
  gtk_widget_activate_action (gtk_widget_get_parent (list), "navigation.pop", NULL);
  ui_wait_gone (shown.dialog, "1 file selected, ");
  press (&shown, "Download ");
  ui_wait (is_done, fixture, 30000);
  const MaqTransferRequest *request = maq_transfer_get_request (get_transfer (fixture));
  g_assert_cmpint (request->kind, ==, MAQ_REPO_KIND_DATASET);
  g_assert_cmpuint (g_strv_length (request->paths), ==, 1);
  g_assert_cmpstr (request->paths[0], ==, "README.md");
  ui_hide (shown.window, shown.below);
}

static void
test_patterns (AppFixture   *fixture,
               gconstpointer data)
{
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);

  open_options (&shown);
  choose (&shown, "Files by Pattern");
  // What is typed next goes where it is meant to.
  GtkEditable *include = ui_find (shown.dialog, ADW_TYPE_ENTRY_ROW, NULL);
  g_assert_true (gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (shown.window)), GTK_WIDGET (include)));
  ui_wait_text (shown.dialog, "4 files, ");
  gtk_editable_set_text (include, "*.none");
  ui_wait_text (shown.dialog, "No files match the patterns.");
  gtk_editable_set_text (include, "*.md, *Q4*");
  ui_wait_text (shown.dialog, "2 files, ");
  g_signal_emit_by_name (include, "entry-activated");
  ui_wait (is_done, fixture, 30000);
  g_assert_cmpstr (maq_transfer_get_request (get_transfer (fixture))->include[1], ==, "*Q4*");
  ui_hide (shown.window, shown.below);
}

static gboolean
shows_all (gpointer data)
{
  GtkAdjustment *adjustment = data;

  return gtk_adjustment_get_page_size (adjustment) > 0 && gtk_adjustment_get_upper (adjustment) <= gtk_adjustment_get_page_size (adjustment);
}

typedef struct
{
  GtkWidget *widget;
  int        height;
} Growth;

static gboolean
is_higher (gpointer data)
{
  Growth *growth = data;

  return gtk_widget_get_height (growth->widget) > growth->height;
}

// It is as high as what it says: nothing need be scrolled, open or not, and what is said in the rows is said nowhere else.
static void
test_height (AppFixture   *fixture,
             gconstpointer data)
{
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);

  ui_wait_text (shown.dialog, "Download 2.2\302\240MB");
  GtkWidget     *scrolled = gtk_widget_get_ancestor (ui_find (shown.dialog, GTK_TYPE_LABEL, "All Files"), GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  ui_wait (shows_all, adjustment, 10000);
  g_assert_cmpint (gtk_widget_get_width (scrolled), >=, 500);
  g_assert_false (ui_shows (shown.dialog, "1 file, 2.2"));
  ui_wait_text (shown.dialog, "main · ");
  double closed = gtk_adjustment_get_upper (adjustment);
  open_options (&shown);
  // A test's window is not so high that all of it is sure to show.
  Growth growth = { scrolled, (int) closed };
  ui_wait (is_higher, &growth, 10000);
  ui_hide (shown.window, shown.below);
}

static void
test_version (AppFixture   *fixture,
              gconstpointer data)
{
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, "harbor-labs/gull-1B-chat");

  open_options (&shown);
  GtkWidget *row = gtk_widget_get_ancestor (ui_find (shown.dialog, GTK_TYPE_LABEL, "Version"), ADW_TYPE_ACTION_ROW);
  adw_action_row_activate (ADW_ACTION_ROW (row));
  ui_wait_text (shown.dialog, "Branch · ");
  GtkWidget *search = ui_find (shown.dialog, GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (GTK_EDITABLE (search), "no..good");
  ui_wait_text (shown.dialog, "Nothing Found");
  gtk_editable_set_text (GTK_EDITABLE (search), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  ui_wait_text (shown.dialog, "Commit");
  g_signal_emit_by_name (search, "activate");

  // One that is not there says so; the way on is another try, or another version.
  ui_wait_text (shown.dialog, "Version Not Found");
  ui_hide (shown.window, shown.below);
}

static void
test_room (AppFixture   *fixture,
           gconstpointer data)
{
  maq_cache_set_free_bytes (fixture->cache, 1000000);
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);

  ui_wait_text (shown.dialog, "This takes 2.2\302\240MB, but only 1.0\302\240MB is available on the disk.");
  ui_wait (cannot_start, shown.dialog, 10000);
  ui_hide (shown.window, shown.below);
}

static MaqDownloadTerms *
get_terms (Shown *shown)
{
  return ui_find (shown->dialog, MAQ_TYPE_DOWNLOAD_TERMS, NULL);
}

static void
assert_holds (const char *folder,
              const char *name,
              const char *original)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *got = NULL;
  g_autofree char *wanted = NULL;
  gsize            got_size;
  gsize            wanted_size;

  g_file_get_contents (path, &got, &got_size, &error);
  g_assert_no_error (error);
  g_file_get_contents (original, &wanted, &wanted_size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (got, got_size, wanted, wanted_size);
}

// A folder of the user's choice, and the way back.
static void
test_folder (AppFixture   *fixture,
             gconstpointer data)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), "my-models", NULL);
  g_autofree char *weights = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  Shown            shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);

  ui_wait_text (shown.dialog, "Download 2.2\302\240MB");
  maq_download_terms_set_folder (get_terms (&shown), folder);
  ui_wait_text (shown.dialog, "~/my-models · ");
  press (&shown, "Download 2.2\302\240MB");
  wait_for_transfers (fixture, 1);
  assert_holds (folder, "pebble-chat-Q8_0.gguf", weights);
  g_assert_null (maq_library_find (fixture->library, MAQ_REPO_KIND_MODEL, CHAT));
  g_autofree char *status = maq_transfer_dup_status (get_transfer (fixture));
  g_assert_nonnull (strstr (status, "~/my-models"));
  ui_hide (shown.window, shown.below);

  // Complete there, and not in the cache.
  shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);
  ui_wait_text (shown.dialog, "Download 2.2\302\240MB");
  maq_download_terms_set_folder (get_terms (&shown), folder);
  ui_wait_text (shown.dialog, "Already downloaded (1 file, 2.2\302\240MB)");
  ui_wait_text (shown.dialog, "Open Folder");
  open_options (&shown);
  ui_click (shown.dialog, "Use the Shared Cache");
  press (&shown, "Download 2.2\302\240MB");
  wait_for_transfers (fixture, 2);
  ui_hide (shown.window, shown.below);

  // What the cache has is copied.
  g_autofree char *other = g_build_filename (g_get_home_dir (), "other-models", NULL);
  shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);
  ui_wait_text (shown.dialog, "Show in Library");
  maq_download_terms_set_folder (get_terms (&shown), other);
  press (&shown, "Copy to Folder");
  wait_for_transfers (fixture, 3);
  assert_holds (other, "pebble-chat-Q8_0.gguf", weights);
  ui_hide (shown.window, shown.below);
}

// What the user made stays, until he says that it need not.
static void
test_replace (AppFixture   *fixture,
              gconstpointer data)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), "full-folder", NULL);
  g_autofree char *mine = g_build_filename (folder, "pebble-chat-Q8_0.gguf", NULL);
  g_autofree char *weights = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  g_autofree char *kept = NULL;
  Shown            shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (mine, "mine", -1, NULL));
  ui_wait_text (shown.dialog, "Download 2.2\302\240MB");
  g_assert_false (ui_shows (shown.dialog, "Replace My Files"));
  maq_download_terms_set_folder (get_terms (&shown), folder);
  ui_wait_text (shown.dialog, "It was not replaced.");
  ui_wait_text (shown.dialog, "Replace My Files");
  ui_wait (cannot_start, shown.dialog, 10000);
  g_assert_true (g_file_get_contents (mine, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "mine");

  GtkWidget *replace = ui_find (shown.dialog, GTK_TYPE_LABEL, "Replace My Files");
  gtk_check_button_set_active (GTK_CHECK_BUTTON (gtk_widget_get_ancestor (replace, GTK_TYPE_CHECK_BUTTON)), TRUE);
  ui_wait_gone (shown.dialog, "It was left as it is.");
  press (&shown, "Download 2.2\302\240MB");
  ui_wait (is_done, fixture, 30000);
  assert_holds (folder, "pebble-chat-Q8_0.gguf", weights);
  ui_hide (shown.window, shown.below);
}

// A folder in which downloads have no place says so; Enter does nothing.
static void
test_unsuitable (AppFixture   *fixture,
                 gconstpointer data)
{
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);

  ui_wait_text (shown.dialog, "Download 2.2\302\240MB");
  maq_download_terms_set_folder (get_terms (&shown), g_get_home_dir ());
  ui_wait_text (shown.dialog, "Downloads cannot go directly into the home folder");
  ui_wait (cannot_start, shown.dialog, 10000);
  g_assert_false (ui_shows (shown.dialog, "Replace My Files"));
  ui_hide (shown.window, shown.below);
}

static void
test_gated (AppFixture   *fixture,
            gconstpointer data)
{
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, "harbor-labs/skua-code-1B");

  ui_wait_text (shown.dialog, "Access Required");
  ui_wait_sensitive (shown.dialog, "Add Token");
  ui_click (shown.dialog, "Request Access");
  g_assert_true (g_str_has_prefix (fixture->activated, "open-uri http"));
  g_assert_true (g_str_has_suffix (fixture->activated, "/harbor-labs/skua-code-1B"));
  ui_hide (shown.window, shown.below);

  maq_hub_client_set_token (fixture->client, "hf_demo_basic", maq_hub_client_get_endpoint (fixture->client));
  shown = show (fixture, MAQ_REPO_KIND_MODEL, "harbor-labs/skua-code-1B");
  ui_wait_text (shown.dialog, "The owner has not given this account access yet.");
  ui_hide (shown.window, shown.below);

  maq_hub_client_set_token (fixture->client, "hf_demo_read", maq_hub_client_get_endpoint (fixture->client));
  shown = show (fixture, MAQ_REPO_KIND_MODEL, "harbor-labs/skua-code-1B");
  ui_wait_text (shown.dialog, "harbor-community");
  ui_wait_text (shown.dialog, "Download ");
  ui_hide (shown.window, shown.below);
}

static void
test_problems (AppFixture   *fixture,
               gconstpointer data)
{
  maq_hub_client_set_offline (fixture->client, TRUE);
  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);
  ui_wait_text (shown.dialog, "Offline Mode");
  maq_hub_client_set_offline (fixture->client, FALSE);
  ui_click (shown.dialog, "Try Again");
  ui_wait_text (shown.dialog, "Download 2.2\302\240MB");
  ui_hide (shown.window, shown.below);

  shown = show (fixture, MAQ_REPO_KIND_MODEL, "nobody/nothing");
  ui_wait_text (shown.dialog, "Not Found");
  ui_hide (shown.window, shown.below);

  // The list of versions fails by itself; what is typed works without it.
  app_fixture_fault (fixture, "{\"path\": \"*/refs*\", \"status\": 403, \"times\": 0}");
  shown = show (fixture, MAQ_REPO_KIND_MODEL, CHAT);
  open_options (&shown);
  adw_action_row_activate (ADW_ACTION_ROW (gtk_widget_get_ancestor (ui_find (shown.dialog, GTK_TYPE_LABEL, "Version"), ADW_TYPE_ACTION_ROW)));
  ui_wait_text (shown.dialog, "Not Allowed");
  GtkWidget *search = ui_find (shown.dialog, GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (GTK_EDITABLE (search), "main");
  ui_wait_text (shown.dialog, "Entered");
  g_signal_emit_by_name (search, "activate");
  ui_wait_text (shown.dialog, "Download 2.2\302\240MB");
  ui_hide (shown.window, shown.below);
}

static gint64
get_worked (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

// Ten thousand files: each mark is a new sum, and no frame is late for it.
static void
test_many_files (AppFixture   *fixture,
                 gconstpointer data)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GString) reply = g_string_new ("{\"id\":\"a/many\",\"sha\":\"1111111111111111111111111111111111111111\",\"siblings\":[");
  gint64 worst = 0;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (reply, "%s{\"rfilename\":\"data/part-%05u.bin\",\"size\":1000,\"blobId\":\"%040x\"}", i > 0 ? "," : "", i, i);
  g_string_append (reply, "]}");
  MaqTestServer   *server = maq_test_server_new ();
  g_autofree char *body = g_string_free_and_steal (g_steal_pointer (&reply));
  maq_test_server_add (server, "/api/models/a/many", &(MaqTestReply) { .body = body });
  g_autoptr (GError) error = NULL;
  maq_hub_client_set_endpoint (fixture->client, maq_test_server_get_address (server), &error);
  g_assert_no_error (error);

  Shown shown = show (fixture, MAQ_REPO_KIND_MODEL, "a/many");
  maq_download_dialog_choose_files (shown.dialog);
  ui_wait_text (shown.dialog, "data/part-00000.bin");
  GtkWidget *list = ui_find (shown.dialog, GTK_TYPE_LIST_VIEW, NULL);
  ui_run (300);
  for (guint i = 0; i < 40; i++)
    {
      gint64 before = get_worked ();
      g_signal_emit_by_name (list, "activate", i);
      worst = MAX (worst, get_worked () - before);
      ui_run (5);
    }
  ui_wait_text (shown.dialog, "40 files selected, 40.0\302\240kB");
  gint64 before = get_worked ();
  gtk_widget_activate_action (gtk_widget_get_parent (list), "files.select-shown", NULL);
  gint64 all = get_worked () - before;
  g_test_message ("one of 10,000 files chosen: at most %.1f ms; all of them: %.1f ms", worst / 1000.0, all / 1000.0);
  ui_wait_text (shown.dialog, "10000 files selected, 10.0\302\240MB");
  g_signal_emit_by_name (list, "activate", 5000);
  gtk_widget_activate_action (gtk_widget_get_parent (list), "navigation.pop", NULL);
  ui_wait_text (shown.dialog, "9999 files, 10.0\302\240MB");
  ui_hide (shown.window, shown.below);
  maq_test_server_free (server);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
  // Pages that slide in and out at every step draw more frames than the display can follow, of which GDK warns.
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
#define ADD(path, test) g_test_add (path, AppFixture, NULL, set_up, test, tear_down)
  ADD ("/app/download-dialog/enter-starts", test_enter);
  ADD ("/app/download-dialog/escape-leaves-nothing", test_escape);
  ADD ("/app/download-dialog/files", test_files);
  ADD ("/app/download-dialog/patterns", test_patterns);
  ADD ("/app/download-dialog/as-high-as-what-it-says", test_height);
  ADD ("/app/download-dialog/version", test_version);
  ADD ("/app/download-dialog/no-room", test_room);
  ADD ("/app/download-dialog/folder", test_folder);
  ADD ("/app/download-dialog/replaces-when-told", test_replace);
  ADD ("/app/download-dialog/unsuitable-folder", test_unsuitable);
  ADD ("/app/download-dialog/gated", test_gated);
  ADD ("/app/download-dialog/problems-have-a-way-on", test_problems);
  ADD ("/app/download-dialog/ten-thousand-files", test_many_files);
  return g_test_run ();
}
