// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>
#include <libdex.h>

G_BEGIN_DECLS

// Lets the user choose a folder, above the window of WIDGET. FOLDER: nullable, the one to begin with. Resolves to a path (string);
// rejects with G_IO_ERROR_CANCELLED if the user does not want one, and with _NOT_SUPPORTED, in a sentence (translated), where none
// can be chosen or it is not on this computer. Dropping it closes the dialog.
DexFuture *maq_choose_folder (GtkWidget *widget, const char *title, const char *folder);

G_END_DECLS
