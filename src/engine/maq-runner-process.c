// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// However the process ends, its owner hears of it once:
//
//   connection lost ─► the process gets a second to end by itself ─┐
//   no sign of life ─► verdict, SIGKILL ───────────────────────────┼─► exit and closed connection seen ─► settle
//   process ends ──────────────────────────────────────────────────┘
//
// Calls that were under way when the connection went wait in `orphans` for the owner's error. The object lives until the process
// has been waited for, whoever still holds it.
#include "maq-runner-process.h"

#include "maq-engine.h"
#include "maq-runner-launch.h"
#include "maq-runner-protocol.h"

#include <stdlib.h>

// How long a runner may take to end by itself, in milliseconds, before it is killed.
#define GRACE        1000
#define UNLOAD_GRACE 300
// Inside one step of the engine, such as reading a huge vocabulary, silence may last this many times the patience.
#define SILENCE_FACTOR 3

#define BROKEN_OFF "The model's process broke off the conversation. Try again; if it happens every time, choose another variant or model."

struct _MaqRunnerProcess
{
  GObject parent_instance;

  const MaqRunnerListener *listener; // NULL after close
  gpointer                 owner;
  guint                    patience;

  GSubprocess     *process; // NULL when it is settled
  DexFuture       *connecting;
  GDBusConnection *connection;
  GDBusProxy      *proxy;
  DexPromise      *exited; // resolved when the process is gone and waited for
  gboolean         has_exited;
  gboolean         is_closed; // the connection, or there never was one
  int              status;
  const char      *charge;  // why it will be killed if it does not end by itself
  GError          *verdict; // why we killed it
  guint            kill_id;

  GError    *end;     // what every call gets
  GPtrArray *orphans; // of DexPromise
  guint      n_calls; // under way; while there are some the runner is watched
  guint      watch_id;
};

typedef struct
{
  MaqRunnerProcess *process;
  DexPromise       *promise;
} Call;

G_DEFINE_FINAL_TYPE (MaqRunnerProcess, maq_runner_process, G_TYPE_OBJECT)

static void
register_errors (void)
{
  static const GDBusErrorEntry entries[] = {
    { MAQ_ENGINE_ERROR_BAD_MODEL, MAQ_RUNNER_ERROR_BAD_MODEL },
    { MAQ_ENGINE_ERROR_OUT_OF_MEMORY, MAQ_RUNNER_ERROR_OUT_OF_MEMORY },
    { MAQ_ENGINE_ERROR_BUSY, MAQ_RUNNER_ERROR_BUSY },
    { MAQ_ENGINE_ERROR_TOO_LONG, MAQ_RUNNER_ERROR_TOO_LONG },
    { MAQ_ENGINE_ERROR_UNSUPPORTED, MAQ_RUNNER_ERROR_UNSUPPORTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    g_dbus_error_register_error (MAQ_ENGINE_ERROR, entries[i].error_code, entries[i].dbus_error_name);
}

// --- The end.

static void
sentence_process (MaqRunnerProcess *self)
{
  if (self->charge != NULL && self->verdict == NULL && !self->has_exited)
    self->verdict = g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED, self->charge);
  maq_runner_process_kill (self);
}

static gboolean
kill_cb (gpointer data)
{
  MaqRunnerProcess *self = data;

  self->kill_id = 0;
  sentence_process (self);
  return G_SOURCE_REMOVE;
}

static void
kill_after (MaqRunnerProcess *self,
            guint             milliseconds)
{
  if (self->kill_id == 0 && !self->has_exited)
    self->kill_id = g_timeout_add (milliseconds, kill_cb, self);
}

// CHARGE is what the error will say; static. A process that ends by itself within GRACE milliseconds speaks for itself.
static void
condemn (MaqRunnerProcess *self,
         const char       *charge,
         guint             grace)
{
  if (self->charge == NULL)
    self->charge = charge;
  if (grace == 0)
    sentence_process (self);
  else
    kill_after (self, grace);
}

// The last reference to either object may be dropped by GDBus' own thread, which closures that know of both would not survive:
// so the handlers are taken away here, and nothing is left to the objects' ends.
static void
drop_connection (MaqRunnerProcess *self)
{
  if (self->proxy != NULL)
    g_signal_handlers_disconnect_by_data (self->proxy, self);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->proxy);
  g_clear_object (&self->connection);
}

