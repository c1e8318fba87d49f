// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"
#include "maq-transfer-watch.h"

#define CHAT  "maquette/pebble-chat-GGUF"
#define EMBED "maquette/pebble-embed-GGUF"

// The session's notification service, as far as the desktop's is asked here.
typedef struct
{
  guint bus_name;
  guint object;
  char *text; // of the last notification: "Summary: body"
  guint n;
} Desktop;

static const char interface_xml[] =
  "<node><interface name='org.freedesktop.Notifications'>"
  "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
  "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
  "</interface></node>";

static void
call_cb (GDBusConnection       *bus,
         const char            *sender,
         const char            *path,
         const char            *interface,
         const char            *method,
         GVariant              *parameters,
         GDBusMethodInvocation *invocation,
         gpointer               data)
{
  Desktop    *desktop = data;
  const char *summary;
  const char *body;

  g_variant_get_child (parameters, 3, "&s", &summary);
  g_variant_get_child (parameters, 4, "&s", &body);
  g_free (desktop->text);
  desktop->text = g_strdup_printf ("%s: %s", summary, body);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", ++desktop->n));
}

static GDBusConnection *
desktop_start (Desktop *self)
{
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, &error);
  GDBusConnection *bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);

  g_assert_no_error (error);
  self->object = g_dbus_connection_register_object (bus, "/org/freedesktop/Notifications", node->interfaces[0], &vtable, self, NULL, &error);
  g_assert_no_error (error);
  self->bus_name = g_bus_own_name_on_connection (bus, "org.freedesktop.Notifications", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
  return bus;
}

static gboolean
has_text (gpointer desktop)
{
  return ((Desktop *) desktop)->text != NULL;
}

static gboolean
is_awake (gpointer watch)
{
  return maq_transfer_watch_is_inhibiting (watch);
}

static gboolean
may_sleep (gpointer watch)
{
  return !maq_transfer_watch_is_inhibiting (watch);
}

static void
set_up (AppFixture   *fixture,
        gconstpointer data)
{
  app_fixture_set_up (fixture, maq_hub_store_new_demo (NULL));
}

static void
tear_down (AppFixture   *fixture,
           gconstpointer data)
{
  app_fixture_tear_down (fixture);
}

static MaqTransfer *
start (AppFixture *fixture,
       const char *id)
{
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, id, NULL);
  return maq_transfer_list_start (fixture->transfers, request);
}

static void
test_watch (AppFixture   *fixture,
            gconstpointer data)
{
  Desktop desktop = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = desktop_start (&desktop);
  g_autoptr (GtkApplication) application = gtk_application_new ("io.github.maquette_app.WatchTest", G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  MaqTransferWatch *watch = maq_transfer_watch_new (application, fixture->transfers);

  // While it runs the machine stays awake; a pause lets it sleep, and is nothing to tell of.
  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  g_autoptr (MaqTransfer) transfer = start (fixture, CHAT);
  ui_wait (is_awake, watch, 5000);
  maq_transfer_pause (transfer);
  g_assert_false (maq_transfer_watch_is_inhibiting (watch));
  app_fixture_fault (fixture, NULL);
  maq_transfer_retry (transfer);
  ui_wait (is_awake, watch, 5000);
  ui_wait (has_text, &desktop, 30000);
  g_assert_cmpstr (desktop.text, ==, "Download Finished: " CHAT);
  ui_wait (may_sleep, watch, 5000);

  g_clear_pointer (&desktop.text, g_free);
  g_autoptr (MaqTransfer) missing = start (fixture, "nobody/nothing");
  ui_wait (has_text, &desktop, 30000);
  g_assert_true (g_str_has_prefix (desktop.text, "Download Failed: nobody/nothing\nNot Found. "));

  // What somebody stops is not told of, nor is anything once the watch is gone.
  g_clear_pointer (&desktop.text, g_free);
  app_fixture_fault (fixture, "{\"host\": \"cdn\", \"rate\": 100000, \"times\": 0}");
  g_autoptr (MaqTransfer) stopped = start (fixture, EMBED);
  maq_transfer_cancel (stopped);
  ui_run (300);
  g_assert_null (desktop.text);
  g_assert_cmpuint (desktop.n, ==, 2);
  maq_transfer_retry (stopped);
  ui_wait (is_awake, watch, 5000);
  g_assert_finalize_object (watch);
  maq_transfer_cancel (stopped);
  g_bus_unown_name (desktop.bus_name);
  g_dbus_connection_unregister_object (bus, desktop.object);
}

// Where the window has the focus the desktop need not be asked: a toast in it says so, and goes on from there.
static gboolean
is_active (gpointer window)
{
  return gtk_window_is_active (window);
}

static void
test_toast (AppFixture   *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GtkApplication) application = gtk_application_new ("io.github.maquette_app.ToastTest", G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  GtkWidget *content = gtk_label_new ("Page");
  GtkWindow *window = app_fixture_show (fixture, content);
  gtk_window_set_application (window, application);
  ui_wait (is_active, window, 10000);
  MaqTransferWatch *watch = maq_transfer_watch_new (application, fixture->transfers);

  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, CHAT, NULL);
  request->paths = g_strdupv ((char **) (const char *const[]) { "pebble-chat-Q4_0.gguf", NULL });
  request->title = g_strdup ("Q4_0");
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (fixture->transfers, request);
  ui_wait_text (window, "Downloaded " CHAT " · Q4_0");
  ui_click (window, "Chat");
  g_autofree char *wanted = g_strdup_printf ("open-chat " CHAT ":Q4_0 %s", maq_transfer_get_first_path (transfer));
  g_assert_cmpstr (fixture->activated, ==, wanted);

  ui_wait_gone (window, "Downloaded");
  app_fixture_fetch (fixture, EMBED);
  ui_wait_text (window, "Downloaded " EMBED);
  ui_click (window, "Open");
  g_assert_cmpstr (fixture->activated, ==, "open-repo hf://" EMBED);
  g_assert_finalize_object (watch);
  ui_hide (window, content);
}

int
main (int   argc,
      char *argv[])
{
  app_fixture_init (&argc, &argv);
  g_test_add ("/app/transfer-watch/tells-the-desktop", AppFixture, NULL, set_up, test_watch, tear_down);
  g_test_add ("/app/transfer-watch/a-toast-in-the-window", AppFixture, NULL, set_up, test_toast, tear_down);
  return g_test_run ();
}
