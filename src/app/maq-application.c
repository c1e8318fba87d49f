// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-application.h"

#include <glib/gi18n.h>

#include "maq-about-dialog.h"
#include "maq-app-resources.h"
#include "maq-future-slot.h"
#include "maq-hub-server.h"
#include "maq-leave.h"
#include "maq-paths.h"
#include "maq-places.h"
#include "maq-preferences-dialog.h"
#include "maq-runner-engine.h"
#include "maq-token.h"
#include "maq-transfer-watch.h"
#include "maq-widgets.h"
#include "maq-window.h"

// How long the first page waits for a token that a locked keyring keeps, in milliseconds.
#define TOKEN_PATIENCE_MS 1500

struct _MaqApplication
{
  AdwApplication parent_instance;

  MaqSettings      *settings;
  MaqHubClient     *client;
  MaqCache         *cache;
  MaqTransferList  *transfers;
  MaqTransferWatch *watch;
  MaqLeave         *leave;
  MaqLibrary       *library;
  MaqForeignList   *foreign;
  MaqChatStore     *chats;
  MaqEngine        *engine;
  MaqHubServer     *demo_server;

  gboolean      demo;
  char         *hub;
  MaqFutureSlot preparing;     // the demo Hub, or the token
  const char   *token_warning; // for the user, until there is a window to say it in
  gboolean      hub_ready;
  GError       *hub_error;
};

G_DEFINE_FINAL_TYPE (MaqApplication, maq_application, ADW_TYPE_APPLICATION)

static void
apply_download_settings (MaqApplication *self)
{
  maq_transfer_list_set_rate (self->transfers, maq_settings_get_download_limit (self->settings));
  maq_transfer_list_set_wait_metered (self->transfers, maq_settings_get_wait_on_metered (self->settings));
  MaqSchedule schedule;
  maq_settings_get_schedule (self->settings, &schedule);
  maq_transfer_list_set_schedule (self->transfers, &schedule);
}

static void
apply_model_folders (MaqApplication *self)
{
  g_auto (GStrv) folders = maq_settings_dup_model_folders (self->settings);

  maq_foreign_list_set_folders (self->foreign, (const char *const *) folders);
}

// Says what is wrong with the token, in the first window there is; Preferences say more of it.
static void
tell_of_token (MaqApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (self->token_warning == NULL || !MAQ_IS_WINDOW (window))
    return;
  maq_window_warn (MAQ_WINDOW (window), self->token_warning);
  self->token_warning = NULL;
}

static void
hub_prepared (MaqApplication *self)
{
  self->hub_ready = TRUE;
  // The demo Hub has another address each time.
  if (self->hub_error == NULL)
    maq_transfer_list_go_on (self->transfers, self->demo ? "demo" : NULL, g_network_monitor_get_default ());
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (MAQ_IS_WINDOW (l->data))
      {
        if (self->hub_error != NULL)
          maq_window_hub_failed (l->data, self->hub_error);
        else
          maq_window_hub_ready (l->data);
      }
  tell_of_token (self);
}

static void
demo_server_started_cb (gpointer   object,
                        DexFuture *future)
{
  MaqApplication *self = object;

  g_clear_error (&self->hub_error);
  g_set_object (&self->demo_server, maq_future_get_object (future, &self->hub_error));
  if (self->demo_server != NULL)
    {
      maq_settings_override_endpoint (self->settings, maq_hub_server_get_url (self->demo_server), "--demo");
      maq_hub_client_set_endpoint (self->client, maq_hub_server_get_url (self->demo_server), &self->hub_error);
    }
  hub_prepared (self);
}

// On a thread of its own: the store reads many files.
static DexFuture *
demo_server_thread (gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqHubStore) store = maq_hub_store_new_demo (&error);
  if (store == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  g_autoptr (MaqHubServer) server = maq_hub_server_new (store);
  if (!maq_hub_server_listen (server, NULL, 0, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_object (g_steal_pointer (&server));
}

static void
token_loaded_cb (gpointer   object,
                 DexFuture *future)
{
  MaqApplication *self = object;
  g_autoptr (GError) error = NULL;
  MaqToken *token = maq_future_get_boxed (future, &error);

  // Without its token the Hub still shows everything that is public.
  if (token == NULL)
    g_message ("The access token could not be read: %s", error->message);
  else
    {
      maq_hub_client_set_token (self->client, token->text, token->endpoint);
      if (token->is_broken)
        self->token_warning = _ ("The access token in HF_TOKEN or in the token file is not valid");
      else
        self->token_warning = token->is_news ? _ ("Other users can read the file with your access token") : NULL;
      // Nothing depends on when that is written.
      dex_future_disown (maq_token_mark_told (token));
    }
  hub_prepared (self);
}

static void
prepare_hub (MaqApplication *self)
{
  g_autofree char *endpoint = maq_settings_dup_endpoint (self->settings);

  if (self->demo)
    maq_future_slot_set (&self->preparing,
                         dex_thread_spawn ("demo-hub", demo_server_thread, NULL, NULL),
                         self,
                         demo_server_started_cb);
  else
    maq_future_slot_set (&self->preparing,
                         dex_future_first (maq_token_load (endpoint),
                                           dex_timeout_new_msec (TOKEN_PATIENCE_MS),
                                           NULL),
                         self,
                         token_loaded_cb);
}

// What was to be done once the Hub is known is done again: its token, the queue, the window.
static void
endpoint_changed_cb (MaqApplication *self)
{
  g_clear_error (&self->hub_error);
  if (!self->demo)
    prepare_hub (self);
}

static MaqWindow *
ensure_window (MaqApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (MAQ_IS_WINDOW (l->data))
      return l->data;

  MaqWindow *window = maq_window_new (self);
  tell_of_token (self);
  if (self->hub_ready && self->hub_error != NULL)
    maq_window_hub_failed (window, self->hub_error);
  else if (self->hub_ready)
    maq_window_hub_ready (window);
  return window;
}

static void
maq_application_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (ensure_window (MAQ_APPLICATION (application))));
}

