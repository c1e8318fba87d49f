// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

#include "maq-repo-address.h"

// The first result of a search for an address: to open what it names, whether the search finds it or not.

G_BEGIN_DECLS

#define MAQ_TYPE_OPEN_ADDRESS (maq_open_address_get_type ())
G_DECLARE_FINAL_TYPE (MaqOpenAddress, maq_open_address, MAQ, OPEN_ADDRESS, GObject)

MaqOpenAddress       *maq_open_address_new (const MaqRepoAddress *address);
const MaqRepoAddress *maq_open_address_get_address (MaqOpenAddress *self);
// "Open owner/name" (transfer full, translated).
char *maq_open_address_dup_title (MaqOpenAddress *self);
// "Model · config.json" (transfer full, translated).
char *maq_open_address_dup_facts (MaqOpenAddress *self);

G_END_DECLS
