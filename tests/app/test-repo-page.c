// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <time.h>

#include "maq-app-fixture.h"
#include "maq-markdown-view.h"
#include "maq-pinned-view.h"
#include "maq-repo-actions.h"
#include "maq-repo-choices.h"
#include "maq-repo-files.h"
#include "maq-repo-file-list.h"
#include "maq-repo-file-row.h"
#include "maq-repo-page.h"
#include "maq-test-server.h"

#define CHAT        "maquette/pebble-chat-GGUF"
#define CHAT_FOLDER "models--maquette--pebble-chat-GGUF"

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

static MaqRepoPage *
open_page (AppFixture *fixture,
           const char *id)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, id, NULL, NULL);
  return maq_repo_page_new (fixture->client, fixture->cache, fixture->transfers, fixture->library, address);
}

static gboolean
has_activated (gpointer data)
{
  return ((AppFixture *) data)->activated != NULL;
}

static gboolean
has_transfer (gpointer data)
{
  return g_list_model_get_n_items (G_LIST_MODEL (((AppFixture *) data)->transfers)) == 1;
}

// The owner's picture is asked for, once.
static gboolean
has_asked_for_picture (gpointer data)
{
  return maq_hub_server_count_requests (((AppFixture *) data)->server, NULL, "*/api/avatars/harbor-labs") == 1;
}

static void
test_content (AppFixture   *fixture,
              gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, "harbor-labs/gull-1B-chat");
  GtkWindow   *window = app_fixture_show (fixture, page);
  gboolean     handled = FALSE;

  ui_wait_text (page, "harbor-labs/gull-1B-chat");
  ui_wait_text (page, "License: apache-2.0");
  ui_wait_text (page, "1.1B parameters");
  ui_wait_text (page, "Good to know");
  ui_wait (has_asked_for_picture, fixture, 10000);
  // Weights that no engine here runs can be fetched, not tried.
  ui_wait_text (page, "You can download this one, but not try it.");
  g_assert_null (ui_find (page, GTK_TYPE_BUTTON, "Try"));

  // A link to another repo stays in the window, a file goes to the browser.
  MaqMarkdownView *card = ui_find (page, MAQ_TYPE_MARKDOWN_VIEW, NULL);
  g_autofree char *link = maq_hub_client_dup_page_address (fixture->client, MAQ_REPO_KIND_MODEL, CHAT);
  g_signal_emit_by_name (card, "activate-link", link, &handled);
  g_assert_true (handled);
  g_assert_true (g_str_has_prefix (fixture->activated, "open-repo "));
  g_signal_emit_by_name (card, "activate-link", "https://elsewhere.example/page", &handled);
  g_assert_false (handled);
  ui_hide (window, page);
}

// What is told in front of a card for programs is not shown, however it is written; without more there is no card.
static void
test_front_matter (AppFixture   *fixture,
                   gconstpointer data)
{
  static const char *const cards[][2] = {
    { "\ufeff\r\n---\r\nlicense: mit\r\n---  \r\n# Heading\r\n", "Heading" },
    { "---\nlicense: mit\n---\n\n", "No Card" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      AppFixture       own = { 0 };
      g_autofree char *root = g_dir_make_tmp ("hub-XXXXXX", NULL);
      g_autofree char *folder = g_build_filename (root, "models/ada/one", NULL);
      g_autofree char *path = g_build_filename (folder, "README.md", NULL);
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      g_assert_true (g_file_set_contents (path, cards[i][0], -1, NULL));
      app_fixture_set_up (&own, maq_hub_store_new_folder (root, NULL));
      MaqRepoPage *page = open_page (&own, "ada/one");
      GtkWindow   *window = app_fixture_show (&own, page);
      ui_wait_text (page, cards[i][1]);
      g_assert_false (ui_shows (page, "license: mit"));
      ui_hide (window, page);
      app_fixture_tear_down (&own);
    }
}

// Tab goes through all of the page and out of it at its end: text that can be selected does not hold it.
static void
test_keyboard (AppFixture   *fixture,
               gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);
  guint        n = 0;

  ui_wait_text (page, "How it was made");
  gtk_widget_grab_focus (ui_find (page, GTK_TYPE_MENU_BUTTON, NULL));
  while (n < 40 && gtk_widget_child_focus (GTK_WIDGET (page), GTK_DIR_TAB_FORWARD))
    n++;
  g_assert_cmpuint (n, >, 3);
  g_assert_cmpuint (n, <, 40);
  ui_hide (window, page);
}

