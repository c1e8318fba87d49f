// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>
#include <string.h>

// A fuzz target: one parser and what must hold of what it accepts. The two LLVM names are those libFuzzer calls, so a target can be
// linked with it as well as with driver.c.

G_BEGIN_DECLS

// Feeds SIZE bytes to the parser. Whatever is wrong ends the process: a sanitizer, an assertion, a critical message.
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

// Calls ADD with inputs to begin with, besides the files named on the command line.
typedef void (*FuzzAdd) (gconstpointer data, gsize size);
void fuzz_add_seeds (FuzzAdd add);

static inline void
fuzz_add_texts (FuzzAdd add, const char *const *texts)
{
  for (gsize i = 0; texts[i] != NULL; i++)
    add (texts[i], strlen (texts[i]));
}

// The input as a string: it ends where its first zero is.
static inline char *
fuzz_dup_text (const guint8 *data, gsize size)
{
  return g_strndup ((const char *) data, size);
}

G_END_DECLS
