// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

// Whether ERROR says that somebody stopped the work on purpose; such errors are never shown.
gboolean maq_error_is_cancelled (const GError *error);

G_END_DECLS
