/*
 * design: "Outcomes and reasons, row by row" and "How long a certificate is in force", proven by
 * the scenarios in tests/vectors/engine: rows as engine_fixture.h reads them, each followed by what
 * must become of it, and questions about certificates.
 */
#include "tests/unit/register/engine_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/sys/file.h"

#define WORDS_MAX 24

struct scenario {
    struct fixture f;
    const char *name;
    unsigned line;
    char subject[2048]; /* the row or question whose answer the next line has */
};

static bool seen[REASON_END], outcomes_seen[OUTCOME_CONFLICT + 1];

#define say(s, ...)                                                                                \
    do {                                                                                           \
        print_error("%s:%u:\n", (s)->name, (s)->line);                                             \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)

/* --- what became of a row, as the scenario writes it --- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_codes(struct buf *to, const struct reasons *reasons)
{
    const char *codes[REASONS_MAX];
    for (size_t i = 0; i < reasons->count; i++) {
        codes[i] = reason_code_text(reasons->items[i].code);
        seen[reasons->items[i].code] = true;
    }
    qsort(codes, reasons->count, sizeof codes[0], by_text);
    for (size_t i = 0; i < reasons->count; i++)
        if (i == 0 || strcmp(codes[i - 1], codes[i]) != 0)
            buf_printf(to, " %s", codes[i]);
}

static void put_cert(struct scenario *s, struct buf *to, const char *number, uint32_t version)
{
    struct reg_cert c;
    if (number[0] == '\0')
        return;
    assert_int_equal(register_cert_find(engine_register(s->f.engine), span_text(number), &c, NULL),
                     RC_OK);
    buf_printf(to, " #%u v%u", c.id + 1, version);
}

static void put_outcome(struct scenario *s, struct buf *to, const struct outcome *o)
{
    outcomes_seen[o->outcome] = true;
    buf_put_text(to, outcome_name(o->outcome));
    put_cert(s, to, o->number, o->version);
    put_codes(to, &o->reasons);
}

/* The expected words, codes sorted as ours are. */
static void put_expected(struct buf *to, char *words)
{
    const char *list[WORDS_MAX];
    size_t count = 0, fixed = 0;
    char *rest = words, *word;
    while ((word = strtok_r(NULL, " ", &rest)) != NULL && count < WORDS_MAX)
        list[count++] = word;
    /* An outcome and a certificate are no codes. */
    while (fixed < count && (fixed == 0 || list[fixed][0] == '#' || list[fixed][0] == 'v'))
        fixed++;
    qsort(list + fixed, count - fixed, sizeof list[0], by_text);
    for (size_t i = 0; i < count; i++)
        buf_printf(to, "%s%s", i > 0 ? " " : "", list[i]);
}

static void set_amendment(struct scenario *s, struct amendment *a, const char *word)
{
    const struct {
        const char *name;
        struct span *to;
    } cells[] = { { "name=", &a->name },
                  { "id_number=", &a->id_number },
                  { "reason=", &a->reason } };
    const size_t len = strcspn(word, "=") + 1;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        if (strlen(cells[i].name) == len && strncmp(word, cells[i].name, len) == 0) {
            *cells[i].to = span_text(word + len);
            return;
        }
    say(s, "what is '%s'", word);
}

/* amend #1 name=… id_number=… */
static void answer_amend(struct scenario *s, struct buf *to, char *words)
{
    struct amendment a = { .reason = SPAN_LITERAL("示例更正"),
                           .reference = SPAN_LITERAL("示例文号") };
    char number[NUMBER_MAX + 1] = "", *rest = words, *word;
    word = strtok_r(NULL, " ", &rest);
    assert_non_null(word);
    fixture_number(&s->f, (unsigned)strtoul(word + 1, NULL, 10), number);
    a.number = span_text(number);
    while ((word = strtok_r(NULL, " ", &rest)) != NULL)
        set_amendment(s, &a, word);
    a.id_type = a.id_number.len > 0 ? ID_RESIDENT : 0;

    static struct outcome out[AMENDED_MAX];
    size_t count = 0;
    struct reasons reasons = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = engine_amend(s->f.engine, &a, out, &count, &reasons, &d);
    if (rc != RC_OK && rc != RC_REFUSED)
        say(s, "%s", d.text);
    buf_put_text(to, rc == RC_OK ? "amended" : "refused");
    if (rc == RC_REFUSED)
        put_codes(to, &reasons);
    for (size_t i = 0; i < count; i++)
        put_cert(s, to, out[i].number, out[i].version);
}

