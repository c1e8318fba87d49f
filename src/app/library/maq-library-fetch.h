// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-library.h"

G_BEGIN_DECLS

// What has to be fetched again after PLAN, a repair, was carried out: of MaqTransferRequest, one for each version (transfer full).
// To be asked before that, while the versions still have these files.
GPtrArray *maq_library_list_fetches (MaqLibrary *library, const MaqCachePlan *plan);

G_END_DECLS
