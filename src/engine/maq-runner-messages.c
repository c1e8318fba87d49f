// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-messages.h"

#include "maq-runner-protocol.h"

GVariant *
maq_runner_messages_pack_load (const MaqLoadOptions *options)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_CONTEXT_LENGTH, "u", options->context_length);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_THREADS, "u", options->n_threads);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_GPU_LAYERS, "i", options->n_gpu_layers);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_DRY, "b", options->dry);
  return g_variant_new ("(@a{sv})", g_variant_dict_end (&dict));
}

static GVariant *
pack_texts (const char *const *texts)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

  for (gsize i = 0; texts[i] != NULL; i++)
    g_variant_builder_add_value (&builder, g_variant_new_take_string (g_utf8_make_valid (texts[i], -1)));
  return g_variant_builder_end (&builder);
}

GVariant *
maq_runner_messages_pack_embed (const char *const *texts)
{
  return g_variant_new ("(@as)", pack_texts (texts));
}

GVariant *
maq_runner_messages_pack_tokenize (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return g_variant_new ("(s)", valid);
}

GVariant *
maq_runner_messages_pack_generate (const MaqGenerateOptions *options)
{
  g_auto (GVariantBuilder) messages = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < options->messages->len; i++)
    {
      const MaqEngineMessage *message = g_ptr_array_index (options->messages, i);
      g_autofree char        *role = g_utf8_make_valid (message->role, -1);
      g_autofree char        *content = g_utf8_make_valid (message->content, -1);
      g_variant_builder_add (&messages, "(ss)", role, content);
    }
  if (options->prompt != NULL)
    g_variant_dict_insert_value (&dict, MAQ_RUNNER_KEY_PROMPT, g_variant_new_take_string (g_utf8_make_valid (options->prompt, -1)));
  if (options->has_seed)
    g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_SEED, "t", options->seed);
  if (options->stop != NULL)
    g_variant_dict_insert_value (&dict, MAQ_RUNNER_KEY_STOP, pack_texts ((const char *const *) options->stop));
  if (options->grammar != NULL)
    g_variant_dict_insert_value (&dict, MAQ_RUNNER_KEY_GRAMMAR, g_variant_new_take_string (g_utf8_make_valid (options->grammar, -1)));
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_MAX_TOKENS, "u", options->max_tokens);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_TEMPERATURE, "d", options->temperature);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_TOP_K, "i", options->top_k);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_TOP_P, "d", options->top_p);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_MIN_P, "d", options->min_p);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_REPEAT_PENALTY, "d", options->repeat_penalty);
  return g_variant_new ("(@a(ss)@a{sv})", g_variant_builder_end (&messages), g_variant_dict_end (&dict));
}

static void
read_memory_use (GVariant     *facts,
                 MaqMemoryUse *use)
{
  g_variant_lookup (facts, MAQ_RUNNER_KEY_WEIGHTS, "t", &use->weights);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_CACHE, "t", &use->cache);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_COMPUTE, "t", &use->compute);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_VRAM_FREE, "t", &use->vram_free);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_VRAM_TOTAL, "t", &use->vram_total);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_CONTEXT_LENGTH, "u", &use->context_length);
}

void
maq_runner_messages_unpack_facts (GVariant        *facts,
                                  MaqSessionFacts *known,
                                  MaqMemoryUse    *use,
                                  double          *load_ms)
{
  *known = (MaqSessionFacts) { .backend = "llama.cpp", .confinement = "", .memory_use = use };
  *use = (MaqMemoryUse) { 0 };
  read_memory_use (facts, use);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_BACKEND, "&s", &known->backend);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_CONFINEMENT, "&s", &known->confinement);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_CHAT_TEMPLATE, "b", &known->has_chat_template);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_IGNORES_CASE, "b", &known->ignores_case);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_CONTEXT_LENGTH, "u", &known->context_length);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_LOAD_MS, "d", load_ms);
}

void
maq_runner_messages_unpack_stats (GVariant *dict,
                                  MaqStats *stats)
{
  const char *reason = "end";

  g_variant_lookup (dict, MAQ_RUNNER_KEY_PROMPT_TOKENS, "u", &stats->prompt_tokens);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_CACHED_TOKENS, "u", &stats->cached_tokens);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_TOKENS, "u", &stats->tokens);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_FIRST_TOKEN_MS, "d", &stats->first_token_ms);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_TOKENS_PER_SECOND, "d", &stats->tokens_per_second);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_MEMORY, "t", &stats->memory);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_STOP_REASON, "&s", &reason);
  g_strlcpy (stats->stop_reason, reason, sizeof stats->stop_reason);
}
