// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-app-fixture.h"
#include "maq-chat-view.h"
#include "maq-chats-page.h"
#include "maq-composer.h"
#include "maq-fake-engine.h"
#include "maq-message-row.h"
#include "maq-model-picker.h"
#include "maq-status-stack.h"

// The real page in a real window, with the real store and library over folders of the test's own home, and the fake engine.

#define LABEL "maquette/pebble-GGUF:Q4_0"

typedef struct
{
  char           *path; // of a weights file
  MaqChatStore   *store;
  MaqLibrary     *library;
  MaqForeignList *foreign;
  GtkWindow      *window;
  MaqChatsPage   *page;
  MaqChatView    *view;
  MaqComposer    *composer;
} Fixture;

static gpointer
get_child (gpointer widget, GType type, const char *name)
{
  GObject *child = gtk_widget_get_template_child (GTK_WIDGET (widget), type, name);

  g_assert_nonnull (child);
  return child;
}

// Turns the main loop until CONDITION holds; fails after ten seconds.
#define wait_until(condition)                                        \
  G_STMT_START                                                       \
  {                                                                  \
    gint64 end_ = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;     \
    while (!(condition) && g_get_monotonic_time () < end_)           \
      {                                                              \
        if (!g_main_context_iteration (NULL, FALSE))                 \
          g_usleep (1000);                                           \
      }                                                              \
    if (!(condition))                                                \
      g_error ("line %d: never happened: %s", __LINE__, #condition); \
  }                                                                  \
  G_STMT_END

static void
spin (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * 1000;

  while (g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

// A weights file as the cache of every Hub tool holds it: a snapshot that links to a blob.
static char *
add_to_cache (const char *root, const char *folder, const char *name)
{
  const char      *commit = "0123456789abcdef0123456789abcdef01234567";
  g_autofree char *snapshot = g_build_filename (root, folder, "snapshots", commit, NULL);
  g_autofree char *blobs = g_build_filename (root, folder, "blobs", NULL);
  g_autofree char *refs = g_build_filename (root, folder, "refs", NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *blob = g_build_filename (blobs, hash, NULL);
  g_autofree char *target = g_build_filename ("..", "..", "blobs", hash, NULL);
  g_autofree char *ref = g_build_filename (refs, "main", NULL);
  char            *path = g_build_filename (snapshot, name, NULL);
  g_autoptr (GFile) link = g_file_new_for_path (path);

  g_mkdir_with_parents (snapshot, 0700);
  g_mkdir_with_parents (blobs, 0700);
  g_mkdir_with_parents (refs, 0700);
  g_assert_true (g_file_set_contents (blob, "weights", -1, NULL));
  g_assert_true (g_file_set_contents (ref, commit, -1, NULL));
  g_assert_true (g_file_make_symbolic_link (link, target, NULL, NULL));
  return path;
}

static DexFuture *
mark_done (DexFuture *future, gpointer data)
{
  *(gboolean *) data = TRUE;
  return dex_ref (future);
}

static void
wait_for (DexFuture *future)
{
  gboolean   done = FALSE;
  DexFuture *marked = dex_future_finally (future, mark_done, &done, NULL);

  wait_until (done);
  dex_unref (marked);
}

// NAME: of a weights file to put into the library; NULL leaves it empty.
static void
set_up_with (Fixture *fixture, const char *name, const char *database)
{
  static int       counter;
  g_autofree char *folder = g_strdup_printf ("%s/page-%d", g_get_home_dir (), counter++);
  g_autofree char *root = g_build_filename (folder, "hub", NULL);
  g_autofree char *file = database ? g_strdup (database) : g_build_filename (folder, "chats.sqlite", NULL);
  g_autoptr (MaqCache) cache = maq_cache_new (root);
  g_autoptr (MaqEngine) engine = maq_fake_engine_new ();

  fixture->path = name ? add_to_cache (root, "models--maquette--pebble-GGUF", name) : NULL;
  fixture->store = maq_chat_store_new (file);
  fixture->library = maq_library_new (cache);
  fixture->foreign = maq_foreign_list_new ();
  wait_for (maq_library_refresh (fixture->library));
  fixture->page = MAQ_CHATS_PAGE (maq_chats_page_new (fixture->store, fixture->library, fixture->foreign, engine));
  fixture->view = get_child (fixture->page, MAQ_TYPE_CHATS_PAGE, "chat_view");
  fixture->composer = get_child (fixture->view, MAQ_TYPE_CHAT_VIEW, "composer");
  fixture->window = GTK_WINDOW (adw_window_new ());
  gtk_window_set_default_size (fixture->window, 900, 700);
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->page));
  gtk_window_present (fixture->window);
  wait_until (maq_chat_store_get_loaded (fixture->store) || maq_chat_store_get_problem (fixture->store));
  spin (50);
}

static void
tear_down (Fixture *fixture)
{
  gpointer page = fixture->page;

  g_object_add_weak_pointer (G_OBJECT (fixture->page), &page);
  gtk_window_destroy (fixture->window);
  wait_until (page == NULL);
  wait_for (maq_chat_store_flush (fixture->store));
  g_assert_finalize_object (fixture->store);
  g_clear_object (&fixture->library);
  g_clear_object (&fixture->foreign);
  g_clear_pointer (&fixture->path, g_free);
}

static MaqChat *
get_chat (Fixture *fixture)
{
  MaqChat *chat = maq_chat_view_get_chat (fixture->view);

  g_assert_nonnull (chat);
  return chat;
}

static MaqMessageRow *
get_last_row (Fixture *fixture)
{
  GtkWidget *box = get_child (fixture->view, MAQ_TYPE_CHAT_VIEW, "messages");

  return MAQ_MESSAGE_ROW (gtk_widget_get_last_child (box));
}

static gboolean
shows (Fixture *fixture, const char *child)
{
  return gtk_widget_get_child_visible (get_child (get_last_row (fixture), MAQ_TYPE_MESSAGE_ROW, child)) &&
         gtk_widget_get_visible (get_child (get_last_row (fixture), MAQ_TYPE_MESSAGE_ROW, child));
}

static const char *
last_content (Fixture *fixture)
{
  return maq_chat_message_get_content (maq_message_row_get_message (get_last_row (fixture)));
}

static void
send (Fixture *fixture, const char *text)
{
  GtkWidget *button = get_child (fixture->composer, MAQ_TYPE_COMPOSER, "send_button");

  g_assert_false (gtk_widget_get_sensitive (button));
  maq_composer_set_text (fixture->composer, text);
  g_assert_true (gtk_widget_get_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

static void
send_and_wait (Fixture *fixture, const char *text)
{
  send (fixture, text);
  wait_until (!maq_chat_get_answering (get_chat (fixture)));
}

static void
test_without_models (void)
{
  Fixture        fixture;
  AdwStatusPage *page;
  GtkButton     *button;

  set_up_with (&fixture, NULL, NULL);
  page = get_child (fixture.view, MAQ_TYPE_CHAT_VIEW, "none_page");
  button = get_child (fixture.view, MAQ_TYPE_CHAT_VIEW, "none_button");
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (page)));
  g_assert_cmpstr (adw_status_page_get_title (page), ==, "No Models");
  g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (button)), ==, "win.show-page");

  // Asking all the same says what is missing.
  maq_chats_page_open_new_chat (fixture.page, NULL, NULL);
  send_and_wait (&fixture, "Hello");
  g_assert_true (shows (&fixture, "problem"));
  tear_down (&fixture);
}

