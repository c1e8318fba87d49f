// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-operations.h"

#include "maq-hub-source.h"

DexFuture *
hub_start_list (MaqHubClient *client)
{
  g_autoptr (MaqHubQuery) query = maq_hub_query_new (MAQ_REPO_KIND_MODEL);
  return maq_hub_client_list_repos (client, query);
}

DexFuture *
hub_start_info (MaqHubClient *client)
{
  return maq_hub_client_get_repo (client, MAQ_REPO_KIND_MODEL, "a/b", NULL);
}

DexFuture *
hub_start_tree (MaqHubClient *client)
{
  return maq_hub_client_list_tree (client, MAQ_REPO_KIND_MODEL, "a/b", "main");
}

DexFuture *
hub_start_refs (MaqHubClient *client)
{
  return maq_hub_client_list_refs (client, MAQ_REPO_KIND_MODEL, "a/b");
}

DexFuture *
hub_start_commits (MaqHubClient *client)
{
  return maq_hub_client_list_commits (client, MAQ_REPO_KIND_MODEL, "a/b", "main", 0);
}

DexFuture *
hub_start_check_access (MaqHubClient *client)
{
  return maq_hub_client_check_access (client, MAQ_REPO_KIND_MODEL, "a/b");
}

DexFuture *
hub_start_whoami (MaqHubClient *client)
{
  return maq_hub_client_whoami (client);
}

DexFuture *
hub_start_resolve (MaqHubClient *client)
{
  return maq_hub_client_resolve (client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt");
}

DexFuture *
hub_start_read_file (MaqHubClient *client)
{
  return maq_hub_client_read_file (client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", 4 * 1024 * 1024);
}

DexFuture *
hub_start_read_avatar (MaqHubClient *client)
{
  return maq_hub_client_read_avatar (client, "a");
}

DexFuture *
hub_start_open_file (MaqHubClient *client)
{
  return maq_hub_client_open_file (client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt", 0, 0);
}

DexFuture *
hub_start_open_source (MaqHubClient *client)
{
  g_autoptr (MaqHubSource) source = maq_hub_source_new (client, MAQ_REPO_KIND_MODEL, "a/b", "main", "f.txt");

  return maq_hub_source_open (source, 0, 0);
}

const HubOperation hub_operations[HUB_N_OPERATIONS] = {
  { "list", hub_start_list, "[{\"id\":\"a/b\"}]", HUB_IS_JSON },
  { "info", hub_start_info, "{\"id\":\"a/b\"}", HUB_IS_JSON | HUB_IS_REPO },
  { "tree", hub_start_tree, "[{\"type\":\"file\",\"path\":\"x\",\"size\":1,\"oid\":\"" HUB_GIT_OID "\"}]", HUB_IS_JSON | HUB_IS_REPO },
  { "refs", hub_start_refs, "{\"branches\":[]}", HUB_IS_JSON | HUB_IS_REPO },
  { "commits", hub_start_commits, "[{\"id\":\"" HUB_COMMIT "\",\"title\":\"x\"}]", HUB_IS_JSON | HUB_IS_REPO },
  { "check-access", hub_start_check_access, "content of some length", HUB_IS_REPO },
  { "whoami", hub_start_whoami, "{\"name\":\"me\"}", HUB_IS_JSON },
  { "resolve", hub_start_resolve, "content of some length", HUB_IS_REPO | HUB_IS_FILE | HUB_IS_HEAD },
  { "read-file", hub_start_read_file, "content of some length", HUB_IS_REPO | HUB_IS_FILE },
  { "read-avatar", hub_start_read_avatar, "a picture", 0 },
  { "open-file", hub_start_open_file, "content of some length", HUB_IS_REPO | HUB_IS_FILE | HUB_IS_ONCE },
  { "open-source", hub_start_open_source, "content of some length", HUB_IS_REPO | HUB_IS_FILE | HUB_IS_ONCE },
};

void
hub_add (HubFixture         *self,
         const MaqTestReply *reply)
{
  maq_test_server_add (self->server, "*", reply);
}

void
hub_add_good (HubFixture *self,
              guint       i)
{
  hub_add (self, &(MaqTestReply) { .headers = HUB_FILE_HEADERS, .body = hub_operations[i].good });
}

void
hub_expect_good (HubFixture *self,
                 guint       i)
{
  g_autoptr (DexFuture) future = hub_operations[i].start (self->client);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", hub_operations[i].name);
  hub_wait (future);
  dex_future_get_value (future, &error);
  g_assert_no_error (error);
}

void
hub_expect_error (HubFixture *self,
                  guint       i,
                  MaqHubError code)
{
  g_test_message ("%s", hub_operations[i].name);
  hub_assert_fails (hub_operations[i].start (self->client), code);
}
