// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

static const MaqCliCommand *const commands[] = {
  &maq_cli_inspect_command,
  NULL,
};

int
main (int argc, char **argv)
{
  return maq_cli_main (argc, argv, commands);
}
