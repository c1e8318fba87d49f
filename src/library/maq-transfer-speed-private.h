// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// How fast a counter of bytes rises: over the last samples, which are five seconds where one is taken ten times a second.

G_BEGIN_DECLS

#define MAQ_TRANSFER_SPEED_SAMPLES 50

// Zeroed to begin with.
typedef struct
{
  struct
  {
    gint64  when;
    guint64 bytes;
  } samples[MAQ_TRANSFER_SPEED_SAMPLES];
  guint n_samples;
} MaqTransferSpeed;

void maq_transfer_speed_reset (MaqTransferSpeed *self);
// Notes that there are BYTES at NOW (monotonic). In bytes a second; -1 before there is half a second to tell it from.
double maq_transfer_speed_sample (MaqTransferSpeed *self, gint64 now, guint64 bytes);

G_END_DECLS
