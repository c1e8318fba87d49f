// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Addresses on the way: paging links and which host they belong to.

G_BEGIN_DECLS

// The target of the entry with relation REL in HEADER, a Link header's value that may hold several, as an absolute address;
// NULL if there is none. BASE: the address of the request. (transfer full)
char *maq_hub_link_find (const char *header, const char *rel, const char *base);

// ADDRESS with the scheme, host and port of ENDPOINT, and below its path. NULL if ADDRESS is not http(s). (transfer full)
char *maq_hub_link_rebase (const char *address, const char *endpoint);

// Whether both have the same scheme, host and port.
gboolean maq_hub_link_same_origin (GUri *a, GUri *b);

// TARGET with the query of FROM if it has none: a redirect to the new name of a repo may leave out what was asked. (transfer full)
GUri *maq_hub_link_keep_query (GUri *target, GUri *from);

// ADDRESS as an http or https address with a host and without user and fragment, relative to BASE (nullable); otherwise NULL.
GUri *maq_hub_link_parse (const char *address, GUri *base);

G_END_DECLS
