// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-hub-records.h"

// What the Hub answers: lists of files and of repos, refs, who one is. Seeds: tests/fixtures/hub.

static void
check_tree (MaqHubTree *tree)
{
  for (guint i = 0; i < tree->files->len; i++)
    {
      const MaqHubFile *file = g_ptr_array_index (tree->files, i);
      g_assert_true (maq_repo_path_validate (file->path, NULL));
      g_assert_cmpuint (file->size, <=, G_MAXINT64);
      g_assert_true (file->sha256 == NULL || maq_hub_is_hash (file->sha256, 64));
      g_assert_true (file->oid == NULL || maq_hub_is_hash (file->oid, 40));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (MaqJson) json = maq_json_parse (bytes, NULL);

  if (json == NULL)
    return 0;
  MaqJsonValue *root = maq_json_get_root (json);
  g_autoptr (MaqHubTree) tree = maq_hub_tree_new ();
  if (maq_hub_tree_add_json (tree, root, NULL))
    check_tree (tree);
  g_autoptr (MaqHubTree) siblings = maq_hub_tree_new_from_siblings (root);
  if (siblings != NULL)
    check_tree (siblings);
  for (guint kind = 0; kind < 3; kind++)
    {
      g_autoptr (MaqHubPage) page = maq_hub_page_new_from_json (kind, root, NULL);
      g_autoptr (MaqRepo) repo = maq_repo_new_from_json (kind, root);
    }
  g_autoptr (MaqHubRefs) refs = maq_hub_refs_new_from_json (root, NULL);
  g_autoptr (MaqHubUser) user = maq_hub_user_new_from_json (root, "https://huggingface.co", NULL);
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "[{\"type\":\"file\",\"oid\":\"0123456789abcdef0123456789abcdef01234567\",\"size\":5,\"path\":\"a/b.json\"},{\"type\":\"directory\",\"path\":\"a\"},"
    "{\"type\":\"file\",\"path\":\"w.gguf\",\"size\":9,\"oid\":\"0123456789abcdef0123456789abcdef01234567\",\"lfs\":{\"oid\":"
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"size\":9,\"pointerSize\":130}}]",
    "{\"id\":\"acme/tiny\",\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"tags\":[\"gguf\"],\"siblings\":[{\"rfilename\":\"a\",\"size\":1}],\"gated\":\"auto\"}",
    "{\"branches\":[{\"name\":\"main\",\"ref\":\"refs/heads/main\",\"targetCommit\":\"0123456789abcdef0123456789abcdef01234567\"}],\"tags\":[],\"converts\":[]}",
    "{\"type\":\"user\",\"name\":\"demo\",\"avatarUrl\":\"/avatars/a.svg\",\"orgs\":[{\"name\":\"acme\"}],\"auth\":{\"accessToken\":{\"role\":\"read\"}}}",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
