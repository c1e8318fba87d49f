// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-http.h"
#include "maq-hub-scope.h"

// What the units behind maq_hub_http_send share.

G_BEGIN_DECLS

// What one request works with, so that a change of settings does not reach into it.
typedef struct
{
  MaqHubHttp  *http; // borrowed
  SoupSession *session;
  MaqHubFence *fence;
  GUri        *endpoint;
  char        *token;
  MaqHubLimits limits;
  gint64       deadline; // monotonic; of all tries of an API call
} MaqHubCall;

// FALSE with MAQ_HUB_ERROR_OFFLINE if nothing may be sent.
gboolean maq_hub_call_init (MaqHubCall *self, MaqHubHttp *http, GError **error);
void     maq_hub_call_clear (MaqHubCall *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MaqHubCall, maq_hub_call_clear)

MaqHubGate *maq_hub_http_get_gate (MaqHubHttp *self);
// Passes TEXT on, unless TOPIC was passed on before.
void maq_hub_http_warn (MaqHubHttp *self, const char *topic, const char *text);

// What a failed try says about the next one.
typedef struct
{
  gboolean again;      // it can succeed
  gboolean is_cut_off; // no connection came about: more than one quick try more is no use
  double   wait;       // seconds that the server asks to wait, -1 if it does not
} MaqHubOutlook;

// One try: the request with all its redirects. BACKOFF: seconds to wait after a 429 that does not say how long. OUTLOOK is set
// when it fails. Only in a fiber. (transfer full)
MaqHubReply *maq_hub_exchange (const MaqHubCall *call, const MaqHubRequest *request, double backoff, MaqHubOutlook *outlook, GError **error);

G_END_DECLS
