// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

// A network that is there, and metered when a test says so.
#define FAKE_TYPE_NETWORK (fake_network_get_type ())
G_DECLARE_FINAL_TYPE (FakeNetwork, fake_network, FAKE, NETWORK, GObject)

GNetworkMonitor *fake_network_new (void);
void             fake_network_set_metered (GNetworkMonitor *network, gboolean is_metered);
