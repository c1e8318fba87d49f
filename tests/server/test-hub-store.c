// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *
make_root (void)
{
  char *root = g_dir_make_tmp ("hub-XXXXXX", NULL);
  g_assert_nonnull (root);
  return root;
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

static char *
read_file (MaqServeCommit *commit,
           const char     *path)
{
  MaqServeEntry *entry = maq_serve_commit_find (commit, path);
  if (entry == NULL)
    return NULL;
  g_autoptr (GBytes) bytes = maq_serve_content_read_all (entry->content, 1000, NULL);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_plain_folder (void)
{
  g_autofree char *root = make_root ();
  put (root, "models/ada/one/README.md", "---\nlicense: mit\nlanguage: [en, de]\npipeline_tag: text-generation\nbase_model: ada/zero\n---\n# One\n\nSays one thing.\n");
  put (root, "models/ada/one/config.json", "{\"model_type\":\"llama\",\"architectures\":[\"LlamaForCausalLM\"]}");
  put (root, "models/ada/one/sub/x.txt", "x");
  put (root, "models/ada/one/.git/HEAD", "never served");
  put (root, "datasets/ada/rows/data.csv", "a,b\n1,2\n");
  g_autofree char *circle = g_build_filename (root, "models/ada/one/circle", NULL);
  g_assert_cmpint (symlink ("..", circle), ==, 0);
  g_autoptr (MaqHubStore) store = maq_hub_store_new_folder (root, NULL);
  g_assert_nonnull (store);
  g_assert_cmpuint (maq_hub_store_get_n_repos (store), ==, 2);

  MaqServeRepo   *repo = maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "ada/one");
  MaqServeCommit *head = maq_serve_repo_get_head (repo);
  g_assert_cmpuint (head->entries->len, ==, 3);
  g_assert_nonnull (maq_serve_commit_find (head, "sub/x.txt"));
  g_assert_cmpstr (repo->pipeline_tag, ==, "text-generation");
  g_assert_cmpstr (repo->library_name, ==, "transformers");
  g_assert_cmpstr (repo->description, ==, "Says one thing.");
  const char *const tags[] = { "transformers", "llama", "en", "de", "license:mit", "base_model:ada/zero", "base_model:finetune:ada/zero", "region:us" };
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    g_assert_true (maq_serve_repo_has_tag (repo, tags[i]));

  // The same files give the same commit, others another one.
  g_autoptr (MaqHubStore) again = maq_hub_store_new_folder (root, NULL);
  g_assert_cmpstr (maq_serve_repo_get_head (maq_serve_store_find (again, MAQ_REPO_KIND_MODEL, "ada/one"))->id, ==, head->id);
  put (root, "models/ada/one/config.json", "{}");
  g_autoptr (MaqHubStore) changed = maq_hub_store_new_folder (root, NULL);
  g_assert_cmpstr (maq_serve_repo_get_head (maq_serve_store_find (changed, MAQ_REPO_KIND_MODEL, "ada/one"))->id, !=, head->id);
}

static void
test_history (void)
{
  g_autofree char *root = make_root ();
  put (root, "models/ada/one/README.md", "new");
  put (root, "models/ada/one/same.txt", "same");
  put (root, "models/ada/one/.maquette/old.md", "old");
  put (root, "models/ada/one/.maquette/repo.json", "{\"likes\":5,\"gated\":\"manual\",\"aliases\":[\"ada/before\",\"legacy\"],\"commits\":["
                                                   "{\"title\":\"first\",\"date\":\"2026-01-02T03:04:05.000Z\",\"authors\":[\"ada\"],\"files\":{\"README.md\":{\"file\":\".maquette/old.md\"},\"gone.txt\":{\"text\":\"x\"}}},"
                                                   "{\"title\":\"second\",\"date\":\"2026-01-03T03:04:05.000Z\",\"files\":{\"README.md\":{\"file\":\"README.md\"},\"gone.txt\":null}},"
                                                   "{\"title\":\"side\",\"branch\":\"dev\",\"files\":{\"dev.txt\":{\"text\":\"d\"}}},"
                                                   "{\"title\":\"third\",\"files\":{\"w.safetensors\":{\"generate\":{\"format\":\"safetensors\",\"bytes\":1000,\"seed\":3}}}},"
                                                   "{\"title\":\"pull\",\"branch\":\"refs/pr/1\",\"files\":{\"pr.txt\":{\"text\":\"p\"}}}],\"git_tags\":{\"v1\":0}}");
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_folder (root, &error);
  g_assert_no_error (error);
  MaqServeRepo *repo = maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "ada/one");
  g_assert_cmpstr (repo->gated, ==, "manual");
  g_assert_cmpint (repo->likes, ==, 5);

  MaqServeCommit  *first = maq_serve_repo_resolve (repo, "v1");
  MaqServeCommit  *head = maq_serve_repo_resolve (repo, "main");
  g_autofree char *old = read_file (first, "README.md");
  g_autofree char *new = read_file (head, "README.md");
  g_assert_cmpstr (old, ==, "old");
  g_assert_cmpstr (new, ==, "new");
  g_assert_nonnull (maq_serve_commit_find (first, "gone.txt"));
  g_assert_null (maq_serve_commit_find (head, "gone.txt"));
  g_assert_null (maq_serve_commit_find (head, "dev.txt"));
  g_assert_nonnull (maq_serve_commit_find (first, "same.txt"));
  g_assert_nonnull (maq_serve_commit_find (head, "w.safetensors"));
  g_assert_cmpuint (maq_serve_commit_find (head, "same.txt")->commit, ==, 0);
  g_assert_nonnull (maq_serve_commit_find (maq_serve_repo_resolve (repo, "dev"), "dev.txt"));
  g_assert_nonnull (maq_serve_commit_find (maq_serve_repo_resolve (repo, "refs/pr/1"), "pr.txt"));
  g_assert_true (maq_serve_repo_resolve (repo, "refs/heads/dev") == maq_serve_repo_resolve (repo, "dev"));

  g_autofree char *abbreviated = g_strndup (first->id, 8);
  g_assert_true (maq_serve_repo_resolve (repo, first->id) == first);
  g_assert_true (maq_serve_repo_resolve (repo, abbreviated) == first);
  g_assert_null (maq_serve_repo_resolve (repo, "nothing"));
  g_assert_null (maq_serve_repo_resolve (repo, "1"));

  g_assert_true (maq_serve_store_find_moved (store, MAQ_REPO_KIND_MODEL, "ada/before") == repo);
  g_assert_true (maq_serve_store_find_moved (store, MAQ_REPO_KIND_MODEL, "legacy") == repo);
  g_assert_true (maq_serve_store_find_moved (store, MAQ_REPO_KIND_MODEL, "ADA/One") == repo);
  g_assert_null (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "ada/before"));
}

