// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-fake-engine.h"

#include "maq-queue-generation.h"
#include "maq-session-private.h"

#include <math.h>
#include <string.h>

#define EMBEDDING_LENGTH 32
#define SMALL_CONTEXT    12

struct _MaqFakeEngine
{
  GObject parent_instance;
};

#define MAQ_TYPE_FAKE_SESSION (maq_fake_session_get_type ())
G_DECLARE_FINAL_TYPE (MaqFakeSession, maq_fake_session, MAQ, FAKE_SESSION, MaqSession)

struct _MaqFakeSession
{
  MaqSession parent_instance;

  guint      context_length;
  gboolean   busy;
  DexFuture *loading;
};

// One answer under way. The reader owns the generation; without it the answer ends.
typedef struct
{
  MaqFakeSession     *session;
  GWeakRef            generation;
  MaqGenerateOptions *options;
  gboolean            stopped;
  gatomicrefcount     ref_count;
} Answer;

static void maq_fake_engine_iface_init (MaqEngineInterface *iface);

G_DEFINE_FINAL_TYPE (MaqFakeSession, maq_fake_session, MAQ_TYPE_SESSION)
G_DEFINE_FINAL_TYPE_WITH_CODE (MaqFakeEngine, maq_fake_engine, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (MAQ_TYPE_ENGINE, maq_fake_engine_iface_init))

static gboolean
path_ends (MaqFakeSession *self,
           const char     *ending)
{
  return g_str_has_suffix (maq_session_get_path (MAQ_SESSION (self)), ending);
}

static DexFuture *
load_fiber (gpointer data)
{
  MaqFakeSession *self = data;
  MaqSession     *session = MAQ_SESSION (self);
  MaqSessionFacts facts = { "fake", "none needed", TRUE, self->context_length };

  for (guint i = 1; i <= 4; i++)
    {
      if (!dex_await (dex_timeout_new_msec (2), NULL) && maq_session_get_state (session) != MAQ_SESSION_LOADING)
        return dex_future_new_true ();
      maq_session_set_progress (session, i / 4.0);
    }
  if (path_ends (self, "broken.gguf"))
    maq_session_fail (session, g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BAD_MODEL, "The weights file is damaged. Download it again."));
  else
    maq_session_set_ready (session, &facts);
  return dex_future_new_true ();
}

static void
answer_unref (gpointer data)
{
  Answer *answer = data;

  if (!g_atomic_ref_count_dec (&answer->ref_count))
    return;
  g_object_unref (answer->session);
  g_weak_ref_clear (&answer->generation);
  maq_generate_options_free (answer->options);
  g_free (answer);
}

static void
stop_answer (gpointer data)
{
  ((Answer *) data)->stopped = TRUE;
}

static char **
split_answer (const MaqGenerateOptions *options)
{
  const char      *said = options->prompt != NULL ? options->prompt : "";
  g_autofree char *text = NULL;

  for (guint i = options->messages->len; options->prompt == NULL && i-- > 0;)
    {
      const MaqEngineMessage *message = g_ptr_array_index (options->messages, i);
      if (strcmp (message->role, "user") != 0)
        continue;
      said = message->content;
      break;
    }
  text = g_strconcat ("You said: ", said, NULL);
  return g_strsplit (text, " ", -1);
}

static guint
count_words (const MaqGenerateOptions *options)
{
  guint n_words = 0;

  for (guint i = 0; i < options->messages->len; i++)
    {
      g_auto (GStrv) words = g_strsplit (((const MaqEngineMessage *) g_ptr_array_index (options->messages, i))->content, " ", -1);
      n_words += g_strv_length (words);
    }
  return n_words;
}

// Of the words asked and answered.
static gboolean
is_context_full (MaqFakeSession           *self,
                 const MaqGenerateOptions *options,
                 guint                     n_answered)
{
  return path_ends (self, "small.gguf") && count_words (options) + n_answered > SMALL_CONTEXT;
}

