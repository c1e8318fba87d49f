// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// A set of byte positions, kept as few, sorted, disjoint ranges that do not touch: what of a file is there. Not thread-safe.

G_BEGIN_DECLS

typedef struct
{
  guint64 start;
  guint64 end; // the first byte that is not in it
} MaqRange;

typedef struct _MaqRanges MaqRanges;

MaqRanges *maq_ranges_new (void);
MaqRanges *maq_ranges_copy (const MaqRanges *self);
void       maq_ranges_free (MaqRanges *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqRanges, maq_ranges_free)

// Adds the bytes from START up to, not including, END; nothing when START is not below END.
void maq_ranges_add (MaqRanges *self, guint64 start, guint64 end);

guint           maq_ranges_get_n (const MaqRanges *self);
const MaqRange *maq_ranges_peek (const MaqRanges *self, guint position);
// How many bytes are in it.
guint64 maq_ranges_get_total (const MaqRanges *self);
// The first byte that is missing: up to here everything is there.
guint64 maq_ranges_get_prefix (const MaqRanges *self);
// The first missing stretch at or after FROM and below LIMIT; FALSE if nothing is missing there.
gboolean maq_ranges_find_gap (const MaqRanges *self, guint64 from, guint64 limit, MaqRange *gap);

G_END_DECLS
