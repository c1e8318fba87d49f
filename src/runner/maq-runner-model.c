// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// The project's own bounded reader looks at every weights file first; libllama only sees what it accepts.
#include "maq-runner-model-private.h"

#include "maq-gguf.h"
#include "maq-runner-error.h"
#include "maq-runner-log.h"
#include "maq-runner-machine.h"
#include "maq-runner-protocol.h"
#include "maq-runner-sizes.h"
#include "maq-runner-template.h"
#include "maq-runner-weights.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_CONTEXT           8192
#define DEFAULT_EMBEDDING_CONTEXT 2048
#define SMALLEST_CONTEXT          512
#define LARGEST_CONTEXT           (1 << 20)
#define BATCH                     512
// Below so many parameters the threads wait for each other longer than they work.
#define WORTH_THREADS     20000000
#define TOKENS_TO_MEASURE 8
#define PROGRESS_EVERY    (30 * G_TIME_SPAN_MILLISECOND)

static gpointer
fail (GError       **error,
      MaqRunnerError code,
      const char    *format,
      ...)
{
  va_list          arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, MAQ_RUNNER_ERROR, code, text);
  return NULL;
}

static MaqGguf *
inspect_file (guint    index,
              GError **error)
{
  g_autoptr (GError) failure = NULL;
  MaqGguf *gguf = maq_gguf_open_fd (maq_runner_weights_get_fd (index), &failure);

  if (gguf != NULL)
    return gguf;
  if (g_error_matches (failure, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT))
    return fail (error, MAQ_RUNNER_FAILED_BAD_MODEL, "%s. Choose a GGUF weights file.", failure->message);
  if (g_error_matches (failure, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED))
    return fail (error, MAQ_RUNNER_FAILED_BAD_MODEL, "This weights file is of a kind that is not supported (%s). Choose another variant of the model.", failure->message);
  return fail (error, MAQ_RUNNER_FAILED_BAD_MODEL, "The weights file is damaged (%s). Delete it and download it again.", failure->message);
}

// Whether all files together are one model. VOCAB_ONLY: they have no weights.
static gboolean
inspect_files (guint     n,
               gboolean  dry,
               gboolean *vocab_only,
               GError  **error)
{
  guint64 total = 0;

  *vocab_only = TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MaqGguf) gguf = inspect_file (i, error);
      struct stat info = { 0 };

      if (gguf == NULL)
        return FALSE;
      gint64 count = MAX (maq_gguf_get_int (gguf, "split.count", 1), 1);
      if (count != n || (n > 1 && maq_gguf_get_int (gguf, "split.no", 0) != i))
        return fail (error, MAQ_RUNNER_FAILED_BAD_MODEL, "This is part %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " of a model, and not all parts are here in order. Download the model again.", maq_gguf_get_int (gguf, "split.no", 0) + 1, count) != NULL;
      if (i == 0 && maq_gguf_get_architecture (gguf) == NULL)
        return fail (error, MAQ_RUNNER_FAILED_BAD_MODEL, "The weights file does not say what kind of model it is. Choose another variant of the model.") != NULL;
      if (maq_gguf_get_n_tensors (gguf) > 0)
        *vocab_only = FALSE;
      if (fstat (maq_runner_weights_get_fd (i), &info) == 0)
        total += info.st_size;
    }
  if (!dry && maq_runner_machine_get_memory () > 0 && total > maq_runner_machine_get_memory ())
    {
      g_autofree char *size = g_format_size (total), *memory = g_format_size (maq_runner_machine_get_memory ());
      return fail (error, MAQ_RUNNER_FAILED_OUT_OF_MEMORY, "The model takes %s and this computer has %s of memory. Choose a smaller variant or a smaller model.", size, memory) != NULL;
    }
  return TRUE;
}

