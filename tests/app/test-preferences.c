// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <string.h>

#include "maq-about-dialog.h"
#include "maq-app-fixture.h"
#include "maq-preferences-dialog.h"

// The dialogs over a window, with the demo Hub behind them. The session of the test has no keyring.

typedef struct
{
  AppFixture   app;
  MaqSettings *settings;
  GtkWindow   *window;
  GtkWidget   *content;
  AdwDialog   *dialog;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer token)
{
  g_autoptr (GError) error = NULL;

  app_fixture_set_up (&fixture->app, maq_hub_store_new_demo (NULL));
  if (token != NULL)
    {
      // What lies in the environment is for the Hub of the environment.
      g_setenv ("HF_TOKEN", token, TRUE);
      g_setenv ("HF_ENDPOINT", maq_hub_client_get_endpoint (fixture->app.client), TRUE);
    }
  fixture->settings = maq_settings_new ();
  g_assert_true (maq_settings_set_endpoint (fixture->settings, maq_hub_client_get_endpoint (fixture->app.client), &error));
  g_assert_no_error (error);
  fixture->content = adw_bin_new ();
  fixture->window = ui_show (fixture->content, 700, 800);
  fixture->dialog = maq_preferences_dialog_new (fixture->settings, fixture->app.client);
  adw_dialog_present (fixture->dialog, fixture->content);
  g_object_add_weak_pointer (G_OBJECT (fixture->dialog), (gpointer *) &fixture->dialog);
}

// With a variable that is for the public Hub, while Preferences name another.
static void
set_up_elsewhere (Fixture      *fixture,
                  gconstpointer token)
{
  g_setenv ("HF_TOKEN", token, TRUE);
  set_up (fixture, NULL);
}

static gboolean
is_gone (gpointer pointer)
{
  return *(gpointer *) pointer == NULL;
}

static void
tear_down (Fixture      *fixture,
           gconstpointer token)
{
  adw_dialog_force_close (fixture->dialog);
  ui_wait (is_gone, &fixture->dialog, 5000);
  ui_hide (fixture->window, fixture->content);
  maq_settings_set_endpoint (fixture->settings, "", NULL);
  g_clear_object (&fixture->settings);
  g_unsetenv ("HF_TOKEN");
  g_unsetenv ("HF_ENDPOINT");
  app_fixture_tear_down (&fixture->app);
}

static gpointer
get_row (Fixture    *fixture,
         const char *name)
{
  GObject *row = gtk_widget_get_template_child (GTK_WIDGET (fixture->dialog), MAQ_TYPE_PREFERENCES_DIALOG, name);

  g_assert_nonnull (row);
  return row;
}

static void
test_no_token (Fixture      *fixture,
               gconstpointer token)
{
  ui_wait_text (fixture->window, "No Token");
  g_assert_false (maq_hub_client_has_token (fixture->app.client));
  g_assert_false (gtk_widget_get_visible (get_row (fixture, "remove_button")));
}

static void
test_whose_token (Fixture      *fixture,
                  gconstpointer token)
{
  ui_wait_text (fixture->window, "From HF_TOKEN in the environment");
  ui_wait_text (fixture->window, "demo");
  g_assert_true (maq_hub_client_has_token (fixture->app.client));
  g_assert_false (gtk_widget_get_visible (get_row (fixture, "remove_button")));
  g_assert_false (ui_shows (fixture->window, token));
}

static void
test_bad_token (Fixture      *fixture,
                gconstpointer token)
{
  ui_wait_text (fixture->window, "Token Not Accepted");
}

static void
test_token_of_another_hub (Fixture      *fixture,
                           gconstpointer token)
{
  ui_wait_text (fixture->window, "HF_TOKEN is for https://huggingface.co and was not sent to");
  ui_wait_text (fixture->window, "No Token");
  g_assert_false (maq_hub_client_has_token (fixture->app.client));
}

static void
test_broken_token (Fixture      *fixture,
                   gconstpointer token)
{
  ui_wait_text (fixture->window, "HF_TOKEN does not hold a token");
  g_assert_false (maq_hub_client_has_token (fixture->app.client));
}

static gboolean
is_editable (gpointer row)
{
  return gtk_editable_get_editable (row);
}

static void
test_token_that_is_none (Fixture      *fixture,
                         gconstpointer token)
{
  ui_wait_text (fixture->window, "No Token");
  gtk_editable_set_text (get_row (fixture, "token_row"), "two words");
  g_signal_emit_by_name (get_row (fixture, "token_row"), "apply");
  ui_wait_text (fixture->window, "A token is one word");
  g_assert_true (gtk_widget_has_css_class (get_row (fixture, "token_row"), "error"));
  gtk_editable_set_text (get_row (fixture, "token_row"), "");
  g_assert_false (ui_shows (fixture->window, "A token is one word"));
}

