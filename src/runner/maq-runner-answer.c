// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// One answer: the prompt is read in pieces, then token after token is drawn. What the context's memory already holds of the
// prompt is not read again. The engine calls back for every node it computes; there the answer is stopped and text goes out.
#include "maq-runner-model-private.h"

#include "maq-runner-error.h"
#include "maq-runner-machine.h"
#include "maq-runner-prompt.h"
#include "maq-runner-protocol.h"
#include "maq-runner-sampler.h"
#include "maq-runner-text.h"

#include <string.h>

// Text is sent once this long has passed since the last; the engine's callbacks look often enough that none waits for 30 ms.
#define SEND_EVERY (4 * G_TIME_SPAN_MILLISECOND)
// A piece of a prompt should take about this long, so that progress shows and one node stays far below the 100 ms of a stop.
#define PIECE_TIME     (400 * G_TIME_SPAN_MILLISECOND)
#define SMALLEST_PIECE 16

typedef struct
{
  MaqRunnerModel   *model;
  MaqRunnerSampler *sampler;
  MaqRunnerText    *filter;
  GArray           *prompt; // of llama_token
  guint             max_tokens;

  MaqRunnerChunkFunc chunk;
  gpointer           chunk_data;
  GString           *text;   // not sent yet
  GArray            *tokens; // that made it
  gint64             sent_at;

  gint64      started_at, first_at, last_at;
  guint       n_cached, n_tokens;
  const char *reason;
} Answer;

