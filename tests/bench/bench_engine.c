/*
 * The engine alone on a notice year: 692,000 rows that give 195,010 certificates, against as many
 * bare ES256 signatures. Prints rates and ratios; parsing is not in it.
 *
 *   bench_engine [PART]   PART of 100 of the year; 10 when left out
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/dates.h"
#include "core/crypto/hash.h"
#include "core/sys/clock.h"
#include "issuer/register/engine.h"
#include "tests/bench/invented_records.h"
#include "tests/unit/register/home_scratch.h"

#define TRAINED    173792u
#define PASSED     43416u
#define LEGACY     151594u
#define SIGNATURES 20000u

struct year {
    struct engine *e;
    struct home home;
    uint64_t rows, counts[8];
    unsigned group, too_few;
    char id[RECORD_ID_MAX + 1], number[RECORD_ID_MAX + 1];
    int32_t today;
};

static void must(enum rc rc, const struct diag *d)
{
    if (rc == RC_OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", rc_name(rc), d->text);
    exit(1);
}

static void apply(struct year *y, struct record *r)
{
    static const struct reasons none;
    static struct outcome out;
    struct diag d = DIAG_INIT;
    /* What intake's threads do beside us. */
    const uint64_t content[2] = { y->rows, (uint64_t)r->kind };
    sha256(span_of(content, sizeof content), r->content);
    must(engine_apply(y->e, r, &none, &out, &d), &d);
    y->counts[out.outcome]++;
    if (out.outcome == OUTCOME_REFUSED && y->counts[out.outcome] == 1)
        (void)fprintf(stderr, "refused: %s\n", reason_code_text(out.reasons.items[0].code));
    if (++y->rows % y->group == 0)
        must(engine_commit(y->e, &d), &d);
}

static void name_id(struct year *y, struct record *r, const char *kind, unsigned i)
{
    (void)snprintf(y->id, sizeof y->id, "%s-2020-%06u", kind, i);
    r->record_id = span_text(y->id);
}

static void lists(struct year *y)
{
    struct record a = invented_authority(y->today - 400);
    apply(y, &a);
    for (unsigned i = 0; i < INVENTED_PROVIDERS; i++) {
        char code[19];
        invented_credit_code(i, code);
        struct record p = invented_provider(code, y->today - 400);
        apply(y, &p);
    }
}

static void legacy(struct year *y, unsigned i)
{
    struct record r = { .kind = KIND_LEGACY };
    name_id(y, &r, "L", i);
    (void)snprintf(y->number, sizeof y->number, "ZJ2016%08u", i);
    r.as.legacy.unit = 33;
    r.as.legacy.old_number = span_text(y->number);
    r.as.legacy.post = 1 + i % 13;
    r.as.legacy.issued_on = y->today - 1500;
    invented_person(&r.as.legacy.person, 1000000 + i);
    apply(y, &r);
}

static void training(struct year *y, unsigned i)
{
    char code[19];
    struct record r = { .kind = KIND_TRAINING };
    name_id(y, &r, "T", i);
    invented_credit_code(i % INVENTED_PROVIDERS, code);
    r.as.training.provider = span_text(code);
    r.as.training.post = 1 + i % 13;
    r.as.training.class_id = SPAN_LITERAL("2020-001");
    r.as.training.hours = 4000;
    r.as.training.finished_on = y->today - 30;
    invented_person(&r.as.training.person, i);
    apply(y, &r);
}

static void test(struct year *y, unsigned i)
{
    char code[19];
    struct record r = { .kind = KIND_TEST };
    name_id(y, &r, "X", i);
    invented_credit_code(i % INVENTED_PROVIDERS, code);
    r.as.test.provider = span_text(code);
    r.as.test.post = 1 + i % 13;
    r.as.test.held_on = y->today - (int32_t)(i % 20);
    r.as.test.score = i % 4 == 0 ? 8000 : 4000;
    r.as.test.full_score = 10000;
    r.as.test.national_share = 10000;
    r.as.test.face_checked = true;
    invented_person(&r.as.test.person, i);
    apply(y, &r);
}

