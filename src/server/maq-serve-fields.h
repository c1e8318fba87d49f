// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-query.h"
#include "maq-serve-store.h"

G_BEGIN_DECLS

// Repos as the API's objects: which fields in which answer, and how each is written (Hub API notes §5 and §6).

typedef struct
{
  MaqHubStore       *store;
  GStrv              expand; // only these; empty: not asked for
  const char *const *fields; // those of an answer without expand
  gboolean           list;   // an answer with several repos
  gboolean           blobs;  // sizes and hashes of siblings; the commit must be hashed
  gboolean           security;
} MaqServeFields;

// What a list asks for by full, cardData, config and expand. Returns NULL and the word that is no field of this kind in
// UNKNOWN (transfer full).
MaqServeFields *maq_serve_fields_new_list (MaqHubStore   *store,
                                           MaqRepoKind    kind,
                                           MaqServeQuery *query,
                                           char         **unknown);
// The same for one repo: expand, blobs, securityStatus.
MaqServeFields *maq_serve_fields_new_info (MaqHubStore   *store,
                                           MaqRepoKind    kind,
                                           MaqServeQuery *query,
                                           char         **unknown);
void            maq_serve_fields_free (MaqServeFields *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeFields, maq_serve_fields_free)

// Appends one repo at COMMIT.
void maq_serve_fields_write (MaqServeFields *self,
                             GString        *out,
                             MaqServeRepo   *repo,
                             MaqServeCommit *commit);

G_END_DECLS
