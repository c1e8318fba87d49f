// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-engine.h"

// Runs each model in a `maquette-runner` process that has no network and can write nothing.

G_BEGIN_DECLS

#define MAQ_TYPE_RUNNER_ENGINE (maq_runner_engine_get_type ())
G_DECLARE_FINAL_TYPE (MaqRunnerEngine, maq_runner_engine, MAQ, RUNNER_ENGINE, GObject)

// PROGRAM: path of the runner; NULL: MAQ_RUNNER from the environment, the one of the build tree, else the installed one.
MaqEngine *maq_runner_engine_new (const char *program);

G_END_DECLS
