// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Lists and searches.
#include "test-http.h"

#include <string.h>

static void
test_list_fields (Http         *http,
                  gconstpointer data)
{
  g_autoptr (Reply) models = http_get (http, "/api/models?search=plover-ner");
  http_assert_members (json_array_get_object_element (reply_array (models), 0), "_id id likes trendingScore private downloads tags pipeline_tag library_name createdAt modelId");
  g_autoptr (Reply) expanded = http_get (http, "/api/models?search=plover-ner&expand=lastModified&expand%5B%5D=gated&expand=author");
  http_assert_members (json_array_get_object_element (reply_array (expanded), 0), "_id id lastModified gated author");
  g_autoptr (Reply) twice = http_get (http, "/api/models?search=plover-ner&expand=likes&expand=inferenceProviderMapping&expand=likes");
  g_assert_cmpmem (strstr (g_bytes_get_data (twice->body, NULL), "\"likes\""), 7, "\"likes\"", 7);
  g_assert_null (strstr (strstr (g_bytes_get_data (twice->body, NULL), "\"likes\"") + 1, "\"likes\""));
  g_assert_true (JSON_NODE_HOLDS_ARRAY (json_object_get_member (json_array_get_object_element (reply_array (twice), 0), "inferenceProviderMapping")));
  g_autoptr (Reply) datasets = http_get (http, "/api/datasets?search=colour");
  http_assert_members (json_array_get_object_element (reply_array (datasets), 0), "_id id author disabled gated lastModified likes trendingScore private sha description downloads tags createdAt key");
  g_autoptr (Reply) spaces = http_get (http, "/api/spaces?search=clock");
  http_assert_members (json_array_get_object_element (reply_array (spaces), 0), "_id id likes trendingScore private sdk tags createdAt");
  g_autoptr (Reply) full = http_get (http, "/api/models?search=plover-ner&full=true&cardData=true&config=true");
  JsonObject *item = json_array_get_object_element (reply_array (full), 0);
  g_assert_true (json_object_has_member (item, "siblings"));
  g_assert_true (json_object_has_member (item, "cardData"));
  g_assert_true (json_object_has_member (item, "config"));
  g_assert_true (json_object_has_member (item, "sha"));
}

static void
test_list_filters (Http         *http,
                   gconstpointer data)
{
  guint all = http_count (http, "/api/models");
  g_assert_cmpuint (all, >=, 40);
  g_assert_cmpuint (http_count (http, "/api/models?author=maquette"), ==, 8);
  g_assert_cmpuint (http_count (http, "/api/models?search=PRISM"), ==, 3);
  http_assert_ids (http, "/api/models?search=prism&search=384", "lumen-vision/prism-vit-base-384");
  http_assert_ids (http, "/api/models?filter=translation&filter=fr", "harbor-labs/tern-en-fr");
  http_assert_ids (http, "/api/models?filter=translation,license:cc-by-4.0,es", "harbor-labs/tern-en-es");
  http_assert_ids (http, "/api/models?pipeline_tag=text-ranking", "harbor-labs/wren-rerank");
  g_assert_cmpuint (http_count (http, "/api/models?library=onnx"), ==, 2);
  g_assert_cmpuint (http_count (http, "/api/models?gated=true"), ==, 3);
  g_assert_cmpuint (http_count (http, "/api/models?gated=false"), ==, all - 3);
  http_assert_ids (http, "/api/models?num_parameters=min:6B,max:128B", "harbor-labs/gull-7B");
  http_assert_ids (http, "/api/models?filter=base_model:harbor-labs/gull-350M&sort=downloads", "harbor-labs/gull-350M-chat harbor-labs/gull-350M-poems");
  http_assert_ids (http, "/api/models?filter=dataset:lumen-vision/shapes-svg", "lumen-vision/prism-vit-small");
  http_assert_ids (http, "/api/datasets?filter=format:json&filter=language:en&sort=downloads", "harbor-labs/harbor-notices maquette/pebble-conversations");
  http_assert_ids (http, "/api/spaces?models=harbor-labs/tern-en-de", "harbor-labs/translate-demo");
  http_assert_ids (http, "/api/spaces?datasets=lumen-vision/shapes-svg", "lumen-vision/shape-gallery");
  http_assert_ids (http, "/api/spaces?models=maquette/pebble-chat&datasets=maquette/pebble-conversations", "maquette/pebble-playground");
  g_assert_cmpuint (http_count (http, "/api/spaces?models=no/such"), ==, 0);
  g_assert_cmpuint (http_count (http, "/api/spaces?linked=true"), ==, 5);
  g_assert_cmpuint (http_count (http, "/api/models?inference=warm"), ==, 0);
  g_assert_cmpuint (http_count (http, "/api/models?search=no-such-thing"), ==, 0);
  g_assert_cmpuint (http_count (http, "/api/models?filter=no-such-tag"), ==, 0);
}