static void
maq_application_open (GApplication *application,
                      GFile       **files,
                      int           n_files,
                      const char   *hint)
{
  MaqWindow *window = ensure_window (MAQ_APPLICATION (application));

  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *path = g_file_get_path (files[i]);
      g_autofree char *uri = g_file_get_uri (files[i]);
      maq_window_open (window, path != NULL ? path : uri);
    }
  gtk_window_present (GTK_WINDOW (window));
}

static int
maq_application_command_line (GApplication            *application,
                              GApplicationCommandLine *command_line)
{
  MaqApplication   *self = MAQ_APPLICATION (application);
  g_autofree char **arguments = NULL;
  GVariantDict     *options = g_application_command_line_get_options_dict (command_line);

  if (g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&ay", &arguments))
    {
      MaqWindow *window = ensure_window (self);
      for (gsize i = 0; arguments[i] != NULL; i++)
        {
          // A file is meant where there is one; anything else is an address.
          g_autoptr (GFile) file = g_application_command_line_create_file_for_arg (command_line, arguments[i]);
          g_autofree char *path = g_file_get_path (file);
          maq_window_open (window, path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR) ? path : arguments[i]);
        }
    }
  g_application_activate (application);
  return 0;
}

static gboolean
is_http_address (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  return (g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0';
}

static int
maq_application_handle_local_options (GApplication *application,
                                      GVariantDict *options)
{
  MaqApplication *self = MAQ_APPLICATION (application);

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("maquette %s\n", MAQ_VERSION);
      return 0;
    }
  self->demo = g_variant_dict_contains (options, "demo");
  g_variant_dict_lookup (options, "hub", "s", &self->hub);
  if (self->demo && self->hub != NULL)
    {
      g_printerr ("maquette: %s\n", _ ("--demo and --hub cannot be used together."));
      return 2;
    }
  if (self->hub != NULL && !is_http_address (self->hub))
    {
      g_printerr ("maquette: ");
      // Translators: %s is what was given for --hub.
      g_printerr (_ ("“%s” is not a Hub address. A Hub address looks like https://hub.example.org."), self->hub);
      g_printerr ("\n");
      return 2;
    }
  if (self->demo || self->hub != NULL)
    g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  return -1;
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  MaqApplication *self = MAQ_APPLICATION (user_data);

  maq_leave_quit (self->leave, gtk_application_get_active_window (GTK_APPLICATION (self)));
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  MaqApplication *self = MAQ_APPLICATION (user_data);

  adw_dialog_present (maq_preferences_dialog_new (self->settings, self->client), GTK_WIDGET (ensure_window (self)));
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  adw_dialog_present (maq_about_dialog_new (), GTK_WIDGET (ensure_window (MAQ_APPLICATION (user_data))));
}

// For notifications, which know no window.
static void
show_page_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  MaqWindow *window = ensure_window (MAQ_APPLICATION (user_data));

  gtk_widget_activate_action_variant (GTK_WIDGET (window), "win.show-page", parameter);
  gtk_window_present (GTK_WINDOW (window));
}

static const GActionEntry actions[] = {
  { "about", about_cb },
  { "preferences", preferences_cb },
  { "quit", quit_cb },
  { "show-page", show_page_cb, "s" },
};

static const struct
{
  const char *action;
  const char *accels[3];
} accels[] = {
  { "app.preferences", { "<Control>comma" } },
  { "app.quit", { "<Control>q" } },
  { "window.close", { "<Control>w" } },
  { "win.open-file", { "<Control>o" } },
  { "win.focus-search", { "<Control>f" } },
  { "win.go-back", { "<Alt>Left" } },
  { "win.toggle-sidebar", { "F9" } },
};

static void
set_place_accels (MaqApplication *self)
{
  guint           n_places;
  const MaqPlace *places = maq_places_get (&n_places);

  for (guint i = 0; i < n_places; i++)
    {
      g_autofree char *action = g_strdup_printf ("win.show-page::%s", places[i].name);
      g_autofree char *key = g_strdup_printf ("<Control>%u", i + 1);
      gtk_application_set_accels_for_action (GTK_APPLICATION (self), action, (const char *[]) { key, NULL });
    }
}

