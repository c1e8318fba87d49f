// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-hub-client.h"
#include "maq-library.h"

// The Hub's models: search as you type, a task, an order, an endless list. For an address that was typed or pasted, to open it is the
// first result. Opens a repo through win.open-repo. Property: loading.

G_BEGIN_DECLS

#define MAQ_TYPE_MODELS_PAGE (maq_models_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqModelsPage, maq_models_page, MAQ, MODELS_PAGE, AdwNavigationPage)

// Shows that it is loading until `load` is called, or until the Hub is known to be out of reach.
MaqModelsPage *maq_models_page_new (MaqHubClient *client, MaqLibrary *library);
void           maq_models_page_load (MaqModelsPage *self);
void           maq_models_page_show_error (MaqModelsPage *self, const GError *error);
// Adds what can be done with REPO to the menu of its row.
void maq_models_page_fill_menu (MaqModelsPage *self, MaqRepo *repo, GMenu *menu);
// Puts the cursor into the search entry.
void maq_models_page_focus_search (MaqModelsPage *self);

G_END_DECLS
