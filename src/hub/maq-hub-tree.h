// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib-object.h>

// The files of a repo, as the tree or the info of it gives them.

G_BEGIN_DECLS

// One file of a repo.
typedef struct
{
  char   *path;   // from the root of the repo; safe: checked by maq_repo_path_validate
  guint64 size;   // in bytes, of the content
  char   *oid;    // git SHA-1: of the content, or of the pointer when sha256 is set
  char   *sha256; // of the content of a large file; NULL for git files
  char   *xet;    // nullable: its Xet hash, 64 hexadecimal digits; no hash of the content as it is
} MaqHubFile;
// What names the blob in the cache: sha256 or oid.
const char *maq_hub_file_get_etag (const MaqHubFile *self);

// The file list of one commit.
typedef struct
{
  GPtrArray *files; // of MaqHubFile, in the Hub's order, folders left out
  // Entries left out: with names that are not safe, without a size or a hash, and repos of others (Git's submodules).
  guint      n_unsafe;
  GPtrArray *unknown; // of MaqHubFile, whose size is 0 and whose hashes may be NULL: see maq_hub_client_fill_tree
  guint      n_submodules;
} MaqHubTree;
#define MAQ_TYPE_HUB_TREE (maq_hub_tree_get_type ())
GType       maq_hub_tree_get_type (void);
MaqHubTree *maq_hub_tree_ref (MaqHubTree *self);
void        maq_hub_tree_unref (MaqHubTree *self);
// Whether every file of the repo is among FILES.
gboolean maq_hub_tree_is_whole (MaqHubTree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubTree, maq_hub_tree_unref)

G_END_DECLS
