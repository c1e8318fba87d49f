// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <unistd.h>

#include "maq-app-fixture.h"
#include "maq-gguf-builder.h"
#include "maq-inspect-page.h"
#include "maq-inspect-rows.h"
#include "maq-inspect-tensors.h"
#include "maq-inspect-text.h"
#include "maq-repo-files.h"
#include "maq-repo-page.h"

#define CHAT "maquette/pebble-chat-GGUF"
// Rows that GTK keeps around the visible ones.
#define MOST_ROWS 250

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

static MaqInspectPage *
open_page (AppFixture *fixture,
           const char *id,
           const char *path)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, id, NULL, path);
  return maq_inspect_page_new_for_address (fixture->client, fixture->cache, address);
}

static void
show_tab (gpointer    page,
          const char *name)
{
  adw_view_stack_set_visible_child_name (ui_find (page, ADW_TYPE_VIEW_STACK, NULL), name);
}

static char *
dup_clipboard (gpointer widget)
{
  GdkContentProvider *content = gdk_clipboard_get_content (gtk_widget_get_clipboard (widget));
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_nonnull (content);
  g_value_init (&value, G_TYPE_STRING);
  g_assert_true (gdk_content_provider_get_value (content, &value, NULL));
  return g_value_dup_string (&value);
}

static void
test_remote (AppFixture   *fixture,
             gconstpointer data)
{
  MaqInspectPage *page = open_page (fixture, CHAT, "pebble-chat-Q8_0.gguf");
  GtkWindow      *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "Architecture: llama");
  ui_wait_text (page, "2.1M parameters");
  ui_wait_text (page, "Quantization: Q8_0");
  ui_wait_text (page, "512 tokens of context");
  ui_wait_text (page, "License: cc0-1.0");
  ui_wait_text (page, "general.architecture");
  // It is not here, so there is nothing to chat with.
  g_assert_null (ui_find (page, GTK_TYPE_BUTTON, "Chat"));
  // The file was not fetched.
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, "hub", "GET */resolve/*"), ==, 1);

  ui_click (page, "Copy Value");
  g_autofree char *copied = dup_clipboard (page);
  g_assert_cmpstr (copied, ==, "llama");
  ui_wait_text (window, "Copied");

  show_tab (page, "tensors");
  ui_wait_text (page, "38 tensors: 29 Q8_0 (");
  ui_wait_text (page, "token_embd.weight");
  show_tab (page, "tokenizer");
  ui_wait_text (page, "<|im_end|>");
  show_tab (page, "template");
  ui_wait_sensitive (page, "Copy");
  ui_click (page, "Copy");
  g_autofree char *text = dup_clipboard (page);
  g_assert_true (g_str_has_prefix (text, "{% for message in messages %}"));
  ui_hide (window, page);
}

static void
test_json (AppFixture   *fixture,
           gconstpointer data)
{
  MaqInspectPage *page = open_page (fixture, "harbor-labs/gull-1B-chat", "config.json");
  GtkWindow      *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "JSON");
  ui_wait_sensitive (page, "Copy");
  g_assert_nonnull (ui_find (page, GTK_TYPE_TEXT_VIEW, NULL));
  // There is only one thing to see.
  g_assert_null (ui_find (page, ADW_TYPE_INLINE_VIEW_SWITCHER, NULL));
  ui_hide (window, page);

  page = open_page (fixture, "maquette/boulder-sharded", "model.safetensors.index.json");
  window = app_fixture_show (fixture, page);
  ui_wait_text (page, "model-00001-of-00004.safetensors");
  ui_wait_text (page, "1 tensor");
  show_tab (page, "tensors");
  ui_wait_text (page, "weight.1031");
  ui_hide (window, page);
}

static guint
count (GtkWidget  *widget,
       const char *type)
{
  guint n = g_strcmp0 (G_OBJECT_TYPE_NAME (widget), type) == 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count (child, type);
  return n;
}

