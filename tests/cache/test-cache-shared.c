// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "cache-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maq-cache-care.h"
#include "maq-cache-local-dir.h"

// Caches as huggingface_hub writes them since 1.32: payloads in CACHE/blobs/xx/<xet hash>, blobs/<etag> of a repo a link there.

#define XET   "cfabcfabcfabcfabcfabcfabcfabcfabcfabcfabcfabcfabcfabcfabcfabcfab"
#define PLACE "blobs/cf/" XET
#define REFS  PLACE ".refs"
#define SIZE  100000
#define ONE   "models--acme--one"
#define TWO   "models--acme--two"

static char *
dup_content (void)
{
  return g_strnfill (SIZE, 's');
}

static char *
dup_etag (void)
{
  g_autofree char *content = dup_content ();

  return hash_sha256 (content, SIZE);
}

static void
make_store (Fixture *fixture)
{
  g_autofree char *content = dup_content ();
  g_autofree char *payload = fixture_dup_path (fixture, PLACE);

  fixture_write (fixture, "blobs/.huggingface-shared-blobs", "1\n");
  fixture_write (fixture, PLACE, content);
  fixture_write (fixture, REFS, "");
  g_chmod (payload, 0444);
}

static void
note (Fixture    *fixture,
      const char *line)
{
  g_autofree char *old = fixture_dup_text (fixture, REFS);
  g_autofree char *text = g_strconcat (old, line, "\n", NULL);

  fixture_write (fixture, REFS, text);
}

// REPO as it has the payload under ETAG.
static void
add_user (Fixture    *fixture,
          const char *repo,
          const char *etag)
{
  g_autofree char *blob = g_build_filename (repo, "blobs", etag, NULL);
  g_autofree char *file = g_build_filename (repo, "snapshots/" COMMIT_A "/model.bin", NULL);
  g_autofree char *ref = g_build_filename (repo, "refs/main", NULL);
  g_autofree char *target = g_build_filename ("../../blobs", etag, NULL);

  fixture_link (fixture, blob, "../../" PLACE);
  fixture_link (fixture, file, target);
  fixture_write (fixture, ref, COMMIT_A);
  note (fixture, blob);
}

static void
set_up_store (Fixture      *fixture,
              gconstpointer data)
{
  fixture_set_up_empty (fixture, data);
  make_store (fixture);
}

static void
set_up_two (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *etag = dup_etag ();

  set_up_store (fixture, data);
  add_user (fixture, ONE, etag);
  add_user (fixture, TWO, etag);
}

static MaqCacheScan *
scan (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  MaqCacheScan *result = wait_for_boxed (maq_cache_scan (fixture->cache), &error);

  g_assert_no_error (error);
  return result;
}

static MaqCacheVerification *
verify (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  MaqCacheVerification *result = wait_for_boxed (maq_cache_verify (fixture->cache, NULL, NULL, NULL), &error);

  g_assert_no_error (error);
  return result;
}

static MaqCachePlan *
plan_removal (Fixture    *fixture,
              const char *id,
              const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, id, NULL, NULL);
  const char   *paths[] = { path, NULL };
  MaqCachePlan *plan = wait_for_boxed (maq_cache_plan_removal (fixture->cache, address, paths), &error);

  g_assert_no_error (error);
  return plan;
}

static MaqCachePlan *
plan_prune (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  MaqCachePlan *plan = wait_for_boxed (maq_cache_plan_prune (fixture->cache, MAQ_CACHE_PRUNE_ORPHANS | MAQ_CACHE_PRUNE_PARTIALS, 0), &error);

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
  for (guint i = 0; i < outcome->skipped->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (outcome->skipped, i));
  return outcome;
}

// All of PLAN is done and frees FREES, as it said.
static void
assert_done (Fixture      *fixture,
             MaqCachePlan *plan,
             guint64       frees)
{
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);

  g_assert_cmpuint (outcome->skipped->len, ==, 0);
  g_assert_cmpuint (plan->frees, ==, frees);
  g_assert_cmpuint (outcome->freed, ==, frees);
}

