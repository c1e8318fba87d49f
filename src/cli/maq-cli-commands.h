// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cli.h"

// Every command, each in the file of its name.

G_BEGIN_DECLS

extern const MaqCliCommand maq_cli_search_command;
extern const MaqCliCommand maq_cli_info_command;
extern const MaqCliCommand maq_cli_files_command;
extern const MaqCliCommand maq_cli_card_command;
extern const MaqCliCommand maq_cli_download_command;
extern const MaqCliCommand maq_cli_cache_command;
extern const MaqCliCommand maq_cli_inspect_command;
extern const MaqCliCommand maq_cli_fit_command;
extern const MaqCliCommand maq_cli_run_command;
extern const MaqCliCommand maq_cli_chat_command;
extern const MaqCliCommand maq_cli_hub_command;

G_END_DECLS
