// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-store.h"
#include "maq-serve-repo.h"

G_BEGIN_DECLS

// What the routes see of a MaqHubStore, and what the readers that fill one call.

typedef enum
{
  MAQ_SERVE_SORT_TRENDING,
  MAQ_SERVE_SORT_DOWNLOADS,
  MAQ_SERVE_SORT_LIKES,
  MAQ_SERVE_SORT_LIKES_30D,
  MAQ_SERVE_SORT_MODIFIED,
  MAQ_SERVE_SORT_CREATED,
  MAQ_SERVE_SORT_PARAMETERS,
  MAQ_SERVE_SORT_SIZE,
  MAQ_SERVE_SORT_ID,
  MAQ_SERVE_N_SORTS,
} MaqServeSort;

// Takes REPO, which must be finished. An id that exists already is refused (REPO is freed, FALSE).
gboolean maq_serve_store_add (MaqHubStore  *self,
                              MaqServeRepo *repo);
void     maq_serve_store_add_alias (MaqHubStore *self,
                                    MaqRepoKind  kind,
                                    const char  *old_id,
                                    const char  *id);
// Nothing is added after this; the constructors call it.
void maq_serve_store_seal (MaqHubStore *self);

// An exact id; NULL if there is none.
MaqServeRepo *maq_serve_store_find (MaqHubStore *self,
                                    MaqRepoKind  kind,
                                    const char  *id);
// The repo that an earlier name, or one in the wrong case, leads to.
MaqServeRepo *maq_serve_store_find_moved (MaqHubStore *self,
                                          MaqRepoKind  kind,
                                          const char  *id);
// All repos of a kind, the first of the order first (descending; ids ascending). (transfer none)
GPtrArray *maq_serve_store_get_sorted (MaqHubStore *self,
                                       MaqRepoKind  kind,
                                       MaqServeSort sort);
// Spaces whose card names this model or dataset. (transfer none, nullable)
GPtrArray *maq_serve_store_get_spaces_of (MaqHubStore  *self,
                                          MaqServeRepo *repo);
gboolean   maq_serve_store_has_owner (MaqHubStore *self,
                                      const char  *owner);
// In alphabetical order. (transfer none)
const char *const *maq_serve_store_get_owners (MaqHubStore *self);

// Every content of every commit, some of them several times.
void maq_serve_store_foreach_content (MaqHubStore *self,
                                      void (*func) (MaqServeContent *content,
                                                    gpointer         data),
                                      gpointer data);
// NAME, relative to what is served, is there and is not served.
void maq_serve_store_leave_out (MaqHubStore      *self,
                                const char       *name,
                                MaqHubStoreReason reason);
// The reason for what maq_serve_root_open says.
MaqHubStoreReason maq_serve_reason_for_error (const GError *error);

// Readers. Each adds repos to the store.
gboolean maq_serve_read_folder (MaqHubStore    *self,
                                MaqServeRoot   *root,
                                MaqServeMemory *memory,
                                GError        **error);
void     maq_serve_read_cache (MaqHubStore    *self,
                               MaqServeRoot   *root,
                               MaqServeMemory *memory);
void     maq_serve_make_synthetic (MaqHubStore *self,
                                   guint        count);

// Whether the Hub keeps a file of this name and size outside git.
gboolean maq_serve_is_lfs (const char *path,
                           guint64     size);

G_END_DECLS
