// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-range-plan.h"

struct _MaqRangePlan
{
  guint64    size;
  guint64    least;
  MaqRanges *done;
  GPtrArray *claims; // of MaqRangeClaim
};

MaqRangePlan *
maq_range_plan_new (guint64          size,
                    const MaqRanges *done,
                    guint64          least)
{
  MaqRangePlan *self = g_new0 (MaqRangePlan, 1);

  self->size = size;
  self->least = least;
  self->done = done != NULL ? maq_ranges_copy (done) : maq_ranges_new ();
  self->claims = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
maq_range_plan_free (MaqRangePlan *self)
{
  if (self == NULL)
    return;
  maq_ranges_free (self->done);
  g_ptr_array_unref (self->claims);
  g_free (self);
}

// The first bytes that are neither there nor claimed.
static gboolean
find_free (MaqRangePlan *self,
           MaqRange     *free_range)
{
  g_autoptr (MaqRanges) taken = maq_ranges_copy (self->done);

  for (guint i = 0; i < self->claims->len; i++)
    {
      const MaqRangeClaim *claim = g_ptr_array_index (self->claims, i);
      maq_ranges_add (taken, claim->next, claim->end);
    }
  return maq_ranges_find_gap (taken, 0, self->size, free_range);
}

// The claim with the most left, if that is enough for two.
static MaqRangeClaim *
find_largest (MaqRangePlan *self)
{
  MaqRangeClaim *largest = NULL;

  for (guint i = 0; i < self->claims->len; i++)
    {
      MaqRangeClaim *claim = g_ptr_array_index (self->claims, i);
      if (largest == NULL || claim->end - claim->next > largest->end - largest->next)
        largest = claim;
    }
  return largest != NULL && (largest->end - largest->next) / 2 >= MAX (self->least, 1) ? largest : NULL;
}

static MaqRangeClaim *
add_claim (MaqRangePlan *self,
           guint64       start,
           guint64       end)
{
  MaqRangeClaim *claim = g_new0 (MaqRangeClaim, 1);

  claim->next = start;
  claim->end = end;
  g_ptr_array_add (self->claims, claim);
  return claim;
}

// A little over half: all connections end at about the same time, and of as many as there are the earlier ones a moment before the
// later ones, so that the hash, which goes from front to back, has little left to do when the last byte is there.
static guint64
get_share (const MaqRangeClaim *claim)
{
  guint64 length = claim->end - claim->next;

  return length / 2 + length / 64;
}

MaqRangeClaim *
maq_range_plan_take (MaqRangePlan *self)
{
  MaqRange free_range;

  if (find_free (self, &free_range))
    return add_claim (self, free_range.start, free_range.end);

  MaqRangeClaim *largest = find_largest (self);
  if (largest == NULL)
    return NULL;
  guint64 end = largest->end;
  largest->end -= get_share (largest);
  return add_claim (self, largest->end, end);
}

guint64
maq_range_plan_get_offer (MaqRangePlan *self)
{
  MaqRange       free_range;
  MaqRangeClaim *largest;

  if (find_free (self, &free_range))
    return free_range.end - free_range.start;
  largest = find_largest (self);
  return largest != NULL ? get_share (largest) : 0;
}

MaqRangeClaim *
maq_range_plan_take_rest (MaqRangePlan *self)
{
  guint64 start = maq_ranges_get_prefix (self->done);

  g_return_val_if_fail (self->claims->len == 0, NULL);

  return start < self->size ? add_claim (self, start, self->size) : NULL;
}

gboolean
maq_range_plan_extend (MaqRangePlan  *self,
                       MaqRangeClaim *claim)
{
  if (self->claims->len != 1 || claim->end == self->size)
    return FALSE;
  claim->end = self->size;
  return TRUE;
}

guint64
maq_range_plan_advance (MaqRangePlan  *self,
                        MaqRangeClaim *claim,
                        guint64        n_bytes)
{
  guint64 before = maq_ranges_get_total (self->done);

  g_return_val_if_fail (n_bytes <= claim->end - claim->next, 0);

  maq_ranges_add (self->done, claim->next, claim->next + n_bytes);
  claim->next += n_bytes;
  return maq_ranges_get_total (self->done) - before;
}

void
maq_range_plan_give_back (MaqRangePlan  *self,
                          MaqRangeClaim *claim)
{
  g_ptr_array_remove_fast (self->claims, claim);
}

gboolean
maq_range_plan_is_rest (const MaqRangePlan  *self,
                        const MaqRangeClaim *claim)
{
  return self->claims->len == 1 && claim->end == self->size && claim->next <= maq_ranges_get_prefix (self->done);
}

guint
maq_range_plan_get_n_claims (const MaqRangePlan *self)
{
  return self->claims->len;
}

gboolean
maq_range_plan_is_complete (const MaqRangePlan *self)
{
  return maq_ranges_get_total (self->done) == self->size;
}
