// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-future-slot.h"

typedef struct
{
  GWeakRef          owner;
  MaqFutureSlot    *slot; // inside owner: valid while it lives
  guint             serial;
  MaqFutureSlotFunc func;
} Waiter;

static void
waiter_free (Waiter *waiter)
{
  g_weak_ref_clear (&waiter->owner);
  g_free (waiter);
}

static DexFuture *
slot_finally_cb (DexFuture *future,
                 gpointer   user_data)
{
  Waiter *waiter = user_data;
  g_autoptr (GObject) owner = g_weak_ref_get (&waiter->owner);

  // The serial tells a dropped future whose end was already on its way.
  if (owner == NULL || waiter->slot->serial != waiter->serial)
    return NULL;
  // The block this runs in must outlast the callback, which may wait for the next future in the same slot.
  DexFuture *block = g_steal_pointer (&waiter->slot->future);
  waiter->slot->serial++;
  waiter->func (owner, future);
  dex_clear (&block);
  return NULL;
}

void
maq_future_slot_set (MaqFutureSlot    *slot,
                     DexFuture        *future,
                     gpointer          self,
                     MaqFutureSlotFunc func)
{
  g_return_if_fail (G_IS_OBJECT (self));

  maq_future_slot_clear (slot);
  guint   serial = slot->serial;
  Waiter *waiter = g_new0 (Waiter, 1);
  g_weak_ref_init (&waiter->owner, self);
  waiter->slot = slot;
  waiter->serial = serial;
  waiter->func = func;

  DexFuture *block = dex_future_finally (future, slot_finally_cb, waiter, (GDestroyNotify) waiter_free);
  if (slot->serial == serial)
    slot->future = block;
  else
    dex_unref (block);
}

void
maq_future_slot_clear (MaqFutureSlot *slot)
{
  slot->serial++;
  dex_clear (&slot->future);
}

gboolean
maq_future_slot_is_waiting (MaqFutureSlot *slot)
{
  return slot->future != NULL;
}

gpointer
maq_future_get_object (DexFuture *future,
                       GError   **error)
{
  const GValue *value = dex_future_get_value (future, error);
  return value != NULL && G_VALUE_HOLDS_OBJECT (value) ? g_value_get_object (value) : NULL;
}

gpointer
maq_future_get_boxed (DexFuture *future,
                      GError   **error)
{
  const GValue *value = dex_future_get_value (future, error);
  return value != NULL && G_VALUE_HOLDS_BOXED (value) ? g_value_get_boxed (value) : NULL;
}
