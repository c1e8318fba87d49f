// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cli.h"
#include "maq-variant.h"

// What several commands ask about a repo: its files here and on the Hub, and where a model's weights are.

G_BEGIN_DECLS

typedef struct
{
  char   *path; // in the repo
  guint64 size; // in bytes
} MaqCliFile;

// The files the cache holds of ADDRESS (of MaqCliFile, by path, transfer full) and the commit they belong to. NULL with a
// sentence if there are none.
GPtrArray *maq_cli_list_cached_files (MaqCli *self, const MaqRepoAddress *address, char **commit, GError **error);

// The file at PATH in TREE, or NULL (transfer none).
const MaqHubFile *maq_cli_find_file (MaqHubTree *tree, const char *path);

// Where FILE of ADDRESS lies in the cache, NULL if it is not there or was another version of it (transfer full).
char *maq_cli_find_same_file (MaqCli *self, const MaqRepoAddress *address, const MaqHubFile *file);

// Says that the repo has no file PATH, and which it has.
void maq_cli_set_no_file (const MaqRepoAddress *address, MaqHubTree *tree, const char *path, GError **error);

// If *ERROR is that ADDRESS has no such revision: says which branches and tags it has, unless the Hub does not tell. Fibers only.
void maq_cli_explain_revision (MaqCli *self, const MaqRepoAddress *address, GError **error);

// The variants in a list of files; never NULL.
GPtrArray *maq_cli_group_variants (MaqHubTree *tree);
// The variants of ADDRESS in the cache, whose headers are read (transfer full). NULL with a sentence if nothing is there.
GPtrArray *maq_cli_group_cached_variants (MaqCli *self, const MaqRepoAddress *address, GError **error);
// The labels of VARIANTS for a sentence (transfer full).
char *maq_cli_join_labels (GPtrArray *variants);

// The variant of ADDRESS that QUANT means (transfer none); ARE_ALL as in maq_variants_find. NULL with a sentence if there is none or
// more than one.
const MaqVariant *maq_cli_find_variant (const MaqRepoAddress *address, GPtrArray *variants, const char *quant, gboolean are_all, GError **error);
// As maq_cli_find_variant among all that the Hub has, or the default one when QUANT is NULL. NULL with a sentence also if the Hub has
// only a part of it.
const MaqVariant *maq_cli_pick_variant (const MaqRepoAddress *address, GPtrArray *variants, const char *quant, GError **error);

// Reads `owner/name[@REV][:QUANT]`, or an address with a path (transfer full). QUANT: the variant wanted, NULL if none is named
// (transfer full). NULL with a sentence if it is something else.
MaqRepoAddress *maq_cli_parse_model (MaqCli *self, const char *model, char **quant, GError **error);

// Where the weights file of MODEL is: the path itself, or that in the cache of `owner/name[@REV][:QUANT]`, fetched first if it
// is not there, after saying how large it is. Never that of a companion. NULL with a sentence otherwise.
char *maq_cli_find_weights (MaqCli *self, const char *model, GError **error);

// Prints what a download of REQUEST would fetch, how much of it is here, on which terms and where it goes. Fetches nothing.
gboolean maq_cli_print_download (MaqCli *self, const MaqTransferRequest *request, GError **error);

// Downloads what REQUEST says with progress on standard error; resolves within the fiber (transfer full). PLAN: nullable, the one
// just made of it.
MaqTransfer *maq_cli_fetch (MaqCli *self, const MaqTransferRequest *request, const MaqTransferPlan *plan, GError **error);

G_END_DECLS
