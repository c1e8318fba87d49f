// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

// Adds an item to a menu of a row. TARGET: nullable; taken if it is floating.
void maq_library_menu_add (GMenu *menu, const char *label, const char *action, GVariant *target);

G_END_DECLS