/* show #1 DATE: state, version, deadline, retired indexes, and the hours of each CE year */
static void answer_show(struct scenario *s, struct buf *to, char *words)
{
    struct reg *const r = engine_register(s->f.engine);
    struct reg_cert c;
    char *rest = words;
    const char *const which = strtok_r(NULL, " ", &rest), *const date = strtok_r(NULL, " ", &rest);
    int32_t day = date_of_time(s->f.home.now);
    enum state state;
    char deadline[DATE_TEXT_LEN + 1];
    if (!which || (date && !date_parse(span_text(date), &day)))
        say(s, "show what, when");
    assert_int_equal(register_cert(r, (uint32_t)strtoul(which + 1, NULL, 10) - 1, &c, NULL), RC_OK);
    const struct policy_values *const p = policy_at(s->f.home.policy, c.unit, day);
    assert_int_equal(register_state(r, &c, day, p, &state, NULL), RC_OK);
    date_format(c.deadline, deadline);
    buf_printf(to, "%s v%u until %s", state_word(state), c.version, deadline);
    if (c.retired_count > 0)
        buf_printf(to, " retired %zu", c.retired_count);
    for (size_t i = 0; i < c.years.count; i++)
        buf_printf(to, " %d:%u/%u", ce_year_label(c.issued, (int)c.years.years[i].k),
                   c.years.years[i].hours / 100, c.years.years[i].post_hours / 100);
}

static void answer_number(struct scenario *s, struct buf *to, char *words)
{
    char number[NUMBER_MAX + 1];
    fixture_number(&s->f, (unsigned)strtoul(words + 1, NULL, 10), number);
    buf_put_text(to, number);
}

static void answer_row(struct scenario *s, struct buf *to)
{
    static struct outcome out;
    fixture_apply(&s->f, s->subject, &out);
    put_outcome(s, to, &out);
}

/* --- lines that change the scene --- */

static void reopen(struct scenario *s)
{
    struct diag d = DIAG_INIT;
    if (engine_flush(s->f.engine, &d) != RC_OK)
        say(s, "%s", d.text);
    fixture_close(&s->f);
    fixture_open(&s->f);
}

static void set_real(struct scenario *s, char *words)
{
    (void)words;
    s->f.real = true;
    reopen(s);
}

static void set_second(struct scenario *s, char *words)
{
    static char path[PATH_LEN];
    char name[64];
    (void)snprintf(name, sizeof name, "keys/operator-%.10s.pem", words);
    assert_int_equal(home_path(&s->f.home, name, path, NULL), RC_OK);
    s->f.options.second_operator_key = path;
    reopen(s);
}

/* An operator's key that is in no trust list. */
static void set_stranger(struct scenario *s, char *words)
{
    (void)words;
    static char path[PATH_LEN];
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    assert_int_equal(home_path(&s->f.home, "keys/stranger.pem", path, NULL), RC_OK);
    assert_int_equal(private_key_generate(ALG_ES256, &key, NULL), RC_OK);
    assert_int_equal(private_key_save(key, path, NULL), RC_OK);
    s->f.options.operator_key = path;
    reopen(s);
}

static void set_clock(struct scenario *s, char *words)
{
    fixture_clock(&s->f, words);
}

/* key=value, or whole versions as JSON. */
static void set_policy(struct scenario *s, char *words)
{
    if (words[0] == '{') {
        fixture_policies(&s->f, words);
        return;
    }
    char *const equals = strchr(words, '=');
    assert_non_null(equals);
    *equals = '\0';
    fixture_policy(&s->f, words, equals + 1);
}

