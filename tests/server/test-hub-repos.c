// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// What is said of one repo, and to whom.
#include "test-http.h"

#include <string.h>

static void
test_info (Http         *http,
           gconstpointer data)
{
  g_autoptr (Reply) reply = http_get (http, "/api/models/maquette/boulder-sharded?blobs=true");
  JsonObject *object = reply_object (reply);
  g_assert_cmpuint (reply->status, ==, 200);
  http_assert_members (object, "_id id private pipeline_tag library_name tags downloads likes modelId author sha lastModified gated disabled model-index config cardData transformersInfo siblings spaces createdAt safetensors usedStorage");
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
  http_assert_members (reply_object (expanded), "_id id baseModels inferenceProviderMapping");
  g_assert_true (JSON_NODE_HOLDS_OBJECT (json_object_get_member (reply_object (expanded), "inferenceProviderMapping")));
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
  http_assert_members (first, "type oid size path");
  g_assert_cmpstr (json_object_get_string_member (first, "type"), ==, "directory");
  g_assert_cmpuint (strlen (json_object_get_string_member (first, "oid")), ==, 40);

  g_autoptr (Reply) below = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main/unet?expand=true");
  JsonObject *file = json_array_get_object_element (reply_array (below), 1);
  g_assert_cmpstr (json_object_get_string_member (file, "path"), ==, "unet/diffusion_pytorch_model.safetensors");
  http_assert_members (file, "type oid size lfs path lastCommit securityFileStatus");
  http_assert_members (json_object_get_object_member (file, "lfs"), "oid size pointerSize");
  g_assert_cmpuint (http_count (http, "/api/models/lumen-vision/spectra-mini/tree/main?recursive=true&limit=1000"), ==, 15);

  g_autoptr (Reply) page = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main?recursive=true&limit=10");
  const char      *link = reply_header (page, "Link");
  g_autofree char *next = g_strndup (link + 1, strchr (link, '>') - link - 1);
  g_assert_cmpuint (json_array_get_length (reply_array (page)), ==, 10);
  g_assert_cmpuint (http_count (http, next), ==, 5);

  g_autoptr (Reply) no_folder = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main/nothing");
  g_assert_cmpuint (no_folder->status, ==, 404);
  g_assert_cmpstr (reply_header (no_folder, "X-Error-Code"), ==, "EntryNotFound");
  g_assert_cmpstr (reply_header (no_folder, "X-Error-Message"), ==, "nothing does not exist on \"main\"");
  g_autoptr (Reply) a_file = http_get (http, "/api/models/lumen-vision/spectra-mini/tree/main/README.md");
  g_assert_cmpuint (a_file->status, ==, 404);
  g_autoptr (Reply) size = http_get (http, "/api/models/maquette/pebble-chat/treesize/main");
  http_assert_members (reply_object (size), "path size");
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
  http_assert_members (reply_object (refs), "tags branches converts pullRequests");
  g_autoptr (Reply) plain = http_get (http, "/api/models/maquette/boulder-sharded/refs");
  http_assert_members (reply_object (plain), "tags branches converts");

  g_autoptr (Reply) commits = http_get (http, "/api/models/maquette/boulder-sharded/commits/main?limit=2&expand%5B%5D=formatted");
  const char *link = reply_header (commits, "Link");
  g_assert_cmpstr (link, ==, "</api/models/maquette/boulder-sharded/commits/main?p=1&limit=2>; rel=\"next\"");
  g_assert_cmpstr (reply_header (commits, "X-Total-Count"), ==, "5");
  g_assert_cmpuint (json_array_get_length (reply_array (commits)), ==, 2);
  http_assert_members (json_array_get_object_element (reply_array (commits), 0), "id title message authors date formatted");
  g_assert_cmpuint (http_count (http, "/api/models/maquette/boulder-sharded/commits/main?p=2&limit=2"), ==, 1);
  g_assert_cmpuint (http_count (http, "/api/models/maquette/boulder-sharded/commits/main?p=99"), ==, 0);
}

