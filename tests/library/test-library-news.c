// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <locale.h>

#include "maq-hub-server.h"
#include "maq-library-news.h"

#define NEWS "acme/news"

#define WAIT_UNTIL(condition)                                                  \
  G_STMT_START                                                                 \
  {                                                                            \
    gint64   wait_end_ = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;        \
    gboolean wait_over_ = FALSE;                                               \
    while (!(wait_over_ = (condition)) && g_get_monotonic_time () < wait_end_) \
      if (!g_main_context_iteration (NULL, FALSE))                             \
        g_usleep (1000);                                                       \
    if (!wait_over_)                                                           \
      g_error ("waited in vain for %s", #condition);                           \
  }                                                                            \
  G_STMT_END

typedef struct
{
  char            *folder;
  MaqHubServer    *server;
  MaqHubClient    *client;
  MaqCache        *cache;
  MaqTransferList *transfers;
  char            *first; // the commit that is here
} Fixture;

static gpointer
take_boxed (DexFuture *future,
            GError   **error)
{
  g_autoptr (DexFuture) owned = future;

  WAIT_UNTIL (!dex_future_is_pending (owned));
  const GValue *value = dex_future_get_value (owned, error);
  return value != NULL ? g_value_dup_boxed (value) : NULL;
}

// At first two variants; then one of them in parts, and N_MORE commits that change the card.
static void
write_history (Fixture *fixture,
               guint    n_more)
{
  g_autofree char *path = g_build_filename (fixture->folder, "hub/models", NEWS, ".maquette/repo.json", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GString) json = g_string_new ("{\"commits\":["
                                           "{\"title\":\"first\",\"authors\":[\"acme\"],\"files\":{\"README.md\":{\"text\":\"one\"},\"m-Q4_0.gguf\":{\"text\":\"4\"},\"m-Q8_0.gguf\":{\"text\":\"8\"}}},"
                                           "{\"title\":\"In parts\",\"authors\":[\"acme\"],\"files\":{\"m-Q4_0.gguf\":null,\"m-Q4_0-00001-of-00002.gguf\":{\"text\":\"41\"},\"m-Q4_0-00002-of-00002.gguf\":{\"text\":\"42\"}}}");

  for (guint i = 0; i < n_more; i++)
    g_string_append_printf (json, ",{\"title\":\"Card %u\",\"authors\":[\"acme\"],\"files\":{\"README.md\":{\"text\":\"card %u\"}}}", i, i);
  g_string_append (json, "]}");
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, json->str, -1, NULL));
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("maq-news-XXXXXX", NULL);
  write_history (fixture, GPOINTER_TO_UINT (data));
  g_autofree char *hub = g_build_filename (fixture->folder, "hub", NULL);
  g_autofree char *root = g_build_filename (fixture->folder, "cache", NULL);
  g_autofree char *state = g_build_filename (fixture->folder, "state", NULL);
  g_autoptr (MaqHubStore) store = maq_hub_store_new_folder (hub, &error);
  g_assert_no_error (error);
  fixture->server = maq_hub_server_new (store);
  maq_hub_server_set_faults_allowed (fixture->server, TRUE);
  maq_hub_server_listen (fixture->server, NULL, 0, &error);
  g_assert_no_error (error);
  fixture->client = maq_hub_client_new (maq_hub_server_get_url (fixture->server));
  fixture->cache = maq_cache_new (root);
  fixture->transfers = maq_transfer_list_new (fixture->client, fixture->cache, state);
  for (guint page = 0; fixture->first == NULL; page++)
    {
      g_autoptr (MaqHubCommits) commits = take_boxed (maq_hub_client_list_commits (fixture->client, MAQ_REPO_KIND_MODEL, NEWS, NULL, page), &error);
      g_assert_no_error (error);
      if (!commits->has_more)
        fixture->first = g_strdup (((MaqHubCommit *) commits->commits->pdata[commits->commits->len - 1])->id);
    }
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (fixture->transfers);
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->cache);
  maq_hub_server_stop (fixture->server);
  g_clear_object (&fixture->server);
  g_free (fixture->folder);
  g_free (fixture->first);
}

