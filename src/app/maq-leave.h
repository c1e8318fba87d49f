// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-transfers.h"

// How the window closes and the application quits while downloads run: a closed window leaves them running in the background where
// the desktop allows that, and the application ends with the last of them; else, and when it is to quit, the user is asked.

G_BEGIN_DECLS

#define MAQ_TYPE_LEAVE (maq_leave_get_type ())
G_DECLARE_FINAL_TYPE (MaqLeave, maq_leave, MAQ, LEAVE, GObject)

// It must go before APPLICATION does.
MaqLeave *maq_leave_new (GApplication *application, MaqTransferList *transfers);
// Whether WINDOW may close at once. If not, it is closed when that is settled, unless the user wants it to stay.
gboolean maq_leave_close (MaqLeave *self, GtkWindow *window);
// Quits, at once or when the user says so. WINDOW: nullable, to ask in; without one there is nothing to ask.
void maq_leave_quit (MaqLeave *self, GtkWindow *window);

G_END_DECLS
