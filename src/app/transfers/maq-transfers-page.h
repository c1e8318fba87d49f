// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-transfers.h"

// All downloads: the queue in its order, which can be changed by dragging, by Alt+Up, Alt+Down and Alt+Home, and by the menu of each
// row; below it those that are done; above it how far all of it is.

G_BEGIN_DECLS

#define MAQ_TYPE_TRANSFERS_PAGE (maq_transfers_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqTransfersPage, maq_transfers_page, MAQ, TRANSFERS_PAGE, AdwNavigationPage)

MaqTransfersPage *maq_transfers_page_new (MaqTransferList *transfers);

G_END_DECLS
