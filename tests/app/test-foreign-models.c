// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <time.h>
#include <unistd.h>

#include "maq-library-page.h"
#include "maq-library-row.h"

// Models of other programs in the library. LM Studio's are in the test's own home.

#define LM_STUDIO ".lmstudio/models/acme/pebble-GGUF"

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

// Puts a model that runs at PATH.
static void
put_model (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *weights = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (weights, path), ==, 0);
}

static MaqLibraryPage *
show (AppFixture *fixture,
      GtkWindow **window)
{
  MaqLibraryPage *page = maq_library_page_new (fixture->library, fixture->foreign, fixture->transfers, fixture->client);

  *window = app_fixture_show (fixture, page);
  return page;
}

static gboolean
was_activated (gpointer fixture)
{
  return ((AppFixture *) fixture)->activated != NULL;
}

static void
wait_activated (AppFixture *fixture,
                const char *what)
{
  ui_wait (was_activated, fixture, 5000);
  g_assert_cmpstr (fixture->activated, ==, what);
  g_clear_pointer (&fixture->activated, g_free);
}

static gboolean
has_entry (gpointer page)
{
  return ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL) != NULL;
}

static void
search (MaqLibraryPage *page,
        const char     *words)
{
  maq_library_page_focus_search (page);
  ui_wait (has_entry, page, 5000);
  gtk_editable_set_text (ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL), words);
}

static void
test_used_in_place (AppFixture   *fixture,
                    gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), LM_STUDIO, "pebble-Q8_0.gguf", NULL);
  g_autofree char *chat = g_strdup_printf ("open-chat acme/pebble-GGUF:Q8_0 %s", path);
  g_autofree char *inspect = g_strdup_printf ("inspect %s", path);
  GtkWindow       *window;

  put_model (path);
  MaqLibraryPage *page = show (fixture, &window);
  ui_wait_text (page, "acme/pebble-GGUF");
  ui_wait_text (page, "Model · LM Studio · ");
  ui_wait_text (page, "Q8_0 · Fits");

  // It is searched and filtered as the rest is.
  gtk_widget_activate_action (GTK_WIDGET (page), "library.kind", "s", "dataset");
  ui_wait_text (page, "Nothing Found");
  gtk_widget_activate_action (GTK_WIDGET (page), "library.kind", "s", "model");
  ui_wait_text (page, "acme/pebble-GGUF");
  gtk_widget_activate_action (GTK_WIDGET (page), "library.kind", "s", "foreign");
  search (page, "nothing like it");
  ui_wait_text (page, "Nothing Found");
  search (page, "PEBBLE");
  ui_wait_text (page, "acme/pebble-GGUF");

  ui_click (page, "Chat");
  wait_activated (fixture, chat);
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_LIST_VIEW, NULL), "activate", 0);
  wait_activated (fixture, inspect);

  // The menu says whose it is and cannot delete it.
  gtk_menu_button_popup (ui_find (page, GTK_TYPE_MENU_BUTTON, "More"));
  ui_wait_text (window, "Kept by LM Studio");
  ui_wait_text (window, "Show in Files");
  g_assert_false (ui_shows (window, "Delete"));
  gtk_menu_button_popdown (ui_find (page, GTK_TYPE_MENU_BUTTON, "More"));

  // It went between the look and the click.
  g_assert_cmpint (g_unlink (path), ==, 0);
  ui_click (page, "Chat");
  ui_wait_text (window, "“acme/pebble-GGUF” is not there any more");
  ui_wait_text (page, "The Library Is Empty");
  g_assert_null (fixture->activated);
  ui_hide (window, page);
}

