// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"
#include "maq-fit.h"
#include "maq-hub-client.h"

// The verdicts on all variants of a model, mostly from one header: variants differ in how weights are kept, and the list of files says how
// large those are.

G_BEGIN_DECLS

// What COMPANION is, to stand after “is” (translated).
const char *maq_companion_to_words (MaqCompanion companion);

// VARIANTS: of MaqVariant, in a model's repo at REVISION (NULL for main). The header of HEADER_OF, one of them, is read from the
// cache if it is there, else from CLIENT (NULL: nothing is fetched). If it turns out to be a companion's, another's is read; so are
// those of files whose names could be companions'. Their fits are MAQ_FIT_UNKNOWN and say so. OPTIONS: their size is of no account. Resolves to a GPtrArray
// (boxed) of MaqFit, one for each variant in order; MAQ_HUB_ERROR, MAQ_FORMAT_ERROR and G_IO_ERROR otherwise. Main thread only;
// dropping the future stops it.
DexFuture *maq_variant_fits_judge (MaqHubClient *client, MaqCache *cache, const char *id, const char *revision, GPtrArray *variants, const MaqVariant *header_of, const MaqFitOptions *options);
// As maq_variant_fits_judge for one VARIANT whose paths are absolute.
DexFuture *maq_variant_fits_judge_local (const MaqVariant *variant, const MaqFitOptions *options);

G_END_DECLS
