// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-request.h"

G_BEGIN_DECLS

// How many requests each client has made in this window of five minutes, in each of the Hub's three buckets (Hub API notes
// §3). On the server's thread only.
typedef struct _MaqServeQuota MaqServeQuota;

MaqServeQuota *maq_serve_quota_new (guint limit);
void           maq_serve_quota_free (MaqServeQuota *self);

// Counts REQUEST and says so in its answer's headers. FALSE if it is one too many; the answer is set then.
gboolean maq_serve_quota_spend (MaqServeQuota   *self,
                                MaqServeRequest *request);

G_END_DECLS
