// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-schedule.h"

// What the user chose: endpoint, cache place, model folders and window state, by GSettings and the environment.

G_BEGIN_DECLS

#define MAQ_TYPE_SETTINGS (maq_settings_get_type ())
G_DECLARE_FINAL_TYPE (MaqSettings, maq_settings, MAQ, SETTINGS, GObject)

// Keys of the schema io.github.maquette_app.Maquette; without an installed schema the defaults, in memory.
MaqSettings *maq_settings_new (void);
GSettings   *maq_settings_get_gsettings (MaqSettings *self); // nullable: no schema installed
// The endpoint to use: HF_ENDPOINT, else the setting, else the public Hub (transfer full).
char    *maq_settings_dup_endpoint (MaqSettings *self);
gboolean maq_settings_endpoint_is_from_environment (MaqSettings *self);
// What decides the endpoint instead of the setting: "HF_ENDPOINT", "--hub", "--demo"; NULL: the setting does.
const char *maq_settings_get_endpoint_override (MaqSettings *self);
// For this run ENDPOINT is the one to use and to keep a token for; BY, a static string, says on whose word.
void maq_settings_override_endpoint (MaqSettings *self, const char *endpoint, const char *by);
// Stores ENDPOINT ("" for the default). MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS if it is no http(s) address.
gboolean maq_settings_set_endpoint (MaqSettings *self, const char *endpoint, GError **error);
// How many bytes a second downloads may fetch together; 0: no limit.
guint64 maq_settings_get_download_limit (MaqSettings *self);
// Whether downloads wait while the connection is metered.
gboolean maq_settings_get_wait_on_metered (MaqSettings *self);
// The hours in which the window downloads.
void maq_settings_get_schedule (MaqSettings *self, MaqSchedule *schedule);
// The cache folder: HF_HUB_CACHE and HF_HOME, else the setting, else the default place (transfer full).
char *maq_settings_dup_cache_dir (MaqSettings *self);
// The variable that decides the cache folder instead of the setting; NULL: the setting does.
const char *maq_settings_get_cache_dir_override (MaqSettings *self);
// Stores PATH ("" or NULL for the default), used from the next start on. MAQ_LIBRARY_ERROR_BAD_FOLDER if it cannot be one.
gboolean maq_settings_set_cache_dir (MaqSettings *self, const char *path, GError **error);
// Folders with models of other programs that the user named (transfer full).
char **maq_settings_dup_model_folders (MaqSettings *self);
// Adds PATH to them unless it is one of them. MAQ_LIBRARY_ERROR_BAD_FOLDER if it cannot be one.
gboolean maq_settings_add_model_folder (MaqSettings *self, const char *path, GError **error);
void     maq_settings_remove_model_folder (MaqSettings *self, const char *path);

G_END_DECLS
