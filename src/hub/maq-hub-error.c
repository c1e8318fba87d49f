// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-error.h"

G_DEFINE_QUARK (maq - hub - error - quark, maq_hub_error)
