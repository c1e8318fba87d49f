// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"
#include "maq-models-page.h"
#include "maq-open-address.h"
#include "maq-repo-pager.h"
#include "maq-repo-row.h"
#include "maq-status-stack.h"

static void
set_up_synthetic (AppFixture   *fixture,
                  gconstpointer data)
{
  app_fixture_set_up (fixture, maq_hub_store_new_synthetic (500));
}

static void
set_up_demo (AppFixture   *fixture,
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

static gboolean
is_idle (gpointer pager)
{
  return !maq_repo_pager_get_loading (pager);
}

static void
test_pager (AppFixture   *fixture,
            gconstpointer data)
{
  MaqRepoPager *pager = maq_repo_pager_new (fixture->client);
  g_autoptr (MaqHubQuery) query = maq_hub_query_new (MAQ_REPO_KIND_MODEL);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  // Nothing is asked before there is a query.
  maq_repo_pager_load_more (pager);
  g_assert_false (maq_repo_pager_get_loading (pager));

  maq_repo_pager_set_query (pager, query);
  g_assert_true (maq_repo_pager_get_loading (pager));
  ui_wait (is_idle, pager, 10000);
  g_assert_no_error (maq_repo_pager_get_error (pager));
  guint n_first = g_list_model_get_n_items (G_LIST_MODEL (pager));
  g_assert_cmpuint (n_first, >, 10);
  while (maq_repo_pager_get_has_more (pager))
    {
      maq_repo_pager_load_more (pager);
      ui_wait (is_idle, pager, 10000);
    }
  guint n_all = g_list_model_get_n_items (G_LIST_MODEL (pager));
  g_assert_cmpuint (n_all, ==, 400);
  for (guint i = 0; i < n_all; i++)
    {
      g_autoptr (MaqRepo) repo = g_list_model_get_item (G_LIST_MODEL (pager), i);
      g_hash_table_add (ids, g_strdup (maq_repo_get_id (repo)));
    }
  g_assert_cmpuint (g_hash_table_size (ids), ==, n_all);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (pager), n_all));
  maq_repo_pager_load_more (pager);
  g_assert_false (maq_repo_pager_get_loading (pager));
  g_assert_finalize_object (G_OBJECT (pager));
}

static void
count_cb (guint *count)
{
  (*count)++;
}

// The slow answer to the first query must never replace that of the second.
static void
test_pager_drops_stale (AppFixture   *fixture,
                        gconstpointer data)
{
  MaqRepoPager *pager = maq_repo_pager_new (fixture->client);
  g_autoptr (MaqHubQuery) query = maq_hub_query_new (MAQ_REPO_KIND_MODEL);
  guint n_changed = 0;

  g_signal_connect_swapped (pager, "changed", G_CALLBACK (count_cb), &n_changed);
  app_fixture_fault (fixture, "{\"path\": \"*search=harbor*\", \"delay\": 400, \"times\": 0}");
  g_set_str (&query->search, "harbor");
  maq_repo_pager_set_query (pager, query);
  g_set_str (&query->search, "pebble-embed-GGUF");
  maq_repo_pager_set_query (pager, query);
  ui_wait (is_idle, pager, 10000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (pager)), ==, 1);
  ui_run (700);
  g_assert_cmpuint (n_changed, ==, 1);
  g_autoptr (MaqRepo) repo = g_list_model_get_item (G_LIST_MODEL (pager), 0);
  g_assert_cmpstr (maq_repo_get_id (repo), ==, "maquette/pebble-embed-GGUF");

  // Going while a request runs.
  g_set_str (&query->search, "harbor");
  maq_repo_pager_set_query (pager, query);
  g_clear_object (&repo);
  g_assert_finalize_object (G_OBJECT (pager));
  ui_run (100);
}

static void
test_pager_error_on_the_way (AppFixture   *fixture,
                             gconstpointer data)
{
  MaqRepoPager *pager = maq_repo_pager_new (fixture->client);
  g_autoptr (MaqHubQuery) query = maq_hub_query_new (MAQ_REPO_KIND_MODEL);

  maq_repo_pager_set_query (pager, query);
  ui_wait (is_idle, pager, 10000);
  guint n_first = g_list_model_get_n_items (G_LIST_MODEL (pager));
  app_fixture_fault (fixture, "{\"status\": 400, \"times\": 0}");
  maq_repo_pager_load_more (pager);
  ui_wait (is_idle, pager, 20000);
  g_assert_nonnull (maq_repo_pager_get_error (pager));
  g_assert_false (maq_repo_pager_is_first_page (pager));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (pager)), ==, n_first);
  app_fixture_fault (fixture, NULL);
  maq_repo_pager_load_more (pager);
  ui_wait (is_idle, pager, 10000);
  g_assert_no_error (maq_repo_pager_get_error (pager));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (pager)), >, n_first);
  g_assert_finalize_object (G_OBJECT (pager));
}

static void
type_text (gpointer    page,
           const char *text)
{
  gtk_editable_set_text (ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL), text);
}