// The most work after which the main loop came to something else, in microseconds of this thread's: what other programs take is not
// counted.
typedef struct
{
  gint64 last;
  gint64 longest;
} Gap;

static gint64
get_work (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static gboolean
note_gap (gpointer data)
{
  Gap   *gap = data;
  gint64 now = get_work ();

  gap->longest = MAX (gap->longest, now - gap->last);
  gap->last = now;
  return G_SOURCE_CONTINUE;
}

static void
add_entry (GString    *tree,
           const char *path,
           const char *size)
{
  g_string_append_printf (tree, "%s{\"type\":\"file\",\"path\":\"%s\",\"size\":%s,\"oid\":\"0123456789abcdef0123456789abcdef01234567\"}", tree->len > 1 ? "," : "", path, size);
}

static char *
make_hostile_tree (guint n)
{
  g_autoptr (GString) tree = g_string_new ("[");
  g_autofree char *longest = g_strnfill (255, 'x');

  add_entry (tree, longest, "9223372036854775807");
  add_entry (tree, "../../evil", "1");
  add_entry (tree, "huge.gguf", "9223372036854775808");
  add_entry (tree, "a\\u202egpj.exe", "-1");
  add_entry (tree, "<b>&", "\"x\"");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("part-%u/%06u.bin", i / 1000, i);
      add_entry (tree, path, "1");
    }
  g_string_append_c (tree, ']');
  return g_string_free (g_steal_pointer (&tree), FALSE);
}

// A row of a long list lives as long as somebody looks at it, and is the same for all who do.
static gboolean
has_many (gpointer files)
{
  return g_list_model_get_n_items (files) > 50000;
}

static void
assert_rows_come_and_go (GtkWidget *page)
{
  GListModel *files = G_LIST_MODEL (gtk_list_view_get_model (ui_find (page, GTK_TYPE_LIST_VIEW, NULL)));
  ui_wait (has_many, files, 10000);
  gpointer row = g_list_model_get_item (files, 50000);
  g_autoptr (MaqRepoFile) again = g_list_model_get_item (files, 50000);

  g_assert_true (row == again);
  g_assert_cmpstr (maq_repo_file_get_path (row), !=, NULL);
  g_object_add_weak_pointer (row, &row);
  g_object_unref (g_steal_pointer (&again));
  g_assert_nonnull (row);
  g_object_unref (row);
  g_assert_null (row);
}

// A list of files as no honest repo has it is shown, and the window does not stand still for it.
static void
test_hostile_tree (AppFixture   *fixture,
                   gconstpointer data)
{
  g_autoptr (MaqTestServer) hub = maq_test_server_new ();
  g_autofree char *tree = make_hostile_tree (100000);
  Gap              gap = { 0 };

  maq_test_server_add (hub, "/api/models/acme/huge", &(MaqTestReply) { .headers = "Content-Type: application/json\r\n", .body = "{\"id\":\"acme/huge\",\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"tags\":[]}" });
  maq_test_server_add (hub, "/api/models/acme/huge/tree/main", &(MaqTestReply) { .headers = "Content-Type: application/json\r\n", .body = tree, .delay = 500 });
  maq_test_server_add (hub, "*", &(MaqTestReply) { .status = 404, .headers = "X-Error-Code: EntryNotFound\r\n" });
  g_assert_true (maq_hub_client_set_endpoint (fixture->client, maq_test_server_get_address (hub), NULL));

  // An address with a path opens at the files.
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, "acme/huge", NULL, "huge.gguf");
  MaqRepoPage *page = maq_repo_page_new (fixture->client, fixture->cache, fixture->transfers, fixture->library, address);
  GtkWindow   *window = app_fixture_show (fixture, page);
  gap.last = get_work ();
  guint watch = g_timeout_add (1, note_gap, &gap);
  ui_wait_text (page, "part-0/000000.bin");
  note_gap (&gap);
  ui_run (200);
  g_source_remove (watch);
  g_test_message ("nothing else for %.1f ms", gap.longest / 1000.0);
  g_assert_cmpint (gap.longest, <, 250 * 1000);
  assert_rows_come_and_go (GTK_WIDGET (page));
  ui_hide (window, page);
}