static bool
progress_cb (float fraction,
             void *data)
{
  MaqRunnerModel *self = data;
  gint64          now = g_get_monotonic_time ();

  atomic_store (&self->pulse->last, now);
  if (now - self->progress_at >= PROGRESS_EVERY)
    {
      self->progress_at = now;
      self->progress (fraction, self->progress_data);
    }
  return !atomic_load (&self->pulse->stop);
}

static bool
abort_cb (void *data)
{
  MaqRunnerModel *self = data;

  atomic_store_explicit (&self->pulse->last, g_get_monotonic_time (), memory_order_relaxed);
  if (self->tick != NULL)
    self->tick (self->tick_data);
  return atomic_load_explicit (&self->pulse->stop, memory_order_relaxed);
}

// What to say when the engine gave up.
static gpointer
fail_to_load (GError **error)
{
  g_autofree char *fact = maq_runner_log_dup_last ();

  if (maq_runner_log_is_about_memory ())
    return fail (error, MAQ_RUNNER_FAILED_OUT_OF_MEMORY, "There is not enough free memory for this model (%s). Close other programs, or choose a smaller variant or a shorter context.", fact);
  return fail (error, MAQ_RUNNER_FAILED_BAD_MODEL, "The engine cannot run this model (%s). Choose another variant of it or another model.", fact != NULL ? fact : "it did not say why");
}

static gboolean
load_weights (MaqRunnerModel *self,
              GVariant       *options,
              guint           n,
              gboolean        vocab_only,
              GError        **error)
{
  struct llama_model_params params = llama_model_default_params ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;
  gint32 n_gpu_layers = -1;

  for (guint i = 0; i < n; i++)
    g_strv_builder_take (builder, maq_runner_weights_make_name (i));
  paths = g_strv_builder_end (builder);
  g_variant_lookup (options, MAQ_RUNNER_KEY_GPU_LAYERS, "i", &n_gpu_layers);
  params.n_gpu_layers = n_gpu_layers;
  params.load_mode = self->dry ? LLAMA_LOAD_MODE_NONE : LLAMA_LOAD_MODE_MMAP;
  params.no_alloc = self->dry;
  params.vocab_only = vocab_only;
  params.progress_callback = progress_cb;
  params.progress_callback_user_data = self;
  maq_runner_log_clear ();
  if (n > 1)
    self->model = llama_model_load_from_splits ((const char **) paths, n, params);
  else
    self->model = llama_model_load_from_file (paths[0], params);
  if (self->model == NULL)
    return fail_to_load (error) != NULL;
  self->vocab = llama_model_get_vocab (self->model);
  if (!vocab_only && ((llama_model_has_encoder (self->model) && llama_model_has_decoder (self->model)) || llama_model_is_diffusion (self->model)))
    return fail (error, MAQ_RUNNER_FAILED_UNSUPPORTED, "Models of this architecture cannot be run yet. Choose another model.") != NULL;
  return TRUE;
}

// Whether the model says how to join its tokens' vectors into one: what makes it a model for embeddings.
static gboolean
has_pooling (struct llama_model *model)
{
  char architecture[128], value[32];

  if (llama_model_meta_val_str (model, "general.architecture", architecture, sizeof architecture) < 0)
    return FALSE;
  g_autofree char *key = g_strconcat (architecture, ".pooling_type", NULL);
  return llama_model_meta_val_str (model, key, value, sizeof value) >= 0 && g_ascii_strtoll (value, NULL, 10) > LLAMA_POOLING_TYPE_NONE;
}

// How many threads to begin with; WANTED is 0 when it is for us to decide.
static void
choose_threads (MaqRunnerModel *self,
                guint           wanted)
{
  guint most = llama_model_n_params (self->model) < WORTH_THREADS ? 1 : maq_runner_machine_count_cores ();

  if (wanted != 0)
    most = wanted;
  maq_runner_threads_init (&self->threads, wanted == 0 && most > 2 ? most - 1 : most, TOKENS_TO_MEASURE, wanted != 0);
  maq_runner_threads_init (&self->prompt_threads, most, 1, wanted != 0);
}

