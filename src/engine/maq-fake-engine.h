// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-engine.h"

// A deterministic engine for tests: answers "You said: …" with the last user message, one word a chunk. Paths ending in
// "broken.gguf" fail to load, "crash.gguf" fails in the middle of an answer, "slow.gguf" waits 50 ms a chunk, "small.gguf" has a
// context of 12 words. It takes no grammar.

G_BEGIN_DECLS

#define MAQ_TYPE_FAKE_ENGINE (maq_fake_engine_get_type ())
G_DECLARE_FINAL_TYPE (MaqFakeEngine, maq_fake_engine, MAQ, FAKE_ENGINE, GObject)

MaqEngine *maq_fake_engine_new (void);

G_END_DECLS
