// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Where files belong, by the variables every Hub tool honours (Hub API notes §21, cache notes §1) and the XDG ones. An empty
// variable counts as unset; `~` and `$VAR` inside HF_* values are expanded. All results are newly allocated absolute paths.

G_BEGIN_DECLS

char *maq_paths_dup_hf_home (void);
// The shared cache: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, $HF_HOME/hub.
char *maq_paths_dup_hub_cache (void);
// The file with the token of the command-line tools: HF_TOKEN_PATH, $HF_HOME/token.
char *maq_paths_dup_token_file (void);
// The path a user wrote as TEXT, with the home folder for a `~` before a slash or alone, which no shell replaces in --dir=~/x.
char *maq_paths_expand_home (const char *text);
// Maquette's own folders below the XDG ones; made by whoever writes there.
char *maq_paths_dup_state_dir (void);
char *maq_paths_dup_data_dir (void);
// The demo Hub's content: `demo` in MAQ_DATA_DIR, in data/ of the sources when running from a build folder there, else in the
// installed folder.
char *maq_paths_dup_demo_dir (void);

// The value of a boolean HF_* variable: 1, ON, YES, TRUE in any case.
gboolean maq_paths_env_is_true (const char *name);
// HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE.
gboolean maq_paths_env_is_offline (void);

G_END_DECLS
