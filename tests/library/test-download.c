// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gstdio.h>
#include <locale.h>

#include "hub-fixture.h"
#include "maq-download-choice.h"
#include "maq-download-summary.h"

// A .gitattributes is not served: the files are those of the fixture.
#define N_FILES 7

static gpointer
take_boxed (DexFuture *future,
            GError   **error)
{
  g_autoptr (DexFuture) owned = future;

  WAIT_UNTIL (!dex_future_is_pending (owned));
  const GValue *value = dex_future_get_value (owned, error);
  return value != NULL ? g_value_dup_boxed (value) : NULL;
}

static MaqDownloadOffer *
load (Fixture    *fixture,
      const char *revision)
{
  g_autoptr (GError) error = NULL;
  MaqDownloadOffer *offer = take_boxed (maq_download_offer_load (fixture->client, fixture->cache, MAQ_REPO_KIND_MODEL, MODEL, revision), &error);

  g_assert_no_error (error);
  return offer;
}

static MaqDownloadSummary *
summarize (Fixture            *fixture,
           MaqDownloadOffer   *offer,
           MaqTransferRequest *request)
{
  g_autoptr (GError) error = NULL;
  MaqDownloadSummary *summary = take_boxed (maq_download_summarize (fixture->transfers, fixture->cache, request, offer), &error);

  g_assert_no_error (error);
  return summary;
}

static void
check_sentence (MaqDownloadSummary *summary,
                const char         *expected)
{
  g_autofree char *sentence = maq_download_summary_to_sentence (summary);

  g_assert_cmpstr (sentence, ==, expected);
}

static void
test_offer (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (MaqDownloadOffer) offer = load (fixture, NULL);
  g_autofree char *license = maq_download_offer_dup_license (offer);
  g_autofree char *address = maq_download_offer_dup_license_address (offer, fixture->client);

  g_assert_cmpuint (offer->files->len, ==, N_FILES);
  g_assert_cmpuint (offer->size, >, WEIGHTS_SIZE + SHARD_SIZE);
  g_assert_cmpuint (offer->variants->len, ==, 1);
  g_assert_cmpint (offer->access, ==, MAQ_DOWNLOAD_ACCESS_OPEN);
  g_assert_null (license);
  g_assert_null (address);
  for (guint i = 0; i < offer->files->len; i++)
    g_assert_false (maq_download_file_get_here (offer->files->pdata[i]));

  // What is fetched is here then, at this version.
  g_autoptr (MaqTransfer) transfer = fetch (fixture, request_for ("config.json"));
  g_autoptr (MaqDownloadOffer) again = load (fixture, offer->commit);
  for (guint i = 0; i < again->files->len; i++)
    {
      MaqDownloadFile *file = again->files->pdata[i];
      g_assert_cmpint (maq_download_file_get_here (file), ==, g_str_equal (maq_download_file_get_path (file), "config.json"));
    }

  g_autoptr (GError) error = NULL;
  g_assert_null (take_boxed (maq_download_offer_load (fixture->client, fixture->cache, MAQ_REPO_KIND_MODEL, MODEL, "no-such-branch"), &error));
  g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_REVISION_NOT_FOUND);
}

static MaqTransferRequest *
choose_patterns (MaqDownloadOffer *offer,
                 const char       *include,
                 const char       *exclude)
{
  MaqDownloadChoice choice = { .what = MAQ_DOWNLOAD_PATTERNS, .include = include, .exclude = exclude };

  return maq_download_choice_to_request (&choice, offer);
}

