// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-answerer.h"
#include "maq-foreign-list.h"
#include "maq-library.h"

// One open chat: its model, its messages, its composer. Of a long chat the newest messages are shown, and earlier ones as one
// scrolls up. Actions: chat.stop, chat.regenerate; its delete button uses chats.delete of the page.
// Properties: chat (nullable), has-chat.

G_BEGIN_DECLS

#define MAQ_TYPE_CHAT_VIEW (maq_chat_view_get_type ())
G_DECLARE_FINAL_TYPE (MaqChatView, maq_chat_view, MAQ, CHAT_VIEW, AdwBin)

// To be called once.
void     maq_chat_view_set_source (MaqChatView *self, MaqLibrary *library, MaqForeignList *foreign, MaqAnswerer *answerer);
MaqChat *maq_chat_view_get_chat (MaqChatView *self);
// CHAT nullable: the view says how to begin.
void maq_chat_view_set_chat (MaqChatView *self, MaqChat *chat);
// Puts the cursor into the composer.
void maq_chat_view_focus_composer (MaqChatView *self);

G_END_DECLS
