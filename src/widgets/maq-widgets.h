// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

// Registers the templates of this folder and the types they and other templates name. Call it after GTK was
// initialised and before a widget of ours is made; once is enough.
void maq_widgets_init (void);

G_END_DECLS