static void
test_choices (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqDownloadOffer) offer = load (fixture, NULL);
  g_autoptr (MaqDownloadFileList) files = maq_download_file_list_new (offer->files);
  MaqDownloadChoice choice = { .files = files };

  choice.what = MAQ_DOWNLOAD_ALL;
  g_autoptr (MaqTransferRequest) all = maq_download_choice_to_request (&choice, offer);
  g_assert_null (all->paths);
  g_assert_cmpstr (all->id, ==, MODEL);

  choice.what = MAQ_DOWNLOAD_VARIANT;
  choice.variant = maq_download_offer_find_variant (offer, "q8_0");
  g_autoptr (MaqTransferRequest) variant = maq_download_choice_to_request (&choice, offer);
  g_assert_cmpstr (variant->paths[0], ==, WEIGHTS);
  g_assert_cmpstr (variant->title, ==, "Q8_0");
  choice.variant = NULL;
  g_assert_null (maq_download_choice_to_request (&choice, offer));
  // One that is gone at this revision is not another one by chance.
  g_assert_cmpstr (maq_download_offer_find_variant (offer, "Q2_K")->label, ==, "Q8_0");

  choice.what = MAQ_DOWNLOAD_FILES;
  g_assert_null (maq_download_choice_to_request (&choice, offer));
  maq_download_file_list_choose_paths (files, (const char *const[]) { "config.json", "not-there", NULL });
  g_autoptr (MaqTransferRequest) one = maq_download_choice_to_request (&choice, offer);
  g_assert_cmpuint (g_strv_length (one->paths), ==, 1);
  g_assert_cmpstr (one->title, ==, "config.json");
  maq_download_file_list_choose_shown (files, TRUE);
  g_autoptr (MaqTransferRequest) every = maq_download_choice_to_request (&choice, offer);
  g_assert_null (every->paths);

  g_autoptr (MaqTransferRequest) json = choose_patterns (offer, " *.json , , README.md", "copy*");
  g_assert_cmpuint (g_strv_length (json->include), ==, 2);
  g_assert_cmpstr (json->include[0], ==, "*.json");
  g_assert_cmpstr (json->exclude[0], ==, "copy*");
  g_assert_null (choose_patterns (offer, "*.JSON", NULL));
  g_assert_null (choose_patterns (offer, NULL, "*"));
  g_autoptr (MaqTransferRequest) anything = choose_patterns (offer, "", NULL);
  g_assert_null (anything->include);
}

static void
test_paths (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (MaqDownloadOffer) offer = load (fixture, NULL);
  g_autoptr (MaqDownloadFileList) files = maq_download_file_list_new (offer->files);
  MaqDownloadChoice choice = { .files = files };

  maq_download_choice_set_paths (&choice, offer, NULL);
  g_assert_cmpint (choice.what, ==, MAQ_DOWNLOAD_ALL);
  maq_download_choice_set_paths (&choice, offer, (const char *const[]) { WEIGHTS, NULL });
  g_assert_cmpint (choice.what, ==, MAQ_DOWNLOAD_VARIANT);
  g_assert_cmpstr (choice.variant->label, ==, "Q8_0");
  maq_download_choice_set_paths (&choice, offer, (const char *const[]) { WEIGHTS, "config.json", NULL });
  g_assert_cmpint (choice.what, ==, MAQ_DOWNLOAD_FILES);
  g_assert_cmpuint (maq_download_file_list_get_n_chosen (files), ==, 2);
}

