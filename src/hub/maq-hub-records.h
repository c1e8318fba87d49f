// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client.h"

// The records of the client from the Hub's JSON. All of these are quick enough only off the main thread for large replies, touch
// no client, and leave out what they cannot read.

G_BEGIN_DECLS

MaqHubPage *maq_hub_page_new_from_json (MaqRepoKind kind, MaqJsonValue *json, GError **error);

MaqHubTree *maq_hub_tree_new (void);
// With files of its own, to be changed before it is shown to others.
MaqHubTree *maq_hub_tree_copy (const MaqHubTree *self);
// Makes the entry INDEX of those that were unknown a file, with SIZE and ETAG, a hash.
void maq_hub_tree_tell (MaqHubTree *self, guint index, guint64 size, const char *etag);
// Adds one page of the file list to SELF.
gboolean maq_hub_tree_add_json (MaqHubTree *self, MaqJsonValue *json, GError **error);
// The `siblings` of an info; NULL if they have no sizes and hashes.
MaqHubTree *maq_hub_tree_new_from_siblings (MaqJsonValue *json);

MaqHubRefs    *maq_hub_refs_new_from_json (MaqJsonValue *json, GError **error);
MaqHubCommits *maq_hub_commits_new_from_json (MaqJsonValue *json, GError **error);
// ENDPOINT: what a relative avatar belongs to.
MaqHubUser *maq_hub_user_new_from_json (MaqJsonValue *json, const char *endpoint, GError **error);

MaqHubFileInfo *maq_hub_file_info_new (const char *commit, const char *etag, gint64 size, const char *location, GError **error);

// Whether TEXT is LENGTH small hexadecimal digits. TEXT nullable.
gboolean maq_hub_is_hash (const char *text, gsize length);

// ETAG without `W/` and quotes if it is the hash of a git or LFS file; otherwise NULL. (transfer full)
char *maq_hub_etag_normalize (const char *etag);

// The address of QUERY's first page below ENDPOINT. (transfer full)
char *maq_hub_query_to_address (const MaqHubQuery *self, const char *endpoint);

G_END_DECLS
