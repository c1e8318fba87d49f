// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-fit.h"
#include "maq-foreign.h"

// The models of other programs as a list that follows them. Main thread only.

G_BEGIN_DECLS

// One such model, or a place that cannot be looked into, which has a problem and no variant. A model that changes becomes another
// item. Property with notify: fit.
#define MAQ_TYPE_FOREIGN_ITEM (maq_foreign_item_get_type ())
G_DECLARE_FINAL_TYPE (MaqForeignItem, maq_foreign_item, MAQ, FOREIGN_ITEM, GObject)
const MaqForeignModel *maq_foreign_item_get_model (MaqForeignItem *self);
// Its first file, or the place itself.
const char *maq_foreign_item_get_path (MaqForeignItem *self);
// Whether all of it is here, as far as the last scan saw.
gboolean maq_foreign_item_is_usable (MaqForeignItem *self);
// Whether it runs here; NULL until maq_foreign_list_judge has found out (transfer none).
const MaqFit *maq_foreign_item_get_fit (MaqForeignItem *self);

// A GListModel of MaqForeignItem, by program and name; never so many come at once that a frame is late. Nothing is looked for until
// maq_foreign_list_refresh. Property with notify: loading.
#define MAQ_TYPE_FOREIGN_LIST (maq_foreign_list_get_type ())
G_DECLARE_FINAL_TYPE (MaqForeignList, maq_foreign_list, MAQ, FOREIGN_LIST, GObject)
MaqForeignList *maq_foreign_list_new (void);
// FOLDERS: the user's, nullable. Looks again if they are others than before and it has looked at all.
void maq_foreign_list_set_folders (MaqForeignList *self, const char *const *folders);
// Looks again in a worker, once however often it is called meanwhile; the list changes when something did.
void     maq_foreign_list_refresh (MaqForeignList *self);
gboolean maq_foreign_list_get_loading (MaqForeignList *self);
// The item whose first file, or which itself, is at PATH (transfer none, nullable).
MaqForeignItem *maq_foreign_list_find (MaqForeignList *self, const char *path);
// Finds out whether ITEM runs here, unless that is known since a minute; two at a time, in the order asked for.
void maq_foreign_list_judge (MaqForeignList *self, MaqForeignItem *item);

G_END_DECLS
