// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Schemas, what is valid under them and what is not, tried against their grammars by the engine itself, with a real vocabulary.
#include "maq-json-schema.h"

#include <llama.h>
#include <math.h>
#include <string.h>

typedef struct
{
  const char *name, *schema;
  const char *valid[10], *invalid[14];
} Case;

static const Case cases[] = {
  { "person", "{'type':'object','properties':{'name':{'type':'string'},'age':{'type':'integer','minimum':0,'maximum':150}},'required':['name','age']}", { "{'name':'Ada','age':36}", "{ 'name': '', 'age': 0 }", "{\n  'name': 'é 😀 \\u00e9 \\' \\\\ \\n',\n  'age': 150\n}" }, { "{'name':'Ada'}", "{'name':'Ada','age':151}", "{'name':'Ada','age':-1}", "{'name':'Ada','age':01}", "{'name':'Ada','age':1.5}", "{'age':36,'name':'Ada'}", "{'name':1,'age':36}", "{'name':'\\ud800','age':1}", "{'name':'a\nb','age':1}", "{'name':'Ada','age':36} ", "[]", "" } },
  { "optional", "{'type':'object','properties':{'a':{'type':'null'},'b':{'const':1},'c':{'type':'boolean'}}}", { "{}", "{'a':null}", "{'b':1}", "{'c':true}", "{'a':null,'c':false}", "{'a':null,'b':1,'c':true}", "{'b':1,'c':true}" }, { "{'a':null,}", "{,'b':1}", "{'b':1,'a':null}", "{'a':null,'a':null}", "{'d':1}", "{'a':null 'b':1}" } },
  { "required-in-the-middle", "{'properties':{'a':{'const':1},'b':{'const':2},'c':{'const':3}},'required':['b']}", { "{'b':2}", "{'a':1,'b':2}", "{'b':2,'c':3}", "{'a':1,'b':2,'c':3}" }, { "{}", "{'a':1}", "{'a':1,'c':3}", "{'c':3}" } },
  { "additional", "{'type':'object','properties':{'ab':{'type':'integer'},'b\\'':{'type':'null'}},'additionalProperties':{'type':'string'}}", { "{}", "{'ab':1}", "{'abc':'x'}", "{'a':'x','':'y'}", "{'ab':1,'z':'x','abz':'y'}", "{'b\\'':null}", "{'ü':'x'}" }, { "{'ab':'x'}", "{'c':1}", "{'\\u0061b':'x'}", "{'b\\'':'x'}", "{'x':'y','ab':1}" } },
  { "free-object", "{'type':'object'}", { "{}", "{'a':{'b':[1,null,true,-0.5e3]},'c':'d'}" }, { "[]", "{'a'}", "{'a':}" } },
  { "map", "{'type':'object','additionalProperties':{'type':'integer'}}", { "{}", "{'a':1,'b':-2}" }, { "{'a':'b'}" } },
  { "required-without-schema", "{'type':'object','properties':{'a':{'type':'null'}},'required':['x','a']}", { "{'a':null,'x':[1]}" }, { "{'a':null}", "{'x':1}" } },
  { "list", "{'type':'array','items':{'enum':['red','green','gray']},'minItems':1,'maxItems':3}", { "['red']", "[ 'gray', 'green', 'red' ]" }, { "[]", "['red','red','red','red']", "['gre']", "['red',]", "['blue']" } },
  { "tuple", "{'type':'array','prefixItems':[{'type':'string'},{'type':'integer'}],'items':false}", { "['a',1]" }, { "['a']", "['a',1,2]", "[1,'a']", "[]" } },
  { "tuple-and-more", "{'prefixItems':[{'const':'a'},{'const':'b'}],'items':{'type':'integer'},'minItems':1,'maxItems':4}", { "['a']", "['a','b']", "['a','b',1]", "['a','b',1,2]" }, { "[]", "['b']", "['a',1]", "['a','b',1,2,3]" } },
  { "old-tuple", "{'type':'array','items':[{'type':'null'}],'additionalItems':{'type':'boolean'}}", { "[null]", "[null,true]" }, { "[]", "[true]" } },
  { "empty-list", "{'type':'array','maxItems':0}", { "[]", "[ ]" }, { "[1]" } },
  { "three-or-more", "{'type':'array','items':{'const':0},'minItems':3}", { "[0,0,0]", "[0,0,0,0,0]" }, { "[0,0]" } },
  { "values", "{'enum':['a','ab',null,3.5,{'a':[1]},true]}", { "'a'", "'ab'", "null", "3.5", "{'a':[1]}", "true" }, { "'b'", "'abc'", "3", "false", "{}" } },
  { "typed-values", "{'type':'string','enum':['1',1,null]}", { "'1'" }, { "1", "null" } },
  { "lengths", "{'type':'string','minLength':2,'maxLength':3}", { "'ab'", "'äöü'", "'\\n\\u0041'", "'😀😀'" }, { "''", "'a'", "'abcd'", "'\\n'" } },
  { "date", "{'type':'string','format':'date'}", { "'2026-11-24'", "'2024-02-28'", "'1999-12-31'" }, { "'2026-13-01'", "'2026-02-30'", "'2026-04-31'", "'2026-1-1'", "''" } },
  { "date-time", "{'type':'string','format':'date-time'}", { "'2026-11-24T18:00:00Z'", "'2026-11-24T18:00:00.25+01:00'" }, { "'2026-11-24T18:00:00'", "'2026-11-24T24:00:00Z'", "'2026-11-24'" } },
  { "time", "{'type':'string','format':'time'}", { "'00:00:00Z'", "'23:59:59-11:30'" }, { "'12:60:00Z'", "'12:00'" } },
  { "uuid", "{'type':'string','format':'uuid'}", { "'123e4567-e89b-12d3-a456-426614174000'" }, { "'123e4567e89b12d3a456426614174000'", "'123e4567-e89b-12d3-a456-42661417400g'" } },
  { "pattern", "{'type':'string','pattern':'^([A-Z]{2}-\\\\d+|x\\'?y*)$'}", { "'AB-7'", "'ZZ-123456'", "'x'", "'x\\'yyy'" }, { "'A-7'", "'AB-'", "'ab-7'", "'xAB-7'", "''" } },
  { "pattern-classes", "{'type':'string','pattern':'^[^a-c\\\\n][ü-ÿ\\\\-]\\\\w\\\\.(?:\\\\s|\\\\\\\\)$'}", { "'dü_. '", "'1-Z.\\\\'", "'\\'ÿ0. '" }, { "'aü_. '", "'dx_. '", "'dü!. '", "'dü_x '", "'dü_.'" } },
  { "pattern-spaces", "{'type':'string','pattern':'^[^\\\\s]\\\\S[^x]$'}", { "'ab '", "'!!é'" }, { "'\u00a0ab'", "'a\u00a0b'", "' ab'", "'abx'" } },
  { "pattern-repetitions", "{'type':'string','pattern':'^a{2}b{1,}c{0,2}(de)+?$'}", { "'aabde'", "'aabbbccdede'" }, { "'abde'", "'aade'", "'aabcccde'", "'aab'" } },
  { "integers", "{'type':'integer','minimum':-12,'maximum':345}", { "-12", "-1", "0", "9", "10", "299", "345" }, { "-13", "346", "1000", "-0", "1.0", "00", "399", "350" } },
  { "positive", "{'type':'integer','exclusiveMinimum':0}", { "1", "42", "999999999999999" }, { "0", "-1", "01", "1e3" } },
  { "share", "{'type':'number','minimum':0,'maximum':1}", { "0", "1", "0.5", "0.0", "0.999999" }, { "1.5", "2", "-0.5", "-0", ".5", "1.0001" } },
  { "temperature", "{'type':'number','minimum':-1.5,'exclusiveMaximum':0.25}", { "-1.50", "-1.49", "-0.75", "0.00", "0.2499", "-0.001" }, { "-1.51", "0.25", "1.00", "-2", "0.250" } },
  { "above-zero", "{'type':'number','exclusiveMinimum':0}", { "0.001", "1", "12.75" }, { "0", "0.0", "0.000", "-1" } },
  { "number", "{'type':'number'}", { "0", "-1.25", "1e10", "6.02E+23" }, { "01", "1.", ".5", "1e", "1e999", "+1", "NaN" } },
  { "nullable", "{'type':['string','null']}", { "'a'", "null" }, { "1", "nul" } },
  { "any-of", "{'anyOf':[{'type':'integer'},{'type':'array','items':{'type':'integer'}}]}", { "1", "[1,2]" }, { "'a'", "[[1]]" } },
  { "one-of", "{'oneOf':[{'type':'object','properties':{'kind':{'const':'cat'},'lives':{'type':'integer'}},'required':['kind','lives']},{'type':'object','properties':{'kind':{'const':'dog'},'name':{'type':'string'}},'required':['kind','name']}],'discriminator':{'propertyName':'kind'}}", { "{'kind':'cat','lives':9}", "{'kind':'dog','name':'Rex'}" }, { "{'kind':'cat','name':'Rex'}", "{'kind':'dog'}", "{'kind':'cow'}" } },
  { "all-of", "{'allOf':[{'$ref':'#/$defs/named'},{'properties':{'age':{'type':'integer'}},'required':['age']}],'$defs':{'named':{'type':'object','properties':{'name':{'type':'string'}},'required':['name']}}}", { "{'name':'a','age':1}" }, { "{'name':'a'}", "{'age':1}" } },
  { "recursion", "{'$ref':'#/definitions/tree','definitions':{'tree':{'type':'object','properties':{'value':{'type':'integer'},'children':{'type':'array','items':{'$ref':'#/definitions/tree'}}},'required':['value','children'],'additionalProperties':false}}}", { "{'value':1,'children':[]}", "{'value':1,'children':[{'value':2,'children':[{'value':3,'children':[]}]},{'value':4,'children':[]}]}" }, { "{'value':1}", "{'value':1,'children':[{}]}", "{'value':1,'children':[1]}" } },
  { "recursion-of-the-root", "{'type':'object','properties':{'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}},'required':['next']}", { "{'next':null}", "{'next':{'next':{'next':null}}}" }, { "{'next':{}}", "{'next':1}" } },
  { "escaped-names", "{'$ref':'#/$defs/a~1b%20c','$defs':{'a/b c':{'type':'object','properties':{'q\\'\\\\':{'type':'null'}},'required':['q\\'\\\\']}}}", { "{'q\\'\\\\':null}" }, { "{'q':null}" } },
  { "any", "true", { "1", "'a'", "[[],{}]", "{'a':{'b':null}}", "-1.5e-3" }, { "a", "[1,]", "{'a':1,}", "nul" } },
};

