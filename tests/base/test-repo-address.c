// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-repo-address.h"

static void
test_ids (void)
{
  static const char *const good[] = { "123", "foo", "foo/bar", "Foo-BAR_foo.bar123", "openai-community/gpt2", "_a/b_" };
  static const char *const bad[] = { "", "/", "foo/", "/foo", "datasets/foo/bar", ".repo_id", "repo_id.", "foo--bar", "foo..bar", "foo.git", "foo/bar.git", "foo/.bar", "foo./bar", "-foo", "foo/bar-", "foo bar", "foo/bär", "foo\nbar", "../..", "foo/..", "a\\b", "a:b", "\xff" };
  g_autofree char         *longest = g_strnfill (96, 'a');
  g_autofree char         *too_long = g_strnfill (97, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (maq_repo_id_validate (good[i], &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (maq_repo_id_validate (bad[i], &error));
      g_assert_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_ID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }

  g_assert_true (maq_repo_id_validate (longest, NULL));
  g_assert_false (maq_repo_id_validate (too_long, NULL));
  g_assert_false (maq_repo_id_validate (NULL, NULL));
}

static void
test_revisions (void)
{
  static const char *const good[] = { "main", "v1.0.2", "refs/pr/1", "refs/convert/parquet", "feature/x", "a", "607a30d783dfa663caf39e06633721c8d4cfcd7e", "ünï" };
  static const char *const bad[] = { "", "..", "a/..", "../a", "/a", "a/", "a//b", ".a", "a/.b", "a b", "a\\b", "a:b", "a~1", "a^", "a?", "a*", "a[", "a@{1}", "@", "a.lock", "a.lock/b", "-a", "a.", "a\n", "\x7f", "\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (maq_revision_validate (good[i], &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (maq_revision_validate (bad[i], &error));
      g_assert_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_REVISION);
    }

  g_assert_true (maq_revision_is_commit ("607a30d783dfa663caf39e06633721c8d4cfcd7e"));
  g_assert_false (maq_revision_is_commit ("607A30d783dfa663caf39e06633721c8d4cfcd7e"));
  g_assert_false (maq_revision_is_commit ("607a30d"));
  g_assert_false (maq_revision_is_commit ("607a30d783dfa663caf39e06633721c8d4cfcd7e0"));
  g_assert_false (maq_revision_is_commit (NULL));
}

static void
test_paths (void)
{
  static const char *const good[] = { "file.txt", "path/in/repo.txt", "weird but valid/name.txt", ".gitattributes", "a..b/c...d", "ü/名前.bin", "..a", "a@b/c+d" };
  static const char *const bad[] = {
    "../../../etc/passwd", "folder/../../../etc/passwd", "..\\..\\Windows\\evil", "folder\\..\\..\\evil", "/etc/passwd", "C:\\Windows\\System32\\evil", "C:/Windows/System32/evil", "D:relative\\evil", "\\\\attacker\\share\\evil", "\\evil", "folder/C:\\Windows\\evil", "folder/\\\\attacker\\share\\evil", "folder/\\evil", "folder/..\\..\\..\\file", "", ".", "..", "a/./b", "a//b", "a/", "a/.. /b", "a/...", "a\nb", "a\x1b[2J", "\xff", ".git/config", "a/.GIT/hooks/x"
  };
  g_autofree char *longest = g_strnfill (255, 'a');
  g_autofree char *too_long = g_strnfill (256, 'a');
  g_autoptr (GString) deep = g_string_new ("a");

  for (guint i = 0; i < 1000; i++)
    g_string_append (deep, "/a");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (maq_repo_path_validate (good[i], &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (maq_repo_path_validate (bad[i], &error));
      g_assert_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH);
    }

  g_assert_true (maq_repo_path_validate (longest, NULL));
  g_assert_false (maq_repo_path_validate (too_long, NULL));
  g_assert_false (maq_repo_path_validate (deep->str, NULL));
}

// Names that stand in files of a repo, such as those of a weight_map.
static void
test_references (void)
{
  static const char *const good[] = { "model-00001-of-00002.safetensors", "unet/model.safetensors", "100%.bin", "100%25.bin", "a%20b.bin", "%zz", "a%", "dir/ab:c", "..a", "\xc3\xbc.bin" };
  static const char *const bad[] = {
    "", "/etc/x", "../x", "a/../x", "a//x", "a\\x", ".", "a/.", "a\nb", "https://other.example/x", "a:b", ".git/config", "%2e%2e/x", "%2E%2E/x", ".%2e/x", "a/%2e%2e%2fx", "..%2Fx", "%2Fetc%2Fx", "a%5cx", "a%00b", "a%0ab", "a%3ab", "%ff", "%2Egit", "%252e%252e/x", "..%252Fx", "%25252525252e%2e/x", "%zz/%2e%2e", "%25zz/%252e%252e/x", "a/%2f"
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (maq_repo_reference_validate (good[i], &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("%s", bad[i]);
      g_assert_false (maq_repo_reference_validate (bad[i], &error));
      g_assert_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH);
    }
  g_assert_false (maq_repo_reference_validate (NULL, NULL));
}

static const struct
{
  const char *text;
  MaqRepoKind kind;
  const char *id;
  const char *revision;
  const char *path;
} addresses[] = {
  { "owner/name", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "  owner/name/ ", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "owner/name@v1", MAQ_REPO_KIND_MODEL, "owner/name", "v1", NULL },
  { "owner/name@refs/pr/3", MAQ_REPO_KIND_MODEL, "owner/name", "refs/pr/3", NULL },
  { "owner/name@refs/%70r/%33", MAQ_REPO_KIND_MODEL, "owner/name", "refs/pr/3", NULL },
  { "gpt2/@main", MAQ_REPO_KIND_MODEL, "gpt2", "main", NULL },
  { "owner/name@refs%2Fpr%2F3/a/b.txt", MAQ_REPO_KIND_MODEL, "owner/name", "refs/pr/3", "a/b.txt" },
  { "owner/name/a/b.gguf", MAQ_REPO_KIND_MODEL, "owner/name", NULL, "a/b.gguf" },
  { "gpt2@main", MAQ_REPO_KIND_MODEL, "gpt2", "main", NULL },
  { "models/owner/name", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "datasets/owner/name", MAQ_REPO_KIND_DATASET, "owner/name", NULL, NULL },
  { "datasets/squad", MAQ_REPO_KIND_DATASET, "squad", NULL, NULL },
  { "kernels/owner/name", MAQ_REPO_KIND_KERNEL, "owner/name", NULL, NULL },
  { "hf://kernels/owner/name@v1/build/kernel.so", MAQ_REPO_KIND_KERNEL, "owner/name", "v1", "build/kernel.so" },
  { "spaces/owner/name@main/app.py", MAQ_REPO_KIND_SPACE, "owner/name", "main", "app.py" },
  { "hf://owner/name", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "HF://datasets/owner/name@refs/convert/parquet/default/train/0000.parquet", MAQ_REPO_KIND_DATASET, "owner/name", "refs/convert/parquet", "default/train/0000.parquet" },
  { "hf://gpt2", MAQ_REPO_KIND_MODEL, "gpt2", NULL, NULL },
  { "hf://gpt2@main/config.json", MAQ_REPO_KIND_MODEL, "gpt2", "main", "config.json" },
  { "hf://owner/name/with%20space.txt", MAQ_REPO_KIND_MODEL, "owner/name", NULL, "with space.txt" },
  { "https://huggingface.co/owner/name", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "https://huggingface.co/owner/name/", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "http://hf.co/owner/name?x=1#frag", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "hf.co/owner/name", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "HuggingFace.co/gpt2", MAQ_REPO_KIND_MODEL, "gpt2", NULL, NULL },
  { "https://huggingface.co/gpt2/blob/main/config.json", MAQ_REPO_KIND_MODEL, "gpt2", "main", "config.json" },
  { "https://huggingface.co/owner/name.git", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "https://huggingface.co/owner/name/tree/main", MAQ_REPO_KIND_MODEL, "owner/name", "main", NULL },
  { "https://huggingface.co/owner/name/tree/refs%2Fpr%2F1/sub/dir", MAQ_REPO_KIND_MODEL, "owner/name", "refs/pr/1", "sub/dir" },
  { "https://huggingface.co/owner/name/tree/refs/pr/1", MAQ_REPO_KIND_MODEL, "owner/name", "refs/pr/1", NULL },
  { "https://huggingface.co/owner/name/resolve/main/a/b%20c.txt?download=true", MAQ_REPO_KIND_MODEL, "owner/name", "main", "a/b c.txt" },
  { "https://huggingface.co/owner/name/commit/607a30d783dfa663caf39e06633721c8d4cfcd7e", MAQ_REPO_KIND_MODEL, "owner/name", "607a30d783dfa663caf39e06633721c8d4cfcd7e", NULL },
  { "https://huggingface.co/owner/name/commits/main", MAQ_REPO_KIND_MODEL, "owner/name", "main", NULL },
  { "https://huggingface.co/owner/name/discussions/4", MAQ_REPO_KIND_MODEL, "owner/name", NULL, NULL },
  { "https://huggingface.co/datasets/owner/name/viewer/default/train", MAQ_REPO_KIND_DATASET, "owner/name", NULL, NULL },
  { "https://huggingface.co/spaces/owner/name/blob/main/app.py", MAQ_REPO_KIND_SPACE, "owner/name", "main", "app.py" },
  { "https://huggingface.co/api/models/owner/name/revision/main", MAQ_REPO_KIND_MODEL, "owner/name", "main", NULL },
  { "https://huggingface.co/api/datasets/owner/name", MAQ_REPO_KIND_DATASET, "owner/name", NULL, NULL },
  { "http://127.0.0.1:8080/owner/name/tree/main", MAQ_REPO_KIND_MODEL, "owner/name", "main", NULL },
};

static void
test_parses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MaqRepoAddress) address = maq_repo_address_parse (addresses[i].text, MAQ_REPO_KIND_MODEL, "http://127.0.0.1:8080", &error);

      g_test_message ("%s", addresses[i].text);
      g_assert_no_error (error);
      g_assert_cmpint (address->kind, ==, addresses[i].kind);
      g_assert_cmpstr (address->id, ==, addresses[i].id);
      g_assert_cmpstr (address->revision, ==, addresses[i].revision);
      g_assert_cmpstr (address->path, ==, addresses[i].path);

      // The hf:// form says the same.
      g_autofree char *uri = maq_repo_address_to_uri (address);
      g_autoptr (MaqRepoAddress) copy = maq_repo_address_copy (address);
      if (address->path != NULL && strchr (address->id, '/') == NULL && address->revision == NULL)
        continue;
      g_autoptr (MaqRepoAddress) again = maq_repo_address_parse (uri, MAQ_REPO_KIND_MODEL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (again->kind, ==, copy->kind);
      g_assert_cmpstr (again->id, ==, copy->id);
      g_assert_cmpstr (again->revision, ==, copy->revision);
      g_assert_cmpstr (again->path, ==, copy->path);
    }
}

