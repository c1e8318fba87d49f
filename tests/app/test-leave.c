// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"
#include "maq-leave.h"

// A whole application that runs, with a download that does not come to its end, and the desktop's portal as far as it is asked.

typedef struct
{
  AppFixture       app;
  GtkApplication  *application;
  MaqLeave        *leave;
  GtkWindow       *window; // weak
  MaqTransfer     *transfer;
  GDBusConnection *bus;
  guint            name;
  guint            object;
  gboolean         is_allowed;
  guint            n_asked;
} Fixture;

static const char portal_xml[] =
  "<node><interface name='org.freedesktop.portal.Background'>"
  "<method name='RequestBackground'><arg type='s' direction='in'/><arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"
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
  Fixture *self = data;
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
  g_autofree char *caller = g_strdelimit (g_strdup (sender + 1), ".", '_');
  const char      *token;
  GVariantBuilder  results = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  self->n_asked++;
  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  g_autofree char *handle = g_strdup_printf ("/org/freedesktop/portal/desktop/request/%s/%s", caller, token);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", handle));
  g_variant_builder_add (&results, "{sv}", "background", g_variant_new_boolean (self->is_allowed));
  g_dbus_connection_emit_signal (bus, NULL, handle, "org.freedesktop.portal.Request", "Response", g_variant_new ("(ua{sv})", 0, &results), NULL);
}

static gboolean
is_owned (gpointer data)
{
  return *(gboolean *) data;
}

static void
owned_cb (GDBusConnection *bus,
          const char      *name,
          gpointer         data)
{
  *(gboolean *) data = TRUE;
}

static void
start_portal (Fixture *self,
              gboolean is_allowed)
{
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (portal_xml, &error);
  gboolean owned = FALSE;

  self->is_allowed = is_allowed;
  self->bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_assert_no_error (error);
  self->object = g_dbus_connection_register_object (self->bus, "/org/freedesktop/portal/desktop", node->interfaces[0], &vtable, self, NULL, &error);
  g_assert_no_error (error);
  self->name = g_bus_own_name_on_connection (self->bus, "org.freedesktop.portal.Desktop", G_BUS_NAME_OWNER_FLAGS_NONE, owned_cb, NULL, &owned, NULL);
  ui_wait (is_owned, &owned, 5000);
}

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, "maquette/pebble-embed-GGUF", NULL);

  app_fixture_set_up (&self->app, maq_hub_store_new_demo (NULL));
  self->application = gtk_application_new ("io.github.maquette_app.LeaveTest", G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (self->application), NULL, &error);
  g_assert_no_error (error);
  self->leave = maq_leave_new (G_APPLICATION (self->application), self->app.transfers);
  app_fixture_fault (&self->app, "{\"delay\": 600000, \"times\": 0}");
  self->transfer = maq_transfer_list_start (self->app.transfers, request);
  g_assert_cmpuint (maq_transfer_list_get_n_active (self->app.transfers), ==, 1);
  g_set_weak_pointer (&self->window, GTK_WINDOW (adw_application_window_new (self->application)));
  gtk_window_present (self->window);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  if (self->name != 0)
    g_bus_unown_name (self->name);
  if (self->bus != NULL)
    g_dbus_connection_unregister_object (self->bus, self->object);
  g_clear_object (&self->bus);
  g_clear_object (&self->leave);
  if (self->window != NULL)
    gtk_window_destroy (self->window);
  g_clear_weak_pointer (&self->window);
  g_clear_object (&self->transfer);
  g_clear_object (&self->application);
  app_fixture_fault (&self->app, NULL);
  app_fixture_tear_down (&self->app);
}

static gboolean
is_gone (gpointer pointer)
{
  return *(gpointer *) pointer == NULL;
}

typedef void (*Story) (Fixture *fixture);

typedef struct
{
  Fixture *fixture;
  Story    story;
} Teller;

