// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

// Stored conversations: an SQLite file in the data folder, written in a worker thread. A chat is a tree of messages; what is shown is the path
// from the root to its newest leaf.

G_BEGIN_DECLS

// What helps where an answer failed, or ended before its end.
typedef enum
{
  MAQ_CHAT_REMEDY_RETRY,
  MAQ_CHAT_REMEDY_NEW_CHAT, // the model's context is full
} MaqChatRemedy;

#define MAQ_TYPE_CHAT_MESSAGE (maq_chat_message_get_type ())
// One message. Properties with notify: content, streaming, error, stats.
G_DECLARE_FINAL_TYPE (MaqChatMessage, maq_chat_message, MAQ, CHAT_MESSAGE, GObject)
const char *maq_chat_message_get_role (MaqChatMessage *self); // "system", "user", "assistant"
const char *maq_chat_message_get_content (MaqChatMessage *self);
gsize       maq_chat_message_get_length (MaqChatMessage *self); // of the content, in bytes
const char *maq_chat_message_get_stats (MaqChatMessage *self);  // one line of figures, nullable
const char *maq_chat_message_get_error (MaqChatMessage *self);  // nullable
// Of the error. Not stored: after a restart a new try is worth it.
MaqChatRemedy maq_chat_message_get_remedy (MaqChatMessage *self);
gboolean      maq_chat_message_get_streaming (MaqChatMessage *self);
gint64        maq_chat_message_get_created (MaqChatMessage *self); // Unix seconds
// Notes that the model at PATH (nullable) failed at this question. ALWAYS: it will do so every time; otherwise it may have been an
// accident, but only once. Not stored.
void maq_chat_message_note_failure (MaqChatMessage *self, const char *path, gboolean always);
// Whether the model at PATH (nullable) fails at this question every time.
gboolean maq_chat_message_is_futile (MaqChatMessage *self, const char *path);
// While an answer streams: adds text; then ends it, which stores it.
void maq_chat_message_append (MaqChatMessage *self, const char *text);

// One chat: a GListModel of its shown MaqChatMessage. Properties with notify: title, updated, model-label, model-path, answering.
#define MAQ_TYPE_CHAT (maq_chat_get_type ())
G_DECLARE_FINAL_TYPE (MaqChat, maq_chat, MAQ, CHAT, GObject)
const char *maq_chat_get_title (MaqChat *self);
void        maq_chat_set_title (MaqChat *self, const char *title);
gint64      maq_chat_get_updated (MaqChat *self);
const char *maq_chat_get_model_label (MaqChat *self); // "owner/name:Q4_K_M"
const char *maq_chat_get_model_path (MaqChat *self);  // weights file, may have gone since
void        maq_chat_set_model (MaqChat *self, const char *label, const char *path);
// Loads the messages if they are not yet; resolves to TRUE. To be done before messages are added; a new chat needs none.
DexFuture *maq_chat_load (MaqChat *self);
gboolean   maq_chat_get_loaded (MaqChat *self);
// Adds and stores a message (transfer none). The first user message gives a chat without title its title.
MaqChatMessage *maq_chat_add_message (MaqChat *self, const char *role, const char *content);
// Whether an answer streams.
gboolean maq_chat_get_answering (MaqChat *self);
// Adds an empty answer that streams (transfer none); what arrives is on disk within about a second.
MaqChatMessage *maq_chat_begin_answer (MaqChat *self);
// Ends it with its figures, or with an error (both nullable). REMEDY: of the error.
void maq_chat_end_answer (MaqChat *self, MaqChatMessage *answer, const char *stats, const char *error, MaqChatRemedy remedy);
// Whether it is of use to ask the last question again: not where the chat's model fails at it every time.
gboolean maq_chat_can_retry (MaqChat *self);
// Takes MESSAGE and what follows off the shown path, to answer anew: what is added next becomes its sibling. They stay stored.
void maq_chat_rewind (MaqChat *self, MaqChatMessage *message);

// All chats: a GListModel of MaqChat, last changed first. Properties with notify: loaded, problem.
#define MAQ_TYPE_CHAT_STORE (maq_chat_store_get_type ())
G_DECLARE_FINAL_TYPE (MaqChatStore, maq_chat_store, MAQ, CHAT_STORE, GObject)
// PATH: the database file, made if absent; NULL: chats.sqlite in the data folder.
MaqChatStore *maq_chat_store_new (const char *path);
// Reads the list; resolves to TRUE. A damaged or newer file rejects with MAQ_LIBRARY_ERROR and is left untouched; chats then live
// in memory only.
DexFuture *maq_chat_store_load (MaqChatStore *self);
gboolean   maq_chat_store_get_loaded (MaqChatStore *self);
// Why chats are not stored, in a sentence; NULL while all is well.
const char *maq_chat_store_get_problem (MaqChatStore *self);
// Renames a file that could not be read and starts a fresh one; resolves to TRUE.
DexFuture *maq_chat_store_set_aside (MaqChatStore *self);
// A new empty chat, stored with its first message (transfer none).
MaqChat *maq_chat_store_add (MaqChatStore *self);
void     maq_chat_store_remove (MaqChatStore *self, MaqChat *chat);
// Puts a removed chat back.
void maq_chat_store_restore (MaqChatStore *self, MaqChat *chat);
// Resolves when everything so far is on disk.
DexFuture *maq_chat_store_flush (MaqChatStore *self);

G_END_DECLS