static void
test_answers (void)
{
  Fixture     fixture;
  GListModel *shown;

  set_up_with (&fixture, "pebble.Q4_0.gguf", NULL);
  maq_chats_page_open_new_chat (fixture.page, NULL, NULL);
  g_assert_cmpstr (maq_chat_get_model_path (get_chat (&fixture)), ==, fixture.path);
  g_assert_true (g_str_has_prefix (maq_chat_get_model_label (get_chat (&fixture)), "maquette/pebble-GGUF:"));
  g_assert_true (gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (fixture.window)), GTK_WIDGET (fixture.composer)));

  // A second new chat while nothing was said is the same.
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture.store)), ==, 1);

  send_and_wait (&fixture, "Hello **there**");
  g_assert_cmpstr (last_content (&fixture), ==, "You said: Hello **there**");
  wait_until (shows (&fixture, "footer"));
  g_assert_true (shows (&fixture, "markdown"));
  g_assert_false (shows (&fixture, "text"));
  send_and_wait (&fixture, "Hello there");
  g_assert_cmpstr (last_content (&fixture), ==, "You said: Hello there");
  wait_until (shows (&fixture, "footer"));
  g_assert_false (shows (&fixture, "markdown"));
  g_assert_true (shows (&fixture, "text"));
  g_assert_false (shows (&fixture, "problem"));
  g_assert_true (shows (&fixture, "regenerate_button"));
  g_assert_nonnull (strstr (gtk_label_get_label (get_child (get_last_row (&fixture), MAQ_TYPE_MESSAGE_ROW, "stats_label")), "tokens/s"));

  // Anew: the old answer goes, a new one comes.
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "chat.regenerate", NULL);
  wait_until (!maq_chat_get_answering (get_chat (&fixture)));
  shown = G_LIST_MODEL (get_chat (&fixture));
  g_assert_cmpuint (g_list_model_get_n_items (shown), ==, 4);
  g_assert_cmpstr (last_content (&fixture), ==, "You said: Hello there");
  tear_down (&fixture);
}

