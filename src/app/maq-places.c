// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-places.h"

#include <glib/gi18n.h>

static const MaqPlace places[] = {
  { "models", N_ ("Models"), N_ ("Hub"), "maq-models-symbolic" },
  { "library", N_ ("Library"), N_ ("On This Computer"), "maq-library-symbolic" },
  { "chats", N_ ("Chats"), NULL, "maq-chats-symbolic" },
  { "transfers", N_ ("Transfers"), NULL, "maq-transfers-symbolic" },
};

// There are as many keys.
G_STATIC_ASSERT (G_N_ELEMENTS (places) <= 9);

const MaqPlace *
maq_places_get (guint *n_places)
{
  *n_places = G_N_ELEMENTS (places);
  return places;
}
