// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-session-private.h"

// Between the engine's types and the dictionaries of the runner's protocol. What the runner says is not trusted: keys that are
// missing or of another type leave the default.

G_BEGIN_DECLS

// Arguments of the methods (floating). Text that is not UTF-8 is repaired.
GVariant *maq_runner_messages_pack_load (const MaqLoadOptions *options);
GVariant *maq_runner_messages_pack_generate (const MaqGenerateOptions *options);
GVariant *maq_runner_messages_pack_embed (const char *const *texts);
GVariant *maq_runner_messages_pack_tokenize (const char *text);
// Texts of KNOWN are borrowed from FACTS, and its memory use is USE.
void maq_runner_messages_unpack_facts (GVariant *facts, MaqSessionFacts *known, MaqMemoryUse *use, double *load_ms);
void maq_runner_messages_unpack_stats (GVariant *dict, MaqStats *stats);

G_END_DECLS
