// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib-object.h>

#include "maq-companion.h"

// Which weights files of a repo belong together: one variant is one GGUF file or all shards of one, named by its quantization.
// Names: Hub API notes §7.4 (label and shards) and §23 (which files are not weights of the model itself, default choice).

G_BEGIN_DECLS

typedef struct
{
  char *label;     // no other variant of the list has it: "Q4_K_M"; with more of the name or the folder where that is needed, and
                   // the file's stem where the name has no quantization
  char   *quant;   // the quantization the name says, "Q4_K_M"; NULL if none
  char  **paths;   // in shard order; the first is what an engine opens
  guint64 size;    // of all paths, in bytes
  double  bits;    // nominal bits per weight of the quantization, 0 if unknown
  guint   missing; // shards the file names speak of that are not there
} MaqVariant;

#define MAQ_TYPE_VARIANT (maq_variant_get_type ())
GType       maq_variant_get_type (void);
MaqVariant *maq_variant_copy (const MaqVariant *self);
void        maq_variant_free (MaqVariant *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqVariant, maq_variant_free)

// Whether PATH ends in .gguf, in any case.
gboolean maq_variant_is_gguf (const char *path);

// The variants among N files, smallest first (transfer full, of MaqVariant). What maq-companion.h calls a companion by its place is
// left out. SIZES: in bytes, one for each of PATHS.
GPtrArray *maq_variants_group (const char *const *paths, const guint64 *sizes, gsize n);
// As maq_variants_group where HEADERS (nullable, one for each of PATHS) says what the headers call the files: companions by their
// header are left out as well.
GPtrArray *maq_variants_group_known (const char *const *paths, const guint64 *sizes, const MaqCompanion *headers, gsize n);

// The variant that WISH means: by its label, by the name of one of its files, by its label in any case, by its quantization in any
// spelling. ARE_ALL: VARIANTS are all the repo has, so that also what tells their names apart is enough; never so for what is about
// to be deleted. NULL if there is none, or more than one (IS_AMBIGUOUS, nullable). A part of a label means nothing.
const MaqVariant *maq_variants_find (GPtrArray *variants, const char *wish, gboolean are_all, gboolean *is_ambiguous);
// The variant that the file at PATH belongs to; NULL if none.
const MaqVariant *maq_variants_find_path (GPtrArray *variants, const char *path);
// What to take when nothing is wished for: Q4_K_M, then Q8_0, then the first; NULL if none is complete.
const MaqVariant *maq_variants_get_default (GPtrArray *variants);

G_END_DECLS
