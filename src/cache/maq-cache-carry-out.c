// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-care-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Between the plan and now other programs went on working. So each thing is looked at again, under the lock of its blob where
// there is one, and is left alone when it is no longer what the plan speaks of.

// Blobs whose locks are held at once, so that one look at the snapshots is enough for all of them.
#define BATCH 64

typedef struct
{
  MaqCache            *cache;
  MaqCachePlan        *plan;
  MaqCacheProgressFunc func;
  gpointer             func_data;

  MaqCacheJob     *job; // in the worker
  MaqCacheShared  *store;
  MaqCacheOutcome *outcome;
  GError          *read_only; // the first of its kind
  char            *root_path;
  int              root;
} CarryOut;

static void
carry_out_free (gpointer data)
{
  CarryOut *self = data;

  g_object_unref (self->cache);
  maq_cache_plan_unref (self->plan);
  g_clear_pointer (&self->outcome, maq_cache_outcome_unref);
  g_clear_pointer (&self->store, maq_cache_shared_free);
  g_clear_error (&self->read_only);
  g_clear_fd (&self->root, NULL);
  g_free (self->root_path);
  g_free (self);
}

static void
set_changed (GError    **error,
             const char *what)
{
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED, "%s is no longer what it was; nothing was done", what);
}

// Takes ERROR as the reason why STEP was not done.
static void
skip (CarryOut           *self,
      const MaqCacheStep *step,
      GError             *error)
{
  const char *what = step->path != NULL ? step->path : step->folder;

  g_ptr_array_add (self->outcome->skipped, step->id != NULL ? g_strdup_printf ("%s, %s: %s", step->id, what, error->message) : g_strdup_printf ("%s: %s", what, error->message));
  if (self->read_only == NULL && g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_READ_ONLY))
    self->read_only = error;
  else
    g_error_free (error);
}

// The repo's folder itself: unlike elsewhere not if it is a link.
static int
open_repo (CarryOut           *self,
           const MaqCacheStep *step,
           GError            **error)
{
  return maq_cache_open_folder (self->root, step->folder, FALSE, error);
}

static MaqCacheSurvey *
survey (CarryOut           *self,
        const MaqCacheStep *step,
        GError            **error)
{
  g_autoptr (MaqCacheSurvey) found = maq_cache_survey_repo (self->root, self->root_path, step->folder, step->kind, step->id);

  if (found->obstacle == NULL)
    return g_steal_pointer (&found);
  g_set_error_literal (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_UNSAFE, found->obstacle);
  return NULL;
}

// Whether NAME in PARENT is still what the plan saw. INFO: of what the name itself is, also where that is a link.
static gboolean
check_identity (CarryOut           *self,
                int                 parent,
                const char         *name,
                const MaqCacheStep *step,
                struct stat        *info,
                GError            **error)
{
  if (!maq_cache_stat (parent, name, info))
    {
      maq_cache_set_errno (error, errno, "Cannot find", name);
      return FALSE;
    }
  struct stat      content;
  gboolean         is_blob = g_str_has_prefix (step->path, "blobs/") && step->action != MAQ_CACHE_STEP_REMOVE_PARTIAL;
  g_autofree char *of_blob = is_blob ? maq_cache_shared_dup_identity (self->store, parent, name, &content) : NULL;
  g_autofree char *own = maq_cache_dup_identity (info);
  if (g_strcmp0 (of_blob != NULL ? of_blob : own, step->identity) == 0)
    return TRUE;
  set_changed (error, name);
  return FALSE;
}

static gboolean
remove_name (int                parent,
             const char        *name,
             const struct stat *info,
             guint64           *freed,
             GError           **error)
{
  if (unlinkat (parent, name, 0) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot remove", name);
      return FALSE;
    }
  if (S_ISREG (info->st_mode) && info->st_nlink == 1)
    *freed += maq_cache_get_freed (info);
  return TRUE;
}

