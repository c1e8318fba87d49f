// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "fuzz.h"
#include "maq-repo-address.h"

// What people paste, and what servers call their files.

// Whether a path that was let through stays below the folder it is joined to.
static void
check_below (const char *path)
{
  g_auto (GStrv) parts = g_strsplit_set (path, "/\\", -1);

  g_assert_true (g_utf8_validate (path, -1, NULL));
  g_assert_false (g_path_is_absolute (path));
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_assert_cmpstr (parts[i], !=, "..");
      g_assert_cmpuint (strlen (parts[i]), <=, 255);
    }
  g_autofree char *joined = g_canonicalize_filename (path, "/cache/snapshots/x");
  g_assert_true (g_str_has_prefix (joined, "/cache/snapshots/x/"));
}

static void
check_address (const MaqRepoAddress *address)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = maq_repo_address_to_uri (address);
  g_autoptr (MaqRepoAddress) again = maq_repo_address_parse (uri, MAQ_REPO_KIND_MODEL, NULL, &error);

  g_assert_true (maq_repo_id_validate (address->id, NULL));
  g_assert_true (address->revision == NULL || maq_revision_validate (address->revision, NULL));
  if (address->path != NULL)
    check_below (address->path);
  // Of a branch of this name hf:// cannot tell the files from pull requests.
  if (g_strcmp0 (address->revision, "refs") == 0)
    return;
  g_assert_no_error (error);
  g_assert_cmpint (again->kind, ==, address->kind);
  g_assert_cmpstr (again->id, ==, address->id);
  g_assert_cmpstr (again->revision, ==, address->revision);
  g_assert_cmpstr (again->path, ==, address->path);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = fuzz_dup_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqRepoAddress) address = maq_repo_address_parse (text, MAQ_REPO_KIND_DATASET, "http://127.0.0.1:8000/mirror", &error);
  MaqRepoKind kind;

  g_assert_true ((address == NULL) == (error != NULL));
  if (address != NULL)
    check_address (address);
  if (maq_repo_path_validate (text, NULL))
    check_below (text);
  if (maq_revision_validate (text, NULL))
    check_below (text);
  if (maq_repo_id_validate (text, NULL))
    g_assert_true (strlen (text) <= 96 && strstr (text, "..") == NULL && strstr (text, "--") == NULL);
  maq_repo_kind_from_string (text, &kind);
  return 0;
}

void
fuzz_add_seeds (FuzzAdd add)
{
  static const char *const texts[] = {
    "acme/tiny",
    "acme/tiny@refs/pr/1",
    "datasets/acme/rows",
    "hf://datasets/acme/rows@main/data/train.csv",
    "https://huggingface.co/acme/tiny/blob/main/onnx/x%20y.json",
    "https://huggingface.co/spaces/acme/page/tree/v1.0",
    "http://127.0.0.1:8000/mirror/acme/tiny/resolve/0123456789abcdef0123456789abcdef01234567/a.gguf?download=true#x",
    "https://huggingface.co/acme/tiny/commit/0123456789abcdef0123456789abcdef01234567",
    "folder/../../../etc/passwd",
    "C:\\Windows\\System32\\evil",
    "\\\\attacker\\share\\evil",
    "weird but valid/name (1).txt",
    "hf.co/acme/tiny:Q4_K_M",
    NULL,
  };
  fuzz_add_texts (add, texts);
}