static void
test_bad_folders (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (maq_hub_store_new_folder ("/nonexistent", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_autofree char *empty = make_root ();
  g_assert_null (maq_hub_store_new_folder (empty, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);

  const char *const bad[] = {
    "{", "[]", "", "{\"commits\":[3]}", "{\"commits\":[{\"files\":{\"a\":3}}]}", "{\"commits\":[{\"files\":{\"a\":{\"file\":\"../../../../etc/passwd\"}}}]}", "{\"commits\":[{\"files\":{\"a\":{\"file\":\"/etc/passwd\"}}}]}", "{\"commits\":[{\"title\":\"x\"}],\"git_tags\":{\"v\":7}}"
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *root = make_root ();
      put (root, "models/ada/one/.maquette/repo.json", bad[i]);
      g_clear_error (&error);
      g_assert_null (maq_hub_store_new_folder (root, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, "models/ada/one"));
    }

  // Members of another type count as absent.
  g_autofree char *odd = make_root ();
  put (odd, "models/ada/one/.maquette/repo.json", "{\"likes\":\"many\",\"gated\":7,\"tags\":{},\"commits\":{},\"aliases\":[1,null]}");
  g_autoptr (MaqHubStore) store = maq_hub_store_new_folder (odd, NULL);
  g_assert_cmpuint (maq_hub_store_get_n_repos (store), ==, 1);
}

static void
test_cache (void)
{
  const char      *commit = "0123456789abcdef0123456789abcdef01234567";
  const char      *sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
  g_autofree char *root = make_root ();
  g_autofree char *blob = g_strconcat ("models--ada--one/blobs/", sha256, NULL);
  g_autofree char *snapshot = g_strconcat (root, "/models--ada--one/snapshots/", commit, "/weights", NULL);
  g_autofree char *link = g_build_filename (snapshot, "w.gguf", NULL);
  g_autofree char *target = g_strconcat ("../../../blobs/", sha256, NULL);
  g_autofree char *dangling = g_build_filename (snapshot, "gone.bin", NULL);
  put (root, blob, "hello\n");
  put (root, "models--ada--one/refs/main", commit);
  put (root, "models--ada--one/refs/v9", "ffffffffffffffffffffffffffffffffffffffff");
  put (root, "models--ada--empty/refs/main", commit);
  put (root, "version.txt", "1");
  g_assert_cmpint (g_mkdir_with_parents (snapshot, 0700), ==, 0);
  g_assert_cmpint (symlink (target, link), ==, 0);
  g_assert_cmpint (symlink ("../../../blobs/none", dangling), ==, 0);

  g_autoptr (MaqHubStore) store = maq_hub_store_new_cache (root, NULL);
  g_assert_cmpuint (maq_hub_store_get_n_repos (store), ==, 1);
  MaqServeRepo   *repo = maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "ada/one");
  MaqServeCommit *head = maq_serve_repo_resolve (repo, "main");
  g_assert_cmpstr (head->id, ==, commit);
  g_assert_cmpuint (head->entries->len, ==, 1);
  g_assert_null (maq_serve_repo_resolve (repo, "v9"));
  static const char *const everything[] = { "", NULL };
  g_autoptr (GPtrArray) unsettled = maq_serve_commit_list_unsettled (head, everything);
  g_assert_cmpuint (unsettled->len, ==, 0);
  g_assert_cmpstr (maq_serve_content_get_sha256 (maq_serve_commit_find (head, "weights/w.gguf")->content), ==, sha256);
}

// What is left out of STORE, as "path: reason" lines in order.
static char *
list_left_out (MaqHubStore *store)
{
  static const char *const reasons[] = { "out", "circle", "name", "unreadable" };
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < maq_hub_store_get_n_left_out (store); i++)
    {
      MaqHubStoreReason reason;
      const char       *name = maq_hub_store_get_left_out (store, i, &reason);
      g_ptr_array_add (lines, g_strdup_printf ("%s: %s", name, reasons[reason]));
    }
  g_ptr_array_sort_values (lines, (GCompareFunc) strcmp);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static void
put_link (const char *root,
          const char *path,
          const char *target)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (target, full), ==, 0);
}

