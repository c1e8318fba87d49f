// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib-object.h>

#include "maq-hub-tree.h"
#include "maq-json.h"
#include "maq-repo-address.h"

// One Hub entry as lists and info give it: model, dataset or Space. Read-only after parsing. A field the Hub did not send is
// NULL, 0 or -1 as said; lists send fewer than info. Shapes: Hub API notes §5 and §6.
// For bindings the properties kind, id, owner, name, likes, downloads, last-modified, pipeline-tag, library-name, parameters,
// license, gated (a boolean) and has-gguf exist.

G_BEGIN_DECLS

typedef enum
{
  MAQ_REPO_GATED_NO,
  MAQ_REPO_GATED_AUTO,
  MAQ_REPO_GATED_MANUAL,
} MaqRepoGated;

#define MAQ_TYPE_REPO (maq_repo_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepo, maq_repo, MAQ, REPO, GObject)

// Reads one item of a list or an info reply; JSON is not needed afterwards. NULL if it names no repo.
MaqRepo *maq_repo_new_from_json (MaqRepoKind kind, MaqJsonValue *json);

// Everything is borrowed from SELF. The id is canonical; the owner is NULL for old ids of one segment.
MaqRepoKind        maq_repo_get_kind (MaqRepo *self);
const char        *maq_repo_get_id (MaqRepo *self);
const char        *maq_repo_get_owner (MaqRepo *self);
const char        *maq_repo_get_name (MaqRepo *self);
const char        *maq_repo_get_sha (MaqRepo *self);
gint64             maq_repo_get_likes (MaqRepo *self);
gint64             maq_repo_get_downloads (MaqRepo *self);
gint64             maq_repo_get_last_modified (MaqRepo *self); // Unix seconds, 0 if unknown
gint64             maq_repo_get_created_at (MaqRepo *self);    // Unix seconds, 0 if unknown
const char        *maq_repo_get_pipeline_tag (MaqRepo *self);  // datasets: the first task category
const char        *maq_repo_get_library_name (MaqRepo *self);
const char *const *maq_repo_get_tags (MaqRepo *self); // never NULL
MaqRepoGated       maq_repo_get_gated (MaqRepo *self);
gboolean           maq_repo_get_private (MaqRepo *self);
gboolean           maq_repo_get_disabled (MaqRepo *self);
gint64             maq_repo_get_parameters (MaqRepo *self); // from gguf.total or safetensors.total, -1 if unknown
const char        *maq_repo_get_architecture (MaqRepo *self);
gint64             maq_repo_get_context_length (MaqRepo *self); // in tokens, -1 if unknown
const char        *maq_repo_get_license (MaqRepo *self);        // id such as "apache-2.0"
const char        *maq_repo_get_license_name (MaqRepo *self);   // of one that is "other"; from the card
const char        *maq_repo_get_license_link (MaqRepo *self);   // an address or a file of the repo, as the card says: not checked
const char        *maq_repo_get_description (MaqRepo *self);    // datasets; Spaces: the short description
const char        *maq_repo_get_sdk (MaqRepo *self);            // Spaces
gint64             maq_repo_get_used_storage (MaqRepo *self);   // in bytes, -1 if unknown
// The files with sizes and hashes; NULL if the reply did not give them: maq_hub_client_get_repo_with_files asks for them.
MaqHubTree *maq_repo_get_tree (MaqRepo *self);
// Whether the repo holds GGUF weights, which the local engine runs.
gboolean maq_repo_has_gguf (MaqRepo *self);

G_END_DECLS
