// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include "maq-cache-care.h"

#define CONFIG_SIZE strlen ("{\"a\": 1}")
#define NESTED_SIZE strlen ("{\"x\": [1, 2]}")
#define DAY         (24 * 60 * 60)
#define ALL         (MAQ_CACHE_PRUNE_ORPHANS | MAQ_CACHE_PRUNE_REVISIONS | MAQ_CACHE_PRUNE_PARTIALS | MAQ_CACHE_PRUNE_PAUSED | MAQ_CACHE_PRUNE_SET_ASIDE)

static MaqCachePlan *
plan_removal (Fixture    *fixture,
              const char *revision,
              const char *path,
              GError    **error)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, "acme/tiny", revision, NULL);
  const char *paths[] = { path, NULL };

  return wait_for_boxed (maq_cache_plan_removal (fixture->cache, address, paths), error);
}

static MaqCachePlan *
plan_prune (Fixture *fixture,
            guint    what)
{
  g_autoptr (GError) error = NULL;
  MaqCachePlan *plan = wait_for_boxed (maq_cache_plan_prune (fixture->cache, what, DAY), &error);

  g_assert_no_error (error);
  return plan;
}

static MaqCachePlan *
plan_repair (Fixture              *fixture,
             MaqCacheVerification *verification)
{
  g_autoptr (GError) error = NULL;
  MaqCachePlan *plan = wait_for_boxed (maq_cache_plan_repair (fixture->cache, NULL, verification), &error);

  g_assert_no_error (error);
  return plan;
}

static MaqCacheOutcome *
carry_out (Fixture      *fixture,
           MaqCachePlan *plan)
{
  g_autoptr (GError) error = NULL;
  MaqCacheOutcome *outcome = wait_for_boxed (maq_cache_carry_out (fixture->cache, plan, NULL, NULL), &error);

  g_assert_no_error (error);
  return outcome;
}

// All of PLAN is done and frees what it said.
static void
assert_done (Fixture      *fixture,
             MaqCachePlan *plan)
{
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);

  for (guint i = 0; i < outcome->skipped->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (outcome->skipped, i));
  g_assert_cmpuint (outcome->skipped->len, ==, 0);
  g_assert_cmpuint (outcome->n_done, ==, plan->n_to_do);
  g_assert_cmpuint (outcome->freed, ==, plan->frees);
}

static void
assert_skipped (Fixture      *fixture,
                MaqCachePlan *plan,
                const char   *part)
{
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);

  g_assert_cmpuint (outcome->skipped->len, ==, plan->n_to_do);
  g_assert_cmpuint (outcome->freed, ==, 0);
  g_assert_nonnull (strstr (g_ptr_array_index (outcome->skipped, 0), part));
}

static guint
count_steps (MaqCachePlan      *plan,
             MaqCacheStepAction action)
{
  guint n = 0;

  for (guint i = 0; i < plan->steps->len; i++)
    n += ((MaqCacheStep *) g_ptr_array_index (plan->steps, i))->action == action;
  return n;
}

static void
assert_reported (MaqCachePlan *plan,
                 const char   *part)
{
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const MaqCacheStep *step = g_ptr_array_index (plan->steps, i);
      if (strstr (step->reason, part) != NULL)
        return;
    }
  g_test_fail_printf ("nothing is said of %s", part);
}

// No warning in a scan, as for other tools.
static void
assert_healthy (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCacheScan) scan = wait_for_boxed (maq_cache_scan (fixture->cache), &error);

  g_assert_no_error (error);
  for (guint i = 0; i < scan->repos->len; i++)
    g_assert_cmpstr (((MaqCacheRepo *) g_ptr_array_index (scan->repos, i))->warning, ==, NULL);
}

static void
make_old (Fixture    *fixture,
          const char *path)
{
  g_autofree char *full = fixture_dup_path (fixture, path);
  struct utimbuf   then = { .actime = 1700000000, .modtime = 1700000000 };

  g_assert_cmpint (utime (full, &then), ==, 0);
}

