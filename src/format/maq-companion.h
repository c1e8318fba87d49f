// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-gguf.h"

// GGUF files that go with a model and are none themselves. What the header says decides; where it is not known, the place does: a
// folder the file is in and the first or last word of its name. A word elsewhere in a name means nothing: people call models Draft.
// Names: Hub API notes §23 and §27.1, and what llama.cpp 0.7 and those who publish for it write.

G_BEGIN_DECLS

typedef enum
{
  MAQ_COMPANION_NONE,      // a model, as far as is known
  MAQ_COMPANION_PROJECTOR, // turns pictures or sound into what the model reads: mmproj
  MAQ_COMPANION_DRAFTER,   // guesses tokens ahead for the model: MTP, EAGLE, dflash, dspark, draft
  MAQ_COMPANION_IMATRIX,   // what the quantization was guided by
  MAQ_COMPANION_ADAPTER,   // changes a model: LoRA, control vector
} MaqCompanion;

// By PATH in a repo.
MaqCompanion maq_companion_from_path (const char *path);
// Whether the file at PATH, which from_path knows nothing of, is a drafter if a model lies beside it.
gboolean maq_companion_needs_model (const char *path);
// Whether the name or a folder of PATH has a word in it that companions have, so that the header is worth a look.
gboolean maq_companion_is_doubtful (const char *path);
// By what HEADER says: general.type and general.architecture. NONE also if it says neither.
MaqCompanion maq_companion_from_header (MaqGguf *header);
// As from_header for the file at PATH, of which only the beginning is read; NONE if it cannot be. Blocking, for workers.
MaqCompanion maq_companion_from_file (const char *path);

G_END_DECLS