static gboolean
make_context (MaqRunnerModel *self,
              GVariant       *options,
              GError        **error)
{
  struct llama_context_params params = llama_context_default_params ();
  guint32                     wanted = 0, n_threads = 0;
  gint32                      trained = llama_model_n_ctx_train (self->model);

  g_variant_lookup (options, MAQ_RUNNER_KEY_CONTEXT_LENGTH, "u", &wanted);
  g_variant_lookup (options, MAQ_RUNNER_KEY_THREADS, "u", &n_threads);
  self->embeds = has_pooling (self->model);
  params.n_ctx = wanted != 0 ? MIN (wanted, LARGEST_CONTEXT) : self->embeds ? DEFAULT_EMBEDDING_CONTEXT
                                                                            : DEFAULT_CONTEXT;
  if (trained > 0)
    params.n_ctx = MIN (params.n_ctx, (guint32) trained);
  params.embeddings = self->embeds;
  // Only the last token of a prompt is asked for its likely followers; without this there is room for all of a batch.
  params.n_outputs_max = self->embeds ? 0 : 1;
  params.n_seq_max = 1;
  params.no_perf = true;
  params.abort_callback = abort_cb;
  params.abort_callback_data = self;
  choose_threads (self, n_threads);
  params.n_threads = self->threads.now;
  params.n_threads_batch = self->prompt_threads.now;
  for (;;)
    {
      // An encoder looks at a whole text at once.
      params.n_batch = params.n_ubatch = self->embeds ? params.n_ctx : MIN (params.n_ctx, BATCH);
      maq_runner_log_clear ();
      maq_runner_sizes_clear ();
      self->context = llama_init_from_model (self->model, params);
      // An encoder that does not say how to join its vectors: it has one for every token.
      if (self->context != NULL && llama_get_memory (self->context) == NULL && params.n_outputs_max != 0)
        {
          params.n_outputs_max = 0;
          g_clear_pointer (&self->context, llama_free);
          continue;
        }
      if (self->context != NULL || wanted != 0 || params.n_ctx <= SMALLEST_CONTEXT)
        break;
      params.n_ctx = MAX (params.n_ctx / 2, SMALLEST_CONTEXT);
    }
  if (self->context == NULL)
    return fail_to_load (error) != NULL;
  self->n_context = MIN (params.n_ctx, llama_n_ctx (self->context));
  self->embeds = llama_get_memory (self->context) == NULL || llama_pooling_type (self->context) > LLAMA_POOLING_TYPE_NONE;
  return TRUE;
}

MaqRunnerModel *
maq_runner_model_load (GVariant             *options,
                       guint                 n,
                       MaqRunnerPulse       *pulse,
                       MaqRunnerProgressFunc progress,
                       gpointer              data,
                       GError              **error)
{
  MaqRunnerModel *self = g_new0 (MaqRunnerModel, 1);
  gint64          start = g_get_monotonic_time ();
  gboolean        vocab_only;

  // A failed load ends the process: nothing is taken apart.
  self->pulse = pulse;
  self->progress = progress;
  self->progress_data = data;
  self->batch = 64;
  self->cached = g_array_new (FALSE, FALSE, sizeof (llama_token));
  g_variant_lookup (options, MAQ_RUNNER_KEY_DRY, "b", &self->dry);
  if (ggml_backend_dev_count () == 0)
    return fail (error, MAQ_RUNNER_FAILED_UNSUPPORTED, "The engine found nothing to compute with: its CPU backend is missing. Install ggml's backends.");
  if (!inspect_files (n, self->dry, &vocab_only, error) ||
      !load_weights (self, options, n, vocab_only, error) ||
      (!vocab_only && !make_context (self, options, error)))
    return NULL;
  self->load_ms = (g_get_monotonic_time () - start) / 1000.0;
  return self;
}

