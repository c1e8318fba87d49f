// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-foreign-list.h"

G_BEGIN_DECLS

// Small texts of other programs: settings, manifests, model.yml. Nothing of theirs comes near this.
#define MAQ_FOREIGN_MAX_TEXT (1024 * 1024)

// Where the programs keep their models, whether it is there or not, and FOLDERS (nullable): of MaqForeignPlace. Reads their
// settings files.
GPtrArray *maq_foreign_list_places (const char *const *folders);
// The text of a small file, NULL if there is none, it is too long or not UTF-8.
char *maq_foreign_read_text (const char *path);

// Adds the models of Ollama's store at PLACE to MODELS.
void maq_foreign_add_ollama (GPtrArray *models, MaqForeignPlace *place);
// Adds what lies below the folder PLACE, however deep, to MODELS.
void maq_foreign_add_folder (GPtrArray *models, MaqForeignPlace *place);

// The order of a scan: by program, name and path. What has no variant comes last.
int  maq_foreign_model_compare (const MaqForeignModel *one, const MaqForeignModel *two);
void maq_foreign_sort (GPtrArray *models);
// Takes NAME, VARIANT (nullable) and PROBLEM (nullable).
void maq_foreign_add (GPtrArray *models, MaqForeignProgram program, char *name, MaqVariant *variant, gint64 modified, char *problem);
// A sentence for a file of another program that is not where it says.
char *maq_foreign_say_missing (const char *path);

MaqForeignItem *maq_foreign_item_new (MaqForeignModel *model);
// FIT: taken, nullable.
void   maq_foreign_item_take_fit (MaqForeignItem *self, MaqFit *fit);
gint64 maq_foreign_item_get_judged (MaqForeignItem *self); // monotonic time; 0: not yet

G_END_DECLS
