// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

// Name, version, licence and, for problem reports, what Maquette runs with. Nothing about the user is in it.
AdwDialog *maq_about_dialog_new (void);

G_END_DECLS
