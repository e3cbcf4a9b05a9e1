/*
 * docs/operations.md says of every key what the code's tables say, and says nothing of others.
 * With the argument "tables" it prints what should stand there.
 */
#include "tests/unit/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/file.h"
#include "issuer/register/home.h"

static const char *const kind_names[] = {
    [INI_TEXT] = "text",
    [INI_U32] = "number",
    [INI_U64] = "number",
    [INI_FLAG] = "yes or no",
};

static void put_range(struct buf *to, const struct ini_key *key)
{
    if (key->kind == INI_FLAG)
        buf_put_text(to, "yes, no");
    else if (key->kind == INI_TEXT)
        buf_printf(to, "up to %" PRIu64 " bytes", key->max - 1);
    else
        buf_printf(to, "%" PRIu64 " to %" PRIu64, key->min, key->max);
}

static void put_default(struct buf *to, const char *text)
{
    if (text[0])
        buf_printf(to, "`%s`", text);
    else
        buf_put_text(to, "empty");
}

static void settings_table(struct buf *to)
{
    buf_put_text(to, "| section | key | default | kind | range | meaning |\n"
                     "|---|---|---|---|---|---|\n");
    for (const struct ini_key *k = home_setting_keys(); k->name; k++) {
        buf_printf(to, "| `%s` | `%s` | ", k->section, k->name);
        put_default(to, k->default_text);
        buf_printf(to, " | %s | ", kind_names[k->kind]);
        put_range(to, k);
        buf_printf(to, " | %s. %s |\n", k->en, k->zh);
    }
}

static void policy_table(struct buf *to)
{
    buf_put_text(to, "| key | default | unit | range | source | meaning |\n"
                     "|---|---|---|---|---|---|\n");
    const struct policy_key *k;
    for (size_t i = 0; (k = policy_key_at(i)) != NULL; i++) {
        buf_printf(to, "| `%s` | ", k->name);
        put_default(to, k->default_text);
        buf_printf(to, " | %s | %s | %s | %s |\n", k->unit, k->range_text, k->source, k->chinese);
    }
}

/* The lines that begin with '|' after this heading, up to the first that does not. */
static void table_after(const char *doc, const char *heading, struct buf *to)
{
    const char *const section = strstr(doc, heading);
    assert_non_null(section);
    const char *at = section ? strstr(section, "\n|") : NULL;
    while (at && at[1] == '|') {
        const char *const end = strchr(at + 1, '\n');
        if (!end)
            return;
        buf_put(to, at + 1, (size_t)(end - at));
        at = end;
    }
}

static size_t line_length(const char *text)
{
    return strcspn(text, "\n");
}

static void assert_same_lines(const char *heading, const char *want, const char *got)
{
    while (strcmp(want, got) != 0) {
        const size_t w = line_length(want), g = line_length(got);
        if (w != g || w == 0 || memcmp(want, got, w) != 0)
            fail_msg("docs/operations.md, '%s', has\n%.*s\nwhere the code has\n%.*s", heading,
                     (int)g, got, (int)w, want);
        want += w + 1;
        got += g + 1;
    }
}

static void assert_table(const char *heading, void (*table)(struct buf *to))
{
    ON_EXIT(buf_free_at) struct buf doc = { 0 };
    ON_EXIT(buf_free_at) struct buf want = { 0 };
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(file_read(OPERATIONS_DOC, 1u << 20, &doc, NULL), RC_OK);
    table(&want);
    table_after(buf_cstr(&doc), heading, &got);
    assert_same_lines(heading, buf_cstr(&want), buf_cstr(&got));
}

static void every_setting_is_documented_as_it_is(void **state)
{
    (void)state;
    assert_table("## sitecert.ini\n", settings_table);
}

static void every_policy_key_is_documented_as_it_is(void **state)
{
    (void)state;
    assert_table("## policy.json\n", policy_table);
}

static int print_tables(void)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    settings_table(&b);
    buf_put_text(&b, "\n");
    policy_table(&b);
    return fputs(buf_cstr(&b), stdout) < 0;
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "tables") == 0)
        return print_tables();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_is_documented_as_it_is),
        cmocka_unit_test(every_policy_key_is_documented_as_it_is),
    };
    return cmocka_run_group_tests_name("operations_doc", tests, NULL, NULL);
}
