// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

// What comes is paid for after it came: whoever read N bytes waits until the line would have been free again. What was not used for
// longer than a moment is lost.

#define MOMENT (100 * 1000) // microseconds

struct _MaqTransferRate
{
  GMutex  lock; // guards what follows
  guint64 bytes_per_second;
  gint64  free_at; // monotonic
};

MaqTransferRate *
maq_transfer_rate_new (void)
{
  MaqTransferRate *self = g_atomic_rc_box_new0 (MaqTransferRate);

  g_mutex_init (&self->lock);
  return self;
}

MaqTransferRate *
maq_transfer_rate_ref (MaqTransferRate *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
rate_clear (gpointer data)
{
  MaqTransferRate *self = data;

  g_mutex_clear (&self->lock);
}

void
maq_transfer_rate_unref (MaqTransferRate *self)
{
  g_atomic_rc_box_release_full (self, rate_clear);
}

void
maq_transfer_rate_set (MaqTransferRate *self,
                       guint64          bytes_per_second)
{
  g_mutex_lock (&self->lock);
  self->bytes_per_second = bytes_per_second;
  self->free_at = 0;
  g_mutex_unlock (&self->lock);
}

guint64
maq_transfer_rate_get (MaqTransferRate *self)
{
  g_mutex_lock (&self->lock);
  guint64 rate = self->bytes_per_second;
  g_mutex_unlock (&self->lock);
  return rate;
}

gint64
maq_transfer_rate_take (MaqTransferRate *self,
                        gsize            n_bytes)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait = 0;

  g_mutex_lock (&self->lock);
  if (self->bytes_per_second > 0)
    {
      self->free_at = MAX (self->free_at, now - MOMENT) + (gint64) ((double) n_bytes * G_USEC_PER_SEC / self->bytes_per_second);
      wait = MAX (self->free_at - now, 0);
    }
  g_mutex_unlock (&self->lock);
  return wait;
}
