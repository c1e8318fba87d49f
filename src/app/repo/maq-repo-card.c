// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-card.h"

#include "maq-card.h"
#include "maq-error-text.h"
#include "maq-future-slot.h"
#include "maq-markdown-view.h"
#include "maq-pinned-view.h"
#include "maq-repo-access.h"
#include "maq-status-stack.h"

// The most bytes of a card that are read.
#define CARD_MAX_BYTES (4 * 1024 * 1024)

struct _MaqRepoCard
{
  AdwBin parent_instance;

  MaqStatusStack  *status_stack;
  MaqMarkdownView *view;

  MaqHubClient   *client;
  MaqRepoAddress *address;
  MaqFutureSlot   loading;
};

G_DEFINE_FINAL_TYPE (MaqRepoCard, maq_repo_card, ADW_TYPE_BIN)

enum
{
  GATED,
  RETRY,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
show_problem (MaqRepoCard  *self,
              const GError *error)
{
  g_autoptr (MaqErrorText) text = maq_error_text_new (error);

  if (text == NULL)
    return;
  maq_status_stack_set_problem (self->status_stack, text->title, text->body, text->can_retry);
  maq_status_stack_set_status (self->status_stack, text->is_offline ? MAQ_STATUS_OFFLINE : MAQ_STATUS_ERROR);
}

static void
loaded_cb (gpointer   object,
           DexFuture *future)
{
  MaqRepoCard *self = object;
  g_autoptr (GError) error = NULL;
  GBytes *bytes = maq_future_get_boxed (future, &error);

  if (bytes == NULL)
    {
      if (g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_GATED))
        g_signal_emit (self, signals[GATED], 0);
      else if (g_error_matches (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_ENTRY_NOT_FOUND))
        maq_status_stack_set_status (self->status_stack, MAQ_STATUS_EMPTY);
      else
        show_problem (self, error);
      return;
    }
  gsize            size = 0;
  const char      *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_utf8_make_valid (data != NULL ? data : "", size);
  const char      *body = maq_card_get_body (text);
  // A card of front matter alone has nothing to read either.
  gboolean is_empty = body[strspn (body, " \t\r\n")] == '\0';
  maq_markdown_view_set_text (self->view, body);
  maq_status_stack_set_status (self->status_stack, is_empty ? MAQ_STATUS_EMPTY : MAQ_STATUS_CONTENT);
}

static void
retry_cb (MaqRepoCard *self)
{
  g_signal_emit (self, signals[RETRY], 0);
}

// Links to other repos of the Hub stay in the window.
static gboolean
activate_link_cb (MaqRepoCard *self,
                  const char  *link)
{
  g_autoptr (MaqRepoAddress) address = maq_repo_address_parse (link, MAQ_REPO_KIND_MODEL, maq_hub_client_get_endpoint (self->client), NULL);

  if (address == NULL || address->path != NULL || address->kind != MAQ_REPO_KIND_MODEL)
    return FALSE;
  return gtk_widget_activate_action (GTK_WIDGET (self), "win.open-repo", "s", link);
}

static void
maq_repo_card_dispose (GObject *object)
{
  MaqRepoCard *self = MAQ_REPO_CARD (object);

  maq_future_slot_clear (&self->loading);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_REPO_CARD);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (maq_repo_card_parent_class)->dispose (object);
}

static void
maq_repo_card_finalize (GObject *object)
{
  g_clear_pointer (&MAQ_REPO_CARD (object)->address, maq_repo_address_free);

  G_OBJECT_CLASS (maq_repo_card_parent_class)->finalize (object);
}

static void
maq_repo_card_class_init (MaqRepoCardClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_repo_card_dispose;
  object_class->finalize = maq_repo_card_finalize;
  signals[GATED] = g_signal_new ("gated", MAQ_TYPE_REPO_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RETRY] = g_signal_new ("retry", MAQ_TYPE_REPO_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  g_type_ensure (MAQ_TYPE_MARKDOWN_VIEW);
  g_type_ensure (MAQ_TYPE_PINNED_BIN);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-card.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqRepoCard, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoCard, view);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_link_cb);
}

static void
maq_repo_card_init (MaqRepoCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
maq_repo_card_setup (MaqRepoCard          *self,
                     MaqHubClient         *client,
                     const MaqRepoAddress *address)
{
  g_return_if_fail (MAQ_IS_REPO_CARD (self));
  g_return_if_fail (self->client == NULL);

  g_autofree char *page = maq_hub_client_dup_page_address (client, address->kind, address->id);
  g_autofree char *base = g_strconcat (page, "/blob/main/", NULL);

  self->client = g_object_ref (client);
  self->address = maq_repo_address_copy (address);
  maq_markdown_view_set_base (self->view, base);
}

void
maq_repo_card_load (MaqRepoCard *self)
{
  g_return_if_fail (MAQ_IS_REPO_CARD (self));

  maq_status_stack_set_status (self->status_stack, MAQ_STATUS_LOADING);
  maq_future_slot_set (&self->loading,
                       maq_hub_client_read_file (self->client, self->address->kind, self->address->id, NULL, "README.md", CARD_MAX_BYTES),
                       self,
                       loaded_cb);
}

void
maq_repo_card_show_access (MaqRepoCard *self)
{
  g_return_if_fail (MAQ_IS_REPO_CARD (self));

  g_autofree char *page = maq_hub_client_dup_page_address (self->client, self->address->kind, self->address->id);

  maq_future_slot_clear (&self->loading);
  maq_repo_access_show (self->status_stack, page, maq_hub_client_has_token (self->client));
}