// An app is a tag by another name.
static void
test_list_apps (Http         *http,
                gconstpointer data)
{
  static const char *const same[][2] = {
    { "apps=llama.cpp", "filter=gguf" },
    { "apps=ollama,jan", "filter=gguf" },
    { "apps=vllm", "filter=transformers" },
    { "apps=diffusionbee", "filter=diffusers" },
    { "apps=mlx-lm", "filter=mlx" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *app_path = g_strconcat ("/api/models?sort=id&", same[i][0], NULL);
      g_autofree char *tag_path = g_strconcat ("/api/models?sort=id&", same[i][1], NULL);
      g_autoptr (Reply) tagged = http_get (http, tag_path);
      g_autofree char *ids = reply_ids (tagged);
      http_assert_ids (http, app_path, ids);
    }
  g_assert_cmpuint (http_count (http, "/api/models?apps=vllm&apps=llama.cpp"), ==, http_count (http, "/api/models?filter=gguf") + http_count (http, "/api/models?filter=transformers") - http_count (http, "/api/models?filter=gguf,transformers"));
}

static void
test_list_sorts (Http         *http,
                 gconstpointer data)
{
  static const char *const bad[] = { "trending", "trending_score", "modified", "nonsense" };
  http_assert_ids (http, "/api/models?limit=2", "maquette/pebble-chat-GGUF harbor-labs/gull-7B");
  http_assert_ids (http, "/api/models?sort=downloads&direction=-1&limit=2", "harbor-labs/wren-embed-small maquette/pebble-chat-GGUF");
  http_assert_ids (http, "/api/models?sort=num_parameters&limit=1", "harbor-labs/gull-7B");
  http_assert_ids (http, "/api/models?sort=createdAt&direction=1&limit=1", "lumen-vision/tabula");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strconcat ("/api/models?sort=", bad[i], NULL);
      g_autoptr (Reply) reply = http_get (http, path);
      g_assert_cmpuint (reply->status, ==, 400);
      g_assert_true (g_str_has_prefix (json_object_get_string_member (reply_object (reply), "error"), "Invalid sort parameter: "));
    }
  g_autoptr (Reply) limit = http_get (http, "/api/models?limit=0");
  g_assert_cmpuint (limit->status, ==, 400);
  g_autoptr (Reply) expand = http_get (http, "/api/models?expand=nonsense");
  g_assert_cmpuint (expand->status, ==, 400);
}

static void
test_list_pages (Http         *http,
                 gconstpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *next = g_strdup ("/api/models?limit=7&filter=region%3Aus&sort=likes&expand=likes");
  guint            pages = 0;
  while (next != NULL)
    {
      g_autoptr (Reply) reply = http_get (http, next);
      const char *link = reply_header (reply, "Link");
      JsonArray  *array = reply_array (reply);
      for (guint i = 0; i < json_array_get_length (array); i++)
        g_assert_true (g_hash_table_add (seen, g_strdup (json_object_get_string_member (json_array_get_object_element (array, i), "id"))));
      g_clear_pointer (&next, g_free);
      if (link != NULL)
        {
          g_assert_true (g_str_has_prefix (link, "<http://127.0.0.1:"));
          g_assert_true (g_str_has_suffix (link, ">; rel=\"next\""));
          next = g_strndup (link + 1, strchr (link, '>') - link - 1);
        }
      pages++;
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, http_count (http, "/api/models"));
  g_assert_cmpuint (pages, ==, (g_hash_table_size (seen) + 6) / 7);
  g_autoptr (Reply) bad = http_get (http, "/api/models?cursor=@@@");
  g_assert_cmpuint (bad->status, ==, 400);
}

