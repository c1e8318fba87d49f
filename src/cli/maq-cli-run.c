// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>

#include "maq-cli-input.h"
#include "maq-cli-schema.h"
#include "maq-cli-session.h"
#include "maq-json.h"

static char    *option_prompt;
static char    *option_prompts;
static char    *option_json_schema;
static gboolean option_raw;
static gboolean option_embed;

static const GOptionEntry options[] = {
  { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &option_prompt, N_ ("The prompt (default: standard input)"), "PROMPT" },
  { "prompts", 0, 0, G_OPTION_ARG_FILENAME, &option_prompts, N_ ("Answer each line of FILE: {\"prompt\": …} or {\"messages\": […]} (- for standard input)"), "FILE" },
  { "json-schema", 0, 0, G_OPTION_ARG_FILENAME, &option_json_schema, N_ ("Make the answer follow the JSON schema in FILE (- for standard input)"), "FILE" },
  { "raw", 0, 0, G_OPTION_ARG_NONE, &option_raw, N_ ("Continue the prompt without a chat template"), NULL },
  { "embed", 0, 0, G_OPTION_ARG_NONE, &option_embed, N_ ("Print the embedding of each TEXT or each line of standard input"), NULL },
  { NULL },
};

// Puts PROMPT into OPTIONS, as a user's message unless it is to be continued as it is.
static void
set_prompt (MaqGenerateOptions *to, const char *prompt)
{
  if (option_raw)
    {
      to->prompt = g_strdup (prompt);
      return;
    }
  if (maq_cli_session_get_system () != NULL)
    maq_generate_options_add_message (to, "system", maq_cli_session_get_system ());
  maq_generate_options_add_message (to, "user", prompt);
}

// Answers one prompt: streamed as text, or whole as one JSON object.
static gboolean
answer_one (MaqCli *cli, MaqSession *session, const char *model, const MaqGenerateOptions *generate, GError **error)
{
  MaqStats         stats;
  gboolean         json = maq_cli_wants_json (cli);
  g_autofree char *text = maq_cli_session_answer (cli, session, generate, !json, NULL, NULL, &stats, error);
  if (text == NULL)
    return FALSE;
  if (!json)
    {
      g_autofree char *figures = maq_cli_stats_to_text (&stats);
      maq_cli_note (cli, "%s", figures);
      return generate->grammar == NULL || maq_cli_schema_check (text, &stats, error);
    }
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "model", model);
  maq_cli_json_string (builder, "path", maq_session_get_path (session));
  maq_cli_json_string (builder, "text", text);
  maq_cli_json_stats (builder, &stats);
  maq_cli_json_string (builder, "backend", maq_session_get_backend (session));
  maq_cli_json_string (builder, "confinement", maq_session_get_confinement (session));
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
  return generate->grammar == NULL || maq_cli_schema_check (text, &stats, error);
}

// Turns a line of --prompts into what to generate. NULL with a sentence if it is not one.
static MaqGenerateOptions *
parse_line (const char *line, const MaqGenerateOptions *common, GError **error)
{
  g_autoptr (GError) syntax = NULL;
  g_autoptr (MaqJson) json = maq_json_parse_text (line, &syntax);
  if (json == NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Invalid JSON (%s). Use {\"prompt\": \"…\"}."), syntax->message);
      return NULL;
    }
  MaqJsonValue *root = maq_json_get_root (json);
  MaqJsonValue *messages = maq_json_get (root, "messages");
  const char   *prompt = maq_json_get_string (root, "prompt");
  g_autoptr (MaqGenerateOptions) generate = maq_generate_options_copy (common);
  if (prompt != NULL)
    set_prompt (generate, prompt);
  else if (maq_json_is_array (messages) && maq_json_get_size (messages) > 0)
    {
      MaqJsonValue *message;
      MaqJsonIter   iter;
      maq_json_iter_init (&iter, messages);
      while (maq_json_iter_next (&iter, NULL, &message))
        {
          const char *role = maq_json_get_string (message, "role");
          const char *content = maq_json_get_string (message, "content");
          if (role == NULL || content == NULL)
            {
              g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("A message has no role or content. Use {\"role\": \"user\", \"content\": \"…\"}."));
              return NULL;
            }
          maq_generate_options_add_message (generate, role, content);
        }
    }
  else
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("No prompt or messages. Use {\"prompt\": \"…\"}."));
      return NULL;
    }
  return g_steal_pointer (&generate);
}

