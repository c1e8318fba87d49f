// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-foreign-list.h"
#include "maq-hub-client.h"
#include "maq-library.h"

// What the cache and other programs hold: a virtual list to search, sort and filter; details, chat, delete with undo, the care of
// the files. What other programs keep is looked for whenever the page is shown, and never deleted. It is meant for an
// AdwNavigationView, on which it pushes the details of a repo. Properties: sort ("used", "name", "size"), kind ("all", a repo's kind
// or "foreign").

G_BEGIN_DECLS

#define MAQ_TYPE_LIBRARY_PAGE (maq_library_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqLibraryPage, maq_library_page, MAQ, LIBRARY_PAGE, AdwNavigationPage)

// Reads the cache at once.
MaqLibraryPage *maq_library_page_new (MaqLibrary *library, MaqForeignList *foreign, MaqTransferList *transfers, MaqHubClient *client);
// Shows the filter and puts the cursor into it.
void maq_library_page_focus_search (MaqLibraryPage *self);

G_END_DECLS
