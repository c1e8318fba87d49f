// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-engine.h"

G_DEFINE_ABSTRACT_TYPE (MaqGeneration, maq_generation, G_TYPE_OBJECT)

static void
maq_generation_class_init (MaqGenerationClass *klass)
{
}

static void
maq_generation_init (MaqGeneration *self)
{
}

DexFuture *
maq_generation_next (MaqGeneration *self)
{
  dex_return_error_if_fail (MAQ_IS_GENERATION (self));

  return MAQ_GENERATION_GET_CLASS (self)->next (self);
}

void
maq_generation_stop (MaqGeneration *self)
{
  g_return_if_fail (MAQ_IS_GENERATION (self));

  MAQ_GENERATION_GET_CLASS (self)->stop (self);
}

gboolean
maq_generation_get_stats (MaqGeneration *self,
                          MaqStats      *stats)
{
  g_return_val_if_fail (MAQ_IS_GENERATION (self), FALSE);
  g_return_val_if_fail (stats != NULL, FALSE);

  return MAQ_GENERATION_GET_CLASS (self)->get_stats (self, stats);
}