static void
test_access (Http         *http,
             gconstpointer data)
{
  const char *gated = "/maquette/slate-licensed/resolve/main/config.json";
  g_autoptr (Reply) anonymous = http_get (http, gated);
  g_assert_cmpuint (anonymous->status, ==, 401);
  g_assert_cmpstr (reply_header (anonymous, "X-Error-Code"), ==, "GatedRepo");
  g_autoptr (Reply) visitor = http_request (http, "GET", gated, HTTP_BASIC, NULL);
  g_assert_cmpuint (visitor->status, ==, 403);
  g_assert_cmpstr (reply_header (visitor, "X-Error-Code"), ==, "GatedRepo");
  g_autoptr (Reply) reader = http_request (http, "GET", gated, HTTP_READER, NULL);
  g_assert_cmpuint (reader->status, ==, 307);
  g_autoptr (Reply) check = http_request (http, "GET", "/api/models/maquette/slate-licensed/auth-check", HTTP_BASIC, NULL);
  g_assert_cmpuint (check->status, ==, 403);

  const char *hidden = "/api/models/harbor-labs/harbor-internal-7B";
  http_assert_refused (http, hidden, NULL, 401, NULL, "Invalid username or password.");
  http_assert_refused (http, hidden, HTTP_BASIC, 404, "RepoNotFound", "Repository not found");
  g_autoptr (Reply) shown = http_request (http, "GET", hidden, HTTP_READER, NULL);
  g_assert_cmpuint (shown->status, ==, 200);
  g_assert_cmpuint (http_count (http, "/api/models?search=internal"), ==, 0);
  g_autoptr (Reply) listed = http_request (http, "GET", "/api/models?search=internal", HTTP_READER, NULL);
  g_assert_cmpuint (json_array_get_length (reply_array (listed)), ==, 1);
  g_autoptr (Reply) me = http_request (http, "GET", "/api/whoami-v2", HTTP_READER, NULL);
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
  assert_moved (http, "//maquette/flint-v0//resolve/main/x", "/maquette/flint//resolve/main/x");
  assert_moved (http, "/api/models/gull", "/api/models/harbor-labs/gull-125M");
  assert_moved (http, "/gull/resolve/main/config.json", "/harbor-labs/gull-125M/resolve/main/config.json");
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
      g_autoptr (Reply) reply = http_request (http, "GET", cases[i][1], HTTP_READER, NULL);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_autoptr (JsonNode) recorded = json_from_string (text, NULL);
      assert_same_shape (sample (recorded), sample (reply->json), cases[i][1]);
    }
  if (shared == NULL)
    g_test_skip ("the recorded answers are not here");
}

static void
put (const char *root,
     const char *path,
     const char *text)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static void
assert_answers (Http       *http,
                const char *path,
                guint       status,
                const char *location)
{
  g_autoptr (Reply) reply = http_get (http, path);
  g_assert_cmpuint (reply->status, ==, status);
  if (location != NULL)
    g_assert_true (g_str_has_prefix (reply_header (reply, "Location"), location));
}

