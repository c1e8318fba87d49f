// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-error.h"

#include "maq-hub-error-private.h"

typedef struct
{
  char *reason;
} MaqHubErrorPrivate;

static void
maq_hub_error_private_init (MaqHubErrorPrivate *self)
{
}

static void
maq_hub_error_private_copy (const MaqHubErrorPrivate *from,
                            MaqHubErrorPrivate       *to)
{
  to->reason = g_strdup (from->reason);
}

static void
maq_hub_error_private_clear (MaqHubErrorPrivate *self)
{
  g_free (self->reason);
}

G_DEFINE_EXTENDED_ERROR (MaqHubError, maq_hub_error)

const char *
maq_hub_error_get_reason (const GError *error)
{
  return error != NULL && error->domain == MAQ_HUB_ERROR ? maq_hub_error_get_private (error)->reason : NULL;
}

void
maq_hub_error_set_reason (GError     *error,
                          const char *reason)
{
  g_return_if_fail (error != NULL && error->domain == MAQ_HUB_ERROR);

  g_set_str (&maq_hub_error_get_private (error)->reason, reason);
}
