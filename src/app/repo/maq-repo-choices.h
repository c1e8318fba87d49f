// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

// The popover in which a variant is chosen, each with its size and what is known of it. Signal "chosen" (i): its position. The last
// row opens the dialog with everything else that can be chosen, by the action repo.download. Each variant has a menu, with the
// actions of the repo page.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_CHOICES (maq_repo_choices_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoChoices, maq_repo_choices, MAQ, REPO_CHOICES, GtkPopover)

// All strings are borrowed.
typedef struct
{
  int         position;
  const char *title;
  guint64     size;
  const char *state; // "On this computer", "Fits", …; "" if there is nothing to say
  gboolean    is_chosen;
  gboolean    is_possible;
  const char *name; // for the menu: what others call it, "owner/name:Q4_K_M"; nullable: without a menu
  const char *path; // its first file
  gboolean    is_here;
} MaqRepoChoice;

void maq_repo_choices_clear (MaqRepoChoices *self);
void maq_repo_choices_add (MaqRepoChoices *self, const MaqRepoChoice *choice);
// Adds what can be done with the choice of BUTTON to MENU.
void maq_repo_choices_fill_menu (GtkWidget *button, GMenu *menu);

G_END_DECLS
