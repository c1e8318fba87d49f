// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <locale.h>

#include "maq-units.h"

#define assert_text(call, expected)        \
  G_STMT_START                             \
  {                                        \
    g_autofree char *text_ = (call);       \
    g_assert_cmpstr (text_, ==, expected); \
  }                                        \
  G_STMT_END

static void
test_counts (void)
{
  assert_text (maq_format_count (0), "0");
  assert_text (maq_format_count (999), "999");
  assert_text (maq_format_count (1000), "1k");
  assert_text (maq_format_count (1234), "1.2k");
  assert_text (maq_format_count (12345), "12.3k");
  assert_text (maq_format_count (340123), "340k");
  assert_text (maq_format_count (999499), "999k");
  assert_text (maq_format_count (999960), "1M");
  assert_text (maq_format_count (1234567), "1.2M");
  assert_text (maq_format_count (G_MAXINT64), "9223372T");
  assert_text (maq_format_count (-5), "-5");
}

static void
test_parameters (void)
{
  assert_text (maq_format_parameters (7615616512), "7.6B");
  assert_text (maq_format_parameters (134515008), "135M");
  assert_text (maq_format_parameters (22713216), "22.7M");
  assert_text (maq_format_parameters (70553706496), "70.6B");
  assert_text (maq_format_parameters (671026419200), "671B");
  assert_text (maq_format_parameters (1040000000000), "1T");
  assert_text (maq_format_parameters (2500), "2.5K");
}

static void
test_bytes (void)
{
  assert_text (maq_format_speed (-1), "0 bytes/s");
  assert_text (maq_format_speed (0.0 / 0.0), "0 bytes/s");
  g_autofree char *size = maq_format_bytes (4920734272);
  g_assert_true (g_str_has_prefix (size, "4.9"));
  // With the no-break space that GLib puts before a unit.
  assert_text (maq_format_bytes_of (7100000000, 14400000000), "7.1 of 14.4\302\240GB");
  assert_text (maq_format_bytes_of (312000, 2200000), "312.0\302\240kB of 2.2\302\240MB");
  assert_text (maq_format_bytes_of (0, 2200000), "0 bytes of 2.2\302\240MB");
}

static void
test_durations (void)
{
  assert_text (maq_format_duration (-3), "0 s");
  assert_text (maq_format_duration (12), "12 s");
  assert_text (maq_format_duration (250), "4 min");
  assert_text (maq_format_duration (7200), "2 h");
  assert_text (maq_format_duration (7500), "2 h 5 min");
  assert_text (maq_format_duration (90000), "1 d 1 h");
  assert_text (maq_format_duration (172800), "2 d");
}

static void
test_relative_times (void)
{
  gint64 now = 1722515696;

  assert_text (maq_format_relative_time (0, now), "");
  assert_text (maq_format_relative_time (now - 5, now), "just now");
  assert_text (maq_format_relative_time (now + 30, now), "just now");
  assert_text (maq_format_relative_time (now - 60, now), "1 minute ago");
  assert_text (maq_format_relative_time (now - 300, now), "5 minutes ago");
  assert_text (maq_format_relative_time (now - 3600, now), "1 hour ago");
  assert_text (maq_format_relative_time (now - 86400, now), "yesterday");
  assert_text (maq_format_relative_time (now - 3 * 86400, now), "3 days ago");
  assert_text (maq_format_relative_time (now - 61 * 86400, now), "2 months ago");
  assert_text (maq_format_relative_time (now - 364 * 86400, now), "11 months ago");
  assert_text (maq_format_relative_time (now - 400 * 86400, now), "28 Jun 2023");
  assert_text (maq_format_relative_time (now + 40 * 86400, now), "10 Sep 2024");
}

static void
test_timestamps (void)
{
  g_assert_cmpint (maq_parse_timestamp ("2024-08-01T12:34:56.000Z"), ==, 1722515696);
  g_assert_cmpint (maq_parse_timestamp ("2024-08-01T12:34:56Z"), ==, 1722515696);
  g_assert_cmpint (maq_parse_timestamp ("2024-08-01T14:34:56+02:00"), ==, 1722515696);
  g_assert_cmpint (maq_parse_timestamp (NULL), ==, 0);
  g_assert_cmpint (maq_parse_timestamp (""), ==, 0);
  g_assert_cmpint (maq_parse_timestamp ("yesterday"), ==, 0);
  g_assert_cmpint (maq_parse_timestamp ("2024-13-41T99:99:99Z"), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "C.UTF-8");
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/units/counts", test_counts);
  g_test_add_func ("/base/units/parameters", test_parameters);
  g_test_add_func ("/base/units/bytes-and-speeds", test_bytes);
  g_test_add_func ("/base/units/durations", test_durations);
  g_test_add_func ("/base/units/relative-times", test_relative_times);
  g_test_add_func ("/base/units/timestamps", test_timestamps);
  return g_test_run ();
}
