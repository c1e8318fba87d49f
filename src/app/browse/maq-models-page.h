// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-hub-client.h"

// The Hub's models: search as you type, a task, an order, an endless list. Opens a repo through win.open-repo. Property: loading.

G_BEGIN_DECLS

#define MAQ_TYPE_MODELS_PAGE (maq_models_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqModelsPage, maq_models_page, MAQ, MODELS_PAGE, AdwNavigationPage)

// Shows that it is loading until `load` is called, or until the Hub is known to be out of reach.
MaqModelsPage *maq_models_page_new (MaqHubClient *client);
void           maq_models_page_load (MaqModelsPage *self);
void           maq_models_page_show_error (MaqModelsPage *self, const GError *error);
// Puts the cursor into the search entry.
void maq_models_page_focus_search (MaqModelsPage *self);

G_END_DECLS
