// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-request.h"

G_BEGIN_DECLS

// What each address answers. A route fills in the request's answer; it never blocks for long: contents that have to be
// hashed first are named by maq_serve_route_needs_hashes, and the server does that on a worker before it routes.

// Everything that arrives at the Hub's port, but for /.maq/.
void maq_serve_route_hub (MaqServeRequest *request);
// Everything that arrives at the CDN's port.
void maq_serve_route_cdn (MaqServeRequest *request);
// The commit of which files must be hashed before the request can be answered, NULL if none; PREFIX: which of them.
MaqServeCommit *maq_serve_route_needs_hashes (MaqServeRequest *request,
                                              char           **prefix);

// Whether USER may know that REPO exists.
gboolean maq_serve_may_see (MaqServeUser *user,
                            MaqServeRepo *repo);

// GET /api/models, datasets, spaces.
void maq_serve_route_list (MaqServeRequest *request,
                           MaqRepoKind      kind);
// GET /api/{kind}s/{id}/… : FIRST is the index of the segment after the id.
void maq_serve_route_repo (MaqServeRequest *request,
                           MaqServeRepo    *repo,
                           guint            first);
// GET …/tree, …/paths-info, …/treesize.
void maq_serve_route_tree (MaqServeRequest *request,
                           MaqServeRepo    *repo,
                           MaqServeCommit  *commit,
                           const char      *path);
void maq_serve_route_paths_info (MaqServeRequest *request,
                                 MaqServeRepo    *repo,
                                 MaqServeCommit  *commit);
void maq_serve_route_tree_size (MaqServeRequest *request,
                                MaqServeCommit  *commit,
                                const char      *path);
// …/resolve/… and …/raw/…; /api/resolve-cache/….
void maq_serve_route_resolve (MaqServeRequest *request,
                              MaqServeRepo    *repo,
                              MaqServeCommit  *commit,
                              const char      *path);
void maq_serve_route_raw (MaqServeRequest *request,
                          MaqServeRepo    *repo,
                          MaqServeCommit  *commit,
                          const char      *path);
void maq_serve_route_resolve_cache (MaqServeRequest *request,
                                    MaqServeRepo    *repo,
                                    MaqServeCommit  *commit,
                                    const char      *path);
// whoami-v2, users, organizations, avatars; FALSE if the address is none of these.
gboolean maq_serve_route_people (MaqServeRequest *request);
// quicksearch, trending, models-tags-by-type, datasets-tags-by-type; FALSE likewise.
gboolean maq_serve_route_find (MaqServeRequest *request);
// Pages for a browser.
void maq_serve_route_home_page (MaqServeRequest *request);
void maq_serve_route_repo_page (MaqServeRequest *request,
                                MaqServeRepo    *repo);

// Answers for what is not there, as the Hub gives them.
void maq_serve_reply_no_repo (MaqServeRequest *request);
void maq_serve_reply_no_revision (MaqServeRequest *request,
                                  const char      *revision);
void maq_serve_reply_no_entry (MaqServeRequest *request,
                               MaqServeCommit  *commit,
                               const char      *message);
// TRUE if the request may read the files of REPO; else the refusal has been put into the answer.
gboolean maq_serve_check_access (MaqServeRequest *request,
                                 MaqServeRepo    *repo);

G_END_DECLS
