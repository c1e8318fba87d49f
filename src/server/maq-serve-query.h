// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

// The parameters of a query (or of a form), in order, each of which may occur several times. `name[]` counts as `name`.
typedef struct _MaqServeQuery MaqServeQuery;

// TEXT: "a=1&b=2", percent-encoded; NULL for none.
MaqServeQuery *maq_serve_query_new (const char *text);
void           maq_serve_query_free (MaqServeQuery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeQuery, maq_serve_query_free)

// The last value of NAME, or NULL.
const char *maq_serve_query_get (MaqServeQuery *self,
                                 const char    *name);
// All values of NAME; with SPLIT also those separated by commas in one. (transfer full)
GStrv    maq_serve_query_dup_all (MaqServeQuery *self,
                                  const char    *name,
                                  gboolean       split);
gboolean maq_serve_query_get_bool (MaqServeQuery *self,
                                   const char    *name);
// FALLBACK if NAME is absent, -1 if it is not a number.
gint64 maq_serve_query_get_int (MaqServeQuery *self,
                                const char    *name,
                                gint64         fallback);
// The query with NAME set to VALUE instead of whatever it was. (transfer full)
char *maq_serve_query_with (MaqServeQuery *self,
                            const char    *name,
                            const char    *value);

G_END_DECLS
