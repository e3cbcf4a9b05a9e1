#include "tests/unit/publication/story.h"

#include <stdio.h>

#include "issuer/register/log_checkpoint.h"

void story_people(void)
{
    fixture_person("zhang", "name=张示例 id_type=111 id_number=110101190001010014 sex=男");
    fixture_person("wang", "name=王样本 id_type=111 id_number=11010119010101002X sex=女");
    fixture_person("li", "name=李虚构 id_type=111 id_number=110101190201010035 sex=女");
    fixture_person("zhao", "name=赵某某 id_type=111 id_number=110101190301010040 sex=男");
    fixture_person("aili", "name=艾力·示例 id_type=414 id_number=E00000001 sex=男");
}

void story_lines(struct fixture *f, const char *const *lines)
{
    static struct outcome out;
    struct diag d = DIAG_INIT;
    for (; *lines; lines++) {
        if (**lines == '@') {
            fixture_clock(f, *lines + 1);
            continue;
        }
        fixture_apply(f, *lines, &out);
        if (out.outcome == OUTCOME_REFUSED || out.outcome == OUTCOME_CONFLICT)
            fail_msg("%s: %s", *lines, reason_code_text(out.reasons.items[0].code));
    }
    if (engine_flush(f->engine, &d) != RC_OK)
        fail_msg("%s", d.text);
}

void story_amend(struct fixture *f, unsigned certificate, const char *name)
{
    static struct outcome out[AMENDED_MAX];
    char number[NUMBER_MAX + 1];
    struct reasons reasons;
    struct diag d = DIAG_INIT;
    size_t count;
    fixture_number(f, certificate, number);
    const struct amendment a = {
        .number = span_text(number),
        .name = span_text(name),
        .reason = SPAN_LITERAL("示例更正"),
        .reference = SPAN_LITERAL("示例文号"),
    };
    if (engine_amend(f->engine, &a, out, &count, &reasons, &d) != RC_OK)
        fail_msg("%s", d.text);
}

void story_checkpoint(struct fixture *f, struct buf *note)
{
    ON_EXIT(signer_free_at) struct signer *signer = NULL;
    struct diag d = DIAG_INIT;
    assert_int_equal(home_signer(&f->home, &signer, NULL), RC_OK);
    if (log_checkpoint(engine_register(f->engine), &f->home, signer, note, &d) != RC_OK)
        fail_msg("%s", d.text);
}

/* The check character of GB 11643 (ISO/IEC 7064 MOD 11-2). */
static char check_character(const char digits[17])
{
    static const unsigned weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    unsigned sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += weights[i] * (unsigned)(digits[i] - '0');
    return "10X98765432"[sum % 11];
}

void story_crowd(struct fixture *f, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        char id[19], training[256], test[256];
        (void)snprintf(id, sizeof id, "11010119%02u0101%03u", 10 + i / 1000 % 80, i % 1000);
        id[17] = check_character(id);
        id[18] = '\0';
        (void)snprintf(training, sizeof training,
                       "training crowd-r%u provider=P1 name=众示例 id_type=111 id_number=%s sex=男 "
                       "finished_on=2020-02-01",
                       i, id);
        (void)snprintf(test, sizeof test,
                       "test crowd-t%u provider=P1 name=众示例 id_type=111 id_number=%s "
                       "held_on=2020-02-20",
                       i, id);
        const char *const lines[] = { training, test, NULL };
        static struct outcome out;
        for (const char *const *line = lines; *line; line++) {
            fixture_apply(f, *line, &out);
            assert_true(out.outcome == OUTCOME_RECORDED || out.outcome == OUTCOME_ISSUED);
        }
    }
    assert_int_equal(engine_flush(f->engine, NULL), RC_OK);
}

/* NOLINTBEGIN(bugprone-suspicious-missing-comma): rows longer than a line */
static const char *const first_year[] = {
    "@2020-03-10",
    "authority - unit_id=033 plan=approved plan_date=2019-01-01 docking_date=2019-06-01",
    "authority - unit_id=034 name=某直辖市住建委 plan=submitted plan_date=2019-03-01",
    "authority - unit_id=034 name=某直辖市住建委 plan=approved plan_date=2020-01-01",
    "authority - unit_id=034 name=某直辖市住建委 plan=halted plan_date=2021-06-01",
    "provider - credit_code=P1 unit_id=033 status_from=2019-01-01",
    "provider - credit_code=P2 unit_id=034 status_from=2019-06-01 posts=1;5",
    "training r1 provider=P1 person=zhang finished_on=2020-03-01",
    "training r2 provider=P1 person=zhang finished_on=2020-03-01 post=5",
    "training r3 provider=P2 person=wang finished_on=2020-03-01",
    "training r4 provider=P1 person=zhao finished_on=2020-03-02 post=9",
    "training r5 provider=P1 person=aili finished_on=2020-03-02",
    "training r6 provider=P1 person=aili name=艾力•示例 finished_on=2020-03-03 post=2",
    "photo p1 person=zhang file=png-old",
    "photo p2 person=zhang file=png-a",
    "test t1 provider=P1 person=zhang held_on=2020-03-05",
    "test t2 provider=P1 person=zhang held_on=2020-03-05 post=5",
    "test t3 provider=P2 person=wang held_on=2020-03-05 score=10",
    "test t4 provider=P2 person=wang held_on=2020-03-05",
    "test t5 provider=P1 person=zhao held_on=2020-03-05 post=9",
    "test t6 provider=P1 person=aili held_on=2020-03-05",
    "legacy l1 unit_id=033 old_number=OLD-1 person=li issued_on=2016-01-01",
    "education x1 person=li certificate=OLD-1 ce_year=2020 hours=8 post_hours=8 "
    "finished_on=2020-03-01",
    NULL,
};
static const char *const second_year[] = {
    "education x2 person=li certificate=OLD-1 ce_year=2020 finished_on=2020-03-01",
    "legacy l2 unit_id=034 old_number=OLD-2 person=li issued_on=2017-01-01 post=3",
    "@2021-04-01",
    "education e1 person=zhang certificate=#1 ce_year=2021 hours=64 post_hours=44 "
    "finished_on=2021-04-01",
    "education e2 person=zhang certificate=#2 post=5 ce_year=2021 hours=44 post_hours=44 "
    "finished_on=2021-04-01",
    "order o1 action=suspend certificate=#3 effective_on=2021-04-01",
    "order o2 action=reinstate certificate=#3 reason=复核无误",
    "order o3 action=suspend certificate=#4 effective_on=2021-12-01",
    "order o4 action=withdraw certificate=#6",
    "@2021-05-01",
    "order o5 action=suspend certificate=#2",
    NULL,
};
static const char *const end[] = {
    "@2021-10-01",
    "order o6 action=revoke certificate=#3",
    NULL,
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

/* Certificates: 1 and 2 zhang (033, posts 1 and 5), 3 wang (034), 4 zhao, 5 aili, 6 li's exchange.
 */
void story_tell(struct fixture *f)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    story_people();
    story_lines(f, first_year);
    story_checkpoint(f, &note);
    story_lines(f, second_year);
    story_amend(f, 1, "张正名");
    story_checkpoint(f, &note);
    story_lines(f, end);
}
