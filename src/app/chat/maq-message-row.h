// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-chats.h"

// One message of a chat. An answer that streams is appended to one text surface, at most once a frame and at a cost that does
// not grow with its length; when it is complete it is shown as Markdown. Its buttons use the actions chat.regenerate and
// win.show-page.

G_BEGIN_DECLS

#define MAQ_TYPE_MESSAGE_ROW (maq_message_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqMessageRow, maq_message_row, MAQ, MESSAGE_ROW, AdwBin)

GtkWidget      *maq_message_row_new (MaqChatMessage *message);
MaqChatMessage *maq_message_row_get_message (MaqMessageRow *self);
// Whether it is the last of the chat: only then it can be answered anew.
void maq_message_row_set_last (MaqMessageRow *self, gboolean last);
// Whether trying again can help where it failed; TRUE at first.
void maq_message_row_set_can_retry (MaqMessageRow *self, gboolean can_retry);
// What an answer without a word yet waits for. PROGRESS: 0 to 1, negative if unknown.
void maq_message_row_set_waiting (MaqMessageRow *self, const char *text, double progress);
// Whether the chat's weights file is gone, which the Library can mend.
void maq_message_row_set_model_gone (MaqMessageRow *self, gboolean gone);

G_END_DECLS
