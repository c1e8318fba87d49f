// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MAQ_LIBRARY_ERROR (maq_library_error_quark ())
GQuark maq_library_error_quark (void);

typedef enum
{
  MAQ_LIBRARY_ERROR_STORE_DAMAGED, // an own file is damaged, or not ours; it was left as it is
  MAQ_LIBRARY_ERROR_STORE_NEWER,   // a later Maquette wrote it; it was left as it is
  MAQ_LIBRARY_ERROR_STORE_FAILED,  // it cannot be read or written: permission, disk full, …
  MAQ_LIBRARY_ERROR_NO_KEYRING,    // no keyring service answers, or it refuses
  MAQ_LIBRARY_ERROR_BAD_TOKEN,     // what was given cannot be a token
  MAQ_LIBRARY_ERROR_BAD_FOLDER,    // what was given cannot be a folder
  MAQ_LIBRARY_ERROR_MODEL_GONE,    // the weights file a chat was held with is no longer there
  MAQ_LIBRARY_ERROR_NO_MODEL,      // the chat has no model yet
  MAQ_LIBRARY_ERROR_IN_USE,        // a session or a transfer uses what was to be deleted
} MaqLibraryError;

G_END_DECLS