// Links at every place: to files and folders, to a repo, an owner and all repos of a kind; out of the folder and within it.
static void
test_links (void)
{
  g_autofree char *top = make_root ();
  g_autofree char *root = g_build_filename (top, "hub", NULL);
  put (top, "out/ada/secret/config.json", "{}");
  put (root, "models/ada/one/config.json", "{}");
  put (root, "models/ada/two/deep/x.txt", "x");
  put_link (root, "models/ada/one/file-out", "../../../../out/ada/secret/config.json");
  put_link (root, "models/ada/one/folder-out", "../../../../out/ada");
  put_link (root, "models/ada/one/middle", "folder-out/secret/config.json");
  put_link (root, "models/ada/one/file-in", "../two/deep/x.txt");
  put_link (root, "models/ada/one/folder-in", "../two");
  put_link (root, "models/ada/one/circle", "..");
  put_link (root, "models/ada/one/.git", "../../../../out");
  put_link (root, "models/ada/three", "../../../out/ada/secret");
  put_link (root, "models/bob", "../../out/ada");
  put_link (root, "models/eve", "ada");
  put_link (root, "spaces", "../out");

  g_autoptr (MaqHubStore) store = maq_hub_store_new_folder (root, NULL);
  g_autofree char *left_out = list_left_out (store);
  g_assert_cmpstr (left_out, ==, "models/ada/one/circle: circle\nmodels/ada/one/file-out: out\nmodels/ada/one/folder-out: out\nmodels/ada/one/middle: out\nmodels/ada/three: out\nmodels/bob: out\n"
                                 "models/eve/one/circle: circle\nmodels/eve/one/file-out: out\nmodels/eve/one/folder-out: out\nmodels/eve/one/middle: out\nmodels/eve/three: out\nspaces: out");
  MaqServeCommit  *head = maq_serve_repo_get_head (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "ada/one"));
  g_autofree char *text = read_file (head, "file-in");
  g_assert_cmpuint (head->entries->len, ==, 3);
  g_assert_cmpstr (text, ==, "x");
  g_assert_nonnull (maq_serve_commit_find (head, "folder-in/deep/x.txt"));
  g_assert_nonnull (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "eve/two"));

  g_autoptr (MaqHubStore) all = maq_hub_store_new_folder_full (root, MAQ_HUB_STORE_FOLLOW_LINKS, NULL);
  head = maq_serve_repo_get_head (maq_serve_store_find (all, MAQ_REPO_KIND_MODEL, "ada/one"));
  g_assert_nonnull (maq_serve_commit_find (head, "file-out"));
  g_assert_nonnull (maq_serve_commit_find (head, "folder-out/secret/config.json"));
  g_assert_nonnull (maq_serve_commit_find (head, "middle"));
  g_assert_nonnull (maq_serve_store_find (all, MAQ_REPO_KIND_MODEL, "ada/three"));
  g_assert_nonnull (maq_serve_store_find (all, MAQ_REPO_KIND_MODEL, "bob/secret"));
  g_assert_nonnull (maq_serve_store_find (all, MAQ_REPO_KIND_SPACE, "ada/secret"));
}

