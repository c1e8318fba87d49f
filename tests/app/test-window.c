// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gstdio.h>

#include "maq-hub-server.h"
#include "maq-paths.h"
#include "maq-places.h"
#include "maq-ui-fixture.h"
#include "maq-window.h"

typedef void (*Story) (MaqApplication *application, MaqWindow *window);

typedef struct
{
  MaqApplication *application;
  Story           story;
  gboolean        told;
} Teller;

static MaqWindow *
get_window (MaqApplication *application)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (application)); l != NULL; l = l->next)
    if (MAQ_IS_WINDOW (l->data) && gtk_widget_get_mapped (l->data))
      return l->data;
  return NULL;
}

static gboolean
tell_cb (gpointer data)
{
  Teller    *teller = data;
  MaqWindow *window = get_window (teller->application);

  if (window == NULL)
    return G_SOURCE_CONTINUE;
  teller->told = TRUE;
  teller->story (teller->application, window);
  g_application_quit (G_APPLICATION (teller->application));
  return G_SOURCE_REMOVE;
}

static void
gone_cb (gpointer data,
         GObject *object)
{
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

// Runs the whole application with these words of its command line, and STORY once its window is there.
static int
run (Story       story,
     const char *first,
     const char *second)
{
  MaqApplication *application = maq_application_new ();
  Teller          teller = { application, story, FALSE };
  const char     *words[] = { "maquette", first, second, NULL };

  guint source = g_timeout_add (20, tell_cb, &teller);
  int   status = g_application_run (G_APPLICATION (application), first == NULL ? 1 : second == NULL ? 2
                                                                                                    : 3,
                                  (char **) words);
  if (!teller.told)
    g_source_remove (source);
  g_assert_true (teller.told == (story != NULL));
  gboolean gone = FALSE;
  g_object_weak_ref (G_OBJECT (application), gone_cb, &gone);
  g_object_unref (application);
  ui_wait (is_true, &gone, 5000);
  return status;
}

static void
show (MaqWindow  *window,
      const char *place)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-page", "s", place);
}

static void
tell_places (MaqApplication *application,
             MaqWindow      *window)
{
  ui_wait_text (window, "maquette/pebble-chat-GGUF");
  show (window, "library");
  ui_wait_text (window, "The Library Is Empty");
  show (window, "transfers");
  ui_wait_text (window, "No Transfers");
  show (window, "chats");
  ui_wait_gone (window, "No Transfers");
  show (window, "nowhere");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.focus-search", NULL);
  ui_wait_text (window, "maquette/pebble-chat-GGUF");
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_nonnull (gtk_widget_get_ancestor (focus, GTK_TYPE_SEARCH_ENTRY));

  // A repo opens on top and Back leads where one came from; opening it again changes nothing.
  gtk_widget_activate_action (GTK_WIDGET (window), "win.open-repo", "s", "harbor-labs/gull-7B");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.open-repo", "s", "hf://harbor-labs/gull-7B");
  ui_wait_text (window, "Transformers");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.go-back", NULL);
  ui_wait_text (window, "maquette/pebble-chat-GGUF");

  gtk_widget_activate_action (GTK_WIDGET (window), "win.open-repo", "s", "no address at all");
  ui_wait_text (window, "“no address at all” was not opened");
}

static void
test_places (void)
{
  g_assert_cmpint (run (tell_places, "--demo", NULL), ==, 0);
}

// Nobody listens there.
#define NO_HUB "http://127.0.0.1:9"

static void
tell_open_file (MaqApplication *application,
                MaqWindow      *window)
{
  ui_wait_text (window, "Other users can read the file with your access token");
  // What to do about it is in Preferences.
  g_action_group_activate_action (G_ACTION_GROUP (application), "preferences", NULL);
  ui_wait_text (window, "chmod 600");
  g_assert_true (maq_hub_client_has_token (maq_application_get_client (application)));
}

