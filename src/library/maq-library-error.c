// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-error.h"

G_DEFINE_QUARK (maq - library - error - quark, maq_library_error)