static char *
write_large (AppFixture *fixture)
{
  char *path = g_build_filename (fixture->folder, "large-Q4_K_M.gguf", NULL);
  g_autoptr (MaqGgufBuilder) builder = maq_gguf_builder_new (10000, 2, FALSE);

  maq_gguf_builder_add_key_string (builder, "general.architecture", "llama");
  maq_gguf_builder_add_key_string (builder, "tokenizer.ggml.model", "gpt2");
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("blk.%u.weight", i);
      maq_gguf_builder_add_tensor (builder, name, 0, 32, i % 7 + 1, i * 4096);
    }
  maq_gguf_builder_add_weights (builder, 32, 0);
  g_assert_true (g_file_set_contents (path, (const char *) builder->bytes->data, builder->bytes->len, NULL));
  g_assert_cmpint (truncate (path, builder->bytes->len + 10000 * 4096), ==, 0);
  return path;
}

static gboolean
has_search (gpointer page)
{
  return ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL) != NULL;
}

static void
test_ten_thousand_tensors (AppFixture   *fixture,
                           gconstpointer data)
{
  g_autofree char *path = write_large (fixture);
  MaqInspectPage  *page = maq_inspect_page_new_for_path (path);
  GtkWindow       *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "Architecture: llama");
  ui_click (page, "Chat");
  g_assert_true (g_str_has_prefix (fixture->activated, "open-chat large-Q4_K_M.gguf "));
  show_tab (page, "tensors");
  ui_wait_text (page, "blk.0.weight");
  GtkColumnView *view = ui_find (page, GTK_TYPE_COLUMN_VIEW, NULL);
  GListModel    *model = G_LIST_MODEL (gtk_column_view_get_model (view));
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 10000);
  g_assert_cmpuint (count (GTK_WIDGET (view), "GtkColumnViewRowWidget"), >, 5);
  g_assert_cmpuint (count (GTK_WIDGET (view), "GtkColumnViewRowWidget"), <, MOST_ROWS);

  // From one end to the other only the rows that are seen are built.
  for (guint i = 0; i < 10000; i += 500)
    {
      gtk_column_view_scroll_to (view, i, NULL, GTK_LIST_SCROLL_NONE, NULL);
      ui_run (20);
      g_assert_cmpuint (count (GTK_WIDGET (view), "GtkColumnViewRowWidget"), <, MOST_ROWS);
    }
  gtk_column_view_scroll_to (view, 9999, NULL, GTK_LIST_SCROLL_NONE, NULL);
  ui_wait_text (page, "blk.9999.weight");

  // Search, no match, and back.
  maq_inspect_page_focus_search (page);
  ui_wait (has_search, page, 5000);
  GtkEditable *entry = ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (entry, "777 blk");
  ui_wait_text (page, "blk.7770.weight");
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 19);
  gtk_editable_set_text (entry, "777 nothing");
  ui_wait_text (page, "Nothing Found");
  gtk_editable_set_text (entry, "");
  ui_wait_text (page, "blk.0.weight");

  // The largest first.
  GtkColumnViewColumn *size = g_list_model_get_item (gtk_column_view_get_columns (view), 4);
  gtk_column_view_sort_by_column (view, size, GTK_SORT_DESCENDING);
  g_object_unref (size);
  g_autoptr (GObject) first = g_list_model_get_item (model, 0);
  g_autofree char *name = NULL;
  g_object_get (first, "name", &name, NULL);
  g_assert_cmpstr (name, ==, "blk.6.weight");

  // A row opens all of what is known of it.
  g_signal_emit_by_name (view, "activate", 0);
  ui_wait_text (window, "blk.6.weight");
  AdwDialog *dialog = adw_window_get_visible_dialog (ADW_WINDOW (window));
  g_assert_nonnull (dialog);
  ui_wait_sensitive (dialog, "Copy");
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (ui_find (dialog, GTK_TYPE_TEXT_VIEW, NULL));
  GtkTextIter    start, end;
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  g_autofree char *text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  g_assert_true (g_str_has_prefix (text, "Type: F32\nShape: 32 × 7\n"));
  ui_click (dialog, "Copy");
  g_autofree char *copied = dup_clipboard (page);
  g_assert_cmpstr (copied, ==, text);
  ui_wait_text (dialog, "Copied");
  adw_dialog_force_close (dialog);
  ui_hide (window, page);
}

