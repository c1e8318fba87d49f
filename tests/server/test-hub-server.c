// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "test-http.h"

#include <string.h>

#define READER "Authorization: Bearer hf_demo_read"
#define BASIC  "Authorization: Bearer hf_demo_basic"

static void
set_up (Http         *http,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  MaqHubStore *store = maq_hub_store_new_demo (&error);
  g_assert_no_error (error);
  http_set_up (http, store);
}

static void
tear_down (Http         *http,
           gconstpointer data)
{
  http_tear_down (http);
}

static guint
count (Http       *http,
       const char *path)
{
  g_autoptr (Reply) reply = http_get (http, path);
  g_assert_cmpuint (reply->status, ==, 200);
  return json_array_get_length (reply_array (reply));
}

static void
assert_ids (Http       *http,
            const char *path,
            const char *expected)
{
  g_autoptr (Reply) reply = http_get (http, path);
  g_assert_cmpuint (reply->status, ==, 200);
  g_autofree char *ids = reply_ids (reply);
  g_assert_cmpstr (ids, ==, expected);
}

static void
assert_members (JsonObject *object,
                const char *expected)
{
  g_autoptr (GList) names = json_object_get_members (object);
  g_autoptr (GString) text = g_string_new (NULL);
  for (GList *l = names; l != NULL; l = l->next)
    g_string_append_printf (text, "%s%s", l != names ? " " : "", (char *) l->data);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_list_fields (Http         *http,
                  gconstpointer data)
{
  g_autoptr (Reply) models = http_get (http, "/api/models?search=plover-ner");
  assert_members (json_array_get_object_element (reply_array (models), 0), "_id id likes trendingScore private downloads tags pipeline_tag library_name createdAt modelId");
  g_autoptr (Reply) expanded = http_get (http, "/api/models?search=plover-ner&expand=lastModified&expand%5B%5D=gated&expand=author");
  assert_members (json_array_get_object_element (reply_array (expanded), 0), "_id id lastModified gated author");
  g_autoptr (Reply) datasets = http_get (http, "/api/datasets?search=colour");
  assert_members (json_array_get_object_element (reply_array (datasets), 0), "_id id author disabled gated lastModified likes trendingScore private sha description downloads tags createdAt key");
  g_autoptr (Reply) spaces = http_get (http, "/api/spaces?search=clock");
  assert_members (json_array_get_object_element (reply_array (spaces), 0), "_id id likes trendingScore private sdk tags createdAt");
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
  guint all = count (http, "/api/models");
  g_assert_cmpuint (all, >=, 40);
  g_assert_cmpuint (count (http, "/api/models?author=maquette"), ==, 8);
  g_assert_cmpuint (count (http, "/api/models?search=PRISM"), ==, 3);
  assert_ids (http, "/api/models?search=prism&search=384", "lumen-vision/prism-vit-base-384");
  assert_ids (http, "/api/models?filter=translation&filter=fr", "harbor-labs/tern-en-fr");
  assert_ids (http, "/api/models?filter=translation,license:cc-by-4.0,es", "harbor-labs/tern-en-es");
  assert_ids (http, "/api/models?pipeline_tag=text-ranking", "harbor-labs/wren-rerank");
  g_assert_cmpuint (count (http, "/api/models?library=onnx"), ==, 2);
  g_assert_cmpuint (count (http, "/api/models?gated=true"), ==, 3);
  g_assert_cmpuint (count (http, "/api/models?gated=false"), ==, all - 3);
  assert_ids (http, "/api/models?num_parameters=min:6B,max:128B", "harbor-labs/gull-7B");
  assert_ids (http, "/api/models?filter=base_model:harbor-labs/gull-350M&sort=downloads", "harbor-labs/gull-350M-chat harbor-labs/gull-350M-poems");
  assert_ids (http, "/api/models?filter=dataset:lumen-vision/shapes-svg", "lumen-vision/prism-vit-small");
  assert_ids (http, "/api/datasets?filter=format:json&filter=language:en&sort=downloads", "harbor-labs/harbor-notices maquette/pebble-conversations");
  g_assert_cmpuint (count (http, "/api/models?search=no-such-thing"), ==, 0);
  g_assert_cmpuint (count (http, "/api/models?filter=no-such-tag"), ==, 0);
}

static void
test_list_sorts (Http         *http,
                 gconstpointer data)
{
  static const char *const bad[] = { "trending", "trending_score", "modified", "nonsense" };
  assert_ids (http, "/api/models?limit=2", "maquette/pebble-chat-GGUF harbor-labs/gull-7B");
  assert_ids (http, "/api/models?sort=downloads&direction=-1&limit=2", "harbor-labs/wren-embed-small maquette/pebble-chat-GGUF");
  assert_ids (http, "/api/models?sort=num_parameters&limit=1", "harbor-labs/gull-7B");
  assert_ids (http, "/api/models?sort=createdAt&direction=1&limit=1", "lumen-vision/tabula");
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
  g_assert_cmpuint (g_hash_table_size (seen), ==, count (http, "/api/models"));
  g_assert_cmpuint (pages, ==, (g_hash_table_size (seen) + 6) / 7);
  g_autoptr (Reply) bad = http_get (http, "/api/models?cursor=@@@");
  g_assert_cmpuint (bad->status, ==, 400);
}

static void
test_info (Http         *http,
           gconstpointer data)
{
  g_autoptr (Reply) reply = http_get (http, "/api/models/maquette/boulder-sharded?blobs=true");
  JsonObject *object = reply_object (reply);
  g_assert_cmpuint (reply->status, ==, 200);
  assert_members (object, "_id id private pipeline_tag library_name tags downloads likes modelId author sha lastModified gated disabled model-index config cardData transformersInfo siblings spaces createdAt safetensors usedStorage");
  JsonArray *siblings = json_object_get_array_member (object, "siblings");
  gboolean   lfs = FALSE;
  for (guint i = 0; i < json_array_get_length (siblings); i++)
    {
      JsonObject *sibling = json_array_get_object_element (siblings, i);
      g_assert_cmpuint (strlen (json_object_get_string_member (sibling, "blobId")), ==, 40);
      if (json_object_has_member (sibling, "lfs"))
        {
          lfs = TRUE;
          g_assert_cmpuint (strlen (json_object_get_string_member (json_object_get_object_member (sibling, "lfs"), "sha256")), ==, 64);
        }
    }
  g_assert_true (lfs);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (object, "safetensors"), "total"), ==, 12000000);

  g_autoptr (Reply) tagged = http_get (http, "/api/models/maquette/boulder-sharded/revision/v1.0");
  g_assert_cmpstr (json_object_get_string_member (reply_object (tagged), "sha"), !=, json_object_get_string_member (object, "sha"));
  g_autoptr (Reply) pull = http_get (http, "/api/models/maquette/boulder-sharded/revision/refs%2Fpr%2F1");
  g_assert_cmpuint (pull->status, ==, 200);
  g_autoptr (Reply) expanded = http_get (http, "/api/models/harbor-labs/gull-350M-chat?expand=baseModels&expand=inferenceProviderMapping");
  assert_members (reply_object (expanded), "_id id baseModels inferenceProviderMapping");
  g_autoptr (Reply) linked = http_get (http, "/api/models/harbor-labs/tern-en-de");
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (reply_object (linked), "spaces"), 0), ==, "harbor-labs/translate-demo");
  g_autoptr (Reply) gated = http_get (http, "/api/models/maquette/slate-licensed");
  g_assert_cmpuint (gated->status, ==, 200);
  g_assert_cmpstr (json_object_get_string_member (reply_object (gated), "gated"), ==, "manual");
  g_autoptr (Reply) space = http_get (http, "/api/spaces/harbor-labs/tide-clock");
  g_assert_cmpstr (json_object_get_string_member (reply_object (space), "sdk"), ==, "static");
}

