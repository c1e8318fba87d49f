// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-pager.h"

#include "maq-future-slot.h"

struct _MaqRepoPager
{
  GObject parent_instance;

  MaqHubClient *client;
  MaqHubQuery  *query;
  GPtrArray    *repos;
  MaqHubPage   *last_page; // NULL until the first page of the query is there
  MaqFutureSlot request;
  GError       *error;
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqRepoPager, maq_repo_pager, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

typedef enum
{
  PROP_CLIENT = 1,
  PROP_LOADING,
  PROP_HAS_MORE,
} MaqRepoPagerProperty;

static GParamSpec *properties[PROP_HAS_MORE + 1];

static guint signal_changed;

static GType
get_item_type (GListModel *list)
{
  return MAQ_TYPE_REPO;
}

static guint
get_n_items (GListModel *list)
{
  return MAQ_REPO_PAGER (list)->repos->len;
}

static gpointer
get_item (GListModel *list,
          guint       position)
{
  MaqRepoPager *self = MAQ_REPO_PAGER (list);
  return position < self->repos->len ? g_object_ref (g_ptr_array_index (self->repos, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
add_page (MaqRepoPager *self,
          MaqHubPage   *page)
{
  guint n_old = self->repos->len;
  guint n_removed = 0;

  if (self->last_page == NULL)
    {
      n_removed = n_old;
      g_ptr_array_set_size (self->repos, 0);
    }
  g_clear_pointer (&self->last_page, maq_hub_page_unref);
  self->last_page = maq_hub_page_ref (page);
  for (guint i = 0; i < page->repos->len; i++)
    g_ptr_array_add (self->repos, g_object_ref (g_ptr_array_index (page->repos, i)));
  if (n_removed > 0 || page->repos->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), n_old - n_removed, n_removed, page->repos->len);
}

static void
page_loaded_cb (gpointer   object,
                DexFuture *future)
{
  MaqRepoPager *self = object;

  g_clear_error (&self->error);
  MaqHubPage *page = maq_future_get_boxed (future, &self->error);
  if (page != NULL)
    add_page (self, page);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_MORE]);
  g_signal_emit (self, signal_changed, 0);
}

static void
request (MaqRepoPager *self)
{
  DexFuture *future = self->last_page != NULL ? maq_hub_client_list_next (self->client, self->last_page)
                                              : maq_hub_client_list_repos (self->client, self->query);
  g_clear_error (&self->error);
  maq_future_slot_set (&self->request, future, self, page_loaded_cb);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void
maq_repo_pager_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  MaqRepoPager *self = MAQ_REPO_PAGER (object);

  switch ((MaqRepoPagerProperty) prop_id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, maq_repo_pager_get_loading (self));
      break;
    case PROP_HAS_MORE:
      g_value_set_boolean (value, maq_repo_pager_get_has_more (self));
      break;
    case PROP_CLIENT:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_pager_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  MaqRepoPager *self = MAQ_REPO_PAGER (object);

  switch ((MaqRepoPagerProperty) prop_id)
    {
    case PROP_CLIENT:
      self->client = g_value_dup_object (value);
      break;
    case PROP_LOADING:
    case PROP_HAS_MORE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_pager_dispose (GObject *object)
{
  MaqRepoPager *self = MAQ_REPO_PAGER (object);

  maq_future_slot_clear (&self->request);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (maq_repo_pager_parent_class)->dispose (object);
}

static void
maq_repo_pager_finalize (GObject *object)
{
  MaqRepoPager *self = MAQ_REPO_PAGER (object);

  g_clear_pointer (&self->query, maq_hub_query_free);
  g_clear_pointer (&self->last_page, maq_hub_page_unref);
  g_ptr_array_unref (self->repos);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (maq_repo_pager_parent_class)->finalize (object);
}

static void
maq_repo_pager_class_init (MaqRepoPagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = maq_repo_pager_get_property;
  object_class->set_property = maq_repo_pager_set_property;
  object_class->dispose = maq_repo_pager_dispose;
  object_class->finalize = maq_repo_pager_finalize;

  properties[PROP_CLIENT] = g_param_spec_object ("client", NULL, NULL, MAQ_TYPE_HUB_CLIENT, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_HAS_MORE] = g_param_spec_boolean ("has-more", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signal_changed = g_signal_new ("changed", MAQ_TYPE_REPO_PAGER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
maq_repo_pager_init (MaqRepoPager *self)
{
  self->repos = g_ptr_array_new_with_free_func (g_object_unref);
}

MaqRepoPager *
maq_repo_pager_new (MaqHubClient *client)
{
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);

  return g_object_new (MAQ_TYPE_REPO_PAGER, "client", client, NULL);
}

void
maq_repo_pager_set_query (MaqRepoPager      *self,
                          const MaqHubQuery *query)
{
  g_return_if_fail (MAQ_IS_REPO_PAGER (self));
  g_return_if_fail (query != NULL);

  MaqHubQuery *copy = maq_hub_query_copy (query);
  g_clear_pointer (&self->query, maq_hub_query_free);
  self->query = copy;
  g_clear_pointer (&self->last_page, maq_hub_page_unref);
  request (self);
}

void
maq_repo_pager_load_more (MaqRepoPager *self)
{
  g_return_if_fail (MAQ_IS_REPO_PAGER (self));

  if (self->query == NULL || maq_repo_pager_get_loading (self))
    return;
  if (self->last_page == NULL || self->last_page->next != NULL)
    request (self);
}

gboolean
maq_repo_pager_get_loading (MaqRepoPager *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_PAGER (self), FALSE);

  return maq_future_slot_is_waiting (&self->request);
}

gboolean
maq_repo_pager_get_has_more (MaqRepoPager *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_PAGER (self), FALSE);

  return self->last_page != NULL && self->last_page->next != NULL;
}

const GError *
maq_repo_pager_get_error (MaqRepoPager *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_PAGER (self), NULL);

  return self->error;
}

gboolean
maq_repo_pager_is_first_page (MaqRepoPager *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_PAGER (self), TRUE);

  return self->last_page == NULL;
}
