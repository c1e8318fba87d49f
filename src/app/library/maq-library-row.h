// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library.h"

// A repo in the cache or a model of another program: its name, lines of facts, a button to chat with it and a menu. Properties:
// entry (nullable while recycled), title and description for screen readers. What the menu offers is the page's:
// library.resume, -show-details, -show-files, -verify and -delete-repo (s: the hf:// address), library.use-foreign (ss: "chat", "inspect" or
// "show-files", the path).

G_BEGIN_DECLS

#define MAQ_TYPE_LIBRARY_ROW (maq_library_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryRow, maq_library_row, MAQ, LIBRARY_ROW, AdwBin)

G_END_DECLS