// A text view knows its height only once it has its width: it must learn of every new width.
static void
test_heights (void)
{
  Fixture          fixture;
  g_autofree char *database = g_build_filename (g_get_home_dir (), "heights.sqlite", NULL);
  GtkWidget       *text;
  MaqChatMessage  *answer;

  set_up_with (&fixture, "pebble.Q4_0.gguf", database);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "There is nothing in this but plain words, which need more than one line in a narrow window and two in a wide one");
  text = get_child (get_last_row (&fixture), MAQ_TYPE_MESSAGE_ROW, "text");
  wait_until (gtk_widget_get_width (text) > 300);
  spin (300);
  g_assert_cmpint (gtk_widget_get_height (text), <, 80);
  gtk_window_set_default_size (fixture.window, 360, 700);
  wait_until (gtk_widget_get_width (text) < 360);
  spin (300);
  g_assert_cmpint (gtk_widget_get_height (text), >, 60);
  g_assert_cmpint (gtk_widget_get_height (text), <, 200);

  // The same when a whole answer comes at once.
  gtk_window_set_default_size (fixture.window, 900, 700);
  spin (300);
  maq_chat_add_message (get_chat (&fixture), "user", "What is the capital of France?");
  answer = maq_chat_begin_answer (get_chat (&fixture));
  spin (100);
  maq_chat_message_append (answer, "The capital of France is Paris.");
  maq_chat_end_answer (get_chat (&fixture), answer, "7 tokens", NULL, MAQ_CHAT_REMEDY_RETRY);
  text = get_child (get_last_row (&fixture), MAQ_TYPE_MESSAGE_ROW, "text");
  wait_until (gtk_widget_get_width (text) > 300);
  spin (300);
  g_assert_cmpint (gtk_widget_get_height (text), <, 40);
  tear_down (&fixture);

  // The same when it is read from the file.
  set_up_with (&fixture, "pebble.Q4_0.gguf", database);
  wait_until (get_last_row (&fixture) != NULL);
  text = get_child (get_last_row (&fixture), MAQ_TYPE_MESSAGE_ROW, "text");
  wait_until (gtk_widget_get_width (text) > 300);
  spin (300);
  g_assert_cmpint (gtk_widget_get_height (text), <, 80);
  tear_down (&fixture);
}

