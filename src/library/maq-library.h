// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-cache.h"

// What is on this machine: the shared cache as a list that follows it.

G_BEGIN_DECLS

// One cached repo. Properties with notify: kind, id, owner, name, size, n-files, last-modified, has-chat-weights, warning.
#define MAQ_TYPE_LIBRARY_ITEM (maq_library_item_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryItem, maq_library_item, MAQ, LIBRARY_ITEM, GObject)
MaqRepoKind   maq_library_item_get_kind (MaqLibraryItem *self);
const char   *maq_library_item_get_id (MaqLibraryItem *self);
guint64       maq_library_item_get_size (MaqLibraryItem *self);
gint64        maq_library_item_get_last_modified (MaqLibraryItem *self);
MaqCacheRepo *maq_library_item_get_repo (MaqLibraryItem *self);
// The complete GGUF variants here (of MaqVariant, with absolute paths), smallest first; empty if it cannot be run.
GPtrArray *maq_library_item_get_variants (MaqLibraryItem *self);

// A GListModel of MaqLibraryItem, newest first. Property loading; signal-free otherwise.
#define MAQ_TYPE_LIBRARY (maq_library_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibrary, maq_library, MAQ, LIBRARY, GObject)
MaqLibrary *maq_library_new (MaqCache *cache);
// Scans again, soon and once however often it is called; resolves to TRUE when the list is up to date.
DexFuture      *maq_library_refresh (MaqLibrary *self);
gboolean        maq_library_get_loading (MaqLibrary *self);
guint64         maq_library_get_size (MaqLibrary *self);                               // of all, in bytes
MaqLibraryItem *maq_library_find (MaqLibrary *self, MaqRepoKind kind, const char *id); // transfer none, nullable
// Hides an item at once and deletes it from the disk after DELAY_MS unless undone; resolves to the bytes freed (uint64), 0 when
// undone.
DexFuture *maq_library_delete (MaqLibrary *self, MaqLibraryItem *item, guint delay_ms);
void       maq_library_undo_delete (MaqLibrary *self, MaqLibraryItem *item);

G_END_DECLS