static gboolean
tell_cb (gpointer data)
{
  Teller *teller = data;
  teller->story (teller->fixture);
  return G_SOURCE_REMOVE;
}

static void
activated_cb (Teller *teller)
{
  g_idle_add (tell_cb, teller);
}

// Runs the application, which ends by itself: at the latest when its window and its downloads have gone.
static void
run (Fixture *self,
     Story    story)
{
  Teller teller = { self, story };

  g_signal_connect_swapped (self->application, "activate", G_CALLBACK (activated_cb), &teller);
  g_assert_cmpint (g_application_run (G_APPLICATION (self->application), 0, NULL), ==, 0);
}

static void
tell_allowed (Fixture *self)
{
  g_assert_false (maq_leave_close (self->leave, self->window));
  // Closing twice asks once.
  g_assert_false (maq_leave_close (self->leave, self->window));
  ui_wait (is_gone, &self->window, 10000);
  g_assert_cmpuint (self->n_asked, ==, 1);
  g_assert_cmpuint (maq_transfer_list_get_n_active (self->app.transfers), ==, 1);
  maq_transfer_cancel (self->transfer);
}

static void
test_allowed (Fixture      *self,
              gconstpointer data)
{
  start_portal (self, TRUE);
  run (self, tell_allowed);
  g_assert_cmpuint (maq_transfer_list_get_n_active (self->app.transfers), ==, 0);
}

static void
tell_denied (Fixture *self)
{
  g_assert_false (maq_leave_close (self->leave, self->window));
  ui_wait_text (self->window, "1 download is not finished.");
  g_assert_null (ui_find (self->window, GTK_TYPE_BUTTON, "Continue in Background"));
  ui_click (self->window, "Cancel");
  ui_wait_gone (self->window, "1 download is not finished.");
  g_assert_nonnull (self->window);
  g_assert_false (maq_leave_close (self->leave, self->window));
  ui_wait_text (self->window, "1 download is not finished.");
  ui_click (self->window, "Quit");
}

static void
test_denied (Fixture      *self,
             gconstpointer data)
{
  start_portal (self, FALSE);
  run (self, tell_denied);
}

// A desktop that knows no such question.
static void
tell_without_portal (Fixture *self)
{
  g_assert_false (maq_leave_close (self->leave, self->window));
  ui_wait_text (self->window, "1 download is not finished.");
  ui_click (self->window, "Continue in Background");
  ui_wait (is_gone, &self->window, 10000);
  maq_transfer_cancel (self->transfer);
}

static void
test_without_portal (Fixture      *self,
                     gconstpointer data)
{
  run (self, tell_without_portal);
}

static void
tell_quit (Fixture *self)
{
  maq_leave_quit (self->leave, self->window);
  ui_wait_text (self->window, "1 download is not finished.");
  ui_click (self->window, "Cancel");
  ui_wait_gone (self->window, "1 download is not finished.");
  maq_leave_quit (self->leave, self->window);
  ui_wait_text (self->window, "1 download is not finished.");
  ui_click (self->window, "Quit");
}

static void
test_quit (Fixture      *self,
           gconstpointer data)
{
  run (self, tell_quit);
}

// With nothing under way nobody is asked.
static void
tell_nothing (Fixture *self)
{
  maq_transfer_cancel (self->transfer);
  g_assert_true (maq_leave_close (self->leave, self->window));
  maq_leave_quit (self->leave, self->window);
}

static void
test_nothing (Fixture      *self,
              gconstpointer data)
{
  run (self, tell_nothing);
}

int
main (int    argc,
      char **argv)
{
  app_fixture_init (&argc, &argv);
#define ADD(name, func) g_test_add ("/app/leave/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("goes-on-where-the-desktop-allows-it", test_allowed);
  ADD ("asks-where-it-does-not", test_denied);
  ADD ("asks-where-there-is-no-portal", test_without_portal);
  ADD ("asks-before-it-quits", test_quit);
  ADD ("nothing-runs", test_nothing);
#undef ADD
  return g_test_run ();
}
