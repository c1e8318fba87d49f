// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-care-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

// The plans of repair, pruning and removal: each looks at a survey and writes down steps. Refs come before snapshots, links before
// blobs, so that a plan stopped anywhere leaves a cache that every tool reads.

typedef struct
{
  MaqCache             *cache;
  MaqRepoAddress       *address;
  MaqCacheVerification *verification;
  char                **paths;
  guint                 what;
  guint                 min_age;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_object_unref (self->cache);
  g_clear_pointer (&self->address, maq_repo_address_free);
  g_clear_pointer (&self->verification, maq_cache_verification_unref);
  g_strfreev (self->paths);
  g_free (self);
}

static DexFuture *
start (MaqCache             *cache,
       const MaqRepoAddress *address,
       MaqCacheJobFunc       work,
       Request              *request)
{
  request->cache = g_object_ref (cache);
  request->address = address != NULL ? maq_repo_address_copy (address) : NULL;
  return maq_cache_job_start ("maq-cache-plan", work, NULL, request, request_free);
}

// The steps for the strange things in the root.
static void
report_root (MaqCachePlan *plan,
             GPtrArray    *strays)
{
  for (guint i = 0; i < strays->len; i++)
    maq_cache_plan_add (plan, NULL, MAQ_CACHE_STEP_REPORT, NULL, g_strdup (g_ptr_array_index (strays, i)));
}

// Repair

static gboolean
is_noted (int         root,
          const char *folder,
          const char *commit)
{
  g_autofree char *path = g_build_filename (folder, ".no_exist", commit, NULL);
  g_autofd int     fd = maq_cache_open_folder (root, path, FALSE, NULL);

  return fd >= 0;
}

static void
repair_ref (MaqCachePlan      *plan,
            MaqCacheSurvey    *survey,
            const MaqCacheRef *ref,
            int                root)
{
  MaqCacheStep *step = NULL;

  if (ref->commit == NULL)
    step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REMOVE_REF, ref->name, g_strdup_printf ("The ref %s holds no commit", ref->name));
  else if (!maq_cache_survey_has_commit (survey, ref->commit))
    {
      // What is known not to exist in that commit is found by the ref: worth a folder without files.
      gboolean noted = is_noted (root, survey->folder, ref->commit);
      step = maq_cache_plan_add (plan,
                                 survey,
                                 noted ? MAQ_CACHE_STEP_MEND_REF : MAQ_CACHE_STEP_REMOVE_REF,
                                 ref->name,
                                 g_strdup_printf ("The ref %s names the commit %.7s, which is not here", ref->name, ref->commit));
    }
  else if (!ref->is_clean)
    step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_MEND_REF, ref->name, g_strdup_printf ("The ref %s ends with a newline, which other tools do not understand", ref->name));
  if (step != NULL)
    step->commit = g_strdup (ref->commit);
}

static void
repair_pointers (MaqCachePlan   *plan,
                 MaqCacheSurvey *survey)
{
  for (guint i = 0; i < survey->pointers->len; i++)
    {
      const MaqCachePointer *pointer = g_ptr_array_index (survey->pointers, i);
      const char            *file = maq_cache_pointer_get_file (pointer);
      if (pointer->place == MAQ_CACHE_PLACE_NOWHERE)
        {
          MaqCacheStep *step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REMOVE_LINK, pointer->path, g_strdup_printf ("%s is listed but its content is not here", file));
          step->identity = maq_cache_dup_identity (&pointer->info);
        }
      else if (pointer->place == MAQ_CACHE_PLACE_ELSEWHERE)
        maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REPORT, pointer->path, g_strdup_printf ("%s leads out of the repo's folder; it is left alone", file));
    }
}

// Links in blobs/ to what is not there any more: an older client may have removed a payload that several repos share.
static void
repair_dead_links (MaqCachePlan   *plan,
                   MaqCacheSurvey *survey)
{
  for (guint i = 0; i < survey->dead->len; i++)
    {
      const MaqCacheBlob *dead = g_ptr_array_index (survey->dead, i);
      g_autofree char    *path = g_build_filename ("blobs", dead->name, NULL);
      MaqCacheStep       *step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REMOVE_LINK, path, g_strdup ("What it leads to is not here"));
      step->identity = g_strdup (dead->identity);
    }
}

