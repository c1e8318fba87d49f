// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-care.h"
#include "maq-cache-job.h"
#include "maq-cache-private.h"

// The worker puts what it read into a basket; each tick of the caller's thread empties it.

typedef struct
{
  MaqCache         *cache;
  MaqCacheReposFunc func;
  gpointer          func_data;
  MaqCacheJob      *job;  // in the worker
  GMutex            lock; // guards basket
  GPtrArray        *basket;
} Portions;

static void
portions_free (gpointer data)
{
  Portions *self = data;

  g_object_unref (self->cache);
  g_ptr_array_unref (self->basket);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
found_repo (MaqCacheRepo *repo,
            gpointer      data)
{
  Portions *self = data;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->basket, maq_cache_repo_ref (repo));
  g_mutex_unlock (&self->lock);
  return !maq_cache_job_is_stopped (self->job);
}

static DexFuture *
portions_work (MaqCacheJob *job,
               gpointer     data)
{
  Portions *self = data;
  g_autoptr (GError) error = NULL;

  self->job = job;
  MaqCacheScan *scan = maq_cache_scan_now (self->cache, found_repo, self, &error);
  if (scan == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (MAQ_TYPE_CACHE_SCAN, scan);
}

static void
portions_tick (MaqCacheJob *job,
               gpointer     data)
{
  Portions *self = data;
  g_autoptr (GPtrArray) full = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_repo_unref);

  g_mutex_lock (&self->lock);
  GPtrArray *repos = self->basket;
  self->basket = g_steal_pointer (&full);
  g_mutex_unlock (&self->lock);
  full = repos;
  if (repos->len > 0 && self->func != NULL)
    self->func (repos, self->func_data);
}

DexFuture *
maq_cache_scan_in_portions (MaqCache         *self,
                            MaqCacheReposFunc func,
                            gpointer          data)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));

  Portions *portions = g_new0 (Portions, 1);
  portions->cache = g_object_ref (self);
  portions->func = func;
  portions->func_data = data;
  portions->basket = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_cache_repo_unref);
  g_mutex_init (&portions->lock);
  return maq_cache_job_start ("maq-cache-scan", portions_work, portions_tick, portions, portions_free);
}
