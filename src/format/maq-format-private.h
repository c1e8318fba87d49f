// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

// What the header readers share: opening and reading regular files without blocking on anything else.

G_BEGIN_DECLS

// Opens the regular file at PATH for reading; -1 with G_IO_ERROR otherwise.
int maq_format_open (const char *path, guint64 *file_size, GError **error);
// The first N bytes of FD, or as many as there are (transfer full).
GBytes *maq_format_read (int fd, gsize n, GError **error);

G_END_DECLS
