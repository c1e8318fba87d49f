// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// The SQLite file behind the chats: what is in it, and every statement that reads or changes it. Blocks; used by one thread at a
// time. Errors are MAQ_LIBRARY_ERROR.

G_BEGIN_DECLS

// The version of the tables written by this Maquette.
#define MAQ_CHAT_FILE_VERSION 1

typedef struct
{
  gint64 id;
  char  *title;
  gint64 created; // Unix seconds
  gint64 updated; // Unix seconds
  char  *model_label;
  char  *model_path;
} MaqChatRecord;

typedef struct
{
  gint64   id;
  gint64   chat_id;
  gint64   parent_id; // 0: the first of its chat
  char    *role;
  char    *content;
  char    *stats;    // nullable
  char    *error;    // nullable
  gint64   created;  // Unix seconds
  gboolean complete; // FALSE while an answer streams, and for ever if the program ended meanwhile
} MaqMessageRecord;

MaqChatRecord    *maq_chat_record_copy (const MaqChatRecord *self);
void              maq_chat_record_free (MaqChatRecord *self);
MaqMessageRecord *maq_message_record_copy (const MaqMessageRecord *self);
void              maq_message_record_free (MaqMessageRecord *self);

typedef struct _MaqChatFile MaqChatFile;

MaqChatFile *maq_chat_file_new (const char *path);
void         maq_chat_file_free (MaqChatFile *self);
// Opens the file unless it is open, makes it if it is not there, and takes its tables to this version. A file that is damaged,
// another program's or a newer version's is left as it is.
gboolean maq_chat_file_open (MaqChatFile *self, GError **error);
// Closes it and renames it, with what SQLite keeps beside it, to an unused name, which is returned (transfer full).
char *maq_chat_file_set_aside (MaqChatFile *self, GError **error);

// The rest wants it open. Records of lists are MaqChatRecord, last changed first, and MaqMessageRecord, the path from the root to
// the newest leaf (transfer full).
GPtrArray *maq_chat_file_list (MaqChatFile *self, GError **error);
GPtrArray *maq_chat_file_read (MaqChatFile *self, gint64 chat_id, GError **error);
// The largest number in it, 0 if it is empty.
gboolean maq_chat_file_read_last_id (MaqChatFile *self, gint64 *last, GError **error);
// Insert or update.
gboolean maq_chat_file_put_chat (MaqChatFile *self, const MaqChatRecord *record, GError **error);
gboolean maq_chat_file_put_message (MaqChatFile *self, const MaqMessageRecord *record, GError **error);
gboolean maq_chat_file_set_removed (MaqChatFile *self, gint64 chat_id, gboolean removed, GError **error);
// Deletes what is removed; nothing when it is not open.
gboolean maq_chat_file_wipe_removed (MaqChatFile *self, GError **error);
// What is written between these is written whole or not at all; a commit that fails takes it back.
gboolean maq_chat_file_begin (MaqChatFile *self, GError **error);
gboolean maq_chat_file_commit (MaqChatFile *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqChatFile, maq_chat_file_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqChatRecord, maq_chat_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqMessageRecord, maq_message_record_free)

G_END_DECLS