static void
tell_no_more (MaqApplication *application,
              MaqWindow      *window)
{
  ui_wait_text (window, "Hub Not Reachable");
  g_assert_false (ui_shows (window, "Other users can read"));
  g_assert_true (maq_hub_client_has_token (maq_application_get_client (application)));
}

static void
tell_broken_token (MaqApplication *application,
                   MaqWindow      *window)
{
  ui_wait_text (window, "The access token in HF_TOKEN or in the token file is not valid");
  g_assert_false (maq_hub_client_has_token (maq_application_get_client (application)));
}

static void
tell_other_hub (MaqApplication *application,
                MaqWindow      *window)
{
  ui_wait_text (window, "Hub Not Reachable");
  g_assert_false (ui_shows (window, "access token"));
  g_assert_false (maq_hub_client_has_token (maq_application_get_client (application)));
}

// Which token is for which Hub is MaqToken's to say; that the window follows it, and what it tells.
static void
test_tokens (void)
{
  g_autofree char *file = g_build_filename (g_getenv ("HF_HOME"), "token", NULL);

  g_setenv ("HF_ENDPOINT", NO_HUB, TRUE);
  g_mkdir_with_parents (g_getenv ("HF_HOME"), 0700);
  g_assert_true (g_file_set_contents_full (file, "hf_file", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_cmpint (run (tell_open_file, NULL, NULL), ==, 0);
  g_assert_cmpint (run (tell_no_more, NULL, NULL), ==, 0);
  g_setenv ("HF_TOKEN", "two words", TRUE);
  g_assert_cmpint (run (tell_broken_token, NULL, NULL), ==, 0);
  g_setenv ("HF_TOKEN", "hf_env", TRUE);
  g_unsetenv ("HF_ENDPOINT");
  g_assert_cmpint (run (tell_other_hub, "--hub", NO_HUB), ==, 0);
  g_unsetenv ("HF_TOKEN");
  g_remove (file);
}

static void
tell_address (MaqApplication *application,
              MaqWindow      *window)
{
  ui_wait_text (window, "harbor-labs/gull-1B-chat");
  ui_wait_text (window, "License: apache-2.0");
}

static void
test_address (void)
{
  g_assert_cmpint (run (tell_address, "--demo", "hf://harbor-labs/gull-1B-chat"), ==, 0);
}

// A weights file opens a chat, and the list of models there looks into it; JSON is looked into at once.
static void
tell_files (MaqApplication *application,
            MaqWindow      *window)
{
  g_autofree char *weights = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  g_autofree char *config = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "models", "maquette", "pebble-chat", "config.json", NULL);

  // A name that is no valid text opens like any other; there is no such file, which is told.
  maq_window_open (window, "/nowhere/\xff.gguf");
  ui_wait_text (window, "File Not Found");
  // So is that a file is damaged, whatever its name promises.
  g_autofree char *broken = g_build_filename (g_get_home_dir (), "broken.gguf", NULL);
  g_assert_true (g_file_set_contents (broken, "GGUF\3", -1, NULL));
  maq_window_open (window, broken);
  ui_wait_text (window, "File Incomplete");
  maq_window_open (window, weights);
  ui_wait_text (window, "Start a Conversation");
  gtk_menu_button_popup (ui_find (window, GTK_TYPE_MENU_BUTTON, "pebble-chat-Q8_0.gguf"));
  ui_click (window, "Inspect Model");
  ui_wait_text (window, "general.architecture");
  g_assert_nonnull (ui_find (window, GTK_TYPE_BUTTON, "Chat"));
  // Ctrl+F searches in the page.
  gtk_widget_activate_action (GTK_WIDGET (window), "win.focus-search", NULL);
  ui_run (100);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_nonnull (gtk_widget_get_ancestor (focus, GTK_TYPE_SEARCH_ENTRY));
  g_assert_nonnull (ui_find (window, GTK_TYPE_BUTTON, "Chat"));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.go-back", NULL);
  ui_wait_text (window, "The Library Is Empty");

  maq_window_open (window, config);
  ui_wait_text (window, "JSON");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.inspect", "s", "hf://maquette/pebble-chat/config.json");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.inspect", "s", "no file");
  ui_wait_text (window, "maquette/pebble-chat");
}

// What is dropped on the window is opened as what the command line names.
static void
tell_drop (MaqApplication *application,
           MaqWindow      *window)
{
  g_autofree char *weights = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (weights);
  g_autoptr (GFile) far = g_file_new_for_uri ("sftp://nowhere/model.gguf");
  GFile *files[] = { file };
  GFile *far_files[] = { far };
  g_auto (GValue) value = G_VALUE_INIT;
  gpointer target = gtk_widget_get_template_child (GTK_WIDGET (window), MAQ_TYPE_WINDOW, "drop_target");
  gboolean taken = FALSE;

  ui_wait_text (window, "maquette/pebble-chat-GGUF");
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_array (files, 1));
  g_signal_emit_by_name (target, "drop", &value, 0.0, 0.0, &taken);
  g_assert_true (taken);
  ui_wait_text (window, "Start a Conversation");
  g_value_take_boxed (&value, gdk_file_list_new_from_array (far_files, 1));
  g_signal_emit_by_name (target, "drop", &value, 0.0, 0.0, &taken);
  ui_wait_text (window, "Only files on this computer can be opened");
}

