// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-link.h"

#include <string.h>

// Whether the parameters of one entry, from the `;` after its target on, give the relation REL.
static gboolean
has_rel (const char *parameters,
         gsize       length,
         const char *rel)
{
  g_autofree char *text = g_strndup (parameters, length);
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *part = g_strstrip (parts[i]);
      if (g_ascii_strncasecmp (part, "rel", 3) != 0)
        continue;

      char *value = part + 3 + strspn (part + 3, " ");
      if (*value++ != '=')
        continue;

      g_strstrip (value);
      gsize n = strlen (value);
      if (n >= 2 && value[0] == '"' && value[n - 1] == '"')
        {
          value[n - 1] = '\0';
          value++;
        }

      // One entry can stand in several relations.
      g_auto (GStrv) words = g_strsplit (value, " ", -1);
      for (guint j = 0; words[j] != NULL; j++)
        if (g_ascii_strcasecmp (words[j], rel) == 0)
          return TRUE;
    }

  return FALSE;
}

// The end of the parameters at P: the comma before the next entry, outside of quotes.
static const char *
find_end (const char *p)
{
  gboolean quoted = FALSE;

  for (; *p != '\0'; p++)
    {
      if (quoted && *p == '\\' && p[1] != '\0')
        p++;
      else if (*p == '"')
        quoted = !quoted;
      else if (*p == ',' && !quoted)
        break;
    }

  return p;
}

char *
maq_hub_link_find (const char *header,
                   const char *rel,
                   const char *base)
{
  const char *p = header;

  while (p != NULL && (p = strchr (p, '<')) != NULL)
    {
      const char *close = strchr (p, '>');
      if (close == NULL)
        return NULL;

      const char *end = find_end (close + 1);
      if (has_rel (close + 1, end - close - 1, rel))
        {
          g_autofree char *target = g_strndup (p + 1, close - p - 1);
          g_autoptr (GUri) base_uri = base != NULL ? maq_hub_link_parse (base, NULL) : NULL;
          g_autoptr (GUri) uri = maq_hub_link_parse (target, base_uri);
          return uri != NULL ? g_uri_to_string (uri) : NULL;
        }
      p = end;
    }

  return NULL;
}

char *
maq_hub_link_rebase (const char *address,
                     const char *endpoint)
{
  g_autoptr (GUri) uri = maq_hub_link_parse (address, NULL);
  g_autoptr (GUri) base = maq_hub_link_parse (endpoint, NULL);

  if (uri == NULL || base == NULL)
    return NULL;

  const char      *prefix = g_uri_get_path (base);
  const char      *path = g_uri_get_path (uri);
  gsize            length = strlen (prefix);
  gboolean         is_below = strcmp (prefix, "/") == 0 || (strncmp (path, prefix, length) == 0 && strchr ("/", path[length]) != NULL);
  g_autofree char *full_path = is_below ? g_strdup (path) : g_strconcat (prefix, path, NULL);

  return g_uri_join (G_URI_FLAGS_ENCODED, g_uri_get_scheme (base), NULL, g_uri_get_host (base), g_uri_get_port (base), full_path, g_uri_get_query (uri), NULL);
}

static int
get_port (GUri *uri)
{
  if (g_uri_get_port (uri) > 0)
    return g_uri_get_port (uri);
  return strcmp (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
}

gboolean
maq_hub_link_same_origin (GUri *a,
                          GUri *b)
{
  return strcmp (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0 &&
         g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 &&
         get_port (a) == get_port (b);
}

GUri *
maq_hub_link_keep_query (GUri *target,
                         GUri *from)
{
  if (g_uri_get_query (target) != NULL || g_uri_get_query (from) == NULL)
    return g_uri_ref (target);

  return g_uri_build (G_URI_FLAGS_ENCODED, g_uri_get_scheme (target), NULL, g_uri_get_host (target), g_uri_get_port (target), g_uri_get_path (target), g_uri_get_query (from), NULL);
}

// Whether HOST can be the name or the number of one: GLib takes whatever stands before the path.
static gboolean
is_host (const char *host)
{
  for (const char *p = host; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isalnum (g_utf8_get_char (p)) && strchr ("-._~", *p) == NULL)
      return g_hostname_is_ip_address (host); // the number of one, with colons
  return host[0] != '\0';
}

GUri *
maq_hub_link_parse (const char *address,
                    GUri       *base)
{
  // Encoded: what a server signed must come back byte for byte.
  const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED;

  if (address == NULL || !g_utf8_validate (address, -1, NULL))
    return NULL;
  for (const char *p = address; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return NULL;

  g_autoptr (GUri) uri = base != NULL ? g_uri_parse_relative (base, address, flags, NULL) : g_uri_parse (address, flags, NULL);
  if (uri == NULL)
    return NULL;

  const char *scheme = g_uri_get_scheme (uri);
  const char *host = g_uri_get_host (uri);
  if ((strcmp (scheme, "https") != 0 && strcmp (scheme, "http") != 0) || host == NULL || !is_host (host))
    return NULL;

  const char *path = g_uri_get_path (uri);
  if (path[0] != '\0' && path[0] != '/')
    return NULL;
  return g_uri_build (G_URI_FLAGS_ENCODED, scheme, NULL, host, g_uri_get_port (uri), path[0] != '\0' ? path : "/", g_uri_get_query (uri), NULL);
}
