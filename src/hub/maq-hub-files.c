// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-job.h"

#include "maq-hub-body.h"
#include "maq-hub-records.h"

// The methods of the client whose answers are files.

static DexFuture *
resolve_fiber (gpointer data)
{
  MaqHubJob          *job = data;
  GError             *error = NULL;
  const MaqHubRequest request = { .method = "HEAD", .address = job->address, .is_file = TRUE, .stays = TRUE };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->http, &request, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubFileInfo *info = maq_hub_file_info_new (reply->commit, reply->etag, reply->size, reply->location, &error);
  return info != NULL ? dex_future_new_take_boxed (MAQ_TYPE_HUB_FILE_INFO, info) : dex_future_new_for_error (error);
}

DexFuture *
maq_hub_client_resolve (MaqHubClient *self,
                        MaqRepoKind   kind,
                        const char   *id,
                        const char   *revision,
                        const char   *path)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  MaqHubJob *job = maq_hub_job_new_for_file (self, kind, id, revision, path, &error);
  return job != NULL ? maq_hub_job_run (job, resolve_fiber) : dex_future_new_for_error (error);
}

static DexFuture *
read_file_fiber (gpointer data)
{
  MaqHubJob          *job = data;
  GError             *error = NULL;
  const MaqHubRequest request = { .method = "GET", .address = job->address, .max_bytes = job->max_bytes, .is_file = TRUE };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->http, &request, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&reply->body));
}

DexFuture *
maq_hub_client_read_file (MaqHubClient *self,
                          MaqRepoKind   kind,
                          const char   *id,
                          const char   *revision,
                          const char   *path,
                          gsize         max_bytes)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  MaqHubJob *job = maq_hub_job_new_for_file (self, kind, id, revision, path, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->max_bytes = max_bytes;
  return maq_hub_job_run (job, read_file_fiber);
}

static DexFuture *
open_file_fiber (gpointer data)
{
  MaqHubJob          *job = data;
  GError             *error = NULL;
  const MaqHubRequest request = {
    .method = "GET", .address = job->address, .offset = job->offset, .end = job->end, .is_file = TRUE, .is_once = TRUE, .streams = TRUE
  };
  g_autoptr (MaqHubReply) reply = maq_hub_http_send (job->http, &request, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);

  MaqHubBody *body = maq_hub_body_new (reply, job->offset, job->end, maq_hub_http_get_stall (job->http), &error);
  return body != NULL ? dex_future_new_take_object (body) : dex_future_new_for_error (error);
}

DexFuture *
maq_hub_client_open_file (MaqHubClient *self,
                          MaqRepoKind   kind,
                          const char   *id,
                          const char   *revision,
                          const char   *path,
                          guint64       offset,
                          guint64       end)
{
  GError *error = NULL;

  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (self));

  MaqHubJob *job = maq_hub_job_new_for_file (self, kind, id, revision, path, &error);
  if (job == NULL)
    return dex_future_new_for_error (error);

  job->offset = offset;
  job->end = end;
  return maq_hub_job_run (job, open_file_fiber);
}
