// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Trying a whole vocabulary of 150,000 tokens against a grammar takes 50 to 200 ms, one token 20 µs, and mostly the model keeps to
// the grammar by itself. So a token is drawn without it first. Only one that does not fit is drawn again: among the likeliest
// tokens, those that do fit, or where none of these does, among all.
#include "maq-runner-sampler.h"

#include "maq-runner-error.h"
#include "maq-runner-log.h"
#include "maq-runner-protocol.h"

#include <math.h>
#include <string.h>

#define PENALTY_WINDOW 64
#define MAX_GRAMMAR    (1024 * 1024) // bytes
#define SHORTLIST      1000

struct _MaqRunnerSampler
{
  const struct llama_vocab *vocab;
  struct llama_sampler     *chain;
  struct llama_sampler     *grammar;   // NULL without one
  struct llama_sampler     *shortlist; // NULL where every token is to have its chance
  gboolean                  truncates; // the chain leaves out unlikely tokens anyway
  GArray                   *silent;    // of gboolean, for each token: it has no text, and so no place in a grammar
  GArray                   *tokens;    // of llama_token_data: those to draw from
};

static double
lookup_double (GVariant   *options,
               const char *key,
               double      fallback)
{
  double value;

  return g_variant_lookup (options, key, "d", &value) && isfinite (value) ? value : fallback;
}

static void
forbid_suppressed_tokens (MaqRunnerSampler *self,
                          gint32            n_vocab)
{
  gint32                       n = 0;
  const llama_token           *tokens = llama_vocab_get_suppress_tokens (self->vocab, &n);
  g_autofree llama_logit_bias *biases = g_new0 (llama_logit_bias, MAX (n, 1));

  if (n <= 0)
    return;
  for (gint32 i = 0; i < n; i++)
    biases[i] = (llama_logit_bias) { .token = tokens[i], .bias = -INFINITY };
  llama_sampler_chain_add (self->chain, llama_sampler_init_logit_bias (n_vocab, n, biases));
}

static void
make_chain (MaqRunnerSampler *self,
            GVariant         *options)
{
  gint32  n_vocab = llama_vocab_n_tokens (self->vocab), top_k = 0;
  double  temperature = lookup_double (options, MAQ_RUNNER_KEY_TEMPERATURE, 0);
  double  penalty = lookup_double (options, MAQ_RUNNER_KEY_REPEAT_PENALTY, 1);
  double  top_p = lookup_double (options, MAQ_RUNNER_KEY_TOP_P, 1);
  double  min_p = lookup_double (options, MAQ_RUNNER_KEY_MIN_P, 0);
  guint64 seed;
  guint32 short_seed = LLAMA_DEFAULT_SEED;

  g_variant_lookup (options, MAQ_RUNNER_KEY_TOP_K, "i", &top_k);
  // The engine takes 32 bits, of which one value means "any".
  if (g_variant_lookup (options, MAQ_RUNNER_KEY_SEED, "t", &seed))
    short_seed = (guint32) (seed ^ seed >> 32) == LLAMA_DEFAULT_SEED ? 0 : (guint32) (seed ^ seed >> 32);
  self->chain = llama_sampler_chain_init (llama_sampler_chain_default_params ());
  forbid_suppressed_tokens (self, n_vocab);
  if (penalty > 0 && penalty != 1)
    llama_sampler_chain_add (self->chain, llama_sampler_init_penalties (n_vocab, PENALTY_WINDOW, penalty, 0, 0));
  self->truncates = temperature <= 0 || top_k > 0 || top_p < 1 || min_p > 0;
  if (temperature <= 0)
    {
      llama_sampler_chain_add (self->chain, llama_sampler_init_greedy ());
      return;
    }
  if (top_k > 0)
    llama_sampler_chain_add (self->chain, llama_sampler_init_top_k (top_k));
  if (top_p > 0 && top_p < 1)
    llama_sampler_chain_add (self->chain, llama_sampler_init_top_p (top_p, 1));
  if (min_p > 0)
    llama_sampler_chain_add (self->chain, llama_sampler_init_min_p (min_p, 1));
  llama_sampler_chain_add (self->chain, llama_sampler_init_temp (temperature));
  llama_sampler_chain_add (self->chain, llama_sampler_init_dist (short_seed));
}

