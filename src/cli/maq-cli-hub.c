// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "maq-cli-text.h"
#include "maq-hub-server.h"
#include "maq-paths.h"
#include "maq-units.h"

static gboolean demo;
static gboolean from_cache;
static int      synthetic;
static int      port;
static char    *address;
static gboolean faults;
static gboolean follow_links;

// What is left out is named up to this number.
#define MAX_NAMED 10
// How often the state of the hashes is looked at, in milliseconds, and from how many bytes on it is told of.
#define LOOK_EVERY 250
#define TELL_FROM  (64 * 1000 * 1000)

static const GOptionEntry options[] = {
  { "demo", 0, 0, G_OPTION_ARG_NONE, &demo, N_ ("Serve the demo Hub"), NULL },
  { "cache", 0, 0, G_OPTION_ARG_NONE, &from_cache, N_ ("Serve the shared cache"), NULL },
  { "port", 0, 0, G_OPTION_ARG_INT, &port, N_ ("Listen on this port (default: any free port)"), N_ ("N") },
  { "address", 0, 0, G_OPTION_ARG_STRING, &address, N_ ("Listen on this address instead of 127.0.0.1, so that other computers can connect"), N_ ("ADDRESS") },
  { "synthetic", 0, 0, G_OPTION_ARG_INT, &synthetic, N_ ("Serve this many made-up repos"), N_ ("N") },
  { "follow-links", 0, 0, G_OPTION_ARG_NONE, &follow_links, N_ ("Also serve what symbolic links lead to outside the folder"), NULL },
  { "faults", 0, 0, G_OPTION_ARG_NONE, &faults, N_ ("Let requests ask for errors, for tests"), NULL },
  { NULL },
};

static MaqHubStore *
open_cache (GError **error)
{
  g_autofree char *path = maq_paths_dup_hub_cache ();
  g_autoptr (GError) inner = NULL;
  MaqHubStore *store = maq_hub_store_new_cache_full (path, follow_links ? MAQ_HUB_STORE_FOLLOW_LINKS : MAQ_HUB_STORE_DEFAULT, &inner);
  if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("There is no shared cache at %s. Download something first, or set HF_HUB_CACHE."), path);
  else if (inner != NULL)
    g_propagate_error (error, g_steal_pointer (&inner));
  return store;
}

static MaqHubStore *
open_store (const char *folder,
            GError    **error)
{
  if (synthetic < 0)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--synthetic must be 1 or more, not %d"), synthetic);
      return NULL;
    }
  if (demo + from_cache + (synthetic > 0) + (folder != NULL) != 1)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Choose what to serve: DIR, --demo, --cache or --synthetic"));
      return NULL;
    }
  if (demo)
    return maq_hub_store_new_demo (error);
  if (synthetic > 0)
    return maq_hub_store_new_synthetic (synthetic);
  if (from_cache)
    return open_cache (error);
  g_autofree char *path = maq_cli_dup_path (folder);
  return maq_hub_store_new_folder_full (path, follow_links ? MAQ_HUB_STORE_FOLLOW_LINKS : MAQ_HUB_STORE_DEFAULT, error);
}

static const char *
describe_reason (MaqHubStoreReason reason)
{
  switch (reason)
    {
    case MAQ_HUB_STORE_REASON_LEADS_OUT:
      return _ ("a symbolic link out of the folder; --follow-links serves it");
    case MAQ_HUB_STORE_REASON_CIRCLE:
      return _ ("symbolic links that lead in a circle");
    case MAQ_HUB_STORE_REASON_NAME:
      return _ ("Hub tools do not accept this name");
    case MAQ_HUB_STORE_REASON_UNREADABLE:
    default:
      return _ ("cannot be read");
    }
}

static const char *
get_reason_id (MaqHubStoreReason reason)
{
  static const char *const ids[] = { "leads-out", "circle", "name", "unreadable" };
  return ids[reason];
}

static void
print_left_out (MaqCli      *cli,
                MaqHubStore *store)
{
  guint n = maq_hub_store_get_n_left_out (store);
  for (guint i = 0; i < MIN (n, MAX_NAMED); i++)
    {
      MaqHubStoreReason reason;
      const char       *name = maq_hub_store_get_left_out (store, i, &reason);
      g_autofree char  *clean = maq_cli_clean (name, FALSE);
      // Translators: the path of a file or folder, and why.
      maq_cli_note (cli, _ ("Not served: %s (%s)"), clean, describe_reason (reason));
    }
  if (n > MAX_NAMED)
    maq_cli_note (cli, ngettext ("%u more is not served.", "%u more are not served.", n - MAX_NAMED), n - MAX_NAMED);
}

