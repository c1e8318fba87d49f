// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-foreign-list.h"
#include "maq-library.h"
#include "maq-session-pool.h"

// The button that names the model of a chat and its state, and the list to choose another one from: what of the library and of other
// programs can chat, with sizes. Properties: label, path. Signal: chosen (label, path).

G_BEGIN_DECLS

#define MAQ_TYPE_MODEL_PICKER (maq_model_picker_get_type ())
G_DECLARE_FINAL_TYPE (MaqModelPicker, maq_model_picker, MAQ, MODEL_PICKER, AdwBin)

// To be called once.
void maq_model_picker_set_source (MaqModelPicker *self, MaqLibrary *library, MaqForeignList *foreign, MaqSessionPool *pool);

G_END_DECLS
