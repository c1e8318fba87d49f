// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-schedule.h"

#include <gio/gio.h>
#include <langinfo.h>
#include <string.h>

#define DESKTOP_SCHEMA "org.gnome.desktop.interface"

static GDateTime *fixed;

void
maq_schedule_set_now (GDateTime *now)
{
  g_clear_pointer (&fixed, g_date_time_unref);
  fixed = now != NULL ? g_date_time_ref (now) : NULL;
}

static GDateTime *
get_now (void)
{
  return fixed != NULL ? g_date_time_ref (fixed) : g_date_time_new_now_local ();
}

gboolean
maq_schedule_is_now (const MaqSchedule *self)
{
  g_autoptr (GDateTime) now = get_now ();
  guint minute = g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now);

  if (!self->is_on || self->from == self->to)
    return TRUE;
  if (self->from < self->to)
    return minute >= self->from && minute < self->to;
  return minute >= self->from || minute < self->to;
}

guint
maq_schedule_get_seconds_to_minute (void)
{
  g_autoptr (GDateTime) now = get_now ();

  return 60 - MIN (g_date_time_get_second (now), 59);
}

static gboolean
has_twelve_hours (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = source != NULL ? g_settings_schema_source_lookup (source, DESKTOP_SCHEMA, TRUE) : NULL;

  if (schema == NULL || !g_settings_schema_has_key (schema, "clock-format"))
    return strstr (nl_langinfo (T_FMT), "%I") != NULL || strstr (nl_langinfo (T_FMT), "%r") != NULL || strstr (nl_langinfo (T_FMT), "%l") != NULL;
  g_autoptr (GSettings) settings = g_settings_new (DESKTOP_SCHEMA);
  g_autofree char *format = g_settings_get_string (settings, "clock-format");
  return g_str_equal (format, "12h");
}

char *
maq_schedule_format_time (guint minutes)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (2000, 1, 1, minutes / 60 % 24, minutes % 60, 0);

  return g_date_time_format (time, has_twelve_hours () ? "%-I:%M %p" : "%H:%M");
}