static void
push_word (MaqQueueGeneration *generation,
           const char         *word,
           gboolean            first)
{
  g_autofree char *text = g_strconcat (first ? "" : " ", word, NULL);

  maq_queue_generation_push (generation, text, strlen (text));
}

// Pushes one word; FALSE when the answer is over.
static gboolean
step (Answer     *answer,
      char      **words,
      guint       i,
      const char *reason)
{
  g_autoptr (MaqQueueGeneration) generation = g_weak_ref_get (&answer->generation);
  g_autoptr (GError) end = maq_session_dup_end (MAQ_SESSION (answer->session));
  MaqStats stats = { .prompt_tokens = count_words (answer->options), .tokens = i, .first_token_ms = 1, .tokens_per_second = 100, .load_ms = 8, .memory = 1 << 20 };

  if (generation == NULL)
    return FALSE;
  if (end == NULL && i == 3 && path_ends (answer->session, "crash.gguf"))
    {
      end = g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED, "The engine stopped unexpectedly. Try again.");
      maq_session_fail (MAQ_SESSION (answer->session), g_error_copy (end));
    }
  if (end != NULL)
    {
      maq_queue_generation_fail (generation, g_steal_pointer (&end));
      return FALSE;
    }
  if (reason == NULL)
    {
      push_word (generation, words[i], i == 0);
      return TRUE;
    }
  g_strlcpy (stats.stop_reason, reason, sizeof stats.stop_reason);
  maq_queue_generation_finish (generation, &stats);
  return FALSE;
}

static const char *
get_end_reason (Answer *answer,
                char  **words,
                guint   i)
{
  if (answer->stopped)
    return "cancelled";
  if (words[i] == NULL)
    return "end";
  if (is_context_full (answer->session, answer->options, i))
    return "context";
  return answer->options->max_tokens > 0 && i >= answer->options->max_tokens ? "length" : NULL;
}

static DexFuture *
answer_fiber (gpointer data)
{
  Answer *answer = data;
  g_auto (GStrv) words = split_answer (answer->options);
  guint delay = path_ends (answer->session, "slow.gguf") ? 50 : 1;
  g_autoptr (GError) error = NULL;

  if (!dex_await (maq_session_wait_ready (MAQ_SESSION (answer->session)), &error))
    g_debug ("%s", error->message);
  maq_session_set_generating (MAQ_SESSION (answer->session), TRUE);
  for (guint i = 0; step (answer, words, i, get_end_reason (answer, words, i)); i++)
    dex_await (dex_timeout_new_msec (delay), NULL);
  answer->session->busy = FALSE;
  maq_session_set_generating (MAQ_SESSION (answer->session), FALSE);
  return dex_future_new_true ();
}

static MaqGeneration *
maq_fake_session_generate (MaqSession               *session,
                           const MaqGenerateOptions *options)
{
  MaqFakeSession     *self = MAQ_FAKE_SESSION (session);
  GError             *end = maq_session_dup_end (session);
  MaqQueueGeneration *generation;
  Answer             *answer;

  if (end == NULL && self->busy)
    end = g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BUSY, "The model is still answering. Stop that answer or wait for its end.");
  if (end == NULL && options->grammar != NULL)
    end = g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNSUPPORTED, "This engine cannot keep an answer to a grammar. Ask without one.");
  if (end == NULL && is_context_full (self, options, 0))
    end = g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_TOO_LONG, "The conversation exceeds the model's context. Shorten the message.");
  if (end != NULL)
    return MAQ_GENERATION (maq_queue_generation_new_failed (end));
  self->busy = TRUE;
  answer = g_new0 (Answer, 1);
  g_atomic_ref_count_init (&answer->ref_count);
  g_atomic_ref_count_inc (&answer->ref_count);
  answer->session = g_object_ref (self);
  answer->options = maq_generate_options_copy (options);
  generation = maq_queue_generation_new (stop_answer, answer, answer_unref);
  g_weak_ref_init (&answer->generation, generation);
  // Nobody waits for the fiber: it reports to the generation and ends when that is gone.
  dex_future_disown (dex_scheduler_spawn (NULL, 0, answer_fiber, answer, answer_unref));
  return MAQ_GENERATION (generation);
}

