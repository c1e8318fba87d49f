// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-origin.h"

#include "maq-hub-link.h"
#include "maq-hub-scope.h"

char *
maq_hub_origin_new (const char *address)
{
  g_autoptr (GUri) uri = maq_hub_link_parse (address, NULL);
  if (uri == NULL)
    return NULL;

  const char      *scheme = g_uri_get_scheme (uri);
  g_autofree char *host = g_hostname_to_ascii (g_uri_get_host (uri));
  int              port = g_uri_get_port (uri);
  if (host == NULL)
    return NULL;

  g_autofree char *lower = g_ascii_strdown (host, -1);
  if (port == (g_str_equal (scheme, "https") ? 443 : 80))
    port = -1;
  return g_uri_join (G_URI_FLAGS_ENCODED, scheme, NULL, lower, port, "", NULL, NULL);
}

gboolean
maq_hub_origin_is_private (const char *origin)
{
  g_autoptr (GUri) uri = maq_hub_link_parse (origin, NULL);
  if (uri == NULL)
    return FALSE;
  if (g_str_equal (g_uri_get_scheme (uri), "https"))
    return TRUE;

  const char *host = g_uri_get_host (uri);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  // GLib resolves this name itself, whatever a name server says of it.
  if (address == NULL)
    return g_ascii_strcasecmp (host, "localhost") == 0;
  return maq_hub_scope_of_address (address) == MAQ_HUB_SCOPE_MACHINE;
}
