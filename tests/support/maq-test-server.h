// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

// An HTTP server on the loopback interface that says exactly what a test tells it to, right or wrong, from threads of its own,
// and remembers what it was asked. For a Hub that behaves, see MaqHubServer.

G_BEGIN_DECLS

typedef struct
{
  guint       status;    // 0: 200
  const char *headers;   // further lines, each ending in \r\n; nullable
  const char *body;      // nullable
  gsize       length;    // of body; 0: up to its end
  guint       delay;     // milliseconds before the first byte
  gsize       pause_at;  // byte of the body before which `pause` is spent
  guint       pause;     // milliseconds
  gsize       cut_at;    // byte of the body at which the connection is closed; 0: none
  gboolean    cut_first; // the connection is closed without an answer
  gint64      claim;     // Content-Length where it is not the true one; 0: true, -1: none
  gboolean    is_raw;    // body is everything that is sent, header included
} MaqTestReply;

typedef struct _MaqTestServer MaqTestServer;

MaqTestServer *maq_test_server_new (void);
// The same over TLS, with CERTIFICATE and its key.
MaqTestServer *maq_test_server_new_tls (GTlsCertificate *certificate);
void           maq_test_server_free (MaqTestServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqTestServer, maq_test_server_free)

// "http://127.0.0.1:PORT"; https for TLS
const char *maq_test_server_get_address (MaqTestServer *self);

// Adds the next reply for PATH (without query), which is "*" for any. The last one added stays. Strings are copied.
void maq_test_server_add (MaqTestServer *self, const char *path, const MaqTestReply *reply);
// Forgets replies and requests.
void maq_test_server_clear (MaqTestServer *self);

// The number of requests so far whose path begins with PREFIX.
guint maq_test_server_count (MaqTestServer *self, const char *prefix);
// The number of connections made to it so far, with or without a request.
guint maq_test_server_count_connections (MaqTestServer *self);
// A header of the newest request whose path begins with PREFIX; NULL if it had none. "" as NAME: method and target. (transfer full)
char *maq_test_server_dup_header (MaqTestServer *self, const char *prefix, const char *name);
// The number of connections that the client closed in the middle of an answer.
guint maq_test_server_count_aborted (MaqTestServer *self);

G_END_DECLS
