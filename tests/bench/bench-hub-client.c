// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <stdio.h>
#include <string.h>

#include "maq-hub-client.h"

// What a client that lives long keeps: `bench-hub-client URL SEARCHES` searches so often, opens a repo with its files after each
// tenth and drops each fifth search on its way, then prints the memory of this program, in KiB, before and after, and how many
// searches were answered. Run by tests/bench/memory.

#define WARM_UP 200

// In KiB: what is this program's own.
static gint64
get_memory (void)
{
  g_autofree char *text = NULL;
  const char      *line = NULL;

  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    line = strstr (text, "RssAnon:");
  return line != NULL ? g_ascii_strtoll (line + strlen ("RssAnon:"), NULL, 10) : 0;
}

static gboolean
wait_for (DexFuture *future)
{
  g_autoptr (DexFuture) owned = future;

  while (dex_future_is_pending (owned))
    g_main_context_iteration (NULL, TRUE);
  return dex_future_get_value (owned, NULL) != NULL;
}

static guint
search (MaqHubClient *client, guint n)
{
  static const char *const words[] = { "chat", "a", "model", "gguf", "no such thing", "b", "code", "small" };
  guint                    n_good = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MaqHubQuery) query = maq_hub_query_new (i % 3);

      query->search = g_strdup (words[i % G_N_ELEMENTS (words)]);
      DexFuture *page = maq_hub_client_list_repos (client, query);
      if (i % 5 == 4)
        {
          g_main_context_iteration (NULL, FALSE);
          dex_unref (page);
          continue;
        }
      n_good += wait_for (page);
      if (i % 10 == 0)
        wait_for (maq_hub_client_get_repo_with_files (client, MAQ_REPO_KIND_MODEL, "maquette/pebble-chat", NULL));
    }
  return n_good;
}

int
main (int argc, char *argv[])
{
  dex_init ();
  if (argc != 3)
    return 2;

  g_autoptr (MaqHubClient) client = maq_hub_client_new (argv[1]);
  search (client, WARM_UP);
  gint64 before = get_memory ();
  guint  n_good = search (client, g_ascii_strtoull (argv[2], NULL, 10));
  printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %u\n", before, get_memory (), n_good);
  return 0;
}