static void
test_trees (Http         *http,
            gconstpointer data)
{
  g_autoptr (Reply) root = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main");
  JsonObject *first = json_array_get_object_element (reply_array (root), 0);
  assert_members (first, "type oid size path");
  g_assert_cmpstr (json_object_get_string_member (first, "type"), ==, "directory");
  g_assert_cmpuint (strlen (json_object_get_string_member (first, "oid")), ==, 40);

  g_autoptr (Reply) below = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main/unet?expand=true");
  JsonObject *file = json_array_get_object_element (reply_array (below), 1);
  g_assert_cmpstr (json_object_get_string_member (file, "path"), ==, "unet/diffusion_pytorch_model.safetensors");
  assert_members (file, "type oid size lfs path lastCommit securityFileStatus");
  assert_members (json_object_get_object_member (file, "lfs"), "oid size pointerSize");
  g_assert_cmpuint (count (http, "/api/models/lumen-vision/spectra-mini/tree/main?recursive=true&limit=1000"), ==, 15);

  g_autoptr (Reply) page = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main?recursive=true&limit=10");
  const char      *link = reply_header (page, "Link");
  g_autofree char *next = g_strndup (link + 1, strchr (link, '>') - link - 1);
  g_assert_cmpuint (json_array_get_length (reply_array (page)), ==, 10);
  g_assert_cmpuint (count (http, next), ==, 5);

  g_autoptr (Reply) no_folder = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main/nothing");
  g_assert_cmpuint (no_folder->status, ==, 404);
  g_assert_cmpstr (reply_header (no_folder, "X-Error-Code"), ==, "EntryNotFound");
  g_assert_cmpstr (reply_header (no_folder, "X-Error-Message"), ==, "nothing does not exist on \"main\"");
  g_autoptr (Reply) a_file = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main/README.md");
  g_assert_cmpuint (a_file->status, ==, 404);
  g_autoptr (Reply) size = http_get (http, "/api/models/maquette/pebble-chat/treesize/main");
  assert_members (reply_object (size), "path size");
}

