// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-transfer-figures-private.h"
#include "maq-transfer-private.h"

// What the parts of the list share:
//
//   maq-transfers.c           the list: its order, its history, what a window asks of it
//   maq-transfers-queue.c     which transfer runs when
//   maq-transfers-records.c   what it knows from earlier programs, and what it leaves to later ones
//
// The items are in two parts: those that are not done by their order, which is that of the queue, and the history, the latest
// first.

G_BEGIN_DECLS

struct _MaqTransferList
{
  GObject            parent_instance;
  MaqHubClient      *client;
  MaqCache          *cache;
  char              *folder; // of the records
  char              *hub;    // nullable: the client's endpoint
  GNetworkMonitor   *network;
  MaqTransferRate   *rate;
  DexFuture         *looking; // the last look into the folder
  gboolean           goes_on;
  gboolean           waits_metered;
  MaqSchedule        schedule;
  guint              minute; // the next look at the clock
  GPtrArray         *items;
  guint              n_active;
  guint              totalling;
  gint64             noted; // monotonic: when it was last remembered how far those that run are
  MaqTransferFigures figures;
};

// The list. The first is (transfer none).
MaqTransfer *maq_transfer_list_get (MaqTransferList *self, guint position);
// How many are not done; they come first.
guint maq_transfer_list_count_open (MaqTransferList *self);
// Puts TRANSFER where it belongs (transfer full).
void maq_transfer_list_add (MaqTransferList *self, MaqTransfer *transfer);
// Takes the one at POSITION from the list; the second, from the disk, too.
void maq_transfer_list_remove_at (MaqTransferList *self, guint position);
void maq_transfer_list_forget_at (MaqTransferList *self, guint position);
void maq_transfer_list_move_item (MaqTransferList *self, guint from, guint to);
void maq_transfer_list_trim_history (MaqTransferList *self);
// TRANSFER has got another state, and goes to the history if it is done; the totals follow.
void maq_transfer_list_changed (MaqTransferList *self, MaqTransfer *transfer);

// The queue.
// Whether TRANSFER is for another Hub than the one there is.
gboolean    maq_transfer_list_is_elsewhere (MaqTransferList *self, MaqTransfer *transfer);
const char *maq_transfer_list_get_hub (MaqTransferList *self);
// Starts queued transfers in their order as long as there is room.
void maq_transfer_list_begin_next (MaqTransferList *self);
// The client has got another endpoint.
void maq_transfer_list_hub_changed (MaqTransferList *self);
// From now on the queue follows the states of TRANSFER.
void maq_transfer_list_follow (MaqTransferList *self, MaqTransfer *transfer);

// The records.
// Brings what is to be remembered of TRANSFER up to date, but not yet to the disk.
void maq_transfer_list_note (MaqTransferList *self, MaqTransfer *transfer);
// Looks for what other programs left. With GOES_ON, what is wanted of it is started.
void maq_transfer_list_look (MaqTransferList *self, gboolean goes_on);

G_END_DECLS
