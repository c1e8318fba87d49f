// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-store.h"

#include "maq-paths.h"
#include "maq-serve-store.h"

#include <string.h>

#define LFS_SIZE (1024 * 1024)

struct _MaqHubStore
{
  GObject parent_instance;

  GPtrArray  *repos[MAQ_SERVE_N_KINDS]; // own the repos
  GHashTable *by_id[MAQ_SERVE_N_KINDS];
  GHashTable *by_lower_id[MAQ_SERVE_N_KINDS]; // lower-case ids and aliases
  GHashTable *owners;
  GHashTable *spaces_of; // "models/id" or "datasets/id" to an array of Spaces
  char      **owner_names;
  GPtrArray  *left_out; // LeftOut

  GMutex     lock; // guards the orders, which are made when first asked for
  GPtrArray *sorted[MAQ_SERVE_N_KINDS][MAQ_SERVE_N_SORTS];
};

typedef struct
{
  char             *name;
  MaqHubStoreReason reason;
} LeftOut;

G_DEFINE_FINAL_TYPE (MaqHubStore, maq_hub_store, G_TYPE_OBJECT)

gboolean
maq_serve_is_lfs (const char *path,
                  guint64     size)
{
  static const char *const weights[] = { ".gguf", ".safetensors", ".bin", ".onnx", ".pt", ".pth", ".ckpt", ".h5", ".tflite", ".msgpack", ".parquet", ".npz", ".zip", ".gz", ".wav", ".mp4", NULL };
  for (guint i = 0; weights[i] != NULL; i++)
    if (g_str_has_suffix (path, weights[i]))
      return TRUE;
  return size >= LFS_SIZE;
}

gboolean
maq_serve_store_add (MaqHubStore  *self,
                     MaqServeRepo *repo)
{
  if (g_hash_table_contains (self->by_id[repo->kind], repo->id))
    {
      maq_serve_repo_free (repo);
      return FALSE;
    }
  g_ptr_array_add (self->repos[repo->kind], repo);
  g_hash_table_insert (self->by_id[repo->kind], repo->id, repo);
  g_hash_table_insert (self->by_lower_id[repo->kind], g_strdup (repo->search_id), repo);
  if (*repo->owner != '\0')
    g_hash_table_add (self->owners, repo->owner);
  return TRUE;
}

void
maq_serve_store_add_alias (MaqHubStore *self,
                           MaqRepoKind  kind,
                           const char  *old_id,
                           const char  *id)
{
  MaqServeRepo *repo = maq_serve_store_find (self, kind, id);
  if (repo != NULL)
    g_hash_table_insert (self->by_lower_id[kind], g_ascii_strdown (old_id, -1), repo);
}

static void
link_space (MaqHubStore  *self,
            MaqServeRepo *space,
            MaqRepoKind   kind)
{
  const char *member = maq_repo_kind_get_plural (kind);
  JsonNode   *node = space->card != NULL ? json_object_get_member (space->card, member) : NULL;
  JsonArray  *ids = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; ids != NULL && i < json_array_get_length (ids); i++)
    {
      JsonNode *id = json_array_get_element (ids, i);
      if (json_node_get_value_type (id) != G_TYPE_STRING)
        continue;
      g_autofree char *key = g_strconcat (member, "/", json_node_get_string (id), NULL);
      GPtrArray       *spaces = g_hash_table_lookup (self->spaces_of, key);
      if (spaces == NULL)
        {
          spaces = g_ptr_array_new ();
          g_hash_table_insert (self->spaces_of, g_steal_pointer (&key), spaces);
        }
      g_ptr_array_add (spaces, space);
    }
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

void
maq_serve_store_seal (MaqHubStore *self)
{
  for (guint i = 0; i < self->repos[MAQ_REPO_KIND_SPACE]->len; i++)
    {
      link_space (self, g_ptr_array_index (self->repos[MAQ_REPO_KIND_SPACE], i), MAQ_REPO_KIND_MODEL);
      link_space (self, g_ptr_array_index (self->repos[MAQ_REPO_KIND_SPACE], i), MAQ_REPO_KIND_DATASET);
    }
  guint n_owners;
  self->owner_names = (char **) g_hash_table_get_keys_as_array (self->owners, &n_owners);
  qsort (self->owner_names, n_owners, sizeof (char *), compare_names);
}

MaqServeRepo *
maq_serve_store_find (MaqHubStore *self,
                      MaqRepoKind  kind,
                      const char  *id)
{
  return g_hash_table_lookup (self->by_id[kind], id);
}

