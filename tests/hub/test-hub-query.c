// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-records.h"

static void
test_models (void)
{
  g_autoptr (MaqHubQuery) query = maq_hub_query_new (MAQ_REPO_KIND_MODEL);
  g_autofree char *plain = maq_hub_query_to_address (query, "https://hub");

  g_assert_cmpstr (plain, ==, "https://hub/api/models?limit=50&expand=author&expand=pipeline_tag&expand=library_name"
                              "&expand=downloads&expand=likes&expand=lastModified&expand=createdAt&expand=gated&expand=private&expand=disabled"
                              "&expand=gguf&expand=safetensors&expand=tags");

  query->sort = g_strdup ("trendingScore");
  g_autofree char *default_order = maq_hub_query_to_address (query, "https://hub");
  g_assert_cmpstr (default_order, ==, plain);
  g_free (query->sort);

  query->search = g_strdup ("a b/ü&\xff");
  query->author = g_strdup ("acme");
  query->task = g_strdup ("text-generation");
  query->library = g_strdup ("gguf");
  query->license = g_strdup ("mit");
  query->language = g_strdup ("en");
  query->filters = g_strdupv ((char *[]) { "conversational", "", "base_model:x/y", NULL });
  query->max_parameters = 1500000001;
  query->sort = g_strdup ("likes");
  query->limit = 5000;
  g_autoptr (MaqHubQuery) copy = maq_hub_query_copy (query);
  g_autofree char *full = maq_hub_query_to_address (copy, "https://hub");
  g_assert_true (g_str_has_prefix (full,
                                   "https://hub/api/models?search=a%20b%2F%C3%BC%26%EF%BF%BD&author=acme&pipeline_tag=text-generation"
                                   "&filter=gguf&filter=license%3Amit&filter=en&filter=conversational&filter=base_model%3Ax%2Fy"
                                   "&num_parameters=max%3A1500000001&sort=likes&limit=1000&expand=author&"));
}

static void
test_datasets_and_spaces (void)
{
  g_autoptr (MaqHubQuery) datasets = maq_hub_query_new (MAQ_REPO_KIND_DATASET);
  datasets->task = g_strdup ("question-answering");
  datasets->library = g_strdup ("polars");
  datasets->language = g_strdup ("de");
  datasets->min_parameters = 5;
  g_autofree char *address = maq_hub_query_to_address (datasets, "https://hub");
  g_assert_true (g_str_has_prefix (address, "https://hub/api/datasets?filter=task_categories%3Aquestion-answering&filter=library%3Apolars&filter=language%3Ade&limit=50&expand=author&"));

  g_autoptr (MaqHubQuery) spaces = maq_hub_query_new (MAQ_REPO_KIND_SPACE);
  g_autofree char *space_address = maq_hub_query_to_address (spaces, "https://hub");
  g_assert_true (g_str_has_prefix (space_address, "https://hub/api/spaces?limit=50&expand=author&"));
  g_assert_nonnull (strstr (space_address, "expand=sdk"));
  g_assert_null (strstr (space_address, "expand=downloads"));
}

static void
test_etags (void)
{
  static const struct
  {
    const char *etag;
    const char *expected;
  } cases[] = {
    { "\"a16a55fda99d2f2e7b69cce5cf93ff4ad3049930\"", "a16a55fda99d2f2e7b69cce5cf93ff4ad3049930" },
    { "W/\"a16a55fda99d2f2e7b69cce5cf93ff4ad3049930\"", "a16a55fda99d2f2e7b69cce5cf93ff4ad3049930" },
    { "a16a55fda99d2f2e7b69cce5cf93ff4ad3049930", "a16a55fda99d2f2e7b69cce5cf93ff4ad3049930" },
    { "\"248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707\"", "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707" },
    { "\"../../../../../NAME\"", NULL },
    { "\"a16a55fda99d2f2e7b69cce5cf93ff4ad304993\"", NULL },
    { "\"A16A55FDA99D2F2E7B69CCE5CF93FF4AD3049930\"", NULL },
    { "W/\"1f4-abc\"", NULL },
    { "\"", NULL },
    { "", NULL },
    { NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *bare = maq_hub_etag_normalize (cases[i].etag);
      g_assert_cmpstr (bare, ==, cases[i].expected);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/query/models", test_models);
  g_test_add_func ("/hub/query/datasets-and-spaces", test_datasets_and_spaces);
  g_test_add_func ("/hub/query/etags", test_etags);
  return g_test_run ();
}
