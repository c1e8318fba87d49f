// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-repo.h"

static MaqRepo *
parse (MaqRepoKind kind,
       const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqJson) json = maq_json_parse_text (text, &error);

  g_assert_no_error (error);
  return maq_repo_new_from_json (kind, maq_json_get_root (json));
}

static void
test_all_fields (void)
{
  g_autoptr (MaqRepo) repo = parse (MAQ_REPO_KIND_MODEL,
                                    "{\"id\":\"acme/tiny-GGUF\",\"sha\":\"607a30d783dfa663caf39e06633721c8d4cfcd7e\",\"likes\":12,\"downloads\":3400,"
                                    "\"lastModified\":\"2024-08-01T12:34:56.000Z\",\"createdAt\":\"2024-08-01T12:34:50.000Z\","
                                    "\"pipeline_tag\":\"text-generation\",\"library_name\":\"gguf\",\"tags\":[\"gguf\",\"license:apache-2.0\"],"
                                    "\"gated\":\"manual\",\"private\":true,\"disabled\":true,\"usedStorage\":123,"
                                    "\"gguf\":{\"total\":7615616512,\"architecture\":\"qwen2\",\"context_length\":32768},\"config\":{\"model_type\":\"x\"}}");

  g_assert_cmpint (maq_repo_get_kind (repo), ==, MAQ_REPO_KIND_MODEL);
  g_assert_cmpstr (maq_repo_get_id (repo), ==, "acme/tiny-GGUF");
  g_assert_cmpstr (maq_repo_get_owner (repo), ==, "acme");
  g_assert_cmpstr (maq_repo_get_name (repo), ==, "tiny-GGUF");
  g_assert_cmpstr (maq_repo_get_sha (repo), ==, "607a30d783dfa663caf39e06633721c8d4cfcd7e");
  g_assert_cmpint (maq_repo_get_likes (repo), ==, 12);
  g_assert_cmpint (maq_repo_get_downloads (repo), ==, 3400);
  g_assert_cmpint (maq_repo_get_last_modified (repo), ==, 1722515696);
  g_assert_cmpint (maq_repo_get_created_at (repo), ==, 1722515690);
  g_assert_cmpstr (maq_repo_get_pipeline_tag (repo), ==, "text-generation");
  g_assert_cmpstr (maq_repo_get_library_name (repo), ==, "gguf");
  g_assert_cmpstr (maq_repo_get_tags (repo)[0], ==, "gguf");
  g_assert_cmpint (maq_repo_get_gated (repo), ==, MAQ_REPO_GATED_MANUAL);
  g_assert_true (maq_repo_get_private (repo));
  g_assert_true (maq_repo_get_disabled (repo));
  g_assert_cmpint (maq_repo_get_parameters (repo), ==, 7615616512);
  g_assert_cmpstr (maq_repo_get_architecture (repo), ==, "qwen2");
  g_assert_cmpint (maq_repo_get_context_length (repo), ==, 32768);
  g_assert_cmpstr (maq_repo_get_license (repo), ==, "apache-2.0");
  g_assert_cmpint (maq_repo_get_used_storage (repo), ==, 123);
  g_assert_true (maq_repo_has_gguf (repo));
  g_assert_null (maq_repo_get_description (repo));
  g_assert_null (maq_repo_get_sdk (repo));
}

static void
test_nothing_but_the_id (void)
{
  g_autoptr (MaqRepo) repo = parse (MAQ_REPO_KIND_MODEL, "{\"id\":\"gpt2\"}");

  g_assert_null (maq_repo_get_owner (repo));
  g_assert_cmpstr (maq_repo_get_name (repo), ==, "gpt2");
  g_assert_cmpint (maq_repo_get_parameters (repo), ==, -1);
  g_assert_cmpint (maq_repo_get_context_length (repo), ==, -1);
  g_assert_cmpint (maq_repo_get_used_storage (repo), ==, -1);
  g_assert_cmpint (maq_repo_get_last_modified (repo), ==, 0);
  g_assert_null (maq_repo_get_tags (repo)[0]);
  g_assert_false (maq_repo_has_gguf (repo));
}

