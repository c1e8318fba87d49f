// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

// How far an address reaches, and the rule made of it: a Hub may lead to addresses that reach as far as its own or farther, never
// to nearer ones. So a Hub on the internet leads to nothing on this machine or in its network, while a Hub in a classroom or on
// this machine goes on working, its storage host included. Any thread.

G_BEGIN_DECLS

// From the farthest to the nearest.
typedef enum
{
  MAQ_HUB_SCOPE_PUBLIC,
  MAQ_HUB_SCOPE_PRIVATE,    // networks of a house, a company or a provider
  MAQ_HUB_SCOPE_LINK_LOCAL, // one cable; where clouds keep the secrets of their machines
  MAQ_HUB_SCOPE_MACHINE,    // this machine
} MaqHubScope;

MaqHubScope maq_hub_scope_of_address (GInetAddress *address);

// What watches the connections of one Hub.
typedef struct _MaqHubFence MaqHubFence;

MaqHubFence *maq_hub_fence_new (void);
MaqHubFence *maq_hub_fence_ref (MaqHubFence *self);
void         maq_hub_fence_unref (MaqHubFence *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubFence, maq_hub_fence_unref)

// Watches the connections made for MESSAGE. Those to the Hub itself (IS_HUB) tell how far it reaches; others are refused before a
// byte is sent if they go to a nearer address. The check is of the address that is connected to, so that no way of writing it
// and no answer of a name server gets past; what a proxy connects to is the proxy's affair.
void maq_hub_fence_watch (MaqHubFence *self, SoupMessage *message, gboolean is_hub);

// The address to which a connection for MESSAGE was refused, or NULL. (transfer full)
char *maq_hub_fence_dup_refused (SoupMessage *message);

G_END_DECLS
