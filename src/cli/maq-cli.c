// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "maq-address.h"
#include "maq-cli-private.h"
#include "maq-cli-repo.h"
#include "maq-paths.h"
#include "maq-runner-engine.h"
#include "maq-settings.h"

// One command runs as one fiber. Ctrl+C drops the fiber's future: whatever the fiber awaits rejects, the fiber returns and
// ends the main loop. What lives on (transfers, a loaded model) is then stopped in maq_cli_finish. A second Ctrl+C ends the
// process at once.

#define SHUTDOWN_SECONDS 5
#define PATIENCE_MSEC    1000
// Commands parse and write JSON and Markdown of some depth on it.
#define FIBER_STACK (1024 * 1024)

G_DEFINE_QUARK (maq - cli - error - quark, maq_cli_error)

static const MaqCliCommand *const *all_commands;

static gboolean option_json;
static gboolean option_quiet;
static gboolean option_offline;
static gboolean option_help;
static gboolean option_version;
static char    *option_endpoint;

static const GOptionEntry common_options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_ ("Print JSON, one object per line"), NULL },
  { "endpoint", 0, 0, G_OPTION_ARG_STRING, &option_endpoint, N_ ("Use the Hub at this address"), "URL" },
  { "offline", 0, 0, G_OPTION_ARG_NONE, &option_offline, N_ ("Use only what is on this computer"), NULL },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &option_quiet, N_ ("Print only results and errors"), NULL },
  { "help", 'h', 0, G_OPTION_ARG_NONE, &option_help, N_ ("Show this help"), NULL },
  { NULL },
};

static const GOptionEntry program_options[] = {
  { "version", 0, 0, G_OPTION_ARG_NONE, &option_version, N_ ("Show the version"), NULL },
  { NULL },
};

gboolean
maq_cli_wants_json (MaqCli *self)
{
  return option_json;
}

gboolean
maq_cli_is_quiet (MaqCli *self)
{
  return option_quiet;
}

gboolean
maq_cli_is_offline (MaqCli *self)
{
  return option_offline || maq_paths_env_is_offline ();
}

MaqSettings *
maq_cli_get_settings (MaqCli *self)
{
  if (self->settings == NULL)
    {
      self->settings = maq_settings_new ();
      if (option_endpoint != NULL)
        maq_settings_override_endpoint (self->settings, option_endpoint, "--endpoint");
    }
  return self->settings;
}

// Without a token there is still what is public: that there is none is no reason to stop.
static void
load_token (MaqCli *self, MaqHubClient *client, const char *endpoint)
{
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&self->token, maq_token_unref);
  self->token = dex_await_boxed (maq_token_load (endpoint), &error);
  if (self->token == NULL)
    {
      g_debug ("No token: %s", error->message);
      return;
    }
  maq_hub_client_set_token (client, self->token->text, self->token->endpoint);
  if (self->token->is_broken)
    maq_cli_note (self, "maq: %s", self->token->left_out);
  if (self->token->is_news && !maq_cli_is_quiet (self))
    {
      g_autofree char *warning = maq_token_dup_warning (self->token);
      maq_cli_note (self, "maq: %s", warning);
      dex_await (maq_token_mark_told (self->token), NULL);
    }
}

MaqHubClient *
maq_cli_get_client (MaqCli *self, GError **error)
{
  if (self->client != NULL)
    return self->client;

  g_autofree char *endpoint = maq_settings_dup_endpoint (maq_cli_get_settings (self));
  g_autoptr (MaqHubClient) client = maq_hub_client_new (NULL);
  if (!maq_hub_client_set_endpoint (client, endpoint, NULL))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Invalid Hub address “%s”. Use an address such as https://huggingface.co or http://127.0.0.1:8080"), endpoint);
      return NULL;
    }
  if (maq_cli_is_offline (self))
    maq_hub_client_set_offline (client, TRUE);
  else
    load_token (self, client, endpoint);
  self->client = g_steal_pointer (&client);
  return self->client;
}

MaqCache *
maq_cli_get_cache (MaqCli *self)
{
  if (self->cache == NULL)
    {
      g_autofree char *root = maq_settings_dup_cache_dir (maq_cli_get_settings (self));
      self->cache = maq_cache_new (root);
    }
  return self->cache;
}

