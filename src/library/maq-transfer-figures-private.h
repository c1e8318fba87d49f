// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib-object.h>

// How far one transfer is, or all of them together: the properties that MaqTransfer and MaqTransferList have alike.

G_BEGIN_DECLS

typedef struct
{
  guint64 done;
  guint64 total; // 0 until known
  double  speed; // bytes a second
  gint64  left;  // seconds, -1 unknown
} MaqTransferFigures;

// The first properties of both classes.
enum
{
  MAQ_TRANSFER_FIGURE_DONE = 1,
  MAQ_TRANSFER_FIGURE_TOTAL,
  MAQ_TRANSFER_FIGURE_SPEED,
  MAQ_TRANSFER_FIGURE_LEFT,
  MAQ_TRANSFER_N_FIGURES
};

// Fills in PROPERTIES for the numbers above.
void maq_transfer_figures_make_properties (GParamSpec **properties);
// FALSE if PROP_ID is none of them.
gboolean maq_transfer_figures_get_property (const MaqTransferFigures *self, guint prop_id, GValue *value);
// Brings OBJECT's SELF to NEWS, whose left is found out here, and notifies of what changed.
void maq_transfer_figures_change (MaqTransferFigures *self, const MaqTransferFigures *news, GObject *object, GParamSpec **properties);

G_END_DECLS
