// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// One runner process and the conversation with it. However the process ends, the session ends once and with one error:
//
//   reply with an error of the engine ──────────────────────────────► only that call fails (Load: the session)
//   connection lost ─► the process gets a second to end by itself ─┐
//   no sign of life ─► verdict, SIGKILL ───────────────────────────┼─► exit and closed connection seen ─► settle
//   process ends ──────────────────────────────────────────────────┘
//
// Calls that were under way when the connection went wait in `orphans` for that error.
#include "maq-runner-engine-private.h"

#include "maq-queue-generation.h"
#include "maq-runner-dbus.h"
#include "maq-runner-protocol.h"
#include "maq-session-private.h"

#include <errno.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <sys/socket.h>

// How long a runner may take to end by itself, in milliseconds, before it is killed.
#define GRACE        1000
#define UNLOAD_GRACE 300
// Inside one step of the engine, such as reading a huge vocabulary, silence may last this many times the patience.
#define SILENCE_FACTOR 6

struct _MaqRunnerSession
{
  MaqSession parent_instance;

  char          *program;
  MaqLoadOptions options;
  guint          patience;

  GSubprocess     *process;
  GDBusConnection *connection;
  GDBusProxy      *proxy;
  DexPromise      *exited; // resolved when the process is gone and waited for
  gboolean         has_exited;
  gboolean         is_closed; // the connection, or there never was one
  int              status;
  const char      *charge;  // why it will be killed if it does not end by itself
  GError          *verdict; // why we killed it

  GWeakRef   generation; // the answer under way
  gboolean   busy;
  GPtrArray *orphans; // of DexPromise
  double     load_ms;

  guint n_calls; // under way; while there are some the runner is watched
  guint watch_id;
  guint kill_id;
};

// One answer, shared by its fiber and its generation.
typedef struct
{
  grefcount           ref_count;
  MaqRunnerSession   *session;
  MaqGenerateOptions *options;
  GWeakRef            generation;
  gboolean            sent;
  gboolean            stopped;
} Answer;

typedef struct
{
  MaqRunnerSession *session;
  DexPromise       *promise;
} Call;

G_DEFINE_FINAL_TYPE (MaqRunnerSession, maq_runner_session, MAQ_TYPE_SESSION)

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

static void
reject_orphans (MaqRunnerSession *self)
{
  g_autoptr (GPtrArray) orphans = g_steal_pointer (&self->orphans);

  self->orphans = g_ptr_array_new_with_free_func (dex_unref);
  for (guint i = 0; i < orphans->len; i++)
    dex_promise_reject (g_ptr_array_index (orphans, i), maq_session_dup_end (MAQ_SESSION (self)));
}

// Ends the session with ERROR (taken) and whoever waited with it.
static void
fail_session (MaqRunnerSession *self,
              GError           *error)
{
  maq_session_fail (MAQ_SESSION (self), error);
  reject_orphans (self);
}

static void
kill_process (MaqRunnerSession *self)
{
  g_clear_handle_id (&self->kill_id, g_source_remove);
  if (self->process != NULL && !self->has_exited)
    g_subprocess_force_exit (self->process);
}

static void
sentence_process (MaqRunnerSession *self)
{
  if (self->charge != NULL && self->verdict == NULL && !self->has_exited)
    self->verdict = g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED, self->charge);
  kill_process (self);
}

static gboolean
kill_cb (gpointer data)
{
  MaqRunnerSession *self = data;

  self->kill_id = 0;
  sentence_process (self);
  return G_SOURCE_REMOVE;
}

static void
kill_after (MaqRunnerSession *self,
            guint             milliseconds)
{
  if (self->kill_id == 0 && !self->has_exited)
    self->kill_id = g_timeout_add (milliseconds, kill_cb, self);
}

