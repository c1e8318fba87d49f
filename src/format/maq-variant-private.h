// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-variant.h"

// What names of GGUF files say.

G_BEGIN_DECLS

// The shard a path says it is. KEY: all but the shard's own number (transfer full), which names the set.
gboolean maq_variant_parse_shard (const char *path, char **key, guint *number, guint *count);
// The last quantization that PATH names, folders included, in capitals (transfer full); NULL if none. QUANT: the same without what
// its author appended, such as _IMAT (transfer full).
char *maq_variant_find_label (const char *path, char **quant);
// Nominal bits per weight of a label, 0 if unknown.
double maq_variant_find_bits (const char *label);
// PATH without its ending and the number of a shard (transfer full).
char *maq_variant_dup_stem (const char *path);
// As dup_stem, without the quantization at its end either (transfer full).
char *maq_variant_dup_name (const char *path);
// Gives every one of VARIANTS a label of its own.
void maq_variants_make_labels_unique (GPtrArray *variants);

G_END_DECLS