static void
test_no_id_is_no_repo (void)
{
  static const char *const texts[] = { "{}", "[]", "null", "7", "\"a/b\"", "{\"id\":null}", "{\"id\":7}", "{\"id\":\"\"}", "{\"id\":\"../x\"}", "{\"id\":\"a/b/c\"}", "{\"id\":[\"a/b\"]}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (parse (MAQ_REPO_KIND_MODEL, texts[i]));
}

static void
test_odd_shapes (void)
{
  g_autoptr (MaqRepo) model_id = parse (MAQ_REPO_KIND_MODEL, "{\"modelId\":\"a/b\",\"sha\":\"main\",\"gated\":true,\"likes\":-4}");
  g_assert_cmpstr (maq_repo_get_id (model_id), ==, "a/b");
  g_assert_null (maq_repo_get_sha (model_id));
  g_assert_cmpint (maq_repo_get_gated (model_id), ==, MAQ_REPO_GATED_MANUAL);
  g_assert_cmpint (maq_repo_get_likes (model_id), ==, 0);

  g_autoptr (MaqRepo) summed = parse (MAQ_REPO_KIND_MODEL, "{\"id\":\"a/b\",\"safetensors\":{\"parameters\":{\"F32\":10,\"I64\":5,\"x\":null}},\"config\":{\"model_type\":\"bert\"}}");
  g_assert_cmpint (maq_repo_get_parameters (summed), ==, 15);
  g_assert_cmpstr (maq_repo_get_architecture (summed), ==, "bert");

  g_autoptr (MaqRepo) overflow = parse (MAQ_REPO_KIND_MODEL, "{\"id\":\"a/b\",\"safetensors\":{\"parameters\":{\"A\":9223372036854775807,\"B\":9223372036854775807}}}");
  g_assert_cmpint (maq_repo_get_parameters (overflow), ==, -1);

  g_autoptr (MaqRepo) license = parse (MAQ_REPO_KIND_MODEL, "{\"id\":\"a/b\",\"tags\":\"gguf\",\"cardData\":{\"license\":[\"mit\",\"gpl\"]}}");
  g_assert_cmpstr (maq_repo_get_license (license), ==, "mit");
  g_assert_true (maq_repo_has_gguf (license));
  g_assert_null (maq_repo_get_license_name (license));
  g_autoptr (MaqRepo) other = parse (MAQ_REPO_KIND_MODEL, "{\"id\":\"a/b\",\"cardData\":{\"license\":\"other\",\"license_name\":\"harbor\\n\",\"license_link\":\"LICENSE.md\"}}");
  g_assert_cmpstr (maq_repo_get_license_name (other), ==, "harbor");
  g_assert_cmpstr (maq_repo_get_license_link (other), ==, "LICENSE.md");
}

static void
test_datasets_and_spaces (void)
{
  g_autoptr (MaqRepo) dataset = parse (MAQ_REPO_KIND_DATASET, "{\"id\":\"a/b\",\"tags\":[\"task_categories:question-answering\",\"gguf\"],\"description\":\"\\n  Some \\t  text \\n\"}");
  g_assert_cmpstr (maq_repo_get_pipeline_tag (dataset), ==, "question-answering");
  g_assert_cmpstr (maq_repo_get_description (dataset), ==, "Some text");
  g_assert_false (maq_repo_has_gguf (dataset));

  g_autoptr (MaqRepo) junk = parse (MAQ_REPO_KIND_DATASET, "{\"id\":\"a/b\",\"description\":\"\\\\n\"}");
  g_assert_null (maq_repo_get_description (junk));

  g_autoptr (MaqRepo) space = parse (MAQ_REPO_KIND_SPACE, "{\"id\":\"a/b\",\"sdk\":\"gradio\",\"cardData\":{\"short_description\":\"Makes things\"}}");
  g_assert_cmpstr (maq_repo_get_sdk (space), ==, "gradio");
  g_assert_cmpstr (maq_repo_get_description (space), ==, "Makes things");
}

static void
test_properties (void)
{
  g_autoptr (MaqRepo) repo = parse (MAQ_REPO_KIND_MODEL, "{\"id\":\"a/b\",\"likes\":5,\"gated\":\"auto\",\"tags\":[\"gguf\",\"license:mit\"]}");
  g_autofree char *id = NULL, *owner = NULL, *name = NULL, *task = NULL, *library = NULL, *license = NULL;
  gint64           likes, downloads, modified, parameters;
  gboolean         gated, has_gguf;
  MaqRepoKind      kind;

  g_object_get (repo, "kind", &kind, "id", &id, "owner", &owner, "name", &name, "likes", &likes, "downloads", &downloads, "last-modified", &modified, "pipeline-tag", &task, "library-name", &library, "parameters", &parameters, "license", &license, "gated", &gated, "has-gguf", &has_gguf, NULL);
  g_assert_cmpint (kind, ==, MAQ_REPO_KIND_MODEL);
  g_assert_cmpstr (id, ==, "a/b");
  g_assert_cmpstr (owner, ==, "a");
  g_assert_cmpstr (name, ==, "b");
  g_assert_cmpint (likes, ==, 5);
  g_assert_cmpint (parameters, ==, -1);
  g_assert_cmpstr (license, ==, "mit");
  g_assert_true (gated);
  g_assert_true (has_gguf);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/repo/all-fields", test_all_fields);
  g_test_add_func ("/hub/repo/nothing-but-the-id", test_nothing_but_the_id);
  g_test_add_func ("/hub/repo/no-id-is-no-repo", test_no_id_is_no_repo);
  g_test_add_func ("/hub/repo/odd-shapes", test_odd_shapes);
  g_test_add_func ("/hub/repo/datasets-and-spaces", test_datasets_and_spaces);
  g_test_add_func ("/hub/repo/properties", test_properties);
  return g_test_run ();
}
