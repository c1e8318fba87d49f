// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-care-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
step_free (gpointer data)
{
  MaqCacheStep *self = data;

  g_free (self->id);
  g_free (self->folder);
  g_free (self->path);
  g_free (self->commit);
  g_free (self->source);
  g_free (self->reason);
  g_free (self->identity);
  g_free (self);
}

static void
plan_clear (gpointer data)
{
  g_ptr_array_unref (((MaqCachePlan *) data)->steps);
}

MaqCachePlan *
maq_cache_plan_ref (MaqCachePlan *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_cache_plan_unref (MaqCachePlan *self)
{
  g_atomic_rc_box_release_full (self, plan_clear);
}

G_DEFINE_BOXED_TYPE (MaqCachePlan, maq_cache_plan, maq_cache_plan_ref, maq_cache_plan_unref)

static void
outcome_clear (gpointer data)
{
  g_ptr_array_unref (((MaqCacheOutcome *) data)->skipped);
}

MaqCacheOutcome *
maq_cache_outcome_ref (MaqCacheOutcome *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_cache_outcome_unref (MaqCacheOutcome *self)
{
  g_atomic_rc_box_release_full (self, outcome_clear);
}

G_DEFINE_BOXED_TYPE (MaqCacheOutcome, maq_cache_outcome, maq_cache_outcome_ref, maq_cache_outcome_unref)

const char *
maq_cache_step_action_to_string (MaqCacheStepAction action)
{
  switch (action)
    {
    case MAQ_CACHE_STEP_REPORT:
      return "report";
    case MAQ_CACHE_STEP_MEND_REF:
      return "mend-ref";
    case MAQ_CACHE_STEP_REMOVE_REF:
      return "remove-ref";
    case MAQ_CACHE_STEP_MAKE_SNAPSHOTS:
      return "make-snapshots";
    case MAQ_CACHE_STEP_REMOVE_LINK:
      return "remove-link";
    case MAQ_CACHE_STEP_REMOVE_FILE:
      return "remove-file";
    case MAQ_CACHE_STEP_SET_ASIDE:
      return "set-aside";
    case MAQ_CACHE_STEP_REMOVE_REVISION:
      return "remove-revision";
    case MAQ_CACHE_STEP_REMOVE_REPO:
      return "remove-repo";
    case MAQ_CACHE_STEP_REMOVE_BLOB:
      return "remove-blob";
    case MAQ_CACHE_STEP_REMOVE_PARTIAL:
      return "remove-partial";
    case MAQ_CACHE_STEP_REMOVE_PAYLOAD:
      return "remove-payload";
    case MAQ_CACHE_STEP_SHARE:
      return "share";
    }
  return NULL;
}

char *
maq_cache_dup_identity (const struct stat *info)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ".%09ld",
                          (guint64) info->st_dev,
                          (guint64) info->st_ino,
                          (guint64) info->st_size,
                          (gint64) info->st_mtim.tv_sec,
                          info->st_mtim.tv_nsec);
}

MaqCachePlan *
maq_cache_plan_new (void)
{
  MaqCachePlan *self = g_atomic_rc_box_new0 (MaqCachePlan);

  self->steps = g_ptr_array_new_with_free_func (step_free);
  return self;
}

MaqCacheStep *
maq_cache_plan_add (MaqCachePlan      *self,
                    MaqCacheSurvey    *survey,
                    MaqCacheStepAction action,
                    const char        *path,
                    char              *reason)
{
  MaqCacheStep *step = g_new0 (MaqCacheStep, 1);

  step->action = action;
  step->path = g_strdup (path);
  step->reason = reason;
  if (survey != NULL)
    {
      step->kind = survey->kind;
      step->id = g_strdup (survey->id);
      step->folder = g_strdup (survey->folder);
    }
  g_ptr_array_add (self->steps, step);
  return step;
}

void
maq_cache_plan_add_strays (MaqCachePlan   *self,
                           MaqCacheSurvey *survey)
{
  if (survey->obstacle != NULL)
    maq_cache_plan_add (self, survey, MAQ_CACHE_STEP_REPORT, NULL, g_strdup (survey->obstacle));
  for (guint i = 0; i < survey->strays->len; i++)
    maq_cache_plan_add (self, survey, MAQ_CACHE_STEP_REPORT, NULL, g_strdup (g_ptr_array_index (survey->strays, i)));
}

DexFuture *
maq_cache_plan_finish (MaqCachePlan *self)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      const MaqCacheStep *step = g_ptr_array_index (self->steps, i);
      self->frees += step->frees;
      self->n_to_do += step->action != MAQ_CACHE_STEP_REPORT;
    }
  return dex_future_new_take_boxed (MAQ_TYPE_CACHE_PLAN, self);
}