static void
repair_verdicts (MaqCachePlan         *plan,
                 MaqCacheSurvey       *survey,
                 MaqCacheVerification *verification)
{
  for (guint i = 0; verification != NULL && i < verification->verdicts->len; i++)
    {
      const MaqCacheVerdict *verdict = g_ptr_array_index (verification->verdicts, i);
      if (verdict->kind != survey->kind || !g_str_equal (verdict->id, survey->id))
        continue;
      if (verdict->state == MAQ_CACHE_FILE_UNREADABLE)
        maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REPORT, NULL, g_strdup_printf ("%s: %s", verdict->path, verdict->detail));
      if (verdict->state != MAQ_CACHE_FILE_WRONG_HASH && verdict->state != MAQ_CACHE_FILE_WRONG_SIZE)
        continue;
      g_autofree char *path = verdict->blob != NULL ? g_build_filename ("blobs", verdict->blob, NULL)
                                                    : g_build_filename ("snapshots", verdict->commit, verdict->path, NULL);
      MaqCacheStep    *step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_SET_ASIDE, path, g_strdup_printf ("%s is damaged: %s", verdict->path, verdict->detail));
      step->identity = g_strdup (verdict->identity);
    }
}

static DexFuture *
repair_work (MaqCacheJob *job,
             gpointer     data)
{
  Request *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) strays = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) surveys = maq_cache_survey (self->cache, self->address, job, strays, &error);
  if (surveys == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_autoptr (MaqCachePlan) plan = maq_cache_plan_new ();
  g_autofd int root = maq_cache_open_root (self->cache, FALSE, NULL);
  report_root (plan, strays);
  for (guint i = 0; i < surveys->len; i++)
    {
      MaqCacheSurvey *survey = g_ptr_array_index (surveys, i);
      maq_cache_plan_add_strays (plan, survey);
      if (survey->obstacle != NULL)
        continue;
      for (guint j = 0; j < survey->refs->len; j++)
        repair_ref (plan, survey, g_ptr_array_index (survey->refs, j), root);
      if (!survey->has_snapshots)
        maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_MAKE_SNAPSHOTS, "snapshots", g_strdup ("There is no folder snapshots"));
      repair_pointers (plan, survey);
      repair_dead_links (plan, survey);
      repair_verdicts (plan, survey, self->verification);
    }
  return maq_cache_plan_finish (g_steal_pointer (&plan));
}

DexFuture *
maq_cache_plan_repair (MaqCache             *self,
                       const MaqRepoAddress *address,
                       MaqCacheVerification *verification)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));

  Request *request = g_new0 (Request, 1);
  request->verification = verification != NULL ? maq_cache_verification_ref (verification) : NULL;
  return start (self, address, repair_work, request);
}

// What a revision frees, and that its blobs have one use less from now on.
static guint64
release_revision (MaqCacheSurvey *survey,
                  const char     *commit,
                  MaqCacheTally  *tally)
{
  guint64 frees = 0;

  for (guint i = 0; i < survey->pointers->len; i++)
    {
      const MaqCachePointer *pointer = g_ptr_array_index (survey->pointers, i);
      if (!maq_cache_pointer_is_of (pointer, commit))
        continue;
      MaqCacheBlob *blob = pointer->place == MAQ_CACHE_PLACE_BLOB ? g_hash_table_lookup (survey->by_name, pointer->blob) : NULL;
      if (blob != NULL && --blob->uses == 0)
        frees += maq_cache_tally_remove_blob (tally, survey, blob);
      else if (pointer->place == MAQ_CACHE_PLACE_HERE)
        frees += maq_cache_tally_remove (tally, &pointer->info);
    }
  return frees;
}

