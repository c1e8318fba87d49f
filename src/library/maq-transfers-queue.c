// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfers-private.h"

#include <glib/gi18n-lib.h>

// Whatever changes a transfer's state is heard here, where its record is brought up to date and the next one begun.

#define MAX_RUNNING 3

const char *
maq_transfer_list_get_hub (MaqTransferList *self)
{
  return self->hub != NULL ? self->hub : maq_hub_client_get_endpoint (self->client);
}

gboolean
maq_transfer_list_is_elsewhere (MaqTransferList *self,
                                MaqTransfer     *transfer)
{
  return !g_str_equal (maq_transfer_get_memo (transfer)->hub, maq_transfer_list_get_hub (self));
}

// Why nothing is to run now, in words (transfer full); NULL: it may.
static char *
dup_reason_to_hold (MaqTransferList *self)
{
  if (self->waits_metered && self->network != NULL && g_network_monitor_get_network_metered (self->network))
    return g_strdup (_ ("Waiting: this connection is metered"));
  if (maq_schedule_is_now (&self->schedule))
    return NULL;
  g_autofree char *time = maq_schedule_format_time (self->schedule.from);
  // Translators: %s is a time of the day, such as 22:00 or 10:00 PM.
  return g_strdup_printf (_ ("Waits until %s"), time);
}

static void
hold_or_release (MaqTransferList *self)
{
  g_autofree char *reason = dup_reason_to_hold (self);

  for (guint i = 0; i < self->items->len; i++)
    if (reason != NULL)
      maq_transfer_hold (maq_transfer_list_get (self, i), reason);
    else
      maq_transfer_release (maq_transfer_list_get (self, i));
}

static void
minute_cb (gpointer data)
{
  MaqTransferList *self = data;

  self->minute = 0;
  maq_transfer_list_check_hours (self);
}

// By the clock on the wall, each minute: whatever happens to it meanwhile, and however long the machine sleeps, it is right again
// within one. Nothing wakes up where nothing depends on it.
void
maq_transfer_list_check_hours (MaqTransferList *self)
{
  g_clear_handle_id (&self->minute, g_source_remove);
  hold_or_release (self);
  if (self->schedule.is_on && self->n_active > 0)
    self->minute = g_timeout_add_seconds_once (maq_schedule_get_seconds_to_minute (), minute_cb, self);
}

void
maq_transfer_list_begin_next (MaqTransferList *self)
{
  g_autofree char *reason = dup_reason_to_hold (self);
  MaqTransfer     *next;

  for (guint i = 0; i < self->items->len && reason != NULL; i++)
    maq_transfer_hold (maq_transfer_list_get (self, i), reason);
  do
    {
      guint n_running = 0;
      next = NULL;
      for (guint i = 0; i < self->items->len; i++)
        {
          MaqTransfer *transfer = maq_transfer_list_get (self, i);
          n_running += maq_transfer_get_state (transfer) == MAQ_TRANSFER_RUNNING;
          if (next == NULL && maq_transfer_is_ready (transfer))
            next = transfer;
        }
      if (next != NULL && maq_transfer_list_is_elsewhere (self, next))
        maq_transfer_park (next);
      // One that does not have its record yet keeps its turn.
      else if (next != NULL && n_running < MAX_RUNNING && maq_transfer_is_claimed (next))
        maq_transfer_begin (next);
      else
        next = NULL;
    }
  while (next != NULL);
}

static void
state_cb (MaqTransferList *self,
          GParamSpec      *pspec,
          MaqTransfer     *transfer)
{
  g_autoptr (MaqTransfer) held = g_object_ref (transfer);
  gboolean is_queued = maq_transfer_get_state (transfer) == MAQ_TRANSFER_QUEUED;

  if (is_queued)
    maq_transfer_claim (transfer);
  maq_transfer_list_note (self, transfer);
  maq_transfer_list_changed (self, transfer);
  maq_transfer_list_begin_next (self);
  // One that runs saves its record first; one that has it not yet may get another.
  if (maq_transfer_get_state (transfer) != MAQ_TRANSFER_RUNNING && (!is_queued || maq_transfer_is_claimed (transfer)))
    maq_transfer_save_later (transfer);
}

void
maq_transfer_list_follow (MaqTransferList *self,
                          MaqTransfer     *transfer)
{
  g_signal_connect_object (transfer, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
}

void
maq_transfer_list_hub_changed (MaqTransferList *self)
{
  // The last first, so that none begins because another one stops.
  for (guint i = self->items->len; i > 0; i--)
    {
      MaqTransfer *transfer = maq_transfer_list_get (self, i - 1);
      if (maq_transfer_is_active (transfer) && maq_transfer_list_is_elsewhere (self, transfer))
        maq_transfer_park (transfer);
    }
}

static void
wake_all (MaqTransferList *self)
{
  for (guint i = 0; i < self->items->len; i++)
    maq_transfer_wake (maq_transfer_list_get (self, i));
}

static void
network_changed_cb (MaqTransferList *self,
                    gboolean         is_available)
{
  if (is_available)
    wake_all (self);
}

static void
connectivity_cb (MaqTransferList *self)
{
  if (g_network_monitor_get_connectivity (self->network) == G_NETWORK_CONNECTIVITY_FULL)
    wake_all (self);
}

void
maq_transfer_list_set_wait_metered (MaqTransferList *self,
                                    gboolean         wait)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  self->waits_metered = wait;
  hold_or_release (self);
}

void
maq_transfer_list_set_schedule (MaqTransferList   *self,
                                const MaqSchedule *schedule)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));
  g_return_if_fail (schedule != NULL);

  self->schedule = *schedule;
  maq_transfer_list_check_hours (self);
}

void
maq_transfer_list_go_on (MaqTransferList *self,
                         const char      *hub,
                         GNetworkMonitor *network)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  self->goes_on = TRUE;
  g_set_str (&self->hub, hub);
  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = maq_transfer_list_get (self, i);
      maq_transfer_set_patient (transfer, TRUE);
      if (maq_transfer_is_parked (transfer) && !maq_transfer_list_is_elsewhere (self, transfer))
        maq_transfer_retry (transfer);
    }
  if (network != NULL && self->network == NULL)
    {
      self->network = g_object_ref (network);
      g_signal_connect_object (network, "network-changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (network, "notify::network-metered", G_CALLBACK (hold_or_release), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (network, "notify::connectivity", G_CALLBACK (connectivity_cb), self, G_CONNECT_SWAPPED);
    }
  maq_transfer_list_look (self, TRUE);
}

void
maq_transfer_list_pause_all (MaqTransferList *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  // The last first, so that none begins because another one stops.
  for (guint i = self->items->len; i > 0; i--)
    maq_transfer_pause (maq_transfer_list_get (self, i - 1));
}

void
maq_transfer_list_resume_all (MaqTransferList *self)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  for (guint i = 0; i < maq_transfer_list_count_open (self); i++)
    if (maq_transfer_get_state (maq_transfer_list_get (self, i)) == MAQ_TRANSFER_PAUSED)
      maq_transfer_retry (maq_transfer_list_get (self, i));
}

void
maq_transfer_list_set_rate (MaqTransferList *self,
                            guint64          bytes_per_second)
{
  g_return_if_fail (MAQ_IS_TRANSFER_LIST (self));

  maq_transfer_rate_set (self->rate, bytes_per_second);
}
