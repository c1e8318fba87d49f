// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Who is asking, who owns repos, and their pictures (Hub API notes §2 and §12).
#include "maq-serve-json.h"
#include "maq-serve-routes.h"

#include <string.h>

static guint
count_repos (MaqServeRequest *request,
             MaqRepoKind      kind,
             const char      *owner)
{
  GPtrArray *repos = maq_serve_store_get_sorted (request->store, kind, MAQ_SERVE_SORT_ID);
  guint      n = 0;
  for (guint i = 0; i < repos->len; i++)
    {
      MaqServeRepo *repo = g_ptr_array_index (repos, i);
      n += g_str_equal (repo->owner, owner) && maq_serve_may_see (request->user, repo);
    }
  return n;
}

static char *
avatar_url (MaqServeRequest *request,
            const char      *name)
{
  return g_strdup_printf ("%s/api/avatars/%s", request->url, name);
}

// 24 hexadecimal digits that stand for a name.
static char *
object_id (const char *name)
{
  char *id = g_compute_checksum_for_string (G_CHECKSUM_SHA1, name, -1);
  id[24] = '\0';
  return id;
}

// "harbor-labs" reads "Harbor Labs".
static char *
full_name (const char *name)
{
  char    *full = g_strdelimit (g_strdup (name), "-_", ' ');
  gboolean start = TRUE;
  for (char *p = full; *p != '\0'; p++)
    {
      if (start)
        *p = g_ascii_toupper (*p);
      start = *p == ' ';
    }
  return full;
}

static void
write_org (MaqServeRequest *request,
           GString         *out,
           const char      *name)
{
  g_autofree char *full = full_name (name);
  g_autofree char *avatar = avatar_url (request, name);
  g_autofree char *id = object_id (name);
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "type", "org");
  maq_serve_json_member_string (out, "id", id);
  maq_serve_json_member_string (out, "name", name);
  maq_serve_json_member_string (out, "fullname", full);
  maq_serve_json_member_raw (out, "email", NULL);
  maq_serve_json_member_bool (out, "canPay", FALSE);
  maq_serve_json_member_raw (out, "periodEnd", NULL);
  maq_serve_json_member_string (out, "avatarUrl", avatar);
  maq_serve_json_member_string (out, "roleInOrg", "read");
  maq_serve_json_member_bool (out, "isEnterprise", FALSE);
  maq_serve_json_close (out, '}');
}

static void
route_whoami (MaqServeRequest *request)
{
  MaqServeUser *user = request->user;
  if (user == NULL)
    {
      maq_serve_reply_no_repo (request);
      return;
    }
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char   *full = full_name (user->name);
  g_autofree char   *avatar = g_strdup_printf ("/api/avatars/%s", user->name);
  g_autofree char   *id = object_id (user->name);
  const char *const *owners = maq_serve_store_get_owners (request->store);
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "type", "user");
  maq_serve_json_member_string (out, "id", id);
  maq_serve_json_member_string (out, "name", user->name);
  maq_serve_json_member_string (out, "fullname", full);
  maq_serve_json_member_bool (out, "canPay", FALSE);
  maq_serve_json_member_string (out, "billingMode", "prepaid");
  maq_serve_json_member_int (out, "periodEnd", 1785542400);
  maq_serve_json_member_bool (out, "isPro", FALSE);
  maq_serve_json_member_string (out, "avatarUrl", avatar);
  maq_serve_json_key (out, "orgs");
  maq_serve_json_open (out, '[');
  for (guint i = 0; user->access && owners[i] != NULL; i++)
    write_org (request, out, owners[i]);
  maq_serve_json_close (out, ']');
  maq_serve_json_member_raw (out, "auth", "{\"type\":\"access_token\",\"accessToken\":{\"displayName\":\"demo\",\"role\":\"read\",\"createdAt\":\"2026-01-05T08:00:00.000Z\"}}");
  maq_serve_json_close (out, '}');
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

static void
write_overview (MaqServeRequest *request,
                const char      *name,
                gboolean         org)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *full = full_name (name);
  g_autofree char *avatar = avatar_url (request, name);
  g_autofree char *id = object_id (name);
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "_id", id);
  maq_serve_json_member_string (out, "createdAt", "2025-01-15T08:00:00.000Z");
  maq_serve_json_member_string (out, "avatarUrl", avatar);
  maq_serve_json_member_string (out, "fullname", full);
  maq_serve_json_member_string (out, org ? "name" : "user", name);
  maq_serve_json_member_string (out, "type", org ? "org" : "user");
  maq_serve_json_member_bool (out, org ? "isVerified" : "isPro", FALSE);
  maq_serve_json_member_int (out, "numModels", count_repos (request, MAQ_REPO_KIND_MODEL, name));
  maq_serve_json_member_int (out, "numDatasets", count_repos (request, MAQ_REPO_KIND_DATASET, name));
  maq_serve_json_member_int (out, "numSpaces", count_repos (request, MAQ_REPO_KIND_SPACE, name));
  maq_serve_json_member_int (out, "numFollowers", strlen (name) * 37);
  if (org)
    maq_serve_json_member_int (out, "numUsers", 3);
  else
    maq_serve_json_member_raw (out, "orgs", "[]");
  maq_serve_json_close (out, '}');
  maq_serve_reply_json (request, SOUP_STATUS_OK, out->str);
}

static void
route_overview (MaqServeRequest *request,
                const char      *name,
                gboolean         org)
{
  // Owners of repos are organisations, the one who asks is a person.
  gboolean known = org ? maq_serve_store_has_owner (request->store, name) : request->user != NULL && g_str_equal (request->user->name, name);
  if (known)
    write_overview (request, name, org);
  else
    maq_serve_reply_error (request, SOUP_STATUS_NOT_FOUND, NULL, org ? "This organization does not exist" : "This user does not exist");
}

// Up to two initials on a colour that follows from the name.
static void
route_avatar (MaqServeRequest *request,
              const char      *name)
{
  g_autofree char *full = full_name (name);
  char             initials[3] = { full[0], '\0', '\0' };
  const char      *space = strchr (full, ' ');
  guint            hue = g_str_hash (name) % 360;
  if (space != NULL)
    initials[1] = space[1];
  g_autofree char *text = g_markup_escape_text (initials, -1);
  g_autofree char *svg = g_strdup_printf ("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"96\" height=\"96\" viewBox=\"0 0 96 96\">"
                                          "<rect width=\"96\" height=\"96\" fill=\"hsl(%u,55%%,42%%)\"/>"
                                          "<text x=\"48\" y=\"62\" font-family=\"sans-serif\" font-size=\"40\" font-weight=\"bold\" fill=\"#fff\" text-anchor=\"middle\">%s</text></svg>",
                                          hue,
                                          text);
  maq_serve_request_set_header (request, "Cache-Control", "max-age=86400");
  maq_serve_reply_text (request, SOUP_STATUS_OK, "image/svg+xml", svg);
}

gboolean
maq_serve_route_people (MaqServeRequest *request)
{
  char **segments = request->segments;
  guint  n = request->n_segments;
  if (n == 2 && g_str_equal (segments[1], "whoami-v2"))
    route_whoami (request);
  else if (n == 3 && g_str_equal (segments[1], "avatars"))
    route_avatar (request, segments[2]);
  else if (n == 4 && g_str_equal (segments[3], "overview") && (g_str_equal (segments[1], "users") || g_str_equal (segments[1], "organizations")))
    route_overview (request, segments[2], segments[1][0] == 'o');
  else
    return FALSE;
  return TRUE;
}
