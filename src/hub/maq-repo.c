// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-repo.h"

#include <string.h>

#include "maq-hub-records.h"
#include "maq-units.h"

struct _MaqRepo
{
  GObject      parent_instance;
  MaqRepoKind  kind;
  char        *id;
  char        *owner;
  const char  *name; // inside id
  char        *sha;
  gint64       likes;
  gint64       downloads;
  gint64       last_modified;
  gint64       created_at;
  char        *pipeline_tag;
  char        *library_name;
  char       **tags;
  MaqRepoGated gated;
  gboolean private;
  gboolean    disabled;
  gint64      parameters;
  char       *architecture;
  gint64      context_length;
  char       *license;
  char       *license_name;
  char       *license_link;
  char       *description;
  char       *sdk;
  gint64      used_storage;
  gboolean    has_gguf;
  MaqHubTree *tree;
};

enum
{
  PROP_0,
  PROP_KIND,
  PROP_ID,
  PROP_OWNER,
  PROP_NAME,
  PROP_LIKES,
  PROP_DOWNLOADS,
  PROP_LAST_MODIFIED,
  PROP_PIPELINE_TAG,
  PROP_LIBRARY_NAME,
  PROP_PARAMETERS,
  PROP_LICENSE,
  PROP_GATED,
  PROP_HAS_GGUF,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MaqRepo, maq_repo, G_TYPE_OBJECT)

static void
maq_repo_finalize (GObject *object)
{
  MaqRepo *self = MAQ_REPO (object);

  g_free (self->id);
  g_free (self->owner);
  g_free (self->sha);
  g_free (self->pipeline_tag);
  g_free (self->library_name);
  g_strfreev (self->tags);
  g_free (self->architecture);
  g_free (self->license);
  g_free (self->license_name);
  g_free (self->license_link);
  g_free (self->description);
  g_free (self->sdk);
  g_clear_pointer (&self->tree, maq_hub_tree_unref);

  G_OBJECT_CLASS (maq_repo_parent_class)->finalize (object);
}