MaqServeRepo *
maq_serve_store_find_moved (MaqHubStore *self,
                            MaqRepoKind  kind,
                            const char  *id)
{
  g_autofree char *lower = g_ascii_strdown (id, -1);
  return g_hash_table_lookup (self->by_lower_id[kind], lower);
}

static gint64
sort_value (MaqServeRepo *repo,
            MaqServeSort  sort)
{
  switch (sort)
    {
    case MAQ_SERVE_SORT_TRENDING:
      return repo->trending;
    case MAQ_SERVE_SORT_DOWNLOADS:
      return repo->downloads;
    case MAQ_SERVE_SORT_LIKES:
    case MAQ_SERVE_SORT_LIKES_30D:
      return repo->likes;
    case MAQ_SERVE_SORT_MODIFIED:
      return repo->modified;
    case MAQ_SERVE_SORT_CREATED:
      return repo->created;
    case MAQ_SERVE_SORT_PARAMETERS:
      return repo->parameters;
    case MAQ_SERVE_SORT_SIZE:
      return repo->used_storage;
    default:
      return 0;
    }
}

static int
compare_repos (gconstpointer a,
               gconstpointer b,
               gpointer      data)
{
  MaqServeRepo *first = *(MaqServeRepo *const *) a;
  MaqServeRepo *second = *(MaqServeRepo *const *) b;
  gint64        x = sort_value (first, GPOINTER_TO_INT (data));
  gint64        y = sort_value (second, GPOINTER_TO_INT (data));
  return x > y ? -1 : x < y ? 1
                            : strcmp (first->id, second->id);
}

GPtrArray *
maq_serve_store_get_sorted (MaqHubStore *self,
                            MaqRepoKind  kind,
                            MaqServeSort sort)
{
  g_mutex_lock (&self->lock);
  if (self->sorted[kind][sort] == NULL)
    {
      GPtrArray *sorted = g_ptr_array_new ();
      g_ptr_array_extend (sorted, self->repos[kind], NULL, NULL);
      g_ptr_array_sort_with_data (sorted, compare_repos, GINT_TO_POINTER (sort));
      self->sorted[kind][sort] = sorted;
    }
  g_mutex_unlock (&self->lock);
  return self->sorted[kind][sort];
}

GPtrArray *
maq_serve_store_get_spaces_of (MaqHubStore  *self,
                               MaqServeRepo *repo)
{
  g_autofree char *key = g_strconcat (maq_repo_kind_get_plural (repo->kind), "/", repo->id, NULL);
  return g_hash_table_lookup (self->spaces_of, key);
}

gboolean
maq_serve_store_has_owner (MaqHubStore *self,
                           const char  *owner)
{
  return g_hash_table_contains (self->owners, owner);
}

const char *const *
maq_serve_store_get_owners (MaqHubStore *self)
{
  return (const char *const *) self->owner_names;
}

guint
maq_hub_store_get_n_repos (MaqHubStore *self)
{
  guint n = 0;
  for (guint i = 0; i < MAQ_SERVE_N_KINDS; i++)
    n += self->repos[i]->len;
  return n;
}

void
maq_serve_store_foreach_content (MaqHubStore *self,
                                 void (*func) (MaqServeContent *content,
                                               gpointer         data),
                                 gpointer data)
{
  for (guint kind = 0; kind < MAQ_SERVE_N_KINDS; kind++)
    for (guint i = 0; i < self->repos[kind]->len; i++)
      {
        MaqServeRepo *repo = g_ptr_array_index (self->repos[kind], i);
        for (guint j = 0; j < repo->commits->len; j++)
          {
            MaqServeCommit *commit = maq_serve_repo_get_commit (repo, j);
            for (guint k = 0; k < commit->entries->len; k++)
              func (((MaqServeEntry *) g_ptr_array_index (commit->entries, k))->content, data);
          }
      }
}

MaqHubStoreReason
maq_serve_reason_for_error (const GError *error)
{
  if (g_error_matches (error, MAQ_SERVE_ROOT_ERROR, MAQ_SERVE_ROOT_ERROR_LEADS_OUT))
    return MAQ_HUB_STORE_REASON_LEADS_OUT;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_LINKS) ? MAQ_HUB_STORE_REASON_CIRCLE : MAQ_HUB_STORE_REASON_UNREADABLE;
}

void
maq_serve_store_leave_out (MaqHubStore      *self,
                           const char       *name,
                           MaqHubStoreReason reason)
{
  LeftOut *item = g_new0 (LeftOut, 1);
  item->name = g_filename_display_name (name);
  item->reason = reason;
  g_ptr_array_add (self->left_out, item);
}

