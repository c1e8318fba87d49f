// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-repo-menu.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"

void
maq_repo_menu_add (GMenu      *menu,
                   MaqRepoKind kind,
                   const char *id)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (kind, id, NULL, NULL);
  g_autofree char *uri = maq_repo_address_to_uri (address);
  g_autoptr (GMenu) section = g_menu_new ();

  maq_menu_add (section, _ ("Open Page"), "win.open-repo", g_variant_new_string (uri));
  maq_menu_add (section, _ ("Open on the Web"), "win.open-on-web", g_variant_new_string (uri));
  maq_menu_add (section, _ ("Copy Name"), "win.copy", g_variant_new_string (id));
  maq_menu_add (section, _ ("Copy Link"), "win.copy-link", g_variant_new_string (uri));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
}
