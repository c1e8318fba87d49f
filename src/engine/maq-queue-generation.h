// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-engine.h"

// The generation both engines hand out: a queue of chunks that an engine fills at one end and the reader empties at the other.
// The engine holds it weakly, so that a reader who drops it stops the answer.

G_BEGIN_DECLS

#define MAQ_TYPE_QUEUE_GENERATION (maq_queue_generation_get_type ())
G_DECLARE_FINAL_TYPE (MaqQueueGeneration, maq_queue_generation, MAQ, QUEUE_GENERATION, MaqGeneration)

// STOP is called with DATA at most once, when the reader stops or drops the answer before it is over.
MaqQueueGeneration *maq_queue_generation_new (void (*stop) (gpointer data), gpointer data, GDestroyNotify destroy);
// One that is over before it began (transfer full of both).
MaqQueueGeneration *maq_queue_generation_new_failed (GError *error);

// TEXT that is not UTF-8 is repaired; empty text is left out.
void maq_queue_generation_push (MaqQueueGeneration *self, const char *text, gsize length);
// Ends the answer, the first of these two counts. ERROR is taken.
void     maq_queue_generation_finish (MaqQueueGeneration *self, const MaqStats *stats);
void     maq_queue_generation_fail (MaqQueueGeneration *self, GError *error);
gboolean maq_queue_generation_is_over (MaqQueueGeneration *self);

G_END_DECLS
