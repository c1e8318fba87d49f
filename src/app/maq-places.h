// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// The places of the window, in the order of the sidebar. The keys Ctrl+1, Ctrl+2 … open them in this order.

G_BEGIN_DECLS

typedef struct
{
  const char *name;    // of the action win.show-page
  const char *title;   // to be translated
  const char *section; // above this place and those that follow, to be translated; NULL: as before
  const char *icon_name;
} MaqPlace;

const MaqPlace *maq_places_get (guint *n_places);

G_END_DECLS
