// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-inspect-list.h"

// Tensors as a table, which has two lines a row where it is narrow. A click on a column's title orders by it.
// Signal: activate-item (MaqInspectItem).

G_BEGIN_DECLS

#define MAQ_TYPE_INSPECT_TENSORS (maq_inspect_tensors_get_type ())
G_DECLARE_FINAL_TYPE (MaqInspectTensors, maq_inspect_tensors, MAQ, INSPECT_TENSORS, AdwBin)

void maq_inspect_tensors_set_inspection (MaqInspectTensors *self, MaqInspection *inspection);
void maq_inspect_tensors_set_search (MaqInspectTensors *self, const char *words);

G_END_DECLS