static void
test_kind_is_meant_where_the_text_is_silent (void)
{
  g_autoptr (MaqRepoAddress) bare = maq_repo_address_parse ("owner/name", MAQ_REPO_KIND_DATASET, NULL, NULL);
  g_autoptr (MaqRepoAddress) said = maq_repo_address_parse ("models/owner/name", MAQ_REPO_KIND_DATASET, NULL, NULL);
  g_autoptr (MaqRepoAddress) page = maq_repo_address_parse ("https://hf.co/owner/name", MAQ_REPO_KIND_DATASET, NULL, NULL);

  g_assert_cmpint (bare->kind, ==, MAQ_REPO_KIND_DATASET);
  g_assert_cmpint (said->kind, ==, MAQ_REPO_KIND_MODEL);
  g_assert_cmpint (page->kind, ==, MAQ_REPO_KIND_MODEL);
}

static void
test_refuses (void)
{
  static const struct
  {
    const char     *text;
    MaqAddressError code;
  } bad[] = {
    { "", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "llama", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "small chat model", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "either/or else", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "/etc/passwd", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "../../x", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "@", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "owner//name", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "\xff/x", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "https://example.org/owner/name", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "https://huggingface.co.example.org/owner/name", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "https://huggingface.co", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "https://huggingface.co/", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "https://huggingface.co/models", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "https://huggingface.co/datasets", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "https://huggingface.co/papers/2401.00001", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "https://huggingface.co/api/whoami-v2", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "ftp://huggingface.co/owner/name", MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS },
    { "hf://", MAQ_ADDRESS_ERROR_BAD_ID },
    { "hf://owner//name", MAQ_ADDRESS_ERROR_BAD_ID },
    { "hf://../..", MAQ_ADDRESS_ERROR_BAD_ID },
    { "hf://owner/na--me", MAQ_ADDRESS_ERROR_BAD_ID },
    { "https://huggingface.co/owner/%2e%2e", MAQ_ADDRESS_ERROR_BAD_ID },
    { "hf://owner/name@", MAQ_ADDRESS_ERROR_BAD_REVISION },
    { "owner/name@..", MAQ_ADDRESS_ERROR_BAD_REVISION },
    { "hf://owner/name/../../../etc/passwd", MAQ_ADDRESS_ERROR_BAD_PATH },
    { "https://huggingface.co/owner/name/blob/main/..%2f..%2fx", MAQ_ADDRESS_ERROR_BAD_PATH },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i].text);
      g_assert_null (maq_repo_address_parse (bad[i].text, MAQ_REPO_KIND_MODEL, NULL, &error));
      g_assert_error (error, MAQ_ADDRESS_ERROR, (int) bad[i].code);
    }
}