static void
test_find (Http         *http,
           gconstpointer data)
{
  g_autoptr (Reply) quick = http_get (http, "/api/quicksearch?q=tide&type=dataset&type=space");
  http_assert_members (reply_object (quick), "q datasets datasetsCount spaces spacesCount");
  g_assert_cmpint (json_object_get_int_member (reply_object (quick), "datasetsCount"), ==, 1);
  g_autoptr (Reply) bad = http_get (http, "/api/quicksearch?q=x&limit=0");
  g_assert_cmpuint (bad->status, ==, 400);
  g_autoptr (Reply) trending = http_get (http, "/api/trending?type=model&limit=3");
  JsonArray *top = json_object_get_array_member (reply_object (trending), "recentlyTrending");
  g_assert_cmpuint (json_array_get_length (top), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (json_array_get_object_element (top, 0), "repoData"), "id"), ==, "maquette/pebble-chat-GGUF");
  g_autoptr (Reply) many = http_get (http, "/api/trending?limit=21");
  g_assert_cmpuint (many->status, ==, 400);
  g_autoptr (Reply) tags = http_get (http, "/api/models-tags-by-type?type=license");
  http_assert_members (reply_object (tags), "license");
  g_autoptr (Reply) avatar = http_get (http, "/api/avatars/harbor-labs");
  g_assert_cmpstr (reply_header (avatar, "Content-Type"), ==, "image/svg+xml");
  g_autoptr (Reply) org = http_get (http, "/api/organizations/harbor-labs/overview");
  g_assert_cmpuint (org->status, ==, 200);
  g_autoptr (Reply) nobody = http_get (http, "/api/users/nobody/overview");
  g_assert_cmpstr (json_object_get_string_member (reply_object (nobody), "error"), ==, "This user does not exist");
  g_autoptr (Reply) home = http_get (http, "/");
  g_assert_true (g_str_has_prefix (reply_header (home, "Content-Type"), "text/html"));
  g_autoptr (Reply) page = http_get (http, "/maquette/pebble-chat");
  g_assert_cmpuint (page->status, ==, 200);
}

static void
test_scale (void)
{
  Http   http;
  gint64 start;
  http_set_up (&http, maq_hub_store_new_synthetic (20000));
  g_autoptr (Reply) warm = http_get (&http, "/api/models?sort=downloads&limit=1");
  start = g_get_monotonic_time ();
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (Reply) reply = http_get (&http, "/api/models?sort=downloads&search=kestrel&filter=en&limit=50&expand=gguf&expand=tags&expand=likes");
      g_assert_cmpuint (json_array_get_length (reply_array (reply)), ==, 50);
    }
  g_test_message ("a page of 50 out of 20,000: %.1f ms", (g_get_monotonic_time () - start) / 20000.0);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * 100 * 1000);
  g_autoptr (Reply) big = http_get (&http, "/api/models?limit=1000");
  g_assert_cmpuint (json_array_get_length (reply_array (big)), ==, 1000);
  http_tear_down (&http);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/server/hub/" path, Http, NULL, http_set_up_demo, func, http_tear_down_demo)
  ADD ("list/fields", test_list_fields);
  ADD ("list/filters", test_list_filters);
  ADD ("list/apps", test_list_apps);
  ADD ("list/sorts", test_list_sorts);
  ADD ("list/pages", test_list_pages);
  ADD ("quick-search-trending-tags-people-pages", test_find);
  g_test_add_func ("/server/hub/twenty-thousand-repos", test_scale);
  return g_test_run ();
}
