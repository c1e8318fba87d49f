// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// However the runner ends, the session ends once and with one error; an error the engine replies with fails only that call, or
// the session when it cannot load.
#include "maq-runner-engine-private.h"

#include "maq-queue-generation.h"
#include "maq-runner-messages.h"
#include "maq-runner-process.h"
#include "maq-session-private.h"

struct _MaqRunnerSession
{
  MaqSession parent_instance;

  char          *program;
  MaqLoadOptions options;
  guint          patience;

  MaqRunnerProcess *process;    // NULL before it is started
  GWeakRef          generation; // the answer under way
  gboolean          busy;
  double            load_ms;
};

// One answer, shared by its fiber and its generation.
typedef struct
{
  grefcount           ref_count;
  MaqRunnerSession   *session;
  MaqGenerateOptions *options;
  GWeakRef            generation;
  gboolean            sent;
  gboolean            stopped;
} Answer;

G_DEFINE_FINAL_TYPE (MaqRunnerSession, maq_runner_session, MAQ_TYPE_SESSION)

// The session has ended: whoever waits for the runner hears why.
static void
end_calls (MaqRunnerSession *self)
{
  g_autoptr (GError) end = maq_session_dup_end (MAQ_SESSION (self));

  if (self->process != NULL)
    maq_runner_process_end (self->process, end);
}

// Ends the session with ERROR (taken) and whoever waited with it.
static void
fail_session (MaqRunnerSession *self,
              GError           *error)
{
  maq_session_fail (MAQ_SESSION (self), error);
  end_calls (self);
}

// --- What the process tells.

static void
progress_cb (gpointer owner,
             double   fraction)
{
  maq_session_set_progress (owner, fraction);
}

static void
chunk_cb (gpointer  owner,
          GVariant *text)
{
  MaqRunnerSession *self = owner;
  g_autoptr (MaqQueueGeneration) generation = g_weak_ref_get (&self->generation);
  gsize       length;
  const char *bytes = g_variant_get_fixed_array (text, &length, 1);

  if (generation != NULL)
    maq_queue_generation_push (generation, bytes, length);
}

static void
ended_cb (gpointer owner,
          GError  *verdict,
          int      status)
{
  // Whoever hears of the session's end may let go of it.
  g_autoptr (MaqRunnerSession) self = g_object_ref (owner);

  fail_session (self, verdict != NULL ? verdict : maq_runner_exit_to_error (status, maq_session_get_state (owner)));
}

static const MaqRunnerListener listener = { progress_cb, chunk_cb, ended_cb };

// --- Start.

static void
finish_loading (MaqRunnerSession *self,
                GVariant         *reply)
{
  g_autoptr (GVariant) facts = g_variant_get_child_value (reply, 0);
  MaqSessionFacts known;
  MaqMemoryUse    use;

  maq_runner_messages_unpack_facts (facts, &known, &use, &self->load_ms);
  maq_session_set_ready (MAQ_SESSION (self), &known);
}

// Lets the process that was started load.
static void
load (MaqRunnerSession *self)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  if (!maq_runner_process_connect (self->process))
    return;
  reply = dex_await_variant (maq_runner_process_call (self->process, "Load", maq_runner_messages_pack_load (&self->options)), &error);
  if (reply != NULL)
    finish_loading (self, reply);
  else
    {
      fail_session (self, g_steal_pointer (&error));
      maq_runner_process_kill (self->process);
    }
}

static DexFuture *
load_fiber (gpointer data)
{
  MaqRunnerSession *self = data;
  g_autoptr (GUnixFDList) weights = NULL;
  g_autoptr (GError) error = NULL;

  weights = dex_await_object (maq_weights_open (maq_session_get_path (MAQ_SESSION (self))), &error);
  if (weights == NULL)
    fail_session (self, g_steal_pointer (&error));
  else if (maq_session_get_state (MAQ_SESSION (self)) != MAQ_SESSION_LOADING)
    return dex_future_new_true ();
  else if ((self->process = maq_runner_process_start (self->program, weights, self->patience, &listener, self, &error)) != NULL)
    load (self);
  else
    fail_session (self, g_error_new (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED, "The model's process could not be started (%s). Install Maquette again.", error->message));
  return dex_future_new_true ();
}

