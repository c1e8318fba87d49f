// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <string.h>
#include <unistd.h>

#include "maq-cache-private.h"

#define CONFIG_SIZE strlen ("{\"a\": 1}")
#define NESTED_SIZE strlen ("{\"x\": [1, 2]}")

static guint64
delete_repo (Fixture *fixture,
             GError **error)
{
  guint64 freed = 0;

  maq_cache_delete_now (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", NULL, &freed, error);
  return freed;
}

static guint64
delete_revision (Fixture    *fixture,
                 const char *commit,
                 GError    **error)
{
  guint64 freed = 0;

  maq_cache_delete_now (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/tiny", commit, &freed, error);
  return freed;
}

static void
test_repo (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, REPO "/blobs/abc.incomplete", "12345");
  g_assert_cmpuint (delete_repo (fixture, &error), ==, WEIGHTS_SIZE + CONFIG_SIZE + NESTED_SIZE + 5 + 2 * 40);
  g_assert_no_error (error);
  g_assert_false (fixture_exists (fixture, REPO));

  delete_repo (fixture, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_revision (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *weights = g_build_filename (REPO "/blobs", fixture->weights, NULL);
  g_autofree char *nested = g_build_filename (REPO "/blobs", fixture->nested, NULL);

  fixture_write (fixture, REPO "/trees/" COMMIT_B ".json", "{}");
  g_assert_cmpuint (delete_revision (fixture, COMMIT_B, &error), ==, NESTED_SIZE);
  g_assert_no_error (error);
  g_assert_true (fixture_exists (fixture, weights)); // A has it too
  g_assert_false (fixture_exists (fixture, nested));
  g_assert_false (fixture_exists (fixture, REPO "/refs/main"));
  g_assert_true (fixture_exists (fixture, REPO "/refs/refs/pr/1"));
  g_assert_false (fixture_exists (fixture, REPO "/snapshots/" COMMIT_B));
  g_assert_false (fixture_exists (fixture, REPO "/.no_exist/" COMMIT_B));
  g_assert_false (fixture_exists (fixture, REPO "/trees/" COMMIT_B ".json"));

  delete_revision (fixture, COMMIT_C, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  // The last one takes the repo with it.
  delete_revision (fixture, COMMIT_A, &error);
  g_assert_no_error (error);
  g_assert_false (fixture_exists (fixture, REPO));
}

static void
test_locked (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int lock = fixture_hold_lock (fixture, REPO, fixture->nested);

  delete_repo (fixture, &error);
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED);
  g_clear_error (&error);
  delete_revision (fixture, COMMIT_B, &error);
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED);
  g_clear_error (&error);
  g_assert_true (fixture_exists (fixture, REPO "/refs/main")); // nothing was begun

  // Only B has that blob.
  delete_revision (fixture, COMMIT_A, &error);
  g_assert_no_error (error);
  close (lock);
  delete_repo (fixture, &error);
  g_assert_no_error (error);
}

static void
test_links_out (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, "../outside/precious.gguf", "precious");
  fixture_write (fixture, "models--acme--other/blobs/shared", "shared");
  fixture_link (fixture, REPO "/snapshots/" COMMIT_B "/mine.gguf", "../../../../outside/precious.gguf");
  fixture_link (fixture, REPO "/snapshots/" COMMIT_B "/folder", "../../../../outside");
  fixture_link (fixture, REPO "/snapshots/" COMMIT_B "/theirs", "../../../models--acme--other/blobs/shared");
  delete_revision (fixture, COMMIT_B, &error);
  g_assert_no_error (error);
  g_assert_false (fixture_exists (fixture, REPO "/snapshots/" COMMIT_B));
  g_assert_true (fixture_exists (fixture, "../outside/precious.gguf"));
  g_assert_true (fixture_exists (fixture, "models--acme--other/blobs/shared"));

  fixture_link (fixture, REPO "/extra", "../../outside");
  delete_repo (fixture, &error);
  g_assert_no_error (error);
  g_assert_false (fixture_exists (fixture, REPO));
  g_assert_true (fixture_exists (fixture, "../outside/precious.gguf"));

  // A repo that is itself a link is somebody's arrangement.
  fixture_link (fixture, REPO, "../outside");
  delete_repo (fixture, &error);
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
  g_assert_true (fixture_exists (fixture, "../outside/precious.gguf"));
}

static void
test_bad_names (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  guint64 freed = 0;
  g_assert_false (maq_cache_delete_now (fixture->cache, MAQ_REPO_KIND_MODEL, "../..", NULL, &freed, &error));
  g_assert_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_ID);
  g_clear_error (&error);
  delete_revision (fixture, "../..", &error);
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE);
  g_assert_true (fixture_exists (fixture, REPO "/refs/main"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/cache/delete/a-repo", fixture_set_up, test_repo);
  ADD ("/cache/delete/a-revision-keeps-shared-blobs", fixture_set_up, test_revision);
  ADD ("/cache/delete/refuses-what-is-being-fetched", fixture_set_up, test_locked);
  ADD ("/cache/delete/never-follows-links-out", fixture_set_up, test_links_out);
  ADD ("/cache/delete/refuses-bad-names", fixture_set_up, test_bad_names);
  return g_test_run ();
}