static void
test_paths_info (Http         *http,
                 gconstpointer data)
{
  const char *path = "/api/models/lumen-vision/spectra-mini/paths-info/main";
  g_autoptr (Reply) json = http_request (http, "POST", path, NULL, "{\"paths\":[\"README.md\",\"unet\",\"nothing\"],\"expand\":true}");
  g_autoptr (Reply) form = http_request (http, "POST", path, NULL, "paths=README.md&paths=unet&expand=False");
  g_autoptr (Reply) bad = http_request (http, "POST", path, NULL, "{\"paths\":7}");
  g_assert_cmpuint (json_array_get_length (reply_array (json)), ==, 2);
  g_assert_true (json_object_has_member (json_array_get_object_element (reply_array (json), 0), "lastCommit"));
  g_assert_cmpuint (json_array_get_length (reply_array (form)), ==, 2);
  g_assert_false (json_object_has_member (json_array_get_object_element (reply_array (form), 0), "lastCommit"));
  g_assert_cmpuint (bad->status, ==, 400);
}

static void
test_history (Http         *http,
              gconstpointer data)
{
  g_autoptr (Reply) refs = http_get (http, "/api/models/maquette/boulder-sharded/refs?include_prs=1");
  assert_members (reply_object (refs), "tags branches converts pullRequests");
  g_autoptr (Reply) plain = http_get (http, "/api/models/maquette/boulder-sharded/refs");
  assert_members (reply_object (plain), "tags branches converts");

  g_autoptr (Reply) commits = http_get (http, "/api/models/maquette/boulder-sharded/commits/main?limit=2&expand%5B%5D=formatted");
  const char *link = reply_header (commits, "Link");
  g_assert_cmpstr (link, ==, "</api/models/maquette/boulder-sharded/commits/main?p=1&limit=2>; rel=\"next\"");
  g_assert_cmpstr (reply_header (commits, "X-Total-Count"), ==, "5");
  g_assert_cmpuint (json_array_get_length (reply_array (commits)), ==, 2);
  assert_members (json_array_get_object_element (reply_array (commits), 0), "id title message authors date formatted");
  g_assert_cmpuint (count (http, "/api/models/maquette/boulder-sharded/commits/main?p=2&limit=2"), ==, 1);
  g_assert_cmpuint (count (http, "/api/models/maquette/boulder-sharded/commits/main?p=99"), ==, 0);
}

static void
assert_refused (Http       *http,
                const char *path,
                const char *headers,
                guint       status,
                const char *code,
                const char *message)
{
  g_autoptr (Reply) reply = http_request (http, "GET", path, headers, NULL);
  g_assert_cmpuint (reply->status, ==, status);
  g_assert_cmpstr (reply_header (reply, "X-Error-Code"), ==, code);
  g_assert_cmpstr (reply_header (reply, "X-Error-Message"), ==, message);
  g_assert_nonnull (reply_header (reply, "X-Request-Id"));
}

static void
test_errors (Http         *http,
             gconstpointer data)
{
  assert_refused (http, "/api/models/maquette/nothing", NULL, 401, NULL, "Invalid username or password.");
  assert_refused (http, "/api/models/maquette/nothing", BASIC, 404, "RepoNotFound", "Repository not found");
  assert_refused (http, "/maquette/nothing/resolve/main/x", NULL, 401, NULL, "Invalid username or password.");
  assert_refused (http, "/api/models/maquette/pebble-chat/revision/nope", NULL, 404, "RevisionNotFound", "Invalid rev id: nope");
  assert_refused (http, "/maquette/pebble-chat/resolve/nope/README.md", NULL, 404, "RevisionNotFound", "Invalid rev id: nope");
  assert_refused (http, "/maquette/pebble-chat/resolve/main/nope", NULL, 404, "EntryNotFound", "Entry not found");
  assert_refused (http, "/api/models?limit=1", "Authorization: Bearer hf_wrong", 401, NULL, "Invalid credentials in Authorization header");
  assert_refused (http, "/api/whoami-v2", NULL, 401, NULL, "Invalid username or password.");
  g_autoptr (Reply) anonymous = http_get (http, "/api/models/maquette/nothing");
  g_assert_cmpstr (reply_header (anonymous, "WWW-Authenticate"), ==, "Bearer realm=\"Authentication required\", charset=\"UTF-8\"");
  g_assert_cmpstr (json_object_get_string_member (reply_object (anonymous), "error"), ==, "Invalid username or password.");
  g_autoptr (Reply) file = http_get (http, "/maquette/pebble-chat/resolve/main/nope");
  g_assert_cmpmem (g_bytes_get_data (file->body, NULL), g_bytes_get_size (file->body), "Entry not found", 15);
  g_assert_cmpuint (strlen (reply_header (file, "X-Repo-Commit")), ==, 40);
  g_autoptr (Reply) post = http_request (http, "POST", "/api/repos/create", READER, "{\"name\":\"x\"}");
  g_assert_cmpuint (post->status, ==, 405);
  g_autoptr (Reply) unknown = http_get (http, "/api/nothing");
  g_assert_cmpuint (unknown->status, ==, 404);
}

