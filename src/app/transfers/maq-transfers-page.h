// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-transfers.h"

// The downloads of this run, newest first, and those that wait to go on.

G_BEGIN_DECLS

#define MAQ_TYPE_TRANSFERS_PAGE (maq_transfers_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqTransfersPage, maq_transfers_page, MAQ, TRANSFERS_PAGE, AdwNavigationPage)

MaqTransfersPage *maq_transfers_page_new (MaqTransferList *transfers);

G_END_DECLS