static void
test_narrow (AppFixture   *fixture,
             gconstpointer data)
{
  MaqInspectPage *page = open_page (fixture, CHAT, "pebble-chat-Q8_0.gguf");
  GtkWindow      *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "Architecture: llama");
  g_assert_nonnull (ui_find (page, ADW_TYPE_INLINE_VIEW_SWITCHER, NULL));
  gtk_window_set_default_size (window, 360, 640);
  show_tab (page, "tensors");
  // Type and shape below the name.
  ui_wait_text (page, "Q8_0 · 192 × 1536");
  g_assert_null (ui_find (page, ADW_TYPE_INLINE_VIEW_SWITCHER, NULL));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (page)), <=, 360);
  ui_hide (window, page);
}

// From the search past the facts to the tabs, and on into the list.
static gboolean
tabs_into_list (gpointer page)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (page));

  gtk_widget_grab_focus (ui_find (page, GTK_TYPE_TOGGLE_BUTTON, "Search"));
  for (guint i = 0; i < 5; i++)
    {
      gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
      if (gtk_widget_get_ancestor (gtk_window_get_focus (window), GTK_TYPE_LIST_VIEW) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
test_keyboard (AppFixture   *fixture,
               gconstpointer data)
{
  MaqInspectPage *page = open_page (fixture, CHAT, "pebble-chat-Q8_0.gguf");
  GtkWindow      *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "general.architecture");
  // Rows take the focus once they have their place.
  ui_wait (tabs_into_list, page, 10000);
  ui_hide (window, page);
}

static void
test_problems (AppFixture   *fixture,
               gconstpointer data)
{
  MaqInspectPage *page = open_page (fixture, CHAT, "nothing.json");
  GtkWindow      *window = app_fixture_show (fixture, page);
  ui_wait_text (page, "File Not Found");
  ui_hide (window, page);

  maq_hub_client_set_offline (fixture->client, TRUE);
  page = open_page (fixture, CHAT, "pebble-chat-Q8_0.gguf");
  window = app_fixture_show (fixture, page);
  ui_wait_text (page, "Offline Mode");
  maq_hub_client_set_offline (fixture->client, FALSE);
  ui_click (page, "Try Again");
  ui_wait_text (page, "Architecture: llama");
  ui_hide (window, page);

  g_autofree char *path = g_build_filename (fixture->folder, "cut.gguf", NULL);
  g_assert_true (g_file_set_contents (path, "GGUF\3", -1, NULL));
  page = maq_inspect_page_new_for_path (path);
  window = app_fixture_show (fixture, page);
  ui_wait_text (page, "File Incomplete");
  ui_wait_text (page, "Download it again.");
  ui_hide (window, page);

  // Going while it loads.
  app_fixture_fault (fixture, "{\"delay\": 300, \"times\": 0}");
  page = open_page (fixture, CHAT, "pebble-chat-Q8_0.gguf");
  window = app_fixture_show (fixture, page);
  ui_hide (window, page);
  ui_run (500);
}

static void
test_from_files (AppFixture   *fixture,
                 gconstpointer data)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, CHAT, NULL, "README.md");
  MaqRepoPage *page = maq_repo_page_new (fixture->client, fixture->cache, fixture->transfers, fixture->library, address);
  GtkWindow   *window = app_fixture_show (fixture, page);

  ui_wait_text (page, "pebble-chat-F16.gguf");
  ui_click (ui_find (page, MAQ_TYPE_REPO_FILES, NULL), "Inspect");
  g_assert_cmpstr (fixture->activated, ==, "inspect hf://" CHAT "/pebble-chat-F16.gguf");
  // And a row does the same.
  g_clear_pointer (&fixture->activated, g_free);
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_LIST_VIEW, NULL), "activate", 2);
  g_assert_cmpstr (fixture->activated, ==, "inspect hf://" CHAT "/pebble-chat-Q4_0.gguf");
  ui_hide (window, page);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
#define ADD(path, test) g_test_add (path, AppFixture, NULL, set_up, test, tear_down)
  ADD ("/app/inspect-page/a-file-on-the-hub", test_remote);
  ADD ("/app/inspect-page/json-and-an-index", test_json);
  ADD ("/app/inspect-page/ten-thousand-tensors", test_ten_thousand_tensors);
  ADD ("/app/inspect-page/narrow", test_narrow);
  ADD ("/app/inspect-page/reached-by-keyboard", test_keyboard);
  ADD ("/app/inspect-page/problems-have-a-way-on", test_problems);
  ADD ("/app/inspect-page/from-the-files-of-a-repo", test_from_files);
  return g_test_run ();
}
