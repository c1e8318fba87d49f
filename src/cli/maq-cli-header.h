// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cli.h"
#include "maq-gguf.h"
#include "maq-safetensors.h"

// Finds a weights file and reads its header. Of a file on the Hub only the beginning is fetched: more and more of it until the
// header is whole.

G_BEGIN_DECLS

// The header of one file: either of the two is set.
typedef struct
{
  MaqGguf        *gguf;
  MaqSafetensors *safetensors;
  char           *name;
  guint64         file_size; // 0 if unknown
} MaqCliHeader;

void maq_cli_header_clear (MaqCliHeader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MaqCliHeader, maq_cli_header_clear)

// TEXT: a path, owner/name[@REV]/path or an address. In a fiber. FALSE with a sentence.
gboolean maq_cli_header_open (MaqCli *cli, const char *text, MaqCliHeader *header, GError **error);

G_END_DECLS
