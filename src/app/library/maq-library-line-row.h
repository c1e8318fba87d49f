// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library-contents.h"

// One line of what a repo holds. Property: line (nullable while recycled). What it offers is its page's: details.chat,
// details.show-files and details.delete (all ss: the commit, the first path or "").

G_BEGIN_DECLS

#define MAQ_TYPE_LIBRARY_LINE_ROW (maq_library_line_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryLineRow, maq_library_line_row, MAQ, LIBRARY_LINE_ROW, AdwBin)

G_END_DECLS
