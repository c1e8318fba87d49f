// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-preferences-dialog.h"

#include <glib/gi18n.h>

#include "maq-error-text.h"
#include "maq-folder-chooser.h"
#include "maq-future-slot.h"
#include "maq-hub-error.h"
#include "maq-library-error.h"
#include "maq-model-folders.h"
#include "maq-token.h"

#define MINUTES_STEP 30 // from one time of the day that is offered to the next

struct _MaqPreferencesDialog
{
  AdwPreferencesDialog parent_instance;

  AdwPreferencesGroup *hub_group;
  AdwEntryRow         *endpoint_row;
  AdwActionRow        *endpoint_problem_row;
  AdwActionRow        *user_row;
  AdwAvatar           *user_avatar;
  GtkWidget           *user_spinner;
  GtkWidget           *remove_button;
  AdwEntryRow         *token_row;
  AdwActionRow        *token_problem_row;
  AdwSpinRow          *limit_row;
  AdwSwitchRow        *metered_row;
  AdwExpanderRow      *hours_row;
  AdwComboRow         *from_row;
  AdwComboRow         *to_row;
  AdwActionRow        *cache_row;
  GtkWidget           *cache_reset_button;
  GtkWidget           *cache_choose_button;
  MaqModelFolders     *model_folders;

  MaqSettings  *settings;
  MaqHubClient *client;
  MaqToken     *known; // NULL while it is looked up
  MaqFutureSlot token; // looked up or stored
  MaqFutureSlot whoami;
  MaqFutureSlot folder;
};

G_DEFINE_FINAL_TYPE (MaqPreferencesDialog, maq_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

static void
set_problem (AdwActionRow *row, GtkWidget *entry, const char *problem)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), problem ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (row), problem != NULL);
  if (problem)
    gtk_widget_add_css_class (entry, "error");
  else
    gtk_widget_remove_css_class (entry, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_STATE_INVALID, problem ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

// --- Whose token it is ---

static MaqTokenSource
get_source (MaqPreferencesDialog *self)
{
  return self->known ? self->known->source : MAQ_TOKEN_NONE;
}

static const char *
describe_source (MaqPreferencesDialog *self)
{
  switch (get_source (self))
    {
    case MAQ_TOKEN_ENVIRONMENT:
      return _ ("From HF_TOKEN in the environment");
    case MAQ_TOKEN_KEYRING:
      return _ ("Stored in the keyring");
    case MAQ_TOKEN_FILE:
      return _ ("From the token file of the hf command");
    case MAQ_TOKEN_NONE:
    default:
      return self->known && self->known->left_out ? self->known->left_out : _ ("Not needed for public models");
    }
}

static void
set_user (MaqPreferencesDialog *self, const char *title, const char *name, gboolean waiting)
{
  g_autofree char *warning = self->known ? maq_token_dup_warning (self->known) : NULL;
  g_autofree char *subtitle = g_strjoin ("\n", describe_source (self), warning, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->user_row), title);
  adw_action_row_set_subtitle (self->user_row, subtitle);
  adw_avatar_set_text (self->user_avatar, name ? name : "");
  adw_avatar_set_show_initials (self->user_avatar, name != NULL);
  gtk_widget_set_visible (self->user_spinner, waiting);
  gtk_widget_set_visible (self->remove_button, get_source (self) == MAQ_TOKEN_KEYRING);
}

static void
whoami_cb (gpointer object, DexFuture *future)
{
  MaqPreferencesDialog *self = object;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqErrorText) text = NULL;
  MaqHubUser *user = maq_future_get_boxed (future, &error);

  if (user)
    {
      gboolean         has_full_name = user->full_name && *user->full_name && g_strcmp0 (user->full_name, user->name) != 0;
      g_autofree char *title = has_full_name ? g_strdup_printf ("%s (%s)", user->full_name, user->name) : g_strdup (user->name);

      set_user (self, title, has_full_name ? user->full_name : user->name, FALSE);
      return;
    }
  text = maq_error_text_new (error);
  if (text == NULL)
    return;
  set_user (self, g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNAUTHORIZED) ? _ ("Token Not Accepted") : text->title, NULL, FALSE);
}