// Removes the folders of a snapshot, or of refs/, that are empty now, but not the first LEVELS of PATH.
static void
remove_empty_parents (int         repo,
                      const char *path,
                      guint       levels)
{
  g_autofree char *folder = g_path_get_dirname (path);

  for (;;)
    {
      const char *name = NULL;
      guint       depth = 1;
      for (const char *p = folder; *p != '\0'; p++)
        depth += *p == '/';
      g_autofd int parent = depth > levels ? maq_cache_open_parent (repo, folder, FALSE, &name, NULL) : -1;
      if (parent < 0 || unlinkat (parent, name, AT_REMOVEDIR) != 0)
        return;
      char *up = g_path_get_dirname (folder);
      g_free (folder);
      folder = up;
    }
}

static gboolean
remove_ref (CarryOut           *self,
            const MaqCacheStep *step,
            GError            **error)
{
  g_autoptr (MaqCacheSurvey) now = survey (self, step, error);
  const MaqCacheRef *ref = NULL;

  for (guint i = 0; now != NULL && i < now->refs->len; i++)
    if (g_str_equal (((MaqCacheRef *) g_ptr_array_index (now->refs, i))->name, step->path))
      ref = g_ptr_array_index (now->refs, i);
  if (now == NULL)
    return FALSE;
  if (ref == NULL || g_strcmp0 (ref->commit, step->commit) != 0 || (ref->commit != NULL && maq_cache_survey_has_commit (now, ref->commit)))
    {
      set_changed (error, step->path);
      return FALSE;
    }

  g_autofree char *path = g_build_filename ("refs", step->path, NULL);
  const char      *name = NULL;
  g_autofd int     repo = open_repo (self, step, error);
  g_autofd int     parent = repo >= 0 ? maq_cache_open_parent (repo, path, FALSE, &name, error) : -1;
  struct stat      info;
  guint64          freed = 0; // a ref's few bytes do not count, as in a plan
  if (parent < 0 || fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !remove_name (parent, name, &info, &freed, error))
    return FALSE;
  remove_empty_parents (repo, path, 1);
  return TRUE;
}

static gboolean
mend_ref (CarryOut           *self,
          const MaqCacheStep *step,
          GError            **error)
{
  g_autofree char *commit = maq_cache_dup_commit (self->cache, step->kind, step->id, step->path);
  g_autofd int     repo = open_repo (self, step, error);

  if (repo < 0)
    return FALSE;
  if (g_strcmp0 (commit, step->commit) == 0)
    return maq_cache_write_ref (self->cache, step->kind, step->id, step->path, commit, error);
  set_changed (error, step->path);
  return FALSE;
}

static gboolean
make_snapshots (CarryOut           *self,
                const MaqCacheStep *step,
                GError            **error)
{
  g_autofd int repo = open_repo (self, step, error);
  g_autofd int snapshots = repo >= 0 ? maq_cache_open_folder (repo, "snapshots", TRUE, error) : -1;

  return snapshots >= 0;
}

static gboolean
remove_link (CarryOut           *self,
             const MaqCacheStep *step,
             GError            **error)
{
  const char  *name = NULL;
  struct stat  info, target;
  g_autofd int repo = open_repo (self, step, error);
  g_autofd int parent = repo >= 0 ? maq_cache_open_parent (repo, step->path, FALSE, &name, error) : -1;

  if (parent < 0 || !check_identity (self, parent, name, step, &info, error))
    return FALSE;
  // Somebody may have fetched what it leads to.
  if (fstatat (parent, name, &target, 0) == 0)
    {
      set_changed (error, name);
      return FALSE;
    }
  guint64 freed = 0;
  if (!remove_name (parent, name, &info, &freed, error))
    return FALSE;
  remove_empty_parents (repo, step->path, 2);
  return TRUE;
}

