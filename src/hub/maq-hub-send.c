// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-http-private.h"

#include "maq-fiber.h"
#include "maq-hub-error.h"
#include "maq-hub-link.h"

// The tries of one request: when the first may go out, and when another follows.

// Waits until the bucket of PATH is open, if that is soon; otherwise fails without a request.
static gboolean
pass_gate (const MaqHubCall    *call,
           const MaqHubRequest *request,
           MaqHubBucket         bucket,
           GError             **error)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait = maq_hub_gate_get_wait (maq_hub_http_get_gate (call->http), bucket, now);

  if (wait == 0)
    return TRUE;

  if (request->is_once || now + wait > call->deadline)
    {
      g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_RATE_LIMITED, "The Hub takes no requests now; again in %" G_GINT64_FORMAT " s", (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
      return FALSE;
    }

  // Not everybody who waits at the moment it opens.
  return maq_fiber_sleep (wait + g_random_int_range (0, 250) * 1000, error);
}

MaqHubReply *
maq_hub_http_send (MaqHubHttp          *self,
                   const MaqHubRequest *request,
                   GError             **error)
{
  g_auto (MaqHubCall) call = { 0 };

  if (!maq_hub_call_init (&call, self, error))
    return NULL;

  MaqHubBucket bucket = maq_hub_bucket_for_path (request->address);
  g_autoptr (GUri) uri = maq_hub_link_parse (request->address, NULL);
  gboolean is_hub = uri != NULL && maq_hub_link_same_origin (uri, call.endpoint);

  for (guint n = 1;; n++)
    {
      g_autoptr (GError) local = NULL;
      MaqHubOutlook outlook = { .again = FALSE, .wait = -1 };
      // 1, 2, 4, 8, 8 times the first pause, with up to a quarter more.
      double backoff = call.limits.backoff / 1000.0 * (1 << MIN (n - 1, 3)) * (1 + g_random_double () / 4);

      if (is_hub && !pass_gate (&call, request, bucket, error))
        return NULL;

      g_autoptr (MaqHubReply) reply = maq_hub_exchange (&call, request, backoff, &outlook, &local);
      if (reply != NULL)
        return g_steal_pointer (&reply);

      // Where nobody answers, the user should hear of it soon.
      guint  max_tries = outlook.is_cut_off ? MIN (call.limits.max_tries, 2) : call.limits.max_tries;
      double wait = outlook.is_cut_off ? backoff / 4 : backoff;
      gint64 pause = (outlook.wait >= 0 ? outlook.wait : wait) * G_USEC_PER_SEC;
      if (!outlook.again || request->is_once || n >= max_tries || g_get_monotonic_time () + pause > call.deadline)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }

      g_debug ("%s; again in %" G_GINT64_FORMAT " ms", local->message, pause / 1000);
      if (!maq_fiber_sleep (pause, error))
        return NULL;
    }
}
