// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-transfers.h"

// One transfer: what it fetches, a progress bar with bytes, speed and time left, and buttons to pause it, to go on, to stop it, to
// try again, to open its repo and to move it. Properties: transfer (nullable while recycled), show-open: whether it is in the list
// of all transfers, so that it can be opened and moved. Moving uses the actions transfers.move-up, -down and -next (s: the name of
// the transfer) and transfers.move-to ((ss): that of the transfer, and of the one whose place it takes).

G_BEGIN_DECLS

#define MAQ_TYPE_TRANSFER_ROW (maq_transfer_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqTransferRow, maq_transfer_row, MAQ, TRANSFER_ROW, AdwBin)

void         maq_transfer_row_set_transfer (MaqTransferRow *self, MaqTransfer *transfer);
MaqTransfer *maq_transfer_row_get_transfer (MaqTransferRow *self);

// "1.2 MB of 4.7 MB · 800 kB/s · 5 s left", or how it ended (transfer full).
char *maq_transfer_dup_status (MaqTransfer *transfer);
// "1.2 MB of 4.7 MB · 800 kB/s · 5 s left", as far as known; "" if nothing is (transfer full).
char *maq_transfer_dup_progress (guint64 done, guint64 total, double speed, gint64 seconds_left);

G_END_DECLS
