// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-error.h"

G_BEGIN_DECLS

// ERROR: of MAQ_HUB_ERROR.
void maq_hub_error_set_reason (GError *error, const char *reason);

G_END_DECLS