// With PATHS (NULL: all) of the first version here, as main.
static MaqLibraryNews *
compare (Fixture           *fixture,
         const char *const *paths)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, NEWS, fixture->first);

  request->paths = g_strdupv ((char **) paths);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  g_autoptr (DexFuture) done = maq_transfer_wait (transfer);
  WAIT_UNTIL (!dex_future_is_pending (done));
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
  maq_cache_write_ref (fixture->cache, MAQ_REPO_KIND_MODEL, NEWS, "main", fixture->first, &error);
  g_assert_no_error (error);

  g_autoptr (MaqLibrary) library = maq_library_new (fixture->cache);
  g_autoptr (DexFuture) read = maq_library_refresh (library);
  WAIT_UNTIL (!dex_future_is_pending (read));
  g_autoptr (MaqLibraryItem) item = g_object_ref (maq_library_find (library, MAQ_REPO_KIND_MODEL, NEWS));
  maq_library_ask_hub (library, fixture->client, item);
  WAIT_UNTIL (maq_library_item_has_news (item));
  MaqLibraryNews *news = take_boxed (maq_library_compare_upstream (library, fixture->client, item), &error);
  g_assert_no_error (error);
  return news;
}

static void
test_whole (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (MaqLibraryNews) news = compare (fixture, NULL);
  g_autofree char *sentences = maq_library_news_to_sentences (news);
  g_autofree char *earlier = maq_library_news_dup_earlier (news);

  // New files come along: the request names none.
  g_assert_true (news->is_whole);
  g_assert_null (news->request->paths);
  g_assert_cmpuint (news->n_changed, ==, 1);
  g_assert_cmpuint (news->n_added, >=, 2);
  g_assert_cmpuint (news->n_other, ==, 0);
  g_assert_cmpuint (news->n_gone, ==, 1);
  g_assert_cmpuint (news->commits->len, ==, 3);
  g_assert_cmpstr (((MaqHubCommit *) news->commits->pdata[0])->title, ==, "Card 1");
  g_assert_cmpstr (((MaqHubCommit *) news->commits->pdata[2])->title, ==, "In parts");
  g_assert_null (earlier);
  g_assert_true (g_str_has_prefix (sentences, "1 file changed. 2 files are new, and are fetched because the whole repo is here. 1 file is no longer part of it."));
}

static void
test_variant (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqLibraryNews) news = compare (fixture, (const char *const[]) { "m-Q4_0.gguf", NULL });

  // The same variant, today in two parts; the other one and the card were not wanted.
  g_assert_false (news->is_whole);
  g_assert_cmpuint (g_strv_length (news->request->paths), ==, 2);
  g_assert_cmpstr (news->request->paths[0], ==, "m-Q4_0-00001-of-00002.gguf");
  g_assert_cmpuint (news->n_changed, ==, 0);
  g_assert_cmpuint (news->n_added, ==, 2);
  g_assert_cmpuint (news->n_other, ==, 2);
  g_assert_cmpuint (news->n_gone, ==, 1);
}

static void
test_file (Fixture      *fixture,
           gconstpointer data)
{
  // Titles are worth having, but nothing fails for want of them.
  g_autoptr (GError) error = NULL;
  maq_hub_server_add_faults (fixture->server, "{\"path\": \"*/commits/*\", \"status\": 404, \"times\": 0}", &error);
  g_assert_no_error (error);
  g_autoptr (MaqLibraryNews) news = compare (fixture, (const char *const[]) { "README.md", NULL });
  g_autofree char *earlier = maq_library_news_dup_earlier (news);

  g_assert_cmpuint (g_strv_length (news->request->paths), ==, 1);
  g_assert_cmpuint (news->n_changed, ==, 1);
  g_assert_cmpuint (news->n_added, ==, 0);
  g_assert_cmpuint (news->commits->len, ==, 0);
  g_assert_null (earlier);
}

static void
test_long_history (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (MaqLibraryNews) news = compare (fixture, (const char *const[]) { "README.md", NULL });
  g_autofree char *earlier = maq_library_news_dup_earlier (news);
  guint            n_more = GPOINTER_TO_UINT (data);

  g_assert_cmpuint (news->commits->len, ==, MAQ_LIBRARY_NEWS_MAX_COMMITS);
  if (n_more < 200)
    {
      g_assert_cmpuint (news->n_earlier, ==, n_more + 1 - MAQ_LIBRARY_NEWS_MAX_COMMITS);
      g_assert_cmpstr (earlier, ==, "and 51 earlier");
    }
  else
    g_assert_cmpstr (earlier, ==, "and more than 190 earlier");
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
#define ADD(path, n_more, func) g_test_add ("/library/news/" path, Fixture, GUINT_TO_POINTER (n_more), set_up, func, tear_down)
  ADD ("whole-repo-takes-new-files", 2, test_whole);
  ADD ("variant-takes-its-new-parts", 2, test_variant);
  ADD ("single-file", 2, test_file);
  ADD ("history-of-two-pages", 60, test_long_history);
  ADD ("history-without-end", 230, test_long_history);
  return g_test_run ();
}
