// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-transfers.h"

// One transfer: what it fetches, a progress bar with bytes, speed and time left, and buttons to pause it, to go on, to cancel it, to
// try again and to open its repo; the rest is in its menu. Properties: transfer (nullable while recycled); show-open: whether it is
// in the list of all transfers, so that it has a menu; with notify: name and status, the texts it shows. The menu uses the actions
// transfers.move-up, -down, -next and transfers.discard (s: the name of the transfer), dropping transfers.move-to ((ss): that of the
// transfer, and of the one whose place it takes).

G_BEGIN_DECLS

#define MAQ_TYPE_TRANSFER_ROW (maq_transfer_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqTransferRow, maq_transfer_row, MAQ, TRANSFER_ROW, AdwBin)

void         maq_transfer_row_set_transfer (MaqTransferRow *self, MaqTransfer *transfer);
MaqTransfer *maq_transfer_row_get_transfer (MaqTransferRow *self);

// Whether something that was fetched already is lost when it is discarded.
gboolean maq_transfer_row_is_costly (MaqTransfer *transfer);
// The repo, and what of it: "owner/name · Q4_K_M" (transfer full).
char *maq_transfer_dup_name (MaqTransfer *transfer);
// "1.2 of 4.7 MB · 800 kB/s · 5 s left", or how it ended (transfer full).
char *maq_transfer_dup_status (MaqTransfer *transfer);
// "1.2 of 4.7 MB · 800 kB/s · 5 s left", as far as known; "" if nothing is (transfer full).
char *maq_transfer_dup_progress (guint64 done, guint64 total, double speed, gint64 seconds_left);

G_END_DECLS
