// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-download-picker.h"

#include <glib/gi18n.h>

#include "maq-units.h"

struct _MaqDownloadPicker
{
  AdwBin parent_instance;

  AdwComboRow    *variant_row;
  GtkCheckButton *variant_check;
  AdwActionRow   *all_row;
  GtkCheckButton *all_check;
  AdwActionRow   *files_row;
  GtkCheckButton *files_check;
  GtkCheckButton *patterns_check;
  AdwExpanderRow *options_row;
  GtkEditable    *include_row;
  GtkEditable    *exclude_row;

  MaqDownloadOffer    *offer;
  MaqDownloadFileList *files;
  GPtrArray           *fits;  // nullable
  char                *label; // nullable: of the variant that is wanted
  char               **paths; // nullable: to choose once there is an offer
  gboolean             has_paths;
  gboolean             is_begun; // something was chosen, by somebody or by us
  gboolean             is_filling;
  char                *options; // what they are, in a line
};

G_DEFINE_FINAL_TYPE (MaqDownloadPicker, maq_download_picker, ADW_TYPE_BIN)

enum
{
  CHANGED,
  CHOOSE_FILES,
  ACTIVATED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
changed_cb (MaqDownloadPicker *self)
{
  if (!self->is_filling && self->offer != NULL)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
activated_cb (MaqDownloadPicker *self)
{
  g_signal_emit (self, signals[ACTIVATED], 0);
}

// One of them goes off for another one that goes on: that one tells.
static void
toggled_cb (MaqDownloadPicker *self,
            GtkCheckButton    *check)
{
  if (gtk_check_button_get_active (check))
    changed_cb (self);
}

// What is to be typed next.
static void
patterns_toggled_cb (MaqDownloadPicker *self,
                     GtkCheckButton    *check)
{
  toggled_cb (self, check);
  if (gtk_check_button_get_active (check))
    gtk_widget_grab_focus (GTK_WIDGET (self->include_row));
}

// Opened, each says for itself what it is.
static void
show_options (MaqDownloadPicker *self)
{
  adw_expander_row_set_subtitle (self->options_row, self->options != NULL && !adw_expander_row_get_expanded (self->options_row) ? self->options : "");
}

static void
choose_check (MaqDownloadPicker *self,
              GtkCheckButton    *check)
{
  self->is_begun = TRUE;
  gtk_check_button_set_active (check, TRUE);
}

static void
files_activated_cb (MaqDownloadPicker *self)
{
  choose_check (self, self->files_check);
  g_signal_emit (self, signals[CHOOSE_FILES], 0);
}

static const MaqVariant *
get_variant (MaqDownloadPicker *self)
{
  guint selected = adw_combo_row_get_selected (self->variant_row);

  return self->offer != NULL && selected < self->offer->variants->len ? g_ptr_array_index (self->offer->variants, selected) : NULL;
}

static void
variant_selected_cb (MaqDownloadPicker *self)
{
  const MaqVariant *variant = get_variant (self);

  if (self->is_filling || variant == NULL)
    return;
  g_set_str (&self->label, variant->label);
  if (gtk_check_button_get_active (self->variant_check))
    changed_cb (self);
  else
    choose_check (self, self->variant_check);
}

static char *
dup_variant_words (MaqDownloadPicker *self,
                   guint              i)
{
  const MaqVariant *variant = g_ptr_array_index (self->offer->variants, i);
  const MaqFit     *fit = self->fits != NULL ? g_ptr_array_index (self->fits, i) : NULL;
  g_autofree char  *size = maq_format_bytes (variant->size);

  if (variant->missing > 0)
    return g_strdup_printf (ngettext ("%s · %u part is missing", "%s · %u parts are missing", variant->missing), variant->label, variant->missing);
  if (fit == NULL || fit->verdict == MAQ_FIT_UNKNOWN)
    return g_strdup_printf ("%s · %s", variant->label, size);
  if (variant == maq_fit_recommend (self->offer->variants, self->fits))
    // Translators: a variant, its size, and whether it fits into memory: "Q4_K_M · 4.1 GB · Fits, Recommended".
    return g_strdup_printf (_ ("%s · %s · %s, Recommended"), variant->label, size, maq_fit_verdict_to_word (fit->verdict));
  return g_strdup_printf ("%s · %s · %s", variant->label, size, maq_fit_verdict_to_word (fit->verdict));
}

static void
fill_variants (MaqDownloadPicker *self)
{
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);
  const MaqVariant *wanted = maq_download_offer_find_variant (self->offer, self->label);
  guint             position = 0;

  for (guint i = 0; i < self->offer->variants->len; i++)
    gtk_string_list_take (words, dup_variant_words (self, i));
  if (wanted == NULL || !g_ptr_array_find (self->offer->variants, wanted, &position))
    position = 0;
  self->is_filling = TRUE;
  adw_combo_row_set_model (self->variant_row, G_LIST_MODEL (words));
  adw_combo_row_set_selected (self->variant_row, position);
  self->is_filling = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self->variant_row), self->offer->variants->len > 0);
}

