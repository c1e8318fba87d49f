// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "maq-cache-care.h"

static MaqCacheScan *
scan (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GValue *value = wait_for (maq_cache_scan (fixture->cache), &error);
  g_assert_no_error (error);
  MaqCacheScan *result = g_value_dup_boxed (value);

  g_value_unset (value);
  g_free (value);
  return result;
}

static MaqCacheRevision *
find_revision (MaqCacheRepo *repo,
               const char   *commit)
{
  for (guint i = 0; i < repo->revisions->len; i++)
    {
      MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      if (g_str_equal (revision->commit, commit))
        return revision;
    }
  return NULL;
}

static void
test_lists (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (MaqCacheScan) result = scan (fixture);

  g_assert_cmpuint (result->repos->len, ==, 1);
  g_assert_cmpuint (g_strv_length (result->warnings), ==, 0);
  MaqCacheRepo *repo = g_ptr_array_index (result->repos, 0);
  g_assert_cmpstr (repo->id, ==, "acme/tiny");
  g_assert_cmpint (repo->kind, ==, MAQ_REPO_KIND_MODEL);
  g_assert_cmpuint (repo->n_files, ==, 3);
  g_assert_cmpuint (repo->size, ==, WEIGHTS_SIZE + strlen ("{\"a\": 1}") + strlen ("{\"x\": [1, 2]}"));
  g_assert_cmpuint (result->size, ==, repo->size);
  g_assert_null (repo->warning);
  g_assert_cmpint (repo->last_modified, >, 1700000000);

  MaqCacheRevision *b = find_revision (repo, COMMIT_B);
  g_assert_cmpuint (b->files->len, ==, 2);
  g_assert_cmpuint (b->size, ==, WEIGHTS_SIZE + strlen ("{\"x\": [1, 2]}"));
  g_assert_cmpstr (b->refs[0], ==, "main");
  g_assert_null (b->refs[1]);
  MaqCacheFile *nested = g_ptr_array_index (b->files, 1);
  g_assert_cmpstr (nested->path, ==, "onnx/x.json");
  g_assert_true (g_str_has_suffix (nested->blob_path, fixture->nested));
  g_assert_true (g_path_is_absolute (nested->blob_path));
  g_assert_cmpstr (find_revision (repo, COMMIT_A)->refs[0], ==, "refs/pr/1");
}

static void
test_missing (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (MaqCacheScan) result = scan (fixture);

  g_assert_cmpuint (result->repos->len, ==, 0);
  g_assert_cmpuint (result->size, ==, 0);
}

static void
expect_warning (Fixture    *fixture,
                const char *part,
                guint       n_files)
{
  g_autoptr (MaqCacheScan) result = scan (fixture);
  MaqCacheRepo *repo = g_ptr_array_index (result->repos, 0);

  g_assert_cmpuint (result->repos->len, ==, 1);
  if (repo->warning == NULL || strstr (repo->warning, part) == NULL)
    g_error ("\"%s\" is not in the warning \"%s\"", part, repo->warning);
  g_assert_cmpuint (repo->n_files, ==, n_files); // the rest is listed all the same
}