// The token in force is known.
static void
token_loaded_cb (gpointer object, DexFuture *future)
{
  MaqPreferencesDialog *self = object;
  g_autoptr (GError) error = NULL;
  MaqToken *token = maq_future_get_boxed (future, &error);

  gtk_editable_set_editable (GTK_EDITABLE (self->token_row), TRUE);
  if (token == NULL)
    {
      set_problem (self->token_problem_row, GTK_WIDGET (self->token_row), error->message);
      set_user (self, maq_hub_client_has_token (self->client) ? _ ("Token in Use") : _ ("No Token"), NULL, FALSE);
      return;
    }
  g_clear_pointer (&self->known, maq_token_unref);
  self->known = maq_token_ref (token);
  maq_hub_client_set_token (self->client, token->text, token->endpoint);
  if (token->text == NULL)
    {
      maq_future_slot_clear (&self->whoami);
      set_user (self, _ ("No Token"), NULL, FALSE);
      return;
    }
  set_user (self, _ ("Checking the Token…"), NULL, TRUE);
  maq_future_slot_set (&self->whoami, maq_hub_client_whoami (self->client), self, whoami_cb);
}

static void
load_token (MaqPreferencesDialog *self)
{
  g_autofree char *endpoint = maq_settings_dup_endpoint (self->settings);

  g_clear_pointer (&self->known, maq_token_unref);
  set_user (self, _ ("Looking for a Token…"), NULL, TRUE);
  maq_future_slot_set (&self->token, maq_token_load (endpoint), self, token_loaded_cb);
}

static void
token_stored_cb (gpointer object, DexFuture *future)
{
  MaqPreferencesDialog *self = object;

  MaqToken *token = maq_future_get_boxed (future, NULL);

  if (token)
    {
      gtk_editable_set_text (GTK_EDITABLE (self->token_row), "");
      if (token->source == MAQ_TOKEN_ENVIRONMENT)
        adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self), adw_toast_new (_ ("Stored, but HF_TOKEN in the environment takes precedence")));
    }
  token_loaded_cb (object, future);
}

static void
token_applied_cb (MaqPreferencesDialog *self)
{
  const char      *token = gtk_editable_get_text (GTK_EDITABLE (self->token_row));
  g_autofree char *endpoint = maq_settings_dup_endpoint (self->settings);

  set_problem (self->token_problem_row, GTK_WIDGET (self->token_row), NULL);
  // Not insensitive, which would take the focus out of the dialog, and with it the key that closes it.
  gtk_editable_set_editable (GTK_EDITABLE (self->token_row), FALSE);
  maq_future_slot_set (&self->token, maq_token_store (endpoint, token), self, token_stored_cb);
}

static void
token_changed_cb (MaqPreferencesDialog *self)
{
  set_problem (self->token_problem_row, GTK_WIDGET (self->token_row), NULL);
}

static void
remove_clicked_cb (MaqPreferencesDialog *self)
{
  g_autofree char *endpoint = maq_settings_dup_endpoint (self->settings);

  set_problem (self->token_problem_row, GTK_WIDGET (self->token_row), NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->token_row));
  maq_future_slot_set (&self->token, maq_token_store (endpoint, NULL), self, token_loaded_cb);
}

static void
get_token_cb (MaqPreferencesDialog *self)
{
  g_autofree char *address = g_strconcat (maq_hub_client_get_endpoint (self->client), "/settings/tokens", NULL);
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (address);

  // What can go wrong is the browser's to say.
  gtk_uri_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, NULL, NULL);
}

// --- The address ---

// OVERRIDE: the name of a variable, or of an option of the command line (transfer full).
static char *
describe_override (const char *override)
{
  if (g_str_has_prefix (override, "--"))
    return g_strdup (_ ("Set on the command line"));
  // Translators: %s is the name of a variable, such as HF_ENDPOINT.
  return g_strdup_printf (_ ("Set by %s in the environment"), override);
}

