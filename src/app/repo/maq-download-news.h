// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-library-news.h"

// What a newer version on the Hub brings: in sentences, and by the titles of its commits.

G_BEGIN_DECLS

#define MAQ_TYPE_DOWNLOAD_NEWS (maq_download_news_get_type ())
G_DECLARE_FINAL_TYPE (MaqDownloadNews, maq_download_news, MAQ, DOWNLOAD_NEWS, AdwBin)

// To be called once.
void maq_download_news_show (MaqDownloadNews *self, const MaqLibraryNews *news);

G_END_DECLS