static gboolean
mentions (MaqCachePlan *plan,
          const char   *part)
{
  for (guint i = 0; i < plan->steps->len; i++)
    if (strstr (((MaqCacheStep *) g_ptr_array_index (plan->steps, i))->reason, part) != NULL)
      return TRUE;
  return FALSE;
}

// What the store holds, by name, bytes, mode and inode.
static char *
dup_picture (Fixture *fixture)
{
  g_autofree char *path = fixture_dup_path (fixture, "blobs");
  const char      *argv[] = { "find", path, "-type", "f", "-printf", "%P %s %m %i %T@\n", NULL };
  char            *listing = NULL;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &listing, NULL, NULL, NULL));
  return listing;
}

// Reading

static void
test_sizes (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *etag = dup_etag ();

  fixture_write (fixture, ONE "/blobs/aa", "12345");
  fixture_link (fixture, ONE "/snapshots/" COMMIT_A "/a.txt", "../../blobs/aa");
  g_autoptr (MaqCacheScan) result = scan (fixture);
  g_assert_cmpuint (g_strv_length (result->warnings), ==, 0);
  g_assert_cmpuint (result->repos->len, ==, 2);
  // A repo says what it takes by itself, the cache what the disk gives.
  g_assert_cmpuint (result->size, ==, SIZE + 5);
  g_assert_cmpuint (result->unused, ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      const MaqCacheRepo *repo = g_ptr_array_index (result->repos, i);
      gboolean            is_one = g_str_equal (repo->id, "acme/one");
      g_assert_null (repo->warning);
      g_assert_cmpuint (repo->size, ==, is_one ? SIZE + 5 : SIZE);
      g_assert_cmpuint (repo->own_size, ==, is_one ? 5 : 0);
      g_assert_cmpuint (repo->payloads->len, ==, 1);
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, 0);
      const MaqCacheFile     *file = g_ptr_array_index (revision->files, revision->files->len - 1);
      // The name that says what its content is, not the one in the store.
      g_assert_true (g_str_has_suffix (file->blob_path, etag));
    }
  g_assert_true (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", etag, SIZE));
  g_assert_false (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", etag, SIZE + 1));
  g_autofree char *path = maq_cache_dup_content_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", COMMIT_A, "model.bin", etag, SIZE, NULL);
  g_assert_true (maq_cache_file_is (path, etag, SIZE));
}

static void
test_two_etags (Fixture      *fixture,
                gconstpointer data)
{
  // Each first hop is a file of the repo; the payload is on the disk once.
  add_user (fixture, ONE, "1111111111111111111111111111111111111111111111111111111111111111");
  fixture_link (fixture, ONE "/blobs/2222", "../../" PLACE);
  fixture_link (fixture, ONE "/snapshots/" COMMIT_A "/b.bin", "../../blobs/2222");
  note (fixture, ONE "/blobs/2222");
  g_autoptr (MaqCacheScan) result = scan (fixture);
  const MaqCacheRepo *repo = g_ptr_array_index (result->repos, 0);
  g_assert_cmpuint (repo->size, ==, 2 * SIZE);
  g_assert_cmpuint (result->size, ==, SIZE);

  g_autoptr (MaqCachePlan) file = plan_removal (fixture, "acme/one", "b.bin");
  assert_done (fixture, file, 0);
  g_assert_true (fixture_exists (fixture, PLACE));
  g_assert_false (fixture_exists (fixture, ONE "/blobs/2222"));
}

static void
test_verify (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *payload = fixture_dup_path (fixture, PLACE);
  g_autofree char *etag = dup_etag ();
  g_autoptr (MaqCacheVerification) right = verify (fixture);
  g_assert_cmpuint (right->verdicts->len, ==, 2);
  g_assert_cmpuint (right->n_bad, ==, 0);
  g_assert_cmpuint (right->bytes, ==, SIZE); // read once
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (((MaqCacheVerdict *) g_ptr_array_index (right->verdicts, i))->state, ==, MAQ_CACHE_FILE_OK);

  // A damaged payload is damage to all who have it.
  g_chmod (payload, 0644);
  g_autofree char *text = dup_content ();
  text[7] = 'x';
  fixture_write (fixture, PLACE, text);
  g_autoptr (MaqCacheVerification) wrong = verify (fixture);
  g_assert_cmpuint (wrong->n_bad, ==, 2);

  // The repair of one repo leaves the other its link; that of both sets the payload aside.
  g_autoptr (MaqRepoAddress) one = maq_repo_address_new (MAQ_REPO_KIND_MODEL, "acme/one", NULL, NULL);
  g_autoptr (MaqCachePlan) first = wait_for_boxed (maq_cache_plan_repair (fixture->cache, one, wrong), NULL);
  assert_done (fixture, first, 0);
  g_assert_true (fixture_exists (fixture, PLACE));
  g_assert_cmpint (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", etag, SIZE), ==, FALSE);
  g_autoptr (MaqCachePlan) second = plan_repair (fixture, wrong);
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, second);
  g_assert_false (fixture_exists (fixture, PLACE));
  g_assert_false (fixture_exists (fixture, REFS));
  g_autoptr (MaqCacheScan) after = scan (fixture);
  for (guint i = 0; i < after->repos->len; i++)
    g_assert_null (((MaqCacheRepo *) g_ptr_array_index (after->repos, i))->warning);
}

static void
test_straight_pointer (Fixture      *fixture,
                       gconstpointer data)
{
  // Past blobs/, so that nothing says what the content should be.
  fixture_link (fixture, ONE "/snapshots/" COMMIT_A "/model.bin", "../../../" PLACE);
  g_autoptr (MaqCacheScan) result = scan (fixture);
  const MaqCacheRepo *repo = g_ptr_array_index (result->repos, 0);
  g_assert_cmpuint (repo->size, ==, SIZE);
  g_assert_cmpuint (result->size, ==, SIZE);
  g_autoptr (MaqCacheVerification) verification = verify (fixture);
  g_assert_cmpint (((MaqCacheVerdict *) g_ptr_array_index (verification->verdicts, 0))->state, ==, MAQ_CACHE_FILE_NOT_JUDGED);
  g_autoptr (MaqCachePlan) repair = plan_repair (fixture, verification);
  g_assert_cmpuint (repair->steps->len, ==, 0);
  // In use, though the manifest does not say so.
  g_autoptr (MaqCachePlan) prune = plan_prune (fixture);
  g_assert_cmpuint (prune->n_to_do, ==, 0);

  // A list of the commit's files says it.
  g_autofree char *etag = dup_etag ();
  g_autofree char *tree = g_strdup_printf ("{\"format_version\": 1, \"files\": {\"model.bin\": {\"size\": %d, \"blob_id\": \"" COMMIT_C "\", \"lfs_sha256\": \"%s\", \"lfs_size\": %d, \"xet_hash\": \"" XET "\"}}}", SIZE, etag, SIZE);
  fixture_write (fixture, ONE "/trees/" COMMIT_A ".json", tree);
  g_autoptr (MaqCacheVerification) judged = verify (fixture);
  g_assert_cmpint (((MaqCacheVerdict *) g_ptr_array_index (judged->verdicts, 0))->state, ==, MAQ_CACHE_FILE_OK);
}

// Removing

static void
test_remove (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (MaqCachePlan) one = plan_removal (fixture, "acme/one", NULL);
  assert_done (fixture, one, 40); // the ref
  g_assert_false (fixture_exists (fixture, ONE));
  g_assert_true (fixture_exists (fixture, PLACE));
  // Who is left is written down.
  g_autofree char *etag = dup_etag ();
  g_autofree char *line = g_strconcat (TWO "/blobs/", etag, "\n", NULL);
  g_autofree char *manifest = fixture_dup_text (fixture, REFS);
  g_assert_cmpstr (manifest, ==, line);

  g_autoptr (MaqCachePlan) two = plan_removal (fixture, "acme/two", NULL);
  assert_done (fixture, two, SIZE + 40);
  g_assert_false (fixture_exists (fixture, PLACE));
  g_assert_false (fixture_exists (fixture, REFS));
  g_assert_true (fixture_exists (fixture, "blobs/.huggingface-shared-blobs"));
  g_assert_true (fixture_exists (fixture, "blobs/cf"));
}

static void
test_remove_revision (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *etag = dup_etag ();
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (MAQ_REPO_KIND_MODEL, "acme/one", "main", NULL);

  add_user (fixture, ONE, etag);
  fixture_write (fixture, ONE "/snapshots/" COMMIT_B "/other.txt", "x");
  g_autoptr (MaqCachePlan) plan = wait_for_boxed (maq_cache_plan_removal (fixture->cache, address, NULL), &error);
  g_assert_no_error (error);
  assert_done (fixture, plan, SIZE);
  g_assert_false (fixture_exists (fixture, PLACE));
  g_assert_true (fixture_exists (fixture, ONE "/snapshots/" COMMIT_B "/other.txt"));
}

// Between the plan and doing it another repo links there: that is looked at under the lock.
static void
test_linked_meanwhile (Fixture      *fixture,
                       gconstpointer data)
{
  g_autofree char *etag = dup_etag ();

  add_user (fixture, ONE, etag);
  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, "acme/one", NULL);
  g_assert_cmpuint (plan->frees, ==, SIZE + 40);
  add_user (fixture, TWO, etag);
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);
  g_assert_cmpuint (outcome->freed, ==, 40);
  g_assert_true (fixture_exists (fixture, PLACE));
  g_assert_true (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/two", etag, SIZE));

  // The store's lock, held by another program for a moment, is waited for.
  g_autoptr (MaqCachePlan) two = plan_removal (fixture, "acme/two", NULL);
  g_autofree char *lock = fixture_dup_path (fixture, PLACE ".lock");
  int              held = open (lock, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (flock (held, LOCK_EX | LOCK_NB), ==, 0);
  DexFuture *doing = maq_cache_carry_out (fixture->cache, two, NULL, NULL);
  for (guint i = 0; i < 1000 && fixture_exists (fixture, TWO); i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  g_assert_false (fixture_exists (fixture, TWO));
  g_assert_true (fixture_exists (fixture, PLACE));
  close (held);
  g_autoptr (MaqCacheOutcome) done = wait_for_boxed (doing, NULL);
  g_assert_cmpuint (done->freed, ==, SIZE + 40);
  g_assert_false (fixture_exists (fixture, PLACE));
}

// What is in doubt stays.

static void
assert_kept (Fixture *fixture)
{
  g_autoptr (MaqCachePlan) prune = plan_prune (fixture);
  g_autoptr (MaqCacheOutcome) pruned = carry_out (fixture, prune);

  g_assert_cmpuint (prune->frees, ==, 0);
  g_assert_true (fixture_exists (fixture, PLACE));
}

static void
test_prune (Fixture      *fixture,
            gconstpointer data)
{
  // An empty manifest, and lines that are no longer true or never were.
  note (fixture, "models--acme--gone/blobs/aa");
  note (fixture, "../x");
  note (fixture, "models--acme--one/../blobs");
  note (fixture, "/abs");
  note (fixture, "foo/blobs/e");
  note (fixture, "kernels--acme--none/blobs/aa");
  fixture_write (fixture, ONE "/blobs/real", "a file now");
  note (fixture, ONE "/blobs/real");
  fixture_link (fixture, ONE "/blobs/other", "../../blobs/aa/aa");
  note (fixture, ONE "/blobs/other");
  fixture_write (fixture, "blobs/cf/keep", "no name of a payload");
  fixture_write (fixture, "blobs/ab/" XET, "in the wrong folder");
  g_autoptr (MaqCacheScan) before = scan (fixture);
  g_assert_cmpuint (before->unused, ==, SIZE);

  g_autoptr (MaqCachePlan) plan = plan_prune (fixture);
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);
  g_assert_false (fixture_exists (fixture, PLACE));
  g_assert_false (fixture_exists (fixture, REFS));
  g_assert_true (fixture_exists (fixture, "blobs/cf/keep"));
  g_assert_true (fixture_exists (fixture, "blobs/ab/" XET));
  g_assert_true (fixture_exists (fixture, "blobs/.huggingface-shared-blobs"));
}

static void
test_kernels (Fixture      *fixture,
              gconstpointer data)
{
  // A kind that Maquette may not know the pages of, but its link counts.
  fixture_link (fixture, "kernels--acme--k/blobs/aa", "../../" PLACE);
  note (fixture, "kernels--acme--k/blobs/aa");
  assert_kept (fixture);
}

static void
test_no_manifest (Fixture      *fixture,
                  gconstpointer data)
{
  g_autofree char *manifest = fixture_dup_path (fixture, REFS);
  g_autofree char *etag = dup_etag ();

  g_remove (manifest);
  assert_kept (fixture);
  fixture_link (fixture, REFS, "../../elsewhere");
  fixture_write (fixture, "elsewhere", "");
  assert_kept (fixture);
  g_remove (manifest);
  fixture_write (fixture, REFS, "\xff\xfe\n");
  assert_kept (fixture);

  // It is not offered to others either: they would seem to be the only ones.
  g_remove (manifest);
  g_assert_false (maq_cache_has_twin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", etag, SIZE, XET));
}

static void
test_unregistered (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *etag = dup_etag ();

  // A repo that was renamed by hand.
  add_user (fixture, ONE, etag);
  fixture_write (fixture, REFS, "models--acme--before/blobs/x\n");
  assert_kept (fixture);
  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, "acme/one", NULL);
  assert_done (fixture, plan, SIZE + 40);
}

static void
test_unreadable (Fixture      *fixture,
                 gconstpointer data)
{
  g_autofree char *etag = dup_etag ();
  g_autofree char *blobs = fixture_dup_path (fixture, ONE "/blobs");

  add_user (fixture, ONE, etag);
  g_chmod (blobs, 0);
  if (access (blobs, R_OK | X_OK) == 0)
    {
      // Root may read everything; a line below a file is an error for it as well.
      g_chmod (blobs, 0755);
      fixture_write (fixture, "models--acme--file", "");
      fixture_write (fixture, REFS, "models--acme--file/blobs/aa\n");
      g_autofree char *link = g_build_filename (fixture->root, ONE "/blobs", etag, NULL);
      g_remove (link);
    }
  assert_kept (fixture);
  g_chmod (blobs, 0755);
}

static void
test_symlinked_lock (Fixture      *fixture,
                     gconstpointer data)
{
  fixture_write (fixture, "../outside", "");
  fixture_link (fixture, PLACE ".lock", "../../../outside");
  g_autoptr (MaqCachePlan) plan = plan_prune (fixture);
  g_assert_cmpuint (plan->n_to_do, ==, 1);
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);
  g_assert_cmpuint (outcome->skipped->len, ==, 1);
  g_assert_true (fixture_exists (fixture, PLACE));
}

