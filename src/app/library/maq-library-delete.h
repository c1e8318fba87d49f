// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library.h"

G_BEGIN_DECLS

// Takes what REMOVAL means away at once, without a question, and says so in the toast overlay around PARENT, with the bytes that
// it frees and a button to undo it. A model that is loaded is unloaded first; what is being downloaded stays, and the toast says why.
// NAME: what is deleted, as people call it.
void maq_library_delete_with_undo (GtkWidget *parent, MaqLibrary *library, MaqLibraryRemoval *removal, const char *name);

// Shows a sentence in the toast overlay around WIDGET.
void maq_library_add_toast (GtkWidget *widget, const char *text);

G_END_DECLS
