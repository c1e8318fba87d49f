// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-settings.h"

// The group of the preferences for the user's folders with models of other programs: adds and removes them, and says which are not
// there. Nothing in the folders is changed. It is meant for an AdwPreferencesDialog, whose toasts it uses.

G_BEGIN_DECLS

#define MAQ_TYPE_MODEL_FOLDERS (maq_model_folders_get_type ())
G_DECLARE_FINAL_TYPE (MaqModelFolders, maq_model_folders, MAQ, MODEL_FOLDERS, AdwPreferencesGroup)

// To be called once.
void maq_model_folders_set_settings (MaqModelFolders *self, MaqSettings *settings);

G_END_DECLS
