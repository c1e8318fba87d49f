// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Hours of the day, by the clock on the wall. Main thread.

G_BEGIN_DECLS

// From FROM to before TO, in minutes since midnight, over midnight where TO is not later; all day where both are the same or the
// schedule is off.
typedef struct
{
  gboolean is_on;
  guint    from;
  guint    to;
} MaqSchedule;

#define MAQ_SCHEDULE_MINUTES (24 * 60)

// Whether these hours are now.
gboolean maq_schedule_is_now (const MaqSchedule *self);
// The seconds until the clock shows another minute.
guint maq_schedule_get_seconds_to_minute (void);
// "22:00" or "10:00 PM", as the desktop shows the clock, and where it does not say as the locale does (transfer full).
char *maq_schedule_format_time (guint minutes);
// From now on the clock stands at NOW; NULL: it goes. Tests cannot wait for the night.
void maq_schedule_set_now (GDateTime *now);

G_END_DECLS
