// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

// One file, for a list to choose from. Properties with notify: path, size, here (in the snapshot already), chosen.
#define MAQ_TYPE_DOWNLOAD_FILE (maq_download_file_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadFile, maq_download_file, MAQ, DOWNLOAD_FILE, GObject)
MaqDownloadFile *maq_download_file_new (const char *path, guint64 size, gboolean here);
const char      *maq_download_file_get_path (MaqDownloadFile *self);
guint64          maq_download_file_get_size (MaqDownloadFile *self);
gboolean         maq_download_file_get_here (MaqDownloadFile *self);
gboolean         maq_download_file_get_chosen (MaqDownloadFile *self);
// Only for the list it is in, which counts.
void maq_download_file_set_chosen (MaqDownloadFile *self, gboolean chosen);

G_END_DECLS