static void
test_newer_layout (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *etag = dup_etag ();

  add_user (fixture, ONE, etag);
  fixture_write (fixture, "blobs/.huggingface-shared-blobs", "2\n");
  g_autofree char *before = dup_picture (fixture);
  g_assert_true (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", etag, SIZE));
  g_assert_false (maq_cache_has_twin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", etag, SIZE, XET));
  g_autoptr (MaqCacheVerification) verification = verify (fixture);
  g_assert_cmpint (((MaqCacheVerdict *) g_ptr_array_index (verification->verdicts, 0))->state, ==, MAQ_CACHE_FILE_OK);
  g_autoptr (MaqCachePlan) repair = plan_repair (fixture, verification);
  g_assert_true (mentions (repair, "newer program"));
  assert_kept (fixture);
  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, "acme/one", NULL);
  assert_done (fixture, plan, 40);
  assert_kept (fixture);
  g_autofree char *after = dup_picture (fixture);
  g_assert_cmpstr (before, ==, after);
}

static void
test_unmarked (Fixture      *fixture,
               gconstpointer data)
{
  g_autofree char *marker = fixture_dup_path (fixture, "blobs/.huggingface-shared-blobs");
  g_autofree char *etag = dup_etag ();

  // Somebody else's folder, whatever is in it.
  add_user (fixture, ONE, etag);
  g_remove (marker);
  g_autofree char *before = dup_picture (fixture);
  g_autoptr (MaqCacheScan) result = scan (fixture);
  g_assert_nonnull (strstr (result->warnings[0], "blobs in the cache"));
  g_assert_false (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", etag, SIZE));
  g_autoptr (MaqCachePlan) repair = plan_repair (fixture, NULL);
  g_assert_true (mentions (repair, "leads out of the"));
  assert_kept (fixture);
  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, "acme/one", NULL);
  assert_done (fixture, plan, 40);
  fixture_link (fixture, "blobs/.huggingface-shared-blobs", "../marker");
  fixture_write (fixture, "marker", "1\n");
  assert_kept (fixture);
  g_autofree char *after = dup_picture (fixture);
  g_assert_cmpstr (before, ==, after);
}

static void
test_odd_places (Fixture      *fixture,
                 gconstpointer data)
{
  static const char other[] = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd";
  g_autofree char  *etag = dup_etag ();
  g_autofree char  *content = dup_content ();
  g_autofree char  *outside = g_strconcat ("../outside/", other, NULL);
  g_autofree char  *target = g_strconcat ("../../blobs/dd/", other, NULL);

  // A prefix that is a link, and a folder with the name of a payload.
  fixture_write (fixture, outside, content);
  fixture_link (fixture, "blobs/dd", "../../outside");
  fixture_link (fixture, ONE "/blobs/aaaa", target);
  fixture_write (fixture, "blobs/ee/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee/file", "x");
  fixture_link (fixture, ONE "/blobs/bbbb", "../../blobs/ee/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
  fixture_link (fixture, ONE "/snapshots/" COMMIT_A "/model.bin", "../../blobs/aaaa");
  g_assert_false (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", "aaaa", SIZE));
  g_assert_false (maq_cache_has_twin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", etag, SIZE, other));
  g_autoptr (MaqCachePlan) repair = plan_repair (fixture, NULL);
  g_assert_true (mentions (repair, "leads out of the cache"));
  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, "acme/one", NULL);
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);
  g_assert_true (fixture_exists (fixture, outside));
  g_assert_true (fixture_exists (fixture, "blobs/ee/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee/file"));
}

// Writing

static MaqCacheWriter *
begin (Fixture    *fixture,
       const char *id,
       const char *commit,
       const char *xet,
       GError    **error)
{
  g_autofree char *etag = dup_etag ();

  return maq_cache_writer_begin (fixture->cache, MAQ_REPO_KIND_MODEL, id, commit, "model.bin", etag, SIZE, xet, NULL, error);
}

static void
test_new_revision (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = dup_picture (fixture);
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "acme/one", COMMIT_B, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_is_complete (writer));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  g_autofree char *after = dup_picture (fixture);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (fixture_exists (fixture, ONE "/snapshots/" COMMIT_B "/model.bin"));
}

static void
test_store_hit (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *etag = dup_etag ();
  g_autofree char *blob = g_strconcat ("models--acme--new/blobs/", etag, NULL);
  g_autofree char *path = fixture_dup_path (fixture, blob);

  g_assert_true (maq_cache_has_twin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", etag, SIZE, XET));
  g_assert_false (maq_cache_has_twin (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", etag, SIZE - 1, XET));
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "acme/new", COMMIT_A, XET, &error);
  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_is_complete (writer));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  g_autofree char *target = g_file_read_link (path, &error);
  g_assert_cmpstr (target, ==, "../../" PLACE);
  g_autofree char *line = g_strconcat (blob, "\n", NULL);
  g_autofree char *manifest = fixture_dup_text (fixture, REFS);
  g_assert_cmpstr (manifest, ==, line);
  g_assert_true (maq_cache_file_is (file, etag, SIZE));
  assert_kept (fixture);
}

// Another repo links there: without a Xet hash, too.
static void
test_twin (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "acme/new", COMMIT_A, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_is_complete (writer));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_autoptr (MaqCacheScan) result = scan (fixture);
  g_assert_cmpuint (result->size, ==, SIZE);
  g_autoptr (MaqCachePlan) plan = plan_removal (fixture, "acme/new", NULL);
  assert_done (fixture, plan, 0);
}

static void
write_all (MaqCacheWriter *writer)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *content = dup_content ();

  g_assert_false (maq_cache_writer_is_complete (writer));
  g_assert_true (maq_cache_writer_write (writer, 0, content, SIZE, &error));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
}

