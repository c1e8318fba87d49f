// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include "maq-fiber.h"
#include "maq-variant.h"

G_DEFINE_BOXED_TYPE (MaqTransferPlan, maq_transfer_plan, maq_transfer_plan_copy, maq_transfer_plan_free)

MaqTransferPlan *
maq_transfer_plan_copy (const MaqTransferPlan *self)
{
  MaqTransferPlan *copy = g_memdup2 (self, sizeof *self);

  copy->commit = g_strdup (self->commit);
  copy->left_out = g_strdup (self->left_out);
  copy->work = maq_transfer_work_ref (self->work);
  return copy;
}

void
maq_transfer_plan_free (MaqTransferPlan *self)
{
  if (self == NULL)
    return;
  g_free (self->commit);
  g_free (self->left_out);
  maq_transfer_work_unref (self->work);
  g_free (self);
}

typedef struct
{
  MaqHubClient       *client;
  MaqCache           *cache;
  MaqTransferRequest *request;
  char               *commit; // nullable, and so is the next
  MaqHubTree         *tree;
} Planning;

static void
planning_free (gpointer data)
{
  Planning *self = data;

  g_object_unref (self->client);
  g_object_unref (self->cache);
  maq_transfer_request_free (self->request);
  g_free (self->commit);
  g_clear_pointer (&self->tree, maq_hub_tree_unref);
  g_free (self);
}

static void
find_twins (Planning        *self,
            MaqTransferWork *work)
{
  for (guint i = 0; i < work->files->len; i++)
    {
      MaqTransferFile *file = work->files->pdata[i];
      if (work->dir != NULL)
        file->is_twin = !file->here && file->source != NULL;
      else
        file->is_twin = !file->here && file->etag != NULL && maq_cache_has_twin (self->cache, self->request->kind, work->id, file->etag, file->size, file->xet);
    }
}

// WORK: transfer full.
static void
take_work (MaqTransferPlan *self,
           MaqTransferWork *work)
{
  self->work = work;
  self->n_files = work->files->len;
  self->bytes_total = work->bytes_total;
  self->bytes_here = work->bytes_here;
  self->largest = 0;
  for (guint i = 0; i < work->files->len; i++)
    {
      const MaqTransferFile *file = work->files->pdata[i];
      self->bytes_here += file->is_twin ? file->size : 0;
      self->largest = file->here || file->is_twin ? self->largest : MAX (self->largest, file->size);
    }
  self->space = work->dir != NULL ? maq_transfer_work_get_space (work, NULL) : self->bytes_total - self->bytes_here;
}

static DexFuture *
plan_fiber (gpointer data)
{
  Planning *self = data;
  g_autoptr (GError) error = NULL;
  MaqTransferWork *work = self->commit != NULL ? maq_transfer_work_prepare_tree (self->cache, self->request, self->commit, self->tree, &error)
                                               : maq_transfer_work_prepare (self->client, self->cache, self->request, &error);

  if (work == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  MaqTransferPlan *plan = g_new0 (MaqTransferPlan, 1);
  find_twins (self, work);
  plan->commit = g_strdup (work->commit);
  plan->left_out = g_strdup (work->left_out);
  plan->room = work->dir != NULL ? maq_cache_local_dir_get_free_bytes (work->dir) : maq_cache_get_free_bytes (self->cache);
  take_work (plan, work);
  return dex_future_new_take_boxed (MAQ_TYPE_TRANSFER_PLAN, plan);
}

GPtrArray *
maq_transfer_plan_group_variants (const MaqTransferPlan *self)
{
  const GPtrArray *files = self->work->files;
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 0; i < files->len; i++)
    {
      const MaqTransferFile *file = files->pdata[i];
      g_ptr_array_add (paths, file->path);
      g_array_append_val (sizes, file->size);
    }
  return maq_variants_group ((const char *const *) paths->pdata, (const guint64 *) (gpointer) sizes->data, paths->len);
}

void
maq_transfer_plan_choose (MaqTransferPlan   *self,
                          const char *const *paths)
{
  g_autoptr (MaqTransferWork) all = self->work;

  take_work (self, maq_transfer_work_choose (all, paths));
}

DexFuture *
maq_transfer_plan_make (MaqHubClient             *client,
                        MaqCache                 *cache,
                        const MaqTransferRequest *request,
                        const char               *commit,
                        MaqHubTree               *tree)
{
  Planning *planning = g_new0 (Planning, 1);

  planning->client = g_object_ref (client);
  planning->cache = g_object_ref (cache);
  planning->request = maq_transfer_request_copy (request);
  planning->commit = g_strdup (commit);
  planning->tree = tree != NULL ? maq_hub_tree_ref (tree) : NULL;
  return maq_fiber_spawn (dex_thread_pool_scheduler_get_default (), plan_fiber, planning, planning_free);
}
