// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

// What both sides of the runner's D-Bus interface agree on beside io.github.maquette_app.Runner.xml.

#define MAQ_RUNNER_OBJECT_PATH "/io/github/maquette_app/Runner"

// Descriptors the runner is started with. The number of weights files is its only argument.
#define MAQ_RUNNER_BUS_FD           3
#define MAQ_RUNNER_FIRST_WEIGHTS_FD 4

// Names of errors, each one of MaqEngineError.
#define MAQ_RUNNER_ERROR_PREFIX        "io.github.maquette_app.Runner.Error."
#define MAQ_RUNNER_ERROR_BAD_MODEL     MAQ_RUNNER_ERROR_PREFIX "BadModel"
#define MAQ_RUNNER_ERROR_OUT_OF_MEMORY MAQ_RUNNER_ERROR_PREFIX "OutOfMemory"
#define MAQ_RUNNER_ERROR_BUSY          MAQ_RUNNER_ERROR_PREFIX "Busy"
#define MAQ_RUNNER_ERROR_TOO_LONG      MAQ_RUNNER_ERROR_PREFIX "TooLong"
#define MAQ_RUNNER_ERROR_UNSUPPORTED   MAQ_RUNNER_ERROR_PREFIX "Unsupported"

// Load: options.
#define MAQ_RUNNER_KEY_THREADS    "threads"    // u, 0: the runner decides
#define MAQ_RUNNER_KEY_GPU_LAYERS "gpu-layers" // i, -1: all
#define MAQ_RUNNER_KEY_DRY        "dry"        // b: no memory is taken and nothing can be asked; only the facts are wanted
// Load: option and fact.
#define MAQ_RUNNER_KEY_CONTEXT_LENGTH "context-length" // u, 0 as an option: the runner decides
// Load: facts.
#define MAQ_RUNNER_KEY_BACKEND       "backend"       // s
#define MAQ_RUNNER_KEY_CONFINEMENT   "confinement"   // s
#define MAQ_RUNNER_KEY_CHAT_TEMPLATE "chat-template" // b
#define MAQ_RUNNER_KEY_LOAD_MS       "load-ms"       // d
#define MAQ_RUNNER_KEY_IGNORES_CASE  "ignores-case"  // b
// Load: facts, in bytes: what the model takes, and the memory of the graphics cards.
#define MAQ_RUNNER_KEY_WEIGHTS    "weights"    // t
#define MAQ_RUNNER_KEY_CACHE      "cache"      // t, with states of recurrent layers
#define MAQ_RUNNER_KEY_COMPUTE    "compute"    // t
#define MAQ_RUNNER_KEY_VRAM_FREE  "vram-free"  // t
#define MAQ_RUNNER_KEY_VRAM_TOTAL "vram-total" // t, 0: there is none

// Generate: options, with MaqGenerateOptions' meaning.
#define MAQ_RUNNER_KEY_PROMPT         "prompt"         // s
#define MAQ_RUNNER_KEY_MAX_TOKENS     "max-tokens"     // u
#define MAQ_RUNNER_KEY_SEED           "seed"           // t
#define MAQ_RUNNER_KEY_TEMPERATURE    "temperature"    // d
#define MAQ_RUNNER_KEY_TOP_K          "top-k"          // i
#define MAQ_RUNNER_KEY_TOP_P          "top-p"          // d
#define MAQ_RUNNER_KEY_MIN_P          "min-p"          // d
#define MAQ_RUNNER_KEY_REPEAT_PENALTY "repeat-penalty" // d
#define MAQ_RUNNER_KEY_STOP           "stop"           // as
#define MAQ_RUNNER_KEY_GRAMMAR        "grammar"        // s
// Generate: stats.
#define MAQ_RUNNER_KEY_PROMPT_TOKENS     "prompt-tokens"     // u
#define MAQ_RUNNER_KEY_CACHED_TOKENS     "cached-tokens"     // u
#define MAQ_RUNNER_KEY_TOKENS            "tokens"            // u
#define MAQ_RUNNER_KEY_FIRST_TOKEN_MS    "first-token-ms"    // d
#define MAQ_RUNNER_KEY_TOKENS_PER_SECOND "tokens-per-second" // d
#define MAQ_RUNNER_KEY_MEMORY            "memory"            // t, in bytes
#define MAQ_RUNNER_KEY_STOP_REASON       "stop-reason"       // s