void
maq_cache_plan_leave_out (MaqCachePlan *self,
                          guint         position)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (position < self->steps->len);

  const MaqCacheStep *step = g_ptr_array_index (self->steps, position);
  self->frees -= step->frees;
  self->n_to_do -= step->action != MAQ_CACHE_STEP_REPORT;
  g_ptr_array_remove_index (self->steps, position);
}

// A file with several names, of which some are removed.
typedef struct
{
  guint64 device;
  guint64 inode;
  guint64 removed;
} Shared;

struct _MaqCacheTally
{
  GHashTable     *shared;
  MaqCacheShared *store;
  GHashTable     *payloads; // hash → those who use it and are not removed yet; NULL: nobody knows
  GHashTable     *links;    // of the store
};

static guint
shared_hash (gconstpointer data)
{
  const Shared *self = data;

  return g_int64_hash (&self->inode) ^ (guint) self->device;
}

static gboolean
shared_equal (gconstpointer a,
              gconstpointer b)
{
  const Shared *one = a;
  const Shared *two = b;

  return one->device == two->device && one->inode == two->inode;
}

static void
unref_users (gpointer users)
{
  g_clear_pointer ((GHashTable **) &users, g_hash_table_unref);
}

MaqCacheTally *
maq_cache_tally_new (int root_fd)
{
  MaqCacheTally *self = g_new0 (MaqCacheTally, 1);

  self->store = maq_cache_shared_open (root_fd);
  self->payloads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_users);
  self->shared = g_hash_table_new_full (shared_hash, shared_equal, g_free, NULL);
  return self;
}

void
maq_cache_tally_free (MaqCacheTally *self)
{
  g_hash_table_unref (self->shared);
  g_hash_table_unref (self->payloads);
  g_clear_pointer (&self->links, g_hash_table_unref);
  maq_cache_shared_free (self->store);
  g_free (self);
}

guint64
maq_cache_tally_remove (MaqCacheTally     *self,
                        const struct stat *info)
{
  if (!S_ISREG (info->st_mode))
    return 0;
  if (info->st_nlink == 1)
    return maq_cache_get_freed (info);

  Shared  key = { .device = info->st_dev, .inode = info->st_ino };
  Shared *shared = g_hash_table_lookup (self->shared, &key);
  if (shared == NULL)
    {
      shared = g_memdup2 (&key, sizeof key);
      g_hash_table_add (self->shared, shared);
    }
  return ++shared->removed == info->st_nlink ? maq_cache_get_freed (info) : 0;
}

static guint64
remove_tree (MaqCacheTally *self,
             int            parent,
             const char    *name,
             guint          depth)
{
  struct stat info;

  if (!maq_cache_stat (parent, name, &info))
    return 0;
  if (!S_ISDIR (info.st_mode))
    return maq_cache_tally_remove (self, &info);

  guint64      sum = 0;
  g_autofd int fd = depth <= MAQ_CACHE_MAX_DEPTH ? openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  g_auto (GStrv) names = fd >= 0 ? maq_cache_list_folder (fd) : g_new0 (char *, 1);
  for (guint i = 0; names[i] != NULL; i++)
    sum += remove_tree (self, fd, names[i], depth + 1);
  return sum;
}

// A payload goes with the last of all who link to it.
static guint64
remove_link (MaqCacheTally        *self,
             const MaqCacheSurvey *survey,
             const MaqCacheBlob   *blob)
{
  g_autofree char *hash = g_path_get_basename (blob->payload);
  g_autofree char *user = g_build_filename (survey->folder, "blobs", blob->name, NULL);
  gpointer         users = NULL;

  if (!g_hash_table_lookup_extended (self->payloads, hash, NULL, &users))
    {
      users = maq_cache_shared_list_users (self->store, hash, &self->links);
      g_hash_table_insert (self->payloads, g_strdup (hash), users);
    }
  struct stat info;
  gboolean    is_last = users != NULL && g_hash_table_remove (users, user) && g_hash_table_size (users) == 0;
  return is_last && maq_cache_shared_stat_payload (self->store, hash, &info) ? maq_cache_tally_remove (self, &info) : 0;
}

guint64
maq_cache_tally_remove_blob (MaqCacheTally        *self,
                             const MaqCacheSurvey *survey,
                             const MaqCacheBlob   *blob)
{
  return blob->payload != NULL ? remove_link (self, survey, blob) : maq_cache_tally_remove (self, &blob->info);
}

guint64
maq_cache_tally_remove_repo (MaqCacheTally        *self,
                             int                   root_fd,
                             const MaqCacheSurvey *survey)
{
  guint64 sum = remove_tree (self, root_fd, survey->folder, 0);

  for (guint i = 0; i < survey->blobs->len; i++)
    {
      const MaqCacheBlob *blob = g_ptr_array_index (survey->blobs, i);
      if (blob->payload != NULL)
        sum += remove_link (self, survey, blob);
    }
  return sum;
}
