// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-hub-test.h"

// Recordings of the real Hub (MAQ_SHARED), sent again by a server with their headers, and asked for by the client.

static char *samples; // NULL if they are not there

static gboolean
have_samples (void)
{
  if (samples == NULL)
    g_test_skip ("MAQ_SHARED is not set");
  return samples != NULL;
}

// A recorded header: the status, and the lines that may be sent again.
static guint
read_header (const char *text,
             char      **lines)
{
  g_auto (GStrv) all = g_strsplit (text, "\n", -1);
  g_autoptr (GString) kept = g_string_new (NULL);
  guint status = 0;

  for (guint i = 0; all[i] != NULL; i++)
    {
      char *line = g_strchomp (all[i]);
      if (line[0] == '\0' && status != 0)
        break;
      if (g_str_has_prefix (line, "HTTP"))
        status = g_ascii_strtoull (strchr (line, ' '), NULL, 10);
      else if (strchr (line, ':') != NULL && g_ascii_strncasecmp (line, "Content-Length:", 15) != 0 &&
               g_ascii_strncasecmp (line, "Connection:", 11) != 0 && g_ascii_strncasecmp (line, "Transfer-Encoding:", 18) != 0)
        g_string_append_printf (kept, "%s\r\n", line);
    }

  *lines = g_string_free (g_steal_pointer (&kept), FALSE);
  return status;
}

static char *
load (const char *folder,
      const char *name,
      const char *suffix)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);
  g_autofree char *path = g_build_filename (samples, folder, file, NULL);
  char            *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

// The names in FOLDER that end in SUFFIX, without it.
static char **
list_names (const char *folder,
            const char *suffix)
{
  g_autofree char *path = g_build_filename (samples, folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, suffix))
      g_strv_builder_take (names, g_strndup (name, strlen (name) - strlen (suffix)));
  return g_strv_builder_end (names);
}

// Lets F's server answer requests for PATH with the recording NAME; its status.
static guint
add_recording (HubFixture *f,
               const char *path,
               const char *folder,
               const char *name)
{
  g_autofree char *head = load (folder, name, ".headers.txt");
  g_autofree char *json = load (folder, name, ".json");
  g_autofree char *text = json == NULL ? load (folder, name, ".txt") : NULL;
  g_autofree char *lines = NULL;
  guint            status = head != NULL ? read_header (head, &lines) : 200;

  g_test_message ("%s/%s: %u", folder, name, status);
  maq_test_server_add (f->server, path, &(MaqTestReply) { .status = status, .headers = lines, .body = json != NULL ? json : text });
  return status;
}

static void
test_infos (void)
{
  static const struct
  {
    const char *folder;
    MaqRepoKind kind;
    const char *path;
  } folders[] = {
    { "model-info", MAQ_REPO_KIND_MODEL, "/api/models/a/b" },
    { "dataset-info", MAQ_REPO_KIND_DATASET, "/api/datasets/a/b" },
    { "space-info", MAQ_REPO_KIND_SPACE, "/api/spaces/a/b" },
  };

  if (!have_samples ())
    return;

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_auto (GStrv) names = list_names (folders[i].folder, ".headers.txt");

      g_assert_cmpuint (g_strv_length (names), >, 0);
      for (guint j = 0; names[j] != NULL; j++)
        {
          HubFixture f;
          hub_fixture_setup (&f, NULL);
          guint status = add_recording (&f, folders[i].path, folders[i].folder, names[j]);
          // Where a renamed repo leads to.
          maq_test_server_add (f.server, "*", &(MaqTestReply) { .body = "{\"id\":\"new/name\"}" });

          g_autoptr (MaqRepo) repo = hub_take_object (maq_hub_client_get_repo (f.client, folders[i].kind, "a/b", NULL));
          if (status == 307)
            g_assert_cmpstr (maq_repo_get_id (repo), ==, "new/name");
          else
            g_assert_cmpint (maq_repo_get_created_at (repo) > 0 || strstr (names[j], "expand=") != NULL, ==, TRUE);
          hub_fixture_teardown (&f, NULL);
        }
    }
}

static void
test_lists (void)
{
  static const struct
  {
    const char *folder;
    const char *name;
    MaqRepoKind kind;
    const char *path;
    guint       n_repos;
  } cases[] = {
    { "model-list", "GET_api_models_author=wzshiming_search=gpt2_limit=5", MAQ_REPO_KIND_MODEL, "/api/models", 1 },
    { "model-list", "GET_api_models_sort=trendingScore", MAQ_REPO_KIND_MODEL, "/api/models", 15 },
    { "space-list", "GET_api_spaces_sort=trendingScore", MAQ_REPO_KIND_SPACE, "/api/spaces", 25 },
  };

  if (!have_samples ())
    return;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HubFixture f;
      g_autoptr (MaqHubQuery) query = maq_hub_query_new (cases[i].kind);

      hub_fixture_setup (&f, NULL);
      add_recording (&f, cases[i].path, cases[i].folder, cases[i].name);
      g_autoptr (MaqHubPage) page = hub_take_boxed (maq_hub_client_list_repos (f.client, query));
      g_assert_cmpuint (page->repos->len, ==, cases[i].n_repos);
      g_assert_cmpuint (page->skipped, ==, 0);
      g_assert_null (page->next);
      hub_fixture_teardown (&f, NULL);
    }
}