static gboolean
remove_file (CarryOut           *self,
             const MaqCacheStep *step,
             GError            **error)
{
  const char  *name = NULL;
  struct stat  info;
  g_autofd int repo = open_repo (self, step, error);
  g_autofd int parent = repo >= 0 ? maq_cache_open_parent (repo, step->path, FALSE, &name, error) : -1;

  // A blob that is being fetched keeps its links.
  if (parent < 0 || !check_identity (self, parent, name, step, &info, error))
    return FALSE;
  int lock = step->source != NULL ? maq_cache_lock_for_removal (self->root, step->folder, step->source, error) : MAQ_CACHE_NO_LOCK;
  if (lock == -1)
    return FALSE;
  gboolean ok = remove_name (parent, name, &info, &self->outcome->freed, error);
  if (ok)
    remove_empty_parents (repo, step->path, 2);
  if (lock >= 0)
    close (lock);
  return ok;
}

// Moves what NAME of PARENT is to a name in blobs/ that nobody reads.
static gboolean
move_aside (int         repo,
            int         parent,
            const char *name,
            const char *etag,
            GError    **error)
{
  g_autofree char *aside = g_strdup_printf ("%s.maquette-%08x.damaged", etag, g_random_int ());
  g_autofd int     blobs = maq_cache_open_folder (repo, "blobs", TRUE, error);

  if (blobs < 0)
    return FALSE;
  if (renameat (parent, name, blobs, aside) == 0)
    return TRUE;
  maq_cache_set_errno (error, errno, "Cannot move", name);
  return FALSE;
}

// Removes the links to BLOB in all snapshots.
static gboolean
unlink_blob (CarryOut           *self,
             const MaqCacheStep *step,
             int                 repo,
             const char         *blob,
             GError            **error)
{
  g_autoptr (MaqCacheSurvey) now = survey (self, step, error);

  for (guint i = 0; now != NULL && i < now->pointers->len; i++)
    {
      const MaqCachePointer *pointer = g_ptr_array_index (now->pointers, i);
      if (pointer->place != MAQ_CACHE_PLACE_BLOB || !g_str_equal (pointer->blob, blob))
        continue;
      const char  *name = NULL;
      guint64      freed = 0;
      g_autofd int parent = maq_cache_open_parent (repo, pointer->path, FALSE, &name, error);
      if (parent < 0 || !remove_name (parent, name, &pointer->info, &freed, error))
        return FALSE;
      remove_empty_parents (repo, pointer->path, 2);
    }
  return now != NULL;
}

// The link goes, so that the file is fetched again. What it leads to comes here if no other repo has it, and else stays: it shows
// as damaged there as well.
static gboolean
set_link_aside (CarryOut   *self,
                int         repo,
                int         parent,
                const char *name,
                GError    **error)
{
  struct stat info;
  g_autoptr (GHashTable) links = NULL;
  g_autofree char *aside = g_strdup_printf ("%s.maquette-%08x.damaged", name, g_random_int ());
  g_autofree char *place = maq_cache_shared_dup_payload (self->store, parent, name, &info);
  g_autofree char *hash = place != NULL ? g_path_get_basename (place) : NULL;
  g_autofd int     blobs = maq_cache_open_folder (repo, "blobs", FALSE, error);

  if (blobs < 0)
    return FALSE;
  if (unlinkat (parent, name, 0) != 0)
    {
      maq_cache_set_errno (error, errno, "Cannot remove", name);
      return FALSE;
    }
  return hash == NULL || maq_cache_shared_sweep (self->store, hash, &links, blobs, aside, &self->outcome->freed, error);
}

static gboolean
set_aside (CarryOut           *self,
           const MaqCacheStep *step,
           GError            **error)
{
  const char  *name = NULL;
  struct stat  info;
  g_autofd int repo = open_repo (self, step, error);
  g_autofd int parent = repo >= 0 ? maq_cache_open_parent (repo, step->path, FALSE, &name, error) : -1;
  gboolean     is_blob = g_str_has_prefix (step->path, "blobs/");

  if (parent < 0 || !check_identity (self, parent, name, step, &info, error))
    return FALSE;
  int lock = is_blob ? maq_cache_lock_for_removal (self->root, step->folder, name, error) : MAQ_CACHE_NO_LOCK;
  if (lock == -1)
    return FALSE;
  gboolean ok = !is_blob || unlink_blob (self, step, repo, name, error);
  if (ok && S_ISLNK (info.st_mode))
    ok = set_link_aside (self, repo, parent, name, error);
  else if (ok)
    ok = move_aside (repo, parent, name, is_blob ? name : "file", error);
  maq_cache_unlock_removed (lock, self->root, step->folder, name);
  return ok;
}

