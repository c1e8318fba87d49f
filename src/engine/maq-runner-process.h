// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gunixfdlist.h>
#include <libdex.h>

// One runner process and the conversation with it, for the session that owns it. Errors of calls are MAQ_ENGINE_ERROR.

G_BEGIN_DECLS

#define MAQ_TYPE_RUNNER_PROCESS (maq_runner_process_get_type ())
G_DECLARE_FINAL_TYPE (MaqRunnerProcess, maq_runner_process, MAQ, RUNNER_PROCESS, GObject)

// What the owner hears, until close.
typedef struct
{
  void (*progress) (gpointer owner, double fraction);
  // TEXT is ay.
  void (*chunk) (gpointer owner, GVariant *text);
  // The process is gone and everything it said has been heard. VERDICT: why it was killed (transfer full, nullable); otherwise
  // STATUS tells, as waitpid gives it. The owner ends with an error and calls maq_runner_process_end.
  void (*ended) (gpointer owner, GError *verdict, int status);
} MaqRunnerListener;

// Starts PROGRAM with WEIGHTS, whose descriptors it takes. PATIENCE: in milliseconds, how long it may give no sign of life while
// it has something to do. NULL with an error when it could not be started at all.
MaqRunnerProcess *maq_runner_process_start (const char *program, GUnixFDList *weights, guint patience, const MaqRunnerListener *listener, gpointer owner, GError **error);
// Waits, in a fiber, until it can be called. FALSE when it cannot; `ended` will tell why.
gboolean maq_runner_process_connect (MaqRunnerProcess *self);
// Resolves to the reply's tuple (GVariant). A call that the process' end leaves without a reply gets the error given to end.
DexFuture *maq_runner_process_call (MaqRunnerProcess *self, const char *method, GVariant *arguments);
// Without waiting for a reply.
void maq_runner_process_send (MaqRunnerProcess *self, const char *method);
// Every call without a reply, now and later, gets ERROR. The first counts.
void maq_runner_process_end (MaqRunnerProcess *self, const GError *error);
// Kills it.
void maq_runner_process_kill (MaqRunnerProcess *self);
// Asks it to end, or kills it when it cannot be asked or AT_ONCE. Resolves to TRUE when it is gone and waited for.
DexFuture *maq_runner_process_quit (MaqRunnerProcess *self, gboolean at_once);
// The owner lets go: kills it, is told nothing more.
void maq_runner_process_close (MaqRunnerProcess *self);
// Its id; 0 when it is gone.
GPid maq_runner_process_get_pid (MaqRunnerProcess *self);

G_END_DECLS
