// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-launch.h"

#include "maq-runner-dbus.h"
#include "maq-runner-protocol.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/socket.h>

// A runner inherits nothing but what its libraries need to be found and to speak.
static char **
make_environment (void)
{
  static const char *const kept[] = { "LANG", "LC_ALL", "LD_LIBRARY_PATH", "G_DEBUG", "OMP_NUM_THREADS", "MAQ_RUNNER_DEBUG", "MAQ_ALLOW_UNCONFINED", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS" };
  char                   **environment = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_getenv (kept[i]) != NULL)
      environment = g_environ_setenv (environment, kept[i], g_getenv (kept[i]), TRUE);
  return environment != NULL ? environment : g_new0 (char *, 1);
}

static GSubprocess *
spawn (const char  *program,
       GUnixFDList *weights,
       int          socket,
       GError     **error)
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
  return g_subprocess_launcher_spawn (launcher, error, program, number, NULL);
}

GSubprocess *
maq_runner_launch (const char  *program,
                   GUnixFDList *weights,
                   int         *socket,
                   GError     **error)
{
  int          sockets[2];
  GSubprocess *process;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
      return NULL;
    }
  process = spawn (program, weights, sockets[1], error);
  if (process != NULL)
    *socket = sockets[0];
  else
    g_close (sockets[0], NULL);
  return process;
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

DexFuture *
maq_runner_launch_connect (int      socket,
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

DexFuture *
maq_runner_launch_make_proxy (GDBusConnection *connection)
{
  DexPromise *promise = dex_promise_new ();

  maq_dbus_runner_proxy_new (connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL, MAQ_RUNNER_OBJECT_PATH, NULL, proxied_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}
