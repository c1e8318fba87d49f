// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

// One future a widget waits for: a field of the widget's instance, zero at first. Waiting for another future drops the one
// before, which cancels its work; the callback runs on the main thread, once, and never for a future that was dropped nor
// after the owner is gone. Clear the slot in dispose.

G_BEGIN_DECLS

typedef struct
{
  DexFuture *future;
  guint      serial;
} MaqFutureSlot;

// FUTURE has resolved or rejected: dex_future_get_value tells. SELF is the owner the slot was set with.
typedef void (*MaqFutureSlotFunc) (gpointer self, DexFuture *future);

// Waits for FUTURE (transfer full) in SLOT, a field of the GObject SELF. FUNC may run before this returns if FUTURE is complete.
void maq_future_slot_set (MaqFutureSlot *slot, DexFuture *future, gpointer self, MaqFutureSlotFunc func);
// Drops what the slot waits for, if anything.
void     maq_future_slot_clear (MaqFutureSlot *slot);
gboolean maq_future_slot_is_waiting (MaqFutureSlot *slot);

// The value of a complete future, or NULL with the error set. The object or boxed value is borrowed from FUTURE.
gpointer maq_future_get_object (DexFuture *future, GError **error);
gpointer maq_future_get_boxed (DexFuture *future, GError **error);

G_END_DECLS