static void
test_kinds (void)
{
  MaqRepoKind kind = MAQ_REPO_KIND_MODEL;

  g_assert_true (maq_repo_kind_from_string ("Datasets", &kind));
  g_assert_cmpint (kind, ==, MAQ_REPO_KIND_DATASET);
  g_assert_true (maq_repo_kind_from_string ("space", &kind));
  g_assert_cmpint (kind, ==, MAQ_REPO_KIND_SPACE);
  g_assert_true (maq_repo_kind_from_string ("kernels", &kind));
  g_assert_cmpint (kind, ==, MAQ_REPO_KIND_KERNEL);
  g_assert_false (maq_repo_kind_from_string ("paper", &kind));
  g_assert_false (maq_repo_kind_from_string (NULL, &kind));
  g_assert_cmpstr (maq_repo_kind_to_string (MAQ_REPO_KIND_DATASET), ==, "dataset");
  g_assert_cmpstr (maq_repo_kind_get_plural (MAQ_REPO_KIND_MODEL), ==, "models");
  g_assert_cmpstr (maq_repo_kind_get_url_prefix (MAQ_REPO_KIND_MODEL), ==, "");
  g_assert_cmpstr (maq_repo_kind_get_url_prefix (MAQ_REPO_KIND_SPACE), ==, "spaces/");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/repo-address/ids", test_ids);
  g_test_add_func ("/base/repo-address/revisions", test_revisions);
  g_test_add_func ("/base/repo-address/paths", test_paths);
  g_test_add_func ("/base/repo-address/references", test_references);
  g_test_add_func ("/base/repo-address/parses-what-people-paste", test_parses);
  g_test_add_func ("/base/repo-address/kind-is-meant-where-the-text-is-silent", test_kind_is_meant_where_the_text_is_silent);
  g_test_add_func ("/base/repo-address/refuses", test_refuses);
  g_test_add_func ("/base/repo-address/kinds", test_kinds);
  return g_test_run ();
}
