// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-download-tally.h"

#include "maq-future-slot.h"

struct _MaqDownloadTally
{
  GObject parent_instance;

  MaqTransferList    *transfers;
  MaqCache           *cache;
  MaqDownloadOffer   *offer; // nullable, and so are the next
  MaqTransferRequest *request;
  MaqDownloadSummary *sum;
  GError             *error;
  MaqFutureSlot       counting;
  gboolean            is_stale; // the sum under way is of something else
};

G_DEFINE_FINAL_TYPE (MaqDownloadTally, maq_download_tally, G_TYPE_OBJECT)

enum
{
  COUNTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
clear (MaqDownloadTally *self)
{
  g_clear_pointer (&self->offer, maq_download_offer_unref);
  g_clear_pointer (&self->request, maq_transfer_request_free);
  g_clear_pointer (&self->sum, maq_download_summary_unref);
  g_clear_error (&self->error);
}

static void
maq_download_tally_dispose (GObject *object)
{
  MaqDownloadTally *self = MAQ_DOWNLOAD_TALLY (object);

  maq_future_slot_clear (&self->counting);
  clear (self);
  g_clear_object (&self->transfers);
  g_clear_object (&self->cache);

  G_OBJECT_CLASS (maq_download_tally_parent_class)->dispose (object);
}

static void
maq_download_tally_class_init (MaqDownloadTallyClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = maq_download_tally_dispose;
  signals[COUNTED] = g_signal_new ("counted", MAQ_TYPE_DOWNLOAD_TALLY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
maq_download_tally_init (MaqDownloadTally *self)
{
}

MaqDownloadTally *
maq_download_tally_new (MaqTransferList *transfers,
                        MaqCache        *cache)
{
  MaqDownloadTally *self = g_object_new (MAQ_TYPE_DOWNLOAD_TALLY, NULL);

  self->transfers = g_object_ref (transfers);
  self->cache = g_object_ref (cache);
  return self;
}

static void count (MaqDownloadTally *self);

static void
counted_cb (gpointer   object,
            DexFuture *future)
{
  MaqDownloadTally *self = object;

  if (self->is_stale)
    {
      count (self);
      return;
    }
  MaqDownloadSummary *sum = maq_future_get_boxed (future, &self->error);
  self->sum = sum != NULL ? maq_download_summary_ref (sum) : NULL;
  g_signal_emit (self, signals[COUNTED], 0);
}

static void
count (MaqDownloadTally *self)
{
  self->is_stale = FALSE;
  if (self->request != NULL)
    maq_future_slot_set (&self->counting, maq_download_summarize (self->transfers, self->cache, self->request, self->offer), self, counted_cb);
}

void
maq_download_tally_take (MaqDownloadTally   *self,
                         MaqTransferRequest *request,
                         MaqDownloadOffer   *offer)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_TALLY (self));
  g_return_if_fail (request == NULL || offer != NULL);

  clear (self);
  self->request = request;
  self->offer = offer != NULL ? maq_download_offer_ref (offer) : NULL;
  if (maq_future_slot_is_waiting (&self->counting))
    self->is_stale = TRUE;
  else
    count (self);
}

const MaqTransferRequest *
maq_download_tally_get_request (MaqDownloadTally *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_TALLY (self), NULL);

  return self->request;
}

MaqDownloadSummary *
maq_download_tally_get_sum (MaqDownloadTally *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_TALLY (self), NULL);

  return self->sum;
}

const GError *
maq_download_tally_get_error (MaqDownloadTally *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_TALLY (self), NULL);

  return self->error;
}