static gboolean
remove_partial (CarryOut           *self,
                const MaqCacheStep *step,
                GError            **error)
{
  const char      *name = NULL;
  struct stat      info;
  g_autofd int     repo = open_repo (self, step, error);
  g_autofd int     parent = repo >= 0 ? maq_cache_open_parent (repo, step->path, FALSE, &name, error) : -1;
  g_autofree char *etag = parent >= 0 ? maq_cache_dup_etag_of (name) : NULL;
  int              lock = etag != NULL ? maq_cache_lock_for_removal (self->root, step->folder, etag, error) : -1;

  if (lock == MAQ_CACHE_NO_LOCK)
    g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED, "Nothing can be locked here, so another program may be writing it");
  gboolean ok = lock >= 0 && check_identity (self, parent, name, step, &info, error) &&
                remove_name (parent, name, &info, &self->outcome->freed, error);
  if (ok)
    maq_cache_unlock_removed (lock, self->root, step->folder, etag);
  else if (lock >= 0)
    close (lock);
  return ok;
}

static gboolean
remove_revision (CarryOut           *self,
                 const MaqCacheStep *step,
                 GError            **error)
{
  g_autoptr (MaqCacheSurvey) now = survey (self, step, error);
  g_autofree char *refs = now != NULL ? maq_cache_survey_dup_refs (now, step->commit) : NULL;

  if (now == NULL)
    return FALSE;
  if (g_strcmp0 (refs, step->identity) != 0)
    {
      set_changed (error, step->path);
      return FALSE;
    }
  return maq_cache_delete_now (self->cache, step->kind, step->id, step->commit, &self->outcome->freed, error);
}

// Removes the blob of STEP if it may go now; its lock is held. LINKS: see maq_cache_shared_sweep.
static gboolean
remove_blob (CarryOut           *self,
             const MaqCacheStep *step,
             MaqCacheSurvey     *now,
             GHashTable        **links,
             GError            **error)
{
  const char         *name = NULL;
  struct stat         info;
  g_autofd int        repo = open_repo (self, step, error);
  g_autofd int        parent = repo >= 0 ? maq_cache_open_parent (repo, step->path, FALSE, &name, error) : -1;
  const MaqCacheBlob *blob = parent >= 0 ? g_hash_table_lookup (now->by_name, name) : NULL;

  if (parent < 0 || !check_identity (self, parent, name, step, &info, error))
    return FALSE;
  if (blob != NULL && blob->uses > 0)
    {
      g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED, "A revision uses it now");
      return FALSE;
    }
  if (!remove_name (parent, name, &info, &self->outcome->freed, error))
    return FALSE;
  // The link first, then what nobody links to any more.
  g_autoptr (GError) failure = NULL;
  g_autofree char *hash = blob != NULL && blob->payload != NULL ? g_path_get_basename (blob->payload) : NULL;
  if (hash != NULL && !maq_cache_shared_sweep (self->store, hash, links, -1, NULL, &self->outcome->freed, &failure))
    g_info ("%s stays in the store: %s", hash, failure->message);
  return TRUE;
}

// Nothing has linked to it for long.
static gboolean
remove_payload (CarryOut           *self,
                const MaqCacheStep *step,
                GHashTable        **links,
                GError            **error)
{
  struct stat      info;
  guint64          before = self->outcome->freed;
  g_autofree char *hash = g_path_get_basename (step->path);
  g_autofd int     fd = maq_cache_shared_open_payload (self->store, hash, &info);
  g_autofree char *now = fd >= 0 ? maq_cache_dup_identity (&info) : NULL;

  if (g_strcmp0 (now, step->identity) != 0)
    {
      set_changed (error, step->path);
      return FALSE;
    }
  if (!maq_cache_shared_sweep (self->store, hash, links, -1, NULL, &self->outcome->freed, error))
    return FALSE;
  if (self->outcome->freed > before || info.st_size == 0)
    return TRUE;
  g_set_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_LOCKED, "A repo uses it now");
  return FALSE;
}