// CHARGE is what the error will say; static. A process that ends by itself within GRACE milliseconds speaks for itself.
static void
condemn (MaqRunnerSession *self,
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
drop_connection (MaqRunnerSession *self)
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
settle (MaqRunnerSession *self)
{
  if (!self->has_exited || !self->is_closed || self->process == NULL)
    return;
  g_clear_handle_id (&self->kill_id, g_source_remove);
  g_clear_object (&self->process);
  drop_connection (self);
  fail_session (self, self->verdict != NULL ? g_steal_pointer (&self->verdict) : maq_runner_exit_to_error (self->status, maq_session_get_state (MAQ_SESSION (self))));
  dex_promise_resolve_boolean (self->exited, TRUE);
}

static void
exited_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autofree GWeakRef *weak = data;
  g_autoptr (MaqRunnerSession) self = g_weak_ref_get (weak);
  g_autoptr (GError) error = NULL;

  g_weak_ref_clear (weak);
  if (!g_subprocess_wait_finish (G_SUBPROCESS (object), result, &error))
    g_warning ("Waiting for a runner failed: %s", error->message);
  if (self == NULL)
    return;
  self->has_exited = TRUE;
  self->status = g_subprocess_get_status (G_SUBPROCESS (object));
  if (self->connection == NULL)
    self->is_closed = TRUE;
  settle (self);
}

static void
closed_cb (MaqRunnerSession *session)
{
  // Whoever hears of the session's end may let go of it.
  g_autoptr (MaqRunnerSession) self = g_object_ref (session);

  self->is_closed = TRUE;
  // A runner that closes and stays has lost its way; one that died is about to be seen.
  condemn (self, "The model's process broke off the conversation. Load the model again and retry.", GRACE);
  if (self->has_exited)
    settle (self);
}

static void
progress_cb (MaqRunnerSession *self,
             double            fraction)
{
  maq_session_set_progress (MAQ_SESSION (self), fraction);
}

static void
chunk_cb (MaqRunnerSession *self,
          GVariant         *text,
          GVariant         *tokens)
{
  g_autoptr (MaqQueueGeneration) generation = g_weak_ref_get (&self->generation);
  gsize       length;
  const char *bytes = g_variant_get_fixed_array (text, &length, 1);

  if (generation != NULL)
    maq_queue_generation_push (generation, bytes, length);
}

// --- Calls, and watching while there are any.

static void
pinged_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (MaqRunnerSession) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (object), result, &error);
  guint silent_ms = 0;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &silent_ms);
  if (silent_ms > self->patience * SILENCE_FACTOR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    condemn (self, "The engine stopped responding and was ended. Load the model again and retry; if it happens again, choose another variant.", 0);
}

static gboolean
watch_cb (gpointer data)
{
  MaqRunnerSession *self = data;

  if (self->proxy != NULL)
    g_dbus_proxy_call (self->proxy, "Ping", NULL, G_DBUS_CALL_FLAGS_NONE, self->patience, NULL, pinged_cb, g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

static void
count_calls (MaqRunnerSession *self,
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
  g_autoptr (MaqRunnerSession) self = call->session;
  g_autoptr (DexPromise) promise = call->promise;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (object), result, &error);
  GError *end = maq_session_dup_end (MAQ_SESSION (self));

  count_calls (self, -1);
  if (end != NULL)
    dex_promise_reject (promise, end);
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
      condemn (self, "The model's process broke off the conversation. Load the model again and retry.", GRACE);
    }
}

// Resolves to the reply's tuple; rejects only with MAQ_ENGINE_ERROR.
static DexFuture *
call_runner (MaqRunnerSession *self,
             const char       *method,
             GVariant         *arguments)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (arguments);
  GError *end = maq_session_dup_end (MAQ_SESSION (self));
  Call   *call;

  if (end != NULL)
    return dex_future_new_for_error (end);
  call = g_new0 (Call, 1);
  call->session = g_object_ref (self);
  call->promise = dex_promise_new ();
  count_calls (self, 1);
  g_dbus_proxy_call (self->proxy, method, sunk, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, called_cb, call);
  return dex_ref (call->promise);
}

// --- Start.

// A runner inherits nothing but what its libraries need to be found and to speak.
static char **
make_environment (void)
{
  static const char *const kept[] = { "LANG", "LC_ALL", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "MAQ_RUNNER_DEBUG", "MAQ_ALLOW_UNCONFINED", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS" };
  char                   **environment = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_getenv (kept[i]) != NULL)
      environment = g_environ_setenv (environment, kept[i], g_getenv (kept[i]), TRUE);
  return environment != NULL ? environment : g_new0 (char *, 1);
}

