// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

// The menu of a row: by a secondary click, a long press, the Menu key or Shift+F10, and by a button in the row where it has one.

G_BEGIN_DECLS

// Adds to MENU, which is empty, what can be done with what ROW shows now; where it adds nothing, no menu opens.
typedef void (*MaqContextMenuFunc) (GtkWidget *row, GMenu *menu);
// Once for each row, when it is made. In a list the keys work for the item that has the focus, too.
void maq_context_menu_add (GtkWidget *row, MaqContextMenuFunc fill);
// BUTTON, a part of ROW, opens the same menu.
void maq_context_menu_add_button (GtkWidget *row, GtkMenuButton *button);
// Opens it, as the keys do. FALSE if there is nothing in it.
gboolean maq_context_menu_popup (GtkWidget *row);

// Gives the items of POPOVER, a GtkPopoverMenu, the names they show: GTK tells screen readers none. NAME: of the menu itself.
void maq_menu_name_items (GtkWidget *popover, const char *name);
// The same for BUTTON, whose menu model is not made when it is opened.
void maq_menu_button_name_items (GtkMenuButton *button);

// Adds an item to MENU. TARGET (nullable, floating is taken): of ACTION.
void maq_menu_add (GMenu *menu, const char *label, const char *action, GVariant *target);

G_END_DECLS