static char *
blob_path (const char *etag)
{
  return g_build_filename (REPO "/blobs", etag, NULL);
}

// A blob of TEXT that nothing uses; its path (transfer full).
static char *
add_orphan (Fixture    *fixture,
            const char *text)
{
  g_autofree char *etag = hash_sha256 (text, strlen (text));
  char            *path = blob_path (etag);

  fixture_write (fixture, path, text);
  make_old (fixture, path);
  return path;
}

// Repair

static void
test_repair (Fixture      *fixture,
             gconstpointer data)
{
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/deep/er/gone.bin", "../../../../blobs/ffffffffffffffffffffffffffffffffffffffff");
  fixture_write (fixture, REPO "/refs/main", COMMIT_B "\n");
  fixture_write (fixture, REPO "/refs/gone", COMMIT_C);
  fixture_write (fixture, REPO "/refs/a/b/noted", "dddddddddddddddddddddddddddddddddddddddd");
  fixture_write (fixture, REPO "/.no_exist/dddddddddddddddddddddddddddddddddddddddd/tokenizer.model", "");
  fixture_write (fixture, REPO "/refs/x/cut", "aaaaaaa");
  fixture_write (fixture, "models--acme--shell/refs/note", "");

  g_autoptr (MaqCachePlan) plan = plan_repair (fixture, NULL);
  g_assert_cmpuint (count_steps (plan, MAQ_CACHE_STEP_REMOVE_LINK), ==, 1);
  g_assert_cmpuint (count_steps (plan, MAQ_CACHE_STEP_MEND_REF), ==, 2);
  g_assert_cmpuint (count_steps (plan, MAQ_CACHE_STEP_REMOVE_REF), ==, 3);
  g_assert_cmpuint (count_steps (plan, MAQ_CACHE_STEP_MAKE_SNAPSHOTS), ==, 1);
  g_assert_true (fixture_exists (fixture, REPO "/refs/gone")); // a plan changes nothing
  assert_done (fixture, plan);

  g_autofree char *main = fixture_dup_text (fixture, REPO "/refs/main");
  g_assert_cmpstr (main, ==, COMMIT_B);
  g_assert_false (fixture_exists (fixture, REPO "/refs/gone"));
  g_assert_false (fixture_exists (fixture, REPO "/refs/x"));
  g_assert_true (fixture_exists (fixture, REPO "/snapshots/dddddddddddddddddddddddddddddddddddddddd"));
  g_assert_false (fixture_exists (fixture, REPO "/snapshots/" COMMIT_A "/deep"));
  assert_healthy (fixture);
  g_autoptr (MaqCachePlan) again = plan_repair (fixture, NULL);
  g_assert_cmpuint (again->n_to_do, ==, 0);
}

static void
test_strays (Fixture      *fixture,
             gconstpointer data)
{
  static const char *const strays[] = {
    "notes.txt", "gadgets--acme--fast/readme", "folder/file", "models--a--b--c/x", REPO "/snapshots/loose.txt", REPO "/snapshots/not-a-commit/file", REPO "/refs/poem", REPO "/blobs/a b", REPO "/blobs/sub/file"
  };

  for (guint i = 0; i < G_N_ELEMENTS (strays); i++)
    fixture_write (fixture, strays[i], "I am a poem.\n");
  g_autoptr (MaqCachePlan) plan = plan_repair (fixture, NULL);
  g_assert_cmpuint (plan->n_to_do, ==, 0);
  g_assert_cmpuint (plan->steps->len, ==, G_N_ELEMENTS (strays));
  assert_reported (plan, "notes.txt in the cache is not a folder");
  assert_reported (plan, "gadgets--acme--fast in the cache is not a model");
  assert_reported (plan, "refs/poem does not hold a commit");
  g_autoptr (MaqCachePlan) prune = plan_prune (fixture, ALL);
  g_assert_cmpuint (prune->n_to_do, ==, 0);
  assert_done (fixture, prune);
  for (guint i = 0; i < G_N_ELEMENTS (strays); i++)
    g_assert_true (fixture_exists (fixture, strays[i]));
}

