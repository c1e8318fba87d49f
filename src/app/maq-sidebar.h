// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

// The list of the window's places. Properties: place (the name of a MaqPlace), n-active (transfers under way, shown as a badge). Signal: activated, when a place was chosen by hand, also the one already shown.

G_BEGIN_DECLS

#define MAQ_TYPE_SIDEBAR (maq_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (MaqSidebar, maq_sidebar, MAQ, SIDEBAR, AdwBin)

const char *maq_sidebar_get_place (MaqSidebar *self);
// Selects PLACE; an unknown one is ignored.
void maq_sidebar_set_place (MaqSidebar *self, const char *place);

G_END_DECLS
