// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-library.h"

G_BEGIN_DECLS

MaqLibraryItem *maq_library_item_new (MaqCacheRepo *repo);
// Takes over what a new scan says of the same repo and notifies what changed.
void maq_library_item_update (MaqLibraryItem *self, MaqCacheRepo *repo);

G_END_DECLS
