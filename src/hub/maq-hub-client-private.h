// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client.h"
#include "maq-hub-http.h"

G_BEGIN_DECLS

// Replaces the times a client keeps, for requests that start from now on. Tests cannot wait twenty seconds.
void maq_hub_client_set_limits (MaqHubClient *self, const MaqHubLimits *limits);

MaqHubHttp *maq_hub_client_get_http (MaqHubClient *self);

// The user as whoami last gave it for TOKEN at ENDPOINT, or NULL. (transfer full)
MaqHubUser *maq_hub_client_recall_user (MaqHubClient *self, const char *token, const char *endpoint);
void        maq_hub_client_remember_user (MaqHubClient *self, MaqHubUser *user, const char *token, const char *endpoint);

G_END_DECLS