static void
test_drop (void)
{
  g_assert_cmpint (run (tell_drop, "--demo", NULL), ==, 0);
}

// A place that is opened has the focus in its content, and its key is its number in the list.
static void
tell_focus (MaqApplication *application,
            MaqWindow      *window)
{
  guint           n_places;
  const MaqPlace *places = maq_places_get (&n_places);
  gpointer        sidebar = gtk_widget_get_template_child (GTK_WIDGET (window), MAQ_TYPE_WINDOW, "sidebar");
  gpointer        content = gtk_widget_get_template_child (GTK_WIDGET (window), MAQ_TYPE_WINDOW, "content_page");

  ui_wait_text (window, "maquette/pebble-chat-GGUF");
  for (guint i = 0; i < n_places; i++)
    {
      g_autofree char *action = g_strdup_printf ("win.show-page::%s", places[i].name);
      g_autofree char *key = g_strdup_printf ("<Control>%u", i + 1);
      g_auto (GStrv) accels = gtk_application_get_accels_for_action (GTK_APPLICATION (application), action);
      g_assert_cmpstr (accels[0], ==, key);
      gtk_widget_child_focus (sidebar, GTK_DIR_TAB_FORWARD);
      show (window, places[i].name);
      // Also a frame later, when GTK looks after what had the focus before.
      ui_run (200);
      GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));
      g_assert_nonnull (focus);
      g_assert_true (gtk_widget_is_ancestor (focus, content));
    }
}

static void
test_focus (void)
{
  g_assert_cmpint (run (tell_focus, "--demo", NULL), ==, 0);
}

static void
test_files (void)
{
  g_assert_cmpint (run (tell_files, "--demo", NULL), ==, 0);
}

static gboolean
is_collapsed (gpointer view)
{
  return adw_navigation_split_view_get_collapsed (view);
}

static void
tell_narrow (MaqApplication *application,
             MaqWindow      *window)
{
  AdwNavigationSplitView *view = ui_find (window, ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL);

  ui_wait_text (window, "maquette/pebble-chat-GGUF");
  ui_wait (is_collapsed, view, 5000);
  g_assert_true (adw_navigation_split_view_get_show_content (view));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.toggle-sidebar", NULL);
  ui_wait_text (window, "On This Computer");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.toggle-sidebar", NULL);
  ui_wait_gone (window, "On This Computer");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.go-back", NULL);
  ui_wait_text (window, "On This Computer");
  show (window, "library");
  ui_wait_text (window, "The Library Is Empty");
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 400);
}

static void
test_narrow (void)
{
  g_autoptr (GSettings) settings = g_settings_new (MAQ_APP_ID);
  g_settings_set_int (settings, "window-width", 360);
  g_assert_cmpint (run (tell_narrow, "--demo", NULL), ==, 0);
  g_settings_reset (settings, "window-width");
}

