// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

// The beginnings of files, for whoever does not know yet how much of one is needed.

G_BEGIN_DECLS

// The first N bytes of the regular file at PATH, or as many as there are (transfer full); FILE_SIZE: of the whole. Blocking, for
// workers, but a pipe in the place of a file does not hold them. G_IO_ERROR.
GBytes *maq_format_read_beginning (const char *path, gsize n, guint64 *file_size, GError **error);

// What a file begins like that is named like weights and is none, to stand after “This is”: a Git LFS pointer, a web page. NULL if
// that is not known.
const char *maq_format_name_other (const void *data, gsize size);
// FALSE with MAQ_FORMAT_ERROR_NOT_THIS_FORMAT if FILE_SIZE, of a file that is there, is 0.
gboolean maq_format_check_not_empty (guint64 file_size, GError **error);

// What is whole of a JSON document that was cut somewhere: BYTES up to the last complete value, and the brackets that close what
// was open (transfer full). NULL if the nesting is deeper than MAQ_JSON_MAX_DEPTH or nothing is whole.
GBytes *maq_format_close_json (GBytes *bytes);

G_END_DECLS