// Repos of one word at every address, and revisions with slashes in both forms.
static void
test_addresses (void)
{
  Http             http;
  g_autofree char *root = g_dir_make_tmp ("hub-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  put (root, "models/gpt2/config.json", "{}");
  put (root, "models/gpt2/onnx/a.txt", "a");
  put (root, "models/ada/one/.maquette/repo.json", "{\"aliases\":[\"old\"],\"commits\":[{\"files\":{\"a/b.txt\":{\"text\":\"1\"}}},{\"branch\":\"feature/x/y\",\"files\":{\"a/b.txt\":{\"text\":\"22\"}}},"
                                                   "{\"branch\":\"refs/pr/1\",\"files\":{\"a/b.txt\":{\"text\":\"333\"}}}],\"git_tags\":{\"feature\":0}}");
  MaqHubStore *store = maq_hub_store_new_folder (root, &error);
  g_assert_no_error (error);
  http_set_up (&http, store);

  g_autoptr (Reply) info = http_get (&http, "/api/models/gpt2");
  g_assert_cmpuint (info->status, ==, 200);
  g_assert_cmpstr (json_object_get_string_member (reply_object (info), "id"), ==, "gpt2");
  g_assert_false (json_object_has_member (reply_object (info), "author"));
  static const char *const good[] = { "/gpt2", "/api/models/gpt2/tree/main", "/api/models/gpt2/tree/main/onnx", "/api/models/gpt2/revision/main", "/api/models/gpt2/refs", "/api/models/gpt2/commits/main", "/gpt2/raw/main/onnx/a.txt", "/api/trending" };
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    assert_answers (&http, good[i], 200, NULL);
  assert_answers (&http, "/gpt2/resolve/main/config.json", 307, "/api/resolve-cache/models/gpt2/");
  assert_answers (&http, "/GPT2/resolve/main/config.json", 307, "/gpt2/resolve/main/config.json");
  assert_answers (&http, "/api/models/old/tree/main", 307, "/api/models/ada/one/tree/main");
  assert_answers (&http, "/api/models/gpt2x", 401, NULL);
  g_assert_cmpuint (http_count (&http, "/api/models?author=gpt2"), ==, 0);

  static const char *const forms[][2] = { { "feature%2Fx%2Fy", "22" }, { "feature/x/y", "22" }, { "feature%2fx/y", "22" }, { "feature", "1" }, { "refs%2Fpr%2F1", "333" }, { "refs/pr/1", "333" }, { "refs/heads/feature/x/y", "22" } };
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *raw = g_strdup_printf ("/ada/one/raw/%s/a/b.txt", forms[i][0]);
      g_autofree char *tree = g_strdup_printf ("/api/models/ada/one/tree/%s/a", forms[i][0]);
      g_autofree char *named = g_strdup_printf ("/api/models/ada/one/revision/%s", forms[i][0]);
      g_autofree char *commits = g_strdup_printf ("/api/models/ada/one/commits/%s", forms[i][0]);
      g_autoptr (Reply) file = http_get (&http, raw);
      g_autoptr (Reply) list = http_get (&http, tree);
      g_assert_cmpmem (g_bytes_get_data (file->body, NULL), g_bytes_get_size (file->body), forms[i][1], strlen (forms[i][1]));
      g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (reply_array (list), 0), "size"), ==, strlen (forms[i][1]));
      assert_answers (&http, named, 200, NULL);
      assert_answers (&http, commits, 200, NULL);
    }
  http_assert_refused (&http, "/ada/one/resolve/nothing/a/b.txt", NULL, 404, "RevisionNotFound", "Invalid rev id: nothing");
  http_assert_refused (&http, "/ada/one/resolve/refs/pr/9/a/b.txt", NULL, 404, "RevisionNotFound", "Invalid rev id: refs/pr/9");
  http_assert_refused (&http, "/ada/one/resolve/main/a/c.txt", NULL, 404, "EntryNotFound", "Entry not found");
  http_tear_down (&http);
}

// Some tools ask where the Hub keeps a repo; it is always the same.
static void
test_gitaly_uid (Http         *http,
                 gconstpointer data)
{
  static const char *const paths[] = { "/api/models?limit=1&expand=gitalyUid", "/api/datasets?limit=1&expand[]=gitalyUid&expand=xetEnabled", "/api/spaces?limit=1&expand=gitalyUid" };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (Reply) first = http_get (http, paths[i]);
      g_autoptr (Reply) again = http_get (http, paths[i]);
      const char *uid = json_object_get_string_member (json_array_get_object_element (reply_array (first), 0), "gitalyUid");
      g_assert_cmpuint (strlen (uid), ==, 64);
      g_assert_cmpstr (uid, ==, json_object_get_string_member (json_array_get_object_element (reply_array (again), 0), "gitalyUid"));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/server/hub/" path, Http, NULL, http_set_up_demo, func, http_tear_down_demo)
  ADD ("info", test_info);
  ADD ("trees", test_trees);
  ADD ("paths-info", test_paths_info);
  ADD ("history", test_history);
  ADD ("gated-and-private", test_access);
  ADD ("moved-ids-redirect", test_moved);
  ADD ("errors-as-recorded", test_recorded_errors);
  ADD ("shapes-as-recorded", test_recorded_shapes);
  ADD ("expand-gitaly-uid", test_gitaly_uid);
  g_test_add_func ("/server/hub/one-word-repos-and-slashes", test_addresses);
  return g_test_run ();
}
