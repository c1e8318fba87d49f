// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// What a schema becomes, and what is refused. That grammars let through what is valid is tested in tests/runner/test-grammar.c,
// where the engine reads them.
#include "maq-json-schema.h"

#include <string.h>

static char *
convert (const char *schema,
         GError    **error)
{
  g_autofree char *text = g_strdelimit (g_strdup (schema), "'", '"');
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return maq_json_schema_to_grammar (bytes, error);
}

#define SPACE  "space ::= \"\" | \" \" | \"\\n\" [ \\t]{0,20}\n"
#define CHAR   "char ::= [^\"\\\\\\x00-\\x1F\\x7F] | \"\\\\\" ([\"\\\\bfnrt] | \"u\" ([0-9a-ce-f] [0-9a-f]{3} | \"d\" [0-7] [0-9a-f]{2}))\n"
#define STRING CHAR "string ::= \"\\\"\" char* \"\\\"\"\n"

static void
grammars_are_these (void)
{
  static const struct
  {
    const char *schema, *grammar;
  } cases[] = {
    { "{'type':'object','properties':{'name':{'type':'string'},'age':{'type':'integer','minimum':0}},'required':['name']}",
      SPACE STRING "integer ::= [0-9] | [1-9] [0-9]{1,14}\n"
                   "rest ::= \",\" space \"\\\"age\\\":\" space integer space | space\n"
                   "first ::= \"\\\"name\\\":\" space string rest\n"
                   "object ::= \"{\" space first \"}\"\n"
                   "root ::= object\n" },
    { "{'type':'array','items':{'type':'boolean'},'maxItems':3}",
      SPACE "boolean ::= \"true\" | \"false\"\n"
            "next ::= \",\" space boolean\n"
            "rest ::= next{0,2} space\n"
            "array ::= \"[\" space (boolean rest)? \"]\"\n"
            "root ::= array\n" },
    { "{'enum':['red','rest','green',null,1]}",
      "values ::= (\"\\\"\" (\"green\\\"\" | \"re\" (\"d\\\"\" | \"st\\\"\")) | \"1\" | \"null\")\nroot ::= values\n" },
    { "{'type':'integer','minimum':-12,'maximum':345}",
      "integer ::= \"-\" [1-9] | \"-1\" [0-2] | [0-9] | [1-9] [0-9] | ([1-2] [0-9]{2} | \"3\" ([0-3] [0-9] | \"4\" [0-5]))\nroot ::= integer\n" },
    { "{'type':'string','pattern':'^(ab|[c-e]\\\\d{2})\\\\.?$'}",
      "group ::= \"ab\" | [c-e] [0-9]{2}\npattern ::= \"\\\"\" group \".\"? \"\\\"\"\nroot ::= pattern\n" },
    { "{'$ref':'#/$defs/node','$defs':{'node':{'type':['array','null'],'items':{'$ref':'#/$defs/node'}}}}",
      SPACE "next ::= \",\" space node\n"
            "rest ::= next* space\n"
            "array ::= \"[\" space (node rest)? \"]\"\n"
            "types ::= array | \"null\"\n"
            "node ::= types\n"
            "root ::= node\n" },
    { "{'title':'T','description':'D','default':1,'examples':[2],'$comment':'C','$id':'x','$schema':'y','x-order':3,'const':'\\u00e9\\\\'}",
      "root ::= \"\\\"é\\\\\\\\\\\"\"\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *grammar = convert (cases[i].schema, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (grammar, ==, cases[i].grammar);
    }
}

static void
refusals_say_where_and_what (void)
{
  static const struct
  {
    const char    *schema;
    MaqFormatError code;
    const char    *message;
  } cases[] = {
    { "", MAQ_FORMAT_ERROR_CORRUPT, "Not JSON" },
    { "{'type':", MAQ_FORMAT_ERROR_CORRUPT, "Not JSON" },
    { "[]", MAQ_FORMAT_ERROR_CORRUPT, "#: A schema is an object" },
    { "false", MAQ_FORMAT_ERROR_UNSUPPORTED, "#: The schema false" },
    { "{'type':'text'}", MAQ_FORMAT_ERROR_CORRUPT, "#: “text” is no type" },
    { "{'type':[]}", MAQ_FORMAT_ERROR_CORRUPT, "#: “type” is no type" },
    { "{'type':7}", MAQ_FORMAT_ERROR_CORRUPT, "#: “type” is no type" },
    { "{'properties':{'a/b':{'items':{'not':{}}}}}", MAQ_FORMAT_ERROR_UNSUPPORTED, "#/properties/a~1b/items: An answer cannot be bound to the keyword not" },
    { "{'type':'object','patternProperties':{}}", MAQ_FORMAT_ERROR_UNSUPPORTED, "keyword patternProperties" },
    { "{'type':'integer','multipleOf':3}", MAQ_FORMAT_ERROR_UNSUPPORTED, "keyword multipleOf" },
    { "{'type':'string','type':'null'}", MAQ_FORMAT_ERROR_CORRUPT, "The keyword type is there twice" },
    { "{'const':'\xe4'}", MAQ_FORMAT_ERROR_CORRUPT, "not UTF-8" },
    { "{'typo':'object'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "keyword typo" },
    { "{'enum':['a'],'minLength':3}", MAQ_FORMAT_ERROR_UNSUPPORTED, "enum and minLength at once" },
    { "{'$ref':'#/$defs/a','type':'string','$defs':{'a':{}}}", MAQ_FORMAT_ERROR_UNSUPPORTED, "$ref and type at once" },
    { "{'anyOf':[{}],'type':'string'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "anyOf and type at once" },
    { "{'anyOf':[]}", MAQ_FORMAT_ERROR_CORRUPT, "anyOf is a list of schemas" },
    { "{'anyOf':[{},{'type':'nul'}]}", MAQ_FORMAT_ERROR_CORRUPT, "#/anyOf/1: “nul” is no type" },
    { "{'enum':[]}", MAQ_FORMAT_ERROR_CORRUPT, "No value is allowed" },
    { "{'enum':[1],'type':'string'}", MAQ_FORMAT_ERROR_CORRUPT, "No value is allowed" },
    { "{'enum':'a'}", MAQ_FORMAT_ERROR_CORRUPT, "enum is a list" },
    { "{'const':1e999}", MAQ_FORMAT_ERROR_CORRUPT, "a number that JSON cannot write" },
    { "{'const':'\\u0000'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "\\u0000" },
    { "{'oneOf':[{'type':'integer'},{'type':'number'}]}", MAQ_FORMAT_ERROR_UNSUPPORTED, "valid under both schemas 0 and 1 of oneOf" },
    { "{'oneOf':[{'properties':{'a':{'const':1}},'required':['a']},{'properties':{'a':{'const':1.0}},'required':['a']}]}", MAQ_FORMAT_ERROR_UNSUPPORTED, "oneOf" },
    { "{'allOf':[{'type':'string'},{'maxLength':3}]}", MAQ_FORMAT_ERROR_UNSUPPORTED, "#/allOf/0: allOf can only be bound where all of it are schemas of objects" },
    { "{'allOf':[{'properties':{'a':{'type':'string'}}},{'properties':{'a':{'type':'null'}}}]}", MAQ_FORMAT_ERROR_UNSUPPORTED, "different things of the property a" },
    { "{'allOf':[{'properties':{'a':{}},'additionalProperties':false},{'properties':{'b':{}}}]}", MAQ_FORMAT_ERROR_UNSUPPORTED, "also means the property b" },
    { "{'allOf':[{'$ref':'#'},{}]}", MAQ_FORMAT_ERROR_UNSUPPORTED, "leads back to itself" },
    { "{'type':'object','required':['a'],'additionalProperties':false}", MAQ_FORMAT_ERROR_CORRUPT, "a is required and not allowed" },
    { "{'properties':{'a':{},'a':{}}}", MAQ_FORMAT_ERROR_CORRUPT, "#/properties/a: The property is there twice" },
    { "{'properties':[]}", MAQ_FORMAT_ERROR_CORRUPT, "properties is an object" },
    { "{'required':'a'}", MAQ_FORMAT_ERROR_CORRUPT, "required is a list of names" },
    { "{'required':[1]}", MAQ_FORMAT_ERROR_CORRUPT, "required is a list of names" },
    { "{'additionalProperties':3}", MAQ_FORMAT_ERROR_CORRUPT, "additionalProperties is a schema" },
    { "{'type':'array','minItems':2,'maxItems':1}", MAQ_FORMAT_ERROR_CORRUPT, "no list is allowed" },
    { "{'prefixItems':[{}],'items':false,'minItems':2}", MAQ_FORMAT_ERROR_CORRUPT, "no list is allowed" },
    { "{'type':'array','minItems':-1}", MAQ_FORMAT_ERROR_CORRUPT, "minItems is a whole number" },
    { "{'type':'array','uniqueItems':true}", MAQ_FORMAT_ERROR_UNSUPPORTED, "uniqueItems" },
    { "{'type':'string','minLength':3,'maxLength':2}", MAQ_FORMAT_ERROR_CORRUPT, "no text is allowed" },
    { "{'type':'string','maxLength':1.5}", MAQ_FORMAT_ERROR_CORRUPT, "maxLength is a whole number" },
    { "{'type':'string','maxLength':1e9}", MAQ_FORMAT_ERROR_UNSUPPORTED, "too large" },
    { "{'type':'string','format':'email'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "the format email, only to date" },
    { "{'type':'string','format':'date','maxLength':3}", MAQ_FORMAT_ERROR_UNSUPPORTED, "not to several at once" },
    { "{'type':'string','pattern':'a'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "#/pattern: A pattern has to begin with ^" },
    { "{'type':'string','pattern':'^a'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "has to begin with ^ and to end with $" },
    { "{'type':'string','pattern':'^a\\\\$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "has to begin with ^ and to end with $" },
    { "{'type':'string','pattern':'^a|b$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "Put brackets around" },
    { "{'type':'string','pattern':'^(a*)*$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "What may be empty is repeated" },
    { "{'type':'string','pattern':'^(a$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "^ and $ stand elsewhere|group is not closed" },
    { "{'type':'string','pattern':'^a)$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "closed that was not opened" },
    { "{'type':'string','pattern':'^(?=a)$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "looks around" },
    { "{'type':'string','pattern':'^(a)\\\\1$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "An escape is not known" },
    { "{'type':'string','pattern':'^a{3,2}$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "{m,n} is wrong" },
    { "{'type':'string','pattern':'^[b-a]$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "ends before it begins" },
    { "{'type':'string','pattern':'^[]$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "allows no character" },
    { "{'type':'string','pattern':'^[a$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "class is not closed" },
    { "{'type':'string','pattern':'^[a\\\\'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "An escape is not known" },
    { "{'type':'string','pattern':'^*a$'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "nothing comes before" },
    { "{'type':'string','pattern':3}", MAQ_FORMAT_ERROR_CORRUPT, "A pattern is a text" },
    { "{'type':'number','minimum':'1'}", MAQ_FORMAT_ERROR_CORRUPT, "minimum is a number" },
    { "{'type':'number','exclusiveMaximum':true}", MAQ_FORMAT_ERROR_CORRUPT, "exclusiveMaximum is a number" },
    { "{'type':'number','maximum':0.123456789}", MAQ_FORMAT_ERROR_UNSUPPORTED, "at most 6 digits behind the point" },
    { "{'type':'integer','minimum':5,'maximum':4}", MAQ_FORMAT_ERROR_CORRUPT, "leave no number" },
    { "{'$ref':'other.json#/a'}", MAQ_FORMAT_ERROR_UNSUPPORTED, "leads out of this schema" },
    { "{'$ref':'#/$defs/missing'}", MAQ_FORMAT_ERROR_CORRUPT, "There is no #/$defs/missing" },
    { "{'$ref':7}", MAQ_FORMAT_ERROR_CORRUPT, "$ref is a text" },
    // References that lead nowhere.
    { "{'$ref':'#'}", MAQ_FORMAT_ERROR_CORRUPT, "leads back to itself" },
    { "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}", MAQ_FORMAT_ERROR_CORRUPT, "leads back to itself" },
    { "{'$ref':'#/$defs/a','$defs':{'a':{'anyOf':[{'type':'null'},{'$ref':'#/$defs/a'}]}}}", MAQ_FORMAT_ERROR_CORRUPT, "leads back to itself" },
    { "{'oneOf':[{'$ref':'#'},{'$ref':'#'}]}", MAQ_FORMAT_ERROR_CORRUPT, "oneOf|leads back" },
    { "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}", MAQ_FORMAT_ERROR_CORRUPT, "without end" },
    { "{'type':'array','items':{'$ref':'#'},'minItems':1}", MAQ_FORMAT_ERROR_CORRUPT, "without end" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *grammar = convert (cases[i].schema, &error);
      g_auto (GStrv) either = g_strsplit (cases[i].message, "|", 2);

      g_test_message ("%s: %s", cases[i].schema, error != NULL ? error->message : grammar);
      g_assert_null (grammar);
      g_assert_true (g_error_matches (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT) || g_error_matches (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_UNSUPPORTED));
      g_assert_true (strstr (error->message, either[0]) != NULL || (either[1] != NULL && strstr (error->message, either[1]) != NULL));
      if (either[1] == NULL)
        g_assert_cmpint (error->code, ==, cases[i].code);
    }
}

// BEFORE and AFTER that often around MIDDLE.
static char *
nest (const char *before,
      const char *middle,
      const char *after,
      guint       n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, before);
  g_string_append (text, middle);
  for (guint i = 0; i < n; i++)
    g_string_append (text, after);
  return g_string_free (text, FALSE);
}

// FORMAT for every number up to N, in BEFORE and AFTER. FORMAT takes the number and the next one.
static char *
list (const char *before,
      const char *format,
      const char *after,
      guint       n)
{
  GString *text = g_string_new (before);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GString) item = g_string_new (format);
      g_autofree char *number = g_strdup_printf ("%u", i), *next = g_strdup_printf ("%u", i + 1);
      g_string_replace (item, "@+", next, 0);
      g_string_replace (item, "@", number, 0);
      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", item->str);
    }
  g_string_append (text, after);
  return g_string_free (text, FALSE);
}

static void
assert_ends_soon (const char *schema,
                  gboolean    good)
{
  g_autoptr (GError) error = NULL;
  gint64           start = g_get_monotonic_time ();
  g_autofree char *grammar = convert (schema, &error);
  double           seconds = (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;

  g_test_message ("%" G_GSIZE_FORMAT " bytes, %.3f s: %s", strlen (schema), seconds, error != NULL ? error->message : "good");
  g_assert_cmpfloat (seconds, <, 5);
  g_assert_cmpint (grammar != NULL, ==, good);
  g_assert_true (good || (error->domain == MAQ_FORMAT_ERROR && strlen (error->message) < 1000));
  g_assert_true (!good || strlen (grammar) < 1024 * 1024);
}

static void
hostile_schemas_end_soon (void)
{
  g_autofree char *deep = nest ("{'items':", "{}", "}", 100000);
  g_autofree char *nested = nest ("{'items':", "{}", "}", 110);
  g_autofree char *lists = nest ("[", "", "]", 500000);
  g_autofree char *huge = nest (" ", "{}", " ", 600000);
  g_autofree char *chain = list ("{'$ref':'#/$defs/0','$defs':{", "'@':{'$ref':'#/$defs/@+'}", ",'5000':{}}}", 5000);
  g_autofree char *doubling = list ("{'$ref':'#/$defs/a0','$defs':{", "'a@':{'anyOf':[{'$ref':'#/$defs/a@+'},{'$ref':'#/$defs/b@+'}]},'b@':{'anyOf':[{'$ref':'#/$defs/b@+'},{'$ref':'#/$defs/a@+'},{'const':@}]}", ",'a40':{'type':'null'},'b40':{'type':'null'}}}", 40);
  g_autofree char *properties = list ("{'properties':{", "'property@':{'type':'string'}", "}}", 25000);
  g_autofree char *some_properties = list ("{'properties':{", "'property@':{'type':'string'}", "},'additionalProperties':true}", 300);
  g_autofree char *values = list ("{'enum':[", "'value @'", "]}", 50000);
  g_autofree char *alternatives = list ("{'anyOf':[", "{'const':@}", "]}", 50000);
  g_autofree char *one_of = list ("{'oneOf':[", "{'const':@}", "]}", 20000);
  g_autofree char *groups = nest ("(", "a", ")", 100000), *groups_schema = g_strdup_printf ("{'type':'string','pattern':'^%s$'}", groups);
  g_autofree char *times = nest ("(", "a", "){100}", 20), *times_schema = g_strdup_printf ("{'type':'string','pattern':'^%s$'}", times);
  g_autofree char *options = list ("{'type':'string','pattern':'^", "a?b{0,@}", "$'}", 1500);
  g_autofree char *name = g_strnfill (100000, 'n'), *name_schema = g_strdup_printf ("{'properties':{'%s':{}}}", name);
  g_autofree char *back_and_forth = list ("{'oneOf':[{'$ref':'#/$defs/a'},{'$ref':'#/$defs/b'}],'$defs':{'a':{'type':'object','required':[", "'@'", "]},'b':{}}}", 20);
  g_autofree char *compared = list ("{'oneOf':[{'$ref':'#/$defs/a'},{'$ref':'#/$defs/b'}],'$defs':{'a':{'type':'object','properties':{", "'@':{'$ref':'#/$defs/a'}", "},'required':['1','2','3','4','5','6','7','8','9']},'b':{'type':'object','properties':{'1':{'$ref':'#/$defs/b'},'2':{'$ref':'#/$defs/b'},'3':{'$ref':'#/$defs/b'},'4':{'$ref':'#/$defs/b'},'5':{'$ref':'#/$defs/b'},'6':{'$ref':'#/$defs/b'},'7':{'$ref':'#/$defs/b'}},'required':['1','2','3','4','5','6','7']}}}", 10);

  assert_ends_soon (deep, FALSE);
  assert_ends_soon (nested, FALSE);
  assert_ends_soon (lists, FALSE);
  assert_ends_soon (huge, FALSE);
  assert_ends_soon (chain, FALSE);
  assert_ends_soon (doubling, FALSE);
  assert_ends_soon (properties, FALSE);
  assert_ends_soon (some_properties, TRUE);
  assert_ends_soon (values, TRUE);
  assert_ends_soon (alternatives, FALSE);
  assert_ends_soon (one_of, FALSE);
  assert_ends_soon (groups_schema, FALSE);
  assert_ends_soon (times_schema, TRUE);
  assert_ends_soon (options, FALSE);
  assert_ends_soon (name_schema, FALSE);
  assert_ends_soon (back_and_forth, FALSE);
  assert_ends_soon (compared, FALSE);
}

// Every beginning of a schema and every schema with one byte changed is an error or a grammar, and never worse.
static void
damaged_schemas_are_errors_or_grammars (void)
{
  static const char schema[] = "{\"$defs\":{\"n\":{\"anyOf\":[{\"$ref\":\"#/$defs/n~1\"},{\"type\":\"null\"}]},\"n/\":{\"type\":[\"object\",\"array\"],\"properties\":{\"a\":{\"pattern\":\"^(a|[^b-d]){2,3}\\\\d$\"}},"
                               "\"required\":[\"a\"],\"additionalProperties\":{\"$ref\":\"#/$defs/n\"},\"prefixItems\":[{\"minimum\":-1.5,\"exclusiveMaximum\":20}],\"minItems\":1}},\"$ref\":\"#/$defs/n\"}";
  static const char bytes[] = "\0{}[]\":,\\0-1a#/~%^$()|*\xff";
  gsize             n = strlen (schema);

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < sizeof bytes; j++)
      {
        g_autofree char *text = g_strdup (schema);
        g_autoptr (GBytes) changed = NULL;
        g_autoptr (GError) error = NULL;
        g_autofree char *grammar = NULL;

        text[i] = bytes[j];
        changed = g_bytes_new (text, j == 0 ? i : n);
        grammar = maq_json_schema_to_grammar (changed, &error);
        g_assert_true ((grammar == NULL) == (error != NULL));
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/format/json-schema/grammars-are-these", grammars_are_these);
  g_test_add_func ("/format/json-schema/refusals-say-where-and-what", refusals_say_where_and_what);
  g_test_add_func ("/format/json-schema/hostile-schemas-end-soon", hostile_schemas_end_soon);
  g_test_add_func ("/format/json-schema/damaged-schemas-are-errors-or-grammars", damaged_schemas_are_errors_or_grammars);
  return g_test_run ();
}
