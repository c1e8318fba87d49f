// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

// For tests that show widgets: a window to put them in, waiting with a limit, and finding what is on the screen.

typedef gboolean (*UiCheck) (gpointer data);

// Runs the main loop until CHECK is true. Fails the test after MS milliseconds.
#define ui_wait(check, data, ms) ui_wait_at ((check), (data), (ms), G_STRLOC)
void ui_wait_at (UiCheck check, gpointer data, guint ms, const char *where);
// Runs the main loop for MS milliseconds.
void ui_run (guint ms);
// Shows WIDGET (its floating reference is taken) in a window of that size.
GtkWindow *ui_show (GtkWidget *widget, int width, int height);
// Takes the window away and checks that WIDGET goes with it.
void ui_hide (GtkWindow *window, gpointer widget);
// The first widget below ROOT, ROOT included, that is mapped, of TYPE, and whose label, title or text is TEXT (NULL: any).
gpointer ui_find (gpointer root, GType type, const char *text);
// Presses the button below ROOT with that label or tooltip, which must be there and sensitive.
#define ui_click(root, text) ui_click_at ((root), (text), G_STRLOC)
void ui_click_at (gpointer root, const char *text, const char *where);
// Waits until there is a sensitive button with that label or tooltip.
#define ui_wait_sensitive(root, text) ui_wait_sensitive_at ((root), (text), G_STRLOC)
void ui_wait_sensitive_at (gpointer root, const char *text, const char *where);
// Whether a mapped label below ROOT contains TEXT.
gboolean ui_shows (gpointer root, const char *text);
// Waits until ui_shows.
#define ui_wait_text(root, text) ui_wait_text_at ((root), (text), G_STRLOC)
void ui_wait_text_at (gpointer root, const char *text, const char *where);
// Waits until not ui_shows.
#define ui_wait_gone(root, text) ui_wait_gone_at ((root), (text), G_STRLOC)
void ui_wait_gone_at (gpointer root, const char *text, const char *where);
