/*
 * What a row costs in a register of a given size: it is filled with certificates, then rows as of a
 * day a year later are timed: new people trained and tested, and certificates drawn anywhere
 * renewed; once with each token signed and its signature checked, and once without, which shows
 * what the register itself takes. The linker sends signer_tokens() and trust_list_no_token_key()
 * here: keys have ranges, and none has room for ten million.
 *
 *   bench_growth CERTIFICATES [ROWS]     ROWS are timed, each way; 60000 when left out
 *
 * Prints microseconds a row by the clock and of this processor, and bytes at rest. Ten million
 * certificates take some 12 GB below TMPDIR.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/sys/clock.h"
#include "issuer/register/engine.h"
#include "keys/private/keyfile.h"
#include "tests/bench/invented_records.h"
#include "tests/unit/register/home_scratch.h"

#define POSTS   13u
#define ROWS    60000u
#define SCATTER 48271u /* a prime: no certificate is renewed twice, and none beside the last */

struct growth {
    struct engine *e;
    struct home home;
    uint64_t rows;
    unsigned people;
    int32_t today;
    char id[RECORD_ID_MAX + 1], number[NUMBER_MAX + 1];
};

static void must(enum rc rc, const struct diag *d)
{
    if (rc == RC_OK)
        return;
    (void)fprintf(stderr, "bench_growth: %s: %s\n", rc_name(rc), d->text);
    exit(1);
}

/* --- in place of the signer --- */

static struct private_key *key; /* NULL: nothing is signed */
static struct pubkey *pubkey;