static void
maq_repo_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  MaqRepo *self = MAQ_REPO (object);

  switch (prop_id)
    {
    case PROP_KIND:
      g_value_set_enum (value, self->kind);
      break;
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_OWNER:
      g_value_set_string (value, self->owner);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_LIKES:
      g_value_set_int64 (value, self->likes);
      break;
    case PROP_DOWNLOADS:
      g_value_set_int64 (value, self->downloads);
      break;
    case PROP_LAST_MODIFIED:
      g_value_set_int64 (value, self->last_modified);
      break;
    case PROP_PIPELINE_TAG:
      g_value_set_string (value, self->pipeline_tag);
      break;
    case PROP_LIBRARY_NAME:
      g_value_set_string (value, self->library_name);
      break;
    case PROP_PARAMETERS:
      g_value_set_int64 (value, self->parameters);
      break;
    case PROP_LICENSE:
      g_value_set_string (value, self->license);
      break;
    case PROP_GATED:
      g_value_set_boolean (value, self->gated != MAQ_REPO_GATED_NO);
      break;
    case PROP_HAS_GGUF:
      g_value_set_boolean (value, self->has_gguf);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_class_init (MaqRepoClass *klass)
{
  GObjectClass       *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  static const gint64 lowest = G_MININT64;
  static const gint64 highest = G_MAXINT64;

  object_class->finalize = maq_repo_finalize;
  object_class->get_property = maq_repo_get_property;

  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, MAQ_TYPE_REPO_KIND, MAQ_REPO_KIND_MODEL, flags);
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_OWNER] = g_param_spec_string ("owner", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_LIKES] = g_param_spec_int64 ("likes", NULL, NULL, lowest, highest, 0, flags);
  properties[PROP_DOWNLOADS] = g_param_spec_int64 ("downloads", NULL, NULL, lowest, highest, 0, flags);
  properties[PROP_LAST_MODIFIED] = g_param_spec_int64 ("last-modified", NULL, NULL, lowest, highest, 0, flags);
  properties[PROP_PIPELINE_TAG] = g_param_spec_string ("pipeline-tag", NULL, NULL, NULL, flags);
  properties[PROP_LIBRARY_NAME] = g_param_spec_string ("library-name", NULL, NULL, NULL, flags);
  properties[PROP_PARAMETERS] = g_param_spec_int64 ("parameters", NULL, NULL, lowest, highest, -1, flags);
  properties[PROP_LICENSE] = g_param_spec_string ("license", NULL, NULL, NULL, flags);
  properties[PROP_GATED] = g_param_spec_boolean ("gated", NULL, NULL, FALSE, flags);
  properties[PROP_HAS_GGUF] = g_param_spec_boolean ("has-gguf", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_repo_init (MaqRepo *self)
{
  self->parameters = -1;
  self->context_length = -1;
  self->used_storage = -1;
}

// `gated` is false, "auto" or "manual".
static MaqRepoGated
read_gated (MaqJsonValue *json)
{
  const char *word = maq_json_get_string (json, "gated");

  if (word == NULL)
    return maq_json_get_bool (json, "gated", FALSE) ? MAQ_REPO_GATED_MANUAL : MAQ_REPO_GATED_NO;
  if (strcmp (word, "auto") == 0)
    return MAQ_REPO_GATED_AUTO;
  return strcmp (word, "false") == 0 ? MAQ_REPO_GATED_NO : MAQ_REPO_GATED_MANUAL;
}

// The number of parameters: as the Hub counted them, or the sum over the types of safetensors.
static gint64
read_parameters (MaqJsonValue *json)
{
  gint64 total = maq_json_get_int (maq_json_get (json, "gguf"), "total", -1);

  if (total <= 0)
    total = maq_json_get_int (maq_json_get (json, "safetensors"), "total", -1);
  if (total > 0)
    return total;

  gint64 sum = 0;
  MAQ_JSON_FOREACH_MEMBER (type, count, maq_json_get (maq_json_get (json, "safetensors"), "parameters"))
    {
      if (!g_ascii_isalnum (type[0]) || __builtin_add_overflow (sum, MAX (maq_json_as_int (count, 0), 0), &sum))
        return -1;
    }
  return sum > 0 ? sum : -1;
}

// What follows PREFIX in the first tag that begins with it, or NULL.
static const char *
find_tag (MaqRepo    *self,
          const char *prefix)
{
  for (guint i = 0; self->tags[i] != NULL; i++)
    if (g_str_has_prefix (self->tags[i], prefix) && self->tags[i][strlen (prefix)] != '\0')
      return self->tags[i] + strlen (prefix);

  return NULL;
}

static char *
read_license (MaqRepo      *self,
              MaqJsonValue *json)
{
  const char *tag = find_tag (self, "license:");
  if (tag != NULL)
    return g_strdup (tag);

  g_auto (GStrv) licenses = maq_json_dup_strv (maq_json_get (json, "cardData"), "license");
  return g_strdup (licenses[0]);
}

// TEXT on one line; NULL if nothing of it is left. The Hub sends runs of white space, and a lone `\n` for no description.
static char *
squeeze (const char *text)
{
  g_autoptr (GString) squeezed = g_string_new (NULL);

  for (const char *p = text != NULL ? text : ""; *p != '\0'; p++)
    {
      if (!g_ascii_isspace (*p))
        g_string_append_c (squeezed, *p);
      else if (squeezed->len > 0 && squeezed->str[squeezed->len - 1] != ' ')
        g_string_append_c (squeezed, ' ');
    }
  g_strchomp (squeezed->str);

  const char *rest = squeezed->str + strspn (squeezed->str, "\\");
  if (squeezed->str[0] == '\0' || strcmp (rest, "n") == 0)
    return NULL;
  return g_strdup (squeezed->str);
}

static char *
read_description (MaqJsonValue *json)
{
  const char *texts[] = {
    maq_json_get_string (json, "description"),
    maq_json_get_string (json, "shortDescription"),
    maq_json_get_string (maq_json_get (json, "cardData"), "short_description"),
    maq_json_get_string (json, "ai_short_description"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      char *text = squeeze (texts[i]);
      if (text != NULL)
        return text;
    }

  return NULL;
}

MaqRepo *
maq_repo_new_from_json (MaqRepoKind   kind,
                        MaqJsonValue *json)
{
  const char *id = maq_json_get_string (json, "id");

  if (id == NULL)
    id = maq_json_get_string (json, "modelId");
  if (id == NULL || !maq_repo_id_validate (id, NULL))
    return NULL;

  MaqRepo      *self = g_object_new (MAQ_TYPE_REPO, NULL);
  MaqJsonValue *gguf = maq_json_get (json, "gguf");
  const char   *sha = maq_json_get_string (json, "sha");

  self->kind = kind;
  self->id = g_strdup (id);
  const char *slash = strchr (self->id, '/');
  self->owner = slash != NULL ? g_strndup (self->id, slash - self->id) : NULL;
  self->name = slash != NULL ? slash + 1 : self->id;
  self->sha = maq_revision_is_commit (sha) ? g_strdup (sha) : NULL;
  self->likes = MAX (maq_json_get_int (json, "likes", 0), 0);
  self->downloads = MAX (maq_json_get_int (json, "downloads", 0), 0);
  self->last_modified = maq_parse_timestamp (maq_json_get_string (json, "lastModified"));
  self->created_at = maq_parse_timestamp (maq_json_get_string (json, "createdAt"));
  self->tags = maq_json_dup_strv (json, "tags");
  self->pipeline_tag = g_strdup (maq_json_get_string (json, "pipeline_tag"));
  self->library_name = g_strdup (maq_json_get_string (json, "library_name"));
  if (self->pipeline_tag == NULL && kind == MAQ_REPO_KIND_DATASET)
    self->pipeline_tag = g_strdup (find_tag (self, "task_categories:"));
  self->gated = read_gated (json);
  self->private = maq_json_get_bool (json, "private", FALSE);
  self->disabled = maq_json_get_bool (json, "disabled", FALSE);
  self->parameters = read_parameters (json);
  self->architecture = g_strdup (maq_json_get_string (gguf, "architecture"));
  if (self->architecture == NULL)
    self->architecture = g_strdup (maq_json_get_string (maq_json_get (json, "config"), "model_type"));
  self->context_length = MAX (maq_json_get_int (gguf, "context_length", -1), -1);
  self->license = read_license (self, json);
  self->license_name = squeeze (maq_json_get_string (maq_json_get (json, "cardData"), "license_name"));
  self->license_link = squeeze (maq_json_get_string (maq_json_get (json, "cardData"), "license_link"));
  self->description = read_description (json);
  self->sdk = g_strdup (maq_json_get_string (json, "sdk"));
  self->used_storage = MAX (maq_json_get_int (json, "usedStorage", -1), -1);
  self->tree = maq_hub_tree_new_from_siblings (maq_json_get (json, "siblings"));
  self->has_gguf = kind == MAQ_REPO_KIND_MODEL &&
                   (maq_json_is_object (gguf) || g_strv_contains ((const char *const *) self->tags, "gguf"));
  return self;
}

MaqRepoKind
maq_repo_get_kind (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), MAQ_REPO_KIND_MODEL);

  return self->kind;
}