static void
tell_closed (MaqApplication *application,
             MaqWindow      *window)
{
  AdwNavigationSplitView *view = ui_find (window, ADW_TYPE_NAVIGATION_SPLIT_VIEW, NULL);

  ui_wait (is_collapsed, view, 5000);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.go-back", NULL);
  g_object_add_weak_pointer (G_OBJECT (view), (gpointer *) &view);
  g_application_hold (G_APPLICATION (application));
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_nonnull (view);
  ui_run (100);
  g_assert_null (view);
  g_application_release (G_APPLICATION (application));
}

// A window closed while its page changes: the page's source, still to come, finds its view.
static void
test_closed (void)
{
  g_autoptr (GSettings) settings = g_settings_new (MAQ_APP_ID);
  g_settings_set_int (settings, "window-width", 360);
  g_assert_cmpint (run (tell_closed, "--demo", NULL), ==, 0);
  g_settings_reset (settings, "window-width");
}

static void
tell_unreachable (MaqApplication *application,
                  MaqWindow      *window)
{
  ui_wait_text (window, "Hub Not Reachable");
  g_assert_nonnull (ui_find (window, GTK_TYPE_BUTTON, "Try Again"));
}

static void
test_unreachable (void)
{
  g_assert_cmpint (run (tell_unreachable, "--hub", "http://127.0.0.1:9"), ==, 0);
}

static MaqHubServer *mended;

static gboolean
has_transfer (gpointer transfers)
{
  return g_list_model_get_n_items (transfers) > 0;
}

static gboolean
is_done (gpointer transfers)
{
  g_autoptr (MaqTransfer) transfer = g_list_model_get_item (transfers, 0);
  return maq_transfer_get_state (transfer) == MAQ_TRANSFER_DONE;
}

static void
tell_mended (MaqApplication *application,
             MaqWindow      *window)
{
  MaqTransferList *transfers = maq_application_get_transfers (application);

  ui_wait_text (window, "Invalid Hub Address");
  ui_wait (has_transfer, transfers, 5000);
  ui_run (200);
  g_assert_false (is_done (transfers));

  // The address is mended: the page shows the Hub, and what an earlier window left in the queue goes on.
  g_action_group_activate_action (G_ACTION_GROUP (application), "preferences", NULL);
  ui_wait_text (window, "Access Token");
  AdwEntryRow *address = ui_find (window, ADW_TYPE_ENTRY_ROW, NULL);
  gtk_editable_set_text (GTK_EDITABLE (address), maq_hub_server_get_url (mended));
  g_signal_emit_by_name (address, "apply");
  ui_wait (is_done, transfers, 30000);
  ui_wait_text (window, "maquette/pebble-chat-GGUF");
}

static void
test_mended_address (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_demo (&error);
  g_assert_no_error (error);
  mended = maq_hub_server_new (store);
  maq_hub_server_listen (mended, NULL, 0, &error);
  g_assert_no_error (error);

  // A window left this in its queue.
  g_autofree char *root = maq_paths_dup_hub_cache ();
  g_autofree char *state = maq_paths_dup_state_dir ();
  g_autoptr (MaqCache) cache = maq_cache_new (root);
  g_autoptr (MaqHubClient) client = maq_hub_client_new (maq_hub_server_get_url (mended));
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, "maquette/pebble-embed-GGUF", NULL);
  MaqTransferList *transfers = maq_transfer_list_new (client, cache, state);
  maq_transfer_list_go_on (transfers, NULL, NULL);
  g_object_unref (maq_transfer_list_start (transfers, request));
  g_assert_finalize_object (transfers);

  g_autoptr (GSettings) settings = g_settings_new (MAQ_APP_ID);
  g_settings_set_string (settings, "endpoint", "nowhere");
  g_assert_cmpint (run (tell_mended, NULL, NULL), ==, 0);
  g_settings_reset (settings, "endpoint");
  g_clear_object (&mended);
}

