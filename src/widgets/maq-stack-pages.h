// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

// From now on screen readers get only that page of STACK, a GtkStack or an AdwViewStack, that shows: neither kind hides the others by
// itself, and each hidden page then reads as the visible one once more. Pages may come and go afterwards.
void maq_stack_pages_hide_others (GtkWidget *stack);

G_END_DECLS