// While a token is stored and looked at, whatever comes of it, the focus stays where the keys of the dialog are heard.
static void
test_focus_stays (Fixture      *fixture,
                  gconstpointer token)
{
  GtkWidget *row = get_row (fixture, "token_row");

  ui_wait_text (fixture->window, "No Token");
  gtk_widget_grab_focus (row);
  gtk_editable_set_text (GTK_EDITABLE (row), "hf_refused");
  g_signal_emit_by_name (row, "apply");
  g_assert_true (gtk_widget_is_sensitive (row));
  g_assert_false (gtk_editable_get_editable (GTK_EDITABLE (row)));
  // The session of the test has no keyring.
  ui_wait (is_editable, row, 30000);
  GtkWidget *focus = gtk_window_get_focus (fixture->window);
  g_assert_nonnull (focus);
  g_assert_true (gtk_widget_is_ancestor (focus, row));
}

static void
test_address (Fixture      *fixture,
              gconstpointer token)
{
  GtkEditable     *entry = get_row (fixture, "endpoint_row");
  g_autofree char *before = g_strdup (maq_hub_client_get_endpoint (fixture->app.client));

  g_assert_cmpstr (gtk_editable_get_text (entry), ==, before);
  gtk_editable_set_text (entry, "not an address");
  g_signal_emit_by_name (entry, "apply");
  ui_wait_text (fixture->window, "is not the address of a Hub");
  g_assert_cmpstr (maq_hub_client_get_endpoint (fixture->app.client), ==, before);

  gtk_editable_set_text (entry, "http://127.0.0.1:9/");
  g_assert_false (ui_shows (fixture->window, "is not the address of a Hub"));
  g_signal_emit_by_name (entry, "apply");
  g_assert_cmpstr (maq_hub_client_get_endpoint (fixture->app.client), ==, "http://127.0.0.1:9");

  // Empty means the public Hub; its address is not repeated.
  gtk_editable_set_text (entry, "");
  g_signal_emit_by_name (entry, "apply");
  g_assert_cmpstr (maq_hub_client_get_endpoint (fixture->app.client), ==, MAQ_HUB_DEFAULT_ENDPOINT);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "");
}

static void
test_cache_folder (Fixture      *fixture,
                   gconstpointer token)
{
  // The test's home sets HF_HOME, which decides.
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (get_row (fixture, "cache_row")), "HF_HOME"));
  g_assert_false (gtk_widget_get_sensitive (get_row (fixture, "cache_choose_button")));
}

static void
test_override (void)
{
  AppFixture app = { 0 };
  g_autoptr (MaqSettings) settings = maq_settings_new ();
  GtkWidget *content = adw_bin_new ();
  GtkWindow *window;
  AdwDialog *dialog;

  app_fixture_set_up (&app, maq_hub_store_new_demo (NULL));
  maq_settings_override_endpoint (settings, maq_hub_client_get_endpoint (app.client), "--hub");
  window = ui_show (content, 700, 800);
  dialog = maq_preferences_dialog_new (settings, app.client);
  adw_dialog_present (dialog, content);
  ui_wait_text (window, "Set on the command line");
  ui_wait_text (window, "No Token");
  adw_dialog_force_close (dialog);
  ui_run (100);
  ui_hide (window, content);
  g_clear_object (&settings);
  app_fixture_tear_down (&app);
}

static void
test_about (void)
{
  GtkWidget *content = adw_bin_new ();
  GtkWindow *window = ui_show (content, 700, 800);
  AdwDialog *dialog = maq_about_dialog_new ();

  adw_dialog_present (dialog, content);
  ui_wait_text (window, "Maquette");
  g_assert_nonnull (strstr (adw_about_dialog_get_debug_info (ADW_ABOUT_DIALOG (dialog)), "GTK "));
  g_assert_null (strstr (adw_about_dialog_get_debug_info (ADW_ABOUT_DIALOG (dialog)), g_get_home_dir ()));
  adw_dialog_force_close (dialog);
  ui_run (100);
  ui_hide (window, content);
}

