// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-chat-file-private.h"

// The chats file, used from elsewhere. One thread of its own holds the connection; calls here only queue work for it, in order, and
// return at once. Works on any thread; futures and the problem callback arrive on the thread that made the object.

G_BEGIN_DECLS

typedef struct _MaqChatDb MaqChatDb;
typedef void (*MaqChatDbProblemFunc) (const GError *error, gpointer owner);

// OWNER (a GObject, held weakly) hears of writes that failed.
MaqChatDb *maq_chat_db_new (const char *path, GObject *owner, MaqChatDbProblemFunc func);
MaqChatDb *maq_chat_db_ref (MaqChatDb *self);
// The last one ends the thread, after everything queued is written.
void maq_chat_db_unref (MaqChatDb *self);

// A number for a new chat or message, larger than all before.
gint64 maq_chat_db_new_id (MaqChatDb *self);
// Opens and checks the file; resolves to a GPtrArray of MaqChatRecord, last changed first.
DexFuture *maq_chat_db_open (MaqChatDb *self);
// Renames the file, with what SQLite keeps beside it, to an unused name; resolves to that name (string).
DexFuture *maq_chat_db_set_aside (MaqChatDb *self);
// Resolves to a GPtrArray of MaqMessageRecord: the path from the root to the newest leaf.
DexFuture *maq_chat_db_read (MaqChatDb *self, gint64 chat_id);
// Inserts or updates. RECORD is copied.
void maq_chat_db_put_chat (MaqChatDb *self, const MaqChatRecord *record);
void maq_chat_db_put_message (MaqChatDb *self, const MaqMessageRecord *record);
// A removed chat is not listed, and wiped when the file is next opened or closed.
void maq_chat_db_set_removed (MaqChatDb *self, gint64 chat_id, gboolean removed);
// Resolves to TRUE when all queued so far is on disk; rejects with the first failure since the last call.
DexFuture *maq_chat_db_flush (MaqChatDb *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqChatDb, maq_chat_db_unref)

G_END_DECLS
