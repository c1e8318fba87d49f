// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

// Text to read and to copy: JSON, or chat templates, of which one is chosen where there are several.

G_BEGIN_DECLS

#define MAQ_TYPE_INSPECT_TEXT (maq_inspect_text_get_type ())
G_DECLARE_FINAL_TYPE (MaqInspectText, maq_inspect_text, MAQ, INSPECT_TEXT, AdwBin)

// NAME: of the text, for screen readers and the choice.
void maq_inspect_text_add (MaqInspectText *self, const char *name, const char *text);

// Puts TEXT on the clipboard and says so in the toast overlay around FROM.
void maq_inspect_copy (GtkWidget *from, const char *text);

G_END_DECLS