MaqTransferList *
maq_cli_get_transfers (MaqCli *self, GError **error)
{
  MaqHubClient *client = maq_cli_get_client (self, error);
  if (client == NULL)
    return NULL;
  if (self->transfers == NULL)
    {
      self->transfers = maq_transfer_list_new (client, maq_cli_get_cache (self), NULL);
      maq_transfer_list_set_rate (self->transfers, maq_settings_get_download_limit (maq_cli_get_settings (self)));
    }
  return self->transfers;
}

MaqEngine *
maq_cli_get_engine (MaqCli *self)
{
  if (self->engine == NULL)
    self->engine = maq_runner_engine_new (NULL);
  return self->engine;
}

gboolean
maq_cli_parse_kind (const char *text, MaqRepoKind *kind, GError **error)
{
  if (text == NULL)
    {
      *kind = MAQ_REPO_KIND_MODEL;
      return TRUE;
    }
  if (maq_repo_kind_from_string (text, kind))
    return TRUE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Unknown kind “%s”. Use --kind model, dataset, space or kernel"), text);
  return FALSE;
}

// ASKS: the Hub, where a revision may go on after a slash.
static MaqRepoAddress *
parse_repo (MaqCli *self, const char *text, const char *kind, gboolean asks, GError **error)
{
  MaqRepoKind wanted;
  if (!maq_cli_parse_kind (kind, &wanted, error))
    return NULL;
  g_autofree char *endpoint = maq_settings_dup_endpoint (maq_cli_get_settings (self));
  g_autoptr (GError) parse_error = NULL;
  // A bare word, which may be words to search for elsewhere, is the id of an old repo here, such as gpt2.
  gboolean is_id = maq_repo_id_validate (text, NULL);
  g_autoptr (MaqRepoAddress) address = is_id ? maq_repo_address_new (wanted, text, NULL, NULL) : maq_repo_address_parse (text, wanted, endpoint, &parse_error);
  if (address == NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Invalid repo name “%s” (%s). Use owner/name or owner/name@revision"), text, parse_error->message);
      return NULL;
    }
  MaqHubClient *client = NULL;
  if (asks && !maq_cli_is_offline (self) && address->revision != NULL && address->path != NULL && (client = maq_cli_get_client (self, error)) == NULL)
    return NULL;
  g_clear_pointer (&self->asked, maq_repo_address_free);
  self->asked = dex_await_boxed (maq_address_resolve (client, maq_cli_get_cache (self), address), error);
  return maq_repo_address_copy (self->asked);
}

MaqRepoAddress *
maq_cli_parse_repo (MaqCli *self, const char *text, const char *kind, GError **error)
{
  return parse_repo (self, text, kind, TRUE, error);
}

MaqRepoAddress *
maq_cli_parse_cached_repo (MaqCli *self, const char *text, const char *kind, GError **error)
{
  return parse_repo (self, text, kind, FALSE, error);
}

char *
maq_cli_dup_path (const char *text)
{
  return g_file_test (text, G_FILE_TEST_EXISTS) ? g_strdup (text) : maq_paths_expand_home (text);
}

void
maq_cli_set_interrupt_func (MaqCli *self, MaqCliInterruptFunc func, gpointer data)
{
  self->interrupt_func = func;
  self->interrupt_data = data;
}

static gboolean
on_interrupt_cb (gpointer data)
{
  MaqCli *self = data;
  if (self->interrupt_func != NULL && self->interrupt_func (self->interrupt_data))
    return G_SOURCE_CONTINUE;
  if (self->interrupted)
    _exit (130);
  self->interrupted = TRUE;
  maq_cli_progress_end (self);
  dex_clear (&self->fiber);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate_cb (gpointer data)
{
  MaqCli *self = data;
  if (!self->command->serves)
    maq_cli_set_interrupt_func (self, NULL, NULL);
  return on_interrupt_cb (self);
}

static DexFuture *
command_fiber (gpointer data)
{
  MaqCli *self = data;
  g_autoptr (GError) error = NULL;
  if (!self->command->run (self, self->arguments, &error) && !self->interrupted)
    {
      if (self->asked != NULL)
        maq_cli_explain_revision (self, self->asked, &error);
      self->error = g_steal_pointer (&error);
    }
  g_main_loop_quit (self->loop);
  return dex_future_new_true ();
}

static gboolean
on_timeout_cb (gpointer data)
{
  gboolean *over = data;
  *over = TRUE;
  return G_SOURCE_REMOVE;
}

// Stops what outlives the command's fiber. Partial files stay, so that the next download goes on with them.
static void
stop_transfers (MaqCli *self)
{
  if (self->transfers == NULL || maq_transfer_list_get_n_active (self->transfers) == 0)
    return;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->transfers));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);
      maq_transfer_cancel (transfer);
    }
  gboolean over = FALSE;
  guint    source = g_timeout_add_seconds (SHUTDOWN_SECONDS, on_timeout_cb, &over);
  while (!over && maq_transfer_list_get_n_active (self->transfers) > 0)
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (source);
}

