// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cli.h"
#include "maq-settings.h"
#include "maq-token.h"

// What the files of the framework share; commands use maq-cli.h.

G_BEGIN_DECLS

struct _MaqCli
{
  const MaqCliCommand *command;
  char               **arguments;

  MaqRepoAddress *asked; // the repo it is about, as last parsed; nullable

  GMainLoop          *loop;
  DexFuture          *fiber;
  GError             *error;
  gboolean            interrupted;
  MaqCliInterruptFunc interrupt_func;
  gpointer            interrupt_data;

  MaqSettings     *settings;
  MaqHubClient    *client;
  MaqToken        *token; // the client's; NULL until it was looked for
  MaqCache        *cache;
  MaqTransferList *transfers;
  MaqEngine       *engine;

  gboolean out_is_terminal;
  gboolean err_is_terminal;
  gboolean colours;
  int      columns;
  int      write_errno;
  gboolean has_spoken;  // something was written or noted
  gint64   progress_at; // monotonic µs of the last line, 0 when there is none
  gboolean progress_open;
};

void maq_cli_init_output (MaqCli *self);
// Says on a terminal that the Hub is being waited for, unless something else was said by now.
void maq_cli_show_waiting (MaqCli *self);
// FALSE if anything could not be written; says so.
gboolean maq_cli_finish_output (MaqCli *self);
// Prints ERROR and returns the exit status for it.
int maq_cli_report (MaqCli *self, const GError *error);
// TEXT cleaned, with a full stop unless it ends with one (transfer full).
char *maq_cli_sentence (const char *text);

G_END_DECLS