// --- Answers.

static void
answer_unref (gpointer data)
{
  Answer *answer = data;

  if (!g_ref_count_dec (&answer->ref_count))
    return;
  g_object_unref (answer->session);
  g_weak_ref_clear (&answer->generation);
  maq_generate_options_free (answer->options);
  g_free (answer);
}

static void
stop_answer (gpointer data)
{
  Answer *answer = data;

  answer->stopped = TRUE;
  if (answer->sent)
    maq_runner_process_send (answer->session->process, "Stop");
}

// Asks the runner and waits for the end of the answer; FALSE with an error. Stopped before it began: an empty answer.
static gboolean
ask (Answer   *answer,
     MaqStats *stats,
     GError  **error)
{
  MaqRunnerSession *self = answer->session;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) dict = NULL;

  if (!dex_await (maq_session_wait_ready (MAQ_SESSION (self)), error))
    return FALSE;
  *stats = (MaqStats) { .load_ms = self->load_ms, .stop_reason = "cancelled" };
  if (answer->stopped)
    return TRUE;
  answer->sent = TRUE;
  maq_session_set_generating (MAQ_SESSION (self), TRUE);
  reply = dex_await_variant (maq_runner_process_call (self->process, "Generate", maq_runner_messages_pack_generate (answer->options)), error);
  answer->sent = FALSE;
  maq_session_set_generating (MAQ_SESSION (self), FALSE);
  if (reply == NULL)
    return FALSE;
  dict = g_variant_get_child_value (reply, 0);
  *stats = (MaqStats) { .load_ms = self->load_ms };
  maq_runner_messages_unpack_stats (dict, stats);
  return TRUE;
}

static DexFuture *
answer_fiber (gpointer data)
{
  Answer *answer = data;
  g_autoptr (MaqQueueGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  MaqStats stats;
  gboolean good = ask (answer, &stats, &error);

  answer->session->busy = FALSE;
  generation = g_weak_ref_get (&answer->generation);
  if (generation != NULL && good)
    maq_queue_generation_finish (generation, &stats);
  else if (generation != NULL)
    maq_queue_generation_fail (generation, g_steal_pointer (&error));
  return dex_future_new_true ();
}

static MaqGeneration *
maq_runner_session_generate (MaqSession               *session,
                             const MaqGenerateOptions *options)
{
  MaqRunnerSession   *self = MAQ_RUNNER_SESSION (session);
  GError             *end = maq_session_dup_end (session);
  MaqQueueGeneration *generation;
  Answer             *answer;

  if (end == NULL && self->busy)
    end = g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BUSY, "The model is still answering. Stop that answer or wait for its end.");
  if (end != NULL)
    return MAQ_GENERATION (maq_queue_generation_new_failed (end));
  self->busy = TRUE;
  answer = g_new0 (Answer, 1);
  g_ref_count_init (&answer->ref_count);
  g_ref_count_inc (&answer->ref_count);
  answer->session = g_object_ref (self);
  answer->options = maq_generate_options_copy (options);
  generation = maq_queue_generation_new (stop_answer, answer, answer_unref);
  g_weak_ref_init (&answer->generation, generation);
  g_weak_ref_set (&self->generation, generation);
  // Nobody waits for the fiber: it reports to the generation and ends when the runner has replied.
  dex_future_disown (dex_scheduler_spawn (NULL, 0, answer_fiber, answer, answer_unref));
  return MAQ_GENERATION (generation);
}

// --- Embeddings, tokens, the end.

static DexFuture *
unpack_cb (DexFuture *future,
           gpointer   data)
{
  const GValue *value = dex_future_get_value (future, NULL);

  return dex_future_new_take_variant (g_variant_get_child_value (g_value_get_variant (value), 0));
}

