// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cli.h"

// A loaded model and its answers, for `run` and `chat`.

G_BEGIN_DECLS

// --max-tokens, --temp, --seed and the like, for MaqCliCommand.shared_options.
extern const GOptionEntry maq_cli_session_options[];

// What these options say. NULL with a usage error if a figure is out of its range (transfer full).
MaqGenerateOptions *maq_cli_session_make_options (GError **error);
// The system prompt of --system, or NULL.
const char *maq_cli_session_get_system (void);

// Finds or fetches MODEL and loads it, with progress (transfer full).
MaqSession *maq_cli_session_load (MaqCli *cli, const char *model, GError **error);
// Loads the model again if the process of *SESSION has ended, which then is another. FALSE with an error if it cannot be.
gboolean maq_cli_session_revive (MaqCli *cli, MaqSession **session, GError **error);

// Called when an answer starts and, with NULL, when it is over.
typedef void (*MaqCliAnswerFunc) (MaqGeneration *generation, gpointer data);
// Generates an answer and returns its text (transfer full). PRINT: also streams it to standard output, with a newline at the
// end. FUNC nullable.
char *maq_cli_session_answer (MaqCli *cli, MaqSession *session, const MaqGenerateOptions *options, gboolean print, MaqCliAnswerFunc func, gpointer data, MaqStats *stats, GError **error);

// The figures as one line for people (transfer full), and as the member "stats" of a JSON object.
char *maq_cli_stats_to_text (const MaqStats *stats);
void  maq_cli_json_stats (JsonBuilder *builder, const MaqStats *stats);

G_END_DECLS
