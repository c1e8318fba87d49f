// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-records.h"

// The replies of tests/fixtures/hub, and recordings of the real Hub as far as they are at hand (MAQ_SHARED): whole, and every
// one of them spoilt field by field.

static char *fixtures;
static char *samples; // NULL if they are not there

static void
collect (const char *folder,
         GPtrArray  *files)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        collect (path, files);
      else
        g_ptr_array_add (files, g_steal_pointer (&path));
    }
}

static GPtrArray *
list_files (const char *folder,
            const char *suffix)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  GPtrArray  *found = g_ptr_array_new_with_free_func (g_free);
  const char *roots[] = { fixtures, samples };

  for (guint i = 0; i < G_N_ELEMENTS (roots) && roots[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (roots[i], folder, NULL);
      collect (path, files);
    }

  for (guint i = 0; i < files->len; i++)
    if (g_str_has_suffix (files->pdata[i], suffix))
      g_ptr_array_add (found, g_strdup (files->pdata[i]));
  g_assert_cmpuint (found->len, >, 0);
  return found;
}

static MaqJson *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize            length;

  g_test_message ("%s", path);
  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  MaqJson *json = maq_json_parse (bytes, &error);
  g_assert_no_error (error);
  return json;
}

static void
test_lists (void)
{
  static const struct
  {
    const char *folder;
    MaqRepoKind kind;
  } folders[] = { { "model-list", MAQ_REPO_KIND_MODEL }, { "space-list", MAQ_REPO_KIND_SPACE } };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GPtrArray) files = list_files (folders[i].folder, ".json");

      for (guint j = 0; j < files->len; j++)
        {
          g_autoptr (MaqJson) json = load (files->pdata[j]);
          g_autoptr (GError) error = NULL;
          MaqJsonValue *root = maq_json_get_root (json);
          g_autoptr (MaqHubPage) page = maq_hub_page_new_from_json (folders[i].kind, root, &error);

          if (!maq_json_is_array (root))
            {
              g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY);
              continue;
            }
          g_assert_no_error (error);
          g_assert_cmpuint (page->skipped, ==, 0);
          g_assert_cmpuint (page->repos->len, ==, maq_json_get_size (root));
          for (guint k = 0; k < page->repos->len; k++)
            g_assert_cmpint (maq_repo_get_created_at (page->repos->pdata[k]), >, 0);
        }
    }
}

static void
test_infos (void)
{
  static const struct
  {
    const char *folder;
    MaqRepoKind kind;
  } folders[] = { { "model-info", MAQ_REPO_KIND_MODEL }, { "dataset-info", MAQ_REPO_KIND_DATASET }, { "space-info", MAQ_REPO_KIND_SPACE } };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GPtrArray) files = list_files (folders[i].folder, ".json");

      for (guint j = 0; j < files->len; j++)
        {
          g_autoptr (MaqJson) json = load (files->pdata[j]);
          g_autoptr (MaqRepo) repo = maq_repo_new_from_json (folders[i].kind, maq_json_get_root (json));

          g_assert_nonnull (repo);
          if (strstr (files->pdata[j], "expand=") == NULL && strstr (files->pdata[j], "expand_item") == NULL)
            {
              g_assert_true (maq_revision_is_commit (maq_repo_get_sha (repo)));
              g_assert_cmpint (maq_repo_get_last_modified (repo), >, 0);
            }
          if (strstr (files->pdata[j], "_disabled") != NULL)
            g_assert_true (maq_repo_get_disabled (repo));
        }
    }
}

static void
test_trees (void)
{
  g_autoptr (GPtrArray) files = list_files ("tree", ".json");
  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (MaqJson) json = load (files->pdata[i]);
      g_autoptr (MaqHubTree) tree = maq_hub_tree_new ();
      g_autoptr (GError) error = NULL;
      MaqJsonValue *root = maq_json_get_root (json);

      if (maq_hub_tree_add_json (tree, root, &error))
        {
          guint n_files = 0;
          MAQ_JSON_FOREACH (item, root)
            {
              n_files += g_strcmp0 (maq_json_get_string (item, "type"), "file") == 0;
            }
          g_assert_true (maq_hub_tree_is_whole (tree));
          g_assert_cmpuint (tree->files->len, ==, n_files);
          for (guint j = 0; j < tree->files->len; j++)
            g_assert_nonnull (maq_hub_file_get_etag (tree->files->pdata[j]));
        }
      else
        {
          g_assert_false (maq_json_is_array (root));
          g_assert_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY);
        }
    }
}

static void
test_refs_and_users (void)
{
  g_autoptr (GPtrArray) files = list_files ("refs", ".json");
  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (MaqJson) json = load (files->pdata[i]);
      g_autoptr (MaqHubRefs) refs = maq_hub_refs_new_from_json (maq_json_get_root (json), NULL);

      g_assert_nonnull (refs);
      g_assert_cmpuint (refs->branches->len, >=, 1);
      g_assert_cmpstr (((MaqHubRef *) refs->branches->pdata[0])->name, ==, "main");
    }

  g_autoptr (GPtrArray) users = list_files ("whoami", ".json");
  for (guint i = 0; i < users->len; i++)
    {
      g_autoptr (MaqJson) json = load (users->pdata[i]);
      g_autoptr (MaqHubUser) user = maq_hub_user_new_from_json (maq_json_get_root (json), "https://hub", NULL);

      g_assert_nonnull (user);
      g_assert_true (g_str_has_prefix (user->avatar_url, "http"));
      g_assert_cmpstr (user->token_role, ==, "fineGrained");
    }
}

