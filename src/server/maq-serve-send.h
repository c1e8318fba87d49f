// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-request.h"

G_BEGIN_DECLS

// Sends the answer that the routes put into REQUEST; the message must be paused. CANCELLABLE ends what is still being sent;
// N_SENDING goes up while that goes on in the background, and down within moments after it was cancelled.
// A fault that spoils the body is sent past libsoup, which would not let a wrong answer through: the connection is taken
// over, written by hand, and closed.
void maq_serve_send (MaqServeRequest *request,
                     GCancellable    *cancellable,
                     guint           *n_sending);

// The answer a fault asks for instead of the real one; FALSE if it asks for none.
gboolean maq_serve_send_fault_reply (MaqServeRequest *request);

G_END_DECLS
