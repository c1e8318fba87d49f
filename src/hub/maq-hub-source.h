// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client.h"

// Where the bytes of one file of a repo are, for several connections at once. The Hub is asked once: the address that it gives at
// the host which stores the file is used by all of them until that host fails them. It is never sent the token, logged or kept.

G_BEGIN_DECLS

#define MAQ_TYPE_HUB_SOURCE (maq_hub_source_get_type ())
G_DECLARE_FINAL_TYPE (MaqHubSource, maq_hub_source, MAQ, HUB_SOURCE, GObject)

// REVISION nullable: the default branch.
MaqHubSource *maq_hub_source_new (MaqHubClient *client, MaqRepoKind kind, const char *id, const char *revision, const char *path);
// What the Hub says of the file was asked before: ADDRESS is MaqHubFileInfo's location. Before the first opening.
void maq_hub_source_set_address (MaqHubSource *self, const char *address);
// As maq_hub_client_open_file; any thread. After it failed the next call asks the Hub again.
DexFuture *maq_hub_source_open (MaqHubSource *self, guint64 offset, guint64 end);

G_END_DECLS