static void
test_page_states (AppFixture   *fixture,
                  gconstpointer data)
{
  MaqModelsPage *page = maq_models_page_new (fixture->client, fixture->library);
  GtkWindow     *window = ui_show (GTK_WIDGET (page), 800, 600);

  // Nothing is asked before the Hub is known.
  ui_run (400);
  g_assert_nonnull (ui_find (page, ADW_TYPE_SPINNER, NULL));
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "*"), ==, 0);

  maq_models_page_load (page);
  ui_wait_text (page, "maquette/pebble-chat-GGUF");
  ui_wait_text (page, "Text Generation");

  type_text (page, "pebble-embed");
  ui_wait_text (page, "maquette/pebble-embed-GGUF");
  type_text (page, "no such model anywhere");
  ui_wait_text (page, "No Models Found");

  app_fixture_fault (fixture, "{\"body\": \"garbage\", \"times\": 0}");
  type_text (page, "wren");
  ui_wait_text (page, "Unexpected Answer");
  app_fixture_fault (fixture, NULL);
  ui_click (page, "Try Again");
  ui_wait_text (page, "harbor-labs/wren-embed-small");

  maq_hub_client_set_offline (fixture->client, TRUE);
  type_text (page, "tern");
  ui_wait_text (page, "Offline Mode");
  maq_hub_client_set_offline (fixture->client, FALSE);
  ui_click (page, "Try Again");
  ui_wait_text (page, "harbor-labs/tern-en-de");

  // An address is searched by its id.
  type_text (page, "https://huggingface.co/maquette/pebble-chat-GGUF");
  ui_wait_text (page, "Open maquette/pebble-chat-GGUF");
  ui_wait_text (page, "2.1M parameters");
  ui_hide (window, page);
}

static guint
count_rows (gpointer page)
{
  GtkListView *view = ui_find (page, GTK_TYPE_LIST_VIEW, NULL);
  return view != NULL ? g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (view))) : 0;
}

static gboolean
has_rows (gpointer page)
{
  return count_rows (page) >= 50;
}

static gboolean
has_more_rows (gpointer page)
{
  return count_rows (page) >= 100;
}

static void
test_page_is_endless (AppFixture   *fixture,
                      gconstpointer data)
{
  MaqModelsPage *page = maq_models_page_new (fixture->client, fixture->library);
  GtkWindow     *window = ui_show (GTK_WIDGET (page), 800, 600);

  maq_models_page_load (page);
  ui_wait (has_rows, page, 10000);
  ui_run (500);
  // What nobody scrolls to is not asked for.
  g_assert_cmpuint (count_rows (page), ==, 50);
  GtkScrolledWindow *scrolled_window = GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (ui_find (page, GTK_TYPE_LIST_VIEW, NULL), GTK_TYPE_SCROLLED_WINDOW));
  GtkAdjustment     *adjustment = gtk_scrolled_window_get_vadjustment (scrolled_window);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  ui_wait (has_more_rows, page, 10000);
  ui_hide (window, page);
}

static void
test_page_opens (AppFixture   *fixture,
                 gconstpointer data)
{
  MaqModelsPage *page = maq_models_page_new (fixture->client, fixture->library);
  GtkWindow     *window = app_fixture_show (fixture, page);

  maq_models_page_load (page);
  ui_wait_text (page, "maquette/pebble-chat-GGUF");

  g_signal_emit_by_name (ui_find (page, GTK_TYPE_LIST_VIEW, NULL), "activate", 0);
  g_assert_cmpstr (fixture->activated, ==, "open-repo hf://maquette/pebble-chat-GGUF");

  // An address: to open it is the first result, also where the search finds nothing or fails.
  type_text (page, "hf://nobody/nothing-like-it");
  ui_wait_text (page, "Open nobody/nothing-like-it");
  GtkListView *list = ui_find (page, GTK_TYPE_LIST_VIEW, NULL);
  ui_run (300);
  g_assert_true (ui_shows (page, "Open nobody/nothing-like-it"));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (list))), ==, 1);
  g_signal_emit_by_name (list, "activate", 0);
  g_assert_cmpstr (fixture->activated, ==, "open-repo hf://nobody/nothing-like-it");
  app_fixture_fault (fixture, "{\"status\": 400, \"times\": 0}");
  type_text (page, "https://huggingface.co/datasets/some/where");
  ui_wait_text (page, "Open some/where");
  ui_wait_text (page, "Could not load more models.");
  app_fixture_fault (fixture, NULL);
  g_signal_emit_by_name (list, "activate", 0);
  g_assert_cmpstr (fixture->activated, ==, "open-repo hf://datasets/some/where");

  type_text (page, "harbor-labs/gull-7B");
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL), "activate");
  g_assert_cmpstr (fixture->activated, ==, "open-repo hf://harbor-labs/gull-7B");

  // Words are no address.
  g_clear_pointer (&fixture->activated, g_free);
  type_text (page, "small models");
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_SEARCH_ENTRY, NULL), "activate");
  g_assert_null (fixture->activated);
  ui_hide (window, page);
}

static gboolean
has_item (GMenuModel *menu,
          const char *label)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autofree char *name = NULL;
      if (section != NULL && has_item (section, label))
        return TRUE;
      if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_LABEL, "s", &name) && g_str_equal (name, label))
        return TRUE;
    }
  return FALSE;
}

