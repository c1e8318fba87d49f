// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-fiber.h"

DexFuture *
maq_fiber_spawn (DexScheduler  *scheduler,
                 DexFiberFunc   func,
                 gpointer       data,
                 GDestroyNotify destroy)
{
  dex_return_error_if_fail (func != NULL);

  if (scheduler == NULL)
    scheduler = dex_scheduler_get_thread_default ();
  if (scheduler == NULL)
    scheduler = dex_scheduler_get_default ();

  // libdex discards a future only when something that was chained to it goes away; the scheduler keeps a fiber alive by itself.
  return dex_future_first (dex_scheduler_spawn (scheduler, 0, func, data, destroy), NULL);
}

DexFuture *
maq_thread_spawn (const char    *name,
                  DexThreadFunc  func,
                  gpointer       data,
                  GDestroyNotify destroy)
{
  dex_return_error_if_fail (func != NULL);

  DexFuture *future = dex_thread_spawn (name, func, data, destroy);
  dex_future_disown (dex_ref (future));
  return future;
}

DexFuture *
maq_future_with_timeout (DexFuture *future,
                         guint      msec)
{
  dex_return_error_if_fail (DEX_IS_FUTURE (future));

  // A set stops what is left of it when it goes away.
  return dex_future_first (future, dex_timeout_new_msec (MIN (msec, G_MAXINT)), NULL);
}

gboolean
maq_fiber_sleep (gint64   usec,
                 GError **error)
{
  g_autoptr (GError) local = NULL;

  if (usec <= 0)
    return TRUE;

  // A timer ends by being rejected.
  dex_await (dex_future_first (dex_timeout_new_usec (usec), NULL), &local);
  if (g_error_matches (local, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
