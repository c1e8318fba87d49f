// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

static const MaqCliCommand *const commands[] = {
  &maq_cli_search_command,
  &maq_cli_info_command,
  &maq_cli_files_command,
  &maq_cli_card_command,
  &maq_cli_download_command,
  &maq_cli_cache_command,
  &maq_cli_run_command,
  &maq_cli_chat_command,
  &maq_cli_inspect_command,
  &maq_cli_fit_command,
  &maq_cli_hub_command,
  NULL,
};

int
main (int argc, char **argv)
{
  return maq_cli_main (argc, argv, commands);
}
