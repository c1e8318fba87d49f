// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Whom an address belongs to: the origin, scheme and host and port, which is what a secret is given to.

G_BEGIN_DECLS

// The origin of ADDRESS as one writes it, "https://hub.example" or "http://127.0.0.1:8080": in lower case, and without the port
// that the scheme has anyway. NULL if ADDRESS is no http or https address. (transfer full)
char *maq_hub_origin_new (const char *address);

// Whether nobody on the way can read what is sent to ORIGIN: it is encrypted, or does not leave this machine.
gboolean maq_hub_origin_is_private (const char *origin);

G_END_DECLS