static void
test_damage (Fixture      *fixture,
             gconstpointer data)
{
  const struct
  {
    const char *path, *text, *link, *part;
    guint       n_files;
  } cases[] = {
    { REPO "/snapshots/" COMMIT_B "/gone.bin", NULL, "../../blobs/0000", "gone.bin", 3 },
    { REPO "/refs/dev", COMMIT_C, NULL, "dev", 3 },
    { REPO "/refs/dev", COMMIT_A "\n", NULL, "newline", 3 },
    { REPO "/refs/dev", "nonsense", NULL, "dev", 3 },
    { REPO "/snapshots/stray.txt", "x", NULL, "stray.txt", 3 },
    { REPO "/snapshots/main/f.txt", "x", NULL, "not a commit", 3 },
    { REPO "/snapshots/" COMMIT_C, NULL, "/tmp", "not a folder", 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (cases[i].link != NULL)
        fixture_link (fixture, cases[i].path, cases[i].link);
      else
        fixture_write (fixture, cases[i].path, cases[i].text);
      expect_warning (fixture, cases[i].part, cases[i].n_files);
      g_autofree char *full = fixture_dup_path (fixture, cases[i].path);
      g_assert_cmpint (g_unlink (full), ==, 0);
      if (g_str_has_suffix (full, "f.txt"))
        {
          g_autofree char *folder = g_path_get_dirname (full);
          g_rmdir (folder);
        }
    }
  fixture_write (fixture, REPO "/snapshots/" COMMIT_B "/plain.txt", "a file of its own");
  g_autoptr (MaqCacheScan) result = scan (fixture);
  MaqCacheRepo *repo = g_ptr_array_index (result->repos, 0);
  g_assert_null (repo->warning);
  g_assert_cmpuint (repo->n_files, ==, 4);
}

static void
test_strangers (Fixture      *fixture,
                gconstpointer data)
{
  fixture_write (fixture, "stray.txt", "x");
  fixture_write (fixture, ".DS_Store", "x");
  fixture_write (fixture, "CACHEDIR.TAG", "x");
  fixture_write (fixture, ".locks/" REPO "/abc.lock", "");
  fixture_write (fixture, "gadgets--acme--fast/refs/main", COMMIT_A);
  fixture_write (fixture, "models--a--b--c/refs/main", COMMIT_A);
  fixture_write (fixture, "nothing/x", "x");
  fixture_write (fixture, "models--acme--empty/refs/main", COMMIT_A);
  fixture_write (fixture, "datasets--acme--rows/snapshots/" COMMIT_A "/data.csv", "1,2\n");
  // Partial files of every kind count for nothing.
  const char *partials[] = { "abc.incomplete", "abc.0123abcd.incomplete", "abc.maquette-0123abcd.incomplete" };
  for (guint i = 0; i < G_N_ELEMENTS (partials); i++)
    {
      g_autofree char *path = g_build_filename ("datasets--acme--rows/blobs", partials[i], NULL);
      fixture_write (fixture, path, "partial");
    }

  g_autoptr (MaqCacheScan) result = scan (fixture);
  g_assert_cmpuint (g_strv_length (result->warnings), ==, 4);
  g_assert_cmpuint (result->repos->len, ==, 3);
  guint64 sum = 0;
  for (guint i = 0; i < result->repos->len; i++)
    {
      MaqCacheRepo *repo = g_ptr_array_index (result->repos, i);
      sum += repo->size;
      if (g_str_equal (repo->id, "acme/empty"))
        g_assert_nonnull (repo->warning);
      else
        g_assert_null (repo->warning);
      if (g_str_equal (repo->id, "acme/rows"))
        g_assert_cmpuint (repo->size, ==, 4);
    }
  g_assert_cmpuint (result->size, ==, sum);
}

static void
test_many (Fixture      *fixture,
           gconstpointer data)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *path = g_strdup_printf ("models--acme--m%u/snapshots/" COMMIT_A "/config.json", i);
      fixture_write (fixture, path, "{}");
    }
  g_autoptr (GTimer) timer = g_timer_new ();
  g_autoptr (MaqCacheScan) result = scan (fixture);
  g_test_message ("500 repos in %.1f ms", g_timer_elapsed (timer, NULL) * 1000);
  g_assert_cmpuint (result->repos->len, ==, 501);
}

static void
note_ids (GPtrArray *repos,
          gpointer   data)
{
  for (guint i = 0; i < repos->len; i++)
    g_string_append_printf (data, "%s ", ((MaqCacheRepo *) g_ptr_array_index (repos, i))->id);
}

// Repos that are shown while others are still read do not move when those come.
static void
test_order (Fixture      *fixture,
            gconstpointer data)
{
  static const char *const ids[] = { "old", "new", "downloaded-long-ago-and-used-now", "middle" };
  static const gint64      fetched[] = { 1000, 4000, 500, 3000 };
  static const gint64      used[] = { 1000, 4000, 5000, 3000 };
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *ref = g_strdup_printf ("models--acme--%s/refs/main", ids[i]);
      g_autofree char *file = g_strdup_printf ("models--acme--%s/snapshots/" COMMIT_A "/config.json", ids[i]);
      g_autofree char *snapshots = g_strdup_printf ("%s/models--acme--%s/snapshots", fixture->root, ids[i]);
      g_autofree char *full_ref = g_build_filename (fixture->root, ref, NULL);
      fixture_write (fixture, ref, COMMIT_A);
      fixture_write (fixture, file, "{}");
      g_assert_no_errno (utimensat (AT_FDCWD, snapshots, (struct timespec[2]) { { .tv_sec = 1 }, { .tv_sec = fetched[i] } }, 0));
      g_assert_no_errno (utimensat (AT_FDCWD, full_ref, (struct timespec[2]) { { .tv_sec = used[i] }, { .tv_sec = 1 } }, 0));
    }
  g_autoptr (MaqCacheScan) result = wait_for_boxed (maq_cache_scan_in_portions (fixture->cache, note_ids, found), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->str, ==, "acme/downloaded-long-ago-and-used-now acme/new acme/middle acme/old ");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/cache/scan/counts-blobs-once", fixture_set_up, test_lists);
  ADD ("/cache/scan/a-missing-cache-is-empty", fixture_set_up_empty, test_missing);
  ADD ("/cache/scan/damage-is-a-warning", fixture_set_up, test_damage);
  ADD ("/cache/scan/strange-entries", fixture_set_up, test_strangers);
  ADD ("/cache/scan/many-repos", fixture_set_up, test_many);
  ADD ("/cache/scan/used-last-comes-first", fixture_set_up_empty, test_order);
  return g_test_run ();
}
