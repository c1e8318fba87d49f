// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-request.h"

G_BEGIN_DECLS

// What each address answers. A route fills in the request's answer; it never blocks for long: contents that have to be
// hashed first are named by maq_serve_route_list_unsettled, and the server waits for them before it routes.

// Everything that arrives at the Hub's port, but for /.maq/.
void maq_serve_route_hub (MaqServeRequest *request);
// Everything that arrives at the CDN's port.
void maq_serve_route_cdn (MaqServeRequest *request);
// The contents that must be hashed before the request can be answered: those of the files it is about, no others. NULL if there are none.
// (transfer container)
GPtrArray *maq_serve_route_list_unsettled (MaqServeRequest *request);

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
// The paths that a request for paths-info names, in a JSON body or a form; FALSE if it is neither.
gboolean maq_serve_read_paths (MaqServeRequest *request,
                               char          ***paths,
                               gboolean        *expand);
void     maq_serve_route_tree_size (MaqServeRequest *request,
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
// The same without an answer.
gboolean maq_serve_may_read (MaqServeUser *user,
                             MaqServeRepo *repo);

G_END_DECLS
