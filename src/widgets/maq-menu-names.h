// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

// Gives the items of every menu that opens in WINDOW the names that screen readers say: GTK 4.24 gives them a role but no name.
void maq_menu_names_add (GtkWindow *window);

G_END_DECLS