static void
test_downloads (Fixture      *fixture,
                gconstpointer token)
{
  adw_spin_row_set_value (get_row (fixture, "limit_row"), 2.5);
  g_assert_cmpuint (maq_settings_get_download_limit (fixture->settings), ==, 2500000);
  g_assert_true (adw_switch_row_get_active (get_row (fixture, "metered_row")));
  adw_switch_row_set_active (get_row (fixture, "metered_row"), FALSE);
  g_assert_false (maq_settings_get_wait_on_metered (fixture->settings));
  g_settings_reset (maq_settings_get_gsettings (fixture->settings), "wait-on-metered");
  g_settings_reset (maq_settings_get_gsettings (fixture->settings), "download-limit");
  g_assert_true (adw_switch_row_get_active (get_row (fixture, "metered_row")));
  g_assert_cmpfloat (adw_spin_row_get_value (get_row (fixture, "limit_row")), ==, 0);
}

// The user's folders: what is not there says so by words; one that is taken off the list is no longer looked into.
static void
test_model_folders (Fixture      *fixture,
                    gconstpointer token)
{
  GtkWidget *window = GTK_WIDGET (fixture->window);

  ui_wait_text (window, "Model Folders");
  g_assert_true (maq_settings_add_model_folder (fixture->settings, fixture->app.folder, NULL));
  g_assert_true (maq_settings_add_model_folder (fixture->settings, "/nowhere/drive", NULL));
  ui_wait_text (window, fixture->app.folder);
  ui_wait_text (window, "/nowhere/drive\nNot found");
  g_autofree char *wrong = g_strconcat (fixture->app.folder, "\nNot found", NULL);
  g_assert_false (ui_shows (window, wrong));
  ui_click (window, "Remove “drive”");
  ui_wait_gone (window, "/nowhere/drive");
  g_auto (GStrv) folders = maq_settings_dup_model_folders (fixture->settings);
  g_assert_cmpuint (g_strv_length (folders), ==, 1);
  maq_settings_remove_model_folder (fixture->settings, fixture->app.folder);
  ui_wait_gone (window, fixture->app.folder);
}

static void
test_hours (Fixture      *fixture,
            gconstpointer token)
{
  AdwExpanderRow *hours = get_row (fixture, "hours_row");
  AdwComboRow    *from = get_row (fixture, "from_row");
  AdwComboRow    *to = get_row (fixture, "to_row");
  GSettings      *gsettings = maq_settings_get_gsettings (fixture->settings);
  MaqSchedule     schedule;

  maq_settings_get_schedule (fixture->settings, &schedule);
  g_assert_false (schedule.is_on || adw_expander_row_get_enable_expansion (hours));
  adw_expander_row_set_enable_expansion (hours, TRUE);
  ui_wait_text (fixture->window, "22:00");
  ui_wait_text (fixture->window, "The next day");
  adw_combo_row_set_selected (from, 3);
  adw_combo_row_set_selected (to, 16);
  ui_wait_text (fixture->window, "01:30");
  ui_wait_gone (fixture->window, "The next day");
  maq_settings_get_schedule (fixture->settings, &schedule);
  g_assert_true (schedule.is_on);
  g_assert_cmpuint (schedule.from, ==, 90);
  g_assert_cmpuint (schedule.to, ==, 480);
  adw_combo_row_set_selected (to, 3);
  ui_wait_text (fixture->window, "All day");

  // A time between two that are offered stays what it is.
  g_settings_set_uint (gsettings, "download-from", 100);
  g_assert_cmpuint (adw_combo_row_get_selected (from), ==, 3);
  g_assert_cmpuint (g_settings_get_uint (gsettings, "download-from"), ==, 100);
  g_settings_reset (gsettings, "download-hours");
  g_settings_reset (gsettings, "download-from");
  g_settings_reset (gsettings, "download-to");
}

int
main (int    argc,
      char **argv)
{
  app_fixture_init (&argc, &argv);
#define ADD(name, token, func) g_test_add ("/app/preferences/" name, Fixture, token, set_up, func, tear_down)
  ADD ("no-token", NULL, test_no_token);
  ADD ("whose-token", "hf_demo_read", test_whose_token);
  ADD ("bad-token", "hf_wrong", test_bad_token);
  ADD ("broken-token", "two words", test_broken_token);
  g_test_add ("/app/preferences/token-of-another-hub", Fixture, "hf_demo_read", set_up_elsewhere, test_token_of_another_hub, tear_down);
  ADD ("token-that-is-none", NULL, test_token_that_is_none);
  ADD ("focus-stays", NULL, test_focus_stays);
  ADD ("address", NULL, test_address);
  ADD ("cache-folder", NULL, test_cache_folder);
  ADD ("downloads", NULL, test_downloads);
  ADD ("model-folders", NULL, test_model_folders);
  ADD ("download-hours", NULL, test_hours);
#undef ADD
  g_test_add_func ("/app/preferences/override", test_override);
  g_test_add_func ("/app/about", test_about);
  return g_test_run ();
}
