// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"
#include "maq-companion.h"

// What the headers of cached GGUF files say they are, remembered by place and size: a blob keeps its content.

G_BEGIN_DECLS

// NONE until it was read.
MaqCompanion maq_library_heads_get (const MaqCacheFile *file);
// Reads the beginnings of the GGUF files of REPOS (of MaqCacheRepo) that were not read before, in a worker. Resolves to a GPtrArray
// (boxed) of those of REPOS that turned out to have a companion.
DexFuture *maq_library_heads_read (GPtrArray *repos);

G_END_DECLS
