/* Who the holder of a certificate is: number, name, document and code, all of them. */
#include "tests/unit/register/engine_fixture.h"

#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/reader/match.h"

struct scene {
    struct fixture f;
    char number[NUMBER_MAX + 1], code[PICKUP_LEN + 1];
};

static int setup(void **state)
{
    static struct scene s;
    struct outcome o;
    fixture_make(&s.f);
    fixture_person("zhang", "name=张示例 id_type=111 id_number=110101190001010014 sex=男");
    fixture_apply(&s.f, "authority - unit_id=033 plan=approved plan_date=2019-01-01", &o);
    fixture_apply(&s.f, "provider - credit_code=P1 unit_id=033 status_from=2019-01-01", &o);
    fixture_apply(&s.f, "training t1 provider=P1 person=zhang finished_on=2020-03-01", &o);
    fixture_apply(&s.f, "test s1 provider=P1 person=zhang held_on=2020-03-05", &o);
    if (o.outcome != OUTCOME_ISSUED)
        fail_msg("outcome %d", (int)o.outcome);
    memcpy(s.number, o.number, sizeof s.number);
    memcpy(s.code, o.pickup, sizeof s.code);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *const s = *state;
    fixture_drop(&s->f);
    return 0;
}

static struct holder_question right(const struct scene *s)
{
    return (struct holder_question){ .ask = HOLDER_KNOWN,
                                     .number = span_text(s->number),
                                     .name = SPAN_LITERAL("张示例"),
                                     .id_number = SPAN_LITERAL("110101190001010014"),
                                     .pickup = span_text(s->code) };
}

static struct match ask(struct scene *s, const struct holder_question *q)
{
    struct match m = { 0 };
    char number[HOLDER_NUMBER_MAX + 1];
    struct diag d = DIAG_INIT;
    match_number(q->number, number);
    if (match_holder(engine_register(s->f.engine), number, q, date_of_time(s->f.home.now), &m,
                     &d) != RC_OK)
        fail_msg("%s", d.text);
    return m;
}

static void whoever_knows_all_of_it_is_the_holder(void **state)
{
    struct scene *const s = *state;
    struct holder_question q = right(s);
    assert_true(ask(s, &q).holder);
    assert_string_equal(ask(s, &q).cert.number, s->number);
    q.id_type = 111;
    assert_true(ask(s, &q).holder);
}

static void what_people_type_otherwise_is_the_same(void **state)
{
    struct scene *const s = *state;
    char spaced[64], lower[PICKUP_LEN + 2];
    struct holder_question q = right(s);
    (void)snprintf(spaced, sizeof spaced, " %.4s %.4s-%s", s->number, s->number + 4, s->number + 8);
    q.number = span_text(spaced);
    (void)snprintf(lower, sizeof lower, "%.5s-%s", s->code, s->code + 5);
    for (char *c = lower; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    q.pickup = span_text(lower);
    assert_true(ask(s, &q).holder);
}

static void one_thing_wrong_is_no_holder(void **state)
{
    struct scene *const s = *state;
    char other[PICKUP_LEN + 1];
    memcpy(other, s->code, sizeof other);
    other[0] = other[0] == '0' ? '1' : '0';
    struct holder_question cases[12];
    size_t n = 0;
    for (; n < 12; n++)
        cases[n] = right(s);
    cases[0].number = SPAN_LITERAL("03301202000000021");
    cases[1].number = SPAN_LITERAL("");
    cases[2].name = SPAN_LITERAL("李示例");
    cases[3].name = SPAN_LITERAL("");
    cases[4].name = SPAN_LITERAL("\xff");
    cases[5].id_number = SPAN_LITERAL("11010119010101002X");
    cases[6].id_number = SPAN_LITERAL("");
    cases[7].id_number = SPAN_LITERAL("0003");
    cases[8].id_type = 414;
    cases[9].pickup = span_text(other);
    cases[10].pickup = SPAN_LITERAL("");
    cases[11].pickup = SPAN_LITERAL("0000000000");
    for (size_t i = 0; i < n; i++) {
        const struct match m = ask(s, &cases[i]);
        assert_false(m.holder);
        assert_int_equal(m.known, i > 1);
    }
}

static void without_a_code_there_is_no_holder(void **state)
{
    struct scene *const s = *state;
    struct reg_cert c;
    struct reg *const r = engine_register(s->f.engine);
    struct outcome o;
    fixture_apply(&s->f, "training t2 provider=P1 person=zhang post=2 finished_on=2020-03-01", &o);
    fixture_apply(&s->f, "test s2 provider=P1 person=zhang post=2 held_on=2020-03-05", &o);
    assert_int_equal(register_cert_find(r, span_text(o.number), &c, NULL), RC_OK);
    char code[PICKUP_LEN + 1];
    struct holder_question q = right(s);
    q.number = span_text(o.number);
    assert_false(ask(s, &q).holder); /* another certificate's code */
    assert_int_equal(register_pickup_make(r, &c, code, NULL), RC_OK);
    q.pickup = span_text(o.pickup);
    assert_false(ask(s, &q).holder); /* the one before */
    q.pickup = span_text(code);
    assert_true(ask(s, &q).holder);
}

static void a_number_of_the_longest_kind_and_one_byte_more(void **state)
{
    (void)state;
    char typed[HOLDER_NUMBER_MAX + 2], number[HOLDER_NUMBER_MAX + 1];
    memset(typed, '7', sizeof typed);
    match_number(span_of(typed, HOLDER_NUMBER_MAX), number);
    assert_int_equal(strlen(number), HOLDER_NUMBER_MAX);
    match_number(span_of(typed, HOLDER_NUMBER_MAX + 1), number);
    assert_string_equal(number, "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(whoever_knows_all_of_it_is_the_holder),
        T(what_people_type_otherwise_is_the_same),
        T(one_thing_wrong_is_no_holder),
        T(without_a_code_there_is_no_holder),
        cmocka_unit_test(a_number_of_the_longest_kind_and_one_byte_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
