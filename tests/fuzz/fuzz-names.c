// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-cache-private.h"
#include "maq-glob.h"
#include "maq-variant.h"

// Names that are to become, or were found as, names of files in the cache: folders of repos, hashes, commits, targets of links.

static void
check_one_name (const char *name)
{
  g_assert_true (name[0] != '\0' && strchr (name, '/') == NULL && strcmp (name, ".") != 0 && strcmp (name, "..") != 0);
  g_assert_cmpuint (strlen (name), <=, 255);
}

static void
check_folder (const char *text)
{
  MaqRepoKind      kind = MAQ_REPO_KIND_MODEL;
  g_autofree char *id = maq_cache_dup_id_of_folder (text, &kind);

  if (id != NULL && strchr (text, '/') == NULL)
    {
      // Whatever is taken for a repo is found again by its name.
      g_autofree char *folder = maq_cache_dup_repo_folder (kind, id, NULL);
      g_assert_cmpstr (folder, ==, text);
    }

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *folder = maq_cache_dup_repo_folder (i, text, NULL);
      if (folder == NULL)
        continue;
      check_one_name (folder);
      g_autofree char *back = maq_cache_dup_id_of_folder (folder, &kind);
      g_assert_cmpstr (back, ==, text);
      g_assert_cmpint (kind, ==, i);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = fuzz_dup_text (data, size);
  const char      *names[] = { text };
  guint64          sizes[] = { 1 };

  check_folder (text);
  if (maq_cache_etag_validate (text, NULL))
    check_one_name (text);
  if (maq_cache_commit_validate (text, NULL))
    g_assert_cmpuint (strlen (text), ==, 40);
  maq_cache_tag_is_valid (text);
  maq_cache_is_ignored (text);
  for (guint depth = 0; depth < 3; depth++)
    {
      const char *blob = maq_cache_get_blob_of_target (text, depth);
      if (blob != NULL)
        check_one_name (blob);
    }
  g_autoptr (GPtrArray) variants = maq_variants_group (names, sizes, 1);
  g_autofree char *glob = g_strndup (text, 30);
  maq_glob_match (glob, text);
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "models--acme--tiny",
    "datasets--rows",
    "acme/tiny",
    "0123456789abcdef0123456789abcdef01234567",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.maquette-0123abcd.incomplete",
    "../../blobs/0123456789abcdef0123456789abcdef01234567",
    "../../../../blobs/x",
    "folder/model-Q4_K_M-00001-of-00003.gguf",
    "*/[!a-z]?*.[ch]",
    "CACHEDIR.TAG",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