static void
show_endpoint (MaqPreferencesDialog *self)
{
  const char      *override = maq_settings_get_endpoint_override (self->settings);
  g_autofree char *endpoint = maq_settings_dup_endpoint (self->settings);
  gboolean         is_default = override == NULL && g_str_equal (endpoint, MAQ_HUB_DEFAULT_ENDPOINT);

  // Where the demo Hub stands is known to the client only.
  gtk_editable_set_text (GTK_EDITABLE (self->endpoint_row), override ? maq_hub_client_get_endpoint (self->client) : is_default ? ""
                                                                                                                               : endpoint);
  gtk_editable_set_editable (GTK_EDITABLE (self->endpoint_row), override == NULL);
  adw_entry_row_set_show_apply_button (self->endpoint_row, override == NULL);
  if (override)
    {
      g_autofree char *description = describe_override (override);

      adw_preferences_group_set_description (self->hub_group, description);
    }
}

static void
endpoint_applied_cb (MaqPreferencesDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = NULL;

  if (!maq_settings_set_endpoint (self->settings, gtk_editable_get_text (GTK_EDITABLE (self->endpoint_row)), &error))
    {
      set_problem (self->endpoint_problem_row, GTK_WIDGET (self->endpoint_row), error->message);
      return;
    }
  endpoint = maq_settings_dup_endpoint (self->settings);
  if (!maq_hub_client_set_endpoint (self->client, endpoint, &error))
    {
      set_problem (self->endpoint_problem_row, GTK_WIDGET (self->endpoint_row), error->message);
      return;
    }
  show_endpoint (self);
  load_token (self);
}

static void
endpoint_changed_cb (MaqPreferencesDialog *self)
{
  set_problem (self->endpoint_problem_row, GTK_WIDGET (self->endpoint_row), NULL);
}

// --- Downloads ---

static gboolean
time_to_row (GValue   *value,
             GVariant *variant,
             gpointer  data)
{
  g_value_set_uint (value, g_variant_get_uint32 (variant) / MINUTES_STEP);
  return TRUE;
}

static GVariant *
row_to_time (const GValue       *value,
             const GVariantType *type,
             gpointer            data)
{
  return g_variant_new_uint32 (g_value_get_uint (value) * MINUTES_STEP);
}

static void
show_end (MaqPreferencesDialog *self)
{
  guint       from = adw_combo_row_get_selected (self->from_row);
  guint       to = adw_combo_row_get_selected (self->to_row);
  const char *subtitle = to == from ? _ ("All day") : to < from ? _ ("The next day")
                                                                : "";

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->to_row), subtitle);
}

static void
bind_hours (MaqPreferencesDialog *self,
            GSettings            *gsettings)
{
  g_autoptr (GtkStringList) times = gtk_string_list_new (NULL);

  for (guint minutes = 0; minutes < MAQ_SCHEDULE_MINUTES; minutes += MINUTES_STEP)
    gtk_string_list_take (times, maq_schedule_format_time (minutes));
  adw_combo_row_set_model (self->from_row, G_LIST_MODEL (times));
  adw_combo_row_set_model (self->to_row, G_LIST_MODEL (times));
  g_signal_connect_swapped (self->from_row, "notify::selected", G_CALLBACK (show_end), self);
  g_signal_connect_swapped (self->to_row, "notify::selected", G_CALLBACK (show_end), self);
  show_end (self);
  g_settings_bind_with_mapping (gsettings, "download-from", self->from_row, "selected", G_SETTINGS_BIND_DEFAULT, time_to_row, row_to_time, NULL, NULL);
  g_settings_bind_with_mapping (gsettings, "download-to", self->to_row, "selected", G_SETTINGS_BIND_DEFAULT, time_to_row, row_to_time, NULL, NULL);
  g_settings_bind (gsettings, "download-hours", self->hours_row, "enable-expansion", G_SETTINGS_BIND_DEFAULT);
}

static void
bind_downloads (MaqPreferencesDialog *self)
{
  GSettings *gsettings = maq_settings_get_gsettings (self->settings);

  gtk_widget_set_sensitive (GTK_WIDGET (self->limit_row), gsettings != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->metered_row), gsettings != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->hours_row), gsettings != NULL);
  if (gsettings == NULL)
    return;
  g_settings_bind (gsettings, "download-limit", self->limit_row, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (gsettings, "wait-on-metered", self->metered_row, "active", G_SETTINGS_BIND_DEFAULT);
  bind_hours (self, gsettings);
}

// --- The cache folder ---

