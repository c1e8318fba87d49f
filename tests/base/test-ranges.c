// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-ranges.h"

// As "0-4 10-12".
static char *
dup_text (const MaqRanges *ranges)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < maq_ranges_get_n (ranges); i++)
    {
      const MaqRange *range = maq_ranges_peek (ranges, i);
      g_string_append_printf (text, "%s%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, i > 0 ? " " : "", range->start, range->end);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define assert_ranges(ranges, expected)         \
  G_STMT_START                                  \
  {                                             \
    g_autofree char *text_ = dup_text (ranges); \
    g_assert_cmpstr (text_, ==, expected);      \
  }                                             \
  G_STMT_END

static void
test_merging (void)
{
  g_autoptr (MaqRanges) ranges = maq_ranges_new ();

  maq_ranges_add (ranges, 10, 20);
  maq_ranges_add (ranges, 30, 40);
  maq_ranges_add (ranges, 5, 5);
  maq_ranges_add (ranges, 9, 3);
  assert_ranges (ranges, "10-20 30-40");
  maq_ranges_add (ranges, 20, 25);
  assert_ranges (ranges, "10-25 30-40");
  maq_ranges_add (ranges, 0, 2);
  assert_ranges (ranges, "0-2 10-25 30-40");
  maq_ranges_add (ranges, 24, 31);
  assert_ranges (ranges, "0-2 10-40");
  maq_ranges_add (ranges, 2, 10);
  assert_ranges (ranges, "0-40");
  maq_ranges_add (ranges, 5, 7);
  assert_ranges (ranges, "0-40");
  maq_ranges_add (ranges, G_MAXUINT64 - 1, G_MAXUINT64);
  g_assert_cmpuint (maq_ranges_get_total (ranges), ==, 41);

  g_autoptr (MaqRanges) copy = maq_ranges_copy (ranges);
  maq_ranges_add (ranges, 50, 60);
  g_assert_cmpuint (maq_ranges_get_n (ranges), ==, 3);
  g_assert_cmpuint (maq_ranges_get_n (copy), ==, 2);
}

static void
test_prefix (void)
{
  g_autoptr (MaqRanges) ranges = maq_ranges_new ();

  g_assert_cmpuint (maq_ranges_get_prefix (ranges), ==, 0);
  maq_ranges_add (ranges, 10, 20);
  g_assert_cmpuint (maq_ranges_get_prefix (ranges), ==, 0);
  maq_ranges_add (ranges, 0, 3);
  g_assert_cmpuint (maq_ranges_get_prefix (ranges), ==, 3);
}

static void
test_gaps (void)
{
  g_autoptr (MaqRanges) ranges = maq_ranges_new ();
  MaqRange gap;

  g_assert_false (maq_ranges_find_gap (ranges, 0, 0, &gap));
  g_assert_true (maq_ranges_find_gap (ranges, 0, 100, &gap));
  g_assert_true (gap.start == 0 && gap.end == 100);
  maq_ranges_add (ranges, 0, 10);
  maq_ranges_add (ranges, 20, 30);
  g_assert_true (maq_ranges_find_gap (ranges, 0, 100, &gap));
  g_assert_true (gap.start == 10 && gap.end == 20);
  g_assert_true (maq_ranges_find_gap (ranges, 15, 100, &gap));
  g_assert_true (gap.start == 15 && gap.end == 20);
  g_assert_true (maq_ranges_find_gap (ranges, 20, 100, &gap));
  g_assert_true (gap.start == 30 && gap.end == 100);
  g_assert_false (maq_ranges_find_gap (ranges, 20, 30, &gap));
}

// Against a plain array of bytes.
static void
test_random (void)
{
  for (guint round = 0; round < 50; round++)
    {
      g_autoptr (MaqRanges) ranges = maq_ranges_new ();
      guint8 there[256] = { 0 };
      for (guint i = 0; i < 30; i++)
        {
          guint start = g_test_rand_int_range (0, 256);
          guint end = g_test_rand_int_range (0, 257);
          maq_ranges_add (ranges, start, end);
          for (guint j = start; j < end; j++)
            there[j] = 1;

          guint total = 0;
          guint prefix = 0;
          for (guint j = 0; j < sizeof there; j++)
            total += there[j];
          while (prefix < sizeof there && there[prefix])
            prefix++;
          g_assert_cmpuint (maq_ranges_get_total (ranges), ==, total);
          g_assert_cmpuint (maq_ranges_get_prefix (ranges), ==, prefix);
          MaqRange gap = { 0, 0 };
          for (guint64 from = 0; maq_ranges_find_gap (ranges, from, sizeof there, &gap); from = gap.end)
            {
              g_assert_null (memchr (there + gap.start, 1, gap.end - gap.start));
              total += gap.end - gap.start;
            }
          g_assert_cmpuint (total, ==, sizeof there);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/ranges/neighbours-become-one", test_merging);
  g_test_add_func ("/base/ranges/prefix-ends-at-the-first-gap", test_prefix);
  g_test_add_func ("/base/ranges/gaps-are-what-is-missing", test_gaps);
  g_test_add_func ("/base/ranges/as-an-array-of-bytes", test_random);
  return g_test_run ();
}
