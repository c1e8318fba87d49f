// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-units.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define MONTH  (30 * DAY)
#define YEAR   (365 * DAY)

// VALUE with one decimal below 100 unless that is a zero, in the digits of the locale.
static char *
format_short_number (double value)
{
  double tenths = round (value * 10);

  if (tenths < 1000 && fmod (tenths, 10) != 0)
    return g_strdup_printf ("%.1f", tenths / 10);
  return g_strdup_printf ("%.0f", value);
}

// COUNT with the largest of N_UNITS units, each a thousand of the one before, that leaves at least 1. Rounding never shows
// “1000” of a unit: 999,960 is 1M.
static char *
format_scaled (gint64            count,
               const char *const units[],
               guint             n_units)
{
  double value = count;
  guint  unit = 0;

  while (unit < n_units && value >= (unit == 0 ? 1000 : 999.5))
    {
      value /= 1000;
      unit++;
    }

  if (unit == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT, count);

  g_autofree char *number = format_short_number (value);
  // A number with its unit joined, such as 1.2k
  return g_strconcat (number, _ (units[unit - 1]), NULL);
}

char *
maq_format_count (gint64 count)
{
  static const char *const units[] = { N_ ("k"), N_ ("M"), N_ ("B"), N_ ("T") };

  return format_scaled (count, units, G_N_ELEMENTS (units));
}

char *
maq_format_parameters (gint64 count)
{
  static const char *const units[] = { N_ ("K"), N_ ("M"), N_ ("B"), N_ ("T") };

  return format_scaled (count, units, G_N_ELEMENTS (units));
}

char *
maq_format_bytes (guint64 bytes)
{
  return g_format_size (bytes);
}

char *
maq_format_bytes_of (guint64 bytes,
                     guint64 total)
{
  g_autofree char *unit = g_format_size_full (bytes, G_FORMAT_SIZE_ONLY_UNIT);
  g_autofree char *total_unit = g_format_size_full (total, G_FORMAT_SIZE_ONLY_UNIT);
  g_autofree char *whole = maq_format_bytes (total);
  // The unit is said once where it is the same.
  g_autofree char *part = g_format_size_full (bytes, g_str_equal (unit, total_unit) ? G_FORMAT_SIZE_ONLY_VALUE : G_FORMAT_SIZE_DEFAULT);

  // Translators: a part of a whole, as in "7.1 of 14.4 GB" or "312 kB of 2.2 MB".
  return g_strdup_printf (_ ("%s of %s"), part, whole);
}

char *
maq_format_speed (double bytes_per_second)
{
  guint64          whole = isfinite (bytes_per_second) && bytes_per_second > 0 ? (guint64) MIN (bytes_per_second, 1e18) : 0;
  g_autofree char *size = g_format_size (whole);

  // Translators: a speed; the variable is a size such as 3.4 MB
  return g_strdup_printf (_ ("%s/s"), size);
}

char *
maq_format_duration (gint64 seconds)
{
  seconds = MAX (seconds, 0);

  if (seconds < MINUTE)
    return g_strdup_printf (_ ("%d s"), (int) seconds);
  if (seconds < HOUR)
    return g_strdup_printf (_ ("%d min"), (int) (seconds / MINUTE));
  if (seconds < DAY)
    {
      int hours = seconds / HOUR;
      int minutes = seconds % HOUR / MINUTE;
      return minutes > 0 ? g_strdup_printf (_ ("%d h %d min"), hours, minutes) : g_strdup_printf (_ ("%d h"), hours);
    }

  int days = MIN (seconds / DAY, G_MAXINT);
  int hours = seconds % DAY / HOUR;
  return hours > 0 ? g_strdup_printf (_ ("%d d %d h"), days, hours) : g_strdup_printf (_ ("%d d"), days);
}

char *
maq_format_relative_time (gint64 when,
                          gint64 now)
{
  if (when <= 0)
    return g_strdup ("");

  gint64 age = now - when;

  // A clock may be a little wrong; one that is a day off is better shown as a date.
  if (age < MINUTE && age > -DAY)
    return g_strdup (_ ("just now"));
  if (age >= MINUTE && age < HOUR)
    return g_strdup_printf (ngettext ("%d minute ago", "%d minutes ago", age / MINUTE), (int) (age / MINUTE));
  if (age >= HOUR && age < DAY)
    return g_strdup_printf (ngettext ("%d hour ago", "%d hours ago", age / HOUR), (int) (age / HOUR));
  if (age >= DAY && age < 2 * DAY)
    return g_strdup (_ ("yesterday"));
  if (age >= DAY && age < MONTH)
    return g_strdup_printf (ngettext ("%d day ago", "%d days ago", age / DAY), (int) (age / DAY));
  if (age >= MONTH && age < YEAR)
    {
      int months = MIN (age / MONTH, 11);
      return g_strdup_printf (ngettext ("%d month ago", "%d months ago", months), months);
    }

  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (when);
  // Translators: a date such as 3 May 2024; the codes are those of g_date_time_format()
  return date != NULL ? g_date_time_format (date, _ ("%-d %b %Y")) : g_strdup ("");
}

gint64
maq_parse_timestamp (const char *text)
{
  static gsize      once = 0;
  static GTimeZone *utc;

  if (text == NULL)
    return 0;

  if (g_once_init_enter (&once))
    {
      utc = g_time_zone_new_utc ();
      g_once_init_leave (&once, 1);
    }

  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);
  return time != NULL ? g_date_time_to_unix (time) : 0;
}