// A payload with wrong content is not taken, and what is fetched replaces the link and not what it leads to.
static void
test_damaged_payload (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *payload = fixture_dup_path (fixture, PLACE);
  g_autofree char *etag = dup_etag ();
  g_autofree char *wrong = g_strnfill (SIZE, 'w');

  g_chmod (payload, 0644);
  fixture_write (fixture, PLACE, wrong);
  g_chmod (payload, 0444);
  g_autofree char *before = dup_picture (fixture);
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "acme/new", COMMIT_A, XET, &error);
  g_assert_no_error (error);
  write_all (writer);
  g_autofree char *after = dup_picture (fixture);
  g_assert_cmpstr (before, ==, after);

  // A short one shows by its length.
  fixture_link (fixture, ONE "/blobs/short", "../../" PLACE);
  g_assert_false (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", "short", SIZE + 1));
}

// A folder of the user's choice gets a file of its own.
static void
test_local_dir (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *etag = dup_etag ();
  g_autofree char *path = fixture_dup_path (fixture, "../own");
  g_autofree char *before = dup_picture (fixture);
  g_autoptr (MaqCacheLocalDir) dir = maq_cache_local_dir_new (fixture->cache, path, &error);
  struct stat info;

  // Also of a repo that is not here: the store has it.
  g_autofree char *other = maq_cache_dup_content_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/new", COMMIT_A, "model.bin", etag, SIZE, XET);
  g_assert_nonnull (other);
  g_autofree char *source = maq_cache_dup_content_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", COMMIT_A, "model.bin", etag, SIZE, NULL);
  g_assert_true (maq_cache_local_dir_prepare (dir, TRUE, &error));
  g_autoptr (MaqCacheWriter) writer = maq_cache_local_dir_begin (dir, COMMIT_A, "model.bin", etag, SIZE, NULL, source, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (maq_cache_writer_take_file (writer, source, NULL, NULL, &error));
  g_autofree char *file = maq_cache_writer_finish (writer, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lstat (file, &info), ==, 0);
  g_assert_true (S_ISREG (info.st_mode) && (info.st_mode & 0200) != 0);
  g_assert_true (maq_cache_file_is (file, etag, SIZE));
  g_autofree char *after = dup_picture (fixture);
  g_assert_cmpstr (before, ==, after);
}

static void
test_dangling (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *payload = fixture_dup_path (fixture, PLACE);
  g_autofree char *etag = dup_etag ();
  g_autofree char *blob = g_strconcat (ONE "/blobs/", etag, NULL);

  // An older program removed the payload: repair cleans up, and a download fetches it again.
  g_remove (payload);
  g_assert_false (maq_cache_has_blob (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", etag, SIZE));
  g_autofree char *path = maq_cache_dup_file_path (fixture->cache, MAQ_REPO_KIND_MODEL, "acme/one", NULL, "model.bin");
  g_assert_null (path);
  g_autoptr (MaqCacheWriter) writer = begin (fixture, "acme/one", COMMIT_A, XET, &error);
  g_assert_no_error (error);
  write_all (writer);
  g_assert_false (fixture_exists (fixture, PLACE)); // nothing was written through the link
  g_autoptr (MaqCachePlan) repair = plan_repair (fixture, NULL);
  g_assert_cmpuint (repair->n_to_do, ==, 2); // the file of the other repo, and its dead link
  assert_done (fixture, repair, 0);
  g_autoptr (MaqCacheScan) result = scan (fixture);
  for (guint i = 0; i < result->repos->len; i++)
    g_assert_null (((MaqCacheRepo *) g_ptr_array_index (result->repos, i))->warning);
  g_assert_true (fixture_exists (fixture, blob));
  g_autoptr (MaqCachePlan) again = plan_repair (fixture, NULL);
  g_assert_cmpuint (again->steps->len, ==, 0);
}

static void
test_temporary_link (Fixture      *fixture,
                     gconstpointer data)
{
  fixture_link (fixture, ONE "/blobs/.0123abcd.01234567.shared", "../../" PLACE);
  fixture_write (fixture, ONE "/snapshots/" COMMIT_A "/a", "a");
  g_autoptr (MaqCachePlan) repair = plan_repair (fixture, NULL);
  g_assert_cmpuint (repair->steps->len, ==, 0);
  g_autoptr (MaqCachePlan) plan = plan_prune (fixture);
  g_autoptr (MaqCacheOutcome) outcome = carry_out (fixture, plan);
  g_assert_false (fixture_exists (fixture, ONE "/blobs/.0123abcd.01234567.shared"));
}

static void
test_duplicates (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *etag = dup_etag ();
  g_autofree char *content = dup_content ();
  g_autofree char *copy = g_strconcat (TWO "/blobs/", etag, NULL);
  g_autofree char *full = fixture_dup_path (fixture, copy);

  // What another program fetched again becomes a link to what is there.
  add_user (fixture, ONE, etag);
  fixture_write (fixture, copy, content);
  g_autoptr (MaqCachePlan) plan = wait_for_boxed (maq_cache_plan_sharing (fixture->cache), &error);
  g_assert_cmpuint (plan->n_to_do, ==, 1);
  assert_done (fixture, plan, SIZE);
  g_autofree char *target = g_file_read_link (full, NULL);
  g_assert_cmpstr (target, ==, "../../" PLACE);
  g_autoptr (MaqCachePlan) again = wait_for_boxed (maq_cache_plan_sharing (fixture->cache), &error);
  g_assert_cmpuint (again->n_to_do, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/cache/shared/sizes", set_up_two, test_sizes);
  ADD ("/cache/shared/two-names-of-one-payload", set_up_store, test_two_etags);
  ADD ("/cache/shared/verify-and-repair", set_up_two, test_verify);
  ADD ("/cache/shared/a-pointer-straight-into-the-store", set_up_store, test_straight_pointer);
  ADD ("/cache/shared/the-last-repo-takes-the-payload-along", set_up_two, test_remove);
  ADD ("/cache/shared/a-revision", set_up_store, test_remove_revision);
  ADD ("/cache/shared/linked-while-it-is-removed", set_up_store, test_linked_meanwhile);
  ADD ("/cache/shared/prune", set_up_store, test_prune);
  ADD ("/cache/shared/keeps-what-a-kernel-uses", set_up_store, test_kernels);
  ADD ("/cache/shared/keeps-what-has-no-manifest", set_up_store, test_no_manifest);
  ADD ("/cache/shared/keeps-what-is-linked-without-a-line", set_up_store, test_unregistered);
  ADD ("/cache/shared/keeps-what-may-be-used", set_up_store, test_unreadable);
  ADD ("/cache/shared/takes-no-lock-that-is-a-link", set_up_store, test_symlinked_lock);
  ADD ("/cache/shared/only-reads-a-newer-layout", set_up_store, test_newer_layout);
  ADD ("/cache/shared/leaves-an-unmarked-folder-alone", set_up_store, test_unmarked);
  ADD ("/cache/shared/odd-places", set_up_store, test_odd_places);
  ADD ("/cache/shared/a-new-revision-costs-nothing", set_up_two, test_new_revision);
  ADD ("/cache/shared/takes-what-the-store-has", set_up_store, test_store_hit);
  ADD ("/cache/shared/takes-what-another-repo-has-there", set_up_two, test_twin);
  ADD ("/cache/shared/never-takes-or-changes-a-damaged-payload", set_up_store, test_damaged_payload);
  ADD ("/cache/shared/a-copy-for-a-folder", set_up_two, test_local_dir);
  ADD ("/cache/shared/a-dangling-link-is-not-there", set_up_two, test_dangling);
  ADD ("/cache/shared/cleans-up-temporary-links", set_up_store, test_temporary_link);
  ADD ("/cache/shared/duplicates-become-links", set_up_store, test_duplicates);
  return g_test_run ();
}