static void
test_streams_into_one_surface (void)
{
  Fixture        fixture;
  GtkTextBuffer *buffer;
  GtkTextView   *text;
  guint          n_chars;

  set_up_with (&fixture, "slow.gguf", NULL);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send (&fixture, "a b c d e f g h i j k l m n o p q r s t u v w x y z");
  g_assert_true (shows (&fixture, "waiting"));
  wait_until (shows (&fixture, "text"));
  text = get_child (get_last_row (&fixture), MAQ_TYPE_MESSAGE_ROW, "text");
  buffer = gtk_text_view_get_buffer (text);
  g_assert_false (shows (&fixture, "waiting"));
  n_chars = gtk_text_buffer_get_char_count (buffer);
  wait_until (gtk_text_buffer_get_char_count (buffer) > (int) n_chars);
  g_assert_true (text == get_child (get_last_row (&fixture), MAQ_TYPE_MESSAGE_ROW, "text"));

  // Stop takes the place of Send, and stops.
  g_assert_true (gtk_widget_get_visible (get_child (fixture.composer, MAQ_TYPE_COMPOSER, "stop_button")));
  g_assert_false (gtk_widget_get_visible (get_child (fixture.composer, MAQ_TYPE_COMPOSER, "send_button")));
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "chat.stop", NULL);
  wait_until (!maq_chat_get_answering (get_chat (&fixture)));
  g_assert_null (strstr (last_content (&fixture), "y z"));
  g_assert_false (shows (&fixture, "problem"));
  g_assert_true (gtk_widget_get_visible (get_child (fixture.composer, MAQ_TYPE_COMPOSER, "send_button")));
  spin (100);
  n_chars = gtk_text_buffer_get_char_count (buffer);
  g_assert_cmpuint (n_chars, ==, strlen (last_content (&fixture)));
  tear_down (&fixture);
}

static void
test_closed_while_streaming (void)
{
  Fixture fixture;

  set_up_with (&fixture, "slow.gguf", NULL);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send (&fixture, "a b c d e f g h i j k l m n o p q r s t u v w x y z");
  wait_until (maq_chat_message_get_length (maq_message_row_get_message (get_last_row (&fixture))) > 5);
  tear_down (&fixture);
}

static void
test_crash_and_damage (void)
{
  Fixture          fixture;
  g_autofree char *broken = NULL;
  g_autofree char *good = NULL;

  set_up_with (&fixture, "crash.gguf", NULL);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "one two three four");
  g_assert_true (shows (&fixture, "problem"));
  g_assert_true (shows (&fixture, "try_again_button"));
  g_assert_false (shows (&fixture, "library_button"));

  // A second crash at the same message is no accident, so a third try is not offered.
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "chat.regenerate", NULL);
  wait_until (!maq_chat_get_answering (get_chat (&fixture)));
  g_assert_true (shows (&fixture, "problem"));
  g_assert_false (shows (&fixture, "try_again_button"));

  // The chat goes on: the model is loaded again, and another one answers.
  send_and_wait (&fixture, "short");
  g_assert_cmpstr (last_content (&fixture), ==, "You said: short");
  good = g_build_filename (g_get_home_dir (), "good.gguf", NULL);
  g_assert_true (g_file_set_contents (good, "x", -1, NULL));
  g_signal_emit_by_name (get_child (fixture.view, MAQ_TYPE_CHAT_VIEW, "picker"), "chosen", "x/good:Q8_0", good);
  send_and_wait (&fixture, "and on it goes");
  g_assert_cmpstr (last_content (&fixture), ==, "You said: and on it goes");
  g_assert_false (shows (&fixture, "problem"));

  broken = g_build_filename (g_get_home_dir (), "broken.gguf", NULL);
  g_assert_true (g_file_set_contents (broken, "x", -1, NULL));
  maq_chats_page_open_new_chat (fixture.page, "x/broken:Q8_0", broken);
  send_and_wait (&fixture, "Hello");
  g_assert_true (shows (&fixture, "problem"));
  g_assert_false (shows (&fixture, "try_again_button"));
  g_assert_false (shows (&fixture, "library_button"));
  g_assert_false (shows (&fixture, "try_again_button"));
  g_signal_emit_by_name (get_child (fixture.view, MAQ_TYPE_CHAT_VIEW, "picker"), "chosen", "x/good:Q8_0", good);
  g_assert_true (shows (&fixture, "try_again_button"));
  tear_down (&fixture);
}

