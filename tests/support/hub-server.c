// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// The Hub server for tests that are no C programs: what `maq hub` does, with its misbehaviour allowed.
//
//     hub-server --demo | --cache DIR | --synthetic N | DIR   [--port N] [--no-faults] [--rate-limit N] [--link-lifetime S]
//
// The first line on standard output is the address. Ends when standard input is closed, or on SIGINT and SIGTERM.
#include "maq-hub-server.h"

#include <glib-unix.h>
#include <stdio.h>

static gboolean demo, no_faults;
static char    *cache;
static int      synthetic, port, rate_limit, link_lifetime;
static char   **folders;

static const GOptionEntry entries[] = {
  { "demo", 0, 0, G_OPTION_ARG_NONE, &demo, NULL, NULL },
  { "cache", 0, 0, G_OPTION_ARG_FILENAME, &cache, NULL, NULL },
  { "synthetic", 0, 0, G_OPTION_ARG_INT, &synthetic, NULL, NULL },
  { "port", 0, 0, G_OPTION_ARG_INT, &port, NULL, NULL },
  { "no-faults", 0, 0, G_OPTION_ARG_NONE, &no_faults, NULL, NULL },
  { "rate-limit", 0, 0, G_OPTION_ARG_INT, &rate_limit, NULL, NULL },
  { "link-lifetime", 0, 0, G_OPTION_ARG_INT, &link_lifetime, NULL, NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &folders, NULL, NULL },
  { NULL },
};

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
input_cb (int          fd,
          GIOCondition condition,
          gpointer     loop)
{
  char byte;
  if (read (fd, &byte, 1) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static MaqHubStore *
open_store (GError **error)
{
  if (synthetic > 0)
    return maq_hub_store_new_synthetic (synthetic);
  if (cache != NULL)
    return maq_hub_store_new_cache (cache, error);
  return demo || folders == NULL ? maq_hub_store_new_demo (error) : maq_hub_store_new_folder (folders[0], error);
}

static MaqHubServer *
start (GError **error)
{
  g_autoptr (MaqHubStore) store = open_store (error);
  if (store == NULL)
    return NULL;
  g_autoptr (MaqHubServer) server = maq_hub_server_new (store);
  maq_hub_server_set_faults_allowed (server, !no_faults);
  if (rate_limit > 0)
    maq_hub_server_set_rate_limit (server, rate_limit);
  if (link_lifetime > 0)
    maq_hub_server_set_link_lifetime (server, link_lifetime);
  return maq_hub_server_listen (server, NULL, port, error) ? g_steal_pointer (&server) : NULL;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  g_autoptr (MaqHubServer) server = g_option_context_parse (context, &argc, &argv, &error) ? start (&error) : NULL;
  if (server == NULL)
    {
      g_printerr ("hub-server: %s\n", error->message);
      return 1;
    }
  printf ("%s\n", maq_hub_server_get_url (server));
  fflush (stdout);

  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGINT, quit_cb, loop);
  g_unix_signal_add (SIGTERM, quit_cb, loop);
  g_unix_fd_add (0, G_IO_IN | G_IO_HUP, input_cb, loop);
  g_main_loop_run (loop);
  g_free (cache);
  g_strfreev (folders);
  return 0;
}
