// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library.h"

// One repo in the cache: id, a line of facts, and buttons to chat with it and to delete it. Property: item (nullable while
// recycled). Deleting is the page's: library.delete-repo (s: the hf:// address).

G_BEGIN_DECLS

#define MAQ_TYPE_LIBRARY_ROW (maq_library_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryRow, maq_library_row, MAQ, LIBRARY_ROW, AdwBin)

// "Model · 4.7 MB · Q4_0, Q8_0 · 3 days ago" (transfer full).
char *maq_library_item_dup_summary (MaqLibraryItem *item);

G_END_DECLS