static void education(struct year *y, unsigned i)
{
    char code[19];
    struct record r = { .kind = KIND_EDUCATION };
    name_id(y, &r, "E", i);
    /* First those who have too few hours yet, then those who are done. */
    const unsigned who = i < y->too_few ? i : i - y->too_few;
    (void)snprintf(y->number, sizeof y->number, "ZJ2016%08u", who);
    invented_credit_code(i % INVENTED_PROVIDERS, code);
    r.as.education.provider = span_text(code);
    r.as.education.certificate = span_text(y->number);
    r.as.education.post = 1 + who % 13;
    r.as.education.ce_year = date_year(y->today - 3);
    r.as.education.hours = i < y->too_few ? 1600 : 3200;
    r.as.education.post_hours = 1600;
    r.as.education.finished_on = y->today - 3;
    invented_person(&r.as.education.person, 1000000 + who);
    apply(y, &r);
}

static double signing_rate(const struct home *h)
{
    char path[PATH_LEN];
    struct diag d = DIAG_INIT;
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    must(home_path(h, "keys/token-1.pem", path, &d), &d);
    must(private_key_load(path, &key, &d), &d);
    const clock_t start = clock();
    for (uint32_t i = 0; i < SIGNATURES; i++) {
        uint8_t signature[SIGNATURE_LEN], msg[120] = { (uint8_t)i, (uint8_t)(i >> 8) };
        must(private_key_sign(key, span_of(msg, sizeof msg), signature, &d), &d);
    }
    return (double)(clock() - start) / CLOCKS_PER_SEC / SIGNATURES;
}

/* --- the year --- */

static const struct stage {
    const char *name;
    void (*row)(struct year *y, unsigned i);
    unsigned count;
} stages[] = { { "legacy", legacy, LEGACY },
               { "training", training, TRAINED },
               { "test", test, TRAINED },
               { "education", education, PASSED + LEGACY } };

static void run_stage(struct year *y, const struct stage *s, unsigned part)
{
    const unsigned count = (unsigned)((uint64_t)s->count * part / 100);
    const double from = clock_elapsed();
    for (unsigned i = 0; i < count; i++)
        s->row(y, i);
    (void)printf("%-10s %8u rows %7.2f us each\n", s->name, count,
                 (clock_elapsed() - from) * 1e6 / count);
}

static void report(struct year *y, double took, double busy, double each)
{
    char path[PATH_LEN];
    struct stat st;
    struct diag d = DIAG_INIT;
    const uint32_t certs = register_cert_count(engine_register(y->e));
    must(home_path(&y->home, "register/data.mdb", path, &d), &d);
    if (stat(path, &st) != 0)
        exit(1);
    (void)printf(
        "%llu rows, %u certificates, %llu refused: %.2f s (%.2f us a row), %.2f s of processor\n",
        (unsigned long long)y->rows, certs, (unsigned long long)y->counts[OUTCOME_REFUSED], took,
        took * 1e6 / (double)y->rows, busy);
    (void)printf("bare ES256 %.2f us: the engine takes %.2f x that of the certificates, %.2f x in "
                 "processor time\n",
                 each * 1e6, took / (each * certs), busy / (each * certs));
    (void)printf("%.0f bytes a certificate at rest\n", (double)st.st_size / certs);
}

static void run(struct year *y, unsigned part)
{
    const struct engine_options options = { .sender = "local" };
    struct diag d = DIAG_INIT;
    const double each = signing_rate(&y->home);
    must(engine_open(&y->home, &options, &y->e, &d), &d);
    lists(y);
    const double start = clock_elapsed();
    const clock_t cpu = clock();
    for (size_t s = 0; s < sizeof stages / sizeof stages[0]; s++)
        run_stage(y, &stages[s], part);
    must(engine_flush(y->e, &d), &d);
    report(y, clock_elapsed() - start, (double)(clock() - cpu) / CLOCKS_PER_SEC, each);
    engine_close(y->e);
}

int main(int argc, char **argv)
{
    const unsigned part = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 10;
    char folder[PATH_LEN], path[PATH_LEN];
    struct diag d = DIAG_INIT;
    static struct year y;
    const struct home_choices choices = { .demo = true };
    if (part == 0 || part > 100 || !scratch_make(folder))
        return 1;
    must(path_join(folder, "home", path, &d), &d);
    must(home_init(path, &choices, &d), &d);
    must(home_open(path, &y.home, &d), &d);
    must(date_from_ymd(2020, 12, 1, &y.today) ? RC_OK : RC_FORMAT, &d);
    y.home.now = date_start_s(y.today) + 36000;
    y.group = y.home.settings.group_rows;
    y.too_few = (unsigned)((uint64_t)PASSED * part / 100);
    run(&y, part);
    home_close(&y.home);
    scratch_drop(folder);
    return 0;
}
