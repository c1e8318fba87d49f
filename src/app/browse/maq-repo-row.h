// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

#include "maq-repo.h"

// One repo in a list: initials, id, a line of facts, likes and downloads; or a MaqOpenAddress. Property: item (nullable while
// recycled).

G_BEGIN_DECLS

#define MAQ_TYPE_REPO_ROW (maq_repo_row_get_type ())
G_DECLARE_FINAL_TYPE (MaqRepoRow, maq_repo_row, MAQ, REPO_ROW, AdwBin)

// "Text Generation · GGUF · 1.2M parameters · 3 days ago", as far as known (transfer full).
char *maq_repo_dup_summary (MaqRepo *repo);
// What the row of ITEM shows, for screen readers: its name, and all the rest (transfer full, nullable).
char *maq_repo_row_dup_title (GObject *item);
char *maq_repo_row_dup_facts (GObject *item);

G_END_DECLS
