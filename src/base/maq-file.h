// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

// What is read from FD, an open file, from now on does not count as use: the time of its last access stays, by which people see
// what they can do without. For who looks at a file or checks it, not for who runs it. Nothing changes where the system does not
// allow it, as for files of another user.
void maq_file_keep_access_time (int fd);

G_END_DECLS
