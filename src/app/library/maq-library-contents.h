// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-library.h"

// What a cached repo holds, as a list of lines: each version, then its variants, then its other files. A line is made when the list
// view asks for it, so that ten thousand files cost nothing.

G_BEGIN_DECLS

typedef enum
{
  MAQ_LIBRARY_LINE_VERSION,
  MAQ_LIBRARY_LINE_VARIANT,
  MAQ_LIBRARY_LINE_FILE,
} MaqLibraryLineKind;

// One line. Properties: title, subtitle, size (in bytes). It goes on telling what was there when it was made.
#define MAQ_TYPE_LIBRARY_LINE (maq_library_line_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryLine, maq_library_line, MAQ, LIBRARY_LINE, GObject)
MaqLibraryLineKind maq_library_line_get_kind (MaqLibraryLine *self);
const char        *maq_library_line_get_title (MaqLibraryLine *self);
const char        *maq_library_line_get_subtitle (MaqLibraryLine *self);
guint64            maq_library_line_get_size (MaqLibraryLine *self);
const char        *maq_library_line_get_commit (MaqLibraryLine *self);
// The files it stands for, in the repo; NULL for a version.
const char *const *maq_library_line_get_paths (MaqLibraryLine *self);
// Where its first file, or the version's folder, is on the disk.
const char *maq_library_line_get_place (MaqLibraryLine *self);
gboolean    maq_library_line_can_chat (MaqLibraryLine *self);

// A GListModel of MaqLibraryLine that follows ITEM.
#define MAQ_TYPE_LIBRARY_CONTENTS_LIST (maq_library_contents_list_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryContentsList, maq_library_contents_list, MAQ, LIBRARY_CONTENTS_LIST, GObject)
MaqLibraryContentsList *maq_library_contents_list_new (MaqLibraryItem *item);

G_END_DECLS
