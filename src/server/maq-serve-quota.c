// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-quota.h"

#include <string.h>

#define WINDOW 300 // s

struct _MaqServeQuota
{
  guint       limit;
  GHashTable *spent; // bucket and client to requests in this window
  gint64      window_end;
};

MaqServeQuota *
maq_serve_quota_new (guint limit)
{
  MaqServeQuota *self = g_new0 (MaqServeQuota, 1);
  self->limit = limit;
  self->spent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
maq_serve_quota_free (MaqServeQuota *self)
{
  g_hash_table_unref (self->spent);
  g_free (self);
}

static const char *
bucket_of (MaqServeRequest *request)
{
  if (strstr (request->path, "/resolve") != NULL)
    return "resolvers";
  return request->n_segments > 0 && g_str_equal (request->segments[0], "api") ? "api" : "pages";
}

gboolean
maq_serve_quota_spend (MaqServeQuota   *self,
                       MaqServeRequest *request)
{
  gint64           now = g_get_monotonic_time () / G_USEC_PER_SEC;
  const char      *bucket = bucket_of (request);
  const char      *client = request->user != NULL ? request->user->name : soup_server_message_get_remote_host (request->message);
  g_autofree char *key = g_strdup_printf ("%s %s", bucket, client != NULL ? client : "");
  if (now >= self->window_end)
    {
      g_hash_table_remove_all (self->spent);
      self->window_end = now + WINDOW;
    }
  guint            used = GPOINTER_TO_UINT (g_hash_table_lookup (self->spent, key)) + 1;
  g_autofree char *left = g_strdup_printf ("\"%s\";r=%u;t=%" G_GINT64_FORMAT, bucket, used < self->limit ? self->limit - used : 0, self->window_end - now);
  g_autofree char *policy = g_strdup_printf ("\"fixed window\";\"%s\";q=%u;w=%d", bucket, self->limit, WINDOW);
  g_hash_table_insert (self->spent, g_steal_pointer (&key), GUINT_TO_POINTER (used));
  maq_serve_request_set_header (request, "RateLimit", left);
  maq_serve_request_set_header (request, "RateLimit-Policy", policy);
  if (used <= self->limit)
    return TRUE;
  maq_serve_reply_error (request, MAQ_SERVE_STATUS_TOO_MANY_REQUESTS, NULL, "We had to rate limit you; try again later.");
  return FALSE;
}
