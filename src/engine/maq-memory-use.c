// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// A dry load is a session like any other, so that a file which crashes or hangs the engine is dealt with in the same way. It ends
// as soon as it has said its facts.
#include "maq-engine.h"

G_DEFINE_BOXED_TYPE (MaqMemoryUse, maq_memory_use, maq_memory_use_copy, maq_memory_use_free)

MaqMemoryUse *
maq_memory_use_copy (const MaqMemoryUse *self)
{
  return g_memdup2 (self, sizeof *self);
}

void
maq_memory_use_free (MaqMemoryUse *self)
{
  g_free (self);
}

static DexFuture *
measure_fiber (gpointer data)
{
  MaqSession *session = data;
  g_autoptr (MaqMemoryUse) use = NULL;
  g_autoptr (GError) error = NULL;

  if (!dex_await (maq_session_wait_ready (session), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (maq_session_get_memory_use (session) != NULL)
    use = maq_memory_use_copy (maq_session_get_memory_use (session));
  // What was asked is known; how the process ends changes nothing of it.
  dex_await (maq_session_unload (session), NULL);
  if (use == NULL)
    return dex_future_new_reject (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNSUPPORTED, "This engine does not say how much memory a model takes.");
  return dex_future_new_take_boxed (MAQ_TYPE_MEMORY_USE, g_steal_pointer (&use));
}

DexFuture *
maq_engine_measure (MaqEngine            *self,
                    const char           *path,
                    const MaqLoadOptions *options)
{
  MaqLoadOptions dry = options != NULL ? *options : (MaqLoadOptions) { .n_gpu_layers = -1 };

  dex_return_error_if_fail (MAQ_IS_ENGINE (self));
  dex_return_error_if_fail (path != NULL);

  dry.dry = TRUE;
  return dex_scheduler_spawn (NULL, 0, measure_fiber, maq_engine_start (self, path, &dry), g_object_unref);
}
