// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>
#include <libdex.h>

G_BEGIN_DECLS

// Decodes a picture from outside, in a loader of glycin's that is confined to it: never in this process, and never without a
// sandbox. SIZE: in pixels, as large as it is needed; only vector graphics are made to fit. Resolves to a GdkTexture of its first
// frame; rejects with what glycin says where it is no picture or no sandbox can be started, and with G_IO_ERROR_MESSAGE_TOO_LARGE
// above 16 million pixels. Dropping it stops waiting for it.
DexFuture *maq_picture_decode (GBytes *bytes, guint size);

G_END_DECLS
