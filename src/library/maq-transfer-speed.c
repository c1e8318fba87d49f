// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-speed-private.h"

void
maq_transfer_speed_reset (MaqTransferSpeed *self)
{
  self->n_samples = 0;
}

double
maq_transfer_speed_sample (MaqTransferSpeed *self,
                           gint64            now,
                           guint64           bytes)
{
  guint  slot = self->n_samples % MAQ_TRANSFER_SPEED_SAMPLES;
  guint  oldest = self->n_samples >= MAQ_TRANSFER_SPEED_SAMPLES ? slot : 0;
  double seconds = self->n_samples > 0 ? (double) (now - self->samples[oldest].when) / G_USEC_PER_SEC : 0;
  double speed = seconds >= 0.5 ? (bytes - self->samples[oldest].bytes) / seconds : -1;

  self->samples[slot].when = now;
  self->samples[slot].bytes = bytes;
  self->n_samples++;
  return speed;
}