static struct llama_model *model;

static char *
use_double_quotes (const char *text)
{
  return g_strdelimit (g_strdup (text), "'", '"');
}

static struct llama_sampler *
make_grammar (const char *schema)
{
  g_autofree char *text = use_double_quotes (schema), *grammar = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  struct llama_sampler *sampler;

  grammar = maq_json_schema_to_grammar (bytes, &error);
  g_assert_no_error (error);
  sampler = llama_sampler_init_grammar (llama_model_get_vocab (model), grammar, "root");
  if (sampler == NULL)
    g_test_message ("%s", grammar);
  g_assert_nonnull (sampler);
  return sampler;
}

static gboolean
fits (struct llama_sampler *sampler,
      llama_token           token)
{
  llama_token_data       data = { .id = token, .logit = 1 };
  llama_token_data_array one = { .data = &data, .size = 1, .selected = -1 };

  llama_sampler_apply (sampler, &one);
  return isfinite (data.logit);
}

// Whether the grammar lets all of TEXT through and then an end.
static gboolean
accepts (const char *schema,
         const char *text)
{
  const struct llama_vocab *vocab = llama_model_get_vocab (model);
  struct llama_sampler     *sampler = make_grammar (schema);
  g_autofree char          *answer = use_double_quotes (text);
  llama_token               tokens[4096];
  gint32                    n = llama_tokenize (vocab, answer, (gint32) strlen (answer), tokens, G_N_ELEMENTS (tokens), false, false);
  gboolean                  good = n >= 0;

  for (gint32 i = 0; good && i < n; i++)
    if ((good = fits (sampler, tokens[i])))
      llama_sampler_accept (sampler, tokens[i]);
  good = good && fits (sampler, llama_vocab_eos (vocab));
  llama_sampler_free (sampler);
  return good;
}

