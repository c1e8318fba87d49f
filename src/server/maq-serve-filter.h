// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-query.h"
#include "maq-serve-store.h"

G_BEGIN_DECLS

// Which repos a list asks for (Hub API notes §5.1 to §5.3).
typedef struct _MaqServeFilter MaqServeFilter;

MaqServeFilter *maq_serve_filter_new (MaqRepoKind    kind,
                                      MaqServeQuery *query);
void            maq_serve_filter_free (MaqServeFilter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeFilter, maq_serve_filter_free)

// Whether it asks for something that no repo has, so that none need be looked at.
gboolean maq_serve_filter_is_hopeless (MaqServeFilter *self);
gboolean maq_serve_filter_matches (MaqServeFilter *self,
                                   MaqServeRepo   *repo);

G_END_DECLS
