#include "tests/unit/register/engine_script.h"

#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"

void (*script_arm)(bool on);

/* '@' sets the clock, '!' corrects the name on the first certificate. */
/* NOLINTBEGIN(bugprone-suspicious-missing-comma): rows longer than a line */
static const char *const script[] = {
    "@2020-03-10",
    "authority - unit_id=033 plan=approved plan_date=2019-01-01",
    "provider - credit_code=P1 unit_id=033 status_from=2019-01-01",
    "training r1 provider=P1 person=zhang finished_on=2020-03-01",
    "training r2 provider=P1 person=zhang finished_on=2020-03-01 post=5",
    "training r3 provider=P1 person=wang finished_on=2020-03-01",
    "photo p1 person=zhang file=png-a",
    "test t1 provider=P1 person=zhang held_on=2020-03-05",
    "test t2 provider=P1 person=zhang held_on=2020-03-05 post=5",
    "test t3 provider=P1 person=wang held_on=2020-03-05 score=10",
    "test t4 provider=P1 person=wang held_on=2020-03-05",
    "legacy l1 unit_id=033 old_number=OLD-1 person=li issued_on=2016-01-01",
    "legacy l2 unit_id=033 old_number=OLD-2 person=li issued_on=2016-01-01 post=3",
    "education x1 person=li certificate=OLD-1 ce_year=2020 hours=8 post_hours=8 "
    "finished_on=2020-03-01",
    "education x2 person=li certificate=OLD-1 ce_year=2020 finished_on=2020-03-01",
    "education x3 person=li certificate=OLD-2 post=3 ce_year=2020 finished_on=2020-03-01",
    "order o1 action=suspend certificate=#3",
    "order o2 action=reinstate certificate=#3",
    "@2021-04-01",
    "education e1 person=zhang certificate=#1 ce_year=2021 hours=64 post_hours=44 "
    "finished_on=2021-04-01",
    "education e2 person=zhang certificate=#2 post=5 ce_year=2021 hours=44 post_hours=44 "
    "finished_on=2021-04-01",
    "order o3 action=suspend certificate=#1 effective_on=2021-05-01",
    "!张正名",
    "education e3 person=wang certificate=#3 ce_year=2021 hours=64 post_hours=64 "
    "finished_on=2021-04-01",
    "training r4 provider=P1 person=zhao finished_on=2021-04-01",
    "test t5 provider=P1 person=zhao held_on=2021-04-01",
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */
#define SCRIPT_LINES (sizeof script / sizeof script[0])

static void arm(bool on)
{
    if (script_arm)
        script_arm(on);
}

/* Rows that are in already don't mind the clock; it must only not stand before the last signing. */
static void set_clock(struct fixture *f, const char *date)
{
    int64_t last = 0;
    fixture_clock(f, date);
    assert_int_equal(register_fact(engine_register(f->engine), FACT_LAST_SIGNED_AT, 0, &last, NULL),
                     RC_OK);
    if (f->home.now < last)
        f->home.now = last;
}

static enum rc correct(struct fixture *f, const char *name, struct diag *d)
{
    static struct outcome out[AMENDED_MAX];
    char number[NUMBER_MAX + 1];
    struct reasons reasons;
    size_t count;
    fixture_number(f, 1, number);
    const struct amendment a = {
        .number = span_text(number),
        .name = span_text(name),
        .reason = SPAN_LITERAL("示例更正"),
        .reference = SPAN_LITERAL("示例文号"),
    };
    struct diag why = DIAG_INIT;
    arm(true);
    const enum rc rc = engine_amend(f->engine, &a, out, &count, &reasons, &why);
    arm(false);
    /* Done before the break: nothing would change. */
    if (rc == RC_REFUSED && reasons_has(&reasons, REASON_FIELD_INVALID))
        return RC_OK;
    return rc == RC_OK ? rc : diag_set(d, rc, why.offset, "%s", why.text);
}

static enum rc apply(struct fixture *f, const char *line, struct diag *d)
{
    static struct outcome out;
    struct line_record r;
    fixture_read(f, line, &r);
    arm(true);
    const enum rc rc = engine_apply(f->engine, &r.record, &r.early, &out, d);
    arm(false);
    line_record_free(&r);
    if (rc == RC_OK && (out.outcome == OUTCOME_REFUSED || out.outcome == OUTCOME_CONFLICT))
        fail_msg("%s: %s", line, reason_code_text(out.reasons.items[0].code));
    return rc;
}

static enum rc commit(struct fixture *f, enum rc (*how)(struct engine *e, struct diag *d),
                      struct diag *d)
{
    arm(true);
    const enum rc rc = how(f->engine, d);
    arm(false);
    return rc;
}

enum rc script_run(struct fixture *f, void (*after_row)(unsigned row), struct diag *d)
{
    unsigned rows = 0;
    for (size_t i = 0; i < SCRIPT_LINES; i++) {
        enum rc rc = RC_OK;
        if (script[i][0] == '@')
            set_clock(f, script[i] + 1);
        else if (script[i][0] == '!')
            rc = correct(f, script[i] + 1, d);
        else
            rc = apply(f, script[i], d);
        if (rc == RC_OK && script[i][0] != '@' && ++rows % SCRIPT_GROUP == 0)
            rc = commit(f, engine_commit, d);
        if (rc != RC_OK)
            return rc;
        if (after_row && script[i][0] != '@')
            after_row(rows);
    }
    return commit(f, engine_flush, d);
}

static void run_and_dump(struct fixture *f, struct buf *to)
{
    struct diag d = DIAG_INIT;
    fixture_clock(f, "2021-04-01");
    fixture_open(f);
    if (script_run(f, NULL, &d) != RC_OK)
        fail_msg("%s", d.text);
    fixture_check(f);
    fixture_dump(engine_register(f->engine), to);
    fixture_close(f);
    fixture_empty(f);
}

void script_reference(struct fixture *f, struct buf *to)
{
    fixture_person("zhang", "name=张示例 id_type=111 id_number=110101190001010014 sex=男");
    fixture_person("wang", "name=王样本 id_type=111 id_number=11010119010101002X sex=女");
    fixture_person("li", "name=李虚构 id_type=111 id_number=110101190201010035 sex=女");
    fixture_person("zhao", "name=赵某某 id_type=111 id_number=110101190301010040 sex=男");
    fixture_close(f);
    fixture_empty(f);
    run_and_dump(f, to);
}

void script_finish(struct fixture *f, const struct buf *reference)
{
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    ON_EXIT(buf_free_at) struct buf want = { 0 };
    run_and_dump(f, &got);
    buf_put_span(&want, buf_span(reference));
    assert_string_equal(buf_cstr(&got), buf_cstr(&want));
}
