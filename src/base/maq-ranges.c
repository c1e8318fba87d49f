// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-ranges.h"

struct _MaqRanges
{
  GArray *items; // of MaqRange
};

MaqRanges *
maq_ranges_new (void)
{
  MaqRanges *self = g_new0 (MaqRanges, 1);

  self->items = g_array_new (FALSE, FALSE, sizeof (MaqRange));
  return self;
}

MaqRanges *
maq_ranges_copy (const MaqRanges *self)
{
  MaqRanges *copy = g_new0 (MaqRanges, 1);

  copy->items = g_array_copy (self->items);
  return copy;
}

void
maq_ranges_free (MaqRanges *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->items);
  g_free (self);
}

static MaqRange *
at (const MaqRanges *self,
    guint            position)
{
  return &g_array_index (self->items, MaqRange, position);
}

// The first range that ends at or after WHERE; the number of ranges if none does.
static guint
find (const MaqRanges *self,
      guint64          where)
{
  guint low = 0;
  guint high = self->items->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (at (self, middle)->end < where)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
maq_ranges_add (MaqRanges *self,
                guint64    start,
                guint64    end)
{
  if (start >= end)
    return;

  // Everything that overlaps or touches becomes one range.
  guint    first = find (self, start);
  guint    next = first;
  MaqRange merged = { start, end };
  for (; next < self->items->len && at (self, next)->start <= end; next++)
    {
      merged.start = MIN (merged.start, at (self, next)->start);
      merged.end = MAX (merged.end, at (self, next)->end);
    }
  if (next > first)
    {
      *at (self, first) = merged;
      if (next > first + 1)
        g_array_remove_range (self->items, first + 1, next - first - 1);
    }
  else
    g_array_insert_val (self->items, first, merged);
}

guint
maq_ranges_get_n (const MaqRanges *self)
{
  return self->items->len;
}

const MaqRange *
maq_ranges_peek (const MaqRanges *self,
                 guint            position)
{
  g_return_val_if_fail (position < self->items->len, NULL);
  return at (self, position);
}

guint64
maq_ranges_get_total (const MaqRanges *self)
{
  guint64 total = 0;

  for (guint i = 0; i < self->items->len; i++)
    total += at (self, i)->end - at (self, i)->start;
  return total;
}

guint64
maq_ranges_get_prefix (const MaqRanges *self)
{
  return self->items->len > 0 && at (self, 0)->start == 0 ? at (self, 0)->end : 0;
}

gboolean
maq_ranges_find_gap (const MaqRanges *self,
                     guint64          from,
                     guint64          limit,
                     MaqRange        *gap)
{
  guint next = find (self, from);

  if (next < self->items->len && at (self, next)->start <= from)
    from = at (self, next++)->end;
  if (from >= limit)
    return FALSE;
  gap->start = from;
  gap->end = next < self->items->len ? MIN (limit, at (self, next)->start) : limit;
  return TRUE;
}
