// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-repo.h"

// What the head of a repo's page says of it.

G_BEGIN_DECLS

// A chip for each fact: task, library, size, licence, …
void maq_repo_facts_fill (AdwWrapBox *chips, MaqRepo *repo);
// "340K downloads · 1.2K likes · updated 3 days ago" (transfer full).
char *maq_repo_facts_dup_counts (MaqRepo *repo);
// Whether it is a model that one can chat with, as far as its task says.
gboolean maq_repo_facts_can_chat (MaqRepo *repo);

G_END_DECLS
