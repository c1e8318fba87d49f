// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-hub-client.h"
#include "maq-library.h"

// One repo of the library: its versions, with their variants and files. It goes back by itself when the repo is gone.

G_BEGIN_DECLS

#define MAQ_TYPE_LIBRARY_DETAILS (maq_library_details_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryDetails, maq_library_details, MAQ, LIBRARY_DETAILS, AdwNavigationPage)

MaqLibraryDetails *maq_library_details_new (MaqLibrary *library, MaqTransferList *transfers, MaqHubClient *client, MaqLibraryItem *item);

G_END_DECLS
