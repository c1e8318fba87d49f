// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-background.h"

#include <gio/gio.h>

#include "maq-fiber.h"

#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
// How long the desktop may take to start its portal, and that to ask the user, in milliseconds.
#define CALL_MS   5000
#define ANSWER_MS 30000

static void
response_cb (GDBusConnection *bus,
             const char      *sender,
             const char      *path,
             const char      *interface,
             const char      *signal,
             GVariant        *parameters,
             gpointer         data)
{
  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    dex_promise_resolve_variant (DEX_PROMISE (data), g_variant_ref (parameters));
}

// Where the answer comes, known before the question is asked so that none is missed (transfer full).
static char *
make_request_path (GDBusConnection *bus,
                   const char      *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (bus) + 1);

  g_strdelimit (sender, ".", '_');
  return g_strdup_printf (PORTAL_PATH "/request/%s/%s", sender, token);
}

static gboolean
ask (GDBusConnection *bus,
     const char      *token,
     const char      *reason,
     GError         **error)
{
  GVariantBuilder options = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "reason", g_variant_new_string (reason));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (FALSE));
  g_autoptr (GVariant) handle = dex_await_variant (dex_dbus_connection_call (bus, PORTAL_NAME, PORTAL_PATH, "org.freedesktop.portal.Background", "RequestBackground", g_variant_new ("(sa{sv})", "", &options), G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, CALL_MS), error);
  return handle != NULL;
}

static DexFuture *
request_fiber (gpointer data)
{
  static guint     n_requests;
  g_autofree char *token = g_strdup_printf ("maquette%u", ++n_requests);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = dex_await_object (dex_bus_get (G_BUS_TYPE_SESSION), &error);
  if (bus == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_autofree char *path = make_request_path (bus, token);
  g_autoptr (DexPromise) promise = dex_promise_new ();
  g_autoptr (GVariant) answer = NULL;
  guint subscription = g_dbus_connection_signal_subscribe (bus, PORTAL_NAME, "org.freedesktop.portal.Request", "Response", path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, response_cb, dex_ref (promise), dex_unref);
  if (ask (bus, token, data, &error))
    answer = dex_await_variant (maq_future_with_timeout (dex_ref (DEX_FUTURE (promise)), ANSWER_MS), &error);
  g_dbus_connection_signal_unsubscribe (bus, subscription);
  if (answer == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  guint32  response;
  gboolean is_allowed = FALSE;
  g_autoptr (GVariant) results = NULL;
  g_variant_get (answer, "(u@a{sv})", &response, &results);
  g_variant_lookup (results, "background", "b", &is_allowed);
  if (response != 0 || !is_allowed)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "The desktop does not let the application go on without a window");
  return dex_future_new_true ();
}

DexFuture *
maq_background_request (const char *reason)
{
  return maq_fiber_spawn (NULL, request_fiber, g_strdup (reason), g_free);
}
