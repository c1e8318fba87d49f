// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-http.h"

// What the header of a reply says. For the facts see Hub API notes §3 and §7.2.

G_BEGIN_DECLS

// FALSE with an error if the header is longer than any that a Hub sends. PLACE: for the message.
gboolean maq_hub_reply_check_header (SoupMessageHeaders *headers, const char *place, GError **error);

// Keeps what a hop on the Hub says about the file.
void maq_hub_reply_note_file (MaqHubReply *self);

// Whether BODY has fewer bytes than the header promised: libsoup takes the end of a connection for the end of a body.
gboolean maq_hub_reply_is_short (const MaqHubReply *self, GBytes *body);

gboolean maq_hub_status_is_redirect (guint status);

// Passes the warnings for the user on to HTTP.
void maq_hub_reply_note_warnings (const MaqHubReply *self, MaqHubHttp *http);

// Seconds to wait before the next request, -1 if there is nothing to wait for: until the bucket is filled again if the reply says
// that it is empty (BUCKET is then set to the one it names), else what a 429 or 503 asks for. FALLBACK: for a 429 that does not say.
double maq_hub_reply_get_wait (const MaqHubReply *self, double fallback, MaqHubBucket *bucket);

G_END_DECLS
