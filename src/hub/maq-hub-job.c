// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-job.h"

#include "maq-fiber.h"
#include "maq-hub-records.h"

MaqHubJob *
maq_hub_job_new (MaqHubClient *client,
                 MaqRepoKind   kind)
{
  MaqHubJob *self = g_new0 (MaqHubJob, 1);

  self->client = g_object_ref (client);
  self->http = maq_hub_client_get_http (client);
  self->endpoint = maq_hub_http_get_endpoint (self->http);
  self->kind = kind;
  return self;
}

MaqHubJob *
maq_hub_job_new_for_repo (MaqHubClient *client,
                          MaqRepoKind   kind,
                          const char   *id,
                          const char   *revision,
                          const char   *path,
                          GError      **error)
{
  if (!maq_repo_id_validate (id, error) || (revision != NULL && !maq_revision_validate (revision, error)) ||
      (path != NULL && !maq_repo_path_validate (path, error)))
    return NULL;

  return maq_hub_job_new (client, kind);
}

static char *
build_file_address (const MaqHubJob *job,
                    const char      *id,
                    const char      *revision,
                    const char      *path)
{
  g_autoptr (GString) address = g_string_new (job->endpoint);

  g_string_append_printf (address, "/%s%s/resolve/", maq_repo_kind_get_url_prefix (job->kind), id);
  g_string_append_uri_escaped (address, revision != NULL ? revision : "main", NULL, FALSE);
  g_string_append_c (address, '/');
  g_string_append_uri_escaped (address, path, "/", FALSE);
  return g_string_free (g_steal_pointer (&address), FALSE);
}

MaqHubJob *
maq_hub_job_new_for_file (MaqHubClient *client,
                          MaqRepoKind   kind,
                          const char   *id,
                          const char   *revision,
                          const char   *path,
                          GError      **error)
{
  MaqHubJob *job = maq_hub_job_new_for_repo (client, kind, id, revision, path != NULL ? path : "", error);

  if (job != NULL)
    job->address = build_file_address (job, id, revision, path);
  return job;
}

void
maq_hub_job_free (MaqHubJob *self)
{
  g_object_unref (self->client);
  g_free (self->address);
  g_free (self);
}

DexFuture *
maq_hub_job_run (MaqHubJob   *self,
                 DexFiberFunc func)
{
  return maq_fiber_spawn (NULL, func, self, (GDestroyNotify) maq_hub_job_free);
}

MaqHubReply *
maq_hub_job_get_json (const MaqHubJob *self,
                      const char      *address,
                      GError         **error)
{
  const MaqHubRequest request = { .method = "GET", .address = address, .max_bytes = MAQ_HUB_MAX_JSON };

  return maq_hub_http_send (self->http, &request, error);
}

typedef struct
{
  MaqHubRead  what;
  GBytes     *body;
  MaqRepoKind kind;
  const char *endpoint;
  MaqHubTree *tree; // grows
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_bytes_unref (reading->body);
  g_clear_pointer (&reading->tree, maq_hub_tree_unref);
  g_free (reading);
}

static DexFuture *
new_boxed_or_error (GType    type,
                    gpointer record,
                    GError  *error)
{
  return record != NULL ? dex_future_new_take_boxed (type, record) : dex_future_new_for_error (error);
}

static DexFuture *
read_record (Reading      *reading,
             MaqJsonValue *root)
{
  GError  *error = NULL;
  gpointer record = NULL;

  switch (reading->what)
    {
    case MAQ_HUB_READ_PAGE:
      record = maq_hub_page_new_from_json (reading->kind, root, &error);
      return new_boxed_or_error (MAQ_TYPE_HUB_PAGE, record, error);

    case MAQ_HUB_READ_TREE:
      if (maq_hub_tree_add_json (reading->tree, root, &error))
        return dex_future_new_true ();
      return dex_future_new_for_error (error);

    case MAQ_HUB_READ_REFS:
      record = maq_hub_refs_new_from_json (root, &error);
      return new_boxed_or_error (MAQ_TYPE_HUB_REFS, record, error);

    case MAQ_HUB_READ_COMMITS:
      record = maq_hub_commits_new_from_json (root, &error);
      return new_boxed_or_error (MAQ_TYPE_HUB_COMMITS, record, error);

    case MAQ_HUB_READ_USER:
      record = maq_hub_user_new_from_json (root, reading->endpoint, &error);
      return new_boxed_or_error (MAQ_TYPE_HUB_USER, record, error);

    case MAQ_HUB_READ_REPO:
    default:
      record = maq_repo_new_from_json (reading->kind, root);
      if (record != NULL)
        return dex_future_new_take_object (record);
      return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub's reply is not a repo");
    }
}

static DexFuture *
read_fiber (gpointer data)
{
  Reading *reading = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqJson) json = maq_json_parse (reading->body, &error);

  if (json == NULL)
    {
      gsize       length;
      const char *text = g_bytes_get_data (reading->body, &length);

      // What networks that want a login, and proxies, put in the place of a reply.
      if (length > 0 && text[0] == '<')
        return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_NO_HUB, "A web page came instead of the Hub's reply; the network may ask for a login");
      return dex_future_new_reject (MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub's reply is broken: %s", error->message);
    }

  return read_record (reading, maq_json_get_root (json));
}

DexFuture *
maq_hub_job_read (const MaqHubJob *self,
                  MaqHubReply     *reply,
                  MaqHubRead       what,
                  MaqHubTree      *tree)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->what = what;
  reading->body = g_bytes_ref (reply->body);
  reading->kind = self->kind;
  reading->endpoint = self->endpoint;
  reading->tree = tree != NULL ? maq_hub_tree_ref (tree) : NULL;
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, read_fiber, reading, reading_free);
}