static void
add_revision (MaqCachePlan   *plan,
              MaqCacheSurvey *survey,
              const char     *commit,
              MaqCacheTally  *tally,
              char           *reason)
{
  g_autofree char *path = g_build_filename ("snapshots", commit, NULL);
  MaqCacheStep    *step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REMOVE_REVISION, path, reason);

  step->commit = g_strdup (commit);
  step->identity = maq_cache_survey_dup_refs (survey, commit);
  step->frees = release_revision (survey, commit, tally);
}

// ACTION of one file in blobs/.
static void
add_blob (MaqCachePlan       *plan,
          MaqCacheSurvey     *survey,
          MaqCacheStepAction  action,
          const MaqCacheBlob *blob,
          MaqCacheTally      *tally,
          char               *reason)
{
  g_autofree char *path = g_build_filename ("blobs", blob->name, NULL);
  MaqCacheStep    *step = maq_cache_plan_add (plan, survey, action, path, reason);

  step->identity = g_strdup (blob->identity);
  step->frees = maq_cache_tally_remove_blob (tally, survey, blob);
}

// Pruning

typedef struct
{
  const Request *request;
  MaqCachePlan  *plan;
  MaqCacheTally *tally;
  gint64         now; // Unix seconds
} Prune;

static gboolean
is_old (const Prune        *self,
        const MaqCacheBlob *blob)
{
  return self->now - blob->info.st_mtim.tv_sec >= (gint64) self->request->min_age;
}

// Names of Hub tools: a hash, or the MD5 that servers of 2022 gave, with the number of parts.
static gboolean
is_etag (const char *name)
{
  return maq_cache_get_hash_of_name (name) != MAQ_CACHE_HASH_NONE ||
         (strspn (name, "0123456789abcdef") == 32 && (name[32] == '\0' || name[32] == '-'));
}

static void
prune_orphans (Prune          *self,
               MaqCacheSurvey *survey)
{
  for (guint i = 0; i < survey->blobs->len; i++)
    {
      const MaqCacheBlob *blob = g_ptr_array_index (survey->blobs, i);
      if (blob->uses > 0 || !is_old (self, blob))
        continue;
      if (is_etag (blob->name))
        add_blob (self->plan, survey, MAQ_CACHE_STEP_REMOVE_BLOB, blob, self->tally, g_strdup ("No revision uses it"));
      else
        maq_cache_plan_add (self->plan, survey, MAQ_CACHE_STEP_REPORT, NULL, g_strdup_printf ("blobs/%s is used by no revision, but no Hub tool gives such names; it is left alone", blob->name));
    }
}

static void
prune_revisions (Prune          *self,
                 MaqCacheSurvey *survey)
{
  g_autoptr (GHashTable) named = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < survey->refs->len; i++)
    {
      const MaqCacheRef *ref = g_ptr_array_index (survey->refs, i);
      if (ref->commit != NULL && maq_cache_survey_has_commit (survey, ref->commit))
        g_hash_table_add (named, ref->commit);
    }
  // Where nothing has a ref, what is there was asked for by its commit, or fetched by a tool that writes no refs.
  if (g_hash_table_size (named) == 0)
    return;
  for (guint i = 0; i < survey->commits->len; i++)
    {
      const char *commit = g_ptr_array_index (survey->commits, i);
      if (!g_hash_table_contains (named, commit))
        add_revision (self->plan, survey, commit, self->tally, g_strdup_printf ("No ref names the revision %.7s", commit));
    }
}

static void
prune_partials (Prune          *self,
                MaqCacheSurvey *survey)
{
  for (guint i = 0; i < survey->partials->len; i++)
    {
      const MaqCacheBlob *partial = g_ptr_array_index (survey->partials, i);
      gboolean            own = maq_cache_is_own_partial (partial->name);
      if (!is_old (self, partial) || (self->request->what & (own ? MAQ_CACHE_PRUNE_PAUSED : MAQ_CACHE_PRUNE_PARTIALS)) == 0)
        continue;
      add_blob (self->plan,
                survey,
                MAQ_CACHE_STEP_REMOVE_PARTIAL,
                partial,
                self->tally,
                g_strdup (own ? "A download of Maquette that was not finished" : "Another program did not finish this download"));
    }
}

