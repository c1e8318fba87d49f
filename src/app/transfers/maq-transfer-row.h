// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-transfers.h"

// One transfer: what it fetches, a progress bar with bytes, speed and time left, and buttons to stop it, to try again and to open
// its repo. Properties: transfer (nullable while recycled), show-open.

G_BEGIN_DECLS

#define MAQ_TYPE_TRANSFER_ROW (maq_transfer_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqTransferRow, maq_transfer_row, MAQ, TRANSFER_ROW, AdwBin)

void maq_transfer_row_set_transfer (MaqTransferRow *self, MaqTransfer *transfer);

// "1.2 MB of 4.7 MB · 800 kB/s · 5 s left", or how it ended (transfer full).
char *maq_transfer_dup_status (MaqTransfer *transfer);

G_END_DECLS