static MaqRepo *
find_repo (GListModel *rows,
           const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (rows, i);
      if (MAQ_IS_REPO (item) && g_str_equal (maq_repo_get_id (MAQ_REPO (item)), id))
        return g_object_ref (MAQ_REPO (item));
    }
  g_assert_not_reached ();
}

static gboolean
is_in_library (gpointer library)
{
  return maq_library_find (library, MAQ_REPO_KIND_MODEL, "maquette/pebble-embed-GGUF") != NULL;
}

// What can be done with a row is in its menu; what is here can be shown in its folder, too.
static void
test_page_menu (AppFixture   *fixture,
                gconstpointer data)
{
  MaqModelsPage *page = maq_models_page_new (fixture->client, fixture->library);
  GtkWindow     *window = app_fixture_show (fixture, page);

  maq_models_page_load (page);
  ui_wait_text (page, "maquette/pebble-embed-GGUF");
  GListModel *rows = G_LIST_MODEL (gtk_list_view_get_model (ui_find (page, GTK_TYPE_LIST_VIEW, NULL)));
  g_autoptr (MaqRepo) repo = find_repo (rows, "maquette/pebble-embed-GGUF");
  g_autoptr (GMenu) menu = g_menu_new ();
  maq_models_page_fill_menu (page, repo, menu);
  g_assert_true (has_item (G_MENU_MODEL (menu), "Open Page"));
  g_assert_true (has_item (G_MENU_MODEL (menu), "Open on the Web"));
  g_assert_true (has_item (G_MENU_MODEL (menu), "Copy Name"));
  g_assert_true (has_item (G_MENU_MODEL (menu), "Copy Link"));
  g_assert_false (has_item (G_MENU_MODEL (menu), "Show in Files"));
  app_fixture_fetch (fixture, "maquette/pebble-embed-GGUF");
  ui_wait (is_in_library, fixture->library, 10000);
  g_menu_remove_all (menu);
  maq_models_page_fill_menu (page, repo, menu);
  g_assert_true (has_item (G_MENU_MODEL (menu), "Show in Files"));
  ui_hide (window, page);
}

// The row of the repo ID (transfer full); there may be others while a search goes on.
static GObject *
find_row (GListModel *rows,
          const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (rows, i);
      if (MAQ_IS_REPO (row) && g_str_equal (maq_repo_get_id (MAQ_REPO (row)), id))
        return g_steal_pointer (&row);
    }
  return NULL;
}

// A screen reader is told what the row shows.
static void
test_row_words (AppFixture   *fixture,
                gconstpointer data)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_DATASET, "a/b", NULL, "c.csv");
  g_autoptr (MaqOpenAddress) open = maq_open_address_new (address);
  g_autofree char *title = maq_repo_row_dup_title (G_OBJECT (open));
  g_autofree char *facts = maq_repo_row_dup_facts (G_OBJECT (open));
  MaqModelsPage   *page = maq_models_page_new (fixture->client, fixture->library);
  GtkWindow       *window = app_fixture_show (fixture, page);

  g_assert_cmpstr (title, ==, "Open a/b");
  g_assert_cmpstr (facts, ==, "Dataset · c.csv");
  maq_models_page_load (page);
  type_text (page, "skua-code");
  ui_wait_text (page, "harbor-labs/skua-code-1B");
  GListModel *rows = G_LIST_MODEL (gtk_list_view_get_model (ui_find (page, GTK_TYPE_LIST_VIEW, NULL)));
  g_autoptr (GObject) repo = find_row (rows, "harbor-labs/skua-code-1B");
  g_autofree char *name = maq_repo_row_dup_title (repo);
  g_autofree char *words = maq_repo_row_dup_facts (repo);
  g_assert_cmpstr (name, ==, maq_repo_get_id (MAQ_REPO (repo)));
  g_assert_true (g_str_has_prefix (words, "Gated · "));
  g_assert_nonnull (strstr (words, " downloads"));
  g_assert_nonnull (strstr (words, " likes"));
  ui_hide (window, page);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
#define ADD(path, set_up, test) g_test_add (path, AppFixture, NULL, set_up, test, tear_down)
  ADD ("/app/repo-pager/gives-every-repo-once", set_up_synthetic, test_pager);
  ADD ("/app/repo-pager/a-stale-answer-is-dropped", set_up_demo, test_pager_drops_stale);
  ADD ("/app/repo-pager/an-error-on-the-way-can-be-retried", set_up_synthetic, test_pager_error_on_the_way);
  ADD ("/app/models-page/five-states", set_up_demo, test_page_states);
  ADD ("/app/models-page/loads-more-near-the-end", set_up_synthetic, test_page_is_endless);
  ADD ("/app/models-page/opens-rows-and-addresses", set_up_demo, test_page_opens);
  ADD ("/app/models-page/menu-of-a-row", set_up_demo, test_page_menu);
  ADD ("/app/models-page/rows-say-what-they-show", set_up_demo, test_row_words);
  return g_test_run ();
}