static void
test_wrong_content (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *weights = blob_path (fixture->weights);
  g_autofree char *text = g_strnfill (WEIGHTS_SIZE, 'v');

  fixture_write (fixture, weights, text);
  g_autoptr (MaqCacheVerification) verification = wait_for_boxed (maq_cache_verify (fixture->cache, NULL, NULL, NULL), &error);
  g_autoptr (MaqCachePlan) plan = plan_repair (fixture, verification);
  g_assert_cmpuint (plan->n_to_do, ==, 1);
  g_assert_cmpuint (plan->frees, ==, 0);

  // Being fetched right now it is left to that.
  int lock = fixture_hold_lock (fixture, REPO, fixture->weights);
  assert_skipped (fixture, plan, "Another program");
  close (lock);
  g_assert_true (fixture_exists (fixture, REPO "/snapshots/" COMMIT_A "/model.gguf"));

  assert_done (fixture, plan);
  g_assert_false (fixture_exists (fixture, weights));
  g_assert_false (fixture_exists (fixture, REPO "/snapshots/" COMMIT_A "/model.gguf"));
  g_assert_false (fixture_exists (fixture, REPO "/snapshots/" COMMIT_B "/model.gguf"));
  assert_healthy (fixture);
  assert_skipped (fixture, plan, "Cannot find");

  g_autoptr (MaqCachePlan) prune = plan_prune (fixture, ALL & ~MAQ_CACHE_PRUNE_SET_ASIDE);
  g_assert_cmpuint (prune->n_to_do, ==, 0);
  g_autoptr (MaqCachePlan) aside = plan_prune (fixture, MAQ_CACHE_PRUNE_SET_ASIDE);
  g_assert_cmpuint (aside->frees, ==, WEIGHTS_SIZE);
  assert_done (fixture, aside);
}

static void
test_mended_meanwhile (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *nested = blob_path (fixture->nested);

  fixture_write (fixture, nested, "{\"x\": [1, 3]}");
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/gone.bin", "../../blobs/ffffffffffffffffffffffffffffffffffffffff");
  fixture_write (fixture, REPO "/refs/gone", COMMIT_C);
  g_autoptr (MaqCacheVerification) verification = wait_for_boxed (maq_cache_verify (fixture->cache, NULL, NULL, NULL), &error);
  g_autoptr (MaqCachePlan) plan = plan_repair (fixture, verification);
  g_assert_cmpuint (plan->n_to_do, ==, 3);

  fixture_write (fixture, nested, "{\"x\": [1, 2]}");
  fixture_write (fixture, REPO "/blobs/ffffffffffffffffffffffffffffffffffffffff", "now here");
  fixture_write (fixture, REPO "/snapshots/" COMMIT_C "/new.txt", "now here");
  assert_skipped (fixture, plan, "no longer what it was");
  g_assert_true (fixture_exists (fixture, REPO "/refs/gone"));
  g_assert_true (fixture_exists (fixture, REPO "/snapshots/" COMMIT_A "/gone.bin"));
  g_assert_true (fixture_exists (fixture, nested));
}

// Pruning