// What cannot be used says why in its row; the rest is not touched by it.
static void
test_missing (AppFixture   *fixture,
              gconstpointer data)
{
  g_autofree char *half = g_build_filename (fixture->folder, "half-Q8_0-00001-of-00002.gguf", NULL);
  g_autofree char *whole = g_build_filename (fixture->folder, "whole-Q8_0.gguf", NULL);
  const char      *folders[] = { fixture->folder, "/nowhere/at/all", NULL };
  GtkWindow       *window;

  put_model (whole);
  g_assert_true (g_file_set_contents (half, "GGUF", -1, NULL));
  maq_foreign_list_set_folders (fixture->foreign, folders);
  MaqLibraryPage *page = show (fixture, &window);
  ui_wait_text (page, "whole-Q8_0");
  ui_wait_text (page, "Model · Model Folder · ");
  ui_wait_text (page, "1 of its files is missing.");
  ui_wait_text (page, "The folder “/nowhere/at/all” is not there.");
  ui_wait_text (page, "Fits");

  // A folder that comes back is seen when the page is.
  g_autofree char *later = g_build_filename (fixture->folder, "later", NULL);
  g_autofree char *model = g_build_filename (later, "later-Q8_0.gguf", NULL);
  folders[1] = later;
  maq_foreign_list_set_folders (fixture->foreign, folders);
  ui_wait_gone (page, "/nowhere/at/all");
  ui_wait_text (page, "is not there. Check the path");
  gtk_widget_set_visible (GTK_WIDGET (page), FALSE);
  g_assert_true (g_file_set_contents (half, "GGUF more", -1, NULL));
  g_assert_cmpint (g_mkdir_with_parents (later, 0700), ==, 0);
  g_assert_true (g_file_set_contents (model, "GGUF", -1, NULL));
  gtk_widget_set_visible (GTK_WIDGET (page), TRUE);
  ui_wait_text (page, "later-Q8_0");
  ui_wait_gone (page, "is not there. Check the path");
  ui_hide (window, page);
}

static gint64
get_worked (void)
{
  struct timespec worked;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &worked);
  return worked.tv_sec * G_USEC_PER_SEC + worked.tv_nsec / 1000;
}

static guint
count_rows (GtkWidget *widget)
{
  guint n = MAQ_IS_LIBRARY_ROW (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_rows (child);
  return n;
}

// Turns the main loop until the list is at rest: the longest turn.
static gint64
measure (AppFixture *fixture)
{
  gint64 worst = 0;

  while (maq_foreign_list_get_loading (fixture->foreign) || g_main_context_pending (NULL))
    {
      gint64 before = get_worked ();
      g_main_context_iteration (NULL, FALSE);
      worst = MAX (worst, get_worked () - before);
    }
  return worst;
}

// The window does not stop for thousands of models, and keeps no more rows than are about in sight.
static void
test_many (AppFixture   *fixture,
           gconstpointer data)
{
  const char *folders[] = { fixture->folder, NULL };
  GtkWindow  *window;

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *name = g_strdup_printf ("model-%u-Q4_0.gguf", i);
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      g_assert_true (g_close (g_creat (path, 0644), NULL));
    }
  MaqLibraryPage *page = show (fixture, &window);
  ui_wait_text (page, "The Library Is Empty");
  maq_foreign_list_set_folders (fixture->foreign, folders);
  gint64 coming = measure (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->foreign)), ==, 5000);
  g_assert_cmpuint (count_rows (GTK_WIDGET (page)), <, 300);
  maq_foreign_list_refresh (fixture->foreign);
  gint64 again = measure (fixture);
  search (page, "model-4999");
  ui_wait_text (page, "model-4999-Q4_0");
  ui_wait_gone (page, "model-0-Q4_0");
  g_test_message ("5,000 models: longest turn %.1f ms coming, %.1f ms looked at again", coming / 1000.0, again / 1000.0);
  // Coming, the turn in which a frame is drawn by software is the longest.
  g_assert_cmpint (coming, <, 16000);
  g_assert_cmpint (again, <, 8000);
  ui_hide (window, page);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
  g_unsetenv ("OLLAMA_MODELS");
  g_unsetenv ("LLAMA_CACHE");
#define ADD(path, test) g_test_add (path, AppFixture, NULL, set_up, test, tear_down)
  ADD ("/app/foreign-models/used-in-place", test_used_in_place);
  ADD ("/app/foreign-models/what-is-missing-says-so", test_missing);
  ADD ("/app/foreign-models/many", test_many);
  return g_test_run ();
}
