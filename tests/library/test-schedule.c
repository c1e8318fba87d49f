// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib.h>

#include "maq-schedule.h"

static gboolean
is_in (guint from,
       guint to,
       guint hour,
       guint minute)
{
  MaqSchedule schedule = { .is_on = TRUE, .from = from, .to = to };
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 3, 14, hour, minute, 30);

  maq_schedule_set_now (now);
  return maq_schedule_is_now (&schedule);
}

static void
test_hours (void)
{
  // Of one day.
  g_assert_false (is_in (60, 150, 0, 59));
  g_assert_true (is_in (60, 150, 1, 0));
  g_assert_true (is_in (60, 150, 2, 29));
  g_assert_false (is_in (60, 150, 2, 30));
  // Over midnight.
  g_assert_true (is_in (1320, 420, 22, 0));
  g_assert_true (is_in (1320, 420, 23, 59));
  g_assert_true (is_in (1320, 420, 0, 0));
  g_assert_true (is_in (1320, 420, 6, 59));
  g_assert_false (is_in (1320, 420, 7, 0));
  g_assert_false (is_in (1320, 420, 21, 59));
  // The whole day.
  g_assert_true (is_in (600, 600, 3, 0));
  g_assert_true (is_in (600, 600, 10, 0));
}

static void
test_summer_time (void)
{
  MaqSchedule schedule = { .is_on = TRUE, .from = 150, .to = 240 };
  g_autoptr (GTimeZone) berlin = g_time_zone_new_identifier ("Europe/Berlin");

  if (berlin == NULL)
    {
      g_test_skip ("no time zones here");
      return;
    }
  // On 29 March 2026 the clock goes from 2:00 to 3:00, half past two does not come; on 25 October the hour from 2:00 comes twice.
  static const struct
  {
    guint    month;
    guint    day;
    guint    utc_hour;
    guint    utc_minute;
    gboolean is_now;
  } moments[] = {
    { 3, 29, 0, 59, FALSE },  // 1:59
    { 3, 29, 1, 0, TRUE },    // 3:00
    { 3, 29, 2, 0, FALSE },   // 4:00
    { 10, 25, 0, 29, FALSE }, // 2:29, the first time
    { 10, 25, 0, 30, TRUE },  // 2:30, the first time
    { 10, 25, 1, 0, FALSE },  // 2:00, the second time
    { 10, 25, 1, 30, TRUE },
    { 10, 25, 3, 0, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autoptr (GDateTime) utc = g_date_time_new_utc (2026, moments[i].month, moments[i].day, moments[i].utc_hour, moments[i].utc_minute, 0);
      g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, berlin);
      maq_schedule_set_now (local);
      g_assert_cmpint (maq_schedule_is_now (&schedule), ==, moments[i].is_now);
    }
}

static void
test_minutes (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 3, 14, 12, 0, 59.5);
  g_autoptr (GDateTime) full = g_date_time_new_local (2026, 3, 14, 12, 0, 0);

  maq_schedule_set_now (now);
  g_assert_cmpuint (maq_schedule_get_seconds_to_minute (), ==, 1);
  maq_schedule_set_now (full);
  g_assert_cmpuint (maq_schedule_get_seconds_to_minute (), ==, 60);
  maq_schedule_set_now (NULL);
  g_assert_cmpuint (maq_schedule_get_seconds_to_minute (), <=, 60);
}

static void
test_format (void)
{
  g_autofree char *late = maq_schedule_format_time (22 * 60);
  g_autofree char *early = maq_schedule_format_time (7 * 60 + 5);

  // In the C locale, or where the desktop says 24 hours.
  g_assert_cmpstr (late, ==, "22:00");
  g_assert_cmpstr (early, ==, "07:05");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/schedule/hours-of-the-day", test_hours);
  g_test_add_func ("/library/schedule/the-clock-is-set-twice-a-year", test_summer_time);
  g_test_add_func ("/library/schedule/minutes-of-the-clock", test_minutes);
  g_test_add_func ("/library/schedule/as-the-clock-shows-it", test_format);
  return g_test_run ();
}