// The process is gone and everything it said has been heard.
static void
settle (MaqRunnerProcess *self)
{
  if (!self->has_exited || !self->is_closed || self->process == NULL)
    return;
  g_clear_handle_id (&self->kill_id, g_source_remove);
  g_clear_object (&self->process);
  drop_connection (self);
  if (self->listener != NULL)
    self->listener->ended (self->owner, g_steal_pointer (&self->verdict), self->status);
  dex_promise_resolve_boolean (self->exited, TRUE);
}

static void
exited_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (MaqRunnerProcess) self = data;
  g_autoptr (GError) error = NULL;

  if (!g_subprocess_wait_finish (G_SUBPROCESS (object), result, &error))
    g_warning ("Waiting for a runner failed: %s", error->message);
  self->has_exited = TRUE;
  self->status = g_subprocess_get_status (G_SUBPROCESS (object));
  if (self->connection == NULL)
    self->is_closed = TRUE;
  settle (self);
}

static void
closed_cb (MaqRunnerProcess *process)
{
  // Whoever hears of the end may let go of it.
  g_autoptr (MaqRunnerProcess) self = g_object_ref (process);

  self->is_closed = TRUE;
  // A runner that closes and stays has lost its way; one that died is about to be seen.
  condemn (self, BROKEN_OFF, GRACE);
  settle (self);
}

// --- Calls, and watching while there are any.

static void
pinged_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (MaqRunnerProcess) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (object), result, &error);
  guint silent_ms = 0;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &silent_ms);
  if (silent_ms > self->patience * SILENCE_FACTOR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    condemn (self, "The engine stopped responding and was ended. Try again; if it happens every time, choose another variant or model.", 0);
}

static gboolean
watch_cb (gpointer data)
{
  MaqRunnerProcess *self = data;

  if (self->proxy != NULL)
    g_dbus_proxy_call (self->proxy, "Ping", NULL, G_DBUS_CALL_FLAGS_NONE, self->patience, NULL, pinged_cb, g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

static void
count_calls (MaqRunnerProcess *self,
             int               change)
{
  self->n_calls += change;
  if (self->n_calls > 0 && self->watch_id == 0)
    self->watch_id = g_timeout_add (MAX (self->patience / 4, 1), watch_cb, self);
  else if (self->n_calls == 0)
    g_clear_handle_id (&self->watch_id, g_source_remove);
}

static void
called_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autofree Call *call = data;
  g_autoptr (MaqRunnerProcess) self = call->process;
  g_autoptr (DexPromise) promise = call->promise;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (object), result, &error);

  count_calls (self, -1);
  if (self->end != NULL)
    dex_promise_reject (promise, g_error_copy (self->end));
  else if (reply != NULL)
    dex_promise_resolve_variant (promise, g_steal_pointer (&reply));
  else if (error->domain == MAQ_ENGINE_ERROR)
    {
      g_dbus_error_strip_remote_error (error);
      dex_promise_reject (promise, g_steal_pointer (&error));
    }
  else
    {
      // Not an answer of the engine: what became of it is known when the process has ended.
      g_debug ("Call of the runner: %s", error->message);
      g_ptr_array_add (self->orphans, g_steal_pointer (&promise));
      condemn (self, BROKEN_OFF, GRACE);
    }
}

DexFuture *
maq_runner_process_call (MaqRunnerProcess *self,
                         const char       *method,
                         GVariant         *arguments)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (arguments);
  Call *call;

  if (self->end != NULL)
    return dex_future_new_for_error (g_error_copy (self->end));
  call = g_new0 (Call, 1);
  call->process = g_object_ref (self);
  call->promise = dex_promise_new ();
  count_calls (self, 1);
  g_dbus_proxy_call (self->proxy, method, sunk, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, called_cb, call);
  return dex_ref (call->promise);
}