static void
lets_through_what_is_valid (gconstpointer data)
{
  const Case *item = data;

  for (gsize i = 0; i < G_N_ELEMENTS (item->valid) && item->valid[i] != NULL; i++)
    {
      g_test_message ("%s", item->valid[i]);
      g_assert_true (accepts (item->schema, item->valid[i]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (item->invalid) && item->invalid[i] != NULL; i++)
    {
      g_test_message ("not %s", item->invalid[i]);
      g_assert_false (accepts (item->schema, item->invalid[i]));
    }
}

// The engine has limits of its own on how often something is repeated; a grammar stays below them.
static void
takes_large_limits (void)
{
  static const char *const schemas[] = {
    "{'type':'string','maxLength':100000}",
    "{'type':'string','minLength':2500,'maxLength':2600}",
    "{'type':'string','minLength':2500}",
    "{'type':'array','items':{'type':'string','maxLength':4000},'minItems':1000,'maxItems':3000}",
    "{'type':'string','pattern':'^(a{900}b){2}$'}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    llama_sampler_free (make_grammar (schemas[i]));
  for (guint n = 2499; n <= 2601; n += 17)
    {
      g_autofree char *text = g_strnfill (n, 'a'), *quoted = g_strdup_printf ("'%s'", text);
      g_assert_cmpint (accepts (schemas[1], quoted), ==, n >= 2500 && n <= 2600);
      g_assert_cmpint (accepts (schemas[2], quoted), ==, n >= 2500);
    }
}

// A schema at the limits keeps the engine busy for a moment only, also where any token of its vocabulary may come.
static void
large_schemas_do_not_hang_the_engine (void)
{
  const struct llama_vocab    *vocab = llama_model_get_vocab (model);
  gint32                       n_vocab = llama_vocab_n_tokens (vocab);
  g_autofree llama_token_data *data = g_new (llama_token_data, n_vocab);
  g_autoptr (GString) members = g_string_new ("{'additionalProperties':true,'properties':{");
  g_autoptr (GString) values = g_string_new ("{'enum':[");
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 400; i++)
    g_string_append_printf (members, "%s'property%u':{'type':['string','null'],'maxLength':1000}", i > 0 ? "," : "", i);
  g_string_append (members, "}}");
  for (guint i = 0; i < 3000; i++)
    g_string_append_printf (values, "%s'%c%u'", i > 0 ? "," : "", 'a' + i % 26, i);
  g_string_append (values, "]}");
  for (guint i = 0; i < 2; i++)
    {
      struct llama_sampler  *sampler = make_grammar (i == 0 ? members->str : values->str);
      llama_token_data_array all = { .data = data, .size = n_vocab, .selected = -1 };
      for (llama_token token = 0; token < n_vocab; token++)
        data[token] = (llama_token_data) { .id = token, .logit = 1 };
      llama_sampler_apply (sampler, &all);
      llama_sampler_free (sampler);
    }
  g_test_message ("%.0f ms", (g_get_monotonic_time () - start) / 1000.0);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char          *path = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  struct llama_model_params params = llama_model_default_params ();

  g_test_init (&argc, &argv, NULL);
  params.vocab_only = true;
  model = llama_model_load_from_file (path, params);
  g_assert_nonnull (model);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *test = g_strconcat ("/runner/grammar/", cases[i].name, NULL);
      g_test_add_data_func (test, &cases[i], lets_through_what_is_valid);
    }
  g_test_add_func ("/runner/grammar/takes-large-limits", takes_large_limits);
  g_test_add_func ("/runner/grammar/large-schemas-do-not-hang-the-engine", large_schemas_do_not_hang_the_engine);
  int status = g_test_run ();
  llama_model_free (model);
  return status;
}