static void
test_orphans (Fixture      *fixture,
              gconstpointer data)
{
  g_autofree char *old = add_orphan (fixture, "an old one");
  g_autofree char *locked = add_orphan (fixture, "being fetched");
  g_autofree char *used = add_orphan (fixture, "used meanwhile");
  g_autofree char *young_etag = hash_sha256 ("young", 5);
  g_autofree char *young = blob_path (young_etag);
  fixture_write (fixture, young, "young");
  fixture_write (fixture, REPO "/blobs/tmp_probe", "");
  make_old (fixture, REPO "/blobs/tmp_probe");

  g_autoptr (MaqCachePlan) plan = plan_prune (fixture, MAQ_CACHE_PRUNE_ORPHANS);
  g_assert_cmpuint (plan->n_to_do, ==, 3);
  g_assert_cmpuint (plan->frees, ==, strlen ("an old one") + strlen ("being fetched") + strlen ("used meanwhile"));
  assert_reported (plan, "no Hub tool gives such names");

  g_autofree char *target = g_build_filename ("../..", used + strlen (REPO "/"), NULL);
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/new.bin", target);
  int lock = fixture_hold_lock (fixture, REPO, strrchr (locked, '/') + 1);
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);
  close (lock);
  g_assert_cmpuint (outcome->freed, ==, strlen ("an old one"));
  g_assert_cmpuint (outcome->skipped->len, ==, 2);
  g_assert_false (fixture_exists (fixture, old));
  g_assert_true (fixture_exists (fixture, locked));
  g_assert_true (fixture_exists (fixture, used));
  g_assert_true (fixture_exists (fixture, young));
  g_assert_true (fixture_exists (fixture, REPO "/blobs/tmp_probe"));
}

static void
test_revisions (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *weights = blob_path (fixture->weights);
  g_autofree char *config = blob_path (fixture->config);

  g_autoptr (MaqCachePlan) none = plan_prune (fixture, MAQ_CACHE_PRUNE_REVISIONS);
  g_assert_cmpuint (none->n_to_do, ==, 0);

  // Where no revision has a ref all of them were asked for by their commits.
  fixture_write (fixture, "models--acme--pinned/snapshots/" COMMIT_C "/file", "pinned");
  g_autofree char *ref = fixture_dup_path (fixture, REPO "/refs/refs/pr/1");
  g_unlink (ref);
  g_autoptr (MaqCachePlan) plan = plan_prune (fixture, MAQ_CACHE_PRUNE_REVISIONS);
  g_assert_cmpuint (plan->n_to_do, ==, 1);
  g_assert_cmpuint (plan->frees, ==, CONFIG_SIZE);

  fixture_write (fixture, REPO "/refs/v2", COMMIT_A);
  assert_skipped (fixture, plan, "no longer what it was");
  g_autofree char *tag = fixture_dup_path (fixture, REPO "/refs/v2");
  g_unlink (tag);
  assert_done (fixture, plan);
  g_assert_false (fixture_exists (fixture, REPO "/snapshots/" COMMIT_A));
  g_assert_false (fixture_exists (fixture, config));
  g_assert_true (fixture_exists (fixture, weights));
  g_assert_true (fixture_exists (fixture, "models--acme--pinned/snapshots/" COMMIT_C "/file"));
  assert_healthy (fixture);
}

