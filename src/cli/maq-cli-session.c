// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-session.h"

#include <glib/gi18n.h>
#include <math.h>

#include "maq-cli-repo.h"
#include "maq-cli-text.h"
#include "maq-units.h"

// Not given on the command line.
#define UNSET NAN

static int    option_max_tokens;
static double option_temperature = UNSET;
static double option_top_p = UNSET;
static double option_min_p = UNSET;
static double option_repeat_penalty = UNSET;
static int    option_top_k = -1;
static int    option_context;
static int    option_threads;
static char  *option_seed;
static char  *option_system;
static char **option_stop;

const GOptionEntry maq_cli_session_options[] = {
  { "system", 0, 0, G_OPTION_ARG_FILENAME, &option_system, N_ ("System prompt"), "TEXT" },
  { "max-tokens", 'n', 0, G_OPTION_ARG_INT, &option_max_tokens, N_ ("Maximum number of tokens in an answer"), "N" },
  { "temp", 0, 0, G_OPTION_ARG_DOUBLE, &option_temperature, N_ ("Temperature; 0 always picks the most likely token (0.8)"), "T" },
  { "seed", 0, 0, G_OPTION_ARG_FILENAME, &option_seed, N_ ("Random seed"), "S" },
  { "top-k", 0, 0, G_OPTION_ARG_INT, &option_top_k, N_ ("Sample from the K most likely tokens, 0 for all (40)"), "K" },
  { "top-p", 0, 0, G_OPTION_ARG_DOUBLE, &option_top_p, N_ ("Sample from the tokens within this total probability (0.95)"), "P" },
  { "min-p", 0, 0, G_OPTION_ARG_DOUBLE, &option_min_p, N_ ("Skip tokens less likely than this share of the top token (0.05)"), "P" },
  { "repeat-penalty", 0, 0, G_OPTION_ARG_DOUBLE, &option_repeat_penalty, N_ ("Penalty for repetition, 1 for none (1)"), "R" },
  { "stop", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &option_stop, N_ ("Stop before this text (repeatable)"), "TEXT" },
  { "context", 'c', 0, G_OPTION_ARG_INT, &option_context, N_ ("Context length in tokens"), "N" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &option_threads, N_ ("Number of threads"), "N" },
  { NULL },
};

static gboolean
check_range (const char *option, double value, double min, double max, GError **error)
{
  if (value >= min && value <= max)
    return TRUE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("%s must be between %g and %g"), option, min, max);
  return FALSE;
}

// Takes VALUE over unless the option was not given.
static gboolean
take_double (const char *option, double value, double max, double *to, GError **error)
{
  if (isnan (value))
    return TRUE;
  if (!check_range (option, value, 0, max, error))
    return FALSE;
  *to = value;
  return TRUE;
}

MaqGenerateOptions *
maq_cli_session_make_options (GError **error)
{
  g_autoptr (MaqGenerateOptions) options = maq_generate_options_new ();
  if (!take_double ("--temp", option_temperature, 100, &options->temperature, error) ||
      !take_double ("--top-p", option_top_p, 1, &options->top_p, error) ||
      !take_double ("--min-p", option_min_p, 1, &options->min_p, error) ||
      !take_double ("--repeat-penalty", option_repeat_penalty, 10, &options->repeat_penalty, error) ||
      !check_range ("--top-k", option_top_k, -1, 1e6, error) ||
      !check_range ("--max-tokens", option_max_tokens, 0, 1e7, error) ||
      !check_range ("--context", option_context, 0, 1e8, error) ||
      !check_range ("--threads", option_threads, 0, 1024, error))
    return NULL;
  if (option_top_k >= 0)
    options->top_k = option_top_k;
  options->max_tokens = (guint) option_max_tokens;
  options->stop = g_strdupv (option_stop);
  if (option_seed != NULL)
    {
      if (!g_ascii_string_to_unsigned (option_seed, 10, 0, G_MAXUINT64, &options->seed, NULL))
        {
          g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Invalid seed “%s”. Use a whole number"), option_seed);
          return NULL;
        }
      options->has_seed = TRUE;
    }
  return g_steal_pointer (&options);
}

const char *
maq_cli_session_get_system (void)
{
  return option_system;
}

