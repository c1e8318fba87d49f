// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-transfers.h"

// What is told of the transfers: to the desktop, that the machine must not sleep while one runs, and, where no window of the
// application has the focus, that one is done or has failed; a click on that shows the page of the transfers, by the action
// app.show-page (s) of the application. Where a window has the focus, a toast in it says the same, with a button that goes on from
// there: a chat with the model, the folder, or the repo's page.

G_BEGIN_DECLS

#define MAQ_TYPE_TRANSFER_WATCH (maq_transfer_watch_get_type ())
G_DECLARE_FINAL_TYPE (MaqTransferWatch, maq_transfer_watch, MAQ, TRANSFER_WATCH, GObject)

// It must go before APPLICATION does.
MaqTransferWatch *maq_transfer_watch_new (GtkApplication *application, MaqTransferList *transfers);

// Whether sleep is inhibited.
gboolean maq_transfer_watch_is_inhibiting (MaqTransferWatch *self);

G_END_DECLS
