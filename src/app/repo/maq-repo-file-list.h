// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

#include "maq-hub-client.h"

// The files of a repo, of which there may be a hundred thousand: a row's object is made when somebody asks for it, and lives as long
// as he keeps it.

G_BEGIN_DECLS

typedef enum
{
  MAQ_REPO_FILE_ON_HUB,
  MAQ_REPO_FILE_COMING, // a download that is not done has it
  MAQ_REPO_FILE_HERE,
} MaqRepoFileState;
#define MAQ_TYPE_REPO_FILE_STATE (maq_repo_file_state_get_type ())
GType maq_repo_file_state_get_type (void);
// "On this computer", "Downloading", or "" (translated).
const char *maq_repo_file_state_to_words (MaqRepoFileState state);

// One row. Properties: path, size, state and facts (with notify; "2.2 MB · On this computer"), can-inspect.
#define MAQ_TYPE_REPO_FILE (maq_repo_file_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoFile, maq_repo_file, MAQ, REPO_FILE, GObject)
const char      *maq_repo_file_get_path (MaqRepoFile *self);
MaqRepoFileState maq_repo_file_get_state (MaqRepoFile *self);

// A GListModel of MaqRepoFile. Belongs to the main thread.
#define MAQ_TYPE_REPO_FILE_LIST (maq_repo_file_list_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoFileList, maq_repo_file_list, MAQ, REPO_FILE_LIST, GObject)
MaqRepoFileList *maq_repo_file_list_new (void);
void             maq_repo_file_list_set_tree (MaqRepoFileList *self, MaqHubTree *tree);
// The paths that are in the cache, and those on their way there, as keys; not changed any more.
void maq_repo_file_list_set_here (MaqRepoFileList *self, GHashTable *here);
void maq_repo_file_list_set_coming (MaqRepoFileList *self, GHashTable *coming);

G_END_DECLS