static void
maq_application_startup (GApplication *application)
{
  MaqApplication *self = MAQ_APPLICATION (application);

  static gsize registered = 0;
  if (g_once_init_enter (&registered))
    {
      maq_app_register_resource ();
      g_once_init_leave (&registered, 1);
    }
  G_APPLICATION_CLASS (maq_application_parent_class)->startup (application);
  maq_widgets_init ();

  self->settings = maq_settings_new ();
  if (self->hub != NULL)
    maq_settings_override_endpoint (self->settings, self->hub, "--hub");
  g_autofree char *endpoint = maq_settings_dup_endpoint (self->settings);
  // An address that is none is told once the window is there; the public Hub is never asked in its stead.
  self->client = maq_hub_client_new (NULL);
  if (!self->demo)
    maq_hub_client_set_endpoint (self->client, endpoint, &self->hub_error);

  g_autofree char *cache_dir = maq_settings_dup_cache_dir (self->settings);
  g_autofree char *state_dir = maq_paths_dup_state_dir ();
  self->cache = maq_cache_new (cache_dir);
  self->transfers = maq_transfer_list_new (self->client, self->cache, state_dir);
  g_signal_connect_object (self->client, "notify::endpoint", G_CALLBACK (endpoint_changed_cb), self, G_CONNECT_SWAPPED);
  apply_download_settings (self);
  self->foreign = maq_foreign_list_new ();
  apply_model_folders (self);
  if (maq_settings_get_gsettings (self->settings) != NULL)
    {
      g_signal_connect_object (maq_settings_get_gsettings (self->settings), "changed", G_CALLBACK (apply_download_settings), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (maq_settings_get_gsettings (self->settings), "changed::model-folders", G_CALLBACK (apply_model_folders), self, G_CONNECT_SWAPPED);
    }
  self->watch = maq_transfer_watch_new (GTK_APPLICATION (self), self->transfers);
  self->leave = maq_leave_new (G_APPLICATION (self), self->transfers);
  self->library = maq_library_new (self->cache);
  self->chats = maq_chat_store_new (NULL);
  self->engine = maq_runner_engine_new (NULL);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action, accels[i].accels);
  set_place_accels (self);

  prepare_hub (self);
}

static void
maq_application_shutdown (GApplication *application)
{
  MaqApplication *self = MAQ_APPLICATION (application);

  maq_future_slot_clear (&self->preparing);
  g_clear_object (&self->watch);
  g_clear_object (&self->leave);
  for (GList *l; (l = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL;)
    gtk_window_destroy (l->data);
  G_APPLICATION_CLASS (maq_application_parent_class)->shutdown (application);

  // Users before what they use.
  g_clear_object (&self->transfers);
  g_clear_object (&self->library);
  g_clear_object (&self->foreign);
  g_clear_object (&self->chats);
  g_clear_object (&self->engine);
  g_clear_object (&self->cache);
  g_clear_object (&self->client);
  g_clear_object (&self->settings);
  if (self->demo_server != NULL)
    maq_hub_server_stop (self->demo_server);
  g_clear_object (&self->demo_server);
}

static void
maq_application_finalize (GObject *object)
{
  MaqApplication *self = MAQ_APPLICATION (object);

  g_free (self->hub);
  g_clear_error (&self->hub_error);

  G_OBJECT_CLASS (maq_application_parent_class)->finalize (object);
}

static void
maq_application_class_init (MaqApplicationClass *klass)
{
  GObjectClass      *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->finalize = maq_application_finalize;
  application_class->startup = maq_application_startup;
  application_class->shutdown = maq_application_shutdown;
  application_class->activate = maq_application_activate;
  application_class->open = maq_application_open;
  application_class->command_line = maq_application_command_line;
  application_class->handle_local_options = maq_application_handle_local_options;
}

static const GOptionEntry option_entries[] = {
  { "demo", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Use the demo Hub that comes with Maquette"), NULL },
  { "hub", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Use the Hub at this address"), N_ ("URL") },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version"), NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL, N_ ("[ADDRESS|FILE…]") },
  { NULL },
};

static void
maq_application_init (MaqApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), option_entries);
}

MaqApplication *
maq_application_new (void)
{
  return g_object_new (MAQ_TYPE_APPLICATION,
                       "application-id",
                       MAQ_APP_ID,
                       "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path",
                       "/io/github/maquette_app/Maquette",
                       NULL);
}

#define GETTER(Type, name)                                  \
  Type *maq_application_get_##name (MaqApplication *self)   \
  {                                                         \
    g_return_val_if_fail (MAQ_IS_APPLICATION (self), NULL); \
    return self->name;                                      \
  }

GETTER (MaqHubClient, client)
GETTER (MaqCache, cache)
GETTER (MaqTransferList, transfers)
GETTER (MaqLibrary, library)
GETTER (MaqForeignList, foreign)
GETTER (MaqChatStore, chats)
GETTER (MaqSettings, settings)
GETTER (MaqEngine, engine)
GETTER (MaqLeave, leave)
