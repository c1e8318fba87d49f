// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-app-fixture.h"

#include "maq-app-resources.h"
#include "maq-widgets.h"

void
app_fixture_init (int    *argc,
                  char ***argv)
{
  dex_init ();
  g_test_init (argc, argv, NULL);
  adw_init ();
  maq_app_register_resource ();
  maq_widgets_init ();
}

void
app_fixture_set_up (AppFixture  *self,
                    MaqHubStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (store);
  self->server = maq_hub_server_new (store);
  g_object_unref (store);
  maq_hub_server_set_faults_allowed (self->server, TRUE);
  maq_hub_server_listen (self->server, NULL, 0, &error);
  g_assert_no_error (error);
  self->client = maq_hub_client_new (maq_hub_server_get_url (self->server));
}

void
app_fixture_tear_down (AppFixture *self)
{
  maq_hub_server_stop (self->server);
  g_clear_object (&self->client);
  g_assert_finalize_object (G_OBJECT (g_steal_pointer (&self->server)));
}

void
app_fixture_fault (AppFixture *self,
                   const char *rule)
{
  g_autoptr (GError) error = NULL;

  maq_hub_server_clear_faults (self->server);
  if (rule != NULL)
    maq_hub_server_add_faults (self->server, rule, &error);
  g_assert_no_error (error);
}
