// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

// Where the keyboard's focus goes when the control that has it is about to vanish or to turn insensitive: GTK would drop it, and
// the next Tab would begin at the start of the window.

G_BEGIN_DECLS

// Whether WIDGET or a part of it has the focus.
gboolean maq_focus_is_in (GtkWidget *widget);
// If the focus is in WIDGET, the first of HEIRS (NULL-terminated) that can take it gets it. Call it while WIDGET still has it.
void maq_focus_leave (GtkWidget *widget, GtkWidget *heir, ...) G_GNUC_NULL_TERMINATED;
// WIDGET is shown and sensitive, or no longer; in the latter case the focus goes to HEIR.
void maq_focus_set_visible (GtkWidget *widget, gboolean visible, GtkWidget *heir);
void maq_focus_set_sensitive (GtkWidget *widget, gboolean sensitive, GtkWidget *heir);

G_END_DECLS
