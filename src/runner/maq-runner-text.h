// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Between the pieces of tokens, which end anywhere, and the text people read: holds back what may be the beginning of a stop
// string or is not yet a whole character.

G_BEGIN_DECLS

typedef struct _MaqRunnerText MaqRunnerText;

// STOP: strings that end the answer and are not part of it; nullable.
MaqRunnerText *maq_runner_text_new (const char *const *stop);
void           maq_runner_text_free (MaqRunnerText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqRunnerText, maq_runner_text_free)

// Takes LENGTH bytes and appends to OUT what is sure. TRUE when a stop string was found; then all before it is in OUT.
gboolean maq_runner_text_feed (MaqRunnerText *self, const char *bytes, gsize length, GString *out);
// The same of a control token's text, which stop strings meet in whole but people never see.
gboolean maq_runner_text_feed_control (MaqRunnerText *self, const char *bytes, gsize length, GString *out);
// The answer is over: appends what was held back.
void maq_runner_text_flush (MaqRunnerText *self, GString *out);

G_END_DECLS
