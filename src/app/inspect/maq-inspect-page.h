// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-cache.h"
#include "maq-hub-client.h"

// What one file of a model says of itself: metadata, tensors, tokenizer, chat template, JSON. Of a file on the Hub only the header is
// fetched.

G_BEGIN_DECLS

#define MAQ_TYPE_INSPECT_PAGE (maq_inspect_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqInspectPage, maq_inspect_page, MAQ, INSPECT_PAGE, AdwNavigationPage)

// Of the local file at PATH.
MaqInspectPage *maq_inspect_page_new_for_path (const char *path);
// Of ADDRESS, which has a path.
MaqInspectPage *maq_inspect_page_new_for_address (MaqHubClient *client, MaqCache *cache, const MaqRepoAddress *address);
// Whether it is about that path or hf:// address.
gboolean maq_inspect_page_shows (MaqInspectPage *self, const char *text);
// Opens the search where there is something to search in.
void maq_inspect_page_focus_search (MaqInspectPage *self);

G_END_DECLS
