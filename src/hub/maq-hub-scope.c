// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-scope.h"

#include <string.h>

struct _MaqHubFence
{
  gatomicrefcount ref_count;
  gint            scope; // atomic; of the Hub, public until a connection to it shows otherwise
};

static MaqHubScope
get_scope_v4 (const guint8 *b)
{
  if (b[0] == 127 || b[0] == 0)
    return MAQ_HUB_SCOPE_MACHINE;
  if ((b[0] == 169 && b[1] == 254) || b[0] >= 224)
    return MAQ_HUB_SCOPE_LINK_LOCAL;
  if (b[0] == 10 || (b[0] == 172 && b[1] >> 4 == 1) || (b[0] == 192 && b[1] == 168) || (b[0] == 100 && b[1] >> 6 == 1))
    return MAQ_HUB_SCOPE_PRIVATE;
  return MAQ_HUB_SCOPE_PUBLIC;
}

static MaqHubScope
get_scope_v6 (const guint8 *b)
{
  static const guint8 zeros[16] = { 0 };
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  static const guint8 nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

  if (memcmp (b, zeros, 15) == 0 && b[15] <= 1)
    return MAQ_HUB_SCOPE_MACHINE;
  // Addresses of version 4 in other clothes.
  if (memcmp (b, mapped, 12) == 0 || memcmp (b, nat64, 12) == 0 || memcmp (b, zeros, 12) == 0)
    return get_scope_v4 (b + 12);
  if (b[0] == 0x20 && b[1] == 0x02)
    return get_scope_v4 (b + 2);
  if ((b[0] == 0xfe && b[1] >> 6 == 2) || b[0] == 0xff)
    return MAQ_HUB_SCOPE_LINK_LOCAL;
  if (b[0] >> 1 == 0x7e || (b[0] == 0xfe && b[1] >> 6 == 3))
    return MAQ_HUB_SCOPE_PRIVATE;
  return MAQ_HUB_SCOPE_PUBLIC;
}

MaqHubScope
maq_hub_scope_of_address (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  return g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 ? get_scope_v6 (bytes) : get_scope_v4 (bytes);
}

MaqHubFence *
maq_hub_fence_new (void)
{
  MaqHubFence *self = g_new0 (MaqHubFence, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

MaqHubFence *
maq_hub_fence_ref (MaqHubFence *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_hub_fence_unref (MaqHubFence *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

static GQuark
refused_quark (void)
{
  return g_quark_from_static_string ("maq-hub-fence-refused");
}

// The address that CONNECTION is about to be made to; NULL if that is a proxy. (transfer full)
static GInetAddress *
get_target (GIOStream *connection)
{
  g_autoptr (GSocketAddress) address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (address) || G_IS_PROXY_ADDRESS (address))
    return NULL;
  return g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static void
hub_event_cb (SoupMessage       *message,
              GSocketClientEvent event,
              GIOStream         *connection,
              MaqHubFence       *self)
{
  if (event != G_SOCKET_CLIENT_CONNECTING)
    return;

  g_autoptr (GInetAddress) target = get_target (connection);
  g_atomic_int_set (&self->scope, target != NULL ? (gint) maq_hub_scope_of_address (target) : MAQ_HUB_SCOPE_PUBLIC);
}

static void
other_event_cb (SoupMessage       *message,
                GSocketClientEvent event,
                GIOStream         *connection,
                MaqHubFence       *self)
{
  if (event != G_SOCKET_CLIENT_CONNECTING)
    return;

  g_autoptr (GInetAddress) target = get_target (connection);
  if (target == NULL || (gint) maq_hub_scope_of_address (target) <= g_atomic_int_get (&self->scope))
    return;

  // A closed socket does not connect; the next address of the host gets its own check.
  g_object_set_qdata_full (G_OBJECT (message), refused_quark (), g_inet_address_to_string (target), g_free);
  g_socket_close (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)), NULL);
}

static void
unref_closure_data (gpointer  data,
                    GClosure *closure)
{
  maq_hub_fence_unref (data);
}

void
maq_hub_fence_watch (MaqHubFence *self,
                     SoupMessage *message,
                     gboolean     is_hub)
{
  g_signal_connect_data (message, "network-event", is_hub ? G_CALLBACK (hub_event_cb) : G_CALLBACK (other_event_cb), maq_hub_fence_ref (self), unref_closure_data, 0);
}

char *
maq_hub_fence_dup_refused (SoupMessage *message)
{
  return g_strdup (g_object_get_qdata (G_OBJECT (message), refused_quark ()));
}
