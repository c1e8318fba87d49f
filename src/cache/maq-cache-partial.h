// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

#include "maq-ranges.h"

// A file on its way into the cache, written from several threads at several places. It remembers by itself what of it is there:
//
//   in order       the first N bytes of the content, nothing else
//   out of order   the whole content with holes, then two notes of 4 KiB each that say which ranges are there:
//                  "live", rewritten all the time, true unless this machine was started anew since (the boot id tells), and
//                  "durable", rewritten after each sync, true always
//
// The notes are cut off before the file gets its final name. All of this blocks.

G_BEGIN_DECLS

typedef struct _MaqCachePartial MaqCachePartial;

// Takes up or creates the file NAME in FOLDER for SIZE bytes of content. Something planted there, such as a link, gives way.
MaqCachePartial *maq_cache_partial_open (int folder, const char *name, guint64 size, GError **error);
void             maq_cache_partial_close (MaqCachePartial *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqCachePartial, maq_cache_partial_close)

// What of the file NAME is there; 0 if there is none.
guint64 maq_cache_partial_measure (int folder, const char *name, guint64 size);

// How many bytes of the partial file NAME there are, also where its notes only say which; SIZE: of the content, 0 where the file
// does not say so. FALSE if it is no file.
gboolean maq_cache_partial_look (int folder, const char *name, guint64 *bytes, guint64 *size);

// Any thread. What is there, and how many bytes from the start without a gap.
MaqRanges *maq_cache_partial_dup_ranges (MaqCachePartial *self);
guint64    maq_cache_partial_get_prefix (MaqCachePartial *self);
// Any thread: LENGTH bytes at OFFSET, all within the size. MAQ_CACHE_ERROR_DAMAGED if somebody else deleted or cut the file.
gboolean maq_cache_partial_write (MaqCachePartial *self, guint64 offset, const void *data, gsize length, GError **error);
// Makes the content that of the file SOURCE, which has its size, without copying. FALSE: the file system cannot, or something is
// there already.
gboolean maq_cache_partial_clone (MaqCachePartial *self, int source);
// Reads back, as pread(2).
gssize maq_cache_partial_read (MaqCachePartial *self, void *data, gsize length, guint64 offset);
// Bytes written since the last sync.
guint64 maq_cache_partial_get_unsynced (MaqCachePartial *self);
// Brings what is there to the disk and notes it. Any thread, one at a time.
gboolean maq_cache_partial_sync (MaqCachePartial *self, GError **error);
// Cuts off the notes and syncs: the file is its content now.
gboolean maq_cache_partial_seal (MaqCachePartial *self, GError **error);

G_END_DECLS