static void
test_try (AppFixture   *fixture,
          gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);

  // One press fetches the chosen variant and opens a chat with it.
  ui_wait_text (page, "Text Generation");
  ui_wait_sensitive (page, "Try");
  ui_click (page, "Try");
  ui_wait (has_activated, fixture, 30000);
  g_assert_true (g_str_has_prefix (fixture->activated, "open-chat " CHAT ":"));
  const char *path = strrchr (fixture->activated, ' ') + 1;
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_nonnull (strstr (path, CHAT_FOLDER));
  ui_wait_text (page, "Downloaded");

  // The next one needs no request.
  g_clear_pointer (&fixture->activated, g_free);
  guint n_requests = maq_hub_server_count_requests (fixture->server, NULL, "*");
  ui_click (page, "Try");
  g_assert_nonnull (fixture->activated);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "*"), ==, n_requests);
  ui_hide (window, page);
}

// While the same file goes into a folder of the user's choice, a chat still gets it from the cache.
static void
test_try_beside_folder (AppFixture   *fixture,
                        gconstpointer data)
{
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, CHAT, NULL);
  const char *paths[] = { "pebble-chat-Q8_0.gguf", NULL };

  request->paths = g_strdupv ((char **) paths);
  request->folder = g_build_filename (fixture->folder, "mine", NULL);
  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 1}");
  g_autoptr (MaqTransfer) aside = maq_transfer_list_start (fixture->transfers, request);
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);
  ui_wait_sensitive (page, "Try");
  ui_click (page, "Try");
  ui_wait (has_activated, fixture, 30000);
  const char *path = strrchr (fixture->activated, ' ') + 1;
  g_assert_nonnull (strstr (path, CHAT_FOLDER));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  maq_transfer_cancel (aside);
  ui_hide (window, page);
}

// Whether something of the first download is here.
static gboolean
has_come (gpointer data)
{
  AppFixture *fixture = data;
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 0);

  return transfer != NULL && maq_transfer_get_bytes_done (transfer) > 0;
}

static void
test_stop (AppFixture   *fixture,
           gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);

  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  ui_wait_sensitive (page, "Try");
  ui_click (page, "Try");
  ui_wait (has_come, fixture, 15000);
  ui_click (page, "Cancel");
  ui_wait_text (page, "Stopped at ");
  g_assert_null (fixture->activated);

  // Going on fetches the rest; nobody asked for a chat any more.
  app_fixture_fault (fixture, NULL);
  ui_click (page, "Resume");
  ui_wait_text (page, "Downloaded");
  g_assert_null (fixture->activated);
  ui_hide (window, page);
}

static void
test_failed_download (AppFixture   *fixture,
                      gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);

  ui_wait_sensitive (page, "Try");
  app_fixture_fault (fixture, "{\"path\": \"*/resolve/*\", \"status\": 403, \"times\": 0}");
  ui_click (page, "Try");
  ui_wait_text (page, "Not Allowed");
  g_assert_null (fixture->activated);
  app_fixture_fault (fixture, NULL);
  ui_wait_sensitive (page, "Try Again");
  ui_hide (window, page);
}

static void
test_files (AppFixture   *fixture,
            gconstpointer data)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, "harbor-labs/gull-1B-chat", NULL, "config.json");
  MaqRepoPage *page = maq_repo_page_new (fixture->client, fixture->cache, fixture->transfers, fixture->library, address);
  GtkWindow   *window = app_fixture_show (fixture, page);

  // An address with a path opens at the files.
  ui_wait_text (page, "generation_config.json");
  ui_wait_text (page, "model.safetensors");
  ui_wait_sensitive (page, "Download");
  // One file: the dialog has it chosen, and one more press fetches it.
  ui_click (ui_find (page, MAQ_TYPE_REPO_FILES, NULL), "Download");
  ui_wait_text (window, "1 file, ");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
  AdwDialog *dialog = ui_find (window, ADW_TYPE_DIALOG, NULL);
  gtk_widget_activate (adw_dialog_get_default_widget (dialog));
  ui_wait (has_transfer, fixture, 10000);
  ui_wait_gone (window, "All Files");
  ui_wait_text (window, "Download started");
  gtk_widget_activate_action (GTK_WIDGET (page), "repo.copy-name", NULL);
  g_assert_cmpstr (fixture->activated, ==, "copy harbor-labs/gull-1B-chat");
  ui_hide (window, page);
}

static GtkWidget *
find_row (gpointer    page,
          const char *path)
{
  return gtk_widget_get_ancestor (ui_find (page, GTK_TYPE_LABEL, path), MAQ_TYPE_REPO_FILE_ROW);
}

static gboolean
offers_transfer (gpointer row)
{
  return ui_find (row, GTK_TYPE_BUTTON, "Show Transfer") != NULL;
}

