// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

// Where a message is written: Enter sends, Shift+Enter begins a line, Up in an empty one brings the last message back. Signals:
// send (text), recall. While answering is set, Stop takes the place of Send and uses the action chat.stop.

G_BEGIN_DECLS

#define MAQ_TYPE_COMPOSER (maq_composer_get_type ())
G_DECLARE_FINAL_TYPE (MaqComposer, maq_composer, MAQ, COMPOSER, AdwBin)

void maq_composer_set_answering (MaqComposer *self, gboolean answering);
// What is written so far (transfer full).
char *maq_composer_dup_text (MaqComposer *self);
// Puts TEXT in, with the cursor behind it.
void maq_composer_set_text (MaqComposer *self, const char *text);
void maq_composer_focus (MaqComposer *self);

G_END_DECLS