static char *
describe_backend (void)
{
  GString *text = g_string_new ("llama.cpp");

  for (size_t i = 0; i < ggml_backend_dev_count (); i++)
    {
      ggml_backend_dev_t device = ggml_backend_dev_get (i);
      g_string_append_printf (text, ", %s", ggml_backend_dev_type (device) == GGML_BACKEND_DEVICE_TYPE_CPU ? "CPU" : ggml_backend_dev_description (device));
    }
  return g_string_free (text, FALSE);
}

// What the model takes, and what graphics cards have. Integrated ones have no memory of their own.
static void
add_memory_facts (MaqRunnerModel *self,
                  GVariantDict   *facts)
{
  MaqRunnerSizes sizes;
  guint64        vram_free = 0, vram_total = 0;

  maq_runner_sizes_get (&sizes);
  for (size_t i = 0; i < ggml_backend_dev_count (); i++)
    {
      ggml_backend_dev_t device = ggml_backend_dev_get (i);
      size_t             free = 0, total = 0;

      if (ggml_backend_dev_type (device) != GGML_BACKEND_DEVICE_TYPE_GPU)
        continue;
      ggml_backend_dev_memory (device, &free, &total);
      vram_free += free;
      vram_total += total;
    }
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_WEIGHTS, "t", (guint64) llama_model_size (self->model));
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_CACHE, "t", sizes.cache);
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_COMPUTE, "t", sizes.compute);
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_VRAM_FREE, "t", vram_free);
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_VRAM_TOTAL, "t", vram_total);
}

// The engine writes everything small before it looks it up in a vocabulary of BERT's kind. Where that has words with capital
// letters, these are never found.
static gboolean
ignores_case (MaqRunnerModel *self)
{
  if (llama_vocab_type (self->vocab) != LLAMA_VOCAB_TYPE_WPM)
    return FALSE;
  for (gint32 i = 0; i < llama_vocab_n_tokens (self->vocab); i++)
    {
      const char *text = llama_vocab_get_text (self->vocab, i);

      // [CLS] and its like are no words.
      if (text == NULL || *text == '[')
        continue;
      for (; *text != 0; text++)
        if (g_ascii_isupper (*text))
          return TRUE;
    }
  return FALSE;
}

gboolean
maq_runner_model_is_dry (MaqRunnerModel *self)
{
  return self->dry;
}

void
maq_runner_model_add_facts (MaqRunnerModel *self,
                            GVariantDict   *facts)
{
  g_autofree char *backend = describe_backend ();

  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_BACKEND, "s", backend);
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_CHAT_TEMPLATE, "b", maq_runner_template_get (self->model) != NULL);
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_IGNORES_CASE, "b", ignores_case (self));
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_CONTEXT_LENGTH, "u", self->n_context);
  g_variant_dict_insert (facts, MAQ_RUNNER_KEY_LOAD_MS, "d", self->load_ms);
  add_memory_facts (self, facts);
}

gsize
maq_runner_model_get_piece (MaqRunnerModel *self,
                            llama_token     token,
                            gboolean        control,
                            char          **piece)
{
  char   small[64];
  gint32 n = llama_token_to_piece (self->vocab, token, small, sizeof small, 0, control);

  // Its length is told as a negative number where it is longer.
  *piece = g_malloc0 (ABS ((gint64) n) + 1);
  if (n >= 0)
    memcpy (*piece, small, n);
  else
    n = llama_token_to_piece (self->vocab, token, *piece, -n, 0, control);
  return MAX (n, 0);
}

