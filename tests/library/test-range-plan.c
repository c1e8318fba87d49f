// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-range-plan.h"

#define assert_claim(claim, from, to)           \
  G_STMT_START                                  \
  {                                             \
    g_assert_nonnull (claim);                   \
    g_assert_cmpuint ((claim)->next, ==, from); \
    g_assert_cmpuint ((claim)->end, ==, to);    \
  }                                             \
  G_STMT_END

static void
test_stealing (void)
{
  g_autoptr (MaqRangePlan) plan = maq_range_plan_new (100, NULL, 10);

  MaqRangeClaim *first = maq_range_plan_take (plan);
  assert_claim (first, 0, 100);
  maq_range_plan_advance (plan, first, 20);
  g_assert_cmpuint (maq_range_plan_get_offer (plan), ==, 41);
  MaqRangeClaim *second = maq_range_plan_take (plan);
  assert_claim (first, 20, 59);
  assert_claim (second, 59, 100);
  MaqRangeClaim *third = maq_range_plan_take (plan);
  assert_claim (third, 80, 100);
  maq_range_plan_advance (plan, third, 20);
  maq_range_plan_give_back (plan, third);
  g_assert_cmpuint (maq_range_plan_get_n_claims (plan), ==, 2);

  // 60 bytes are left, shared until nobody has enough for two.
  while (maq_range_plan_get_offer (plan) > 0)
    g_assert_cmpuint (maq_range_plan_take (plan)->end, <=, 100);
  g_assert_cmpuint (maq_range_plan_get_n_claims (plan), ==, 5);
  g_assert_null (maq_range_plan_take (plan));
}

static void
test_give_back (void)
{
  g_autoptr (MaqRangePlan) plan = maq_range_plan_new (100, NULL, 10);
  MaqRangeClaim *claim = maq_range_plan_take (plan);

  maq_range_plan_advance (plan, claim, 30);
  maq_range_plan_give_back (plan, claim);
  g_assert_false (maq_range_plan_is_complete (plan));
  claim = maq_range_plan_take (plan);
  assert_claim (claim, 30, 100);
  maq_range_plan_advance (plan, claim, 70);
  maq_range_plan_give_back (plan, claim);
  g_assert_true (maq_range_plan_is_complete (plan));
  g_assert_null (maq_range_plan_take (plan));
}

// Sixteen connections have about as much to do each, and the first one the least; offsets are past four gigabytes.
static void
test_even (void)
{
  guint64        size = G_GUINT64_CONSTANT (60) << 30;
  MaqRangeClaim *claims[16];
  g_autoptr (MaqRangePlan) plan = maq_range_plan_new (size, NULL, 2 << 20);

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    claims[i] = maq_range_plan_take (plan);
  guint64 first = claims[0]->end - claims[0]->next;
  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      guint64 length = claims[i]->end - claims[i]->next;
      g_assert_cmpuint (length, >=, first);
      g_assert_cmpuint (length, <, size / 16 * 5 / 4);
      g_assert_cmpuint (maq_range_plan_advance (plan, claims[i], length), ==, length);
    }
  g_assert_true (maq_range_plan_is_complete (plan));
}

static void
test_resume (void)
{
  g_autoptr (MaqRanges) done = maq_ranges_new ();
  maq_ranges_add (done, 0, 10);
  maq_ranges_add (done, 50, 70);
  g_autoptr (MaqRangePlan) plan = maq_range_plan_new (100, done, 10);

  MaqRangeClaim *first = maq_range_plan_take (plan);
  assert_claim (first, 10, 50);
  MaqRangeClaim *second = maq_range_plan_take (plan);
  assert_claim (second, 70, 100);
  MaqRangeClaim *third = maq_range_plan_take (plan);
  assert_claim (third, 30, 50);
}

static void
test_rest (void)
{
  g_autoptr (MaqRanges) done = maq_ranges_new ();
  maq_ranges_add (done, 0, 10);
  maq_ranges_add (done, 50, 70);
  g_autoptr (MaqRangePlan) plan = maq_range_plan_new (100, done, 10);

  MaqRangeClaim *claim = maq_range_plan_take_rest (plan);
  assert_claim (claim, 10, 100);
  g_assert_cmpuint (maq_range_plan_advance (plan, claim, 50), ==, 40);
  g_assert_cmpuint (maq_range_plan_advance (plan, claim, 40), ==, 30);
  g_assert_true (maq_range_plan_is_complete (plan));
}

static void
test_extend (void)
{
  g_autoptr (MaqRangePlan) plan = maq_range_plan_new (100, NULL, 10);
  MaqRangeClaim *first = maq_range_plan_take (plan);
  MaqRangeClaim *second = maq_range_plan_take (plan);

  g_assert_false (maq_range_plan_extend (plan, first));
  maq_range_plan_give_back (plan, second);
  g_assert_true (maq_range_plan_extend (plan, first));
  assert_claim (first, 0, 100);
}

// Whatever the order of events, in the end every byte was fetched once.
static void
test_random (void)
{
  for (guint round = 0; round < 100; round++)
    {
      guint8         fetched[1000] = { 0 };
      guint          n_claims = 0;
      MaqRangeClaim *claims[8] = { NULL };
      g_autoptr (MaqRangePlan) plan = maq_range_plan_new (sizeof fetched, NULL, g_test_rand_int_range (0, 50));

      while (!maq_range_plan_is_complete (plan))
        {
          guint i = g_test_rand_int_range (0, G_N_ELEMENTS (claims));
          if (claims[i] == NULL)
            {
              claims[i] = maq_range_plan_take (plan);
              n_claims += claims[i] != NULL;
              continue;
            }
          guint64 n = g_test_rand_int_range (0, claims[i]->end - claims[i]->next + 1);
          for (guint64 j = claims[i]->next; j < claims[i]->next + n; j++)
            g_assert_cmpuint (fetched[j]++, ==, 0);
          maq_range_plan_advance (plan, claims[i], n);
          if (claims[i]->next == claims[i]->end || g_test_rand_int_range (0, 4) == 0)
            {
              maq_range_plan_give_back (plan, claims[i]);
              claims[i] = NULL;
            }
        }
      for (guint j = 0; j < sizeof fetched; j++)
        g_assert_cmpuint (fetched[j], ==, 1);
      g_assert_cmpuint (n_claims, >, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/range-plan/an-idle-connection-helps-with-the-largest", test_stealing);
  g_test_add_func ("/library/range-plan/what-is-given-back-is-taken-again", test_give_back);
  g_test_add_func ("/library/range-plan/connections-have-as-much-to-do", test_even);
  g_test_add_func ("/library/range-plan/only-what-is-missing-is-taken", test_resume);
  g_test_add_func ("/library/range-plan/without-ranges-one-takes-all", test_rest);
  g_test_add_func ("/library/range-plan/the-only-one-reads-on", test_extend);
  g_test_add_func ("/library/range-plan/every-byte-once", test_random);
  return g_test_run ();
}
