// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-proxy.h"

#include <string.h>

// GIO's own resolver looks at the desktop first, or only.

GProxyResolver *
maq_hub_proxy_resolver_new (void)
{
  static const char *const variables[][4] = {
    { "http", "http_proxy", "HTTP_PROXY", NULL },
    { "https", "https_proxy", "HTTPS_PROXY", NULL },
  };
  const char *all = g_getenv ("all_proxy") != NULL ? g_getenv ("all_proxy") : g_getenv ("ALL_PROXY");
  const char *except = g_getenv ("no_proxy") != NULL ? g_getenv ("no_proxy") : g_getenv ("NO_PROXY");
  g_autoptr (GStrvBuilder) ignored = g_strv_builder_new ();
  g_auto (GStrv) names = g_strsplit_set (except != NULL ? except : "", ", ", -1);
  GSimpleProxyResolver *resolver = NULL;

  g_strv_builder_add_many (ignored, "localhost", "127.0.0.0/8", "::1", NULL);
  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *name = names[i] + (names[i][0] == '.' ? 1 : 0);
      if (strcmp (name, "*") == 0)
        return NULL;
      if (name[0] == '\0')
        continue;

      g_autofree char *below = g_strconcat (".", name, NULL);
      g_strv_builder_add_many (ignored, name, below, NULL);
    }
  g_auto (GStrv) ignored_hosts = g_strv_builder_end (ignored);

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *value = all;
      for (guint j = 1; variables[i][j] != NULL; j++)
        if (g_getenv (variables[i][j]) != NULL)
          {
            value = g_getenv (variables[i][j]);
            break;
          }
      if (value == NULL || value[0] == '\0')
        continue;

      g_autofree char *proxy = strstr (value, "://") != NULL ? g_strdup (value) : g_strconcat ("http://", value, NULL);
      if (!g_uri_is_valid (proxy, G_URI_FLAGS_NONE, NULL))
        continue;
      if (resolver == NULL)
        resolver = G_SIMPLE_PROXY_RESOLVER (g_simple_proxy_resolver_new (NULL, ignored_hosts));
      g_simple_proxy_resolver_set_uri_proxy (resolver, variables[i][0], proxy);
    }

  return (GProxyResolver *) resolver;
}