static gboolean
offers_folder (gpointer row)
{
  return ui_find (row, GTK_TYPE_BUTTON, "Show in Files") != NULL;
}

// What is on its way is not offered once more, and what is here is shown where it is.
static void
test_files_on_their_way (AppFixture   *fixture,
                         gconstpointer data)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, CHAT, NULL, "README.md");
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, CHAT, NULL);
  const char  *paths[] = { "pebble-chat-Q4_0.gguf", NULL };
  MaqRepoPage *page = maq_repo_page_new (fixture->client, fixture->cache, fixture->transfers, fixture->library, address);
  GtkWindow   *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "pebble-chat-Q4_0.gguf");
  GtkWidget *row = find_row (page, "pebble-chat-Q4_0.gguf");
  g_assert_nonnull (ui_find (row, GTK_TYPE_BUTTON, "Download"));
  request->paths = g_strdupv ((char **) paths);
  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  ui_wait (offers_transfer, row, 10000);
  g_assert_nonnull (ui_find (find_row (page, "pebble-chat-F16.gguf"), GTK_TYPE_BUTTON, "Download"));
  ui_click (row, "Show Transfer");
  g_assert_cmpstr (fixture->activated, ==, "show-page transfers");

  // Stopped, it can be had again; then it is here.
  maq_transfer_cancel (transfer);
  ui_wait_sensitive (row, "Download");
  app_fixture_fault (fixture, NULL);
  maq_transfer_retry (transfer);
  ui_wait (offers_folder, row, 30000);
  ui_wait_text (row, "On this computer");
  ui_hide (window, page);
}

// What is in the context menu of a row, as lines.
static char *
dup_menu (GMenuModel *menu)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autofree char *label = NULL;
      g_autofree char *below = section != NULL ? dup_menu (section) : NULL;
      if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_LABEL, "s", &label))
        g_string_append_printf (text, "%s\n", label);
      if (below != NULL)
        g_string_append (text, below);
    }
  return g_string_free (text, FALSE);
}

static void
test_file_menu (AppFixture   *fixture,
                gconstpointer data)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, CHAT, NULL, "README.md");
  MaqRepoPage *page = maq_repo_page_new (fixture->client, fixture->cache, fixture->transfers, fixture->library, address);
  GtkWindow   *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "pebble-chat-Q4_0.gguf");
  GtkWidget *row = find_row (page, "pebble-chat-Q4_0.gguf");
  g_autoptr (GMenu) menu = g_menu_new ();
  maq_repo_file_row_fill_menu (row, menu);
  g_autofree char *items = dup_menu (G_MENU_MODEL (menu));
  g_assert_cmpstr (items, ==, "Inspect\nDownload…\nOpen on the Web\nCopy Name\nCopy Link\n");
  gtk_widget_activate_action (row, "repo.copy-file-link", "s", "a b/c.gguf");
  g_assert_true (g_str_has_prefix (fixture->activated, "copy http"));
  g_assert_true (g_str_has_suffix (fixture->activated, CHAT "/blob/main/a%20b/c.gguf"));
  gtk_widget_activate_action (row, "repo.open-file", "s", "README.md");
  g_assert_true (g_str_has_suffix (fixture->activated, CHAT "/blob/main/README.md"));
  ui_hide (window, page);
}

static gboolean
is_head_gone (gpointer view)
{
  return maq_pinned_view_get_head_gone (view);
}

static gboolean
is_head_there (gpointer view)
{
  return !is_head_gone (view);
}

static gboolean
has_more_below (gpointer adjustment)
{
  return gtk_adjustment_get_upper (adjustment) > 1.5 * gtk_adjustment_get_page_size (adjustment);
}

static double
get_top (gpointer widget,
         gpointer page)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (widget, page, &bounds));
  return bounds.origin.y;
}

