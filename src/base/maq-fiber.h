// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

// As dex_scheduler_spawn, on the scheduler of the calling thread if SCHEDULER is NULL, with one difference: dropping the last
// reference to the result cancels the fiber, so that what it waits for fails with an error for which maq_error_is_cancelled
// holds. The future of dex_scheduler_spawn itself can be dropped without stopping anything. Every method that promises
// "dropping the future stops it" returns one of these. DATA is freed with DESTROY once the fiber has ended.
DexFuture *maq_fiber_spawn (DexScheduler *scheduler, DexFiberFunc func, gpointer data, GDestroyNotify destroy);

// As dex_thread_spawn, with one difference: the thread runs to its end and DATA lives until then, even if the result is dropped.
// libdex frees DATA with the result, under the feet of a thread that still runs.
DexFuture *maq_thread_spawn (const char *name, DexThreadFunc func, gpointer data, GDestroyNotify destroy);

// FUTURE, rejected with DEX_ERROR_TIMED_OUT when it is not done after MSEC. Takes FUTURE. Unlike dex_future_with_timeout_msec it
// stops FUTURE and the timer whenever it goes away, also in a fiber that was cancelled before it waited: there libdex leaves
// promises running and complains about timers.
DexFuture *maq_future_with_timeout (DexFuture *future, guint msec);

// Waits USEC in a fiber. FALSE with an error when the fiber was cancelled.
gboolean maq_fiber_sleep (gint64 usec, GError **error);

G_END_DECLS