static void
test_summary (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqDownloadOffer) offer = load (fixture, NULL);
  MaqDownloadChoice choice = { .what = MAQ_DOWNLOAD_ALL };
  g_autoptr (MaqTransferRequest) all = maq_download_choice_to_request (&choice, offer);
  guint n_requests = maq_hub_server_count_requests (fixture->server, NULL, "*");

  g_autoptr (MaqDownloadSummary) nothing = summarize (fixture, offer, all);
  check_sentence (nothing, "7 files, 4.2\302\240MB");
  g_assert_false (nothing->is_complete);
  g_assert_cmpuint (nothing->bytes_left, ==, offer->size);
  g_assert_true (maq_download_summary_has_room (nothing));
  // The Hub was not asked, and is not when this is started, but for the files.
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "*"), ==, n_requests);

  maq_cache_set_free_bytes (fixture->cache, 1000000);
  g_autoptr (MaqDownloadSummary) full = summarize (fixture, offer, all);
  g_autofree char *sentence = maq_download_summary_dup_no_room (full);
  g_assert_false (maq_download_summary_has_room (full));
  g_assert_cmpstr (sentence, ==, "This takes 4.2\302\240MB, but only 1.0\302\240MB is available on the disk. Delete something in the Library, or select less.");
  maq_cache_set_free_bytes (fixture->cache, G_MAXUINT64);

  g_autoptr (MaqTransfer) part = fetch (fixture, request_for (WEIGHTS));
  g_autoptr (MaqDownloadSummary) some = summarize (fixture, offer, all);
  check_sentence (some, "7 files, 4.2\302\240MB, of which 3.1\302\240MB is already downloaded");
  g_assert_false (some->is_complete);

  n_requests = maq_hub_server_count_requests (fixture->server, NULL, "/api/*");
  g_autoptr (MaqTransfer) rest = maq_transfer_list_start_planned (fixture->transfers, all, some->plan);
  wait_for_end (rest);
  check_whole (fixture, rest);
  g_assert_cmpuint (maq_hub_server_count_requests (fixture->server, NULL, "/api/*"), ==, n_requests);
  g_autoptr (MaqDownloadSummary) whole = summarize (fixture, offer, all);
  check_sentence (whole, "Already downloaded (7 files, 4.2\302\240MB)");
  g_assert_true (whole->is_complete);
  g_assert_true (maq_download_summary_has_room (whole));

  // What only another repo has costs nothing, and yet is to be done.
  g_autofree char *own = maq_cache_dup_repo_path (fixture->cache, MAQ_REPO_KIND_MODEL, MODEL);
  g_autofree char *other = maq_cache_dup_repo_path (fixture->cache, MAQ_REPO_KIND_MODEL, "else/where");
  g_assert_cmpint (g_rename (own, other), ==, 0);
  g_autoptr (MaqTransferRequest) weights = request_for (WEIGHTS);
  g_autoptr (MaqDownloadSummary) twin = summarize (fixture, offer, weights);
  check_sentence (twin, "1 file, 3.1\302\240MB, already on this computer");
  g_assert_false (twin->is_complete);
  maq_hub_server_clear_faults (fixture->server);
  fault (fixture, "{\"path\": \"*\", \"status\": 500, \"times\": 0}");
  g_autoptr (MaqTransfer) linked = maq_transfer_list_start_planned (fixture->transfers, weights, twin->plan);
  wait_for_end (linked);
  check_whole (fixture, linked);
}

// What the Hub may not send is said before.
static void
test_huge (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (MaqDownloadOffer) offer = load (fixture, NULL);
  g_autoptr (MaqTransferRequest) weights = request_for (WEIGHTS);

  for (guint i = 0; i < offer->tree->files->len; i++)
    {
      MaqHubFile *file = offer->tree->files->pdata[i];
      if (g_str_equal (file->path, WEIGHTS))
        file->size = 50 * G_GUINT64_CONSTANT (1000000000) + 1;
    }
  g_autoptr (MaqDownloadSummary) huge = summarize (fixture, offer, weights);
  check_sentence (huge, "1 file, 50.0\302\240GB. A file of over 50 GB is among them, which the Hub may not send to this program. “hf download” gets it into the same cache.");
}

static void
count_cb (GListModel *model,
          guint       position,
          guint       removed,
          guint       added,
          guint      *n)
{
  (*n)++;
}

