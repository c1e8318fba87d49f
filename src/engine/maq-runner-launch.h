// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gunixfdlist.h>
#include <libdex.h>

// Starts a runner and reaches it: a socket pair, a bare environment, and no descriptors but its own.

G_BEGIN_DECLS

// WEIGHTS: its descriptors are taken. SOCKET: our end of the connection.
GSubprocess *maq_runner_launch (const char *program, GUnixFDList *weights, int *socket, GError **error);
// Takes SOCKET. Resolves to a GDBusConnection; NULL with an error when that cannot even begin.
DexFuture *maq_runner_launch_connect (int socket, GError **error);
// Resolves to the MaqDBusRunner at the other end.
DexFuture *maq_runner_launch_make_proxy (GDBusConnection *connection);

G_END_DECLS