static void
test_partials (Fixture      *fixture,
               gconstpointer data)
{
  static const char etag[] = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
  static const char busy[] = "dddddddddddddddddddddddddddddddddddddddd";
  g_autofree char  *plain = g_strconcat (REPO "/blobs/", etag, ".incomplete", NULL);
  g_autofree char  *unique = g_strconcat (REPO "/blobs/", etag, ".0123abcd.incomplete", NULL);
  g_autofree char  *own = g_strconcat (REPO "/blobs/", etag, ".maquette-0123abcd.incomplete", NULL);
  g_autofree char  *locked = g_strconcat (REPO "/blobs/", busy, ".incomplete", NULL);
  g_autofree char  *swift = g_strconcat (REPO "/blobs/cc", busy + 2, ".incomplete", NULL);
  const char *const all[] = { plain, unique, own, locked, swift };

  fixture_write (fixture, REPO "/blobs/young.incomplete", "young");
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      fixture_write (fixture, all[i], "12345");
      make_old (fixture, all[i]);
    }
  g_autoptr (MaqCachePlan) plan = plan_prune (fixture, MAQ_CACHE_PRUNE_PARTIALS);
  g_assert_cmpuint (plan->n_to_do, ==, 4);
  g_assert_cmpuint (plan->frees, ==, 20);

  int              lock = fixture_hold_lock (fixture, REPO, busy);
  g_autofree char *deep = g_strconcat ("blobs/cc", busy + 2, NULL);
  int              swift_lock = fixture_hold_lock (fixture, REPO, deep);
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);
  close (lock);
  close (swift_lock);
  g_assert_cmpuint (outcome->n_done, ==, 2);
  g_assert_cmpuint (outcome->freed, ==, 10);
  g_assert_false (fixture_exists (fixture, plain));
  g_assert_false (fixture_exists (fixture, unique));
  g_assert_true (fixture_exists (fixture, own));
  g_assert_true (fixture_exists (fixture, locked));
  g_assert_true (fixture_exists (fixture, swift));
  g_assert_true (fixture_exists (fixture, REPO "/blobs/young.incomplete"));

  // One that grew since the plan is not abandoned.
  g_autoptr (MaqCachePlan) paused = plan_prune (fixture, MAQ_CACHE_PRUNE_PAUSED);
  g_assert_cmpuint (paused->n_to_do, ==, 1);
  fixture_write (fixture, own, "123456");
  assert_skipped (fixture, paused, "no longer what it was");
  make_old (fixture, own);
  g_autoptr (MaqCachePlan) again = plan_prune (fixture, MAQ_CACHE_PRUNE_PAUSED);
  assert_done (fixture, again);
}

// Removal

