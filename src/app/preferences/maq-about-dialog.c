// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-about-dialog.h"

#include <glib/gi18n.h>
#include <sys/utsname.h>

static char *
make_debug_info (void)
{
  GString         *text = g_string_new (NULL);
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  struct utsname   machine = { 0 };

  uname (&machine);
  g_string_append_printf (text, "Maquette %s\n", MAQ_VERSION);
  g_string_append_printf (text, "System: %s, Linux %s, %s\n", system ? system : "?", machine.release, machine.machine);
  g_string_append_printf (text, "GTK %u.%u.%u, libadwaita %u.%u.%u, GLib %u.%u.%u\n", gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version (), adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version (), glib_major_version, glib_minor_version, glib_micro_version);
  g_string_append_printf (text, "Display: %s\n", gdk_display_get_default () ? G_OBJECT_TYPE_NAME (gdk_display_get_default ()) : "none");
  g_string_append_printf (text, "Flatpak: %s\n", g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) ? "yes" : "no");
  return g_string_free_and_steal (text);
}

AdwDialog *
maq_about_dialog_new (void)
{
  AdwDialog       *dialog = adw_about_dialog_new ();
  AdwAboutDialog  *about = ADW_ABOUT_DIALOG (dialog);
  g_autofree char *debug_info = make_debug_info ();

  adw_about_dialog_set_application_name (about, "Maquette");
  adw_about_dialog_set_application_icon (about, MAQ_APP_ID);
  adw_about_dialog_set_version (about, MAQ_VERSION);
  adw_about_dialog_set_developer_name (about, _ ("The Maquette developers"));
  adw_about_dialog_set_copyright (about, _ ("© 2026 The Maquette developers"));
  adw_about_dialog_set_license_type (about, GTK_LICENSE_GPL_3_0);
  adw_about_dialog_set_comments (about, _ ("Browse the Hub, download once into the cache every Hub tool shares, and run models on your own computer."));
  // Translators: your name, and your address if you like; it stands in the credits.
  adw_about_dialog_set_translator_credits (about, _ ("translator-credits"));
  adw_about_dialog_set_debug_info (about, debug_info);
  adw_about_dialog_set_debug_info_filename (about, "maquette-debug-info.txt");
  return dialog;
}
