// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

// The resolver of the proxy variables (http_proxy, https_proxy, all_proxy, no_proxy), NULL if none is set. This machine is never
// reached through a proxy. (transfer full)
GProxyResolver *maq_hub_proxy_resolver_new (void);

G_END_DECLS