typedef struct
{
  MaqRunnerSession *session;
  const char       *method;
  GVariant         *arguments;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->session);
  g_variant_unref (question->arguments);
  g_free (question);
}

static DexFuture *
send_question_cb (DexFuture *ready,
                  gpointer   data)
{
  Question *question = data;

  return dex_future_then (maq_runner_process_call (question->session->process, question->method, question->arguments), unpack_cb, NULL, NULL);
}

static DexFuture *
ask_when_ready (MaqSession *session,
                const char *method,
                GVariant   *arguments)
{
  Question *question = g_new0 (Question, 1);

  question->session = MAQ_RUNNER_SESSION (g_object_ref (session));
  question->method = method;
  question->arguments = g_variant_ref_sink (arguments);
  return dex_future_then (maq_session_wait_ready (session), send_question_cb, question, question_free);
}

static DexFuture *
maq_runner_session_embed (MaqSession        *session,
                          const char *const *texts)
{
  return ask_when_ready (session, "Embed", maq_runner_messages_pack_embed (texts));
}

static DexFuture *
maq_runner_session_tokenize (MaqSession *session,
                             const char *text)
{
  return ask_when_ready (session, "Tokenize", maq_runner_messages_pack_tokenize (text));
}

static DexFuture *
maq_runner_session_unload (MaqSession *session)
{
  MaqRunnerSession *self = MAQ_RUNNER_SESSION (session);
  gboolean          loading = maq_session_get_state (session) == MAQ_SESSION_LOADING;

  maq_session_set_unloaded (session);
  end_calls (self);
  return self->process != NULL ? maq_runner_process_quit (self->process, loading) : dex_future_new_true ();
}

static void
maq_runner_session_dispose (GObject *object)
{
  MaqRunnerSession *self = MAQ_RUNNER_SESSION (object);

  if (self->process != NULL)
    maq_runner_process_close (self->process);
  g_clear_object (&self->process);
  G_OBJECT_CLASS (maq_runner_session_parent_class)->dispose (object);
}

static void
maq_runner_session_finalize (GObject *object)
{
  MaqRunnerSession *self = MAQ_RUNNER_SESSION (object);

  g_free (self->program);
  g_weak_ref_clear (&self->generation);
  G_OBJECT_CLASS (maq_runner_session_parent_class)->finalize (object);
}

static void
maq_runner_session_class_init (MaqRunnerSessionClass *klass)
{
  MaqSessionClass *session_class = MAQ_SESSION_CLASS (klass);
  GObjectClass    *object_class = G_OBJECT_CLASS (klass);

  session_class->generate = maq_runner_session_generate;
  session_class->embed = maq_runner_session_embed;
  session_class->tokenize = maq_runner_session_tokenize;
  session_class->unload = maq_runner_session_unload;
  object_class->dispose = maq_runner_session_dispose;
  object_class->finalize = maq_runner_session_finalize;
}

static void
maq_runner_session_init (MaqRunnerSession *self)
{
  g_weak_ref_init (&self->generation, NULL);
}

MaqSession *
maq_runner_session_new (const char           *program,
                        const char           *path,
                        const MaqLoadOptions *options,
                        guint                 patience)
{
  MaqRunnerSession *self = g_object_new (MAQ_TYPE_RUNNER_SESSION, "path", path, NULL);

  self->program = g_strdup (program);
  self->options = *options;
  self->patience = patience;
  // Nobody waits for the fiber: it reports through the session's state.
  dex_future_disown (dex_scheduler_spawn (NULL, 0, load_fiber, g_object_ref (self), g_object_unref));
  return MAQ_SESSION (self);
}

GPid
maq_runner_session_get_pid (MaqRunnerSession *self)
{
  g_return_val_if_fail (MAQ_IS_RUNNER_SESSION (self), 0);

  return self->process != NULL ? maq_runner_process_get_pid (self->process) : 0;
}
