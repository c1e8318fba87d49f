// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// One gate for each bucket the Hub counts requests in. Once a reply says that a bucket is empty its gate stays shut for everybody
// until the Hub fills it again. Hub API notes §3. Any thread.

G_BEGIN_DECLS

typedef enum
{
  MAQ_HUB_BUCKET_API,
  MAQ_HUB_BUCKET_RESOLVERS,
  MAQ_HUB_BUCKET_PAGES,
  MAQ_HUB_N_BUCKETS
} MaqHubBucket;

typedef struct
{
  GMutex lock;
  gint64 opens_at[MAQ_HUB_N_BUCKETS]; // monotonic time in microseconds
} MaqHubGate;

void maq_hub_gate_init (MaqHubGate *self);
void maq_hub_gate_clear (MaqHubGate *self);
// Microseconds until BUCKET opens, 0 if it is open. NOW as of g_get_monotonic_time.
gint64 maq_hub_gate_get_wait (MaqHubGate *self, MaqHubBucket bucket, gint64 now);
// Shuts BUCKET for SECONDS; never shortens. Over an hour counts as an hour.
void maq_hub_gate_shut (MaqHubGate *self, MaqHubBucket bucket, double seconds, gint64 now);

// Opens all: another Hub, or another account, has its own count.
void maq_hub_gate_open (MaqHubGate *self);

// The bucket that a request for PATH falls into.
MaqHubBucket maq_hub_bucket_for_path (const char *path);
// Reads a RateLimit header, `"api";r=12;t=200`: requests left and seconds until the bucket is filled again.
gboolean maq_hub_rate_limit_parse (const char *header, MaqHubBucket *bucket, gint64 *left, gint64 *seconds);
// Seconds that a Retry-After header, a number or a date, asks to wait; -1 if it says nothing. NOW in Unix seconds.
gint64 maq_hub_retry_after_parse (const char *header, gint64 now);

G_END_DECLS
