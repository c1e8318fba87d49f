// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-chat-db-private.h"
#include "maq-chats.h"

// What chat store, chat and message share.

G_BEGIN_DECLS

// Takes RECORD. A record that is not complete gets an error that says so, unless STREAMING.
MaqChatMessage         *maq_chat_message_new (MaqMessageRecord *record, gboolean streaming);
const MaqMessageRecord *maq_chat_message_get_record (MaqChatMessage *self);
// Ends streaming; STATS and ERROR nullable.
void maq_chat_message_end (MaqChatMessage *self, const char *stats, const char *error, MaqChatRemedy remedy);

// Takes RECORD. STORED: whether it is in the file and its messages are still to be read.
MaqChat             *maq_chat_new (MaqChatDb *db, MaqChatRecord *record, gboolean stored);
const MaqChatRecord *maq_chat_get_record (MaqChat *self);

G_END_DECLS
