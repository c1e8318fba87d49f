// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-error.h"

#include "maq-runner-protocol.h"

#include <gio/gio.h>

GQuark
maq_runner_error_quark (void)
{
  static const GDBusErrorEntry entries[] = {
    { MAQ_RUNNER_FAILED_BAD_MODEL, MAQ_RUNNER_ERROR_BAD_MODEL },
    { MAQ_RUNNER_FAILED_OUT_OF_MEMORY, MAQ_RUNNER_ERROR_OUT_OF_MEMORY },
    { MAQ_RUNNER_FAILED_BUSY, MAQ_RUNNER_ERROR_BUSY },
    { MAQ_RUNNER_FAILED_TOO_LONG, MAQ_RUNNER_ERROR_TOO_LONG },
    { MAQ_RUNNER_FAILED_UNSUPPORTED, MAQ_RUNNER_ERROR_UNSUPPORTED },
  };
  static gsize quark;

  g_dbus_error_register_error_domain ("maq-runner-error-quark", &quark, entries, G_N_ELEMENTS (entries));
  return quark;
}
