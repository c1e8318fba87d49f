// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

// The popover in which a variant is chosen, each with its size and what is known of it. Signal "chosen" (i): its position. The last
// row opens the dialog with everything else that can be chosen, by the action repo.download.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_CHOICES (maq_repo_choices_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoChoices, maq_repo_choices, MAQ, REPO_CHOICES, GtkPopover)

void maq_repo_choices_clear (MaqRepoChoices *self);
// STATE: "On this computer", "Fits", …; "" if there is nothing to say.
void maq_repo_choices_add (MaqRepoChoices *self, int position, const char *title, guint64 size, const char *state, gboolean is_chosen, gboolean is_possible);

G_END_DECLS