static void
count (CarryOut           *self,
       const MaqCacheStep *step,
       gboolean            ok,
       GError             *error)
{
  if (ok)
    self->outcome->n_done++;
  else
    skip (self, step, error);
  maq_cache_job_add_done (self->job, step->frees);
}

// The N steps from FIRST on remove payloads of the store.
static void
remove_payloads (CarryOut *self,
                 guint     first,
                 guint     n)
{
  g_autoptr (GHashTable) links = NULL;

  for (guint i = 0; i < n; i++)
    {
      const MaqCacheStep *step = g_ptr_array_index (self->plan->steps, first + i);
      GError             *failure = NULL;
      gboolean            ok = remove_payload (self, step, &links, &failure);
      count (self, step, ok, failure);
    }
}

// The N steps from FIRST on remove blobs of one repo.
static void
remove_blobs (CarryOut *self,
              guint     first,
              guint     n)
{
  int     locks[BATCH];
  GError *errors[BATCH] = { NULL };

  for (guint i = 0; i < n; i++)
    {
      const MaqCacheStep *step = g_ptr_array_index (self->plan->steps, first + i);
      g_autofree char    *name = g_path_get_basename (step->path);
      g_autofree char    *etag = maq_cache_dup_etag_of (name);
      locks[i] = maq_cache_lock_for_removal (self->root, step->folder, etag, &errors[i]);
    }
  g_autoptr (GError) obstacle = NULL;
  g_autoptr (MaqCacheSurvey) now = survey (self, g_ptr_array_index (self->plan->steps, first), &obstacle);
  g_autoptr (GHashTable) links = NULL;
  for (guint i = 0; i < n; i++)
    {
      const MaqCacheStep *step = g_ptr_array_index (self->plan->steps, first + i);
      g_autofree char    *name = g_path_get_basename (step->path);
      g_autofree char    *etag = maq_cache_dup_etag_of (name);
      if (locks[i] != -1 && now == NULL)
        errors[i] = g_error_copy (obstacle);
      gboolean ok = errors[i] == NULL && remove_blob (self, step, now, &links, &errors[i]);
      if (ok)
        maq_cache_unlock_removed (locks[i], self->root, step->folder, etag);
      else if (locks[i] >= 0)
        close (locks[i]);
      count (self, step, ok, errors[i]);
    }
}

// How many steps from FIRST on can be done as one.
static guint
get_batch (const MaqCachePlan *plan,
           guint               first)
{
  const MaqCacheStep *step = g_ptr_array_index (plan->steps, first);
  guint               n = 1;
  gboolean            in_batches = step->action == MAQ_CACHE_STEP_REMOVE_BLOB || step->action == MAQ_CACHE_STEP_REMOVE_PAYLOAD;

  for (; in_batches && n < BATCH && first + n < plan->steps->len; n++)
    {
      const MaqCacheStep *next = g_ptr_array_index (plan->steps, first + n);
      if (next->action != step->action || g_strcmp0 (next->folder, step->folder) != 0)
        break;
    }
  return n;
}