static GSubprocess *
spawn (MaqRunnerSession *self,
       GUnixFDList      *weights,
       int               socket,
       GError          **error)
{
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_SILENCE | (g_getenv ("MAQ_RUNNER_DEBUG") == NULL ? G_SUBPROCESS_FLAGS_STDERR_SILENCE : 0);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_auto (GStrv) environment = make_environment ();
  g_autofree int  *fds = NULL;
  g_autofree char *number = NULL;
  int              n;

  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_take_fd (launcher, socket, MAQ_RUNNER_BUS_FD);
  fds = g_unix_fd_list_steal_fds (weights, &n);
  for (int i = 0; i < n; i++)
    g_subprocess_launcher_take_fd (launcher, fds[i], MAQ_RUNNER_FIRST_WEIGHTS_FD + i);
  number = g_strdup_printf ("%d", n);
  return g_subprocess_launcher_spawn (launcher, error, self->program, number, NULL);
}

static void
connected_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_finish (result, &error);

  if (connection != NULL)
    dex_promise_resolve_object (promise, g_steal_pointer (&connection));
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

static DexFuture *
connect_runner (int      socket,
                GError **error)
{
  g_autoptr (GSocket) wrapped = g_socket_new_from_fd (socket, error);
  g_autoptr (GSocketConnection) stream = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();
  DexPromise      *promise;

  if (wrapped == NULL)
    return NULL;
  stream = g_socket_connection_factory_create_connection (wrapped);
  promise = dex_promise_new ();
  g_dbus_connection_new (G_IO_STREAM (stream), guid, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER | G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_ALLOW_ANONYMOUS, NULL, NULL, connected_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
proxied_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqDBusRunner) proxy = maq_dbus_runner_proxy_new_finish (result, &error);

  if (proxy != NULL)
    dex_promise_resolve_object (promise, g_steal_pointer (&proxy));
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

static DexFuture *
make_proxy (GDBusConnection *connection)
{
  DexPromise *promise = dex_promise_new ();

  maq_dbus_runner_proxy_new (connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL, MAQ_RUNNER_OBJECT_PATH, NULL, proxied_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

// Starts the process and its connection. FALSE with an error when it could not be started at all.
static gboolean
start_process (MaqRunnerSession *self,
               GUnixFDList      *weights,
               DexFuture       **connecting,
               GError          **error)
{
  int       sockets[2];
  GWeakRef *weak;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
      return FALSE;
    }
  self->process = spawn (self, weights, sockets[1], error);
  if (self->process == NULL)
    {
      g_close (sockets[0], NULL);
      return FALSE;
    }
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  g_subprocess_wait_async (self->process, NULL, exited_cb, weak);
  *connecting = connect_runner (sockets[0], error);
  return *connecting != NULL;
}

static void
use_connection (MaqRunnerSession *self,
                GDBusConnection  *connection)
{
  self->connection = g_object_ref (connection);
  self->is_closed = g_dbus_connection_is_closed (connection);
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (closed_cb), self);
}

static void
use_proxy (MaqRunnerSession *self,
           GDBusProxy       *proxy)
{
  self->proxy = g_object_ref (proxy);
  g_signal_connect_swapped (proxy, "progress", G_CALLBACK (progress_cb), self);
  g_signal_connect_swapped (proxy, "chunk", G_CALLBACK (chunk_cb), self);
}

static void
finish_loading (MaqRunnerSession *self,
                GVariant         *reply)
{
  g_autoptr (GVariant) facts = g_variant_get_child_value (reply, 0);
  MaqSessionFacts known = { .backend = "llama.cpp", .confinement = "" };

  g_variant_lookup (facts, MAQ_RUNNER_KEY_BACKEND, "&s", &known.backend);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_CONFINEMENT, "&s", &known.confinement);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_CHAT_TEMPLATE, "b", &known.has_chat_template);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_CONTEXT_LENGTH, "u", &known.context_length);
  g_variant_lookup (facts, MAQ_RUNNER_KEY_LOAD_MS, "d", &self->load_ms);
  maq_session_set_ready (MAQ_SESSION (self), &known);
}

