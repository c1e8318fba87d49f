// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library.h"

// One repo in the cache: id, lines of facts, a button to chat with it and a menu. Property: item (nullable while recycled). What
// the menu offers is the page's: library.delete-repo, library.verify and library.show-files (s: the hf:// address).

G_BEGIN_DECLS

#define MAQ_TYPE_LIBRARY_ROW (maq_library_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryRow, maq_library_row, MAQ, LIBRARY_ROW, AdwBin)

G_END_DECLS