guint
maq_hub_store_get_n_left_out (MaqHubStore *self)
{
  return self->left_out->len;
}

const char *
maq_hub_store_get_left_out (MaqHubStore       *self,
                            guint              index,
                            MaqHubStoreReason *reason)
{
  g_return_val_if_fail (index < self->left_out->len, NULL);

  LeftOut *item = g_ptr_array_index (self->left_out, index);
  *reason = item->reason;
  return item->name;
}

static void
left_out_free (gpointer data)
{
  LeftOut *item = data;
  g_free (item->name);
  g_free (item);
}

static void
maq_hub_store_finalize (GObject *object)
{
  MaqHubStore *self = MAQ_HUB_STORE (object);
  for (guint i = 0; i < MAQ_SERVE_N_KINDS; i++)
    {
      for (guint j = 0; j < MAQ_SERVE_N_SORTS; j++)
        g_clear_pointer (&self->sorted[i][j], g_ptr_array_unref);
      g_hash_table_unref (self->by_id[i]);
      g_hash_table_unref (self->by_lower_id[i]);
      g_ptr_array_unref (self->repos[i]);
    }
  g_hash_table_unref (self->owners);
  g_hash_table_unref (self->spaces_of);
  g_free (self->owner_names);
  g_ptr_array_unref (self->left_out);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (maq_hub_store_parent_class)->finalize (object);
}

static void
maq_hub_store_class_init (MaqHubStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_hub_store_finalize;
}

static void
maq_hub_store_init (MaqHubStore *self)
{
  g_mutex_init (&self->lock);
  self->left_out = g_ptr_array_new_with_free_func (left_out_free);
  for (guint i = 0; i < MAQ_SERVE_N_KINDS; i++)
    {
      self->repos[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_serve_repo_free);
      self->by_id[i] = g_hash_table_new (g_str_hash, g_str_equal);
      self->by_lower_id[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  self->owners = g_hash_table_new (g_str_hash, g_str_equal);
  self->spaces_of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

static MaqServeRoot *
open_root (const char      *path,
           MaqHubStoreFlags flags,
           GError         **error)
{
  MaqServeRoot *root = maq_serve_root_new (path, (flags & MAQ_HUB_STORE_FOLLOW_LINKS) != 0, NULL);
  if (root == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: there is no such folder", path);
  return root;
}

static MaqServeMemory *
open_memory (void)
{
  g_autofree char *folder = maq_paths_dup_state_dir ();
  g_autofree char *path = g_build_filename (folder, "hub-hashes", NULL);
  return maq_serve_memory_new (path);
}

MaqHubStore *
maq_hub_store_new_folder_full (const char      *path,
                               MaqHubStoreFlags flags,
                               GError         **error)
{
  g_autoptr (MaqHubStore) self = g_object_new (MAQ_TYPE_HUB_STORE, NULL);
  g_autoptr (MaqServeRoot) root = open_root (path, flags, error);
  g_autoptr (MaqServeMemory) memory = open_memory ();
  if (root == NULL || !maq_serve_read_folder (self, root, memory, error))
    return NULL;
  maq_serve_store_seal (self);
  return g_steal_pointer (&self);
}

MaqHubStore *
maq_hub_store_new_folder (const char *path,
                          GError    **error)
{
  return maq_hub_store_new_folder_full (path, MAQ_HUB_STORE_DEFAULT, error);
}

MaqHubStore *
maq_hub_store_new_cache_full (const char      *path,
                              MaqHubStoreFlags flags,
                              GError         **error)
{
  g_autoptr (MaqHubStore) self = g_object_new (MAQ_TYPE_HUB_STORE, NULL);
  g_autoptr (MaqServeRoot) root = open_root (path, flags, error);
  g_autoptr (MaqServeMemory) memory = open_memory ();
  if (root == NULL)
    return NULL;
  maq_serve_read_cache (self, root, memory);
  maq_serve_store_seal (self);
  return g_steal_pointer (&self);
}

MaqHubStore *
maq_hub_store_new_cache (const char *path,
                         GError    **error)
{
  return maq_hub_store_new_cache_full (path, MAQ_HUB_STORE_DEFAULT, error);
}

MaqHubStore *
maq_hub_store_new_synthetic (guint count)
{
  MaqHubStore *self = g_object_new (MAQ_TYPE_HUB_STORE, NULL);
  maq_serve_make_synthetic (self, count);
  maq_serve_store_seal (self);
  return self;
}

MaqHubStore *
maq_hub_store_new_demo (GError **error)
{
  g_autofree char *path = maq_paths_dup_demo_dir ();
  return maq_hub_store_new_folder (path, error);
}