// A full context offers what helps, and what would fail again is not offered.
static void
test_full_context (void)
{
  Fixture  fixture;
  MaqChat *full;

  set_up_with (&fixture, "small.gguf", NULL);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "one two three four five six seven eight nine");
  g_assert_true (g_str_has_prefix (last_content (&fixture), "You said: one"));
  g_assert_null (strstr (last_content (&fixture), "nine"));
  g_assert_true (shows (&fixture, "new_chat_button"));
  g_assert_false (shows (&fixture, "try_again_button"));
  send_and_wait (&fixture, "and more");
  g_assert_cmpstr (last_content (&fixture), ==, "");
  g_assert_true (ui_shows (get_last_row (&fixture), "The conversation exceeds the model's context."));
  g_assert_true (shows (&fixture, "new_chat_button"));
  g_assert_false (shows (&fixture, "try_again_button"));

  full = get_chat (&fixture);
  ui_click (get_last_row (&fixture), "New Chat");
  g_assert_true (get_chat (&fixture) != full);
  g_assert_cmpstr (maq_chat_get_model_path (get_chat (&fixture)), ==, fixture.path);
  send_and_wait (&fixture, "short");
  g_assert_cmpstr (last_content (&fixture), ==, "You said: short");
  tear_down (&fixture);
}

static void
test_model_gone (void)
{
  Fixture fixture;

  set_up_with (&fixture, "pebble.Q4_0.gguf", NULL);
  maq_chats_page_open_new_chat (fixture.page, LABEL, "/nowhere/gone.gguf");
  send_and_wait (&fixture, "Hello");
  g_assert_true (shows (&fixture, "problem"));
  g_assert_true (shows (&fixture, "library_button"));

  // Another model mends it.
  g_signal_emit_by_name (get_child (fixture.view, MAQ_TYPE_CHAT_VIEW, "picker"), "chosen", LABEL, fixture.path);
  g_assert_false (shows (&fixture, "library_button"));
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "chat.regenerate", NULL);
  wait_until (!maq_chat_get_answering (get_chat (&fixture)));
  g_assert_cmpstr (last_content (&fixture), ==, "You said: Hello");
  tear_down (&fixture);
}

static void
test_picker (void)
{
  Fixture         fixture;
  MaqModelPicker *picker;
  GtkListView    *list;
  GtkPopover     *popover;

  set_up_with (&fixture, "pebble.Q4_0.gguf", NULL);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  picker = get_child (fixture.view, MAQ_TYPE_CHAT_VIEW, "picker");
  list = get_child (picker, MAQ_TYPE_MODEL_PICKER, "list");
  popover = get_child (picker, MAQ_TYPE_MODEL_PICKER, "popover");
  g_assert_cmpstr (gtk_label_get_label (get_child (picker, MAQ_TYPE_MODEL_PICKER, "name_label")), ==, "pebble-GGUF");
  g_assert_true (g_str_has_prefix (gtk_label_get_label (get_child (picker, MAQ_TYPE_MODEL_PICKER, "state_label")), "Q4_0 · "));
  gtk_menu_button_popup (get_child (picker, MAQ_TYPE_MODEL_PICKER, "button"));
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (popover)));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (list))), ==, 1);
  g_assert_false (ui_shows (picker, "Search"));
  g_assert_false (gtk_widget_get_visible (get_child (picker, MAQ_TYPE_MODEL_PICKER, "loaded_box")));
  gtk_popover_popdown (popover);

  send_and_wait (&fixture, "Hello");
  g_assert_true (gtk_widget_get_visible (get_child (picker, MAQ_TYPE_MODEL_PICKER, "loaded_box")));
  g_signal_emit_by_name (get_child (picker, MAQ_TYPE_MODEL_PICKER, "eject_button"), "clicked");
  g_assert_false (gtk_widget_get_visible (get_child (picker, MAQ_TYPE_MODEL_PICKER, "loaded_box")));
  tear_down (&fixture);
}

