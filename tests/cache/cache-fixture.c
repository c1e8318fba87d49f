// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static char *
hash_with (const EVP_MD *kind,
           const char   *head,
           gsize         head_length,
           const void   *data,
           gsize         length)
{
  guint8      digest[EVP_MAX_MD_SIZE];
  unsigned    n = 0;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  GString    *hex = g_string_new (NULL);

  EVP_DigestInit_ex (context, kind, NULL);
  EVP_DigestUpdate (context, head, head_length);
  EVP_DigestUpdate (context, data, length);
  EVP_DigestFinal_ex (context, digest, &n);
  EVP_MD_CTX_free (context);
  for (unsigned i = 0; i < n; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  return g_string_free (hex, FALSE);
}

char *
hash_sha256 (const void *data,
             gsize       length)
{
  return hash_with (EVP_sha256 (), "", 0, data, length);
}

char *
hash_git (const void *data,
          gsize       length)
{
  g_autofree char *head = g_strdup_printf ("blob %zu", length);

  return hash_with (EVP_sha1 (), head, strlen (head) + 1, data, length);
}

char *
fixture_dup_path (Fixture    *fixture,
                  const char *path)
{
  return g_canonicalize_filename (path, fixture->root);
}

static void
make_parents (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0777), ==, 0);
}

void
fixture_write (Fixture    *fixture,
               const char *path,
               const char *text)
{
  g_autofree char *full = fixture_dup_path (fixture, path);
  g_autoptr (GError) error = NULL;

  make_parents (full);
  g_file_set_contents_full (full, text, -1, G_FILE_SET_CONTENTS_NONE, 0666, &error);
  g_assert_no_error (error);
}

void
fixture_link (Fixture    *fixture,
              const char *path,
              const char *target)
{
  g_autofree char *full = fixture_dup_path (fixture, path);

  make_parents (full);
  g_assert_cmpint (symlink (target, full), ==, 0);
}

gboolean
fixture_exists (Fixture    *fixture,
                const char *path)
{
  g_autofree char *full = fixture_dup_path (fixture, path);
  GStatBuf         info;

  return g_lstat (full, &info) == 0;
}

char *
fixture_dup_text (Fixture    *fixture,
                  const char *path)
{
  g_autofree char *full = fixture_dup_path (fixture, path);
  char            *text = NULL;

  g_file_get_contents (full, &text, NULL, NULL);
  return text;
}

int
fixture_hold_lock (Fixture    *fixture,
                   const char *repo_folder,
                   const char *etag)
{
  g_autofree char *name = g_strconcat (".locks/", repo_folder, "/", etag, ".lock", NULL);
  g_autofree char *path = fixture_dup_path (fixture, name);

  make_parents (path);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0664);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  return fd;
}

void
fixture_set_up_empty (Fixture      *fixture,
                      gconstpointer data)
{
  g_autofree char *parent = g_dir_make_tmp ("maq-cache-XXXXXX", NULL);

  fixture->root = g_build_filename (parent, "hub", NULL);
  fixture->cache = maq_cache_new (fixture->root);
}

void
fixture_set_up (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *weights = g_strnfill (WEIGHTS_SIZE, 'w');
  const char      *config = "{\"a\": 1}";
  const char      *nested = "{\"x\": [1, 2]}";

  fixture_set_up_empty (fixture, data);
  fixture->weights = hash_sha256 (weights, WEIGHTS_SIZE);
  fixture->config = hash_git (config, strlen (config));
  fixture->nested = hash_git (nested, strlen (nested));

  const struct
  {
    const char *etag, *text;
  } blobs[] = { { fixture->weights, weights }, { fixture->config, config }, { fixture->nested, nested } };
  for (guint i = 0; i < G_N_ELEMENTS (blobs); i++)
    {
      g_autofree char *path = g_build_filename (REPO, "blobs", blobs[i].etag, NULL);
      fixture_write (fixture, path, blobs[i].text);
    }

  const struct
  {
    const char *path, *up, *etag;
  } links[] = {
    { REPO "/snapshots/" COMMIT_A "/model.gguf", "../../blobs/", fixture->weights },
    { REPO "/snapshots/" COMMIT_A "/config.json", "../../blobs/", fixture->config },
    { REPO "/snapshots/" COMMIT_B "/model.gguf", "../../blobs/", fixture->weights },
    { REPO "/snapshots/" COMMIT_B "/onnx/x.json", "../../../blobs/", fixture->nested },
  };
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *target = g_strconcat (links[i].up, links[i].etag, NULL);
      fixture_link (fixture, links[i].path, target);
    }
  fixture_write (fixture, REPO "/refs/main", COMMIT_B);
  fixture_write (fixture, REPO "/refs/refs/pr/1", COMMIT_A);
  fixture_write (fixture, REPO "/.no_exist/" COMMIT_B "/tokenizer.model", "");
}

static int
remove_one (const char        *path,
            const struct stat *info,
            int                type,
            struct FTW        *at)
{
  return remove (path);
}

void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *parent = g_path_get_dirname (fixture->root);

  g_assert_finalize_object (fixture->cache);
  nftw (parent, remove_one, 32, FTW_DEPTH | FTW_PHYS);
  g_free (fixture->root);
  g_free (fixture->weights);
  g_free (fixture->config);
  g_free (fixture->nested);
}

static gboolean
tick (gpointer data)
{
  (*(guint *) data)++;
  return G_SOURCE_CONTINUE;
}

GValue *
wait_for (DexFuture *future,
          GError   **error)
{
  g_autoptr (DexFuture) owned = future;
  guint ticks = 0;
  guint source = g_timeout_add (5, tick, &ticks);

  while (dex_future_is_pending (future) && ticks < 4000)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  g_assert_false (dex_future_is_pending (future));

  const GValue *value = dex_future_get_value (future, error);
  if (value == NULL)
    return NULL;
  GValue *copy = g_new0 (GValue, 1);
  g_value_init (copy, G_VALUE_TYPE (value));
  g_value_copy (value, copy);
  return copy;
}

gpointer
wait_for_boxed (DexFuture *future,
                GError   **error)
{
  GValue  *value = wait_for (future, error);
  gpointer boxed = value != NULL ? g_value_dup_boxed (value) : NULL;

  if (value != NULL)
    g_value_unset (value);
  g_free (value);
  return boxed;
}

guint64
fixture_get_prefix (MaqCacheWriter *writer)
{
  g_autoptr (MaqRanges) ranges = maq_cache_writer_dup_ranges (writer);
  return maq_ranges_get_prefix (ranges);
}

gboolean
fixture_append (MaqCacheWriter *writer,
                const void     *data,
                gsize           length,
                GError        **error)
{
  return maq_cache_writer_write (writer, fixture_get_prefix (writer), data, length, error);
}
