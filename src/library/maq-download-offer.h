// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-cache.h"
#include "maq-download-file.h"
#include "maq-hub-client.h"
#include "maq-variant.h"

// What there is to download of a repo at one revision, as the Hub says it now, and on which terms.

G_BEGIN_DECLS

typedef enum
{
  MAQ_DOWNLOAD_ACCESS_OPEN,
  MAQ_DOWNLOAD_ACCESS_GRANTED,     // gated, and the token opens it
  MAQ_DOWNLOAD_ACCESS_NEEDS_TOKEN, // gated, and there is no token, or it is not valid
  MAQ_DOWNLOAD_ACCESS_REFUSED,     // gated, and the owner has not let the account in
} MaqDownloadAccess;

// Reference counted: copy is cheap. Belongs to the main thread once it is there.
typedef struct
{
  MaqRepo          *repo;
  char             *revision; // nullable: main
  char             *commit;
  MaqHubTree       *tree;
  GPtrArray        *variants; // of MaqVariant; empty for a repo without GGUF weights
  GPtrArray        *files;    // of MaqDownloadFile, none chosen
  guint64           size;     // of all files, in bytes
  MaqDownloadAccess access;
} MaqDownloadOffer;
#define MAQ_TYPE_DOWNLOAD_OFFER (maq_download_offer_get_type ())
GType             maq_download_offer_get_type (void);
MaqDownloadOffer *maq_download_offer_ref (MaqDownloadOffer *self);
void              maq_download_offer_unref (MaqDownloadOffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqDownloadOffer, maq_download_offer_unref)

// Asks the Hub; REVISION nullable: main. Resolves to a MaqDownloadOffer (boxed); MAQ_HUB_ERROR and MAQ_ADDRESS_ERROR otherwise.
// Dropping the future stops it.
DexFuture *maq_download_offer_load (MaqHubClient *client, MaqCache *cache, MaqRepoKind kind, const char *id, const char *revision);

// The variants among the files of TREE, of MaqVariant, smallest first (transfer full).
GPtrArray *maq_download_group_variants (MaqHubTree *tree);
// The name of the licence, "apache-2.0" or what "other" stands for; NULL if the repo names none (transfer full).
char *maq_download_offer_dup_license (MaqDownloadOffer *self);
// The page of its text: what the card links to, else the licence file of the repo; NULL if there is neither (transfer full).
char *maq_download_offer_dup_license_address (MaqDownloadOffer *self, MaqHubClient *client);
// What to do about ACCESS, in a sentence (translated); NULL where nothing is to be done.
const char *maq_download_access_to_sentence (MaqDownloadAccess access);
// "open", "granted", "needs-token", "refused": for JSON.
const char *maq_download_access_to_id (MaqDownloadAccess access);

G_END_DECLS
