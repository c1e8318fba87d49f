// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-queue-generation.h"

struct _MaqQueueGeneration
{
  MaqGeneration parent_instance;

  GQueue      chunks; // of char *
  DexPromise *wake;   // resolved when there is something new to read; NULL when nobody waits
  gboolean    over;
  gboolean    stopped;
  GError     *error;
  MaqStats    stats;

  void (*stop) (gpointer data);
  gpointer       stop_data;
  GDestroyNotify stop_destroy;
};

G_DEFINE_FINAL_TYPE (MaqQueueGeneration, maq_queue_generation, MAQ_TYPE_GENERATION)

static void
wake_reader (MaqQueueGeneration *self)
{
  g_autoptr (DexPromise) wake = g_steal_pointer (&self->wake);

  if (wake != NULL)
    dex_promise_resolve_boolean (wake, TRUE);
}

static void
call_stop (MaqQueueGeneration *self)
{
  if (self->over || self->stopped)
    return;
  self->stopped = TRUE;
  if (self->stop != NULL)
    self->stop (self->stop_data);
}

static DexFuture *
read_again_cb (DexFuture *future,
               gpointer   data)
{
  return maq_generation_next (data);
}

static DexFuture *
maq_queue_generation_next (MaqGeneration *generation)
{
  MaqQueueGeneration *self = MAQ_QUEUE_GENERATION (generation);

  if (!g_queue_is_empty (&self->chunks))
    return dex_future_new_take_string (g_queue_pop_head (&self->chunks));
  if (self->error != NULL)
    return dex_future_new_for_error (g_error_copy (self->error));
  if (self->over)
    return dex_future_new_for_string ("");
  // The chunk is taken only when the reader's own future runs: one who stops waiting loses nothing.
  if (self->wake == NULL)
    self->wake = dex_promise_new ();
  return dex_future_then (dex_ref (self->wake), read_again_cb, g_object_ref (self), g_object_unref);
}

static void
maq_queue_generation_stop (MaqGeneration *generation)
{
  call_stop (MAQ_QUEUE_GENERATION (generation));
}

static gboolean
maq_queue_generation_get_stats (MaqGeneration *generation,
                                MaqStats      *stats)
{
  MaqQueueGeneration *self = MAQ_QUEUE_GENERATION (generation);

  if (!self->over)
    return FALSE;
  *stats = self->stats;
  return TRUE;
}

static void
maq_queue_generation_dispose (GObject *object)
{
  MaqQueueGeneration *self = MAQ_QUEUE_GENERATION (object);

  call_stop (self);
  if (self->stop_destroy != NULL)
    g_clear_pointer (&self->stop_data, self->stop_destroy);
  self->stop = NULL;
  dex_clear (&self->wake);
  G_OBJECT_CLASS (maq_queue_generation_parent_class)->dispose (object);
}

static void
maq_queue_generation_finalize (GObject *object)
{
  MaqQueueGeneration *self = MAQ_QUEUE_GENERATION (object);

  g_queue_clear_full (&self->chunks, g_free);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (maq_queue_generation_parent_class)->finalize (object);
}

static void
maq_queue_generation_class_init (MaqQueueGenerationClass *klass)
{
  MaqGenerationClass *generation_class = MAQ_GENERATION_CLASS (klass);
  GObjectClass       *object_class = G_OBJECT_CLASS (klass);

  generation_class->next = maq_queue_generation_next;
  generation_class->stop = maq_queue_generation_stop;
  generation_class->get_stats = maq_queue_generation_get_stats;
  object_class->dispose = maq_queue_generation_dispose;
  object_class->finalize = maq_queue_generation_finalize;
}

static void
maq_queue_generation_init (MaqQueueGeneration *self)
{
  g_queue_init (&self->chunks);
}

MaqQueueGeneration *
maq_queue_generation_new (void (*stop) (gpointer data),
                          gpointer       data,
                          GDestroyNotify destroy)
{
  MaqQueueGeneration *self = g_object_new (MAQ_TYPE_QUEUE_GENERATION, NULL);

  self->stop = stop;
  self->stop_data = data;
  self->stop_destroy = destroy;
  return self;
}

MaqQueueGeneration *
maq_queue_generation_new_failed (GError *error)
{
  MaqQueueGeneration *self = maq_queue_generation_new (NULL, NULL, NULL);

  maq_queue_generation_fail (self, error);
  return self;
}

void
maq_queue_generation_push (MaqQueueGeneration *self,
                           const char         *text,
                           gsize               length)
{
  g_return_if_fail (MAQ_IS_QUEUE_GENERATION (self));

  if (length == 0 || self->over)
    return;
  g_queue_push_tail (&self->chunks, g_utf8_make_valid (text, length));
  wake_reader (self);
}

void
maq_queue_generation_finish (MaqQueueGeneration *self,
                             const MaqStats     *stats)
{
  g_return_if_fail (MAQ_IS_QUEUE_GENERATION (self));

  if (self->over)
    return;
  self->over = TRUE;
  self->stats = *stats;
  wake_reader (self);
}

void
maq_queue_generation_fail (MaqQueueGeneration *self,
                           GError             *error)
{
  g_return_if_fail (MAQ_IS_QUEUE_GENERATION (self));
  g_return_if_fail (error != NULL);

  if (self->over)
    {
      g_error_free (error);
      return;
    }
  self->over = TRUE;
  self->error = error;
  wake_reader (self);
}

gboolean
maq_queue_generation_is_over (MaqQueueGeneration *self)
{
  g_return_val_if_fail (MAQ_IS_QUEUE_GENERATION (self), TRUE);

  return self->over;
}
