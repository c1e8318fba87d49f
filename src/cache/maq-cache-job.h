// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

// Work in a thread of its own that tells the caller's thread how far it is and stops when the caller drops the result.

G_BEGIN_DECLS

typedef struct _MaqCacheJob MaqCacheJob;
// Runs in the worker; looks at maq_cache_job_is_stopped between its pieces.
typedef DexFuture *(*MaqCacheJobFunc) (MaqCacheJob *self, gpointer data);
// Runs on the thread that started the job, about 20 times a second and once at the end, never after the result was dropped.
typedef void (*MaqCacheJobTickFunc) (MaqCacheJob *self, gpointer data);

// NAME: of the thread. DATA is freed with DESTROY once neither side uses it. TICK is nullable. Resolves to what WORK returns.
DexFuture *maq_cache_job_start (const char *name, MaqCacheJobFunc work, MaqCacheJobTickFunc tick, gpointer data, GDestroyNotify destroy);
gboolean   maq_cache_job_is_stopped (MaqCacheJob *self);
void       maq_cache_job_set_total (MaqCacheJob *self, guint64 total);
void       maq_cache_job_add_done (MaqCacheJob *self, guint64 done);
void       maq_cache_job_get_progress (MaqCacheJob *self, guint64 *done, guint64 *total);
// G_IO_ERROR_CANCELLED, for a worker that was stopped.
DexFuture *maq_cache_job_new_stopped (void);

G_END_DECLS