static void
test_many_files (void)
{
  const guint n = 10000;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_changes = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("data/train/Part-%05u.parquet", i);
      g_ptr_array_add (files, maq_download_file_new (path, 10, FALSE));
    }
  g_autoptr (MaqDownloadFileList) list = maq_download_file_list_new (files);
  GListModel *model = G_LIST_MODEL (list);
  g_signal_connect (model, "items-changed", G_CALLBACK (count_cb), &n_changes);

  gint64 begin = g_get_monotonic_time ();
  maq_download_file_list_search (list, "part-0012  TRAIN");
  gint64 searched = g_get_monotonic_time ();
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 10);
  g_assert_cmpuint (n_changes, ==, 1);
  maq_download_file_list_choose_shown (list, TRUE);
  g_assert_cmpuint (maq_download_file_list_get_n_chosen (list), ==, 10);
  g_assert_cmpuint (maq_download_file_list_get_size_chosen (list), ==, 100);

  // What is chosen stays so out of sight.
  maq_download_file_list_search (list, "no such file");
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  maq_download_file_list_choose_shown (list, FALSE);
  g_assert_cmpuint (maq_download_file_list_get_n_chosen (list), ==, 10);
  maq_download_file_list_search (list, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, n);
  maq_download_file_list_choose (list, files->pdata[0], TRUE);
  maq_download_file_list_choose (list, files->pdata[0], TRUE);
  g_auto (GStrv) paths = maq_download_file_list_dup_paths (list);
  g_assert_cmpuint (g_strv_length (paths), ==, 11);
  g_assert_cmpstr (paths[0], ==, "data/train/Part-00000.parquet");

  gint64 choosing = g_get_monotonic_time ();
  maq_download_file_list_choose_shown (list, TRUE);
  gint64 chosen = g_get_monotonic_time ();
  maq_download_file_list_choose_shown (list, FALSE);
  g_assert_cmpuint (maq_download_file_list_get_n_chosen (list), ==, 0);
  g_assert_cmpuint (maq_download_file_list_get_size_chosen (list), ==, 0);
  g_test_message ("%u files: searched in %.2f ms, all chosen in %.2f ms", n, (searched - begin) / 1000.0, (chosen - choosing) / 1000.0);
}

static void
test_gated (void)
{
  static const struct
  {
    const char       *token;
    MaqDownloadAccess access;
  } cases[] = {
    { NULL, MAQ_DOWNLOAD_ACCESS_NEEDS_TOKEN },
    { "hf_not_valid", MAQ_DOWNLOAD_ACCESS_NEEDS_TOKEN },
    { "hf_stranger", MAQ_DOWNLOAD_ACCESS_REFUSED },
    { "hf_guest", MAQ_DOWNLOAD_ACCESS_GRANTED },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_demo (NULL);
  g_autoptr (MaqHubServer) server = maq_hub_server_new (store);
  g_autofree char *root = g_dir_make_tmp ("maq-download-XXXXXX", NULL);
  g_autoptr (MaqCache) cache = maq_cache_new (root);

  maq_hub_server_add_token (server, "hf_stranger", "stranger", FALSE);
  maq_hub_server_add_token (server, "hf_guest", "guest", TRUE);
  maq_hub_server_listen (server, NULL, 0, &error);
  g_assert_no_error (error);
  g_autoptr (MaqHubClient) client = maq_hub_client_new (maq_hub_server_get_url (server));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].token);
      maq_hub_client_set_token (client, cases[i].token, maq_hub_client_get_endpoint (client));
      g_autoptr (MaqDownloadOffer) offer = take_boxed (maq_download_offer_load (client, cache, MAQ_REPO_KIND_MODEL, "harbor-labs/skua-code-1B", NULL), &error);
      if (cases[i].access == MAQ_DOWNLOAD_ACCESS_NEEDS_TOKEN && cases[i].token != NULL)
        {
          // A token that is none the Hub says at once.
          g_assert_null (offer);
          g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNAUTHORIZED);
          g_clear_error (&error);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (offer->access, ==, cases[i].access);
      g_assert_cmpint (maq_download_access_to_sentence (offer->access) != NULL, ==, offer->access != MAQ_DOWNLOAD_ACCESS_GRANTED);
      g_autofree char *license = maq_download_offer_dup_license (offer);
      g_autofree char *address = maq_download_offer_dup_license_address (offer, client);
      g_assert_cmpstr (license, ==, "harbor-community");
      if (address != NULL)
        g_assert_true (g_str_has_prefix (address, maq_hub_server_get_url (server)));
    }
  maq_hub_server_stop (server);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  ADD ("/library/download/what-there-is", test_offer);
  ADD ("/library/download/what-is-chosen", test_choices);
  ADD ("/library/download/paths-are-a-choice", test_paths);
  ADD ("/library/download/said-before-it-starts", test_summary);
  ADD ("/library/download/files-of-over-50-gb", test_huge);
  g_test_add_func ("/library/download/ten-thousand-files", test_many_files);
  g_test_add_func ("/library/download/gated", test_gated);
  return g_test_run ();
}