static GVariant *
make_load_arguments (MaqRunnerSession *self)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, MAQ_RUNNER_KEY_CONTEXT_LENGTH, "u", self->options.context_length);
  g_variant_dict_insert (&options, MAQ_RUNNER_KEY_THREADS, "u", self->options.n_threads);
  g_variant_dict_insert (&options, MAQ_RUNNER_KEY_GPU_LAYERS, "i", self->options.n_gpu_layers);
  return g_variant_new ("(@a{sv})", g_variant_dict_end (&options));
}

// Connects to the process that was started and lets it load. What goes wrong on the way is reported by the process' end.
static void
converse (MaqRunnerSession *self,
          DexFuture        *connecting)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GDBusProxy) proxy = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  if ((connection = dex_await_object (dex_future_first (connecting, dex_timeout_new_msec (self->patience), NULL), &error)) == NULL)
    {
      condemn (self, "The model's process did not answer. Try again.", GRACE);
      return;
    }
  use_connection (self, connection);
  if ((proxy = dex_await_object (make_proxy (connection), &error)) == NULL)
    {
      condemn (self, "The model's process did not answer. Try again.", GRACE);
      return;
    }
  use_proxy (self, proxy);
  if ((reply = dex_await_variant (call_runner (self, "Load", make_load_arguments (self)), &error)) != NULL)
    finish_loading (self, reply);
  else
    {
      fail_session (self, g_steal_pointer (&error));
      kill_process (self);
    }
}

static DexFuture *
load_fiber (gpointer data)
{
  MaqRunnerSession *self = data;
  g_autoptr (GUnixFDList) weights = NULL;
  g_autoptr (GError) error = NULL;
  DexFuture *connecting = NULL;

  weights = dex_await_object (maq_weights_open (maq_session_get_path (MAQ_SESSION (self))), &error);
  if (weights == NULL)
    fail_session (self, g_steal_pointer (&error));
  else if (maq_session_get_state (MAQ_SESSION (self)) != MAQ_SESSION_LOADING)
    return dex_future_new_true ();
  else if (start_process (self, weights, &connecting, &error))
    converse (self, connecting);
  else
    {
      fail_session (self, g_error_new (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED, "The model's process could not be started (%s). Install Maquette again.", error->message));
      kill_process (self);
    }
  return dex_future_new_true ();
}

// --- Answers.

static void
answer_unref (gpointer data)
{
  Answer *answer = data;

  if (!g_ref_count_dec (&answer->ref_count))
    return;
  g_object_unref (answer->session);
  g_weak_ref_clear (&answer->generation);
  maq_generate_options_free (answer->options);
  g_free (answer);
}

static void
stop_answer (gpointer data)
{
  Answer *answer = data;

  answer->stopped = TRUE;
  if (answer->sent && answer->session->proxy != NULL)
    g_dbus_proxy_call (answer->session->proxy, "Stop", NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static GVariant *
make_generate_arguments (const MaqGenerateOptions *options)
{
  g_auto (GVariantBuilder) messages = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < options->messages->len; i++)
    {
      const MaqEngineMessage *message = g_ptr_array_index (options->messages, i);
      g_autofree char        *role = g_utf8_make_valid (message->role, -1);
      g_autofree char        *content = g_utf8_make_valid (message->content, -1);
      g_variant_builder_add (&messages, "(ss)", role, content);
    }
  if (options->prompt != NULL)
    g_variant_dict_insert_value (&dict, MAQ_RUNNER_KEY_PROMPT, g_variant_new_take_string (g_utf8_make_valid (options->prompt, -1)));
  if (options->has_seed)
    g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_SEED, "t", options->seed);
  if (options->stop != NULL)
    g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_STOP, "^as", options->stop);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_MAX_TOKENS, "u", options->max_tokens);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_TEMPERATURE, "d", options->temperature);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_TOP_K, "i", options->top_k);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_TOP_P, "d", options->top_p);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_MIN_P, "d", options->min_p);
  g_variant_dict_insert (&dict, MAQ_RUNNER_KEY_REPEAT_PENALTY, "d", options->repeat_penalty);
  return g_variant_new ("(@a(ss)@a{sv})", g_variant_builder_end (&messages), g_variant_dict_end (&dict));
}

