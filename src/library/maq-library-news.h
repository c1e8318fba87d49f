// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-library.h"

// What the Hub's main has that main here has not: files, and the titles of the commits that brought them.

G_BEGIN_DECLS

// The most commits that are listed.
#define MAQ_LIBRARY_NEWS_MAX_COMMITS 10

// Reference counted: copy is cheap.
typedef struct
{
  MaqTransferRequest *request;   // fetches what there was here, as it is there; what is here stays as the earlier version
  gboolean            is_whole;  // all files were here: all files are fetched
  guint               n_changed; // files that are here, with other content there
  guint               n_added;   // files that are only there, and belong to what is here: to the whole repo, or to one of its variants
  guint               n_other;   // files that are only there and are not fetched
  guint               n_gone;    // files that are only here
  GPtrArray          *commits;   // of MaqHubCommit, the latest first; empty if the Hub does not tell
  guint               n_earlier; // commits before those, back to what is here
  gboolean            has_more;  // and more: the history was not read to its end
  GPtrArray          *pages;     // of MaqHubCommits, which the commits belong to
} MaqLibraryNews;
#define MAQ_TYPE_LIBRARY_NEWS (maq_library_news_get_type ())
GType           maq_library_news_get_type (void);
MaqLibraryNews *maq_library_news_ref (MaqLibraryNews *self);
void            maq_library_news_unref (MaqLibraryNews *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqLibraryNews, maq_library_news_unref)

// Asks the Hub about ITEM, which has news (maq_library_item_has_news). Resolves to a MaqLibraryNews (boxed); MAQ_HUB_ERROR, and
// G_IO_ERROR_NOT_FOUND if main is no longer here. Dropping the future stops it.
DexFuture *maq_library_compare_upstream (MaqLibrary *library, MaqHubClient *client, MaqLibraryItem *item);

// What changed and what is fetched, in sentences (transfer full, translated).
char *maq_library_news_to_sentences (const MaqLibraryNews *self);
// "and 12 earlier"; NULL if all commits are listed (transfer full, translated).
char *maq_library_news_dup_earlier (const MaqLibraryNews *self);

G_END_DECLS
