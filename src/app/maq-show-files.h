// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

// Shows the file or folder PATH in the desktop's file manager; a toast in the overlay around WIDGET says why not.
void maq_show_in_files (GtkWidget *widget, const char *path);
// Opens the folder PATH itself.
void maq_show_folder (GtkWidget *widget, const char *path);

G_END_DECLS
