// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-inspect-list.h"

// Metadata or special tokens as a list of names and values, each with a button that copies its value.
// Signal: activate-item (MaqInspectItem).

G_BEGIN_DECLS

#define MAQ_TYPE_INSPECT_ROWS (maq_inspect_rows_get_type ())
G_DECLARE_FINAL_TYPE (MaqInspectRows, maq_inspect_rows, MAQ, INSPECT_ROWS, AdwBin)

// LABEL: for screen readers. SUMMARY: a line above the list, nullable.
void maq_inspect_rows_set_list (MaqInspectRows *self, MaqInspectList *list, const char *label, const char *summary);
void maq_inspect_rows_set_search (MaqInspectRows *self, const char *words);

G_END_DECLS