// Lets every reader see VALUE. What comes of it does not matter here.
static void
read_all (MaqJsonValue *value)
{
  g_autoptr (MaqHubTree) tree = maq_hub_tree_new ();

  for (guint kind = MAQ_REPO_KIND_MODEL; kind <= MAQ_REPO_KIND_SPACE; kind++)
    {
      MaqRepo    *repo = maq_repo_new_from_json (kind, value);
      MaqHubPage *page = maq_hub_page_new_from_json (kind, value, NULL);

      g_clear_object (&repo);
      g_clear_pointer (&page, maq_hub_page_unref);
    }

  MaqHubRefs *refs = maq_hub_refs_new_from_json (value, NULL);
  MaqHubUser *user = maq_hub_user_new_from_json (value, "https://hub", NULL);
  maq_hub_tree_add_json (tree, value, NULL);
  g_clear_pointer (&refs, maq_hub_refs_unref);
  g_clear_pointer (&user, maq_hub_user_unref);
}

static const char *const wrong_values[] = {
  "null", "true", "false", "0", "-1", "1e400", "99999999999999999999", "\"\"", "\"x\\u0000y\"", "[]", "{}", "[[{\"id\":[{}]}]]"
};

// Whatever ITEM is, what stands before and after it in a page is read.
static void
check_neighbours (const char *item)
{
  static const char *const good = "{\"id\":\"a/b\",\"path\":\"x\",\"size\":1,\"oid\":\"10c66461e4c109db5a2196bff4bb59be30396ed8\"}";
  g_autofree char         *text = g_strdup_printf ("[%s,%s,%s]", good, item, good);
  g_autoptr (MaqJson) list = maq_json_parse_text (text, NULL);
  g_autoptr (MaqHubTree) tree = maq_hub_tree_new ();

  g_assert_nonnull (list);
  for (guint kind = MAQ_REPO_KIND_MODEL; kind <= MAQ_REPO_KIND_SPACE; kind++)
    {
      g_autoptr (MaqHubPage) page = maq_hub_page_new_from_json (kind, maq_json_get_root (list), NULL);
      g_assert_cmpuint (page->repos->len + page->skipped, ==, 3);
      g_assert_cmpuint (page->repos->len, >=, 2);
    }
  g_assert_true (maq_hub_tree_add_json (tree, maq_json_get_root (list), NULL));
  g_assert_cmpuint (tree->files->len, >=, 2);
}

// OBJECT once without each member, and once with each wrong value in its place.
static void
spoil (MaqJsonValue *object)
{
  MAQ_JSON_FOREACH_MEMBER (spoilt, ignored, object)
    {
      for (guint i = 0; i <= G_N_ELEMENTS (wrong_values); i++)
        {
          g_autoptr (GString) text = g_string_new ("{");

          MAQ_JSON_FOREACH_MEMBER (name, value, object)
            {
              g_autofree char *plain = maq_json_to_text (value);

              if (strcmp (name, spoilt) == 0 && i == G_N_ELEMENTS (wrong_values))
                continue;
              if (text->len > 1)
                g_string_append_c (text, ',');
              g_string_append_printf (text, "\"%s\":%s", name, strcmp (name, spoilt) == 0 ? wrong_values[i] : plain);
            }
          g_string_append_c (text, '}');

          g_autoptr (MaqJson) json = maq_json_parse_text (text->str, NULL);
          if (json == NULL)
            continue;
          read_all (maq_json_get_root (json));
          check_neighbours (text->str);
        }
    }
}

static void
test_every_reply_through_every_reader (void)
{
  g_autoptr (GPtrArray) files = list_files (".", ".json");
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *text = NULL;
      gsize            length;

      g_assert_true (g_file_get_contents (files->pdata[i], &text, &length, NULL));
      g_autoptr (GBytes) bytes = g_bytes_new (text, length);
      g_autoptr (MaqJson) json = maq_json_parse (bytes, NULL);
      if (json != NULL)
        read_all (maq_json_get_root (json));
    }
}

static void
test_every_field_spoilt (void)
{
  static const char *const folders[] = { "model-list", "model-info", "space-list", "dataset-info", "space-info", "tree", "refs", "whoami" };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GPtrArray) files = list_files (folders[i], ".json");

      for (guint j = 0; j < files->len; j++)
        {
          g_autoptr (MaqJson) json = load (files->pdata[j]);
          MaqJsonValue *root = maq_json_get_root (json);
          guint         n = 0;

          if (!maq_json_is_array (root))
            spoil (root);
          else
            MAQ_JSON_FOREACH (item, root)
              {
                if (n++ == 3)
                  break;
                spoil (item);
              }
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  const char *shared = g_getenv ("MAQ_SHARED");
  fixtures = g_test_build_filename (G_TEST_DIST, "fixtures", "hub", NULL);
  samples = shared != NULL ? g_build_filename (shared, "hub-samples", NULL) : NULL;

  g_test_add_func ("/hub/samples/lists", test_lists);
  g_test_add_func ("/hub/samples/infos", test_infos);
  g_test_add_func ("/hub/samples/trees", test_trees);
  g_test_add_func ("/hub/samples/refs-and-users", test_refs_and_users);
  g_test_add_func ("/hub/samples/every-reply-through-every-reader", test_every_reply_through_every_reader);
  g_test_add_func ("/hub/samples/every-field-spoilt", test_every_field_spoilt);

  int status = g_test_run ();
  g_free (samples);
  g_free (fixtures);
  return status;
}