// The answers that were recorded from the real Hub, header by header.
static void
test_recorded_errors (Http         *http,
                      gconstpointer data)
{
  const char              *shared = g_getenv ("MAQ_SHARED");
  static const char *const cases[][2] = {
    { "GET_api_models_missing_repo_anonymous_401", "/api/models/wzshiming/does-not-exist" },
    { "GET_api_models_missing_revision_404", "/api/models/maquette/pebble-chat/revision/does-not-exist" },
    { "GET_api_models_missing_tree_path_404", "/api/models/maquette/pebble-chat/tree/main/does-not-exist" },
    { "GET_api_whoami-v2_anonymous_401", "/api/whoami-v2" },
  };
  static const char *const compared[] = { "Content-Type", "Content-Length", "WWW-Authenticate", "X-Error-Code", "X-Error-Message" };
  for (guint i = 0; shared != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *base = g_build_filename (shared, "hub-samples", "errors", cases[i][0], NULL);
      g_autofree char *json_path = g_strconcat (base, ".json", NULL);
      g_autofree char *headers_path = g_strconcat (base, ".headers.txt", NULL);
      g_autofree char *json = NULL, *headers = NULL;
      g_autoptr (Reply) reply = http_get (http, cases[i][1]);
      g_assert_true (g_file_get_contents (json_path, &json, NULL, NULL));
      g_assert_true (g_file_get_contents (headers_path, &headers, NULL, NULL));
      g_assert_cmpmem (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body), g_strchomp (json), strlen (g_strchomp (json)));
      g_assert_cmpint (g_ascii_strtoll (headers + strlen ("HTTP/1.1 "), NULL, 10), ==, reply->status);
      g_auto (GStrv) lines = g_strsplit (headers, "\n", -1);
      for (char **line = lines; *line != NULL; line++)
        for (guint j = 0; j < G_N_ELEMENTS (compared); j++)
          if (g_ascii_strncasecmp (*line, compared[j], strlen (compared[j])) == 0)
            g_assert_cmpstr (reply_header (reply, compared[j]), ==, g_strstrip (strchr (*line, ':') + 1));
    }
  if (shared == NULL)
    g_test_skip ("the recorded answers are not here");
}

// The first object of an answer: the answer itself, or its first element.
static JsonObject *
sample (JsonNode *node)
{
  g_assert_nonnull (node);
  return JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_object_element (json_node_get_array (node), 0) : json_node_get_object (node);
}

static void
assert_same_shape (JsonObject *recorded,
                   JsonObject *ours,
                   const char *what)
{
  g_autoptr (GList) names = json_object_get_members (recorded);
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonNode *a = json_object_get_member (recorded, l->data);
      JsonNode *b = json_object_get_member (ours, l->data);
      // Not part of this Hub: security reports, Xet, details of tokens, inference providers, widgets nobody wrote.
      if (g_str_equal (l->data, "xetHash") || g_str_equal (l->data, "securityFileStatus") || g_str_equal (l->data, "auth") || g_str_equal (l->data, "inference") || g_str_equal (l->data, "widgetData"))
        continue;
      if (b == NULL)
        g_error ("%s has no member %s", what, (char *) l->data);
      if (JSON_NODE_HOLDS_NULL (a) || JSON_NODE_HOLDS_NULL (b))
        continue;
      if (json_node_get_node_type (a) != json_node_get_node_type (b) || (JSON_NODE_HOLDS_VALUE (a) && json_node_get_value_type (a) != json_node_get_value_type (b)))
        g_error ("%s: the member %s is of another type", what, (char *) l->data);
    }
}

