// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-widgets.h"

#include "maq-markdown-view.h"
#include "maq-pinned-view.h"
#include "maq-status-stack.h"
#include "maq-widgets-resources.h"

void
maq_widgets_init (void)
{
  static gsize registered = 0;

  if (!g_once_init_enter (&registered))
    return;
  maq_widgets_register_resource ();
  g_type_ensure (MAQ_TYPE_MARKDOWN_VIEW);
  g_type_ensure (MAQ_TYPE_PINNED_BIN);
  g_type_ensure (MAQ_TYPE_PINNED_VIEW);
  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  g_once_init_leave (&registered, 1);
}
