// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-hub-client.h"

// The branches and tags of a repo to choose one of; what is typed is searched for in them, and can itself be the name of a version.
// Signal "chosen" (s): a revision.

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_VERSION_PAGE (maq_download_version_page_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadVersionPage, maq_download_version_page, MAQ, DOWNLOAD_VERSION_PAGE, AdwNavigationPage)

MaqDownloadVersionPage *maq_download_version_page_new (MaqHubClient *client, MaqRepoKind kind, const char *id);

G_END_DECLS
