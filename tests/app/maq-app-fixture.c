// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"

#include "maq-app-resources.h"
#include "maq-widgets.h"

void
app_fixture_init (int    *argc,
                  char ***argv)
{
  dex_init ();
  g_test_init (argc, argv, NULL);
  adw_init ();
  maq_app_register_resource ();
  maq_widgets_init ();
}

// As the window does.
static void
n_active_cb (MaqLibrary *library)
{
  dex_future_disown (maq_library_refresh (library));
}

void
app_fixture_set_up (AppFixture  *self,
                    MaqHubStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (store);
  self->server = maq_hub_server_new (store);
  g_object_unref (store);
  maq_hub_server_set_faults_allowed (self->server, TRUE);
  maq_hub_server_listen (self->server, NULL, 0, &error);
  g_assert_no_error (error);
  self->client = maq_hub_client_new (maq_hub_server_get_url (self->server));
  self->folder = g_dir_make_tmp ("app-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL);
  g_autofree char *state = g_build_filename (self->folder, "state", NULL);
  self->cache = maq_cache_new (cache);
  self->transfers = maq_transfer_list_new (self->client, self->cache, state);
  self->library = maq_library_new (self->cache);
  self->foreign = maq_foreign_list_new ();
  maq_library_set_users (self->library, self->transfers, NULL);
  g_signal_connect_object (self->transfers, "notify::n-active", G_CALLBACK (n_active_cb), self->library, G_CONNECT_SWAPPED);
}

static void
gone_cb (gpointer data,
         GObject *object)
{
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
release (gpointer object)
{
  gboolean gone = FALSE;

  g_object_weak_ref (object, gone_cb, &gone);
  g_object_unref (object);
  ui_wait (is_true, &gone, 15000);
}

void
app_fixture_tear_down (AppFixture *self)
{
  // Work that was let go may end in its own time.
  release (g_steal_pointer (&self->foreign));
  release (g_steal_pointer (&self->library));
  release (g_steal_pointer (&self->transfers));
  g_clear_object (&self->cache);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->activated, g_free);
  maq_hub_server_stop (self->server);
  g_clear_object (&self->client);
  g_assert_finalize_object (G_OBJECT (g_steal_pointer (&self->server)));
}

static gboolean
is_over (gpointer transfer)
{
  return maq_transfer_get_state (transfer) >= MAQ_TRANSFER_DONE;
}

void
app_fixture_fetch (AppFixture *self,
                   const char *id)
{
  g_autoptr (MaqTransferRequest) request = maq_transfer_request_new (MAQ_REPO_KIND_MODEL, id, NULL);
  g_autoptr (MaqTransfer) transfer = maq_transfer_list_start (self->transfers, request);

  ui_wait (is_over, transfer, 30000);
  g_assert_cmpint (maq_transfer_get_state (transfer), ==, MAQ_TRANSFER_DONE);
}

void
app_fixture_fault (AppFixture *self,
                   const char *rule)
{
  g_autoptr (GError) error = NULL;

  maq_hub_server_clear_faults (self->server);
  if (rule != NULL)
    maq_hub_server_add_faults (self->server, rule, &error);
  g_assert_no_error (error);
}

static void
activated_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       data)
{
  AppFixture *self = data;
  GString    *text = g_string_new (g_action_get_name (G_ACTION (action)));

  if (g_variant_is_of_type (parameter, G_VARIANT_TYPE_STRING))
    g_string_append_printf (text, " %s", g_variant_get_string (parameter, NULL));
  else
    {
      const char *label;
      const char *path;
      g_variant_get (parameter, "(&s&s)", &label, &path);
      g_string_append_printf (text, " %s %s", label, path);
    }
  g_free (self->activated);
  self->activated = g_string_free_and_steal (text);
}

GtkWindow *
app_fixture_show (AppFixture *self,
                  gpointer    page)
{
  const GActionEntry entries[] = {
    { "inspect", activated_cb, "s" },
    { "copy", activated_cb, "s" },
    { "copy-link", activated_cb, "s" },
    { "open-on-web", activated_cb, "s" },
    { "open-uri", activated_cb, "s" },
    { "open-repo", activated_cb, "s" },
    { "open-chat", activated_cb, "(ss)" },
    { "show-page", activated_cb, "s" },
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  GtkWidget *overlay = adw_toast_overlay_new ();

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), page);
  GtkWindow *window = ui_show (overlay, 900, 700);
  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (window), "win", G_ACTION_GROUP (group));
  return window;
}
