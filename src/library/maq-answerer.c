// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-answerer.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "maq-error.h"
#include "maq-library-error.h"

// Each answer is a Run with a fiber of its own. Its stop promise is raced against everything that can take long before the
// first word; from then on stopping is asked of the generation, which still gives what it has made.

struct _MaqAnswerer
{
  GObject                 parent_instance;
  MaqSessionPool         *pool;
  MaqAnswererDescribeFunc describe;
  GPtrArray              *runs;
};

G_DEFINE_FINAL_TYPE (MaqAnswerer, maq_answerer, G_TYPE_OBJECT)

typedef struct
{
  gatomicrefcount         ref_count;
  MaqAnswerer            *owner; // not a reference; NULL when it is gone
  MaqSessionPool         *pool;
  MaqAnswererDescribeFunc describe;
  MaqChat                *chat;
  MaqChatMessage         *answer;
  MaqSession             *session;
  MaqGeneration          *generation;
  DexPromise             *stop;
  DexPromise             *over;
  gboolean                stopped;
  gboolean                ended;
} Run;

static Run *
run_ref (Run *run)
{
  g_atomic_ref_count_inc (&run->ref_count);
  return run;
}

static void
run_unref (gpointer data)
{
  Run *run = data;

  if (!g_atomic_ref_count_dec (&run->ref_count))
    return;
  g_clear_object (&run->generation);
  g_clear_object (&run->session);
  g_clear_object (&run->pool);
  g_clear_object (&run->answer);
  g_clear_object (&run->chat);
  dex_clear (&run->stop);
  dex_clear (&run->over);
  g_free (run);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_unref)

static void
end_run (Run *run, const char *stats, const char *error, MaqChatRemedy remedy)
{
  if (run->ended)
    return;
  run->ended = TRUE;
  maq_chat_end_answer (run->chat, run->answer, stats, error, remedy);
  if (run->owner)
    g_ptr_array_remove (run->owner->runs, run);
  dex_promise_resolve_boolean (run->over, TRUE);
}

// What comes of itself every time: it does not help to ask again.
static gboolean
is_certain (const GError *error)
{
  return g_error_matches (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_TOO_LONG) ||
         g_error_matches (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BAD_MODEL) ||
         g_error_matches (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_UNSUPPORTED) ||
         g_error_matches (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_NO_MODEL);
}

// Lets the question remember that the chat's model failed at it; TRUE if it crashed and will again.
static gboolean
note_failure (Run *run, const GError *error)
{
  gboolean    crashed = g_error_matches (error, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED);
  const char *path = maq_chat_get_model_path (run->chat);
  guint       n_items = g_list_model_get_n_items (G_LIST_MODEL (run->chat));
  // The last one is the answer.
  g_autoptr (MaqChatMessage) question = n_items > 1 ? g_list_model_get_item (G_LIST_MODEL (run->chat), n_items - 2) : NULL;

  if (question == NULL || (!crashed && !is_certain (error)))
    return FALSE;
  maq_chat_message_note_failure (question, path, !crashed);
  return crashed && maq_chat_message_is_futile (question, path);
}

static void
end_run_with_error (Run *run, const GError *error)
{
  g_autofree char *text = NULL;
  MaqChatRemedy    remedy = MAQ_CHAT_REMEDY_RETRY;

  if (run->ended)
    return;
  if (run->stopped || maq_error_is_cancelled (error))
    text = *maq_chat_message_get_content (run->answer) ? NULL : g_strdup (_ ("Stopped before the answer began."));
  else if (note_failure (run, error))
    text = g_strdup (_ ("The model stops at this message every time. Write it differently, or choose another model."));
  else
    text = run->describe ? run->describe (error, &remedy) : g_strdup (error->message);
  end_run (run, NULL, text, remedy);
}

static void
maq_answerer_dispose (GObject *object)
{
  MaqAnswerer *self = MAQ_ANSWERER (object);

  while (self->runs->len > 0)
    {
      g_autoptr (Run) run = run_ref (self->runs->pdata[0]);

      run->stopped = TRUE;
      if (run->generation)
        maq_generation_stop (run->generation);
      dex_promise_resolve_boolean (run->stop, TRUE);
      end_run (run, NULL, *maq_chat_message_get_content (run->answer) ? NULL : _ ("Stopped before the answer began."), MAQ_CHAT_REMEDY_RETRY);
      run->owner = NULL;
    }
  if (self->pool)
    maq_session_pool_eject (self->pool, NULL);
  g_clear_object (&self->pool);
  G_OBJECT_CLASS (maq_answerer_parent_class)->dispose (object);
}