static void set_sender(struct scenario *s, char *words)
{
    static char name[RECORD_ID_MAX + 1];
    (void)snprintf(name, sizeof name, "%s", words);
    s->f.options.sender = name;
    reopen(s);
}

/* unit 033: the sender of the rows that follow may send for it alone; 0: for any. */
static void set_unit(struct scenario *s, char *words)
{
    const char *const sender = s->f.options.sender;
    engine_set_sender(s->f.engine, sender, (uint32_t)strtoul(words, NULL, 10));
}

/* scope 044: every token key is for that unit alone; 0: for any. */
static void set_scope(struct scenario *s, char *words)
{
    const uint16_t unit = (uint16_t)strtoul(words, NULL, 10);
    for (size_t i = 0; i < s->f.home.trust->key_count; i++) {
        struct trusted_key *const k = &s->f.home.trust->keys[i];
        if (k->use != USE_TOKEN)
            continue;
        k->units[0] = unit;
        k->unit_count = unit > 0 ? 1 : 0;
    }
}

static void set_person(struct scenario *s, char *words)
{
    (void)s;
    char *rest = words;
    const char *const name = strtok_r(NULL, " ", &rest);
    fixture_person(name, rest);
}

static void do_reopen(struct scenario *s, char *words)
{
    (void)words;
    reopen(s);
}

static const struct scene_word {
    const char *word;
    void (*set)(struct scenario *s, char *words);
} scene_words[] = {
    { "clock", set_clock },   { "person", set_person }, { "policy", set_policy },
    { "real", set_real },     { "second", set_second }, { "stranger", set_stranger },
    { "sender", set_sender }, { "reopen", do_reopen },  { "unit", set_unit },
    { "scope", set_scope },
};

static bool set_scene(struct scenario *s, char *line)
{
    const size_t len = strcspn(line, " ");
    for (size_t i = 0; i < sizeof scene_words / sizeof scene_words[0]; i++)
        if (strlen(scene_words[i].word) == len && strncmp(line, scene_words[i].word, len) == 0) {
            scene_words[i].set(s, line + len + (line[len] == ' '));
            return true;
        }
    return false;
}

static void answer(struct scenario *s, struct buf *to)
{
    char words[sizeof s->subject];
    const char *const rest = strchr(s->subject, ' ');
    (void)snprintf(words, sizeof words, "%s", rest ? rest + 1 : "");
    if (strncmp(s->subject, "show ", 5) == 0)
        answer_show(s, to, words);
    else if (strncmp(s->subject, "amend ", 6) == 0)
        answer_amend(s, to, words);
    else if (strncmp(s->subject, "number ", 7) == 0)
        answer_number(s, to, words);
    else
        answer_row(s, to);
}

static void expect(struct scenario *s, char *words)
{
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    ON_EXIT(buf_free_at) struct buf wanted = { 0 };
    if (s->subject[0] == '\0')
        say(s, "an answer to nothing");
    answer(s, &got);
    if (strncmp(s->subject, "show ", 5) == 0)
        buf_put_text(&wanted, words);
    else
        put_expected(&wanted, words);
    if (strcmp(buf_cstr(&got), buf_cstr(&wanted)) != 0)
        say(s, "%s\n  wanted: %s\n  got:    %s", s->subject, buf_cstr(&wanted), buf_cstr(&got));
    s->subject[0] = '\0';
}

static void take_line(struct scenario *s, char *line)
{
    line += strspn(line, " ");
    s->line++;
    if (line[0] == '\0' || line[0] == '#')
        return;
    if (line[0] == '=') {
        expect(s, line + 1 + strspn(line + 1, " "));
        return;
    }
    if (s->subject[0] != '\0')
        say(s, "what was expected of '%s'", s->subject);
    if (!set_scene(s, line))
        (void)snprintf(s->subject, sizeof s->subject, "%s", line);
}