static void
show_cache_dir (MaqPreferencesDialog *self)
{
  const char      *override = maq_settings_get_cache_dir_override (self->settings);
  g_autofree char *path = maq_settings_dup_cache_dir (self->settings);
  g_autofree char *shown = g_filename_display_name (path);
  GSettings       *gsettings = maq_settings_get_gsettings (self->settings);
  g_autofree char *chosen = gsettings ? g_settings_get_string (gsettings, "cache-dir") : NULL;

  if (override)
    {
      g_autofree char *why = describe_override (override);
      g_autofree char *subtitle = g_strdup_printf ("%s\n%s", shown, why);

      adw_action_row_set_subtitle (self->cache_row, subtitle);
    }
  else
    adw_action_row_set_subtitle (self->cache_row, shown);
  gtk_widget_set_sensitive (self->cache_choose_button, override == NULL);
  gtk_widget_set_visible (self->cache_reset_button, override == NULL && chosen && *chosen);
}

static void
set_cache_dir (MaqPreferencesDialog *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  AdwToast *toast;

  if (maq_settings_set_cache_dir (self->settings, path, &error))
    toast = adw_toast_new (_ ("Takes effect after restart"));
  else
    toast = adw_toast_new (error->message);
  adw_toast_set_use_markup (toast, FALSE);
  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self), toast);
  show_cache_dir (self);
}

static void
cache_reset_cb (MaqPreferencesDialog *self)
{
  gtk_widget_grab_focus (self->cache_choose_button);
  set_cache_dir (self, NULL);
}

static void
folder_chosen_cb (gpointer object, DexFuture *future)
{
  MaqPreferencesDialog *self = object;
  g_autoptr (GError) error = NULL;
  const GValue *path = dex_future_get_value (future, &error);

  if (path != NULL)
    set_cache_dir (self, g_value_get_string (path));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self), adw_toast_new (error->message));
}

static void
cache_choose_cb (MaqPreferencesDialog *self)
{
  g_autofree char *path = maq_settings_dup_cache_dir (self->settings);

  maq_future_slot_set (&self->folder, maq_choose_folder (GTK_WIDGET (self), _ ("Choose the Cache Folder"), path), self, folder_chosen_cb);
}

// --- Object ---

static void
maq_preferences_dialog_dispose (GObject *object)
{
  MaqPreferencesDialog *self = MAQ_PREFERENCES_DIALOG (object);

  maq_future_slot_clear (&self->token);
  maq_future_slot_clear (&self->whoami);
  maq_future_slot_clear (&self->folder);
  g_clear_object (&self->settings);
  g_clear_object (&self->client);
  g_clear_pointer (&self->known, maq_token_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_PREFERENCES_DIALOG);
  G_OBJECT_CLASS (maq_preferences_dialog_parent_class)->dispose (object);
}

static void
maq_preferences_dialog_class_init (MaqPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = maq_preferences_dialog_dispose;
  g_type_ensure (MAQ_TYPE_MODEL_FOLDERS);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, hub_group);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, endpoint_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, endpoint_problem_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, user_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, user_avatar);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, user_spinner);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, remove_button);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, token_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, token_problem_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, limit_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, metered_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, hours_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, from_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, to_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, cache_row);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, cache_reset_button);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, cache_choose_button);
  gtk_widget_class_bind_template_child (widget_class, MaqPreferencesDialog, model_folders);
  gtk_widget_class_bind_template_callback (widget_class, endpoint_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, endpoint_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, token_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, token_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, get_token_cb);
  gtk_widget_class_bind_template_callback (widget_class, cache_reset_cb);
  gtk_widget_class_bind_template_callback (widget_class, cache_choose_cb);
}

static void
maq_preferences_dialog_init (MaqPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
maq_preferences_dialog_new (MaqSettings *settings, MaqHubClient *client)
{
  MaqPreferencesDialog *self;

  g_return_val_if_fail (MAQ_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);

  self = g_object_new (MAQ_TYPE_PREFERENCES_DIALOG, NULL);
  self->settings = g_object_ref (settings);
  self->client = g_object_ref (client);
  show_endpoint (self);
  show_cache_dir (self);
  bind_downloads (self);
  maq_model_folders_set_settings (self->model_folders, settings);
  load_token (self);
  return ADW_DIALOG (self);
}
