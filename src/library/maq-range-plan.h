// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-ranges.h"

// Who fetches which bytes of one file over several connections: as few requests as possible, so each connection has one long
// range, and one that has nothing left takes the greater part of the largest that another still has. Not thread-safe.

G_BEGIN_DECLS

// The bytes one connection fetches, from next on. Belongs to the plan.
typedef struct
{
  guint64 next;
  guint64 end; // may come nearer while another connection takes the rest
} MaqRangeClaim;

typedef struct _MaqRangePlan MaqRangePlan;

// DONE (nullable): what of the SIZE bytes is there already. A range is shared only if it has twice LEAST bytes left.
MaqRangePlan *maq_range_plan_new (guint64 size, const MaqRanges *done, guint64 least);
void          maq_range_plan_free (MaqRangePlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqRangePlan, maq_range_plan_free)

// What nobody fetches yet, else a little over half of somebody's; NULL if there is nothing worth a request.
MaqRangeClaim *maq_range_plan_take (MaqRangePlan *self);
// How much the next take would give.
guint64 maq_range_plan_get_offer (MaqRangePlan *self);
// All from the first missing byte to the end, for a server that knows no ranges. Only while there is no other claim.
MaqRangeClaim *maq_range_plan_take_rest (MaqRangePlan *self);
// Makes the only CLAIM reach to the end, for a server that sends everything anyway. FALSE if there are others, or it does.
gboolean maq_range_plan_extend (MaqRangePlan *self, MaqRangeClaim *claim);
// N_BYTES more of CLAIM are there; returns how many of them were missing.
guint64 maq_range_plan_advance (MaqRangePlan *self, MaqRangeClaim *claim, guint64 n_bytes);
// Ends CLAIM; what is left of it is for others to take.
void maq_range_plan_give_back (MaqRangePlan *self, MaqRangeClaim *claim);
// Whether CLAIM is all that is missing from here to the end.
gboolean maq_range_plan_is_rest (const MaqRangePlan *self, const MaqRangeClaim *claim);
guint    maq_range_plan_get_n_claims (const MaqRangePlan *self);
gboolean maq_range_plan_is_complete (const MaqRangePlan *self);

G_END_DECLS
