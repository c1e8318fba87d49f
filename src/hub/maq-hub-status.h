// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "maq-hub-error.h"

// What a reply that is no success, or no reply at all, means: Hub API notes §3.

G_BEGIN_DECLS

typedef struct
{
  const char         *method;
  const char         *place; // what was asked for, as it may be logged: no query, no token
  const char         *path;  // of the address
  guint               status;
  SoupMessageHeaders *headers;
  GBytes             *body;   // nullable
  const char         *secret; // nullable; what a server says of it is not repeated
  gboolean            is_hub; // FALSE for the host that only stores the bytes
  gint64              wait;   // seconds to wait before the next request, -1 if not said
} MaqHubFailure;

// The error of a reply. AGAIN is set to whether the same request can succeed later. (transfer full)
GError *maq_hub_failure_to_error (const MaqHubFailure *failure, gboolean *again);

// CAUSE, a failed TLS handshake, with what is wrong with the server's certificate, PROBLEMS, in words; takes CAUSE. Of a date it says
// what this computer takes the time for, as it may be that which is wrong.
GError *maq_hub_failure_explain_certificate (GError *cause, GTlsCertificateFlags problems);

// The error of a request that got no reply, from what GIO, libsoup or libdex said; takes CAUSE. Cancellation stays as it is.
GError *maq_hub_failure_from_cause (GError *cause, const char *method, const char *place, gboolean *again);

// Whether CAUSE says that no connection came about: unknown host, nobody listening, no way there.
gboolean maq_hub_failure_is_no_connection (const GError *cause);

// Sets ERROR to “PLACE: WHAT”; always FALSE.
gboolean maq_hub_refuse (GError **error, MaqHubError code, const char *place, const char *what);

G_END_DECLS
