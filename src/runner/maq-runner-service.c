// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// The main thread talks on the connection; one worker does everything that touches the model, one job after the other. So the
// connection answers while the engine computes: Stop sets a flag the engine looks at, Ping tells when the worker last moved.
#include "maq-runner-service.h"

#include "maq-runner-dbus.h"
#include "maq-runner-error.h"
#include "maq-runner-model.h"
#include "maq-runner-protocol.h"

#include <stdbool.h>
#include <unistd.h>

typedef struct
{
  MaqDBusRunner  *skeleton;
  GAsyncQueue    *jobs; // of Job
  MaqRunnerPulse  pulse;
  guint           n_weights;
  const char     *confinement;
  const GError   *refusal;
  gboolean        load_called; // main thread
  gint            n_answers;   // atomic; waiting or under way
  MaqRunnerModel *model;       // worker
} Service;

typedef struct
{
  GVariant *(*run) (Service *self, GVariant *arguments, GError **error); // returns the tuple to reply
  GDBusMethodInvocation *invocation;
} Job;

static void
progress_cb (double   fraction,
             gpointer data)
{
  maq_dbus_runner_emit_progress (((Service *) data)->skeleton, fraction);
}

static GVariant *
run_load (Service  *self,
          GVariant *arguments,
          GError  **error)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (NULL);

  if (self->refusal != NULL)
    {
      g_propagate_error (error, g_error_copy (self->refusal));
      return NULL;
    }
  self->model = maq_runner_model_load (options, self->n_weights, &self->pulse, progress_cb, self, error);
  if (self->model == NULL)
    return NULL;
  maq_runner_model_add_facts (self->model, &facts);
  g_variant_dict_insert (&facts, MAQ_RUNNER_KEY_CONFINEMENT, "s", self->confinement);
  return g_variant_new ("(@a{sv})", g_variant_dict_end (&facts));
}

static void
chunk_cb (GString *text,
          GArray  *tokens,
          gpointer data)
{
  maq_dbus_runner_emit_chunk (((Service *) data)->skeleton,
                              g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, text->str, text->len, 1),
                              g_variant_new_fixed_array (G_VARIANT_TYPE_INT32, tokens->data, tokens->len, sizeof (gint32)));
}

static GVariant *
run_generate (Service  *self,
              GVariant *arguments,
              GError  **error)
{
  g_autoptr (GVariant) messages = g_variant_get_child_value (arguments, 0);
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 1);
  g_autoptr (GVariant) stats = maq_runner_model_generate (self->model, messages, options, chunk_cb, self, error);

  g_atomic_int_add (&self->n_answers, -1);
  return stats != NULL ? g_variant_new ("(@a{sv})", stats) : NULL;
}

static GVariant *
run_embed (Service  *self,
           GVariant *arguments,
           GError  **error)
{
  g_autofree const char **texts = NULL;
  g_autoptr (GVariant) vectors = NULL;

  g_variant_get (arguments, "(^a&s)", &texts);
  vectors = maq_runner_model_embed (self->model, texts, error);
  return vectors != NULL ? g_variant_new ("(@aad)", vectors) : NULL;
}

static GVariant *
run_tokenize (Service  *self,
              GVariant *arguments,
              GError  **error)
{
  g_autoptr (GVariant) tokens = NULL;
  const char *text;

  g_variant_get (arguments, "(&s)", &text);
  tokens = maq_runner_model_tokenize (self->model, text, error);
  return tokens != NULL ? g_variant_new ("(@ai)", tokens) : NULL;
}

static gpointer
work (gpointer data)
{
  Service *self = data;

  for (;;)
    {
      g_autofree Job *job = g_async_queue_pop (self->jobs);
      g_autoptr (GError) error = NULL;
      GVariant *reply = NULL;

      atomic_store (&self->pulse.last, g_get_monotonic_time ());
      if (job->run != run_load && (self->model == NULL || maq_runner_model_is_dry (self->model)))
        g_set_error_literal (&error, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_UNSUPPORTED, "No model is loaded.");
      else
        reply = job->run (self, g_dbus_method_invocation_get_parameters (job->invocation), &error);
      atomic_store (&self->pulse.last, 0);
      if (reply != NULL)
        g_dbus_method_invocation_return_value (job->invocation, reply);
      else
        g_dbus_method_invocation_take_error (job->invocation, g_steal_pointer (&error));
    }
  return NULL;
}

