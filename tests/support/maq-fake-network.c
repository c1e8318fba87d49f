// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-fake-network.h"

struct _FakeNetwork
{
  GObject  parent_instance;
  gboolean is_metered;
};

static void
init_interface (gpointer iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeNetwork, fake_network, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, init_interface) G_IMPLEMENT_INTERFACE (G_TYPE_NETWORK_MONITOR, init_interface))

static void
fake_network_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "network-metered"))
    g_value_set_boolean (value, FAKE_NETWORK (object)->is_metered);
  else if (g_str_equal (pspec->name, "connectivity"))
    g_value_set_enum (value, G_NETWORK_CONNECTIVITY_FULL);
  else
    g_value_set_boolean (value, TRUE);
}

static void
fake_network_class_init (FakeNetworkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = fake_network_get_property;
  g_object_class_override_property (object_class, 1, "network-available");
  g_object_class_override_property (object_class, 2, "network-metered");
  g_object_class_override_property (object_class, 3, "connectivity");
}

static void
fake_network_init (FakeNetwork *self)
{
}

GNetworkMonitor *
fake_network_new (void)
{
  return g_object_new (FAKE_TYPE_NETWORK, NULL);
}

void
fake_network_set_metered (GNetworkMonitor *network,
                          gboolean         is_metered)
{
  FAKE_NETWORK (network)->is_metered = is_metered;
  g_object_notify (G_OBJECT (network), "network-metered");
}