static gboolean
on_patience_cb (gpointer data)
{
  maq_cli_show_waiting (data);
  return G_SOURCE_REMOVE;
}

static int
run_command (MaqCli *self)
{
  g_autoptr (GSource) patience = g_timeout_source_new (PATIENCE_MSEC);
  g_source_set_callback (patience, on_patience_cb, self, NULL);
  g_source_attach (patience, NULL);
  self->loop = g_main_loop_new (NULL, FALSE);
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt_cb, self);
  guint terminate = g_unix_signal_add (SIGTERM, on_terminate_cb, self);
  // Only a future that others depend on is cancelled when the last of them goes, hence the set of one.
  self->fiber = dex_future_first (dex_scheduler_spawn (NULL, FIBER_STACK, command_fiber, self, NULL), NULL);
  g_main_loop_run (self->loop);
  g_source_destroy (patience);
  maq_cli_progress_end (self);
  stop_transfers (self);
  g_source_remove (interrupt);
  g_source_remove (terminate);

  gboolean written = maq_cli_finish_output (self);
  if (self->interrupted)
    return 130;
  if (self->error != NULL)
    return maq_cli_report (self, self->error);
  return written ? 0 : 1;
}

static void
maq_cli_finish (MaqCli *self)
{
  dex_clear (&self->fiber);
  g_clear_pointer (&self->asked, maq_repo_address_free);
  g_clear_object (&self->engine);
  g_clear_object (&self->transfers);
  g_clear_object (&self->cache);
  g_clear_object (&self->client);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->token, maq_token_unref);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&option_endpoint, g_free);
}

static void
print_program_help (FILE *stream)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append (text, _ ("Usage:\n  maq COMMAND [OPTION…] [ARGUMENT…]\n\n"
                            "Find, download and run models from the Hugging Face Hub.\n\nCommands:\n"));
  for (guint i = 0; all_commands[i] != NULL; i++)
    g_string_append_printf (text, "  %-10s%s\n", all_commands[i]->name, _ (all_commands[i]->summary));
  g_string_append (text, _ ("\nCommon options:\n"
                            "  --json          print JSON, one object per line\n"
                            "  --endpoint URL  use the Hub at this address\n"
                            "  --offline       use only what is on this computer\n"
                            "  -q, --quiet     print only results and errors\n"
                            "  -h, --help      show help (for a command: maq COMMAND --help)\n"
                            "  --version       show the version\n\n"
                            "MODEL is a weights file or owner/name[:QUANT].\n"
                            "Exit status: 0 done, 1 failed, 2 bad usage, 130 interrupted.\n"));
  fputs (text->str, stream);
}

// A context for the options of COMMAND, or for those before the command when NULL.
static GOptionContext *
new_option_context (const MaqCliCommand *command)
{
  GOptionContext *context = g_option_context_new (command != NULL ? command->arguments : NULL);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (command != NULL && command->options != NULL)
    g_option_context_add_main_entries (context, command->options, GETTEXT_PACKAGE);
  if (command != NULL && command->shared_options != NULL)
    g_option_context_add_main_entries (context, command->shared_options, GETTEXT_PACKAGE);
  if (command == NULL)
    {
      g_option_context_set_strict_posix (context, TRUE);
      g_option_context_add_main_entries (context, program_options, GETTEXT_PACKAGE);
    }
  g_option_context_add_main_entries (context, common_options, GETTEXT_PACKAGE);
  return context;
}