// Answers line N. A line that cannot be answered costs no other line, also where the engine crashes at it; *FAILED says that there
// was one.
static gboolean
answer_line (MaqCli *cli, MaqSession **session, const char *line, guint n, const MaqGenerateOptions *common, gboolean *failed, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (MaqGenerateOptions) generate = parse_line (line, common, &failure);
  if (!maq_cli_session_revive (cli, session, error))
    return FALSE;
  gboolean         json = maq_cli_wants_json (cli);
  MaqStats         stats;
  g_autofree char *text = generate != NULL ? maq_cli_session_answer (cli, *session, generate, !json, NULL, NULL, &stats, &failure) : NULL;
  if (text == NULL && maq_session_get_state (*session) != MAQ_SESSION_READY && maq_session_get_state (*session) != MAQ_SESSION_FAILED)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  // A bound answer that was cut is shown, and so is what cut it.
  if (text != NULL && generate->grammar != NULL)
    maq_cli_schema_check (text, &stats, &failure);
  g_autofree char *sentence = failure != NULL ? maq_cli_describe_error (failure) : NULL;
  *failed = *failed || failure != NULL;
  if (!json)
    {
      if (sentence != NULL)
        maq_cli_note (cli, _ ("Line %u: %s"), n, sentence);
      return TRUE;
    }
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_int (builder, "line", n);
  if (text != NULL)
    {
      maq_cli_json_string (builder, "text", text);
      maq_cli_json_stats (builder, &stats);
    }
  if (sentence != NULL)
    maq_cli_json_string (builder, "error", sentence);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
  return TRUE;
}

static char *
read_prompts (GError **error)
{
  if (g_str_equal (option_prompts, "-"))
    {
      g_autoptr (MaqCliInput) input = maq_cli_input_new ();
      return maq_cli_input_read_all (input, error);
    }
  g_autofree char *path = maq_cli_dup_path (option_prompts);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GBytes) bytes = dex_await_boxed (dex_file_load_contents_bytes (file), error);
  if (bytes == NULL)
    return NULL;
  gsize       size;
  const char *data = g_bytes_get_data (bytes, &size);
  return g_utf8_make_valid (data != NULL ? data : "", (gssize) size);
}

static gboolean
answer_lines (MaqCli *cli, const char *model, const MaqGenerateOptions *common, GError **error)
{
  g_autofree char *text = read_prompts (error);
  if (text == NULL)
    return FALSE;
  g_autoptr (MaqSession) session = maq_cli_session_load (cli, model, error);
  if (session == NULL)
    return FALSE;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint    n_lines = g_strv_length (lines);
  gboolean failed = FALSE;
  for (guint i = 0; i < n_lines; i++)
    {
      maq_cli_progress_fraction (cli, _ ("Answering"), (double) i / n_lines);
      if (*g_strstrip (lines[i]) != '\0' && !answer_line (cli, &session, lines[i], i + 1, common, &failed, error))
        return FALSE;
    }
  if (failed)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Some lines were not answered. See the messages above."));
  return !failed;
}

static void
print_vector (MaqCli *cli, const char *text, GVariant *vector)
{
  gsize         n;
  const double *numbers = g_variant_get_fixed_array (vector, &n, sizeof (double));
  if (maq_cli_wants_json (cli))
    {
      g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "text", text);
      json_builder_set_member_name (builder, "embedding");
      json_builder_begin_array (builder);
      for (gsize i = 0; i < n; i++)
        json_builder_add_double_value (builder, numbers[i]);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
      maq_cli_print_json (cli, builder);
      return;
    }
  for (gsize i = 0; i < n; i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];
      g_ascii_formatd (number, sizeof number, "%.7g", numbers[i]);
      maq_cli_print (cli, "%s%s", i > 0 ? " " : "", number);
    }
  maq_cli_write (cli, "\n");
}

// The texts to embed: the words after the model, or the lines of standard input.
static char **
read_texts (char **words, GError **error)
{
  if (*words != NULL)
    return g_strdupv (words);
  g_autoptr (MaqCliInput) input = maq_cli_input_new ();
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  g_autoptr (GError) failure = NULL;
  char *line;
  while ((line = maq_cli_input_read_line (input, &failure)) != NULL)
    g_strv_builder_take (texts, line);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return g_strv_builder_end (texts);
}