static void
add_job (Service               *self,
         GDBusMethodInvocation *invocation,
         GVariant *(*run) (Service *, GVariant *, GError **) )
{
  Job *job = g_new0 (Job, 1);

  job->run = run;
  job->invocation = invocation;
  g_async_queue_push (self->jobs, job);
}

static gboolean
handle_load_cb (Service               *self,
                GDBusMethodInvocation *invocation)
{
  if (self->load_called)
    g_dbus_method_invocation_return_error_literal (invocation, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_BUSY, "A model is loaded already.");
  else
    add_job (self, invocation, run_load);
  self->load_called = TRUE;
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_generate_cb (Service               *self,
                    GDBusMethodInvocation *invocation)
{
  if (g_atomic_int_get (&self->n_answers) > 0)
    {
      g_dbus_method_invocation_return_error_literal (invocation, MAQ_RUNNER_ERROR, MAQ_RUNNER_FAILED_BUSY, "The model is still answering. Stop that answer or wait for its end.");
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
  g_atomic_int_inc (&self->n_answers);
  atomic_store (&self->pulse.stop, false);
  add_job (self, invocation, run_generate);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_stop_cb (Service               *self,
                GDBusMethodInvocation *invocation)
{
  if (g_atomic_int_get (&self->n_answers) > 0)
    atomic_store (&self->pulse.stop, true);
  maq_dbus_runner_complete_stop (self->skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_embed_cb (Service               *self,
                 GDBusMethodInvocation *invocation)
{
  add_job (self, invocation, run_embed);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_tokenize_cb (Service               *self,
                    GDBusMethodInvocation *invocation)
{
  add_job (self, invocation, run_tokenize);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_ping_cb (Service               *self,
                GDBusMethodInvocation *invocation)
{
  gint64 last = atomic_load (&self->pulse.last);
  gint64 silent = last == 0 ? 0 : g_get_monotonic_time () - last;

  maq_dbus_runner_complete_ping (self->skeleton, invocation, CLAMP (silent / 1000, 0, G_MAXINT32));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

// The worker may be deep inside the engine: nothing is taken apart, the kernel does that.
static gboolean
handle_unload_cb (void)
{
  _exit (0);
}

static void
closed_cb (void)
{
  _exit (0);
}

static GDBusConnection *
connect_to_parent (GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (MAQ_RUNNER_BUS_FD, error);
  g_autoptr (GSocketConnection) stream = NULL;

  if (socket == NULL)
    return NULL;
  stream = g_socket_connection_factory_create_connection (socket);
  return g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL, NULL, error);
}

void
maq_runner_service_run (guint         n_weights,
                        const char   *confinement,
                        const GError *refusal,
                        GError      **error)
{
  static const struct
  {
    const char *signal;
    GCallback   handler;
  } handlers[] = {
    { "handle-load", G_CALLBACK (handle_load_cb) },
    { "handle-generate", G_CALLBACK (handle_generate_cb) },
    { "handle-stop", G_CALLBACK (handle_stop_cb) },
    { "handle-embed", G_CALLBACK (handle_embed_cb) },
    { "handle-tokenize", G_CALLBACK (handle_tokenize_cb) },
    { "handle-ping", G_CALLBACK (handle_ping_cb) },
    { "handle-unload", G_CALLBACK (handle_unload_cb) },
  };
  g_autoptr (GDBusConnection) connection = connect_to_parent (error);
  g_autoptr (GMainLoop) loop = NULL;
  Service *self;

  if (connection == NULL)
    return;
  self = g_new0 (Service, 1);
  self->n_weights = n_weights;
  self->confinement = confinement;
  self->refusal = refusal;
  self->jobs = g_async_queue_new ();
  self->skeleton = maq_dbus_runner_skeleton_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_swapped (self->skeleton, handlers[i].signal, handlers[i].handler, self);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection, MAQ_RUNNER_OBJECT_PATH, error))
    return;
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), NULL);
  g_thread_unref (g_thread_new ("model", work, self));
  g_dbus_connection_start_message_processing (connection);
  loop = g_main_loop_new (NULL, FALSE);
  g_main_loop_run (loop);
}