static void
test_deleted_and_undone (void)
{
  Fixture             fixture;
  GtkSingleSelection *selection;
  MaqChat            *first;

  set_up_with (&fixture, "pebble.Q4_0.gguf", NULL);
  selection = get_child (fixture.page, MAQ_TYPE_CHATS_PAGE, "selection");
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "First");
  first = get_chat (&fixture);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "Second");
  g_assert_cmpuint (gtk_single_selection_get_selected (selection), ==, 0);

  gtk_widget_activate_action (GTK_WIDGET (fixture.page), "chats.delete", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture.store)), ==, 1);
  g_assert_true (get_chat (&fixture) == first);
  wait_until (ui_find (fixture.page, GTK_TYPE_BUTTON, "Undo"));
  ui_click (fixture.page, "Undo");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture.store)), ==, 2);
  g_assert_cmpstr (maq_chat_get_title (get_chat (&fixture)), ==, "Second");
  g_assert_cmpstr (last_content (&fixture), ==, "You said: Second");

  gtk_widget_activate_action (GTK_WIDGET (fixture.page), "chats.delete", NULL);
  gtk_widget_activate_action (GTK_WIDGET (fixture.page), "chats.delete", NULL);
  g_assert_null (maq_chat_view_get_chat (fixture.view));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture.store)), ==, 0);
  tear_down (&fixture);
}

static void
test_selection_stays_with_its_chat (void)
{
  Fixture             fixture;
  GtkSingleSelection *selection;
  MaqChat            *first;

  set_up_with (&fixture, "pebble.Q4_0.gguf", NULL);
  selection = get_child (fixture.page, MAQ_TYPE_CHATS_PAGE, "selection");
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "First");
  first = get_chat (&fixture);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "Second");
  gtk_single_selection_set_selected (selection, 1);
  g_assert_true (get_chat (&fixture) == first);

  // It moves to the top and stays selected.
  send_and_wait (&fixture, "Third");
  g_assert_true (get_chat (&fixture) == first);
  g_assert_cmpuint (gtk_single_selection_get_selected (selection), ==, 0);
  tear_down (&fixture);
}

static void
test_there_again (void)
{
  Fixture          fixture;
  g_autofree char *database = g_build_filename (g_get_home_dir (), "again.sqlite", NULL);

  set_up_with (&fixture, "pebble.Q4_0.gguf", database);
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "Remember me");
  tear_down (&fixture);

  set_up_with (&fixture, "pebble.Q4_0.gguf", database);
  wait_until (get_last_row (&fixture) != NULL);
  g_assert_cmpstr (maq_chat_get_title (get_chat (&fixture)), ==, "Remember me");
  g_assert_cmpstr (last_content (&fixture), ==, "You said: Remember me");
  g_assert_true (shows (&fixture, "footer"));
  tear_down (&fixture);
}

static guint
count_rows (Fixture *fixture)
{
  GtkWidget *box = get_child (fixture->view, MAQ_TYPE_CHAT_VIEW, "messages");
  guint      n_rows = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (box); row; row = gtk_widget_get_next_sibling (row))
    n_rows++;
  return n_rows;
}

