// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-inspect.h"

// The metadata or the tensors of an inspection as a list that costs nothing for a row until it is asked for. Searching and ordering
// are done over numbers, so 100,000 tensors take a few milliseconds.

G_BEGIN_DECLS

// One row. Properties, none of which changes: name, type, text (the value on one line, shape, or shard), size and offset in bytes
// (0 for metadata), facts ("F16 · 64 × 32", where there is one line for both).
#define MAQ_TYPE_INSPECT_ITEM (maq_inspect_item_get_type ())
G_DECLARE_FINAL_TYPE (MaqInspectItem, maq_inspect_item, MAQ, INSPECT_ITEM, GObject)

const char *maq_inspect_item_get_name (MaqInspectItem *self);
// All of the value as it is, of arrays the first 10,000 elements (transfer full).
char *maq_inspect_item_dup_whole_text (MaqInspectItem *self);

typedef enum
{
  MAQ_INSPECT_BY_PLACE, // as the file has them
  MAQ_INSPECT_BY_NAME,
  MAQ_INSPECT_BY_TYPE,
  MAQ_INSPECT_BY_SIZE,
} MaqInspectOrder;

#define MAQ_TYPE_INSPECT_LIST (maq_inspect_list_get_type ())
G_DECLARE_FINAL_TYPE (MaqInspectList, maq_inspect_list, MAQ, INSPECT_LIST, GObject)

MaqInspectList *maq_inspect_list_new_metadata (MaqInspection *inspection);
MaqInspectList *maq_inspect_list_new_tensors (MaqInspection *inspection);
// Special tokens: their role is the name, their text the text, their id the type.
MaqInspectList *maq_inspect_list_new_tokens (MaqInspection *inspection);
// Keeps the rows with all WORDS, in any case, in the name or, but for tensors, in the text. NULL: all rows.
void maq_inspect_list_set_search (MaqInspectList *self, const char *words);
void maq_inspect_list_set_order (MaqInspectList *self, MaqInspectOrder order, gboolean descending);
// How many there are without a search.
guint maq_inspect_list_get_n_all (MaqInspectList *self);

G_END_DECLS
