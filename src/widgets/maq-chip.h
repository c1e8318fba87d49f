// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

// A fact in a rounded box, for a wrap box full of them. ICON_NAME nullable.
GtkWidget *maq_chip_new (const char *icon_name, const char *text);

G_END_DECLS
