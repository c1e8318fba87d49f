// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library.h"

G_BEGIN_DECLS

// Says in a dialog what REMOVAL frees, or who uses it and what to do about that; then deletes it, with a toast to undo that in the
// toast overlay around PARENT. NAME: what is deleted, as people call it.
void maq_library_ask_delete (GtkWidget *parent, MaqLibrary *library, MaqLibraryRemoval *removal, const char *name);

// Shows a sentence in the toast overlay around WIDGET.
void maq_library_add_toast (GtkWidget *widget, const char *text);

G_END_DECLS
