// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>

#include "maq-cli-input.h"
#include "maq-cli-session.h"

// A conversation in the terminal. Ctrl+C stops the answer that is coming; twice at the prompt, or Ctrl+D, ends it all. When the
// engine crashes the message is taken back, the model is loaded again, and the next line goes on where the conversation was.

typedef struct
{
  MaqCli             *cli;
  MaqSession         *session;
  MaqGenerateOptions *options;
  MaqGeneration      *generation; // while an answer comes
  gboolean            interactive;
  gboolean            warned; // Ctrl+C at the prompt was pressed once
  gboolean            has_stats;
  MaqStats            stats;
  guint               n_lines;
  guint               n_lost;       // lines of these that the engine crashed at
  char               *crashed_line; // the last of them
} Chat;

static void
chat_clear (Chat *self)
{
  maq_cli_set_interrupt_func (self->cli, NULL, NULL);
  g_clear_object (&self->generation);
  g_clear_object (&self->session);
  g_clear_pointer (&self->options, maq_generate_options_free);
  g_clear_pointer (&self->crashed_line, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chat, chat_clear)

static void
print_mark (Chat *self)
{
  if (!self->interactive)
    return;
  maq_cli_write (self->cli, "> ");
  maq_cli_flush (self->cli);
}

static gboolean
on_interrupt (gpointer data)
{
  Chat *self = data;
  if (self->generation != NULL)
    {
      maq_generation_stop (self->generation);
      return TRUE;
    }
  if (!self->interactive || self->warned)
    return FALSE;
  self->warned = TRUE;
  maq_cli_note (self->cli, _ ("\nCtrl+C again or Ctrl+D ends the chat."));
  print_mark (self);
  return TRUE;
}

static void
note_generation (MaqGeneration *generation, gpointer data)
{
  Chat *self = data;
  g_set_object (&self->generation, generation);
}

static void
reset (Chat *self)
{
  g_ptr_array_set_size (self->options->messages, 0);
  if (maq_cli_session_get_system () != NULL)
    maq_generate_options_add_message (self->options, "system", maq_cli_session_get_system ());
}

static void
print_answer_json (Chat *self, const char *text)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "role", "assistant");
  maq_cli_json_string (builder, "content", text);
  maq_cli_json_stats (builder, &self->stats);
  json_builder_end_object (builder);
  maq_cli_print_json (self->cli, builder);
}

static void
print_failure_json (Chat *self, const char *sentence)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "role", "assistant");
  maq_cli_json_string (builder, "error", sentence);
  json_builder_end_object (builder);
  maq_cli_print_json (self->cli, builder);
}

// LINE got no answer: FAILURE ended the engine's process.
static gboolean
go_on_after_crash (Chat *self, const char *line, const GError *failure, GError **error)
{
  // What fails every time is not worth another try.
  gboolean         always = g_strcmp0 (self->crashed_line, line) == 0;
  g_autofree char *sentence = always ? g_strdup (_ ("The engine crashes at this message every time. Write it differently, or choose another model."))
                                     : maq_cli_describe_error (failure);
  self->n_lost++;
  g_set_str (&self->crashed_line, line);
  if (maq_cli_wants_json (self->cli))
    print_failure_json (self, sentence);
  if (!maq_cli_session_revive (self->cli, &self->session, error))
    return FALSE;
  maq_cli_note (self->cli, _ ("%s The model was loaded again."), sentence);
  return TRUE;
}

