// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-template-callbacks.h"

#include <glib/gi18n.h>

#include "maq-units.h"

static const struct
{
  const char *tag;
  const char *label;
} hub_labels[] = {
  { "any-to-any", N_ ("Any to Any") },
  { "audio-classification", N_ ("Audio Classification") },
  { "automatic-speech-recognition", N_ ("Speech Recognition") },
  { "feature-extraction", N_ ("Feature Extraction") },
  { "fill-mask", N_ ("Fill Mask") },
  { "image-classification", N_ ("Image Classification") },
  { "image-text-to-text", N_ ("Image and Text to Text") },
  { "image-to-image", N_ ("Image to Image") },
  { "image-to-text", N_ ("Image to Text") },
  { "object-detection", N_ ("Object Detection") },
  { "question-answering", N_ ("Question Answering") },
  { "sentence-similarity", N_ ("Sentence Similarity") },
  { "summarization", N_ ("Summarization") },
  { "text-classification", N_ ("Text Classification") },
  { "text-generation", N_ ("Text Generation") },
  { "text-to-image", N_ ("Text to Image") },
  { "text-to-speech", N_ ("Text to Speech") },
  { "text-to-video", N_ ("Text to Video") },
  { "token-classification", N_ ("Token Classification") },
  { "translation", N_ ("Translation") },
  { "zero-shot-classification", N_ ("Zero-Shot Classification") },
  { "gguf", "GGUF" },
  { "mlx", "MLX" },
  { "onnx", "ONNX" },
  { "transformers", "Transformers" },
  { "diffusers", "Diffusers" },
  { "safetensors", "Safetensors" },
  { "sentence-transformers", "Sentence Transformers" },
};

char *
maq_hub_label (const char *tag)
{
  if (tag == NULL)
    return g_strdup ("");
  for (gsize i = 0; i < G_N_ELEMENTS (hub_labels); i++)
    if (g_str_equal (hub_labels[i].tag, tag))
      return g_strdup (_ (hub_labels[i].label));

  // Others as the Hub's own pages show them: words with capitals.
  g_autofree char *valid = g_utf8_make_valid (tag, -1);
  GString         *label = g_string_new (NULL);
  gboolean         at_start = TRUE;
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (c == '-' || c == '_')
        c = ' ';
      g_string_append_unichar (label, at_start ? g_unichar_toupper (c) : c);
      at_start = c == ' ';
    }
  return g_string_free_and_steal (label);
}

static char *
format_bytes_cb (gpointer self,
                 guint64  bytes)
{
  return maq_format_bytes (bytes);
}

static char *
format_count_cb (gpointer self,
                 gint64   count)
{
  return maq_format_count (MAX (count, 0));
}

static char *
format_parameters_cb (gpointer self,
                      gint64   count)
{
  return count > 0 ? maq_format_parameters (count) : g_strdup ("");
}

static char *
relative_time_cb (gpointer self,
                  gint64   when)
{
  return when > 0 ? maq_format_relative_time (when, g_get_real_time () / G_USEC_PER_SEC) : g_strdup ("");
}

static gboolean
is_empty_cb (gpointer    self,
             const char *text)
{
  return text == NULL || *text == '\0';
}

static gboolean
is_not_empty_cb (gpointer    self,
                 const char *text)
{
  return text != NULL && *text != '\0';
}

static gboolean
is_positive_cb (gpointer self,
                gint64   number)
{
  return number > 0;
}

static gboolean
is_zero_cb (gpointer self,
            guint    number)
{
  return number == 0;
}

static gboolean
not_cb (gpointer self,
        gboolean value)
{
  return !value;
}

static char *
hub_label_cb (gpointer    self,
              const char *tag)
{
  return maq_hub_label (tag);
}

void
maq_template_callbacks_bind (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback_full (widget_class, "format_bytes", G_CALLBACK (format_bytes_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "format_count", G_CALLBACK (format_count_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "format_parameters", G_CALLBACK (format_parameters_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "relative_time", G_CALLBACK (relative_time_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "is_empty", G_CALLBACK (is_empty_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "is_not_empty", G_CALLBACK (is_not_empty_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "is_positive", G_CALLBACK (is_positive_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "is_zero", G_CALLBACK (is_zero_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "not", G_CALLBACK (not_cb));
  gtk_widget_class_bind_template_callback_full (widget_class, "hub_label", G_CALLBACK (hub_label_cb));
}