static gboolean
do_step (CarryOut           *self,
         const MaqCacheStep *step,
         GError            **error)
{
  switch (step->action)
    {
    case MAQ_CACHE_STEP_MEND_REF:
      return mend_ref (self, step, error);
    case MAQ_CACHE_STEP_REMOVE_REF:
      return remove_ref (self, step, error);
    case MAQ_CACHE_STEP_MAKE_SNAPSHOTS:
      return make_snapshots (self, step, error);
    case MAQ_CACHE_STEP_REMOVE_LINK:
      return remove_link (self, step, error);
    case MAQ_CACHE_STEP_REMOVE_FILE:
      return remove_file (self, step, error);
    case MAQ_CACHE_STEP_SET_ASIDE:
      return set_aside (self, step, error);
    case MAQ_CACHE_STEP_REMOVE_REVISION:
      return remove_revision (self, step, error);
    case MAQ_CACHE_STEP_REMOVE_REPO:
      return maq_cache_delete_now (self->cache, step->kind, step->id, NULL, &self->outcome->freed, error);
    case MAQ_CACHE_STEP_REMOVE_PARTIAL:
      return remove_partial (self, step, error);
    case MAQ_CACHE_STEP_SHARE:
      return maq_cache_share (self->store, self->root, step, self->job, &self->outcome->freed, error);
    case MAQ_CACHE_STEP_REMOVE_BLOB: // in batches
    case MAQ_CACHE_STEP_REMOVE_PAYLOAD:
    case MAQ_CACHE_STEP_REPORT:
      break;
    }
  return TRUE;
}

static void
set_total (CarryOut *self)
{
  guint64 total = 0;

  for (guint i = 0; i < self->plan->steps->len; i++)
    {
      const MaqCacheStep *step = g_ptr_array_index (self->plan->steps, i);
      // Both contents are read, and then it is freed.
      total += step->action == MAQ_CACHE_STEP_SHARE ? 3 * step->frees : step->frees;
    }
  maq_cache_job_set_total (self->job, total);
}

static DexFuture *
carry_out_work (MaqCacheJob *job,
                gpointer     data)
{
  CarryOut *self = data;
  g_autoptr (GError) error = NULL;

  self->job = job;
  self->outcome = g_atomic_rc_box_new0 (MaqCacheOutcome);
  self->outcome->skipped = g_ptr_array_new_with_free_func (g_free);
  if (self->plan->n_to_do == 0)
    return dex_future_new_take_boxed (MAQ_TYPE_CACHE_OUTCOME, g_steal_pointer (&self->outcome));
  self->root = maq_cache_open_root (self->cache, FALSE, &error);
  if (self->root < 0)
    return dex_future_new_for_error (g_steal_pointer (&error));
  self->root_path = realpath (maq_cache_get_root (self->cache), NULL);
  self->store = maq_cache_shared_open (self->root);
  set_total (self);

  for (guint i = 0, n = 1; i < self->plan->steps->len; i += n)
    {
      const MaqCacheStep *step = g_ptr_array_index (self->plan->steps, i);
      if (maq_cache_job_is_stopped (job))
        return maq_cache_job_new_stopped ();
      n = get_batch (self->plan, i);
      if (step->action == MAQ_CACHE_STEP_REMOVE_BLOB)
        remove_blobs (self, i, n);
      else if (step->action == MAQ_CACHE_STEP_REMOVE_PAYLOAD)
        remove_payloads (self, i, n);
      else if (step->action != MAQ_CACHE_STEP_REPORT)
        {
          GError  *failure = NULL;
          gboolean ok = do_step (self, step, &failure);
          count (self, step, ok, failure);
        }
    }
  if (self->outcome->n_done == 0 && self->read_only != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->read_only));
  return dex_future_new_take_boxed (MAQ_TYPE_CACHE_OUTCOME, g_steal_pointer (&self->outcome));
}

static void
carry_out_tick (MaqCacheJob *job,
                gpointer     data)
{
  CarryOut *self = data;
  guint64   done = 0, total = 0;

  maq_cache_job_get_progress (job, &done, &total);
  if (self->func != NULL)
    self->func (done, total, self->func_data);
}

DexFuture *
maq_cache_carry_out (MaqCache            *self,
                     MaqCachePlan        *plan,
                     MaqCacheProgressFunc func,
                     gpointer             data)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));
  dex_return_error_if_fail (plan != NULL);

  CarryOut *carry_out = g_new0 (CarryOut, 1);
  carry_out->cache = g_object_ref (self);
  carry_out->plan = maq_cache_plan_ref (plan);
  carry_out->func = func;
  carry_out->func_data = data;
  carry_out->root = -1;
  return maq_cache_job_start ("maq-cache-care", carry_out_work, carry_out_tick, carry_out, carry_out_free);
}