// repo.json does not lead out of the folder either.
static void
test_links_of_descriptions (void)
{
  g_autofree char *top = make_root ();
  g_autofree char *root = g_build_filename (top, "hub", NULL);
  g_autoptr (GError) error = NULL;
  put (top, "out/repo.json", "{\"likes\":5}");
  put (top, "out/x.txt", "x");
  put_link (root, "out", "../out");
  put (root, "models/ada/one/.maquette/repo.json", "{\"folder\":\"out\"}");
  g_autoptr (MaqHubStore) store = maq_hub_store_new_folder (root, NULL);
  g_assert_cmpuint (maq_hub_store_get_n_repos (store), ==, 0);
  put (root, "models/ada/two/.maquette/repo.json", "{\"commits\":[{\"files\":{\"x.txt\":{\"file\":\"out/x.txt\"}}}]}");
  put_link (root, "models/ada/two/out", "../../../../out");
  g_assert_null (maq_hub_store_new_folder (root, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_autofree char *two = g_build_filename (root, "models/ada/two/.maquette/repo.json", NULL);
  g_unlink (two);
  put_link (root, "models/ada/two/.maquette/repo.json", "../../../../../out/repo.json");
  g_assert_null (maq_hub_store_new_folder (root, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_autoptr (MaqHubStore) all = maq_hub_store_new_folder_full (root, MAQ_HUB_STORE_FOLLOW_LINKS, NULL);
  g_assert_cmpint (maq_serve_store_find (all, MAQ_REPO_KIND_MODEL, "ada/two")->likes, ==, 5);
}

// Names that clients refuse are not served, and said; how deep a folder lies does not matter.
static void
test_names (void)
{
  g_autofree char *root = make_root ();
  g_autoptr (GString) deep = g_string_new ("models/ada/one/");
  for (guint i = 0; i < 60; i++)
    g_string_append (deep, "sub/");
  g_string_append (deep, "x.txt");
  put (root, deep->str, "x");
  put (root, "models/ada/one/.cache/huggingface/download/x.metadata", "x");
  put (root, "models/ada/one/line\nbreak", "x");
  put (root, "models/ada/one/bad\xff/x", "x");
  put (root, "models/ada/one/..\\x", "x");
  put (root, "models/ada/two--three/x", "x");
  put (root, "models/ada/ends.git/x", "x");
  put (root, "models/-dash/one/x", "x");
  put (root, "models/.hidden/one/x", "x");
  put (root, "models/gpt2/config.json", "{}");
  put (root, "models/gpt2/onnx/model.onnx", "x");
  put (root, "datasets/squad/.maquette/repo.json", "\ufeff{\"likes\":5}");
  g_autoptr (MaqHubStore) store = maq_hub_store_new_folder (root, NULL);
  g_autofree char *left_out = list_left_out (store);
  g_assert_cmpstr (left_out, ==, "models/-dash/one: name\nmodels/ada/ends.git: name\nmodels/ada/one/..\\x: name\nmodels/ada/one/bad\357\277\275: name\nmodels/ada/one/line\nbreak: name\nmodels/ada/two--three: name");
  g_assert_cmpuint (maq_hub_store_get_n_repos (store), ==, 3);
  MaqServeCommit *head = maq_serve_repo_get_head (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "ada/one"));
  g_assert_cmpuint (head->entries->len, ==, 1);
  g_assert_nonnull (maq_serve_commit_find (head, deep->str + strlen ("models/ada/one/")));
  head = maq_serve_repo_get_head (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "gpt2"));
  g_assert_nonnull (maq_serve_commit_find (head, "onnx/model.onnx"));
  g_assert_cmpint (maq_serve_store_find (store, MAQ_REPO_KIND_DATASET, "squad")->likes, ==, 5);
}

// A cache as clients write it since huggingface_hub 1.32: what came by Xet lies in a store that repos share, under the name of another hash.
static void
test_shared_blobs (void)
{
  const char      *commit = "0123456789abcdef0123456789abcdef01234567";
  const char      *sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
  g_autofree char *top = make_root ();
  g_autofree char *root = g_build_filename (top, "hub", NULL);
  g_autofree char *xet = g_strnfill (64, 'a');
  g_autofree char *payload = g_strconcat ("blobs/aa/", xet, NULL);
  g_autofree char *from_blobs = g_strconcat ("../../blobs/aa/", xet, NULL);
  g_autofree char *from_snapshot = g_strconcat ("../../../blobs/aa/", xet, NULL);
  g_autofree char *blob = g_strconcat ("models--ada--one/blobs/", sha256, NULL);
  g_autofree char *pointer = g_strconcat ("../../blobs/", sha256, NULL);
  g_autofree char *snapshot = g_strconcat ("models--ada--one/snapshots/", commit, "/", NULL);
  put (root, "blobs/.huggingface-shared-blobs", "1\n");
  put (root, payload, "hello\n");
  put (top, "token", "hf_secret");
  put_link (root, blob, from_blobs);
  g_autofree char *usual = g_strconcat (snapshot, "w.gguf", NULL);
  g_autofree char *straight = g_strconcat (snapshot, "straight.gguf", NULL);
  g_autofree char *out = g_strconcat (snapshot, "token.bin", NULL);
  put_link (root, usual, pointer);
  put_link (root, straight, from_snapshot);
  put_link (root, out, "../../../../token");
  put_link (root, "models--ada--moved", "../elsewhere");
  put (top, "elsewhere/refs/main", commit);

  g_autoptr (MaqHubStore) store = maq_hub_store_new_cache (root, NULL);
  MaqServeCommit *head = maq_serve_repo_get_head (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "ada/one"));
  g_assert_cmpuint (head->entries->len, ==, 2);
  g_assert_cmpstr (maq_serve_content_get_sha256 (maq_serve_commit_find (head, "w.gguf")->content), ==, sha256);
  // The name of the payload is not its SHA-256.
  MaqServeContent *content = maq_serve_commit_find (head, "straight.gguf")->content;
  g_assert_false (maq_serve_content_is_hashed (content));
  g_assert_true (maq_serve_content_hash (content, NULL, NULL, NULL, NULL));
  g_assert_cmpstr (maq_serve_content_get_sha256 (content), ==, sha256);
  g_autofree char *text = read_file (head, "w.gguf");
  g_assert_cmpstr (text, ==, "hello\n");
  g_autofree char *left_out = list_left_out (store);
  g_autofree char *expected = g_strconcat ("models--ada--moved: out\n", out, ": out", NULL);
  g_assert_cmpstr (left_out, ==, expected);
}

// A commit is the same whether the hashes of large files are known when it is read, or not.
static void
test_constant_commits (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *large = g_strnfill (2 * 1024 * 1024, 'x');
  put (root, "models/ada/one/w.bin", large);
  g_usleep (150 * G_TIME_SPAN_MILLISECOND);
  g_autoptr (MaqHubStore) first = maq_hub_store_new_folder (root, NULL);
  MaqServeCommit  *head = maq_serve_repo_get_head (maq_serve_store_find (first, MAQ_REPO_KIND_MODEL, "ada/one"));
  MaqServeContent *content = maq_serve_commit_find (head, "w.bin")->content;
  g_assert_false (maq_serve_content_is_hashed (content));
  g_assert_true (maq_serve_content_hash (content, NULL, NULL, NULL, NULL));
  g_autoptr (MaqHubStore) second = maq_hub_store_new_folder (root, NULL);
  MaqServeCommit *again = maq_serve_repo_get_head (maq_serve_store_find (second, MAQ_REPO_KIND_MODEL, "ada/one"));
  g_assert_true (maq_serve_content_is_hashed (maq_serve_commit_find (again, "w.bin")->content));
  g_assert_cmpstr (again->id, ==, head->id);
}

static void
test_synthetic (void)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (MaqHubStore) store = maq_hub_store_new_synthetic (20000);
  g_test_message ("20,000 repos in %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpuint (maq_hub_store_get_n_repos (store), ==, 20000);
  g_autoptr (MaqHubStore) small = maq_hub_store_new_synthetic (10);
  GPtrArray *repos = maq_serve_store_get_sorted (small, MAQ_REPO_KIND_MODEL, MAQ_SERVE_SORT_ID);
  for (guint i = 0; i < repos->len; i++)
    g_assert_nonnull (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, ((MaqServeRepo *) g_ptr_array_index (repos, i))->id));
}