static void
answer_clear (Answer *self)
{
  self->model->tick = NULL;
  g_clear_pointer (&self->sampler, maq_runner_sampler_free);
  g_clear_pointer (&self->filter, maq_runner_text_free);
  g_clear_pointer (&self->prompt, g_array_unref);
  g_string_free (self->text, TRUE);
  g_array_unref (self->tokens);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static void
send_text (Answer *self)
{
  self->sent_at = g_get_monotonic_time ();
  if (self->text->len == 0)
    return;
  self->chunk (self->text, self->tokens, self->chunk_data);
  g_string_truncate (self->text, 0);
  g_array_set_size (self->tokens, 0);
}

static void
tick (gpointer data)
{
  Answer *self = data;

  if (self->text->len > 0 && g_get_monotonic_time () - self->sent_at >= SEND_EVERY)
    send_text (self);
}

static gboolean
make_prompt (Answer   *self,
             GVariant *messages,
             GVariant *options,
             GError  **error)
{
  g_autofree char *text = NULL;
  guint            n_context = self->model->n_context;

  // Whoever writes the whole prompt writes its control tokens.
  if (g_variant_lookup (options, MAQ_RUNNER_KEY_PROMPT, "s", &text))
    self->prompt = maq_runner_model_make_tokens (self->model, text, MAQ_RUNNER_TOKENS_FRAMED | MAQ_RUNNER_TOKENS_SPECIAL, error);
  else
    self->prompt = maq_runner_prompt_make (self->model, messages, error);
  if (self->prompt == NULL)
    return FALSE;
  if (self->prompt->len == 0)
    g_set_error_literal (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_UNSUPPORTED, "There is nothing to answer. Write something first.");
  else if (self->prompt->len >= n_context)
    g_set_error (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_TOO_LONG, "The conversation has %u tokens and this model takes %u. Shorten it or start a new chat.", self->prompt->len, n_context);
  else
    return TRUE;
  return FALSE;
}

// Keeps what the memory already holds of the prompt and forgets the rest.
static void
reuse_memory (Answer *self)
{
  MaqRunnerModel *model = self->model;
  llama_memory_t  memory = llama_get_memory (model->context);
  guint           n = 0, most = MIN (model->cached->len, self->prompt->len - 1);

  while (n < most && g_array_index (model->cached, llama_token, n) == g_array_index (self->prompt, llama_token, n))
    n++;
  // Memory that slides or recurs cannot go back to where its beginning is gone.
  if (n > 0 && llama_memory_seq_pos_min (memory, 0) > MAX (0, (gint32) n - llama_model_n_swa (model->model)))
    n = 0;
  if (n == 0 || !llama_memory_seq_rm (memory, 0, n, -1))
    {
      llama_memory_clear (memory, true);
      n = 0;
    }
  g_array_set_size (model->cached, n);
  self->n_cached = n;
}

// Puts N tokens into the memory. FALSE ends the answer: stopped, full, or with an error.
static gboolean
decode (Answer      *self,
        llama_token *tokens,
        guint        n,
        GError     **error)
{
  MaqRunnerModel *model = self->model;
  gint32          result = llama_decode (model->context, llama_batch_get_one (tokens, n));

  if (result == 0)
    {
      g_array_append_vals (model->cached, tokens, n);
      return TRUE;
    }
  // An aborted call leaves some of its tokens behind; the memory is cut back to what is certain.
  if (!llama_memory_seq_rm (llama_get_memory (model->context), 0, model->cached->len, -1))
    {
      llama_memory_clear (llama_get_memory (model->context), true);
      g_array_set_size (model->cached, 0);
    }
  if (result == 2)
    self->reason = "cancelled";
  else if (result == 1)
    self->reason = "context";
  else
    g_set_error (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_BAD_MODEL, "The engine could not compute with this model (%d). Choose another variant of it.", result);
  return FALSE;
}

static void
use_threads (MaqRunnerModel *model)
{
  llama_set_n_threads (model->context, model->threads.now, model->prompt_threads.now);
}

// Learns from N tokens of a prompt that TOOK so many µs: how many to read at a time and with how many threads.
static void
note_piece (MaqRunnerModel *model,
            guint           n,
            gint64          took)
{
  if (n >= SMALLEST_PIECE && maq_runner_threads_add (&model->prompt_threads, took / 1000.0 / n, g_get_monotonic_time ()))
    use_threads (model);
  if (n == model->batch)
    model->batch = CLAMP (n * PIECE_TIME / took, SMALLEST_PIECE, (gint64) llama_n_batch (model->context));
}

static gboolean
read_prompt (Answer  *self,
             GError **error)
{
  MaqRunnerModel *model = self->model;
  llama_token    *tokens = (llama_token *) (void *) self->prompt->data;
  guint           at = self->n_cached;

  while (at < self->prompt->len)
    {
      guint  n = MIN (model->batch, self->prompt->len - at);
      gint64 start = g_get_monotonic_time ();

      if (atomic_load (&model->pulse->stop))
        {
          self->reason = "cancelled";
          return FALSE;
        }
      if (!decode (self, tokens + at, n, error))
        return FALSE;
      at += n;
      note_piece (model, n, MAX (g_get_monotonic_time () - start, 1));
    }
  return TRUE;
}

// Puts the token just drawn into the memory, and learns from how long that takes.
static gboolean
decode_token (Answer      *self,
              llama_token *token,
              GError     **error)
{
  gint64 start = g_get_monotonic_time (), end;

  if (!decode (self, token, 1, error))
    return FALSE;
  end = g_get_monotonic_time ();
  if (maq_runner_threads_add (&self->model->threads, (end - start) / 1000.0, end))
    use_threads (self->model);
  return TRUE;
}

// Adds the token's text; TRUE when it completed a stop string.
static gboolean
add_token (Answer     *self,
           llama_token token)
{
  g_autofree char *piece = NULL;
  gsize            length = maq_runner_model_get_piece (self->model, token, FALSE, &piece);

  g_array_append_val (self->tokens, token);
  if (length > 0)
    return maq_runner_text_feed (self->filter, piece, length, self->text);
  g_clear_pointer (&piece, g_free);
  length = maq_runner_model_get_piece (self->model, token, TRUE, &piece);
  return maq_runner_text_feed_control (self->filter, piece, length, self->text);
}

static gboolean
draw_tokens (Answer  *self,
             GError **error)
{
  MaqRunnerModel *model = self->model;

  for (;;)
    {
      if (atomic_load (&model->pulse->stop))
        self->reason = "cancelled";
      else if (self->max_tokens > 0 && self->n_tokens >= self->max_tokens)
        self->reason = "length";
      if (self->reason != NULL)
        return TRUE;

      llama_token token;
      if (!maq_runner_sampler_draw (self->sampler, model->context, &token, error))
        return FALSE;
      atomic_store (&model->pulse->last, g_get_monotonic_time ());
      if (self->first_at == 0)
        self->first_at = g_get_monotonic_time ();
      if (llama_vocab_is_eog (model->vocab, token))
        self->reason = "end";
      else
        {
          self->n_tokens++;
          if (add_token (self, token))
            self->reason = "stop";
        }
      self->last_at = g_get_monotonic_time ();
      if (self->reason != NULL)
        return TRUE;
      tick (self);
      if (model->cached->len >= model->n_context)
        {
          self->reason = "context";
          return TRUE;
        }
      if (!(self->max_tokens > 0 && self->n_tokens >= self->max_tokens) && !decode_token (self, &token, error))
        return self->reason != NULL;
    }
}

static GVariant *
make_stats (Answer *self)
{
  g_auto (GVariantDict) stats = G_VARIANT_DICT_INIT (NULL);
  double first_ms = self->first_at != 0 ? (self->first_at - self->started_at) / 1000.0 : 0;
  double seconds = (self->last_at - self->first_at) / (double) G_USEC_PER_SEC;

  g_variant_dict_insert (&stats, MAQ_RUNNER_KEY_PROMPT_TOKENS, "u", self->prompt->len);
  g_variant_dict_insert (&stats, MAQ_RUNNER_KEY_CACHED_TOKENS, "u", self->n_cached);
  g_variant_dict_insert (&stats, MAQ_RUNNER_KEY_TOKENS, "u", self->n_tokens);
  g_variant_dict_insert (&stats, MAQ_RUNNER_KEY_FIRST_TOKEN_MS, "d", first_ms);
  g_variant_dict_insert (&stats, MAQ_RUNNER_KEY_TOKENS_PER_SECOND, "d", self->n_tokens > 1 && seconds > 0 ? (self->n_tokens - 1) / seconds : 0.0);
  g_variant_dict_insert (&stats, MAQ_RUNNER_KEY_LOAD_MS, "d", self->model->load_ms);
  g_variant_dict_insert (&stats, MAQ_RUNNER_KEY_MEMORY, "t", maq_runner_machine_get_used_memory ());
  g_variant_dict_insert (&stats, MAQ_RUNNER_KEY_STOP_REASON, "s", self->reason);
  return g_variant_ref_sink (g_variant_dict_end (&stats));
}

static gboolean
can_answer (MaqRunnerModel *model,
            GError        **error)
{
  const char *why = model->context == NULL ? "This file holds only a vocabulary and no weights. Choose a file with weights." : model->embeds ? "This model makes embeddings and cannot answer. Choose a chat model."
                                                                                                                                             : NULL;

  if (why != NULL)
    g_set_error_literal (error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_UNSUPPORTED, why);
  return why == NULL;
}

GVariant *
maq_runner_model_generate (MaqRunnerModel    *model,
                           GVariant          *messages,
                           GVariant          *options,
                           MaqRunnerChunkFunc chunk,
                           gpointer           data,
                           GError           **error)
{
  g_auto (GStrv) stop = NULL;

  if (!can_answer (model, error))
    return NULL;
  g_auto (Answer) self = { .model = model, .chunk = chunk, .chunk_data = data, .started_at = g_get_monotonic_time () };
  self.text = g_string_new (NULL);
  self.tokens = g_array_new (FALSE, FALSE, sizeof (llama_token));
  g_variant_lookup (options, MAQ_RUNNER_KEY_STOP, "^as", &stop);
  g_variant_lookup (options, MAQ_RUNNER_KEY_MAX_TOKENS, "u", &self.max_tokens);
  self.filter = maq_runner_text_new ((const char *const *) stop);
  model->tick = tick;
  model->tick_data = &self;
  self.sampler = maq_runner_sampler_new (model->vocab, options, error);
  if (self.sampler == NULL || !make_prompt (&self, messages, options, error))
    return NULL;
  maq_runner_sampler_note_prompt (self.sampler, (const llama_token *) (const void *) self.prompt->data, self.prompt->len);
  reuse_memory (&self);
  if (!(read_prompt (&self, error) && draw_tokens (&self, error)) && self.reason == NULL)
    return NULL;
  if (strcmp (self.reason, "stop") != 0)
    maq_runner_text_flush (self.filter, self.text);
  send_text (&self);
  return make_stats (&self);
}