static void
test_trees_refs_and_user (void)
{
  static const struct
  {
    const char *name;
    MaqRepoKind kind;
    const char *path;
  } trees[] = {
    { "GET_api_models_wzshiming_gpt2_tree_main", MAQ_REPO_KIND_MODEL, "/api/models/a/b/tree/main" },
    { "GET_api_models_wzshiming_gpt2_tree_main_recursive_expand", MAQ_REPO_KIND_MODEL, "/api/models/a/b/tree/main" },
    { "GET_api_datasets_wzshiming_fixtures_image_utils_tree_main", MAQ_REPO_KIND_DATASET, "/api/datasets/a/b/tree/main" },
    { "GET_api_spaces_wzshiming_hello_world_tree_main", MAQ_REPO_KIND_SPACE, "/api/spaces/a/b/tree/main" },
  };
  HubFixture f;

  if (!have_samples ())
    return;

  hub_fixture_setup (&f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (trees); i++)
    {
      maq_test_server_clear (f.server);
      add_recording (&f, trees[i].path, "tree", trees[i].name);
      g_autoptr (MaqHubTree) tree = hub_take_boxed (maq_hub_client_list_tree (f.client, trees[i].kind, "a/b", NULL));
      g_assert_cmpuint (tree->files->len, >, 0);
      g_assert_true (maq_hub_tree_is_whole (tree));
    }

  add_recording (&f, "/api/models/a/b/refs", "refs", "GET_api_models_wzshiming_gpt2_refs");
  g_autoptr (MaqHubRefs) refs = hub_take_boxed (maq_hub_client_list_refs (f.client, MAQ_REPO_KIND_MODEL, "a/b"));
  g_assert_cmpstr (((MaqHubRef *) refs->branches->pdata[0])->name, ==, "main");
  add_recording (&f, "/api/spaces/a/b/commits/main", "commits", "GET_api_spaces_wzshiming_hello_world_commits_main_page0");
  g_autoptr (MaqHubCommits) commits = hub_take_boxed (maq_hub_client_list_commits (f.client, MAQ_REPO_KIND_SPACE, "a/b", NULL, 0));
  g_assert_cmpuint (commits->commits->len, ==, 50);
  g_assert_true (commits->has_more);
  add_recording (&f, "/api/whoami-v2", "whoami", "GET_api_whoami-v2_fine-grained_user");
  g_autoptr (MaqHubUser) user = hub_take_boxed (maq_hub_client_whoami (f.client));
  g_assert_cmpstr (user->token_role, ==, "fineGrained");
  hub_fixture_teardown (&f, NULL);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *name;
    const char *path;
    MaqHubError code;
  } cases[] = {
    { "GET_api_models_missing_repo_anonymous_401", "/api/models/a/b", MAQ_HUB_ERROR_REPO_NOT_FOUND },
    { "GET_api_models_missing_revision_404", "/api/models/a/b", MAQ_HUB_ERROR_REVISION_NOT_FOUND },
    { "GET_api_models_missing_tree_path_404", "/api/models/a/b", MAQ_HUB_ERROR_ENTRY_NOT_FOUND },
    { "GET_resolve_missing_file_404", "/a/b/resolve/main/x", MAQ_HUB_ERROR_ENTRY_NOT_FOUND },
    { "GET_api_whoami-v2_anonymous_401", "/api/whoami-v2", MAQ_HUB_ERROR_UNAUTHORIZED },
  };

  if (!have_samples ())
    return;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HubFixture       f;
      g_autofree char *head_name = g_strconcat (cases[i].name, ".headers.txt", NULL);
      g_autofree char *head_path = g_build_filename (samples, "errors", head_name, NULL);
      g_autofree char *body_name = g_strconcat (cases[i].name, strstr (cases[i].name, "resolve") != NULL ? ".txt" : ".json", NULL);
      g_autofree char *body_path = g_build_filename (samples, "errors", body_name, NULL);
      g_autofree char *head = NULL, *body = NULL, *lines = NULL;

      g_assert_true (g_file_get_contents (head_path, &head, NULL, NULL));
      g_assert_true (g_file_get_contents (body_path, &body, NULL, NULL));
      guint status = read_header (head, &lines);

      hub_fixture_setup (&f, NULL);
      maq_test_server_add (f.server, cases[i].path, &(MaqTestReply) { .status = status, .headers = lines, .body = body });
      if (strstr (cases[i].path, "whoami") != NULL)
        hub_assert_fails (maq_hub_client_whoami (f.client), cases[i].code);
      else if (strstr (cases[i].path, "resolve") != NULL)
        {
          hub_assert_fails (maq_hub_client_read_file (f.client, MAQ_REPO_KIND_MODEL, "a/b", "main", "x", 100), cases[i].code);
          hub_assert_fails (maq_hub_client_resolve (f.client, MAQ_REPO_KIND_MODEL, "a/b", "main", "x"), cases[i].code);
          hub_assert_fails (maq_hub_client_open_file (f.client, MAQ_REPO_KIND_MODEL, "a/b", "main", "x", 0, 0), cases[i].code);
        }
      else
        hub_assert_fails (maq_hub_client_get_repo (f.client, MAQ_REPO_KIND_MODEL, "a/b", NULL), cases[i].code);
      hub_fixture_teardown (&f, NULL);
    }
}