// Every member of the recorded answers is in ours, with its type.
static void
test_recorded_shapes (Http         *http,
                      gconstpointer data)
{
  static const char *const cases[][2] = {
    { "model-list/GET_api_models_sort=trendingScore.json", "/api/models?search=gull-1B-chat" },
    { "space-list/GET_api_spaces_sort=trendingScore.json", "/api/spaces" },
    { "model-info/GET_openai-community_gpt2_200.json", "/api/models/harbor-labs/gull-1B-chat" },
    { "model-info/GET_wzshiming_gpt2_200.json", "/api/models/harbor-labs/gull-125M" },
    { "model-info/GET_ggml-org_gemma-3-12b-it-GGUF_200.json", "/api/models/maquette/pebble-embed-GGUF" },
    { "dataset-info/GET_api_datasets_wzshiming_fixtures_image_utils_200.json", "/api/datasets/maquette/tiny-arithmetic" },
    { "space-info/GET_api_spaces_wzshiming_hello_world_200.json", "/api/spaces/maquette/token-counter" },
    { "tree/GET_api_models_wzshiming_gpt2_tree_main.json", "/api/models/lumen-vision/spectra-mini/tree/main" },
    { "tree/GET_api_models_wzshiming_gpt2_tree_main_recursive_expand.json", "/api/models/lumen-vision/spectra-mini/tree/main?recursive=true&expand=true" },
    { "tree/GET_api_models_wzshiming_gpt2_treesize_main.json", "/api/models/maquette/flint/treesize/main" },
    { "refs/GET_api_models_wzshiming_gpt2_refs.json", "/api/models/maquette/flint/refs" },
    { "commits/GET_api_models_wzshiming_gpt2_commits_main.json", "/api/models/maquette/flint/commits/main" },
    { "whoami/GET_api_whoami-v2_fine-grained_user.json", "/api/whoami-v2" },
    { "users/GET_api_users_julien-c_overview_trimmed.json", "/api/users/demo/overview" },
  };
  const char *shared = g_getenv ("MAQ_SHARED");
  for (guint i = 0; shared != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (shared, "hub-samples", cases[i][0], NULL);
      g_autofree char *text = NULL;
      g_autoptr (Reply) reply = http_request (http, "GET", cases[i][1], READER, NULL);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_autoptr (JsonNode) recorded = json_from_string (text, NULL);
      assert_same_shape (sample (recorded), sample (reply->json), cases[i][1]);
    }
  if (shared == NULL)
    g_test_skip ("the recorded answers are not here");
}

static void
test_access (Http         *http,
             gconstpointer data)
{
  const char *gated = "/maquette/slate-licensed/resolve/main/config.json";
  g_autoptr (Reply) anonymous = http_get (http, gated);
  g_assert_cmpuint (anonymous->status, ==, 401);
  g_assert_cmpstr (reply_header (anonymous, "X-Error-Code"), ==, "GatedRepo");
  g_autoptr (Reply) visitor = http_request (http, "GET", gated, BASIC, NULL);
  g_assert_cmpuint (visitor->status, ==, 403);
  g_assert_cmpstr (reply_header (visitor, "X-Error-Code"), ==, "GatedRepo");
  g_autoptr (Reply) reader = http_request (http, "GET", gated, READER, NULL);
  g_assert_cmpuint (reader->status, ==, 307);
  g_autoptr (Reply) check = http_request (http, "GET", "/api/models/maquette/slate-licensed/auth-check", BASIC, NULL);
  g_assert_cmpuint (check->status, ==, 403);

  const char *hidden = "/api/models/harbor-labs/harbor-internal-7B";
  assert_refused (http, hidden, NULL, 401, NULL, "Invalid username or password.");
  assert_refused (http, hidden, BASIC, 404, "RepoNotFound", "Repository not found");
  g_autoptr (Reply) shown = http_request (http, "GET", hidden, READER, NULL);
  g_assert_cmpuint (shown->status, ==, 200);
  g_assert_cmpuint (count (http, "/api/models?search=internal"), ==, 0);
  g_autoptr (Reply) listed = http_request (http, "GET", "/api/models?search=internal", READER, NULL);
  g_assert_cmpuint (json_array_get_length (reply_array (listed)), ==, 1);
  g_autoptr (Reply) me = http_request (http, "GET", "/api/whoami-v2", READER, NULL);
  g_assert_cmpstr (json_object_get_string_member (reply_object (me), "name"), ==, "demo");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (reply_object (me), "orgs")), ==, 3);
}

static void
assert_moved (Http       *http,
              const char *from,
              const char *to)
{
  g_autoptr (Reply) reply = http_get (http, from);
  g_assert_cmpuint (reply->status, ==, 307);
  g_assert_cmpstr (reply_header (reply, "Location"), ==, to);
  g_autofree char *text = g_strconcat ("Temporary Redirect. Redirecting to ", to, NULL);
  g_assert_cmpmem (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body), text, strlen (text));
}

static void
test_moved (Http         *http,
            gconstpointer data)
{
  assert_moved (http, "/api/models/maquette/flint-v0", "/api/models/maquette/flint");
  assert_moved (http, "/api/models/maquette/flint-v0/tree/main?recursive=true", "/api/models/maquette/flint/tree/main?recursive=true");
  assert_moved (http, "/maquette/flint-v0/resolve/main/a%20b.txt", "/maquette/flint/resolve/main/a%20b.txt");
  assert_moved (http, "/api/models/Maquette/FLINT", "/api/models/maquette/flint");
  assert_moved (http, "/api/models/gull", "/api/models/harbor-labs/gull-125M");
  assert_moved (http, "/gull/resolve/main/config.json", "/harbor-labs/gull-125M/resolve/main/config.json");
}