GArray *
maq_runner_model_make_tokens (MaqRunnerModel      *self,
                              const char          *text,
                              MaqRunnerTokensFlags flags,
                              GError             **error)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (llama_token));
  gsize  length = strlen (text);
  gint32 n;

  if (length > G_MAXINT32 / 8)
    return fail (error, MAQ_RUNNER_FAILED_TOO_LONG, "The text is too long for any model. Shorten it.");
  g_array_set_size (tokens, length + 8);
  n = llama_tokenize (self->vocab, text, length, (llama_token *) (void *) tokens->data, tokens->len, flags & MAQ_RUNNER_TOKENS_FRAMED, flags & MAQ_RUNNER_TOKENS_SPECIAL);
  if (n < 0 && n != G_MININT32)
    {
      g_array_set_size (tokens, -n);
      n = llama_tokenize (self->vocab, text, length, (llama_token *) (void *) tokens->data, tokens->len, flags & MAQ_RUNNER_TOKENS_FRAMED, flags & MAQ_RUNNER_TOKENS_SPECIAL);
    }
  if (n < 0)
    return fail (error, MAQ_RUNNER_FAILED_TOO_LONG, "The text is too long for this model. Shorten it.");
  g_array_set_size (tokens, n);
  // A vocabulary without a token for what it does not know gives an id that is none.
  for (gint32 i = 0; i < n; i++)
    if (g_array_index (tokens, llama_token, i) < 0 || g_array_index (tokens, llama_token, i) >= llama_vocab_n_tokens (self->vocab))
      return fail (error, MAQ_RUNNER_FAILED_UNSUPPORTED, "The model's vocabulary has nothing for a part of this text. Write it in other characters, or choose another model.");
  return g_steal_pointer (&tokens);
}

GVariant *
maq_runner_model_tokenize (MaqRunnerModel *self,
                           const char     *text,
                           GError        **error)
{
  g_autoptr (GArray) tokens = maq_runner_model_make_tokens (self, text, MAQ_RUNNER_TOKENS_PLAIN, error);

  if (tokens == NULL)
    return NULL;
  return g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_INT32, tokens->data, tokens->len, sizeof (gint32)));
}

// The vector of one text, of length 1.
static GVariant *
embed_text (MaqRunnerModel *self,
            const char     *text,
            GError        **error)
{
  g_autoptr (GArray) tokens = maq_runner_model_make_tokens (self, text, MAQ_RUNNER_TOKENS_FRAMED, error);
  llama_memory_t     memory = llama_get_memory (self->context);
  gint32             n_values = llama_model_n_embd_out (self->model), result;
  g_autofree double *vector = g_new0 (double, n_values);
  const float       *raw;
  double             length = 0;

  if (tokens == NULL)
    return NULL;
  if (tokens->len == 0)
    return fail (error, MAQ_RUNNER_FAILED_UNSUPPORTED, "There is no text to embed. Write some.");
  if (tokens->len > self->n_context)
    return fail (error, MAQ_RUNNER_FAILED_TOO_LONG, "The text has %u tokens and this model takes %u. Shorten it.", tokens->len, self->n_context);
  if (memory != NULL)
    llama_memory_clear (memory, true);
  struct llama_batch batch = llama_batch_get_one ((llama_token *) (void *) tokens->data, tokens->len);
  result = memory != NULL ? llama_decode (self->context, batch) : llama_encode (self->context, batch);
  raw = result == 0 ? llama_get_embeddings_seq (self->context, 0) : NULL;
  if (raw == NULL)
    return fail (error, MAQ_RUNNER_FAILED_BAD_MODEL, "The engine could not compute with this model. Choose another variant of it.");
  for (gint32 i = 0; i < n_values; i++)
    length += (double) raw[i] * raw[i];
  for (gint32 i = 0; i < n_values; i++)
    vector[i] = length > 0 && isfinite (length) ? raw[i] / sqrt (length) : 0;
  return g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, vector, n_values, sizeof *vector);
}

GVariant *
maq_runner_model_embed (MaqRunnerModel    *self,
                        const char *const *texts,
                        GError           **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aad"));

  if (!self->embeds)
    return fail (error, MAQ_RUNNER_FAILED_UNSUPPORTED, "This model makes no embeddings. Choose one made for embeddings or sentence similarity.");
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      GVariant *vector = embed_text (self, texts[i], error);
      if (vector == NULL)
        return NULL;
      g_variant_builder_add_value (&builder, vector);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