// The head scrolls away with the rest, its tabs stay, and the header bar says whose page it is.
static void
test_scrolling (AppFixture   *fixture,
                gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "How it was made");
  ui_wait_sensitive (page, "Try");
  MaqPinnedView *view = ui_find (page, MAQ_TYPE_PINNED_VIEW, NULL);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (gtk_widget_get_parent (GTK_WIDGET (view))));
  GtkWidget     *switcher = ui_find (page, ADW_TYPE_INLINE_VIEW_SWITCHER, NULL);
  GtkWidget     *try = ui_find (page, GTK_TYPE_BUTTON, "Try");
  GtkWidget     *header = ui_find (page, ADW_TYPE_HEADER_BAR, NULL);
  double         top = get_top (switcher, view);
  g_assert_cmpfloat (top, >, 50);
  g_assert_null (ui_find (header, ADW_TYPE_WINDOW_TITLE, NULL));
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  ui_wait (is_head_gone, view, 10000);
  g_assert_cmpfloat (get_top (switcher, view), <, top);
  g_assert_cmpfloat (get_top (switcher, view), >=, 0);
  g_assert_cmpfloat (get_top (try, view), <, 0);
  g_assert_nonnull (ui_find (header, ADW_TYPE_WINDOW_TITLE, NULL));
  ui_wait_text (header, "pebble-chat-GGUF");

  // A short list of files has nothing to scroll: all of the head is there again.
  AdwViewStack *tabs = adw_inline_view_switcher_get_stack (ADW_INLINE_VIEW_SWITCHER (switcher));
  adw_view_stack_set_visible_child_name (tabs, "files");
  ui_wait_text (page, "pebble-chat-Q4_0.gguf");
  ui_wait (is_head_there, view, 10000);

  // Who goes back to a button by the keyboard sees it.
  adw_view_stack_set_visible_child_name (tabs, "card");
  ui_wait (has_more_below, adjustment, 10000);
  gtk_widget_child_focus (switcher, GTK_DIR_TAB_FORWARD);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  ui_wait (is_head_gone, view, 10000);
  gtk_widget_grab_focus (try);
  ui_wait (is_head_there, view, 10000);
  g_assert_cmpfloat (get_top (try, view), >=, 0);
  ui_hide (window, page);
}

// A button that is of no use any more hands the focus on.
static void
test_focus (AppFixture   *fixture,
            gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);

  ui_wait_sensitive (page, "Try");
  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  gtk_widget_grab_focus (ui_find (page, GTK_TYPE_BUTTON, "Try"));
  ui_click (page, "Try");
  ui_wait_text (page, "Downloading");
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (window));
  g_assert_nonnull (focus);
  g_assert_true (gtk_widget_is_sensitive (focus));
  g_assert_true (gtk_widget_is_ancestor (focus, GTK_WIDGET (page)));
  g_assert_cmpstr (fixture->activated, ==, NULL);
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (fixture->transfers), 0);
  maq_transfer_cancel (transfer);
  ui_hide (window, page);
}

// What a try fetches is said on its button; the other one does not say it once more.
static void
test_size_of_try (AppFixture   *fixture,
                  gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);

  ui_wait_sensitive (page, "Try");
  g_assert_true (ui_shows (ui_find (page, GTK_TYPE_BUTTON, "Try"), "2.2\302\240MB"));
  g_assert_false (ui_shows (ui_find (page, GTK_TYPE_BUTTON, "Download…"), "2.2\302\240MB"));
  ui_click (page, "Try");
  ui_wait (has_activated, fixture, 30000);
  ui_wait_text (page, "Downloaded");
  g_assert_false (ui_shows (ui_find (page, GTK_TYPE_BUTTON, "Try"), "2.2\302\240MB"));
  ui_hide (window, page);
}

static void
test_problems (AppFixture   *fixture,
               gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, "nobody/nothing");
  GtkWindow   *window = app_fixture_show (fixture, page);
  ui_wait_text (page, "Not Found");
  ui_click (page, "Try Again");
  ui_wait_text (page, "Not Found");
  ui_hide (window, page);

  maq_hub_client_set_offline (fixture->client, TRUE);
  page = open_page (fixture, CHAT);
  window = app_fixture_show (fixture, page);
  ui_wait_text (page, "Offline Mode");
  maq_hub_client_set_offline (fixture->client, FALSE);
  ui_click (page, "Try Again");
  ui_wait_text (page, "Text Generation");
  ui_hide (window, page);

  // Going while everything is under way.
  app_fixture_fault (fixture, "{\"delay\": 300, \"times\": 0}");
  page = open_page (fixture, CHAT);
  window = app_fixture_show (fixture, page);
  ui_hide (window, page);
  ui_run (500);
}