static void
test_small_file (Http         *http,
                 gconstpointer data)
{
  g_autoptr (Reply) head = http_request (http, "HEAD", "/maquette/pebble-chat/resolve/main/config.json", "Accept-Encoding: identity", NULL);
  g_assert_cmpuint (head->status, ==, 307);
  g_assert_null (reply_header (head, "ETag"));
  g_assert_null (reply_header (head, "X-Linked-Size"));
  g_assert_cmpuint (strlen (reply_header (head, "X-Repo-Commit")), ==, 40);
  g_assert_cmpuint (strlen (reply_header (head, "X-Linked-Etag")), ==, 42);
  g_assert_cmpstr (reply_header (head, "Content-Disposition"), ==, "inline; filename*=UTF-8''config.json; filename=\"config.json\";");
  g_assert_true (g_str_has_prefix (reply_header (head, "X-HF-Warning"), "unauthenticated; "));
  const char *location = reply_header (head, "Location");
  g_assert_true (g_str_has_prefix (location, "/api/resolve-cache/models/maquette/pebble-chat/"));
  g_assert_nonnull (strstr (location, "/config.json?%2Fmaquette%2Fpebble-chat%2Fresolve%2Fmain%2Fconfig.json=&etag=%22"));

  g_autoptr (Reply) file = http_request (http, "GET", location, "Accept-Encoding: identity", NULL);
  g_assert_cmpuint (file->status, ==, 200);
  g_assert_cmpstr (reply_header (file, "ETag"), ==, reply_header (head, "X-Linked-Etag"));
  g_assert_cmpuint (g_bytes_get_size (file->body), ==, g_ascii_strtoull (reply_header (file, "Content-Length"), NULL, 10));
  g_assert_nonnull (file->json);
  g_autofree char *condition = g_strconcat ("If-None-Match: ", reply_header (file, "ETag"), NULL);
  g_autoptr (Reply) again = http_request (http, "GET", location, condition, NULL);
  g_assert_cmpuint (again->status, ==, 304);
  g_autoptr (Reply) raw = http_get (http, "/maquette/pebble-chat/raw/main/config.json");
  g_assert_true (g_bytes_equal (raw->body, file->body));
}

static char *
linked (Http       *http,
        const char *path)
{
  g_autoptr (Reply) reply = http_get (http, path);
  g_assert_cmpuint (reply->status, ==, 302);
  return g_strdup (reply_header (reply, "Location"));
}

static void
test_large_file (Http         *http,
                 gconstpointer data)
{
  g_autoptr (Reply) head = http_request (http, "HEAD", "/maquette/pebble-chat/resolve/main/model.safetensors", NULL, NULL);
  g_assert_cmpuint (head->status, ==, 302);
  g_assert_cmpstr (reply_header (head, "X-Linked-Size"), ==, "4000256");
  g_assert_cmpstr (reply_header (head, "Cache-Control"), ==, "no-store");
  const char *location = reply_header (head, "Location");
  g_assert_true (g_str_has_prefix (location, maq_hub_server_get_cdn_url (http->server)));

  g_autoptr (Reply) file = http_get (http, location);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, file->body);
  g_autofree char *etag = g_strdup_printf ("\"%s\"", sum);
  g_assert_cmpuint (file->status, ==, 200);
  g_assert_cmpstr (etag, ==, reply_header (head, "X-Linked-Etag"));
  g_assert_cmpstr (etag, !=, reply_header (file, "ETag"));
  g_assert_cmpuint (strlen (reply_header (file, "ETag")), ==, 66);

  g_autoptr (Reply) raw = http_get (http, "/maquette/pebble-chat/raw/main/model.safetensors");
  g_assert_true (g_str_has_prefix (g_bytes_get_data (raw->body, NULL), "version https://git-lfs.github.com/spec/v1\noid sha256:"));
}

static void
assert_range (Http       *http,
              const char *url,
              const char *range,
              guint       status,
              const char *content_range,
              gsize       size)
{
  g_autofree char *header = g_strconcat ("Range: ", range, NULL);
  g_autoptr (Reply) reply = http_request (http, "GET", url, header, NULL);
  g_assert_cmpuint (reply->status, ==, status);
  g_assert_cmpstr (reply_header (reply, "Content-Range"), ==, content_range);
  if (status == 206)
    g_assert_cmpuint (g_bytes_get_size (reply->body), ==, size);
}

