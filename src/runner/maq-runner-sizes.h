// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// What the engine says of the memory it takes. libllama has no public call for it, only messages; those of version 0.7:
//
//   llama_kv_cache: size =   32.00 MiB (  4096 cells,   4 layers,  1/1 seqs), K (f16):   16.00 MiB, V (f16):   16.00 MiB
//   sched_reserve:        CPU compute buffer size =    18.02 MiB
//   llama_context:        CPU  output buffer size =     0.12 MiB
//
// The first counts what a cache holds, also in a dry load, where buffers are empty.

G_BEGIN_DECLS

typedef struct
{
  guint64 cache;   // in bytes
  guint64 compute; // in bytes, with the outputs
} MaqRunnerSizes;

// Forgets what was said; call before a context is made.
void maq_runner_sizes_clear (void);
// Takes note of one message of the engine; any thread.
void maq_runner_sizes_note (const char *message);
void maq_runner_sizes_get (MaqRunnerSizes *sizes);

G_END_DECLS
