// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-foreign-list.h"
#include "maq-library.h"
#include "maq-session-pool.h"

// What on this computer can chat, as a list to choose from: each variant of the library, then the models of other programs. An item
// is made when it is asked for, so that thousands cost nothing.

G_BEGIN_DECLS

// One model. Properties: title, details, label (of a chat with it), chosen. It goes on telling what was there when it was made.
#define MAQ_TYPE_MODEL_CHOICE (maq_model_choice_get_type ())
G_DECLARE_FINAL_TYPE (MaqModelChoice, maq_model_choice, MAQ, MODEL_CHOICE, GObject)
char       *maq_model_choice_dup_label (MaqModelChoice *self); // transfer full
const char *maq_model_choice_get_path (MaqModelChoice *self);
// Whether WORDS, folded, are in its name.
gboolean maq_model_choice_matches (MaqModelChoice *self, const char *words);

// A GListModel of MaqModelChoice, empty at first.
#define MAQ_TYPE_MODEL_CHOICES (maq_model_choices_get_type ())
G_DECLARE_FINAL_TYPE (MaqModelChoices, maq_model_choices, MAQ, MODEL_CHOICES, GObject)
MaqModelChoices *maq_model_choices_new (MaqLibrary *library, MaqForeignList *foreign, MaqSessionPool *pool);
// Lists what is there now. PATH: of the model that is chosen already, nullable.
void maq_model_choices_fill (MaqModelChoices *self, const char *path);

G_END_DECLS
