// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-cache.h"
#include "maq-chats.h"
#include "maq-engine.h"
#include "maq-foreign-list.h"
#include "maq-hub-client.h"
#include "maq-leave.h"
#include "maq-library.h"
#include "maq-settings.h"
#include "maq-transfers.h"

// Owns what the windows and pages work with, and hands it down. Command line: maquette [--demo] [--hub URL] [ADDRESS|FILE]…
// With --demo the demo Hub runs on a thread of this process and is the Hub; with --demo or --hub the process stands for itself,
// otherwise a second start is a message to the first.

G_BEGIN_DECLS

#define MAQ_TYPE_APPLICATION (maq_application_get_type ())
G_DECLARE_FINAL_TYPE (MaqApplication, maq_application, MAQ, APPLICATION, AdwApplication)

MaqApplication *maq_application_new (void);

// Borrowed; they exist from startup on.
MaqHubClient    *maq_application_get_client (MaqApplication *self);
MaqCache        *maq_application_get_cache (MaqApplication *self);
MaqTransferList *maq_application_get_transfers (MaqApplication *self);
MaqLibrary      *maq_application_get_library (MaqApplication *self);
MaqForeignList  *maq_application_get_foreign (MaqApplication *self);
MaqChatStore    *maq_application_get_chats (MaqApplication *self);
MaqSettings     *maq_application_get_settings (MaqApplication *self);
MaqEngine       *maq_application_get_engine (MaqApplication *self);
MaqLeave        *maq_application_get_leave (MaqApplication *self); // nullable: not while it ends

G_END_DECLS