static void
add_left_out (JsonBuilder *builder,
              MaqHubStore *store)
{
  json_builder_set_member_name (builder, "left_out");
  json_builder_begin_array (builder);
  for (guint i = 0; i < maq_hub_store_get_n_left_out (store); i++)
    {
      MaqHubStoreReason reason;
      const char       *name = maq_hub_store_get_left_out (store, i, &reason);
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "path", name);
      maq_cli_json_string (builder, "reason", get_reason_id (reason));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_start (MaqCli       *cli,
             MaqHubServer *server,
             MaqHubStore  *store)
{
  const char *url = maq_hub_server_get_url (server);
  guint       n = maq_hub_store_get_n_repos (store);
  if (maq_cli_wants_json (cli))
    {
      g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "url", url);
      maq_cli_json_int (builder, "repos", n);
      add_left_out (builder, store);
      json_builder_end_object (builder);
      maq_cli_print_json (cli, builder);
    }
  else
    maq_cli_print (cli, "%s\n", url);
  fflush (stdout);
  maq_cli_note (cli, ngettext ("Serving %u repo. For other tools: HF_ENDPOINT=%s. Press Ctrl+C to stop.", "Serving %u repos. For other tools: HF_ENDPOINT=%s. Press Ctrl+C to stop.", n), n, url);
  print_left_out (cli, store);
}

// Until INTERRUPTED: the state of what the server still reads. Nothing is said of little.
static void
watch (MaqCli       *cli,
       MaqHubServer *server,
       DexPromise   *interrupted)
{
  guint64 done, total;
  maq_hub_server_get_hashing (server, &done, &total);
  gboolean told = total >= TELL_FROM;
  if (told)
    {
      g_autofree char *size = maq_format_bytes (total);
      maq_cli_note (cli, _ ("Reading %s for the hashes of the files, once. What is ready is served."), size);
    }
  while (told && done < total && dex_future_is_pending (DEX_FUTURE (interrupted)))
    {
      maq_cli_progress (cli, _ ("Hashes"), done, total, 0, -1);
      // Either is a reason to look again.
      dex_await (dex_future_first (dex_ref (DEX_FUTURE (interrupted)), dex_timeout_new_msec (LOOK_EVERY), NULL), NULL);
      maq_hub_server_get_hashing (server, &done, &total);
    }
  maq_cli_progress_end (cli);
  if (told && done == total)
    maq_cli_note (cli, _ ("All files are ready."));
  dex_await (dex_ref (DEX_FUTURE (interrupted)), NULL);
}

static gboolean
interrupt_cb (gpointer data)
{
  if (dex_future_is_pending (data))
    dex_promise_resolve_boolean (data, TRUE);
  return TRUE;
}

static gboolean
listen_there (MaqHubServer *server,
              GError      **error)
{
  g_autoptr (GError) inner = NULL;
  if (maq_hub_server_listen (server, address, port, &inner))
    return TRUE;
  if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Port %d is in use. Choose another port, or leave out --port."), port);
  else if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Invalid IP address “%s”. Use an address of this computer, such as 127.0.0.1, or 0.0.0.0 for all"), address);
  else if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Port %d needs more privileges. Choose port 1024 or higher, or leave out --port."), port);
  else if (address != NULL)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Cannot listen on %s: %s. Use an address of this computer, or 0.0.0.0 for all."), address, inner->message);
  else
    g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

static gboolean
hub_command (MaqCli  *cli,
             char   **arguments,
             GError **error)
{
  if (port < 0 || port > G_MAXUINT16)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Invalid port %d. Use 1 to 65535"), port);
      return FALSE;
    }
  g_autoptr (MaqHubStore) store = open_store (arguments[0], error);
  if (store == NULL)
    return FALSE;
  g_autoptr (MaqHubServer) server = maq_hub_server_new (store);
  maq_hub_server_set_faults_allowed (server, faults);
  if (!listen_there (server, error))
    return FALSE;
  print_start (cli, server, store);

  // Being interrupted, or terminated by a service manager, is how this command ends well.
  g_autoptr (DexPromise) interrupted = dex_promise_new ();
  maq_cli_set_interrupt_func (cli, interrupt_cb, interrupted);
  watch (cli, server, interrupted);
  maq_cli_set_interrupt_func (cli, NULL, NULL);
  return TRUE;
}

const MaqCliCommand maq_cli_hub_command = {
  .name = "hub",
  .arguments = "[DIR]",
  .summary = N_ ("Serve a Hub for this computer or a network"),
  .details = N_ ("Prints the address first. DIR contains models/OWNER/NAME, datasets/OWNER/NAME\nand spaces/OWNER/NAME.\n"
                 "Symbolic links that lead out of DIR are not served without --follow-links.\n"
                 "Examples:\n  maq hub --demo\n  maq hub --cache --address 192.168.0.10 --port 8000"),
  .options = options,
  .min_arguments = 0,
  .max_arguments = 1,
  .serves = TRUE,
  .run = hub_command,
};