static gboolean
make_grammar (MaqRunnerSampler *self,
              const char       *text,
              GError          **error)
{
  gint32           n_vocab = llama_vocab_n_tokens (self->vocab);
  g_autofree char *fact = NULL;

  maq_runner_log_clear ();
  if (strlen (text) <= MAX_GRAMMAR)
    self->grammar = llama_sampler_init_grammar (self->vocab, text, "root");
  if (self->grammar == NULL)
    {
      fact = maq_runner_log_dup_last ();
      g_set_error (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_UNSUPPORTED, "The engine cannot keep an answer to this grammar (%s). Simplify it.", fact != NULL ? fact : "it is too large");
      return FALSE;
    }
  if (self->truncates)
    self->shortlist = llama_sampler_init_top_k (SHORTLIST);
  self->tokens = g_array_sized_new (FALSE, FALSE, sizeof (llama_token_data), n_vocab);
  self->silent = g_array_sized_new (FALSE, FALSE, sizeof (gboolean), n_vocab);
  for (gint32 i = 0; i < n_vocab; i++)
    {
      gboolean silent = (llama_vocab_get_attr (self->vocab, i) & (LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN)) != 0 && !llama_vocab_is_eog (self->vocab, i);
      g_array_append_val (self->silent, silent);
    }
  return TRUE;
}

MaqRunnerSampler *
maq_runner_sampler_new (const struct llama_vocab *vocab,
                        GVariant                 *options,
                        GError                  **error)
{
  MaqRunnerSampler *self = g_new0 (MaqRunnerSampler, 1);
  const char       *grammar;

  self->vocab = vocab;
  make_chain (self, options);
  if (!g_variant_lookup (options, MAQ_RUNNER_KEY_GRAMMAR, "&s", &grammar) || make_grammar (self, grammar, error))
    return self;
  maq_runner_sampler_free (self);
  return NULL;
}

void
maq_runner_sampler_free (MaqRunnerSampler *self)
{
  llama_sampler_free (self->chain);
  if (self->grammar != NULL)
    llama_sampler_free (self->grammar);
  if (self->shortlist != NULL)
    llama_sampler_free (self->shortlist);
  g_clear_pointer (&self->silent, g_array_unref);
  g_clear_pointer (&self->tokens, g_array_unref);
  g_free (self);
}

void
maq_runner_sampler_note_prompt (MaqRunnerSampler  *self,
                                const llama_token *tokens,
                                guint              n)
{
  // The penalty counts what was said before; the grammar is of the answer alone.
  for (guint i = n - MIN (n, PENALTY_WINDOW); i < n; i++)
    llama_sampler_accept (self->chain, tokens[i]);
}

static llama_token_data_array
list_tokens (MaqRunnerSampler *self,
             const float      *logits)
{
  g_array_set_size (self->tokens, 0);
  for (guint i = 0; i < self->silent->len; i++)
    {
      llama_token_data data = { .id = (llama_token) i, .logit = logits[i] };
      if (!g_array_index (self->silent, gboolean, i))
        g_array_append_val (self->tokens, data);
    }
  return (llama_token_data_array) { .data = (llama_token_data *) (void *) self->tokens->data, .size = self->tokens->len, .selected = -1 };
}

static llama_token
apply_chain (MaqRunnerSampler       *self,
             llama_token_data_array *tokens)
{
  llama_sampler_apply (self->chain, tokens);
  return tokens->data[MAX (tokens->selected, 0)].id;
}

static gboolean
fits (MaqRunnerSampler *self,
      llama_token       token)
{
  llama_token_data       data = { .id = token, .logit = 1 };
  llama_token_data_array one = { .data = &data, .size = 1, .selected = -1 };

  llama_sampler_apply (self->grammar, &one);
  return isfinite (data.logit);
}

// Leaves only what the grammar lets through.
static void
apply_grammar (MaqRunnerSampler       *self,
               llama_token_data_array *tokens)
{
  size_t n = 0;

  llama_sampler_apply (self->grammar, tokens);
  for (size_t i = 0; i < tokens->size; i++)
    if (isfinite (tokens->data[i].logit))
      tokens->data[n++] = tokens->data[i];
  tokens->size = n;
}

gboolean
maq_runner_sampler_draw (MaqRunnerSampler     *self,
                         struct llama_context *context,
                         llama_token          *token,
                         GError              **error)
{
  const float           *logits;
  llama_token_data_array tokens;

  if (self->grammar == NULL)
    {
      *token = llama_sampler_sample (self->chain, context, -1);
      return TRUE;
    }
  logits = llama_get_logits_ith (context, -1);
  tokens = list_tokens (self, logits);
  *token = apply_chain (self, &tokens);
  if (!fits (self, *token))
    {
      tokens = list_tokens (self, logits);
      if (self->shortlist != NULL)
        llama_sampler_apply (self->shortlist, &tokens);
      apply_grammar (self, &tokens);
      if (tokens.size == 0 && self->shortlist != NULL)
        {
          tokens = list_tokens (self, logits);
          apply_grammar (self, &tokens);
        }
      if (tokens.size == 0)
        {
          g_set_error_literal (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_UNSUPPORTED, "The model has no token that goes on as the grammar wants. Choose another model or another grammar.");
          return FALSE;
        }
      *token = apply_chain (self, &tokens);
    }
  llama_sampler_accept (self->chain, *token);
  llama_sampler_accept (self->grammar, *token);
  return TRUE;
}
