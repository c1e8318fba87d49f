// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library.h"

// The care of the cache in three steps: it looks, says what it would do and what that frees, and does that when it is told to.
// Closing it stops the work after the piece at hand.

G_BEGIN_DECLS

typedef enum
{
  MAQ_LIBRARY_CARE_VERIFY,     // reads every file; damaged ones can be fetched again
  MAQ_LIBRARY_CARE_REPAIR,     // mends what a scan found damaged
  MAQ_LIBRARY_CARE_CLEAN_UP,   // removes what nothing uses any more
  MAQ_LIBRARY_CARE_DUPLICATES, // lets the same file of several repos take its space once
} MaqLibraryCare;

#define MAQ_TYPE_LIBRARY_CARE_DIALOG (maq_library_care_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryCareDialog, maq_library_care_dialog, MAQ, LIBRARY_CARE_DIALOG, AdwDialog)

// ADDRESS: a repo to verify or repair; nullable: all. It begins at once.
AdwDialog *maq_library_care_dialog_new (MaqLibrary *library, MaqTransferList *transfers, MaqLibraryCare care, const MaqRepoAddress *address);

G_END_DECLS
