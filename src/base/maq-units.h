// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Numbers as people read them, and times as the Hub writes them. Everything returned is newly allocated and translated.

G_BEGIN_DECLS

// 1234567 → "1.2M"; below 1,000 exactly. For likes, downloads and rows.
char *maq_format_count (gint64 count);
// 7615616512 → "7.6B": a number of parameters.
char *maq_format_parameters (gint64 count);
// Bytes in powers of 1,000, as GNOME does.
char *maq_format_bytes (guint64 bytes);
// How much of a whole there is: "7.1 of 14.4 GB", "312 kB of 2.2 MB".
char *maq_format_bytes_of (guint64 bytes, guint64 total);
// Bytes per second.
char *maq_format_speed (double bytes_per_second);
// "12 s", "4 min", "2 h 5 min".
char *maq_format_duration (gint64 seconds);
// "just now", "5 minutes ago", "yesterday", "3 days ago", "2 months ago"; a date when older than a year; "" for 0.
// Both in Unix seconds.
char *maq_format_relative_time (gint64 when, gint64 now);

// The Hub's `2024-08-01T12:34:56.000Z` in Unix seconds; 0 if TEXT is NULL or not a time.
gint64 maq_parse_timestamp (const char *text);

G_END_DECLS
