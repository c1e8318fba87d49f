// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include <glib/gi18n.h>
#include <libdex.h>
#include <locale.h>

#include "maq-application.h"

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, MAQ_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name ("Maquette");

  g_autoptr (MaqApplication) application = maq_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