// The demo Hub is whole and keeps its promises.
static void
test_demo (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_demo (&error);
  g_assert_no_error (error);
  GPtrArray *models = maq_serve_store_get_sorted (store, MAQ_REPO_KIND_MODEL, MAQ_SERVE_SORT_TRENDING);
  g_assert_cmpuint (models->len, >=, 40);
  g_assert_cmpuint (maq_serve_store_get_sorted (store, MAQ_REPO_KIND_DATASET, MAQ_SERVE_SORT_ID)->len, >=, 8);
  g_assert_cmpuint (maq_serve_store_get_sorted (store, MAQ_REPO_KIND_SPACE, MAQ_SERVE_SORT_ID)->len, >=, 5);
  g_assert_cmpstr (((MaqServeRepo *) g_ptr_array_index (models, 0))->id, ==, "maquette/pebble-chat-GGUF");
  g_assert_cmpstr (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "maquette/slate-licensed")->gated, ==, "manual");
  g_assert_true (maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "harbor-labs/harbor-internal-7B")->is_private);
  g_assert_nonnull (maq_serve_store_find_moved (store, MAQ_REPO_KIND_MODEL, "maquette/flint-v0"));
  MaqServeRepo *sharded = maq_serve_store_find (store, MAQ_REPO_KIND_MODEL, "maquette/boulder-sharded");
  g_assert_cmpint (sharded->parameters, ==, 12000000);
  g_assert_nonnull (maq_serve_commit_find (maq_serve_repo_get_head (sharded), "model-00004-of-00004.safetensors"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/store/plain-folder", test_plain_folder);
  g_test_add_func ("/server/store/history", test_history);
  g_test_add_func ("/server/store/bad-folders-are-errors", test_bad_folders);
  g_test_add_func ("/server/store/cache", test_cache);
  g_test_add_func ("/server/store/links-out-of-the-folder-are-left-out", test_links);
  g_test_add_func ("/server/store/descriptions-do-not-lead-out", test_links_of_descriptions);
  g_test_add_func ("/server/store/names-and-depths", test_names);
  g_test_add_func ("/server/store/cache-with-shared-blobs", test_shared_blobs);
  g_test_add_func ("/server/store/commits-do-not-depend-on-what-is-hashed", test_constant_commits);
  g_test_add_func ("/server/store/synthetic", test_synthetic);
  g_test_add_func ("/server/store/demo", test_demo);
  return g_test_run ();
}
