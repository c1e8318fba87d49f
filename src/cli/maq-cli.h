// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <json-glib/json-glib.h>
#include <libdex.h>

#include "maq-cache.h"
#include "maq-engine.h"
#include "maq-hub-client.h"
#include "maq-settings.h"
#include "maq-transfers.h"

// What all commands of `maq` share: the options every command takes, the objects made from them and from the environment,
// output, progress and errors. A command is one file with one MaqCliCommand, listed in maq-cli-main.c. Its run function is
// the body of a fiber on the main thread: it awaits what it needs and returns FALSE with an error, which is printed as
// "maq: what. What next." On Ctrl+C the fiber is cancelled: its await rejects, it returns, and the program ends with 130.

G_BEGIN_DECLS

#define MAQ_CLI_ERROR (maq_cli_error_quark ())
GQuark maq_cli_error_quark (void);

typedef enum
{
  MAQ_CLI_ERROR_USAGE,  // the command line is wrong: exit status 2 and a hint at --help
  MAQ_CLI_ERROR_FAILED, // the message already says what next: exit status 1
} MaqCliError;

typedef struct _MaqCli MaqCli;

typedef struct
{
  const char         *name;           // "search"
  const char         *arguments;      // "[QUERY]", as --help shows them
  const char         *summary;        // one line, without a full stop
  const char         *details;        // nullable: more for --help, after the options
  const GOptionEntry *options;        // nullable: besides the common ones; values live in the command's file
  const GOptionEntry *shared_options; // nullable: further ones, which several commands have
  int                 min_arguments;
  int                 max_arguments; // -1: any number
  gboolean            serves;        // until ended from outside: SIGTERM goes to its MaqCliInterruptFunc, as Ctrl+C does
  // ARGUMENTS: the words after the command, NULL-terminated, valid UTF-8. FALSE with an error set if it failed.
  gboolean (*run) (MaqCli *cli, char **arguments, GError **error);
} MaqCliCommand;

// Parses the command line, runs the command and returns the exit status: 0 done, 1 failed, 2 bad usage, 130 interrupted.
// COMMANDS: ends with NULL.
int maq_cli_main (int argc, char **argv, const MaqCliCommand *const *commands);

// The common options.
gboolean maq_cli_wants_json (MaqCli *self);
gboolean maq_cli_is_quiet (MaqCli *self);
gboolean maq_cli_is_offline (MaqCli *self);

// The objects, made when first asked for and kept until the end (transfer none). The client has the endpoint, the token and
// the offline mode that options, environment, settings, keyring and token file say, in this order; NULL with an error if the
// endpoint is no address. Fibers only.
MaqHubClient    *maq_cli_get_client (MaqCli *self, GError **error);
MaqTransferList *maq_cli_get_transfers (MaqCli *self, GError **error);
MaqCache        *maq_cli_get_cache (MaqCli *self);
MaqSettings     *maq_cli_get_settings (MaqCli *self);
MaqEngine       *maq_cli_get_engine (MaqCli *self);

// Reads `owner/name[@REV]` or a pasted address of a repo (transfer full). KIND: what --kind says, NULL for a model.
// MAQ_CLI_ERROR_USAGE with a sentence otherwise. Asks the Hub, unless offline, where REV ends in `owner/name@feature/x`. Fibers only.
MaqRepoAddress *maq_cli_parse_repo (MaqCli *self, const char *text, const char *kind, GError **error);
// As maq_cli_parse_repo, without asking the Hub which revisions there are: for what concerns the cache alone.
MaqRepoAddress *maq_cli_parse_cached_repo (MaqCli *self, const char *text, const char *kind, GError **error);
// The path a person wrote as TEXT: that of a file of this very name, else with ~ replaced by the home folder (transfer full).
char    *maq_cli_dup_path (const char *text);
gboolean maq_cli_parse_kind (const char *text, MaqRepoKind *kind, GError **error);

// Standard output. Everything that comes from elsewhere goes through maq_cli_clean first where a person reads it. A failure
// to write ends the command: the exit status is 1.
void maq_cli_print (MaqCli *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void maq_cli_write (MaqCli *self, const char *text);
// Shows at once what was written, as a stream wants it.
void maq_cli_flush (MaqCli *self);
// Writes what BUILDER holds on one line of its own, at once.
void maq_cli_print_json (MaqCli *self, JsonBuilder *builder);
// Whether standard output is a terminal, and how many columns it has: G_MAXINT if it is none.
gboolean maq_cli_is_terminal (MaqCli *self);
int      maq_cli_get_columns (MaqCli *self);
// Whether escape sequences for bold and the like are welcome: a terminal, and no NO_COLOR.
gboolean maq_cli_has_styles (MaqCli *self);
// TEXT in bold, or as it is where output has no colours (transfer full).
char *maq_cli_bold (MaqCli *self, const char *text);

// Standard error, unless --quiet: a line for people, and the state of something long. Progress is one updating line on a
// terminal and a plain line now and then elsewhere. TOTAL 0 and SECONDS_LEFT -1: not known.
void maq_cli_note (MaqCli *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void maq_cli_progress (MaqCli *self, const char *label, guint64 done, guint64 total, double speed, gint64 seconds_left);
// A progress that has no bytes: FRACTION of 0 to 1.
void maq_cli_progress_fraction (MaqCli *self, const char *label, double fraction);
void maq_cli_progress_end (MaqCli *self);

// Called on Ctrl+C instead of cancelling the command; returns TRUE if that was enough. NULL for none.
typedef gboolean (*MaqCliInterruptFunc) (gpointer data);
void maq_cli_set_interrupt_func (MaqCli *self, MaqCliInterruptFunc func, gpointer data);

// ERROR as the sentences that `maq` prints for it (transfer full).
char *maq_cli_describe_error (const GError *error);

// Members of JSON objects. NULL, and -1 for the integer, become null.
void maq_cli_json_string (JsonBuilder *builder, const char *name, const char *value);
void maq_cli_json_int (JsonBuilder *builder, const char *name, gint64 value);
void maq_cli_json_double (JsonBuilder *builder, const char *name, double value);
void maq_cli_json_bool (JsonBuilder *builder, const char *name, gboolean value);
void maq_cli_json_strv (JsonBuilder *builder, const char *name, const char *const *values);
// WHEN: Unix seconds; 0 becomes null.
void maq_cli_json_time (JsonBuilder *builder, const char *name, gint64 when);

G_END_DECLS
