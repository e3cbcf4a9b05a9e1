/* The operator's page: on the internal listener alone, without a person's data. */
#include <stdio.h>

#include "issuer/daemon/front.h"
#include "issuer/overview/overview_page.h"

/* The report of a large register takes a while; the next question finds it made. */
#define ASK_MS   20000u
#define HTML     "text/html; charset=utf-8"
#define KEYS_MAX 64u /* that are shown: those that end first */

/* --- refusals --- */

static const struct refusal {
    const char *code, *zh, *en;
} refusals[] = {
#define X(name, status, code, zh, en) [name] = { code, zh, en },
    DENIAL_LIST(X)
#undef X
#define X(name, code, status, zh, en) [DENIAL_COUNT + name] = { code, zh, en },
        MESSAGE_PROBLEM_LIST(X)
#undef X
};
#define REFUSALS (sizeof refusals / sizeof refusals[0])

static size_t list_refusals(const struct front *f, bool english,
                            struct overview_refusal ret[REFUSALS])
{
    size_t count = 0;
    for (size_t i = 0; i < REFUSALS; i++) {
        const uint64_t times = refusals[i].code ? metrics_refused(f->metrics, i) : 0;
        if (times > 0)
            ret[count++] =
                (struct overview_refusal){ .code = refusals[i].code,
                                           .title = english ? refusals[i].en : refusals[i].zh,
                                           .count = times };
    }
    return count;
}

/* --- keys --- */

struct key_room {
    char kids[KEYS_MAX][2 * KID_LEN + 1];
    struct overview_key keys[KEYS_MAX + 1];
};

/* Those that end first, in order; the list itself before them. */
static size_t list_keys(const struct trust_list *list, struct key_room *room)
{
    size_t count = 0;
    const struct trusted_key *shown[KEYS_MAX];
    for (size_t i = 0; i < list->key_count; i++) {
        const struct trusted_key *const key = &list->keys[i];
        size_t at = count < KEYS_MAX ? count++ : KEYS_MAX;
        for (; at > 0 && shown[at - 1]->not_after > key->not_after; at--)
            if (at < KEYS_MAX)
                shown[at] = shown[at - 1];
        if (at < KEYS_MAX)
            shown[at] = key;
    }
    room->keys[0] = (struct overview_key){ .use = "", .kid = "", .until = list->next_update };
    for (size_t i = 0; i < count; i++) {
        hex_encode(shown[i]->kid, KID_LEN, room->kids[i]);
        room->keys[i + 1] = (struct overview_key){ .use = key_use_name(shown[i]->use),
                                                   .kid = room->kids[i],
                                                   .until = shown[i]->not_after };
    }
    return count + 1;
}

/* --- the answer --- */

static void put_status(struct overview *o, const struct status *s, bool has_core)
{
    o->has_core = has_core;
    o->queued = s->queued;
    o->working = s->working;
    o->done = s->done;
    o->failed = s->failed;
    o->rows_taken = s->recorded + s->issued + s->renewed + s->exchanged;
    o->rows_refused = s->refused + s->conflict;
    o->last_commit = s->last_commit_s;
    o->last_signing = s->last_signing_s;
    o->holders_given = s->holder_answered;
    o->holders_no_match = s->holder_no_match;
    o->holders_closed = s->holder_closed;
}

static void answer(struct http_exchange *x, const struct overview *o)
{
    char style[OVERVIEW_STYLE_HASH_LEN], policy[192];
    struct buf b = { 0 };
    overview_page(&b, o);
    overview_style_hash(style);
    (void)snprintf(policy, sizeof policy,
                   "default-src 'none'; style-src %s; img-src data:; base-uri 'none'; form-action "
                   "'none'; frame-ancestors 'none'",
                   style);
    http_answer_header(x, "Cache-Control", "no-store");
    http_answer_header(x, "Content-Security-Policy", policy);
    http_answer_header(x, "X-Content-Type-Options", "nosniff");
    http_answer_header(x, "X-Frame-Options", "DENY");
    http_answer_header(x, "Referrer-Policy", "no-referrer");
    front_answer_text(x, 200, HTML, &b);
    buf_free(&b);
}

/* What the reader does not tell is missing from the page, with the reason. */
static void ask_report(struct front *f, struct overview *o, struct said *s)
{
    struct diag d = DIAG_INIT;
    const struct question q = { .ask = ASK_OVERVIEW, .is_operator = true, .chinese = !o->english };
    if (link_ask(f->reader, &q, -1, ASK_MS, s, &d) != RC_OK)
        o->no_report = "reader_gone";
    else if (s->answer.reply != REPLY_OK)
        o->no_report = s->answer.detail[0] ? s->answer.detail : "failed";
    else
        o->report = s->answer.body;
}

void front_get_overview(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    bool given = false;
    const struct span lang = http_query(x, "lang", &given);
    struct front_part parts[FRONT_PARTS];
    struct overview_part shown[FRONT_PARTS];
    struct overview_refusal refused[REFUSALS];
    struct key_room keys;
    struct status core;
    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    struct overview o = {
        .english = given ? span_equal(lang, SPAN_LITERAL("en")) : http_wants_english(x),
        .demo = f->home.trust->demo,
        .now = f->home.now,
    };
    if (front_now(f, &o.now, NULL) != RC_OK)
        o.now = f->home.now;
    (void)front_parts(f, parts, &core);
    for (size_t i = 0; i < FRONT_PARTS; i++)
        shown[i] = (struct overview_part){ parts[i].name, parts[i].reason };
    o.parts = shown;
    o.part_count = FRONT_PARTS;
    put_status(&o, &core, parts[0].ready || core.register_max_bytes > 0);
    o.keys = keys.keys;
    o.key_count = list_keys(who_take_trust(f->who), &keys);
    who_give_trust(f->who);
    o.refusals = refused;
    o.refusal_count = list_refusals(f, o.english, refused);
    ask_report(f, &o, &s);
    answer(x, &o);
}