static void
test_long_chat (void)
{
  Fixture          fixture;
  g_autofree char *database = g_build_filename (g_get_home_dir (), "long.sqlite", NULL);
  GtkWidget       *earlier;
  gint64           begin;
  MaqChat         *chat;

  {
    g_autoptr (MaqChatStore) store = maq_chat_store_new (database);

    wait_for (maq_chat_store_load (store));
    chat = maq_chat_store_add (store);
    for (int i = 0; i < 10000; i++)
      {
        g_autofree char *text = g_strdup_printf ("Message %d with some words in it so that it is a line or two, no more and no less", i);

        maq_chat_add_message (chat, i % 2 ? "assistant" : "user", text);
      }
    wait_for (maq_chat_store_flush (store));
  }

  begin = g_get_monotonic_time ();
  set_up_with (&fixture, "pebble.Q4_0.gguf", database);
  wait_until (get_last_row (&fixture) != NULL);
  g_test_message ("page with 10,000 messages after %.0f ms", (g_get_monotonic_time () - begin) / 1000.0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (get_chat (&fixture))), ==, 10000);
  g_assert_cmpuint (count_rows (&fixture), ==, 30);
  g_assert_true (g_str_has_prefix (last_content (&fixture), "Message 9999 "));
  earlier = get_child (fixture.view, MAQ_TYPE_CHAT_VIEW, "earlier_button");
  g_assert_true (gtk_widget_get_visible (earlier));
  g_signal_emit_by_name (earlier, "clicked");
  g_assert_cmpuint (count_rows (&fixture), ==, 60);
  maq_chat_rewind (get_chat (&fixture), maq_message_row_get_message (get_last_row (&fixture)));
  g_assert_cmpuint (count_rows (&fixture), ==, 59);
  g_assert_true (g_str_has_prefix (last_content (&fixture), "Message 9998 "));
  tear_down (&fixture);
}

static void
test_damaged_store (void)
{
  Fixture          fixture;
  g_autofree char *database = g_build_filename (g_get_home_dir (), "damaged.sqlite", NULL);
  AdwBanner       *banner;

  g_assert_true (g_file_set_contents (database, "no database at all", -1, NULL));
  set_up_with (&fixture, "pebble.Q4_0.gguf", database);
  banner = get_child (fixture.page, MAQ_TYPE_CHATS_PAGE, "problem_banner");
  g_assert_true (adw_banner_get_revealed (banner));

  // Talking goes on in memory; starting afresh mends it.
  maq_chats_page_open_new_chat (fixture.page, LABEL, fixture.path);
  send_and_wait (&fixture, "Hello");
  g_assert_cmpstr (last_content (&fixture), ==, "You said: Hello");
  g_signal_emit_by_name (banner, "button-clicked");
  wait_until (maq_chat_store_get_loaded (fixture.store));
  g_assert_false (adw_banner_get_revealed (banner));
  send_and_wait (&fixture, "Stored now");
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  app_fixture_init (&argc, &argv);
  g_test_add_func ("/app/chats-page/without-models", test_without_models);
  g_test_add_func ("/app/chats-page/answers", test_answers);
  g_test_add_func ("/app/chats-page/heights", test_heights);
  g_test_add_func ("/app/chats-page/streams-into-one-surface", test_streams_into_one_surface);
  g_test_add_func ("/app/chats-page/closed-while-streaming", test_closed_while_streaming);
  g_test_add_func ("/app/chats-page/crash-and-damage", test_crash_and_damage);
  g_test_add_func ("/app/chats-page/full-context", test_full_context);
  g_test_add_func ("/app/chats-page/model-gone", test_model_gone);
  g_test_add_func ("/app/chats-page/picker", test_picker);
  g_test_add_func ("/app/chats-page/deleted-and-undone", test_deleted_and_undone);
  g_test_add_func ("/app/chats-page/selection-stays-with-its-chat", test_selection_stays_with_its_chat);
  g_test_add_func ("/app/chats-page/there-again", test_there_again);
  g_test_add_func ("/app/chats-page/long-chat", test_long_chat);
  g_test_add_func ("/app/chats-page/damaged-store", test_damaged_store);
  return g_test_run ();
}
