// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-hub-client.h"
#include "maq-settings.h"

// Preferences: the Hub's address, the access token and whose it is, how downloads use the line, the cache folder, folders with models
// of other programs. What the environment decides is shown but cannot be changed here. Address and token apply to CLIENT
// at once, the folder after a restart.

G_BEGIN_DECLS

#define MAQ_TYPE_PREFERENCES_DIALOG (maq_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MaqPreferencesDialog, maq_preferences_dialog, MAQ, PREFERENCES_DIALOG, AdwPreferencesDialog)

AdwDialog *maq_preferences_dialog_new (MaqSettings *settings, MaqHubClient *client);

G_END_DECLS
