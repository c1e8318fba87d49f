// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library.h"

// The rows that say what the care of the cache would do.

G_BEGIN_DECLS

// What STEP is about, what it does, and what that frees.
GtkWidget *maq_library_care_row_new (MaqLibrary *library, const MaqCacheStep *step);
// "and N more".
GtkWidget *maq_library_care_more_row_new (guint n);

G_END_DECLS
