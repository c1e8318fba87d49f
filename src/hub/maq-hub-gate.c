// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-gate.h"

#include <libsoup/soup.h>
#include <string.h>

#define LONGEST_WAIT 3600

static const char *const bucket_names[MAQ_HUB_N_BUCKETS] = { "api", "resolvers", "pages" };

void
maq_hub_gate_init (MaqHubGate *self)
{
  memset (self, 0, sizeof *self);
  g_mutex_init (&self->lock);
}

void
maq_hub_gate_clear (MaqHubGate *self)
{
  g_mutex_clear (&self->lock);
}

gint64
maq_hub_gate_get_wait (MaqHubGate  *self,
                       MaqHubBucket bucket,
                       gint64       now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return MAX (self->opens_at[bucket] - now, 0);
}

void
maq_hub_gate_shut (MaqHubGate  *self,
                   MaqHubBucket bucket,
                   double       seconds,
                   gint64       now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 until = now + (gint64) (CLAMP (seconds, 0, LONGEST_WAIT) * G_USEC_PER_SEC);

  self->opens_at[bucket] = MAX (self->opens_at[bucket], until);
}

void
maq_hub_gate_open (MaqHubGate *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  memset (self->opens_at, 0, sizeof self->opens_at);
}

MaqHubBucket
maq_hub_bucket_for_path (const char *path)
{
  if (strstr (path, "/resolve/") != NULL)
    return MAQ_HUB_BUCKET_RESOLVERS;
  return strstr (path, "/api/") != NULL ? MAQ_HUB_BUCKET_API : MAQ_HUB_BUCKET_PAGES;
}

gboolean
maq_hub_rate_limit_parse (const char   *header,
                          MaqHubBucket *bucket,
                          gint64       *left,
                          gint64       *seconds)
{
  gboolean has_bucket = FALSE, has_left = FALSE, has_seconds = FALSE;
  g_auto (GStrv) parts = g_strsplit (header != NULL ? header : "", ";", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *part = g_strstrip (parts[i]);

      if (g_str_has_prefix (part, "r="))
        has_left = g_ascii_string_to_signed (part + 2, 10, 0, G_MAXINT, left, NULL);
      else if (g_str_has_prefix (part, "t="))
        has_seconds = g_ascii_string_to_signed (part + 2, 10, 0, G_MAXINT, seconds, NULL);
      else
        for (guint j = 0; j < MAQ_HUB_N_BUCKETS; j++)
          {
            g_autofree char *quoted = g_strdup_printf ("\"%s\"", bucket_names[j]);
            if (strcmp (part, quoted) == 0 || strcmp (part, bucket_names[j]) == 0)
              {
                *bucket = j;
                has_bucket = TRUE;
              }
          }
    }

  return has_bucket && has_left && has_seconds;
}

gint64
maq_hub_retry_after_parse (const char *header,
                           gint64      now)
{
  gint64 seconds;

  if (header == NULL)
    return -1;
  if (g_ascii_string_to_signed (header, 10, 0, G_MAXINT, &seconds, NULL))
    return seconds;

  g_autoptr (GDateTime) date = soup_date_time_new_from_http_string (header);
  return date != NULL ? MAX (g_date_time_to_unix (date) - now, 0) : -1;
}