static void
show_files (MaqDownloadPicker *self)
{
  guint            n_chosen = maq_download_file_list_get_n_chosen (self->files);
  g_autofree char *size = maq_format_bytes (maq_download_file_list_get_size_chosen (self->files));
  // Translators: %s is a size.
  g_autofree char *words = g_strdup_printf (ngettext ("%u file, %s", "%u files, %s", n_chosen), n_chosen, size);

  adw_action_row_set_subtitle (self->files_row, n_chosen > 0 ? words : _ ("None selected"));
}

static void
n_chosen_cb (MaqDownloadPicker *self)
{
  show_files (self);
  if (gtk_check_button_get_active (self->files_check))
    changed_cb (self);
}

// What was asked for before there was anything to choose from.
static void
take_paths (MaqDownloadPicker *self)
{
  MaqDownloadChoice choice = { .files = self->files };

  self->has_paths = FALSE;
  maq_download_choice_set_paths (&choice, self->offer, (const char *const *) self->paths);
  g_clear_pointer (&self->paths, g_strfreev);
  if (choice.what == MAQ_DOWNLOAD_VARIANT)
    maq_download_picker_choose_variant (self, choice.variant->label);
  else
    choose_check (self, choice.what == MAQ_DOWNLOAD_ALL ? self->all_check : self->files_check);
}

static void
maq_download_picker_dispose (GObject *object)
{
  MaqDownloadPicker *self = MAQ_DOWNLOAD_PICKER (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_DOWNLOAD_PICKER);
  g_clear_object (&self->files);

  G_OBJECT_CLASS (maq_download_picker_parent_class)->dispose (object);
}

static void
maq_download_picker_finalize (GObject *object)
{
  MaqDownloadPicker *self = MAQ_DOWNLOAD_PICKER (object);

  g_clear_pointer (&self->offer, maq_download_offer_unref);
  g_clear_pointer (&self->fits, g_ptr_array_unref);
  g_free (self->label);
  g_strfreev (self->paths);
  g_free (self->options);

  G_OBJECT_CLASS (maq_download_picker_parent_class)->finalize (object);
}

static void
maq_download_picker_class_init (MaqDownloadPickerClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_download_picker_dispose;
  object_class->finalize = maq_download_picker_finalize;

  signals[CHANGED] = g_signal_new ("changed", MAQ_TYPE_DOWNLOAD_PICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHOOSE_FILES] = g_signal_new ("choose-files", MAQ_TYPE_DOWNLOAD_PICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ACTIVATED] = g_signal_new ("activated", MAQ_TYPE_DOWNLOAD_PICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-download-picker.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, variant_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, variant_check);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, all_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, all_check);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, files_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, files_check);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, patterns_check);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, options_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, include_row);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadPicker, exclude_row);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, patterns_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_options);
  gtk_widget_class_bind_template_callback (widget_class, files_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, variant_selected_cb);
}

