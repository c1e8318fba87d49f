// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-application.h"

// The main window: the sidebar and one page for each place. It knows which page is where; what a page does is the page's own.
// Actions, for pages to activate:
//   win.show-page (s)    the name of a MaqPlace
//   win.open-repo (s)    an address as people write it: owner/name, hf://…, a page of the Hub
//   win.open-chat ((ss)) a new chat with the weights file at the second string; the first is its label, "owner/name:Q4_K_M"
//   win.inspect (s)      the path of a file, or the hf:// address of one
//   win.open-file, win.focus-search, win.go-back, win.toggle-sidebar

G_BEGIN_DECLS

#define MAQ_TYPE_WINDOW (maq_window_get_type ())
G_DECLARE_FINAL_TYPE (MaqWindow, maq_window, MAQ, WINDOW, AdwApplicationWindow)

// Pages show that they are loading until the window is told that the Hub's address is known, or why it is not.
MaqWindow *maq_window_new (MaqApplication *application);
void       maq_window_hub_ready (MaqWindow *self);
void       maq_window_hub_failed (MaqWindow *self, const GError *error);
// Shows TEXT, a few words on what Preferences tell more of, until it is dismissed.
void maq_window_warn (MaqWindow *self, const char *text);
// Opens the repo an address names, a file with a model as a chat, what is in any other file; says so if TEXT is neither.
void maq_window_open (MaqWindow *self, const char *text);

G_END_DECLS