static void
test_remove_repo (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, REPO "/blobs/abc.incomplete", "12345");
  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plan->frees, ==, WEIGHTS_SIZE + CONFIG_SIZE + NESTED_SIZE + 5 + 2 * 40);
  int lock = fixture_hold_lock (fixture, REPO, fixture->nested);
  assert_skipped (fixture, plan, "Another program");
  close (lock);
  assert_done (fixture, plan);
  g_assert_false (fixture_exists (fixture, REPO));
  g_assert_null (plan_removal (fixture, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_remove_revision (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, "main", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plan->frees, ==, NESTED_SIZE);
  assert_done (fixture, plan);
  g_assert_false (fixture_exists (fixture, REPO "/refs/main"));
  g_assert_null (plan_removal (fixture, "main", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  // The last one takes the repo with it, and that is what is said.
  g_autoptr (MaqCachePlan) last = plan_removal (fixture, COMMIT_A, NULL, &error);
  g_assert_cmpuint (count_steps (last, MAQ_CACHE_STEP_REMOVE_REPO), ==, 1);
  assert_done (fixture, last);
  g_assert_false (fixture_exists (fixture, REPO));
}

static void
test_remove_file (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *weights = blob_path (fixture->weights);
  g_autofree char *nested = blob_path (fixture->nested);
  g_autofree char *target = g_build_filename ("../../blobs", fixture->nested, NULL);

  // Of one revision: the other one keeps the blob.
  g_autoptr (MaqCachePlan) one = plan_removal (fixture, COMMIT_B, "model.gguf", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (one->frees, ==, 0);
  assert_done (fixture, one);
  g_assert_false (fixture_exists (fixture, REPO "/snapshots/" COMMIT_B "/model.gguf"));
  g_assert_true (fixture_exists (fixture, weights));

  g_autoptr (MaqCachePlan) all = plan_removal (fixture, NULL, "model.gguf", &error);
  g_assert_cmpuint (all->frees, ==, WEIGHTS_SIZE);
  int lock = fixture_hold_lock (fixture, REPO, fixture->weights);
  assert_skipped (fixture, all, "Another program");
  close (lock);
  g_assert_true (fixture_exists (fixture, REPO "/snapshots/" COMMIT_A "/model.gguf")); // links stay with the blob
  assert_done (fixture, all);
  g_assert_false (fixture_exists (fixture, weights));

  // Under another name it is still in use.
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/same.json", target);
  g_autoptr (MaqCachePlan) shared = plan_removal (fixture, NULL, "onnx/x.json", &error);
  g_assert_cmpuint (shared->frees, ==, 0);
  assert_done (fixture, shared);
  g_assert_true (fixture_exists (fixture, nested));
  g_assert_false (fixture_exists (fixture, REPO "/snapshots/" COMMIT_B "/onnx"));
  assert_healthy (fixture);

  g_assert_null (plan_removal (fixture, NULL, "../../refs/main", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_remove_copies (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *weights = blob_path (fixture->weights);
  g_autofree char *from = fixture_dup_path (fixture, weights);
  g_autofree char *other = fixture_dup_path (fixture, "models--acme--tuna/blobs/same");

  // A file with a name elsewhere gives nothing back; the last name does.
  fixture_write (fixture, "models--acme--tuna/blobs/other", "");
  g_assert_cmpint (link (from, other), ==, 0);
  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, NULL, "model.gguf", &error);
  g_assert_cmpuint (plan->frees, ==, 0);
  assert_done (fixture, plan);
}

// Duplicates

static char *
add_copy (Fixture    *fixture,
          const char *folder,
          const char *text)
{
  g_autofree char *etag = hash_sha256 (text, strlen (text));
  char            *path = g_build_filename (folder, "blobs", etag, NULL);
  g_autofree char *link = g_build_filename (folder, "snapshots/" COMMIT_A "/model.bin", NULL);
  g_autofree char *target = g_build_filename ("../../blobs", etag, NULL);

  fixture_write (fixture, path, text);
  fixture_link (fixture, link, target);
  return path;
}

static void
test_share (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (100000, 's');
  g_autofree char *one = add_copy (fixture, "models--acme--one", text);
  g_autofree char *two = add_copy (fixture, "models--acme--two", text);
  g_autofree char *three = add_copy (fixture, "datasets--acme--three", text);

  g_autoptr (MaqCachePlan) plan = wait_for_boxed (maq_cache_plan_sharing (fixture->cache), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plan->n_to_do, ==, 2);
  g_assert_cmpuint (plan->frees, ==, 200000);
  assert_done (fixture, plan);
  const char *const paths[] = { one, two, three };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *now = fixture_dup_text (fixture, paths[i]);
      g_assert_cmpstr (now, ==, text);
    }
  g_autoptr (MaqCachePlan) again = wait_for_boxed (maq_cache_plan_sharing (fixture->cache), &error);
  g_assert_cmpuint (again->n_to_do, ==, 0);
  g_autoptr (MaqCacheVerification) all = wait_for_boxed (maq_cache_verify (fixture->cache, NULL, NULL, NULL), &error);
  g_assert_cmpuint (all->n_bad, ==, 0);
  assert_healthy (fixture);
}

static void
test_share_wrong (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (100000, 's');
  g_autofree char *one = add_copy (fixture, "models--acme--one", text);
  g_autofree char *two = add_copy (fixture, "models--acme--two", text);

  text[50000] = 'x';
  fixture_write (fixture, two, text);
  g_autoptr (MaqCachePlan) plan = wait_for_boxed (maq_cache_plan_sharing (fixture->cache), &error);
  g_assert_cmpuint (plan->n_to_do, ==, 1);
  assert_skipped (fixture, plan, "not what its name says");
  g_autofree char *now = fixture_dup_text (fixture, two);
  g_assert_cmpstr (now, ==, text);
}

// Nothing outside is touched

static char *
dup_listing (Fixture    *fixture,
             const char *folder)
{
  g_autofree char *path = fixture_dup_path (fixture, folder);
  const char      *argv[] = { "find", path, "-printf", "%p %s %T@ %n %i\n", NULL };
  char            *listing = NULL;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &listing, NULL, NULL, NULL));
  return listing;
}

static void
test_outside (Fixture      *fixture,
              gconstpointer data)
{
  static const char sha1[] = "ffffffffffffffffffffffffffffffffffffffff";
  g_autoptr (GError) error = NULL;
  g_autofree char  *big = g_strnfill (100000, 's');
  g_autofree char  *etag = hash_sha256 (big, 100000);
  g_autofree char  *copy = g_build_filename ("../outside/repo/blobs", etag, NULL);
  g_autofree char  *orphan = g_build_filename ("../outside/repo/blobs", sha1, NULL);
  g_autofree char  *partial = g_strconcat ("../outside/repo/blobs/", sha1, ".incomplete", NULL);
  g_autofree char  *damaged = g_strconcat ("../outside/repo/blobs/", sha1, ".maquette-00000000.damaged", NULL);
  const char *const files[] = { copy, orphan, partial, damaged, "../outside/repo/refs/gone", "../outside/repo/snapshots/" COMMIT_A "/x" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      fixture_write (fixture, files[i], files[i] == copy ? big : COMMIT_C);
      make_old (fixture, files[i]);
    }
  fixture_link (fixture, "../outside/repo/snapshots/" COMMIT_A "/dangling", "../../blobs/none");
  g_autofree char *own = add_copy (fixture, "models--acme--own", big);

  // Everything a repo consists of, as a link to there.
  fixture_link (fixture, "models--out--repo", "../outside/repo");
  fixture_write (fixture, "models--out--parts/snapshots/" COMMIT_A "/a", "a");
  fixture_link (fixture, "models--out--parts/blobs", "../../outside/repo/blobs");
  fixture_write (fixture, "models--out--refs/snapshots/" COMMIT_A "/a", "a");
  fixture_link (fixture, "models--out--refs/refs", "../../outside/repo/refs");
  fixture_link (fixture, "models--out--snapshots/snapshots", "../../outside/repo/snapshots");
  fixture_link (fixture, "models--out--commit/snapshots/" COMMIT_A, "../../../outside/repo/snapshots/" COMMIT_A);
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/out.txt", "../../../../outside/repo/refs/gone");
  fixture_link (fixture, REPO "/snapshots/" COMMIT_A "/folder", "../../../../outside/repo");
  g_autofree char *fake = g_build_filename (REPO "/blobs", sha1, NULL);
  fixture_link (fixture, fake, "../../../outside/repo/refs/gone");

  g_autofree char *before = dup_listing (fixture, "../outside");
  g_autoptr (MaqCacheVerification) verification = wait_for_boxed (maq_cache_verify (fixture->cache, NULL, NULL, NULL), &error);
  g_assert_no_error (error);
  g_autoptr (MaqCachePlan) repair = plan_repair (fixture, verification);
  g_autoptr (MaqCacheOutcome) repaired = carry_out (fixture, repair);
  g_autoptr (MaqCachePlan) prune = wait_for_boxed (maq_cache_plan_prune (fixture->cache, ALL, 0), &error);
  g_autoptr (MaqCacheOutcome) pruned = carry_out (fixture, prune);
  g_autoptr (MaqCachePlan) sharing = wait_for_boxed (maq_cache_plan_sharing (fixture->cache), &error);
  g_autoptr (MaqCacheOutcome) shared = carry_out (fixture, sharing);
  static const char *const ids[] = { "out/repo", "out/parts", "out/refs", "out/snapshots", "out/commit", "acme/tiny" };
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    for (guint j = 0; j < 2; j++)
      {
        g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, ids[i], j == 0 ? COMMIT_A : NULL, NULL);
        g_autoptr (MaqCachePlan) plan = wait_for_boxed (maq_cache_plan_removal (fixture->cache, address, NULL), NULL);
        g_autoptr (MaqCacheOutcome) outcome = plan != NULL ? carry_out (fixture, plan) : NULL;
      }
  g_autofree char *after = dup_listing (fixture, "../outside");
  g_assert_cmpstr (before, ==, after);
  assert_reported (repair, "is a link to another place");
  assert_reported (repair, "leads out of the repo's folder");
  g_assert_cmpuint (sharing->n_to_do, ==, 0);
}

static void
test_locks_outside (Fixture      *fixture,
                    gconstpointer data)
{
  g_autofree char *orphan = add_orphan (fixture, "orphan");
  g_autofree char *partial = g_strconcat (orphan, ".incomplete", NULL);

  fixture_write (fixture, "../outside/file", "outside");
  fixture_link (fixture, ".locks", "../outside");
  fixture_write (fixture, partial, "12345");
  make_old (fixture, partial);
  g_autofree char *before = dup_listing (fixture, "../outside");
  g_autoptr (MaqCachePlan) plan = plan_prune (fixture, MAQ_CACHE_PRUNE_PARTIALS);
  assert_skipped (fixture, plan, "Nothing can be locked here");
  g_autofree char *after = dup_listing (fixture, "../outside");
  g_assert_cmpstr (before, ==, after);
  g_assert_true (fixture_exists (fixture, partial));
}

// What cannot be seen may use what can: a repo with a folder that cannot be read is not changed.
static void
test_unreadable (Fixture      *fixture,
                 gconstpointer data)
{
  g_autofree char *orphan = add_orphan (fixture, "perhaps in use");
  g_autofree char *folder = fixture_dup_path (fixture, REPO "/snapshots/" COMMIT_B "/onnx");

  g_chmod (folder, 0);
  if (access (folder, R_OK) == 0)
    return g_test_skip ("this user may read everything");
  g_autoptr (MaqCachePlan) plan = plan_prune (fixture, ALL);
  g_chmod (folder, 0700);
  g_assert_cmpuint (plan->n_to_do, ==, 0);
  assert_reported (plan, "nobody knows what is in use");
}

// Portions

static void
add_repos (GPtrArray *repos,
           gpointer   data)
{
  GHashTable *seen = data;

  for (guint i = 0; i < repos->len; i++)
    g_assert_true (g_hash_table_add (seen, g_strdup (((MaqCacheRepo *) g_ptr_array_index (repos, i))->id)));
}

static void
test_portions (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *path = g_strdup_printf ("models--acme--m%u/snapshots/" COMMIT_A "/file", i);
      fixture_write (fixture, path, "x");
    }
  g_autoptr (MaqCacheScan) scan = wait_for_boxed (maq_cache_scan_in_portions (fixture->cache, add_repos, seen), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (scan->repos->len, ==, 501);
  g_assert_cmpuint (g_hash_table_size (seen), ==, 501);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/cache/repair/links-and-refs", fixture_set_up, test_repair);
  ADD ("/cache/repair/leaves-strays-alone", fixture_set_up, test_strays);
  ADD ("/cache/repair/moves-wrong-content-aside", fixture_set_up, test_wrong_content);
  ADD ("/cache/repair/not-what-was-mended-meanwhile", fixture_set_up, test_mended_meanwhile);
  ADD ("/cache/prune/orphans", fixture_set_up, test_orphans);
  ADD ("/cache/prune/revisions-without-a-ref", fixture_set_up, test_revisions);
  ADD ("/cache/prune/partial-files", fixture_set_up, test_partials);
  ADD ("/cache/remove/a-repo", fixture_set_up, test_remove_repo);
  ADD ("/cache/remove/a-revision", fixture_set_up, test_remove_revision);
  ADD ("/cache/remove/a-file", fixture_set_up, test_remove_file);
  ADD ("/cache/remove/what-has-another-name-frees-nothing", fixture_set_up, test_remove_copies);
  ADD ("/cache/share/copies-become-one", fixture_set_up, test_share);
  ADD ("/cache/share/not-what-differs", fixture_set_up, test_share_wrong);
  ADD ("/cache/care/touches-nothing-outside", fixture_set_up, test_outside);
  ADD ("/cache/care/makes-no-locks-outside", fixture_set_up, test_locks_outside);
  ADD ("/cache/care/changes-nothing-it-cannot-see-whole", fixture_set_up, test_unreadable);
  ADD ("/cache/scan/in-portions", fixture_set_up, test_portions);
  return g_test_run ();
}
