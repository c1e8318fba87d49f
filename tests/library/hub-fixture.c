// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "hub-fixture.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>

#include "maq-hub-client-private.h"
#include "maq-transfer-private.h"

static const struct
{
  const char *name;
  gsize       size;
} files[] = {
  { "README.md", 300 },
  { "config.json", 700 },
  { "copy.json", 700 }, // the same content as config.json
  { "empty.txt", 0 },
  { "onnx/deep/er/x.json", 500 },
  { WEIGHTS, WEIGHTS_SIZE },
  { "part-00001-of-00001.safetensors", SHARD_SIZE },
};

// The content of a file is told by its name alone.
static char *
dup_content (const char *name,
             gsize       size)
{
  guint seed = g_str_hash (g_str_equal (name, "copy.json") ? "config.json" : name);
  char *content = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    {
      seed = seed * 1664525 + 1013904223;
      content[i] = ' ' + (seed >> 24) % 90;
    }
  content[size] = '\0';
  return content;
}

char *
fixture_dup_path (Fixture    *fixture,
                  const char *path)
{
  return g_canonicalize_filename (path, fixture->folder);
}

static void
write_file (Fixture    *fixture,
            const char *model,
            const char *name,
            gsize       size)
{
  g_autofree char *relative = g_build_filename ("hub/models", model, name, NULL);
  g_autofree char *path = fixture_dup_path (fixture, relative);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *content = dup_content (name, size);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents_full (path, content, size, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

static void
write_hub (Fixture *fixture,
           gsize    large)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    write_file (fixture, MODEL, files[i].name, files[i].size);
  if (large > 0)
    write_file (fixture, LARGE_MODEL, LARGE, large);
}

void
fixture_set_up (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("maq-transfers-XXXXXX", NULL);
  write_hub (fixture, GPOINTER_TO_SIZE (data));
  g_autofree char *hub = fixture_dup_path (fixture, "hub");
  g_autofree char *root = fixture_dup_path (fixture, "cache");
  g_autoptr (MaqHubStore) store = maq_hub_store_new_folder (hub, &error);
  g_assert_no_error (error);
  fixture->server = maq_hub_server_new (store);
  maq_hub_server_set_faults_allowed (fixture->server, TRUE);
  maq_hub_server_listen (fixture->server, NULL, 0, &error);
  g_assert_no_error (error);
  fixture->client = maq_hub_client_new (maq_hub_server_get_url (fixture->server));
  // As patient as ever, but for the pauses between tries and the limit of a stall.
  maq_hub_client_set_limits (fixture->client, &(MaqHubLimits) { .deadline = 20000, .stall = 1000, .backoff = 40, .max_tries = 5 });
  maq_transfer_run_set_first_pause (10);
  fixture->cache = maq_cache_new (root);
  fixture->state = fixture_dup_path (fixture, "state");
  fixture->transfers = maq_transfer_list_new (fixture->client, fixture->cache, fixture->state);
  fixture_wait_ready (fixture);
}

void
fixture_restart (Fixture *fixture)
{
  g_assert_finalize_object (fixture->transfers);
  // The streams let go of their files a moment after they were told to.
  g_usleep (200000);
  fixture->transfers = maq_transfer_list_new (fixture->client, fixture->cache, fixture->state);
  fixture_wait_ready (fixture);
}

void
fixture_wait_ready (Fixture *fixture)
{
  g_autoptr (DexFuture) ready = maq_transfer_list_ready (fixture->transfers);

  WAIT_UNTIL (!dex_future_is_pending (ready));
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
  g_assert_finalize_object (fixture->transfers);
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->cache);
  g_clear_object (&fixture->server);
  nftw (fixture->folder, remove_one, 32, FTW_DEPTH | FTW_PHYS);
  g_free (fixture->folder);
  g_free (fixture->state);
}

MaqTransferRequest *
request_for (const char *path)
{
  MaqTransferRequest *request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, MODEL, NULL);

  if (path != NULL)
    {
      const char *paths[] = { path, NULL };
      request->paths = g_strdupv ((char **) paths);
    }
  return request;
}

void
wait_a_little (void)
{
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (1000);
}

void
wait_for_end (MaqTransfer *transfer)
{
  g_autoptr (DexFuture) future = maq_transfer_wait (transfer);

  WAIT_UNTIL (!dex_future_is_pending (future));
}

MaqTransfer *
fetch (Fixture            *fixture,
       MaqTransferRequest *request)
{
  g_autoptr (MaqTransferRequest) owned = request;
  MaqTransfer *transfer = maq_transfer_list_start (fixture->transfers, request);

  wait_for_end (transfer);
  return transfer;
}

void
fault (Fixture    *fixture,
       const char *json)
{
  g_autoptr (GError) error = NULL;

  maq_hub_server_add_faults (fixture->server, json, &error);
  g_assert_no_error (error);
}

guint64
count_partials (Fixture *fixture,
                guint   *n)
{
  g_autofree char *blobs = fixture_dup_path (fixture, "cache/models--acme--tiny/blobs");
  g_autoptr (GDir) dir = g_dir_open (blobs, 0, NULL);
  guint64 bytes = 0;

  if (n != NULL)
    *n = 0;
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (blobs, name, NULL);
      GStatBuf         info;
      if (!g_str_has_suffix (name, ".incomplete") || g_stat (path, &info) != 0)
        continue;
      bytes += info.st_size;
      if (n != NULL)
        (*n)++;
    }
  return bytes;
}

void
check_content (const char *path,
               const char *name,
               gsize       size)
{
  g_autofree char *expected = dup_content (name, size);
  g_autofree char *content = NULL;
  gsize            length = 0;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_assert_cmpmem (content, length, expected, size);
}

void
check_whole (Fixture     *fixture,
             MaqTransfer *transfer)
{
  guint n = 0;

  if (maq_transfer_get_error (transfer) != NULL)
    g_test_message ("%s", maq_transfer_get_error (transfer)->message);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
  g_assert_cmpuint (maq_transfer_get_bytes_done (transfer), ==, maq_transfer_get_bytes_total (transfer));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      char **paths = maq_transfer_get_request (transfer)->paths;
      if (paths != NULL && !g_strv_contains ((const char *const *) paths, files[i].name))
        continue;
      g_autofree char *path = g_build_filename (maq_transfer_get_snapshot_path (transfer), files[i].name, NULL);
      g_assert_true (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
      check_content (path, files[i].name, files[i].size);
    }
  count_partials (fixture, &n);
  g_assert_cmpuint (n, ==, 0);
  g_autofree char *commit = maq_cache_dup_commit (fixture->cache, MAQ_REPO_KIND_MODEL, MODEL, NULL);
  g_assert_cmpstr (commit, ==, maq_transfer_get_commit (transfer));
}