const char *
maq_repo_get_id (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->id;
}

const char *
maq_repo_get_owner (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->owner;
}

const char *
maq_repo_get_name (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->name;
}

const char *
maq_repo_get_sha (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->sha;
}

gint64
maq_repo_get_likes (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), 0);

  return self->likes;
}

gint64
maq_repo_get_downloads (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), 0);

  return self->downloads;
}

gint64
maq_repo_get_last_modified (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), 0);

  return self->last_modified;
}

gint64
maq_repo_get_created_at (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), 0);

  return self->created_at;
}

const char *
maq_repo_get_pipeline_tag (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->pipeline_tag;
}

const char *
maq_repo_get_library_name (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->library_name;
}

const char *const *
maq_repo_get_tags (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return (const char *const *) self->tags;
}

MaqRepoGated
maq_repo_get_gated (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), MAQ_REPO_GATED_NO);

  return self->gated;
}

gboolean
maq_repo_get_private (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), FALSE);

  return self->private;
}

gboolean
maq_repo_get_disabled (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), FALSE);

  return self->disabled;
}

gint64
maq_repo_get_parameters (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), -1);

  return self->parameters;
}

const char *
maq_repo_get_architecture (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->architecture;
}

gint64
maq_repo_get_context_length (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), -1);

  return self->context_length;
}

const char *
maq_repo_get_license (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->license;
}

const char *
maq_repo_get_license_name (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->license_name;
}

const char *
maq_repo_get_license_link (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->license_link;
}

const char *
maq_repo_get_description (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->description;
}

const char *
maq_repo_get_sdk (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->sdk;
}

gint64
maq_repo_get_used_storage (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), -1);

  return self->used_storage;
}

gboolean
maq_repo_has_gguf (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), FALSE);

  return self->has_gguf;
}

MaqHubTree *
maq_repo_get_tree (MaqRepo *self)
{
  g_return_val_if_fail (MAQ_IS_REPO (self), NULL);

  return self->tree;
}
