// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-chats.h"
#include "maq-session-pool.h"

// Has chats answered by the local models they name: loads the model if need be, streams the answer into the chat, and ends it
// with its figures or with what went wrong. A model answers one chat at a time; others wait. Main thread only.

G_BEGIN_DECLS

#define MAQ_TYPE_ANSWERER (maq_answerer_get_type ())
G_DECLARE_FINAL_TYPE (MaqAnswerer, maq_answerer, MAQ, ANSWERER, GObject)

// Makes the sentence to store in a chat of an error (transfer full), and says in REMEDY what helps. NULL: nothing worth a sentence.
typedef char *(*MaqAnswererDescribeFunc) (const GError *error, MaqChatRemedy *remedy);

// DESCRIBE nullable: the error's message. Without the answerer its answers stop and its models are unloaded.
MaqAnswerer *maq_answerer_new (MaqEngine *engine, MaqAnswererDescribeFunc describe);
// The models it has loaded (transfer none).
MaqSessionPool *maq_answerer_get_pool (MaqAnswerer *self);
// Answers the last message of CHAT, which must be loaded and not be answering. Never fails here: what goes wrong ends the answer.
void maq_answerer_answer (MaqAnswerer *self, MaqChat *chat);
// Ends the answer of CHAT, if there is one, within 100 ms; what has come so far stays.
void maq_answerer_stop (MaqAnswerer *self, MaqChat *chat);

G_END_DECLS
