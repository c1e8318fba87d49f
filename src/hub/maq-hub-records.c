// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-records.h"

#include <string.h>

#include "maq-units.h"

// The public structs are the payload of atomic reference counted boxes.
#define DEFINE_RECORD(TypeName, type_name)                                      \
  G_DEFINE_BOXED_TYPE (TypeName, type_name, type_name##_ref, type_name##_unref) \
  TypeName *type_name##_ref (TypeName *self)                                    \
  {                                                                             \
    return g_atomic_rc_box_acquire (self);                                      \
  }                                                                             \
  void type_name##_unref (TypeName *self)                                       \
  {                                                                             \
    g_atomic_rc_box_release_full (self, (GDestroyNotify) type_name##_clear);    \
  }

static void
maq_hub_page_clear (MaqHubPage *self)
{
  g_ptr_array_unref (self->repos);
  g_free (self->next);
}

static void
maq_hub_refs_clear (MaqHubRefs *self)
{
  g_ptr_array_unref (self->branches);
  g_ptr_array_unref (self->tags);
  g_ptr_array_unref (self->converts);
  g_ptr_array_unref (self->pull_requests);
}

static void
maq_hub_commits_clear (MaqHubCommits *self)
{
  g_ptr_array_unref (self->commits);
}

static void
maq_hub_user_clear (MaqHubUser *self)
{
  g_free (self->name);
  g_free (self->full_name);
  g_free (self->avatar_url);
  g_free (self->token_name);
  g_free (self->token_role);
}

static void
maq_hub_file_info_clear (MaqHubFileInfo *self)
{
  g_free (self->commit);
  g_free (self->etag);
  g_free (self->location);
}

DEFINE_RECORD (MaqHubPage, maq_hub_page)
DEFINE_RECORD (MaqHubRefs, maq_hub_refs)
DEFINE_RECORD (MaqHubCommits, maq_hub_commits)
DEFINE_RECORD (MaqHubUser, maq_hub_user)
DEFINE_RECORD (MaqHubFileInfo, maq_hub_file_info)

static gboolean
expect (gboolean    holds,
        const char *what,
        GError    **error)
{
  if (!holds)
    g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The Hub's reply is not %s", what);
  return holds;
}

MaqHubPage *
maq_hub_page_new_from_json (MaqRepoKind   kind,
                            MaqJsonValue *json,
                            GError      **error)
{
  if (!expect (maq_json_is_array (json), "a list of repos", error))
    return NULL;

  MaqHubPage *self = g_atomic_rc_box_new0 (MaqHubPage);
  self->kind = kind;
  self->repos = g_ptr_array_new_full (maq_json_get_size (json), g_object_unref);
  MAQ_JSON_FOREACH (item, json)
    {
      MaqRepo *repo = maq_repo_new_from_json (kind, item);

      if (repo != NULL)
        g_ptr_array_add (self->repos, repo);
      else
        self->skipped++;
    }

  return self;
}

gboolean
maq_hub_is_hash (const char *text,
                 gsize       length)
{
  return text != NULL && strlen (text) == length && strspn (text, "0123456789abcdef") == length;
}

static void
ref_free (MaqHubRef *self)
{
  g_free (self->name);
  g_free (self->ref);
  g_free (self->commit);
  g_free (self);
}

static GPtrArray *
read_refs (MaqJsonValue *array)
{
  GPtrArray *refs = g_ptr_array_new_with_free_func ((GDestroyNotify) ref_free);

  if (maq_json_is_array (array))
    MAQ_JSON_FOREACH (item, array)
      {
        const char *name = maq_json_get_string (item, "name");
        const char *ref = maq_json_get_string (item, "ref");
        const char *commit = maq_json_get_string (item, "targetCommit");

        if (name == NULL || !maq_revision_validate (name, NULL) || !maq_revision_is_commit (commit))
          continue;

        MaqHubRef *self = g_new0 (MaqHubRef, 1);
        self->name = g_strdup (name);
        self->ref = g_strdup (ref != NULL ? ref : name);
        self->commit = g_strdup (commit);
        g_ptr_array_add (refs, self);
      }

  return refs;
}

MaqHubRefs *
maq_hub_refs_new_from_json (MaqJsonValue *json,
                            GError      **error)
{
  if (!expect (maq_json_is_object (json), "a list of revisions", error))
    return NULL;

  MaqHubRefs *self = g_atomic_rc_box_new0 (MaqHubRefs);
  self->branches = read_refs (maq_json_get (json, "branches"));
  self->tags = read_refs (maq_json_get (json, "tags"));
  self->converts = read_refs (maq_json_get (json, "converts"));
  self->pull_requests = read_refs (maq_json_get (json, "pullRequests"));
  return self;
}

static void
commit_free (MaqHubCommit *self)
{
  g_free (self->id);
  g_free (self->title);
  g_strfreev (self->users);
  g_free (self);
}

static char **
read_users (MaqJsonValue *authors)
{
  g_autoptr (GStrvBuilder) users = g_strv_builder_new ();

  if (maq_json_is_array (authors))
    MAQ_JSON_FOREACH (author, authors)
      {
        const char *user = maq_json_get_string (author, "user");
        if (user != NULL)
          g_strv_builder_add (users, user);
      }
  return g_strv_builder_end (users);
}

MaqHubCommits *
maq_hub_commits_new_from_json (MaqJsonValue *json,
                               GError      **error)
{
  if (!expect (maq_json_is_array (json), "a list of commits", error))
    return NULL;

  MaqHubCommits *self = g_atomic_rc_box_new0 (MaqHubCommits);
  self->commits = g_ptr_array_new_with_free_func ((GDestroyNotify) commit_free);
  MAQ_JSON_FOREACH (item, json)
    {
      const char *id = maq_json_get_string (item, "id");
      const char *title = maq_json_get_string (item, "title");

      if (!maq_revision_is_commit (id))
        continue;

      MaqHubCommit *commit = g_new0 (MaqHubCommit, 1);
      commit->id = g_strdup (id);
      commit->title = g_utf8_make_valid (title != NULL ? title : "", -1);
      g_strdelimit (commit->title, "\r\n", ' ');
      commit->users = read_users (maq_json_get (item, "authors"));
      commit->date = maq_parse_timestamp (maq_json_get_string (item, "date"));
      g_ptr_array_add (self->commits, commit);
    }
  return self;
}

MaqHubUser *
maq_hub_user_new_from_json (MaqJsonValue *json,
                            const char   *endpoint,
                            GError      **error)
{
  const char *name = maq_json_get_string (json, "name");

  if (!expect (name != NULL && name[0] != '\0', "an account", error))
    return NULL;

  MaqHubUser   *self = g_atomic_rc_box_new0 (MaqHubUser);
  MaqJsonValue *token = maq_json_get (maq_json_get (json, "auth"), "accessToken");
  const char   *full_name = maq_json_get_string (json, "fullname");
  const char   *avatar = maq_json_get_string (json, "avatarUrl");

  self->name = g_strdup (name);
  self->full_name = g_strdup (full_name != NULL && full_name[0] != '\0' ? full_name : name);
  self->avatar_url = avatar != NULL && avatar[0] == '/' ? g_strconcat (endpoint, avatar, NULL) : g_strdup (avatar);
  self->token_name = g_strdup (maq_json_get_string (token, "displayName"));
  self->token_role = g_strdup (maq_json_get_string (token, "role"));
  return self;
}

char *
maq_hub_etag_normalize (const char *etag)
{
  if (etag == NULL)
    return NULL;
  if (g_str_has_prefix (etag, "W/"))
    etag += 2;

  gsize            length = strlen (etag);
  gboolean         quoted = length >= 2 && etag[0] == '"' && etag[length - 1] == '"';
  g_autofree char *bare = quoted ? g_strndup (etag + 1, length - 2) : g_strdup (etag);

  return maq_hub_is_hash (bare, 40) || maq_hub_is_hash (bare, 64) ? g_steal_pointer (&bare) : NULL;
}

MaqHubFileInfo *
maq_hub_file_info_new (const char *commit,
                       const char *etag,
                       gint64      size,
                       const char *location,
                       GError    **error)
{
  g_autofree char *bare = maq_hub_etag_normalize (etag);

  if (!expect (maq_revision_is_commit (commit), "from a Hub: X-Repo-Commit is not a commit", error) ||
      !expect (bare != NULL, "from a Hub: the ETag is not a hash", error))
    return NULL;

  MaqHubFileInfo *self = g_atomic_rc_box_new0 (MaqHubFileInfo);
  self->commit = g_strdup (commit);
  self->etag = g_steal_pointer (&bare);
  self->size = size;
  self->location = g_strdup (location);
  return self;
}