static gboolean
embed (MaqCli *cli, const char *model, char **words, GError **error)
{
  g_auto (GStrv) texts = read_texts (words, error);
  if (texts == NULL)
    return FALSE;
  if (*texts == NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("No text to embed. Give it after the model or on standard input"));
      return FALSE;
    }
  g_autoptr (MaqSession) session = maq_cli_session_load (cli, model, error);
  if (session == NULL)
    return FALSE;
  if (maq_session_ignores_case (session))
    maq_cli_note (cli, _ ("This model distinguishes upper and lower case, but the engine does not: its embeddings differ from those of other programs."));
  g_autoptr (GVariant) vectors = dex_await_variant (maq_session_embed (session, (const char *const *) texts), error);
  if (vectors == NULL)
    return FALSE;
  for (guint i = 0; texts[i] != NULL && i < g_variant_n_children (vectors); i++)
    {
      g_autoptr (GVariant) vector = g_variant_get_child_value (vectors, i);
      print_vector (cli, texts[i], vector);
    }
  return TRUE;
}

// The prompt of -p or of standard input (transfer full).
static char *
read_prompt (GError **error)
{
  if (option_prompt != NULL)
    return g_strdup (option_prompt);
  if (maq_cli_input_is_terminal ())
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("No prompt. Give one with -p, or use “maq chat”"));
      return NULL;
    }
  g_autoptr (MaqCliInput) input = maq_cli_input_new ();
  char *prompt = maq_cli_input_read_all (input, error);
  // The newline that ends the last line belongs to the file and not to the prompt.
  if (prompt != NULL && g_str_has_suffix (prompt, "\n"))
    prompt[strlen (prompt) - 1] = '\0';
  return prompt;
}

static gboolean
check_choice (char **words, GError **error)
{
  int chosen = (option_prompt != NULL) + (option_prompts != NULL) + option_embed;
  if (chosen > 1)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Use only one of -p, --prompts and --embed"));
  else if (option_json_schema != NULL && option_embed)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--json-schema cannot be used with --embed"));
  else if (option_json_schema != NULL && g_str_equal (option_json_schema, "-") && (option_prompts != NULL ? g_str_equal (option_prompts, "-") : option_prompt == NULL))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Standard input cannot be both the JSON schema and the prompt"));
  else if (!option_embed && *words != NULL)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Unexpected argument “%s” for run. Give the prompt with -p"), *words);
  else
    return TRUE;
  return FALSE;
}

static gboolean
run (MaqCli *cli, char **arguments, GError **error)
{
  const char *model = arguments[0];
  if (!check_choice (arguments + 1, error))
    return FALSE;
  if (option_embed)
    return embed (cli, model, arguments + 1, error);
  g_autoptr (MaqGenerateOptions) generate = maq_cli_session_make_options (error);
  if (generate == NULL)
    return FALSE;
  if (option_json_schema != NULL && (generate->grammar = maq_cli_schema_read (option_json_schema, error)) == NULL)
    return FALSE;
  if (option_prompts != NULL)
    return answer_lines (cli, model, generate, error);
  g_autofree char *prompt = read_prompt (error);
  if (prompt == NULL)
    return FALSE;
  if (*prompt == '\0')
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("The prompt is empty. Give one with -p or on standard input"));
      return FALSE;
    }
  set_prompt (generate, prompt);
  g_autoptr (MaqSession) session = maq_cli_session_load (cli, model, error);
  if (session == NULL)
    return FALSE;
  if (!option_raw && !maq_session_has_chat_template (session))
    maq_cli_note (cli, _ ("This model has no chat template and may only continue the text. To hide this message, use --raw."));
  return answer_one (cli, session, model, generate, error);
}

const MaqCliCommand maq_cli_run_command = {
  .name = "run",
  .arguments = "MODEL [TEXT…]",
  .summary = N_ ("Run a prompt, or embed texts"),
  .details = N_ ("MODEL is a weights file or owner/name[:QUANT], which is downloaded if needed.\n"
                 "With --json-schema, objects have only the properties in the schema unless it sets additionalProperties."),
  .options = options,
  .shared_options = maq_cli_session_options,
  .min_arguments = 1,
  .max_arguments = -1,
  .run = run,
};