static void
show_loading_cb (MaqSession *session, GParamSpec *pspec, gpointer data)
{
  if (maq_session_get_state (session) == MAQ_SESSION_LOADING)
    maq_cli_progress_fraction (data, _ ("Loading"), maq_session_get_progress (session));
}

static MaqSession *
load_path (MaqCli *cli, const char *path, GError **error)
{
  MaqLoadOptions options = { .context_length = (guint) option_context, .n_threads = (guint) option_threads, .n_gpu_layers = -1 };
  g_autoptr (MaqSession) session = maq_engine_start (maq_cli_get_engine (cli), path, &options);
  gulong   handler = g_signal_connect (session, "notify::progress", G_CALLBACK (show_loading_cb), cli);
  gboolean ready = dex_await (maq_session_wait_ready (session), error);
  g_signal_handler_disconnect (session, handler);
  maq_cli_progress_end (cli);
  return ready ? g_steal_pointer (&session) : NULL;
}

MaqSession *
maq_cli_session_load (MaqCli *cli, const char *model, GError **error)
{
  g_autofree char *path = maq_cli_find_weights (cli, model, error);
  return path != NULL ? load_path (cli, path, error) : NULL;
}

gboolean
maq_cli_session_revive (MaqCli *cli, MaqSession **session, GError **error)
{
  if (maq_session_get_state (*session) != MAQ_SESSION_FAILED)
    return TRUE;
  MaqSession *again = load_path (cli, maq_session_get_path (*session), error);
  if (again == NULL)
    return FALSE;
  g_object_unref (*session);
  *session = again;
  return TRUE;
}

static void
print_chunk (MaqCli *cli, const char *chunk)
{
  // A model can be made to say what moves the cursor; a file or a pipe gets every byte.
  g_autofree char *clean = maq_cli_is_terminal (cli) ? maq_cli_clean (chunk, TRUE) : NULL;
  maq_cli_write (cli, clean != NULL ? clean : chunk);
  maq_cli_flush (cli);
}

char *
maq_cli_session_answer (MaqCli *cli, MaqSession *session, const MaqGenerateOptions *options, gboolean print, MaqCliAnswerFunc func, gpointer data, MaqStats *stats, GError **error)
{
  g_autoptr (MaqGeneration) generation = maq_session_generate (session, options);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) failure = NULL;
  if (func != NULL)
    func (generation, data);
  for (;;)
    {
      g_autofree char *chunk = dex_await_string (maq_generation_next (generation), &failure);
      if (chunk == NULL || *chunk == '\0')
        break;
      g_string_append (text, chunk);
      if (print)
        print_chunk (cli, chunk);
    }
  if (func != NULL)
    func (NULL, data);
  if (print && text->len > 0 && text->str[text->len - 1] != '\n')
    print_chunk (cli, "\n");
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  *stats = (MaqStats) { 0 };
  maq_generation_get_stats (generation, stats);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
maq_cli_stats_to_text (const MaqStats *stats)
{
  g_autofree char *memory = maq_format_bytes (stats->memory);
  return g_strdup_printf (ngettext ("%u token, %.1f tokens/s, %.0f ms to first token, %s of memory",
                                    "%u tokens, %.1f tokens/s, %.0f ms to first token, %s of memory",
                                    stats->tokens),
                          stats->tokens,
                          stats->tokens_per_second,
                          stats->first_token_ms,
                          memory);
}

void
maq_cli_json_stats (JsonBuilder *builder, const MaqStats *stats)
{
  json_builder_set_member_name (builder, "stats");
  json_builder_begin_object (builder);
  maq_cli_json_int (builder, "prompt_tokens", stats->prompt_tokens);
  maq_cli_json_int (builder, "cached_tokens", stats->cached_tokens);
  maq_cli_json_int (builder, "tokens", stats->tokens);
  maq_cli_json_double (builder, "first_token_ms", stats->first_token_ms);
  maq_cli_json_double (builder, "tokens_per_second", stats->tokens_per_second);
  maq_cli_json_double (builder, "load_ms", stats->load_ms);
  maq_cli_json_int (builder, "memory", (gint64) stats->memory);
  maq_cli_json_string (builder, "stop_reason", stats->stop_reason);
  json_builder_end_object (builder);
}
