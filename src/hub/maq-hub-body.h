// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client.h"
#include "maq-hub-http.h"

G_BEGIN_DECLS

// The body of REPLY, whose stream it takes, to a request for the bytes from OFFSET on. STALL in milliseconds.
// MAQ_HUB_ERROR_BAD_REPLY if the reply is about other bytes.
// OFFSET and END: what was asked for, as in maq_hub_client_open_file.
MaqHubBody *maq_hub_body_new (MaqHubReply *reply, guint64 offset, guint64 end, guint stall, GError **error);

G_END_DECLS