// Answers LINE. FALSE with an error only if the chat cannot go on.
static gboolean
answer (Chat *self, const char *line, GError **error)
{
  gboolean json = maq_cli_wants_json (self->cli);
  g_autoptr (GError) failure = NULL;
  self->n_lines++;
  // It may have ended while nobody asked it anything.
  if (!maq_cli_session_revive (self->cli, &self->session, error))
    return FALSE;
  maq_generate_options_add_message (self->options, "user", line);
  g_autofree char *text = maq_cli_session_answer (self->cli, self->session, self->options, !json, note_generation, self, &self->stats, &failure);
  if (text != NULL)
    {
      self->has_stats = TRUE;
      maq_generate_options_add_message (self->options, "assistant", text);
      if (json)
        print_answer_json (self, text);
      return TRUE;
    }
  g_ptr_array_set_size (self->options->messages, (int) self->options->messages->len - 1);
  if (maq_session_get_state (self->session) == MAQ_SESSION_FAILED)
    return go_on_after_crash (self, line, failure, error);
  if (maq_session_get_state (self->session) != MAQ_SESSION_READY || !self->interactive)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  g_autofree char *sentence = maq_cli_describe_error (failure);
  maq_cli_note (self->cli, _ ("%s /reset starts anew."), sentence);
  return TRUE;
}

// Whether every line of a script has its answer; in a terminal people saw which has not.
static gboolean
check_lost (Chat *self, GError **error)
{
  if (self->n_lost == 0 || self->interactive)
    return TRUE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, ngettext ("The engine crashed at %u of %u message, which got no answer", "The engine crashed at %u of %u messages, which got no answer", self->n_lines), self->n_lost, self->n_lines);
  return FALSE;
}

static void
run_slash_command (Chat *self, const char *line)
{
  if (g_str_equal (line, "/reset"))
    {
      reset (self);
      maq_cli_note (self->cli, _ ("The conversation starts anew."));
    }
  else if (g_str_equal (line, "/stats"))
    {
      g_autofree char *figures = self->has_stats ? maq_cli_stats_to_text (&self->stats) : g_strdup (_ ("There was no answer yet."));
      g_autofree char *context = self->has_stats ? g_strdup_printf (_ ("; %u of %u tokens of the context in use"), self->stats.prompt_tokens + self->stats.tokens, maq_session_get_context_length (self->session)) : g_strdup ("");
      maq_cli_note (self->cli, "%s%s", figures, context);
    }
  else if (g_str_equal (line, "/help"))
    maq_cli_note (self->cli, _ ("/reset forgets the conversation, /stats shows the figures of the last answer.\n"
                                "Ctrl+C stops an answer, Ctrl+D ends the chat."));
  else
    maq_cli_note (self->cli, _ ("There is no %s. /help lists what there is."), line);
}

static gboolean
chat (MaqCli *cli, char **arguments, GError **error)
{
  g_auto (Chat) self = { .cli = cli };
  self.options = maq_cli_session_make_options (error);
  if (self.options == NULL)
    return FALSE;
  self.session = maq_cli_session_load (cli, arguments[0], error);
  if (self.session == NULL)
    return FALSE;
  self.interactive = maq_cli_input_is_terminal () && maq_cli_is_terminal (cli) && !maq_cli_wants_json (cli);
  reset (&self);
  maq_cli_set_interrupt_func (cli, on_interrupt, &self);
  if (self.interactive)
    maq_cli_note (cli, _ ("%s, %s. /help says what can be done."), arguments[0], maq_session_get_backend (self.session));

  g_autoptr (MaqCliInput) input = maq_cli_input_new ();
  for (;;)
    {
      print_mark (&self);
      g_autoptr (GError) failure = NULL;
      g_autofree char *line = maq_cli_input_read_line (input, &failure);
      if (line == NULL)
        {
          if (failure == NULL && self.interactive)
            maq_cli_write (cli, "\n");
          if (failure != NULL)
            g_propagate_error (error, g_error_copy (failure));
          return failure == NULL && check_lost (&self, error);
        }
      self.warned = FALSE;
      g_strstrip (line);
      if (*line == '/')
        run_slash_command (&self, line);
      else if (*line != '\0' && !answer (&self, line, error))
        return FALSE;
    }
}

const MaqCliCommand maq_cli_chat_command = {
  .name = "chat",
  .arguments = "MODEL",
  .summary = N_ ("Talk to a model"),
  .details = N_ ("MODEL is a weights file or owner/name[:QUANT], which is downloaded if needed.\n"
                 "Each line is a message; in the chat, /help says what else can be done."),
  .shared_options = maq_cli_session_options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = chat,
};
