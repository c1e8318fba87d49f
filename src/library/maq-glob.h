// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Globs as the Python client understands them: fnmatch, where * also matches / and case counts.

G_BEGIN_DECLS

// *, ?, [abc], [a-z], [!abc]. A pattern that ends in / means everything below that folder.
gboolean maq_glob_match (const char *glob, const char *path);
// Whether PATH matches one of INCLUDE (nullable or empty: everything does) and none of EXCLUDE (nullable).
gboolean maq_glob_filter (const char *const *include, const char *const *exclude, const char *path);

G_END_DECLS