// A bag of words: texts that share words are near to each other.
static void
embed_text (const char      *text,
            GVariantBuilder *builder)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " .,!?", -1);
  double vector[EMBEDDING_LENGTH] = { 1 };
  double length = 0;

  for (gsize i = 0; words[i] != NULL; i++)
    if (*words[i] != 0)
      vector[g_str_hash (words[i]) % EMBEDDING_LENGTH] += 1;
  for (gsize i = 0; i < EMBEDDING_LENGTH; i++)
    length += vector[i] * vector[i];
  g_variant_builder_open (builder, G_VARIANT_TYPE ("ad"));
  for (gsize i = 0; i < EMBEDDING_LENGTH; i++)
    g_variant_builder_add (builder, "d", vector[i] / sqrt (length));
  g_variant_builder_close (builder);
}

static DexFuture *
maq_fake_session_embed (MaqSession        *session,
                        const char *const *texts)
{
  GError *end = maq_session_dup_end (session);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aad"));

  if (end != NULL)
    return dex_future_new_for_error (end);
  for (gsize i = 0; texts[i] != NULL; i++)
    embed_text (texts[i], &builder);
  return dex_future_new_take_variant (g_variant_ref_sink (g_variant_builder_end (&builder)));
}

static DexFuture *
maq_fake_session_tokenize (MaqSession *session,
                           const char *text)
{
  GError *end = maq_session_dup_end (session);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ai"));

  if (end != NULL)
    return dex_future_new_for_error (end);
  for (gsize i = 0; words[i] != NULL; i++)
    g_variant_builder_add (&builder, "i", (gint32) (g_str_hash (words[i]) & 0xffff));
  return dex_future_new_take_variant (g_variant_ref_sink (g_variant_builder_end (&builder)));
}

static DexFuture *
maq_fake_session_unload (MaqSession *session)
{
  MaqFakeSession *self = MAQ_FAKE_SESSION (session);

  maq_session_set_unloaded (session);
  dex_clear (&self->loading);
  return dex_future_new_true ();
}

static void
maq_fake_session_dispose (GObject *object)
{
  MaqFakeSession *self = MAQ_FAKE_SESSION (object);

  dex_clear (&self->loading);
  G_OBJECT_CLASS (maq_fake_session_parent_class)->dispose (object);
}

static void
maq_fake_session_class_init (MaqFakeSessionClass *klass)
{
  MaqSessionClass *session_class = MAQ_SESSION_CLASS (klass);

  session_class->generate = maq_fake_session_generate;
  session_class->embed = maq_fake_session_embed;
  session_class->tokenize = maq_fake_session_tokenize;
  session_class->unload = maq_fake_session_unload;
  G_OBJECT_CLASS (klass)->dispose = maq_fake_session_dispose;
}

static void
maq_fake_session_init (MaqFakeSession *self)
{
}

static MaqSession *
maq_fake_engine_start (MaqEngine            *engine,
                       const char           *path,
                       const MaqLoadOptions *options)
{
  MaqFakeSession *self = g_object_new (MAQ_TYPE_FAKE_SESSION, "path", path, NULL);

  self->context_length = options->context_length != 0 ? options->context_length : 4096;
  self->loading = dex_scheduler_spawn (NULL, 0, load_fiber, g_object_ref (self), g_object_unref);
  return MAQ_SESSION (self);
}

static void
maq_fake_engine_iface_init (MaqEngineInterface *iface)
{
  iface->start = maq_fake_engine_start;
}

static void
maq_fake_engine_class_init (MaqFakeEngineClass *klass)
{
}

static void
maq_fake_engine_init (MaqFakeEngine *self)
{
}

MaqEngine *
maq_fake_engine_new (void)
{
  return g_object_new (MAQ_TYPE_FAKE_ENGINE, NULL);
}