/* Lines that every scenario begins with. */
static void take_file(struct scenario *s, const char *name)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    assert_int_equal(path_join(VECTORS, name, path, NULL), RC_OK);
    assert_int_equal(file_read(path, 1 << 20, &text, NULL), RC_OK);
    assert_true(buf_ok(&text));
    (void)buf_cstr(&text);
    s->name = name;
    s->line = 0;
    char *line = (char *)text.ptr;
    while (line) {
        char *const end = strchr(line, '\n');
        if (end)
            *end = '\0';
        take_line(s, line);
        line = end ? end + 1 : NULL;
    }
    if (s->subject[0] != '\0')
        say(s, "what was expected of '%s'", s->subject);
}

static void run(void **state)
{
    static struct scenario s;
    struct diag d = DIAG_INIT;
    memset(&s, 0, sizeof s);
    fixture_make(&s.f);
    take_file(&s, "begin.txt");
    take_file(&s, *state);
    if (engine_flush(s.f.engine, &d) != RC_OK)
        fail_msg("%s: %s", s.name, d.text);
    fixture_check(&s.f);
    fixture_drop(&s.f);
}

/* --- nothing was left out --- */

static void every_reason_that_the_engine_finds_was_seen(void **state)
{
    (void)state;
    static const enum reason_code read_alone[] = {
        /* found before the engine: tests/unit/scheme and tests/unit/intake */
        REASON_FIELD_MISSING,      REASON_UNKNOWN_COLUMN, REASON_ID_NUMBER_INVALID,
        REASON_NAME_INVALID,       REASON_DATE_IN_FUTURE, REASON_UNKNOWN_POST,
        REASON_POST_NOT_IN_SCHEME, REASON_HOURS_INVALID,  REASON_FILE_MISSING,
    };
    for (size_t i = 0; i < sizeof read_alone / sizeof read_alone[0]; i++)
        seen[read_alone[i]] = true;
    for (int code = REASON_NONE + 1; code < REASON_END; code++)
        if (!seen[code])
            fail_msg("no scenario gives %s", reason_code_text((enum reason_code)code));
}

static void every_outcome_was_seen(void **state)
{
    (void)state;
    for (int o = OUTCOME_RECORDED; o <= OUTCOME_CONFLICT; o++)
        if (!outcomes_seen[o])
            fail_msg("no scenario ends in %s", outcome_name((enum row_outcome)o));
}

#define SCENARIO(sentence)                                                                         \
    {                                                                                              \
#sentence, run, NULL, NULL, (char[])                                                       \
        {                                                                                          \
#sentence ".txt"                                                                       \
        }                                                                                          \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENARIO(a_passed_test_becomes_a_certificate),
        SCENARIO(a_refused_test_names_every_rule_that_it_broke),
        SCENARIO(a_failed_test_is_recorded_and_checked_for_the_common_rules_alone),
        SCENARIO(a_refused_row_leaves_nothing_behind),
        SCENARIO(a_record_id_is_taken_once),
        SCENARIO(histories_answer_for_the_day_of_the_record),
        SCENARIO(training_is_checked_against_its_provider),
        SCENARIO(hours_move_the_deadline),
        SCENARIO(refused_education_names_every_rule_that_it_broke),
        SCENARIO(public_basic_hours_count_for_every_certificate),
        SCENARIO(a_legacy_certificate_is_exchanged_once),
        SCENARIO(refused_exchanges_name_every_rule_that_they_broke),
        SCENARIO(legacy_uploads_are_checked),
        SCENARIO(the_policy_of_the_day_and_of_the_unit_decides),
        SCENARIO(what_no_key_may_sign_is_refused_and_nothing_else),
        SCENARIO(photos_freeze_with_the_first_test),
        SCENARIO(orders_follow_the_transitions),
        SCENARIO(a_second_operator_signs_what_needs_two),
        SCENARIO(an_unlisted_operator_orders_nothing),
        SCENARIO(a_sender_sends_for_its_own_unit_alone),
        SCENARIO(an_amended_holder_gets_new_indexes_everywhere),
        SCENARIO(a_lapsed_certificate_may_be_followed_by_a_new_one),
        cmocka_unit_test(every_reason_that_the_engine_finds_was_seen),
        cmocka_unit_test(every_outcome_was_seen),
    };
    return cmocka_run_group_tests_name("engine rules", tests, NULL, NULL);
}