static void
print_command_help (const MaqCliCommand *command)
{
  g_autoptr (GOptionContext) context = new_option_context (command);
  g_autofree char *program = g_strdup_printf ("maq %s", command->name);
  g_autofree char *summary = g_strdup_printf ("%s.", _ (command->summary));
  g_set_prgname (program);
  g_option_context_set_summary (context, summary);
  if (command->details != NULL)
    g_option_context_set_description (context, _ (command->details));
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
  fputs (help, stdout);
}

static const MaqCliCommand *
find_command (const char *name)
{
  for (guint i = 0; all_commands[i] != NULL; i++)
    if (g_str_equal (all_commands[i]->name, name))
      return all_commands[i];
  return NULL;
}

static int
usage_error (const char *command, const char *message)
{
  g_autofree char *clean = maq_cli_sentence (message);
  if (command != NULL)
    fprintf (stderr, _ ("maq: %s See “maq %s --help”.\n"), clean, command);
  else
    fprintf (stderr, _ ("maq: %s See “maq --help”.\n"), clean);
  return 2;
}

// Checks how many words stand after the command; NULL when they are right, else what is wrong (transfer full).
static char *
check_arguments (const MaqCliCommand *command, char **arguments)
{
  int n = (int) g_strv_length (arguments);
  if (n < command->min_arguments)
    return g_strdup_printf (_ ("Usage: %s %s"), command->name, command->arguments);
  if (command->max_arguments >= 0 && n > command->max_arguments)
    return g_strdup_printf (_ ("Unexpected argument “%s” for %s"), arguments[command->max_arguments], command->name);
  return NULL;
}

// GOption keeps the -- that ends the options when a word after it starts with a dash. Before it no word can be --.
static void
drop_separator (char **words)
{
  while (*words != NULL && !g_str_equal (*words, "--"))
    words++;
  g_free (*words);
  for (; *words != NULL; words++)
    words[0] = words[1];
}

// Runs COMMAND; ARGV is what stands after its name.
static int
start_command (const MaqCliCommand *command, char **argv)
{
  g_autoptr (GOptionContext) context = new_option_context (command);
  g_autoptr (GError) error = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_strv_builder_add (builder, "maq");
  g_strv_builder_addv (builder, (const char **) argv);
  g_auto (GStrv) words = g_strv_builder_end (builder);
  if (!g_option_context_parse_strv (context, &words, &error))
    return usage_error (command->name, error->message);
  if (option_help)
    {
      print_command_help (command);
      return 0;
    }
  drop_separator (words + 1);
  char           **arguments = words + 1;
  g_autofree char *wrong = check_arguments (command, arguments);
  if (wrong != NULL)
    return usage_error (command->name, wrong);

  MaqCli cli = { .command = command, .arguments = arguments };
  maq_cli_init_output (&cli);
  int status = run_command (&cli);
  maq_cli_finish (&cli);
  return status;
}

int
maq_cli_main (int argc, char **argv, const MaqCliCommand *const *commands)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, MAQ_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("maq");
  dex_init ();
  all_commands = commands;

  for (int i = 1; i < argc; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      {
        g_autofree char *valid = g_utf8_make_valid (argv[i], -1);
        g_autofree char *message = g_strdup_printf (_ ("“%s” is not valid UTF-8"), valid);
        return usage_error (NULL, message);
      }

  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GOptionContext) context = new_option_context (NULL);
  g_autoptr (GError) error = NULL;
  if (!g_option_context_parse_strv (context, &words, &error))
    return usage_error (NULL, error->message);
  if (option_version)
    {
      puts ("maq " MAQ_VERSION);
      return 0;
    }
  if (words[0] != NULL && g_strcmp0 (words[1], "--") == 0)
    drop_separator (words + 1);
  const char *name = words[0] != NULL ? words[1] : NULL;
  if (name == NULL || g_str_equal (name, "help"))
    {
      const MaqCliCommand *about = name != NULL && words[2] != NULL ? find_command (words[2]) : NULL;
      gboolean             asked = option_help || name != NULL;
      if (about != NULL)
        print_command_help (about);
      else
        print_program_help (asked ? stdout : stderr);
      return asked ? 0 : 2;
    }
  const MaqCliCommand *command = find_command (name);
  if (command == NULL)
    {
      g_autofree char *message = g_strdup_printf (_ ("Unknown command “%s”"), name);
      return usage_error (NULL, message);
    }
  return start_command (command, words + 2);
}