static void sign(struct span payload, uint8_t ret[SIGNATURE_LEN])
{
    struct diag d = DIAG_INIT;
    enum check found = CHECK_BAD;
    must(private_key_sign(key, payload, ret, &d), &d);
    must(pubkey_check(pubkey, payload, span_of(ret, SIGNATURE_LEN), &found, &d), &d);
    must(found == CHECK_GOOD ? RC_OK : RC_BAD_SIGNATURE, &d);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
void __wrap_signer_tokens(struct signer *s, struct token_job *jobs, size_t count, unsigned threads);
void __wrap_signer_tokens(struct signer *s, struct token_job *jobs, size_t count, unsigned threads)
{
    static const uint8_t kid[KID_LEN] = { 1 };
    uint8_t signature[SIGNATURE_LEN] = { 1 };
    (void)s;
    (void)threads;
    ON_EXIT(buf_free_at) struct buf header = { 0 };
    cose_header_put(&header, ALG_ES256, span_of(kid, KID_LEN), NULL);
    for (size_t i = 0; i < count; i++) {
        jobs[i].cose = (struct buf){ 0 };
        if (key)
            sign(jobs[i].payload, signature);
        cose_sign1_put(&jobs[i].cose, buf_span(&header), jobs[i].payload,
                       span_of(signature, sizeof signature));
        jobs[i].rc = buf_rc(&jobs[i].cose, NULL);
    }
}

const char *__real_trust_list_no_token_key(const struct trust_list *t, uint64_t log_index,
                                           uint32_t unit, uint32_t post, int64_t now);
const char *__wrap_trust_list_no_token_key(const struct trust_list *t, uint64_t log_index,
                                           uint32_t unit, uint32_t post, int64_t now);
const char *__wrap_trust_list_no_token_key(const struct trust_list *t, uint64_t log_index,
                                           uint32_t unit, uint32_t post, int64_t now)
{
    (void)log_index;
    return __real_trust_list_no_token_key(t, 0, unit, post, now);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* --- rows --- */

static void apply(struct growth *g, struct record *r, enum row_outcome want)
{
    static const struct reasons none;
    static struct outcome out;
    struct diag d = DIAG_INIT;
    const uint64_t content[2] = { g->rows, (uint64_t)r->kind };
    sha256(span_of(content, sizeof content), r->content);
    must(engine_apply(g->e, r, &none, &out, &d), &d);
    if (out.outcome != want) {
        (void)fprintf(stderr, "bench_growth: a row came out as %d: %s\n", (int)out.outcome,
                      out.reasons.count ? reason_code_text(out.reasons.items[0].code) : "-");
        exit(1);
    }
    if (++g->rows % g->home.settings.group_rows == 0)
        must(engine_commit(g->e, &d), &d);
}

/* Ids ascend, as a sender's do. */
static void name_row(struct growth *g, struct record *r)
{
    (void)snprintf(g->id, sizeof g->id, "row-%010llu", (unsigned long long)g->rows);
    r->record_id = span_text(g->id);
}

static void lists(struct growth *g)
{
    struct record a = invented_authority(g->today - 400);
    apply(g, &a, OUTCOME_RECORDED);
    for (unsigned i = 0; i < INVENTED_PROVIDERS; i++) {
        char code[19];
        invented_credit_code(i, code);
        struct record p = invented_provider(code, g->today - 400);
        apply(g, &p, OUTCOME_RECORDED);
    }
}

static void train(struct growth *g, unsigned who)
{
    char code[19];
    struct record r = { .kind = KIND_TRAINING };
    name_row(g, &r);
    invented_credit_code(who % INVENTED_PROVIDERS, code);
    r.as.training.provider = span_text(code);
    r.as.training.post = 1 + who % POSTS;
    r.as.training.class_id = SPAN_LITERAL("2020-001");
    r.as.training.hours = 4000;
    r.as.training.finished_on = g->today - 30;
    invented_person(&r.as.training.person, who);
    apply(g, &r, OUTCOME_RECORDED);
}

static void test(struct growth *g, unsigned who)
{
    char code[19];
    struct record r = { .kind = KIND_TEST };
    name_row(g, &r);
    invented_credit_code(who % INVENTED_PROVIDERS, code);
    r.as.test.provider = span_text(code);
    r.as.test.post = 1 + who % POSTS;
    r.as.test.held_on = g->today - 1;
    r.as.test.score = 8000;
    r.as.test.full_score = 10000;
    r.as.test.national_share = 10000;
    r.as.test.face_checked = true;
    invented_person(&r.as.test.person, who);
    apply(g, &r, OUTCOME_ISSUED);
}

/* The certificate with this id is that of the person of this number: one a person. */
static void renew(struct growth *g, unsigned who)
{
    char code[19];
    struct diag d = DIAG_INIT;
    struct reg_cert cert;
    struct record r = { .kind = KIND_EDUCATION };
    must(register_cert(engine_register(g->e), who, &cert, &d), &d);
    (void)snprintf(g->number, sizeof g->number, "%s", cert.number);
    name_row(g, &r);
    invented_credit_code(who % INVENTED_PROVIDERS, code);
    r.as.education.provider = span_text(code);
    r.as.education.certificate = span_text(g->number);
    r.as.education.post = 1 + who % POSTS;
    r.as.education.ce_year = 2021;
    r.as.education.hours = 6400;
    r.as.education.post_hours = 4400;
    r.as.education.finished_on = g->today - 1;
    invented_person(&r.as.education.person, who);
    apply(g, &r, OUTCOME_RENEWED);
}

/* --- filling and timing --- */

#define CLASS 1000u /* people who are trained, then tested, together */

static void certify(struct growth *g, unsigned count)
{
    for (unsigned done = 0; done < count; done += CLASS) {
        const unsigned n = count - done < CLASS ? count - done : CLASS;
        for (unsigned i = 0; i < n; i++)
            train(g, g->people + i);
        for (unsigned i = 0; i < n; i++)
            test(g, g->people + i);
        g->people += n;
    }
}

static void open_day(struct growth *g, int year, int month, int day)
{
    const struct engine_options options = { .sender = "local" };
    struct diag d = DIAG_INIT;
    must(date_from_ymd(year, month, day, &g->today) ? RC_OK : RC_FORMAT, &d);
    g->home.now = date_start_s(g->today) + 36000;
    must(engine_open(&g->home, &options, &g->e, &d), &d);
}

static void close_day(struct growth *g)
{
    struct diag d = DIAG_INIT;
    must(engine_flush(g->e, &d), &d);
    engine_close(g->e);
    g->e = NULL;
}

struct cost {
    double wall, busy;
};

static struct cost cost_now(void)
{
    return (struct cost){ clock_elapsed(), (double)clock() / CLOCKS_PER_SEC };
}

static void print_cost(const char *name, struct cost from, uint64_t rows)
{
    const struct cost to = cost_now();
    (void)printf("%-20s %10llu rows %8.2f us a row, %8.2f of processor\n", name,
                 (unsigned long long)rows, (to.wall - from.wall) * 1e6 / (double)rows,
                 (to.busy - from.busy) * 1e6 / (double)rows);
    (void)fflush(stdout);
}

/* Half of the rows certify, half renew certificates that no other part renews. */
static void time_rows(struct growth *g, unsigned certificates, unsigned rows, unsigned part,
                      const char *const names[3])
{
    struct diag d = DIAG_INIT;
    const struct cost from = cost_now();
    certify(g, rows / 4);
    must(engine_flush(g->e, &d), &d);
    print_cost(names[0], from, (uint64_t)rows / 4 * 2);

    const struct cost second = cost_now();
    for (unsigned i = part * (rows / 2); i < (part + 1) * (rows / 2); i++)
        renew(g, (unsigned)((uint64_t)i * SCATTER % certificates));
    must(engine_flush(g->e, &d), &d);
    print_cost(names[1], second, rows / 2);
    print_cost(names[2], from, rows);
}

static void measure(struct growth *g, unsigned certificates, unsigned rows)
{
    static const char *const whole[] = { "certifying", "renewing", "row" };
    static const char *const unsigned_rows[] = { "certifying, unsigned", "renewing, unsigned",
                                                 "row, unsigned" };
    struct diag d = DIAG_INIT;
    const struct cost from = cost_now();
    open_day(g, 2020, 12, 1);
    lists(g);
    certify(g, certificates);
    close_day(g);
    print_cost("filling, unsigned", from, g->rows);

    open_day(g, 2022, 1, 10); /* in everybody's first CE year, 2021 */
    certify(g, CLASS);        /* the caches as they are in the middle of a day */
    must(engine_flush(g->e, &d), &d);
    time_rows(g, certificates, rows, 0, unsigned_rows);
    must(private_key_generate(ALG_ES256, &key, &d), &d);
    must(pubkey_new(private_key_public(key), &pubkey, &d), &d);
    time_rows(g, certificates, rows, 1, whole);
    close_day(g);
    pubkey_free(pubkey);
    private_key_free(key);
}

static void print_size(const struct growth *g)
{
    char path[PATH_LEN];
    struct stat st;
    struct diag d = DIAG_INIT;
    must(home_path(&g->home, "register/data.mdb", path, &d), &d);
    if (stat(path, &st) == 0)
        (void)printf("%u people, %.0f bytes a certificate at rest\n", g->people,
                     (double)st.st_size / g->people);
}

int main(int argc, char **argv)
{
    const unsigned certificates = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    const unsigned rows = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : ROWS;
    char folder[PATH_LEN], path[PATH_LEN];
    struct diag d = DIAG_INIT;
    static struct growth g;
    const struct home_choices choices = { .demo = true };
    if (certificates < 4 || certificates / 2 < rows || certificates > 50000000 || rows < 4 ||
        argc > 3) {
        (void)fputs("usage: bench_growth CERTIFICATES [ROWS]\n", stderr);
        return 2;
    }
    if (!scratch_make(folder))
        return 1;
    must(path_join(folder, "home", path, &d), &d);
    must(home_init(path, &choices, &d), &d);
    must(home_open(path, &g.home, &d), &d);
    measure(&g, certificates, rows);
    print_size(&g);
    home_close(&g.home);
    scratch_drop(folder);
    return 0;
}
