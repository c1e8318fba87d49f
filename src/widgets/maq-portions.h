// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

// A list view makes widgets for some two hundred rows as soon as there are so many, all in one turn of the main loop. In portions it
// gets a few in each turn, until it has those; then it gets all the rest. MODEL: transfer full. Positions are those of MODEL.
GtkSliceListModel *maq_portions_new (GListModel *model);
// MODEL is about to get other items.
void maq_portions_restart (GtkSliceListModel *portions);

G_END_DECLS
