// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client.h"

// A GListModel of the MaqRepo a query finds, page by page as they are asked for. A new query drops the request of the old one;
// the old rows stay until the first page of the new one is there. Properties with notify: loading, has-more.
// Signal: changed, when a request has ended in rows, in none, or in an error.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_PAGER (maq_repo_pager_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoPager, maq_repo_pager, MAQ, REPO_PAGER, GObject)

MaqRepoPager *maq_repo_pager_new (MaqHubClient *client);
// Asks for the first page of QUERY (copied).
void maq_repo_pager_set_query (MaqRepoPager *self, const MaqHubQuery *query);
// Asks for the next page, or again for the one that failed; does nothing while a request runs or after the last page.
void     maq_repo_pager_load_more (MaqRepoPager *self);
gboolean maq_repo_pager_get_loading (MaqRepoPager *self);
gboolean maq_repo_pager_get_has_more (MaqRepoPager *self);
// Why the last request failed, NULL if it did not. is_first_page tells whether it was that of a new query.
const GError *maq_repo_pager_get_error (MaqRepoPager *self);
gboolean      maq_repo_pager_is_first_page (MaqRepoPager *self);

G_END_DECLS