// What in the shared store no repo has. Nobody is seen to use what has no manifest, and it stays.
static void
prune_store (Prune *self,
             int    root)
{
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (root);
  g_autoptr (GHashTable) links = NULL;
  g_auto (GStrv) hashes = maq_cache_shared_list (store);

  for (guint i = 0; hashes[i] != NULL; i++)
    {
      struct stat info;
      if (!maq_cache_shared_stat_payload (store, hashes[i], &info) || self->now - info.st_mtim.tv_sec < (gint64) self->request->min_age)
        continue;
      g_autoptr (GHashTable) users = maq_cache_shared_list_users (store, hashes[i], &links);
      if (users == NULL || g_hash_table_size (users) > 0)
        continue;
      g_autofree char *path = g_strdup_printf (MAQ_CACHE_SHARED_FOLDER "/%.2s/%s", hashes[i], hashes[i]);
      MaqCacheStep    *step = maq_cache_plan_add (self->plan, NULL, MAQ_CACHE_STEP_REMOVE_PAYLOAD, path, g_strdup ("No repo uses it"));
      step->identity = maq_cache_dup_identity (&info);
      step->frees = maq_cache_tally_remove (self->tally, &info);
    }
}

static DexFuture *
prune_work (MaqCacheJob *job,
            gpointer     data)
{
  Request *self = data;
  g_autoptr (GError) error = NULL;
  g_autofd int root = maq_cache_open_root (self->cache, FALSE, NULL);
  g_autoptr (MaqCacheTally) tally = maq_cache_tally_new (root);
  g_autoptr (MaqCachePlan) plan = maq_cache_plan_new ();
  g_autoptr (GPtrArray) surveys = maq_cache_survey (self->cache, NULL, job, NULL, &error);
  Prune prune = { .request = self, .plan = plan, .tally = tally, .now = g_get_real_time () / G_USEC_PER_SEC };
  if (surveys == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = 0; i < surveys->len; i++)
    {
      MaqCacheSurvey *survey = g_ptr_array_index (surveys, i);
      if (survey->obstacle != NULL)
        {
          maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REPORT, NULL, g_strdup (survey->obstacle));
          continue;
        }
      if (self->what & MAQ_CACHE_PRUNE_ORPHANS)
        prune_orphans (&prune, survey);
      if (self->what & MAQ_CACHE_PRUNE_REVISIONS)
        prune_revisions (&prune, survey);
      prune_partials (&prune, survey);
      for (guint j = 0; (self->what & MAQ_CACHE_PRUNE_SET_ASIDE) && j < survey->set_aside->len; j++)
        add_blob (plan, survey, MAQ_CACHE_STEP_REMOVE_BLOB, g_ptr_array_index (survey->set_aside, j), tally, g_strdup ("A repair moved it out of the way"));
    }
  if ((self->what & MAQ_CACHE_PRUNE_ORPHANS) != 0)
    prune_store (&prune, root);
  return maq_cache_plan_finish (g_steal_pointer (&plan));
}

DexFuture *
maq_cache_plan_prune (MaqCache *self,
                      guint     what,
                      guint     min_age)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));

  Request *request = g_new0 (Request, 1);
  request->what = what;
  request->min_age = min_age;
  return start (self, NULL, prune_work, request);
}

// Removal

static void
remove_repo (MaqCachePlan   *plan,
             MaqCacheSurvey *survey,
             MaqCacheTally  *tally,
             int             root,
             char           *reason)
{
  MaqCacheStep *step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REMOVE_REPO, NULL, reason);

  step->frees = maq_cache_tally_remove_repo (tally, root, survey);
}

static GPtrArray *
choose_pointers (MaqCacheSurvey *survey,
                 const char     *commit,
                 char          **paths,
                 GError        **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  g_autoptr (GHashTable) found = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < survey->pointers->len; i++)
    {
      MaqCachePointer *pointer = g_ptr_array_index (survey->pointers, i);
      const char      *file = maq_cache_pointer_get_file (pointer);
      if ((commit == NULL || maq_cache_pointer_is_of (pointer, commit)) && g_strv_contains ((const char *const *) paths, file))
        {
          g_ptr_array_add (chosen, pointer);
          g_hash_table_add (found, (char *) file);
        }
    }
  for (guint i = 0; paths[i] != NULL; i++)
    if (!g_hash_table_contains (found, paths[i]))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s has no file %s in the cache", survey->id, paths[i]);
        return NULL;
      }
  return g_steal_pointer (&chosen);
}