static void
maq_answerer_finalize (GObject *object)
{
  g_ptr_array_unref (MAQ_ANSWERER (object)->runs);
  G_OBJECT_CLASS (maq_answerer_parent_class)->finalize (object);
}

static void
maq_answerer_class_init (MaqAnswererClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = maq_answerer_dispose;
  object_class->finalize = maq_answerer_finalize;
}

static void
maq_answerer_init (MaqAnswerer *self)
{
  self->runs = g_ptr_array_new_with_free_func (run_unref);
}

MaqAnswerer *
maq_answerer_new (MaqEngine *engine, MaqAnswererDescribeFunc describe)
{
  MaqAnswerer *self;

  g_return_val_if_fail (MAQ_IS_ENGINE (engine), NULL);

  self = g_object_new (MAQ_TYPE_ANSWERER, NULL);
  self->pool = maq_session_pool_new (engine);
  self->describe = describe;
  return self;
}

MaqSessionPool *
maq_answerer_get_pool (MaqAnswerer *self)
{
  g_return_val_if_fail (MAQ_IS_ANSWERER (self), NULL);
  return self->pool;
}

static char *
format_stats (const MaqStats *stats)
{
  GString         *line = g_string_new (NULL);
  g_autofree char *tokens = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u token", "%u tokens", stats->tokens), stats->tokens);

  // Three digits are what one can read off a speed.
  if (stats->tokens_per_second < 99.95)
    g_string_append_printf (line, _ ("%.1f tokens/s"), stats->tokens_per_second);
  else
    // Translators: how fast a model writes; the ' groups the digits as the language does.
    g_string_append_printf (line, _ ("%'.0f tokens/s"), stats->tokens_per_second);
  g_string_append_printf (line, " · %s · ", tokens);
  if (stats->first_token_ms < 999.5)
    // Translators: how long the first word took, in milliseconds.
    g_string_append_printf (line, _ ("%.0f ms to first token"), MAX (stats->first_token_ms, 1));
  else
    g_string_append_printf (line, _ ("%.1f s to first token"), stats->first_token_ms / 1000);
  if (g_str_equal (stats->stop_reason, "cancelled"))
    g_string_append_printf (line, " · %s", _ ("stopped"));
  else if (g_str_equal (stats->stop_reason, "length"))
    g_string_append_printf (line, " · %s", _ ("stopped at the length limit"));
  else if (g_str_equal (stats->stop_reason, "context"))
    g_string_append_printf (line, " · %s", _ ("context full"));
  return g_string_free_and_steal (line);
}

// What the model is told. A question whose answer never came is left out unless it is the last one: templates want turns.
static MaqGenerateOptions *
make_options (MaqChat *chat)
{
  MaqGenerateOptions *options = maq_generate_options_new ();
  guint               n_items = g_list_model_get_n_items (G_LIST_MODEL (chat));

  // The last one is the answer that begins.
  for (guint i = 0; i + 1 < n_items; i++)
    {
      g_autoptr (MaqChatMessage) message = g_list_model_get_item (G_LIST_MODEL (chat), i);
      g_autoptr (MaqChatMessage) next = g_list_model_get_item (G_LIST_MODEL (chat), i + 1);

      if (*maq_chat_message_get_content (message) == '\0')
        continue;
      if (i + 2 < n_items && *maq_chat_message_get_content (next) == '\0')
        continue;
      maq_generate_options_add_message (options, maq_chat_message_get_role (message), maq_chat_message_get_content (message));
    }
  return options;
}

// Waits for FUTURE unless the run is stopped first.
static gboolean
await_or_stop (Run *run, DexFuture *future, GError **error)
{
  if (!dex_await (dex_future_first (future, dex_ref (run->stop), NULL), error))
    return FALSE;
  if (run->stopped)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_model (Run *run, GError **error)
{
  const char *path = maq_chat_get_model_path (run->chat);
  const char *label = maq_chat_get_model_label (run->chat);
  g_autoptr (GFile) file = NULL;

  if (path == NULL || *path == '\0')
    {
      g_set_error_literal (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_NO_MODEL, _ ("This chat has no model yet. Choose one above."));
      return FALSE;
    }
  file = g_file_new_for_path (path);
  if (!await_or_stop (run, dex_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT), error))
    {
      if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        {
          g_clear_error (error);
          g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_MODEL_GONE, _ ("The weights of %s are no longer on this computer. Download them again, or choose another model."), label ? label : path);
        }
      return FALSE;
    }
  return TRUE;
}