static void
test_ranges (Http         *http,
             gconstpointer data)
{
  g_autofree char *url = linked (http, "/maquette/pebble-chat/resolve/main/model.safetensors");
  assert_range (http, url, "bytes=0-99", 206, "bytes 0-99/4000256", 100);
  assert_range (http, url, "bytes=4000000-", 206, "bytes 4000000-4000255/4000256", 256);
  assert_range (http, url, "bytes=-10", 206, "bytes 4000246-4000255/4000256", 10);
  assert_range (http, url, "bytes=4000255-9999999", 206, "bytes 4000255-4000255/4000256", 1);
  assert_range (http, url, "bytes=4000256-", 416, "bytes */4000256", 0);
  assert_range (http, url, "bytes=5-3", 200, NULL, 0);
  assert_range (http, url, "bytes=a-b", 200, NULL, 0);
  assert_range (http, url, "bytes=0-1,5-6", 200, NULL, 0);
  assert_range (http, url, "lines=0-1", 200, NULL, 0);
  g_autoptr (Reply) whole = http_get (http, url);
  g_autoptr (Reply) part = http_request (http, "GET", url, "Range: bytes=1000003-2000007", NULL);
  g_assert_cmpmem (g_bytes_get_data (part->body, NULL), g_bytes_get_size (part->body), (const char *) g_bytes_get_data (whole->body, NULL) + 1000003, 1000005);
}

static void
test_links (Http         *http,
            gconstpointer data)
{
  g_autofree char *url = linked (http, "/maquette/pebble-chat/resolve/main/model.safetensors");
  g_autoptr (Reply) token = http_request (http, "GET", url, READER, NULL);
  g_assert_cmpuint (token->status, ==, 400);
  g_autoptr (GString) other = g_string_new (url);
  g_string_replace (other, "Expires=", "Expires=9", 1);
  g_autoptr (Reply) changed = http_get (http, other->str);
  g_assert_cmpuint (changed->status, ==, 403);
  g_autofree char *root = g_strconcat (maq_hub_server_get_cdn_url (http->server), "/api/models", NULL);
  g_autoptr (Reply) no_link = http_get (http, root);
  g_assert_cmpuint (no_link->status, ==, 403);
}

static void
test_link_expiry (void)
{
  Http http;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_synthetic (10);
  http.server = maq_hub_server_new (store);
  http.session = soup_session_new ();
  maq_hub_server_set_link_lifetime (http.server, 0);
  g_assert_true (maq_hub_server_listen (http.server, NULL, 0, NULL));
  g_autoptr (Reply) list = http_get (&http, "/api/models?limit=1&full=true&gated=false");
  JsonObject      *model = json_array_get_object_element (reply_array (list), 0);
  JsonArray       *siblings = json_object_get_array_member (model, "siblings");
  g_autofree char *path = g_strdup_printf ("/%s/resolve/main/%s", json_object_get_string_member (model, "id"), json_object_get_string_member (json_array_get_object_element (siblings, 1), "rfilename"));
  g_autofree char *url = linked (&http, path);
  g_autoptr (Reply) late = http_get (&http, url);
  g_assert_cmpuint (late->status, ==, 403);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (late->body, NULL), g_bytes_get_size (late->body), "Request has expired"));
  // Without leave no fault is made and nothing is told.
  g_autoptr (Reply) spoiled = http_request (&http, "GET", "/api/models?limit=1", "X-Maq-Fault: status=500", NULL);
  g_assert_cmpuint (spoiled->status, ==, 200);
  g_autoptr (Reply) requests = http_get (&http, "/.maq/requests");
  g_assert_cmpuint (requests->status, !=, 200);
  http_tear_down (&http);
}

static void
test_encoding (Http         *http,
               gconstpointer data)
{
  g_autoptr (Reply) plain = http_request (http, "GET", "/api/models?limit=20", "Accept-Encoding: identity", NULL);
  g_assert_null (reply_header (plain, "Content-Encoding"));
  g_autoptr (Reply) tagged = http_get (http, "/api/models?limit=20");
  g_assert_true (g_bytes_equal (plain->body, tagged->body));
  g_autofree char *condition = g_strconcat ("If-None-Match: ", reply_header (plain, "ETag"), NULL);
  g_autoptr (Reply) same = http_request (http, "GET", "/api/models?limit=20", condition, NULL);
  g_assert_cmpuint (same->status, ==, 304);
}

