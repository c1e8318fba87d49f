// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib-object.h>

// Which weights files of a repo belong together: one variant is one GGUF file or all shards of one, named by its quantization.
// Names: Hub API notes §7.4 (label and shards) and §23 (which files are not weights of the model itself, default choice).

G_BEGIN_DECLS

typedef struct
{
  char   *label;   // "Q4_K_M"; the file's stem where the name has no quantization
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

// The variants among N files, smallest first (transfer full, of MaqVariant). Vision projectors, imatrix and draft files are left
// out. SIZES: in bytes, one for each of PATHS.
GPtrArray *maq_variants_group (const char *const *paths, const guint64 *sizes, gsize n);
// The variant QUANT names (any case), or the default when QUANT is NULL: Q4_K_M, then Q8_0, then the first complete one.
// NULL if there is none.
const MaqVariant *maq_variants_pick (GPtrArray *variants, const char *quant);

G_END_DECLS