static void
maq_download_picker_init (MaqDownloadPicker *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
maq_download_picker_set_offer (MaqDownloadPicker *self,
                               MaqDownloadOffer  *offer)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_PICKER (self));
  g_return_if_fail (offer != NULL);

  g_auto (GStrv) chosen = self->files != NULL ? maq_download_file_list_dup_paths (self->files) : NULL;
  g_autofree char *size = maq_format_bytes (offer->size);
  // Translators: %s is a size.
  g_autofree char *words = g_strdup_printf (ngettext ("%u file, %s", "%u files, %s", offer->files->len), offer->files->len, size);

  g_clear_pointer (&self->fits, g_ptr_array_unref);
  g_clear_pointer (&self->offer, maq_download_offer_unref);
  g_clear_object (&self->files);
  self->files = maq_download_file_list_new (offer->files);
  if (chosen != NULL)
    maq_download_file_list_choose_paths (self->files, (const char *const *) chosen);
  g_signal_connect_object (self->files, "notify::n-chosen", G_CALLBACK (n_chosen_cb), self, G_CONNECT_SWAPPED);
  self->offer = maq_download_offer_ref (offer);
  fill_variants (self);
  adw_action_row_set_subtitle (self->all_row, words);
  if (self->has_paths)
    take_paths (self);
  else if (!self->is_begun)
    choose_check (self, get_variant (self) != NULL && get_variant (self)->missing == 0 ? self->variant_check : self->all_check);
  else if (offer->variants->len == 0 && gtk_check_button_get_active (self->variant_check))
    choose_check (self, self->all_check);
  show_files (self);
  changed_cb (self);
}

MaqDownloadOffer *
maq_download_picker_get_offer (MaqDownloadPicker *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_PICKER (self), NULL);

  return self->offer;
}

void
maq_download_picker_set_fits (MaqDownloadPicker *self,
                              GPtrArray         *fits,
                              gboolean           recommend)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_PICKER (self));
  g_return_if_fail (self->offer != NULL && fits->len == self->offer->variants->len);

  g_clear_pointer (&self->fits, g_ptr_array_unref);
  self->fits = g_ptr_array_ref (fits);
  const MaqVariant *before = get_variant (self);
  const MaqVariant *best = recommend ? maq_fit_recommend (self->offer->variants, fits) : NULL;
  if (best != NULL && self->label == NULL)
    g_set_str (&self->label, best->label);
  fill_variants (self);
  if (get_variant (self) != before)
    changed_cb (self);
}

void
maq_download_picker_choose_variant (MaqDownloadPicker *self,
                                    const char        *label)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_PICKER (self));

  g_set_str (&self->label, label);
  if (self->offer != NULL)
    fill_variants (self);
  choose_check (self, self->variant_check);
}

void
maq_download_picker_choose_paths (MaqDownloadPicker *self,
                                  const char *const *paths)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_PICKER (self));

  g_strfreev (self->paths);
  self->paths = g_strdupv ((char **) paths);
  self->has_paths = TRUE;
  if (self->offer != NULL)
    take_paths (self);
}

void
maq_download_picker_choose_files (MaqDownloadPicker *self)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_PICKER (self));

  choose_check (self, self->files_check);
}

void
maq_download_picker_get_choice (MaqDownloadPicker *self,
                                MaqDownloadChoice *choice)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_PICKER (self));

  choice->files = self->files;
  choice->variant = get_variant (self);
  choice->include = gtk_editable_get_text (self->include_row);
  choice->exclude = gtk_editable_get_text (self->exclude_row);
  if (gtk_check_button_get_active (self->variant_check))
    choice->what = MAQ_DOWNLOAD_VARIANT;
  else if (gtk_check_button_get_active (self->files_check))
    choice->what = MAQ_DOWNLOAD_FILES;
  else if (gtk_check_button_get_active (self->patterns_check))
    choice->what = MAQ_DOWNLOAD_PATTERNS;
  else
    choice->what = MAQ_DOWNLOAD_ALL;
}

MaqDownloadFileList *
maq_download_picker_get_files (MaqDownloadPicker *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_PICKER (self), NULL);

  return self->files;
}

void
maq_download_picker_add_option (MaqDownloadPicker *self,
                                GtkWidget         *row)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_PICKER (self));

  adw_expander_row_add_row (self->options_row, row);
}

void
maq_download_picker_set_options (MaqDownloadPicker *self,
                                 const char        *text)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_PICKER (self));

  g_free (self->options);
  self->options = g_markup_escape_text (text, -1);
  show_options (self);
}