static void
test_find (Http         *http,
           gconstpointer data)
{
  g_autoptr (Reply) quick = http_get (http, "/api/quicksearch?q=tide&type=dataset&type=space");
  assert_members (reply_object (quick), "q datasets datasetsCount spaces spacesCount");
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
  assert_members (reply_object (tags), "license");
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
test_hostile (Http         *http,
              gconstpointer data)
{
  static const char *const paths[] = {
    "/../../etc/passwd", "/maquette/pebble-chat/resolve/main/..%2F..%2F..%2Fetc%2Fpasswd", "/%00", "/api/models/%ff%fe", "//", "/api", "/api/", "/api/models/", "/api/models/a/b/c/d/e/f", "/api/models?sort", "/api/models?limit=99999999999999999999", "/api/models?num_parameters=min:,max:", "/api/models?filter=,,,", "/api/models/maquette/pebble-chat/tree/", "/datasets", "/spaces/x", "/api/resolve-cache", "/api/resolve-cache/models/a/b", "/maquette/pebble-chat/resolve", "/maquette/pebble-chat/resolve/main/", "/api/models/maquette/pebble-chat/commits/main?p=-1&limit=-5", "/api/models/maquette/pebble-chat/tree/main?cursor=%00%00", "/api/models?search=%25s%25n", "/api/quicksearch", "/api/trending?type=%00", "/api/models/maquette/pebble-chat/revision/refs/pr/1"
  };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (Reply) reply = http_get (http, paths[i]);
      g_test_message ("%s: %u", paths[i], reply->status);
      g_assert_cmpuint (reply->status, >=, 200);
      g_assert_cmpuint (reply->status, <, 500);
    }
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

// While twenty gigabytes are being hashed for some, others are answered, and the server can be stopped.
static void
test_hashing (void)
{
  Http               http;
  GSocketConnection *waiting[2];
  g_autofree char   *root = g_dir_make_tmp ("hub-XXXXXX", NULL);
  g_autofree char   *folder = g_build_filename (root, "models/ada/one/.maquette", NULL);
  g_autofree char   *path = g_build_filename (folder, "repo.json", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "{\"commits\":[{\"files\":{\"w.safetensors\":{\"generate\":{\"bytes\":20000000000}}}}]}", -1, NULL));
  MaqHubStore *store = maq_hub_store_new_folder (root, NULL);
  g_assert_nonnull (store);
  http_set_up (&http, store);

  g_autoptr (GSocketClient) client = g_socket_client_new ();
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      const char *request = "GET /api/models/ada/one/tree/main HTTP/1.1\r\nHost: x\r\n\r\n";
      waiting[i] = g_socket_client_connect_to_uri (client, maq_hub_server_get_url (http.server), 80, NULL, NULL);
      g_assert_cmpint (g_socket_send (g_socket_connection_get_socket (waiting[i]), request, strlen (request), NULL, NULL), >, 0);
    }
  while (maq_hub_server_count_requests (http.server, NULL, "*/tree/*") < G_N_ELEMENTS (waiting))
    g_usleep (1000);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (Reply) list = http_get (&http, "/api/models");
  g_autoptr (Reply) info = http_get (&http, "/api/models/ada/one");
  g_assert_cmpuint (list->status, ==, 200);
  g_assert_cmpuint (info->status, ==, 200);
  maq_hub_server_stop (http.server);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 3 * G_USEC_PER_SEC);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    g_object_unref (waiting[i]);
  http_tear_down (&http);
}

static void
test_listening (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_synthetic (3);
  g_autoptr (MaqHubServer) first = maq_hub_server_new (store);
  g_autoptr (MaqHubServer) second = maq_hub_server_new (store);
  g_assert_null (maq_hub_server_get_url (first));
  g_assert_true (maq_hub_server_listen (first, NULL, 0, NULL));
  g_assert_true (g_str_has_prefix (maq_hub_server_get_url (first), "http://127.0.0.1:"));
  guint port = g_ascii_strtoull (strrchr (maq_hub_server_get_url (first), ':') + 1, NULL, 10);
  g_assert_false (maq_hub_server_listen (second, NULL, port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  g_assert_false (maq_hub_server_listen (second, "not an address", 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  maq_hub_server_stop (first);
  maq_hub_server_stop (first);
  g_assert_true (maq_hub_server_listen (second, "127.0.0.1", port, NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/server/hub/" path, Http, NULL, set_up, func, tear_down)
  ADD ("list/fields", test_list_fields);
  ADD ("list/filters", test_list_filters);
  ADD ("list/sorts", test_list_sorts);
  ADD ("list/pages", test_list_pages);
  ADD ("info", test_info);
  ADD ("trees", test_trees);
  ADD ("paths-info", test_paths_info);
  ADD ("history", test_history);
  ADD ("errors", test_errors);
  ADD ("errors-as-recorded", test_recorded_errors);
  ADD ("shapes-as-recorded", test_recorded_shapes);
  ADD ("gated-and-private", test_access);
  ADD ("moved-ids-redirect", test_moved);
  ADD ("small-file", test_small_file);
  ADD ("large-file", test_large_file);
  ADD ("ranges", test_ranges);
  ADD ("links-are-signed", test_links);
  ADD ("encoding-and-conditions", test_encoding);
  ADD ("quick-search-trending-tags-people-pages", test_find);
  ADD ("hostile-addresses", test_hostile);
  g_test_add_func ("/server/hub/links-expire", test_link_expiry);
  g_test_add_func ("/server/hub/twenty-thousand-repos", test_scale);
  g_test_add_func ("/server/hub/hashing-holds-up-nobody", test_hashing);
  g_test_add_func ("/server/hub/listening", test_listening);
  return g_test_run ();
}