static void
test_bad_usage (void)
{
  g_assert_cmpint (run (NULL, "--demo", "--hub=http://127.0.0.1:9"), ==, 2);
  g_assert_cmpint (run (NULL, "--hub", "no address"), ==, 2);
}

static void
exited_cb (GPid     pid,
           int      status,
           gpointer data)
{
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  *(gboolean *) data = TRUE;
}

static void
call (const char *const *words)
{
  g_autoptr (GError) error = NULL;
  gboolean exited = FALSE;
  GPid     pid;

  g_spawn_async (NULL, (char **) words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  g_child_watch_add (pid, exited_cb, &exited);
  ui_wait (is_true, &exited, 30000);
}

static gboolean
is_active (gpointer window)
{
  return gtk_window_is_active (window);
}

// Presses the key as somebody at the keyboard does: the display server has it pressed, and gives it to who has the focus by then.
// (Given a window, xdotool sends it events of its own making instead, at once, and on to where it was after it is gone.)
static void
press (MaqWindow  *window,
       const char *key)
{
  call ((const char *[]) { "xdotool", "search", "--onlyvisible", "--name", "^Maquette$", "windowfocus", "--sync", NULL });
  ui_wait (is_active, window, 30000);

  g_autoptr (GError) error = NULL;
  const char *words[] = { "xdotool", "key", "--clearmodifiers", key, NULL };
  g_spawn_async (NULL, (char **) words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
give_up_cb (gpointer data)
{
  g_error ("The key did not quit the application");
}

typedef struct
{
  MaqApplication *application;
  const char     *action; // opens a dialog; NULL: none
} Quitter;

static gboolean
has_focus_in_dialog (gpointer window)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (window);
  GtkWidget *focus = gtk_window_get_focus (window);
  return dialog != NULL && focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (dialog));
}

static gboolean
quit_by_key_cb (gpointer data)
{
  Quitter   *quitter = data;
  MaqWindow *window = get_window (quitter->application);

  if (window == NULL)
    return G_SOURCE_CONTINUE;
  ui_wait_text (window, "maquette/pebble-chat-GGUF");
  if (quitter->action != NULL)
    {
      g_action_group_activate_action (G_ACTION_GROUP (quitter->application), quitter->action, NULL);
      ui_wait (has_focus_in_dialog, window, 30000);
    }
  press (window, "ctrl+q");
  return G_SOURCE_REMOVE;
}

// Ctrl+Q quits, whether a dialog is open or not.
static void
test_quit (gconstpointer action)
{
  const char *words[] = { "maquette", "--demo", NULL };
  g_autoptr (MaqApplication) application = maq_application_new ();
  Quitter quitter = { application, action };
  guint   give_up = g_timeout_add_seconds (80, give_up_cb, NULL);

  g_timeout_add (20, quit_by_key_cb, &quitter);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 2, (char **) words), ==, 0);
  g_source_remove (give_up);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/window/places", test_places);
  g_test_add_func ("/app/window/opens-what-the-command-line-names", test_address);
  g_test_add_func ("/app/window/files-are-opened-and-inspected", test_files);
  g_test_add_func ("/app/window/opens-what-is-dropped", test_drop);
  g_test_add_func ("/app/window/focus-in-the-content", test_focus);
  g_test_add_func ("/app/window/works-at-360-pixels", test_narrow);
  g_test_add_func ("/app/window/closed-while-its-page-changes", test_closed);
  g_test_add_func ("/app/window/a-hub-that-is-not-there", test_unreachable);
  g_test_add_func ("/app/window/goes-on-with-a-mended-address", test_mended_address);
  g_test_add_data_func ("/app/window/quits-by-key", NULL, test_quit);
  g_test_add_data_func ("/app/window/quits-by-key/with-preferences", "preferences", test_quit);
  g_test_add_data_func ("/app/window/quits-by-key/with-about", "about", test_quit);
  g_test_add_func ("/app/window/bad-usage", test_bad_usage);
  g_test_add_func ("/app/window/tokens", test_tokens);
  return g_test_run ();
}
