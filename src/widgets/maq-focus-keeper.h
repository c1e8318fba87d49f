// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

// Where the keyboard's focus goes when the control that has it is hidden, turns insensitive or is taken out. GTK drops it then, so
// that no key reaches a dialog any more, or gives it to the first control of the window.

G_BEGIN_DECLS

typedef void (*MaqFocusFallback) (GtkWindow *window);

// From now on what stands next to a control that loses the focus gets it: a control after it, else before it, else one farther
// out, but none outside of the same page, dialog or popover. FALLBACK is called where there is none.
void maq_focus_keeper_add (GtkWindow *window, MaqFocusFallback fallback);
// Gives the focus to what had it last in the content of PAGE, below its header bar, else to the first control there that can have
// it; else to one of the header bar. FALSE if there is none.
gboolean maq_focus_content (GtkWidget *page);

G_END_DECLS
