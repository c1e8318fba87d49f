// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

// Asks the desktop whether the application may go on without a window; a desktop that allows it shows that it does. REASON: what
// for, in words for the user. Resolves to TRUE; rejects with G_IO_ERROR_PERMISSION_DENIED if it may not, and with others where the
// desktop has no such question or does not answer.
// Source: the interface org.freedesktop.portal.Background of XDG Desktop Portal, read 2026-12.
DexFuture *maq_background_request (const char *reason);

G_END_DECLS
