// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-chats.h"
#include "maq-engine.h"
#include "maq-foreign-list.h"
#include "maq-library.h"
#include "maq-session-pool.h"

// The Chats page: the stored chats beside the open one, or one after the other where it is narrow. It has its own header bars, so
// it fills the content of the window. Its list, its composer and its model picker are in this folder too; answering is done by
// MaqAnswerer in library/.
// It asks the window for other places with the action win.show-page and one of the strings "models" and "library".

G_BEGIN_DECLS

#define MAQ_TYPE_CHATS_PAGE (maq_chats_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqChatsPage, maq_chats_page, MAQ, CHATS_PAGE, AdwBin)

// Reads STORE by itself. Models run until they are ejected or the page is gone.
GtkWidget *maq_chats_page_new (MaqChatStore *store, MaqLibrary *library, MaqForeignList *foreign, MaqEngine *engine);
// The models that its chats have loaded (transfer none).
MaqSessionPool *maq_chats_page_get_pool (MaqChatsPage *self);
// Opens a chat with nothing in it yet for the weights file at PATH and puts the cursor in its composer. LABEL: "owner/name:Q4_K_M".
// Both NULL: the model used last, or none.
void maq_chats_page_open_new_chat (MaqChatsPage *self, const char *label, const char *path);
// Gives the focus to the message one writes, or else to what there is to press.
void maq_chats_page_focus (MaqChatsPage *self);
// Goes from the chat to the list where only one of them is shown; FALSE if there is nothing to go back to.
gboolean maq_chats_page_go_back (MaqChatsPage *self);

G_END_DECLS
