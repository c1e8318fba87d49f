// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>
#include <llama.h>

// Draws the tokens of one answer, by chance as the options of Generate say and within their grammar.

G_BEGIN_DECLS

typedef struct _MaqRunnerSampler MaqRunnerSampler;

// OPTIONS: a{sv} with the keys of maq-runner-protocol.h. MAQ_RUNNER_FAILED_UNSUPPORTED for a grammar that the engine cannot read.
MaqRunnerSampler *maq_runner_sampler_new (const struct llama_vocab *vocab, GVariant *options, GError **error);
void              maq_runner_sampler_free (MaqRunnerSampler *self);
// Notes the end of the N tokens of a prompt: what is said there counts as said.
void maq_runner_sampler_note_prompt (MaqRunnerSampler *self, const llama_token *tokens, guint n);
// Draws what follows what CONTEXT computed last. FALSE with an error if the grammar lets no token of the model through.
gboolean maq_runner_sampler_draw (MaqRunnerSampler *self, struct llama_context *context, llama_token *token, GError **error);

G_END_DECLS