static void
read_stats (MaqRunnerSession *self,
            GVariant         *reply,
            MaqStats         *stats)
{
  g_autoptr (GVariant) dict = g_variant_get_child_value (reply, 0);
  const char *reason = "end";

  *stats = (MaqStats) { .load_ms = self->load_ms };
  g_variant_lookup (dict, MAQ_RUNNER_KEY_PROMPT_TOKENS, "u", &stats->prompt_tokens);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_CACHED_TOKENS, "u", &stats->cached_tokens);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_TOKENS, "u", &stats->tokens);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_FIRST_TOKEN_MS, "d", &stats->first_token_ms);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_TOKENS_PER_SECOND, "d", &stats->tokens_per_second);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_MEMORY, "t", &stats->memory);
  g_variant_lookup (dict, MAQ_RUNNER_KEY_STOP_REASON, "&s", &reason);
  g_strlcpy (stats->stop_reason, reason, sizeof stats->stop_reason);
}

// Asks the runner and waits for the end of the answer; FALSE with an error. Stopped before it began: an empty answer.
static gboolean
ask (Answer   *answer,
     MaqStats *stats,
     GError  **error)
{
  MaqRunnerSession *self = answer->session;
  g_autoptr (GVariant) reply = NULL;

  if (!dex_await (maq_session_wait_ready (MAQ_SESSION (self)), error))
    return FALSE;
  *stats = (MaqStats) { .load_ms = self->load_ms, .stop_reason = "cancelled" };
  if (answer->stopped)
    return TRUE;
  answer->sent = TRUE;
  maq_session_set_generating (MAQ_SESSION (self), TRUE);
  reply = dex_await_variant (call_runner (self, "Generate", make_generate_arguments (answer->options)), error);
  answer->sent = FALSE;
  maq_session_set_generating (MAQ_SESSION (self), FALSE);
  if (reply == NULL)
    return FALSE;
  read_stats (self, reply, stats);
  return TRUE;
}

static DexFuture *
answer_fiber (gpointer data)
{
  Answer *answer = data;
  g_autoptr (MaqQueueGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  MaqStats stats;
  gboolean good = ask (answer, &stats, &error);

  answer->session->busy = FALSE;
  generation = g_weak_ref_get (&answer->generation);
  if (generation != NULL && good)
    maq_queue_generation_finish (generation, &stats);
  else if (generation != NULL)
    maq_queue_generation_fail (generation, g_steal_pointer (&error));
  return dex_future_new_true ();
}

static MaqGeneration *
maq_runner_session_generate (MaqSession               *session,
                             const MaqGenerateOptions *options)
{
  MaqRunnerSession   *self = MAQ_RUNNER_SESSION (session);
  GError             *end = maq_session_dup_end (session);
  MaqQueueGeneration *generation;
  Answer             *answer;

  if (end == NULL && self->busy)
    end = g_error_new_literal (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BUSY, "The model is still answering. Stop that answer or wait for its end.");
  if (end != NULL)
    return MAQ_GENERATION (maq_queue_generation_new_failed (end));
  self->busy = TRUE;
  answer = g_new0 (Answer, 1);
  g_ref_count_init (&answer->ref_count);
  g_ref_count_inc (&answer->ref_count);
  answer->session = g_object_ref (self);
  answer->options = maq_generate_options_copy (options);
  generation = maq_queue_generation_new (stop_answer, answer, answer_unref);
  g_weak_ref_init (&answer->generation, generation);
  g_weak_ref_set (&self->generation, generation);
  // Nobody waits for the fiber: it reports to the generation and ends when the runner has replied.
  dex_future_disown (dex_scheduler_spawn (NULL, 0, answer_fiber, answer, answer_unref));
  return MAQ_GENERATION (generation);
}

// --- Embeddings, tokens, the end.

static DexFuture *
unpack_cb (DexFuture *future,
           gpointer   data)
{
  const GValue *value = dex_future_get_value (future, NULL);

  return dex_future_new_take_variant (g_variant_get_child_value (g_value_get_variant (value), 0));
}

typedef struct
{
  MaqRunnerSession *session;
  const char       *method;
  GVariant         *arguments;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->session);
  g_variant_unref (question->arguments);
  g_free (question);
}

static DexFuture *
send_question_cb (DexFuture *ready,
                  gpointer   data)
{
  Question *question = data;

  return dex_future_then (call_runner (question->session, question->method, question->arguments), unpack_cb, NULL, NULL);
}

