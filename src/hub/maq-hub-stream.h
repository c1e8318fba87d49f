// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>
#include <libsoup/soup.h>

// What libsoup and GIO do in callbacks, as futures that stop it when they are dropped.

G_BEGIN_DECLS

// Resolves to the body (GInputStream) of the answer once its header has come.
DexFuture *maq_hub_stream_send (SoupSession *session, SoupMessage *message);

// Resolves to the next bytes of STREAM (GBytes), at most MAX_BYTES, empty at the end.
DexFuture *maq_hub_stream_read (GInputStream *stream, gsize max_bytes);

G_END_DECLS
