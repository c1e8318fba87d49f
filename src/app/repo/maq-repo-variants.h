// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

#include "maq-cache.h"
#include "maq-fit.h"
#include "maq-hub-client.h"

// The variants of a repo, which of them is chosen, and whether they fit into memory. Signal "changed": one of these.

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_VARIANTS (maq_repo_variants_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoVariants, maq_repo_variants, MAQ, REPO_VARIANTS, GObject)

MaqRepoVariants *maq_repo_variants_new (void);
// Takes the variants of TREE, chooses the usual one and finds out whether they fit: unless something else was chosen by then, the
// one that fits best is.
void maq_repo_variants_set_repo (MaqRepoVariants *self, MaqHubClient *client, MaqCache *cache, MaqRepo *repo, MaqHubTree *tree);
// Of MaqVariant; empty for a repo without GGUF weights.
GPtrArray *maq_repo_variants_get_list (MaqRepoVariants *self);
// NULL: all files.
const MaqVariant *maq_repo_variants_get_chosen (MaqRepoVariants *self);
// Somebody chose, or has begun with what is chosen: that stays. VARIANT: of the list; NULL: all files.
void maq_repo_variants_choose (MaqRepoVariants *self, const MaqVariant *variant);
void maq_repo_variants_keep (MaqRepoVariants *self);
// Of MaqFit, one for each variant; NULL until it is known.
GPtrArray    *maq_repo_variants_get_fits (MaqRepoVariants *self);
const MaqFit *maq_repo_variants_get_fit (MaqRepoVariants *self, const MaqVariant *variant); // nullable
// "Fits, Recommended", or "" where nothing is known (transfer full).
char *maq_repo_variants_dup_fit_words (MaqRepoVariants *self, const MaqVariant *variant);
// The verdict on what is chosen in LABEL, in a word and a number; the rest as its tooltip. Hides it while nothing is known.
void maq_repo_variants_show_fit (MaqRepoVariants *self, GtkLabel *label);

G_END_DECLS