static DexFuture *
ask_when_ready (MaqSession *session,
                const char *method,
                GVariant   *arguments)
{
  Question *question = g_new0 (Question, 1);

  question->session = MAQ_RUNNER_SESSION (g_object_ref (session));
  question->method = method;
  question->arguments = g_variant_ref_sink (arguments);
  return dex_future_then (maq_session_wait_ready (session), send_question_cb, question, question_free);
}

static DexFuture *
maq_runner_session_embed (MaqSession        *session,
                          const char *const *texts)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

  for (gsize i = 0; texts[i] != NULL; i++)
    g_variant_builder_add_value (&builder, g_variant_new_take_string (g_utf8_make_valid (texts[i], -1)));
  return ask_when_ready (session, "Embed", g_variant_new ("(@as)", g_variant_builder_end (&builder)));
}

static DexFuture *
maq_runner_session_tokenize (MaqSession *session,
                             const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return ask_when_ready (session, "Tokenize", g_variant_new ("(s)", valid));
}

static DexFuture *
maq_runner_session_unload (MaqSession *session)
{
  MaqRunnerSession *self = MAQ_RUNNER_SESSION (session);
  gboolean          loading = maq_session_get_state (session) == MAQ_SESSION_LOADING;

  maq_session_set_unloaded (session);
  reject_orphans (self);
  if (self->process == NULL)
    return dex_future_new_true ();
  if (loading || self->proxy == NULL)
    kill_process (self);
  else
    {
      g_dbus_proxy_call (self->proxy, "Unload", NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
      kill_after (self, UNLOAD_GRACE);
    }
  return dex_ref (self->exited);
}

static void
maq_runner_session_dispose (GObject *object)
{
  MaqRunnerSession *self = MAQ_RUNNER_SESSION (object);

  // The process is waited for by GSubprocess itself, whoever still holds it.
  kill_process (self);
  g_clear_handle_id (&self->watch_id, g_source_remove);
  g_clear_object (&self->process);
  drop_connection (self);
  G_OBJECT_CLASS (maq_runner_session_parent_class)->dispose (object);
}

static void
maq_runner_session_finalize (GObject *object)
{
  MaqRunnerSession *self = MAQ_RUNNER_SESSION (object);

  g_free (self->program);
  g_clear_error (&self->verdict);
  g_weak_ref_clear (&self->generation);
  g_ptr_array_unref (self->orphans);
  dex_clear (&self->exited);
  G_OBJECT_CLASS (maq_runner_session_parent_class)->finalize (object);
}

static void
maq_runner_session_class_init (MaqRunnerSessionClass *klass)
{
  MaqSessionClass *session_class = MAQ_SESSION_CLASS (klass);
  GObjectClass    *object_class = G_OBJECT_CLASS (klass);

  session_class->generate = maq_runner_session_generate;
  session_class->embed = maq_runner_session_embed;
  session_class->tokenize = maq_runner_session_tokenize;
  session_class->unload = maq_runner_session_unload;
  object_class->dispose = maq_runner_session_dispose;
  object_class->finalize = maq_runner_session_finalize;
  register_errors ();
}

static void
maq_runner_session_init (MaqRunnerSession *self)
{
  g_weak_ref_init (&self->generation, NULL);
  self->orphans = g_ptr_array_new_with_free_func (dex_unref);
  self->exited = dex_promise_new ();
}

MaqSession *
maq_runner_session_new (const char           *program,
                        const char           *path,
                        const MaqLoadOptions *options,
                        guint                 patience)
{
  MaqRunnerSession *self = g_object_new (MAQ_TYPE_RUNNER_SESSION, "path", path, NULL);

  self->program = g_strdup (program);
  self->options = *options;
  self->patience = patience;
  // Nobody waits for the fiber: it reports through the session's state.
  dex_future_disown (dex_scheduler_spawn (NULL, 0, load_fiber, g_object_ref (self), g_object_unref));
  return MAQ_SESSION (self);
}

GPid
maq_runner_session_get_pid (MaqRunnerSession *self)
{
  const char *identifier;

  g_return_val_if_fail (MAQ_IS_RUNNER_SESSION (self), 0);

  identifier = self->process != NULL ? g_subprocess_get_identifier (self->process) : NULL;
  return identifier != NULL ? atoi (identifier) : 0;
}