static void
remove_pointers (MaqCachePlan   *plan,
                 MaqCacheSurvey *survey,
                 GPtrArray      *chosen,
                 MaqCacheTally  *tally)
{
  g_autoptr (GPtrArray) unused = g_ptr_array_new ();

  for (guint i = 0; i < chosen->len; i++)
    {
      const MaqCachePointer *pointer = g_ptr_array_index (chosen, i);
      MaqCacheStep          *step = maq_cache_plan_add (plan, survey, MAQ_CACHE_STEP_REMOVE_FILE, pointer->path, g_strdup ("Asked for"));
      MaqCacheBlob          *blob = pointer->place == MAQ_CACHE_PLACE_BLOB ? g_hash_table_lookup (survey->by_name, pointer->blob) : NULL;
      step->identity = maq_cache_dup_identity (&pointer->info);
      step->source = blob != NULL ? g_strdup (blob->name) : NULL;
      if (pointer->place == MAQ_CACHE_PLACE_HERE)
        step->frees = maq_cache_tally_remove (tally, &pointer->info);
      if (blob != NULL && --blob->uses == 0)
        g_ptr_array_add (unused, blob);
    }
  for (guint i = 0; i < unused->len; i++)
    add_blob (plan, survey, MAQ_CACHE_STEP_REMOVE_BLOB, g_ptr_array_index (unused, i), tally, g_strdup ("Then no revision uses it"));
}

static DexFuture *
removal_work (MaqCacheJob *job,
              gpointer     data)
{
  Request *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqCachePlan) plan = maq_cache_plan_new ();
  g_autoptr (GPtrArray) surveys = maq_cache_survey (self->cache, self->address, job, NULL, &error);
  g_autofd int root = surveys != NULL ? maq_cache_open_root (self->cache, FALSE, &error) : -1;
  g_autoptr (MaqCacheTally) tally = maq_cache_tally_new (root);
  const char      *revision = self->address->revision;
  g_autofree char *commit = revision != NULL ? maq_cache_dup_commit (self->cache, self->address->kind, self->address->id, revision) : NULL;
  if (root < 0)
    return dex_future_new_for_error (g_steal_pointer (&error));

  MaqCacheSurvey *survey = g_ptr_array_index (surveys, 0);
  if (survey->obstacle != NULL)
    return dex_future_new_reject (MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, "%s: %s", survey->id, survey->obstacle);
  if (revision != NULL && (commit == NULL || !maq_cache_survey_has_commit (survey, commit)))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s has no revision %s in the cache", survey->id, revision);

  if (self->paths != NULL)
    {
      g_autoptr (GPtrArray) chosen = choose_pointers (survey, commit, self->paths, &error);
      if (chosen == NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));
      if (chosen->len == survey->pointers->len)
        remove_repo (plan, survey, tally, root, g_strdup ("All its files are asked for"));
      else
        remove_pointers (plan, survey, chosen, tally);
    }
  else if (commit == NULL)
    remove_repo (plan, survey, tally, root, g_strdup ("Asked for"));
  else if (survey->commits->len == 1)
    remove_repo (plan, survey, tally, root, g_strdup_printf ("%.7s is its only revision", commit));
  else
    add_revision (plan, survey, commit, tally, g_strdup ("Asked for"));
  return maq_cache_plan_finish (g_steal_pointer (&plan));
}

DexFuture *
maq_cache_plan_removal (MaqCache             *self,
                        const MaqRepoAddress *address,
                        const char *const    *paths)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));
  dex_return_error_if_fail (address != NULL);

  Request *request = g_new0 (Request, 1);
  request->paths = paths != NULL && paths[0] != NULL ? g_strdupv ((char **) paths) : NULL;
  return start (self, address, removal_work, request);
}