// Sends the blocks of a recorded exchange again: each begins with the line of its request.
static void
add_exchange (HubFixture *f,
              const char *name,
              char      **path)
{
  g_autofree char *file = g_build_filename (samples, "headers", name, NULL);
  g_autofree char *text = NULL;
  g_autofree char *target = NULL;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_auto (GStrv) blocks = g_strsplit (text, "HEAD ", -1);
  for (guint i = 1; blocks[i] != NULL; i++)
    {
      g_autofree char *lines = NULL;
      guint            status = read_header (blocks[i], &lines);
      const char      *location = strcasestr (lines, "\nlocation: ");
      g_autofree char *own = NULL;
      const char      *length = strcasestr (blocks[i], "\ncontent-length:");

      if (i == 1)
        own = g_strndup (blocks[i], strcspn (blocks[i], "\r\n"));
      else
        own = g_strdup (target);
      if (own != NULL && own[0] == '/')
        maq_test_server_add (f->server, own, &(MaqTestReply) { .status = status, .headers = lines, .claim = length != NULL && status == 200 ? g_ascii_strtoll (length + 16, NULL, 10) : 0 });
      if (i == 1)
        *path = g_steal_pointer (&own);

      g_clear_pointer (&target, g_free);
      if (location == NULL && g_ascii_strncasecmp (lines, "location: ", 10) == 0)
        location = lines - 1;
      if (location != NULL)
        target = g_strndup (location + 11, strcspn (location + 11, "?\r\n"));
    }
}

static void
test_heads (void)
{
  static const struct
  {
    const char *file;
    const char *etag;
    guint64     size;
    gboolean    is_elsewhere;
  } cases[] = {
    { "HEAD_resolve_small_file_2026-09-22.txt", "10c66461e4c109db5a2196bff4bb59be30396ed8", 665, FALSE },
    { "HEAD_resolve_small_git_file_307_then_200.txt", "10c66461e4c109db5a2196bff4bb59be30396ed8", 665, FALSE },
    { "HEAD_resolve_xet_file_2026-09-22.txt", "c966da3b74697803352ca7c6f2f220e7090a557b619de9da0c6b34d89f7825c1", 125162496, TRUE },
    { "HEAD_resolve_xet_file_302_then_cdn_206.txt", "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707", 548105171, TRUE },
  };

  if (!have_samples ())
    return;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HubFixture       f;
      g_autofree char *path = NULL;

      hub_fixture_setup (&f, NULL);
      add_exchange (&f, cases[i].file, &path);
      g_test_message ("%s: %s", cases[i].file, path);
      g_auto (GStrv) parts = g_strsplit (path + 1, "/", 5);
      g_autofree char *id = g_strconcat (parts[0], "/", parts[1], NULL);
      g_autoptr (MaqHubFileInfo) info = hub_take_boxed (maq_hub_client_resolve (f.client, MAQ_REPO_KIND_MODEL, id, parts[3], parts[4]));

      g_assert_true (maq_revision_is_commit (info->commit));
      g_assert_cmpstr (info->etag, ==, cases[i].etag);
      g_assert_cmpint (info->size, ==, cases[i].size);
      g_assert_true ((info->location != NULL) == cases[i].is_elsewhere);
      hub_fixture_teardown (&f, NULL);
    }
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  const char *shared = g_getenv ("MAQ_SHARED");
  samples = shared != NULL ? g_build_filename (shared, "hub-samples", NULL) : NULL;

  g_test_add_func ("/hub/replay/infos", test_infos);
  g_test_add_func ("/hub/replay/lists", test_lists);
  g_test_add_func ("/hub/replay/trees-refs-and-user", test_trees_refs_and_user);
  g_test_add_func ("/hub/replay/errors", test_errors);
  g_test_add_func ("/hub/replay/heads", test_heads);

  int status = g_test_run ();
  g_free (samples);
  return status;
}