// Another chat may be having its turn with the same model.
static gboolean
wait_for_turn (Run *run, GError **error)
{
  for (;;)
    {
      Run *before = NULL;

      for (guint i = 0; run->owner && i < run->owner->runs->len && before == NULL; i++)
        {
          Run *other = run->owner->runs->pdata[i];

          if (other == run)
            break;
          if (g_strcmp0 (maq_chat_get_model_path (other->chat), maq_chat_get_model_path (run->chat)) == 0)
            before = other;
        }
      if (before == NULL)
        return TRUE;
      if (!await_or_stop (run, dex_ref (before->over), error))
        return FALSE;
    }
}

static gboolean
stream (Run *run, GError **error)
{
  for (;;)
    {
      g_autofree char *text = dex_await_string (maq_generation_next (run->generation), error);

      if (text == NULL)
        return FALSE;
      if (*text == '\0' || run->ended)
        return TRUE;
      maq_chat_message_append (run->answer, text);
    }
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqGenerateOptions) options = NULL;
  g_autofree char *line = NULL;
  MaqStats         stats = { 0 };

  if (!check_model (run, &error) || !wait_for_turn (run, &error))
    {
      end_run_with_error (run, error);
      return dex_future_new_true ();
    }
  run->session = g_object_ref (maq_session_pool_get (run->pool, maq_chat_get_model_path (run->chat)));
  if (!await_or_stop (run, maq_session_wait_ready (run->session), &error))
    {
      // Nobody else wants a model that was stopped while it loaded.
      if (run->stopped && !run->ended && maq_session_get_state (run->session) == MAQ_SESSION_LOADING)
        maq_session_pool_eject (run->pool, maq_session_get_path (run->session));
      end_run_with_error (run, error);
      return dex_future_new_true ();
    }
  options = make_options (run->chat);
  run->generation = maq_session_generate (run->session, options);
  if (!stream (run, &error))
    {
      end_run_with_error (run, error);
      return dex_future_new_true ();
    }
  if (maq_generation_get_stats (run->generation, &stats) && stats.tokens > 0)
    line = format_stats (&stats);
  if (run->stopped && *maq_chat_message_get_content (run->answer) == '\0')
    end_run (run, NULL, _ ("Stopped before the answer began."), MAQ_CHAT_REMEDY_RETRY);
  else if (g_strcmp0 (stats.stop_reason, "context") == 0)
    end_run (run, line, _ ("The model's context is full. Start a new chat to continue."), MAQ_CHAT_REMEDY_NEW_CHAT);
  else
    end_run (run, line, *maq_chat_message_get_content (run->answer) ? NULL : _ ("The model returned an empty answer."), MAQ_CHAT_REMEDY_RETRY);
  return dex_future_new_true ();
}

void
maq_answerer_answer (MaqAnswerer *self, MaqChat *chat)
{
  Run *run;

  g_return_if_fail (MAQ_IS_ANSWERER (self));
  g_return_if_fail (MAQ_IS_CHAT (chat));
  g_return_if_fail (maq_chat_get_loaded (chat) && !maq_chat_get_answering (chat));

  run = g_new0 (Run, 1);
  g_atomic_ref_count_init (&run->ref_count);
  run->owner = self;
  run->pool = g_object_ref (self->pool);
  run->describe = self->describe;
  run->chat = g_object_ref (chat);
  run->answer = g_object_ref (maq_chat_begin_answer (chat));
  run->stop = dex_promise_new ();
  run->over = dex_promise_new ();
  g_ptr_array_add (self->runs, run);
  // The run ends its answer by itself, whatever happens; nobody waits for it.
  dex_future_disown (dex_scheduler_spawn (NULL, 0, run_fiber, run_ref (run), run_unref));
}

void
maq_answerer_stop (MaqAnswerer *self, MaqChat *chat)
{
  g_return_if_fail (MAQ_IS_ANSWERER (self));

  for (guint i = 0; i < self->runs->len; i++)
    {
      Run *run = self->runs->pdata[i];

      if (run->chat != chat || run->stopped)
        continue;
      run->stopped = TRUE;
      if (run->generation)
        maq_generation_stop (run->generation);
      dex_promise_resolve_boolean (run->stop, TRUE);
      return;
    }
}