void
maq_runner_process_send (MaqRunnerProcess *self,
                         const char       *method)
{
  if (self->proxy != NULL)
    g_dbus_proxy_call (self->proxy, method, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

void
maq_runner_process_end (MaqRunnerProcess *self,
                        const GError     *error)
{
  g_autoptr (GPtrArray) orphans = g_steal_pointer (&self->orphans);

  if (self->end == NULL)
    self->end = g_error_copy (error);
  self->orphans = g_ptr_array_new_with_free_func (dex_unref);
  for (guint i = 0; i < orphans->len; i++)
    dex_promise_reject (g_ptr_array_index (orphans, i), g_error_copy (self->end));
}

// --- Start.

static void
progress_cb (MaqRunnerProcess *self,
             double            fraction)
{
  if (self->listener != NULL)
    self->listener->progress (self->owner, fraction);
}

static void
chunk_cb (MaqRunnerProcess *self,
          GVariant         *text,
          GVariant         *tokens)
{
  if (self->listener != NULL)
    self->listener->chunk (self->owner, text);
}

MaqRunnerProcess *
maq_runner_process_start (const char              *program,
                          GUnixFDList             *weights,
                          guint                    patience,
                          const MaqRunnerListener *listener,
                          gpointer                 owner,
                          GError                 **error)
{
  g_autoptr (MaqRunnerProcess) self = g_object_new (MAQ_TYPE_RUNNER_PROCESS, NULL);
  int socket;

  self->patience = patience;
  self->process = maq_runner_launch (program, weights, &socket, error);
  if (self->process == NULL)
    return NULL;
  g_subprocess_wait_async (self->process, NULL, exited_cb, g_object_ref (self));
  self->connecting = maq_runner_launch_connect (socket, error);
  if (self->connecting == NULL)
    {
      maq_runner_process_kill (self);
      return NULL;
    }
  self->listener = listener;
  self->owner = owner;
  return g_steal_pointer (&self);
}

static gboolean
use_connection (MaqRunnerProcess *self,
                GDBusConnection  *connection)
{
  if (connection == NULL)
    return FALSE;
  self->connection = g_object_ref (connection);
  self->is_closed = g_dbus_connection_is_closed (connection);
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (closed_cb), self);
  return TRUE;
}

static gboolean
use_proxy (MaqRunnerProcess *self,
           GDBusProxy       *proxy)
{
  if (proxy == NULL)
    return FALSE;
  self->proxy = g_object_ref (proxy);
  g_signal_connect_swapped (proxy, "progress", G_CALLBACK (progress_cb), self);
  g_signal_connect_swapped (proxy, "chunk", G_CALLBACK (chunk_cb), self);
  return TRUE;
}

gboolean
maq_runner_process_connect (MaqRunnerProcess *self)
{
  g_autoptr (GDBusConnection) connection = dex_await_object (dex_future_first (g_steal_pointer (&self->connecting), dex_timeout_new_msec (self->patience), NULL), NULL);
  g_autoptr (GDBusProxy) proxy = NULL;

  // Why it did not work is told by the process' end.
  if (use_connection (self, connection))
    proxy = dex_await_object (maq_runner_launch_make_proxy (connection), NULL);
  if (use_proxy (self, proxy))
    return TRUE;
  condemn (self, "The model's process did not answer. Try again.", GRACE);
  return FALSE;
}

// --- The owner's side of the end.

void
maq_runner_process_kill (MaqRunnerProcess *self)
{
  g_clear_handle_id (&self->kill_id, g_source_remove);
  if (self->process != NULL && !self->has_exited)
    g_subprocess_force_exit (self->process);
}

DexFuture *
maq_runner_process_quit (MaqRunnerProcess *self,
                         gboolean          at_once)
{
  if (at_once || self->proxy == NULL)
    maq_runner_process_kill (self);
  else
    {
      maq_runner_process_send (self, "Unload");
      kill_after (self, UNLOAD_GRACE);
    }
  return dex_ref (self->exited);
}

void
maq_runner_process_close (MaqRunnerProcess *self)
{
  self->listener = NULL;
  maq_runner_process_kill (self);
  drop_connection (self);
  self->is_closed = TRUE;
}

GPid
maq_runner_process_get_pid (MaqRunnerProcess *self)
{
  const char *identifier = self->process != NULL ? g_subprocess_get_identifier (self->process) : NULL;

  return identifier != NULL ? atoi (identifier) : 0;
}

static void
maq_runner_process_finalize (GObject *object)
{
  MaqRunnerProcess *self = MAQ_RUNNER_PROCESS (object);

  g_clear_handle_id (&self->kill_id, g_source_remove);
  g_clear_handle_id (&self->watch_id, g_source_remove);
  g_clear_object (&self->process);
  drop_connection (self);
  dex_clear (&self->connecting);
  dex_clear (&self->exited);
  g_clear_error (&self->verdict);
  g_clear_error (&self->end);
  g_ptr_array_unref (self->orphans);
  G_OBJECT_CLASS (maq_runner_process_parent_class)->finalize (object);
}

static void
maq_runner_process_class_init (MaqRunnerProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_runner_process_finalize;
  register_errors ();
}

static void
maq_runner_process_init (MaqRunnerProcess *self)
{
  self->orphans = g_ptr_array_new_with_free_func (dex_unref);
  self->exited = dex_promise_new ();
}
