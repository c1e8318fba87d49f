// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-job.h"

#include <gio/gio.h>

#include "maq-error.h"
#include "maq-fiber.h"

// The caller holds a fiber that looks at the worker now and then. Dropping the result ends the fiber, and with it the worker.

#define FIRST_TICK_MSEC 20
#define TICK_MSEC       50

struct _MaqCacheJob
{
  MaqCacheJobFunc     work;
  MaqCacheJobTickFunc tick;
  gpointer            data;
  GDestroyNotify      destroy;
  char               *name;
  int                 stopped; // atomic
  GMutex              lock;    // guards the rest
  guint64             done;
  guint64             total;
};

static void
job_clear (gpointer data)
{
  MaqCacheJob *self = data;

  self->destroy (self->data);
  g_free (self->name);
  g_mutex_clear (&self->lock);
}

static void
job_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, job_clear);
}

static void
job_stop (gpointer data)
{
  MaqCacheJob *self = data;

  g_atomic_int_set (&self->stopped, TRUE);
  job_unref (self);
}

static DexFuture *
job_thread (gpointer data)
{
  MaqCacheJob *self = data;

  return self->work (self, self->data);
}

static DexFuture *
job_fiber (gpointer data)
{
  MaqCacheJob *self = data;
  g_autoptr (DexFuture) work = maq_thread_spawn (self->name, job_thread, g_atomic_rc_box_acquire (self), job_unref);
  guint wait = FIRST_TICK_MSEC;

  while (dex_future_is_pending (work))
    {
      g_autoptr (GError) error = NULL;
      dex_await (maq_future_with_timeout (dex_ref (work), wait), &error);
      if (maq_error_is_cancelled (error))
        return dex_future_new_for_error (g_steal_pointer (&error));
      if (self->tick != NULL)
        self->tick (self, self->data);
      wait = TICK_MSEC;
    }
  return g_steal_pointer (&work);
}

DexFuture *
maq_cache_job_start (const char         *name,
                     MaqCacheJobFunc     work,
                     MaqCacheJobTickFunc tick,
                     gpointer            data,
                     GDestroyNotify      destroy)
{
  MaqCacheJob *self = g_atomic_rc_box_new0 (MaqCacheJob);

  self->work = work;
  self->tick = tick;
  self->data = data;
  self->destroy = destroy;
  self->name = g_strdup (name);
  g_mutex_init (&self->lock);
  return maq_fiber_spawn (NULL, job_fiber, self, job_stop);
}

gboolean
maq_cache_job_is_stopped (MaqCacheJob *self)
{
  return g_atomic_int_get (&self->stopped);
}

void
maq_cache_job_set_total (MaqCacheJob *self,
                         guint64      total)
{
  g_mutex_lock (&self->lock);
  self->total = total;
  g_mutex_unlock (&self->lock);
}

void
maq_cache_job_add_done (MaqCacheJob *self,
                        guint64      done)
{
  g_mutex_lock (&self->lock);
  self->done += done;
  g_mutex_unlock (&self->lock);
}

void
maq_cache_job_get_progress (MaqCacheJob *self,
                            guint64     *done,
                            guint64     *total)
{
  g_mutex_lock (&self->lock);
  *done = self->done;
  *total = self->total;
  g_mutex_unlock (&self->lock);
}

DexFuture *
maq_cache_job_new_stopped (void)
{
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped");
}