static void
test_gated (AppFixture   *fixture,
            gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, "harbor-labs/skua-code-1B");
  GtkWindow   *window = app_fixture_show (fixture, page);

  // One page says what it takes, and nothing is offered that would fail.
  ui_wait_text (page, "Gated");
  ui_wait_text (page, "Access Required");
  ui_wait_text (page, "The owner gives access on request.");
  g_assert_null (ui_find (page, MAQ_TYPE_REPO_ACTIONS, NULL));
  g_assert_nonnull (ui_find (page, GTK_TYPE_BUTTON, "Add Token"));
  ui_click (page, "Request Access");
  g_assert_true (g_str_has_suffix (fixture->activated, "/harbor-labs/skua-code-1B"));
  g_assert_true (g_str_has_prefix (fixture->activated, "open-uri http"));

  // With a token that opens it the same page goes on.
  maq_hub_client_set_token (fixture->client, "hf_demo_basic", maq_hub_client_get_endpoint (fixture->client));
  ui_click (page, "Try Again");
  ui_wait_text (page, "The owner has not given this account access yet.");
  g_assert_nonnull (ui_find (page, GTK_TYPE_BUTTON, "Change Token"));
  maq_hub_client_set_token (fixture->client, "hf_demo_read", maq_hub_client_get_endpoint (fixture->client));
  ui_click (page, "Try Again");
  ui_wait_sensitive (page, "Download…");
  ui_wait_gone (page, "Access Required");
  ui_hide (window, page);
}

static void
test_fit (AppFixture   *fixture,
          gconstpointer data)
{
  MaqRepoPage *page = open_page (fixture, CHAT);
  GtkWindow   *window = app_fixture_show (fixture, page);

  // Said before anything is downloaded, in a word and a number.
  ui_wait_text (page, "Fits in memory (27.2\302\240MB)");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->transfers)), ==, 0);
  GtkLabel *fit = ui_find (page, GTK_TYPE_LABEL, "Fits in memory (27.2\302\240MB)");
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (GTK_WIDGET (fit)), "context of 512 tokens"));

  // And of every variant; one is recommended, and chosen.
  gtk_menu_button_popup (ui_find (ui_find (page, MAQ_TYPE_REPO_ACTIONS, NULL), GTK_TYPE_MENU_BUTTON, NULL));
  ui_wait_text (page, "Fits, Recommended");
  g_assert_nonnull (ui_find (page, GTK_TYPE_LABEL, "Fits"));
  // Each has a menu.
  g_autoptr (GMenu) menu = g_menu_new ();
  maq_repo_choices_fill_menu (gtk_widget_get_ancestor (ui_find (page, GTK_TYPE_LABEL, "F16"), GTK_TYPE_BUTTON), menu);
  g_autofree char *items = dup_menu (G_MENU_MODEL (menu));
  g_assert_cmpstr (items, ==, "Inspect\nOpen on the Web\nCopy Name\nCopy Link\n");
  ui_hide (window, page);

  // Where the header cannot be read nothing is said, and all else works.
  app_fixture_fault (fixture, "{\"path\": \"*/resolve/*.gguf\", \"status\": 403, \"times\": 0}");
  page = open_page (fixture, CHAT);
  window = app_fixture_show (fixture, page);
  ui_wait_sensitive (page, "Try");
  ui_run (300);
  g_assert_false (ui_shows (page, "in memory"));
  ui_hide (window, page);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
#define ADD(path, test) g_test_add (path, AppFixture, NULL, set_up, test, tear_down)
  ADD ("/app/repo-page/card-and-facts", test_content);
  g_test_add ("/app/repo-page/front-matter-is-not-shown", AppFixture, NULL, NULL, test_front_matter, NULL);
  ADD ("/app/repo-page/keyboard-goes-all-through", test_keyboard);
  ADD ("/app/repo-page/one-press-fetches-and-opens-a-chat", test_try);
  ADD ("/app/repo-page/one-press-beside-a-folder", test_try_beside_folder);
  ADD ("/app/repo-page/stop-and-go-on", test_stop);
  ADD ("/app/repo-page/a-failed-download-says-why", test_failed_download);
  ADD ("/app/repo-page/files", test_files);
  ADD ("/app/repo-page/files-on-their-way-are-not-offered", test_files_on_their_way);
  ADD ("/app/repo-page/menu-of-a-file", test_file_menu);
  ADD ("/app/repo-page/the-head-scrolls-and-the-tabs-stay", test_scrolling);
  ADD ("/app/repo-page/the-focus-is-handed-on", test_focus);
  ADD ("/app/repo-page/a-try-says-its-size", test_size_of_try);
  ADD ("/app/repo-page/hostile-list-of-files", test_hostile_tree);
  ADD ("/app/repo-page/problems-have-a-way-on", test_problems);
  ADD ("/app/repo-page/gated", test_gated);
  ADD ("/app/repo-page/whether-it-fits-is-said-before", test_fit);
  return g_test_run ();
}
