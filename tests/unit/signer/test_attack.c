/*
 * A process that may connect and has been taken over, against the real signer of a real (not a
 * demonstration) home: what policy forbids, it does not get.
 */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/cert/tlog.h"
#include "core/cert/token.h"
#include "core/ipc/ipc.h"
#include "issuer/register/home.h"
#include "keys/memory/memory.h"
#include "keys/private/order.h"
#include "keys/private/root_sign.h"
#include "keys/signer/protocol.h"
#include "tests/unit/register/home_scratch.h"

#define LIMIT_MS 20000

struct attack {
    char folder[PATH_LEN], home_path[PATH_LEN];
    struct home home;
    pid_t pid;
    int socket;
    struct buf answer; /* what the last struct signer_answer borrows */
    struct private_key *operators[2];
};

/* --- the process --- */

__attribute__((noreturn)) static void become(const char *home, int socket)
{
    char number[16];
    (void)snprintf(number, sizeof number, "%d", socket);
    (void)fcntl(socket, F_SETFD, 0);
    (void)execl(SIGNER_PROGRAM, "sitecert-signer", "--home", home, "--serve", number, (char *)NULL);
    _exit(127);
}

static void start(struct attack *a)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    a->pid = fork();
    if (a->pid == 0)
        become(a->home_path, ends[1]);
    assert_true(a->pid > 0);
    (void)close(ends[1]);
    a->socket = ends[0];
}

static void end(struct attack *a, int how)
{
    if (a->pid <= 0)
        return;
    if (how)
        (void)kill(a->pid, how);
    (void)close(a->socket);
    (void)waitpid(a->pid, NULL, 0);
    a->pid = 0;
}

static void restart(struct attack *a, int how)
{
    end(a, how);
    start(a);
}

static enum rc send_raw(struct attack *a, struct span message, struct signer_answer *ret)
{
    assert_int_equal(ipc_send(a->socket, message, -1, LIMIT_MS, NULL), RC_OK);
    const enum rc rc = ipc_receive(a->socket, &a->answer, NULL, LIMIT_MS, NULL);
    if (rc != RC_OK)
        return rc;
    assert_int_equal(signer_answer_read(buf_span(&a->answer), ret, NULL), RC_OK);
    return (enum rc)ret->rc;
}

static enum rc ask(struct attack *a, const struct signer_question *q, struct signer_answer *ret)
{
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    signer_question_put(&message, q);
    return send_raw(a, buf_span(&message), ret);
}

/* --- the home: a token key for unit 33 and post 1 alone stands in its second trust list --- */

static int64_t now(void)
{
    return (int64_t)time(NULL);
}

static void put_list(const struct attack *a, struct span bytes)
{
    char path[PATH_LEN];
    assert_int_equal(path_join(a->home_path, "trust.cbor", path, NULL), RC_OK);
    assert_int_equal(file_replace(path, bytes, 0644, NULL), RC_OK);
}

static struct private_key *load(const struct attack *a, const char *name)
{
    char path[PATH_LEN];
    struct private_key *key = NULL;
    assert_int_equal(path_join(a->home_path, name, path, NULL), RC_OK);
    assert_int_equal(private_key_load(path, &key, NULL), RC_OK);
    return key;
}

static void narrow_first_key(struct attack *a)
{
    ON_EXIT(private_key_free_at) struct private_key *root = load(a, "keys/root-1.pem");
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    const struct private_key *const roots[] = { root };
    struct trust_list *const list = a->home.trust;
    for (size_t i = 0; i < list->key_count; i++) {
        if (list->keys[i].use != USE_TOKEN || list->keys[i].first != 0)
            continue;
        list->keys[i].unit_count = list->keys[i].post_count = 1;
        list->keys[i].units[0] = 33;
        list->keys[i].posts[0] = 1;
    }
    list->sequence = 2;
    assert_int_equal(trust_list_sign(list, roots, 1, &list->roots, &bytes, NULL), RC_OK);
    put_list(a, buf_span(&bytes));
}

static int setup(void **state)
{
    static struct attack a;
    const struct home_choices choices = { .demo = false };
    a = (struct attack){ .socket = -1 };
    assert_true(scratch_make(a.folder));
    assert_int_equal(path_join(a.folder, "home", a.home_path, NULL), RC_OK);
    assert_int_equal(home_init(a.home_path, &choices, NULL), RC_OK);
    assert_int_equal(home_open(a.home_path, &a.home, NULL), RC_OK);
    a.operators[0] = load(&a, "keys/operator-1.pem");
    a.operators[1] = load(&a, "keys/operator-2.pem");
    narrow_first_key(&a);
    start(&a);
    *state = &a;
    return 0;
}

static int teardown(void **state)
{
    struct attack *const a = *state;
    end(a, SIGKILL);
    private_key_free(a->operators[0]);
    private_key_free(a->operators[1]);
    buf_free(&a->answer);
    home_close(&a->home);
    scratch_drop(a->folder);
    return 0;
}

/* --- tokens --- */

static struct token good_token(uint64_t index)
{
    return (struct token){
        .number = SPAN_LITERAL("03301202300000017"),
        .iat = now(),
        .name = SPAN_LITERAL("张示例"),
        .id_type = 111,
        .id_tail = SPAN_LITERAL("1234"),
        .post = 1,
        .unit = 33,
        .provider = 0,
        .issued = 20000,
        .deadline = 21000,
        .version = 1,
        .status_index = 5,
        .log_index = index,
    };
}

static enum rc ask_payload(struct attack *a, struct span payload, struct buf *token)
{
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    struct token_job job = { .payload = payload };
    struct signer_answer answer;
    signer_payloads_put(&items, &job, 1);
    const struct signer_question q = { .ask = SIGNER_ASK_TOKENS, .items = buf_span(&items) };
    const enum rc rc = ask(a, &q, &answer);
    if (rc != RC_OK)
        return rc;
    assert_int_equal(signer_tokens_read(answer.items, &job, 1, NULL), RC_OK);
    if (token) {
        buf_clear(token);
        buf_put_span(token, buf_span(&job.cose));
    }
    buf_free(&job.cose);
    return job.rc;
}

static enum rc ask_token(struct attack *a, const struct token *t, struct buf *token)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    token_payload_put(&payload, t);
    return ask_payload(a, buf_span(&payload), token);
}

static void another_payload_for_a_used_index_is_refused(void **state)
{
    struct attack *const a = *state;
    struct token t = good_token(7);
    assert_int_equal(ask_token(a, &t, NULL), RC_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask_token(a, &t, NULL), RC_OK); /* the same again is answered */
        struct token other = t;
        other.deadline++;
        assert_int_equal(ask_token(a, &other, NULL), RC_REFUSED);
        restart(a, SIGKILL);
    }
}

static void one_request_has_no_index_twice(void **state)
{
    struct attack *const a = *state;
    struct token t = good_token(3);
    ON_EXIT(buf_free_at) struct buf one = { 0 };
    ON_EXIT(buf_free_at) struct buf other = { 0 };
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    token_payload_put(&one, &t);
    t.deadline++;
    token_payload_put(&other, &t);
    struct token_job jobs[2] = { { .payload = buf_span(&one) }, { .payload = buf_span(&other) } };
    struct signer_answer answer;
    signer_payloads_put(&items, jobs, 2);
    const struct signer_question q = { .ask = SIGNER_ASK_TOKENS, .items = buf_span(&items) };
    assert_int_equal(ask(a, &q, &answer), RC_OK);
    assert_int_equal(signer_tokens_read(answer.items, jobs, 2, NULL), RC_OK);
    assert_int_equal(jobs[0].rc, RC_OK);
    assert_int_equal(jobs[1].rc, RC_REFUSED);
    buf_free(&jobs[0].cose);
    buf_free(&jobs[1].cose);
}

static void an_issue_time_before_the_last_or_ahead_is_refused(void **state)
{
    struct attack *const a = *state;
    struct token t = good_token(0);
    t.iat = now() + 60;
    assert_int_equal(ask_token(a, &t, NULL), RC_REFUSED);
    t.iat = now() + 1; /* clocks may differ by a little */
    assert_int_equal(ask_token(a, &t, NULL), RC_OK);
    const int64_t last = t.iat;
    t = good_token(1);
    t.iat = last;
    assert_int_equal(ask_token(a, &t, NULL), RC_OK);
    for (int i = 0; i < 2; i++) {
        t = good_token(2);
        t.iat = last - 1;
        assert_int_equal(ask_token(a, &t, NULL), RC_REFUSED);
        restart(a, SIGKILL); /* it is remembered */
    }
    assert_true(a->home.trust->issued < last); /* so it was not the key's dates */
}

static void an_index_or_scope_that_no_key_has_is_refused(void **state)
{
    struct attack *const a = *state;
    struct token t = good_token(2000000);
    assert_int_equal(ask_token(a, &t, NULL), RC_REFUSED);
    t = good_token((uint64_t)1 << 40);
    assert_int_equal(ask_token(a, &t, NULL), RC_REFUSED);
    t = good_token(0);
    t.unit = 34;
    assert_int_equal(ask_token(a, &t, NULL), RC_REFUSED);
    t = good_token(0);
    t.post = 2;
    assert_int_equal(ask_token(a, &t, NULL), RC_REFUSED);
    t = good_token(0);
    assert_int_equal(ask_token(a, &t, NULL), RC_OK);
    t = good_token(1000000); /* another key's, for every unit */
    t.unit = 34;
    assert_int_equal(ask_token(a, &t, NULL), RC_OK);
}

static void a_void_leaf_takes_no_signed_index_and_no_far_one(void **state)
{
    struct attack *const a = *state;
    const struct token t = good_token(0);
    struct signer_answer answer;
    struct signer_question q = {
        .ask = SIGNER_ASK_VOID, .number = 0, .text = SPAN_LITERAL("why"), .now_s = now()
    };
    assert_int_equal(ask_token(a, &t, NULL), RC_OK);
    assert_int_equal(ask(a, &q, &answer), RC_REFUSED);
    q.number = 1;
    assert_int_equal(ask(a, &q, &answer), RC_OK);
    const struct token late = good_token(1);
    assert_int_equal(ask_token(a, &late, NULL), RC_REFUSED);
    q.number = (uint64_t)1 << 45;
    assert_int_equal(ask(a, &q, &answer), RC_REFUSED);
}

/* --- the log --- */

static enum rc ask_checkpoint(struct attack *a, uint64_t size, const struct tlog_hash *root)
{
    struct signer_answer answer;
    const struct signer_question q = {
        .ask = SIGNER_ASK_CHECKPOINT,
        .number = size,
        .hash = span_of(root->bytes, SHA256_LEN),
        .now_s = now(),
    };
    return ask(a, &q, &answer);
}

static void only_the_tree_of_what_was_signed_gets_a_checkpoint(void **state)
{
    struct attack *const a = *state;
    struct tlog_hash leaves[4];
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    for (uint64_t i = 0; i < 3; i++) {
        const struct token t = good_token(i);
        assert_int_equal(ask_token(a, &t, &token), RC_OK);
        leaves[i] = tlog_leaf(buf_span(&token));
    }
    leaves[3] = tlog_leaf(SPAN_LITERAL("an order that nobody admitted"));
    struct tlog_hash three = tlog_root_of(leaves, 3), two = tlog_root_of(leaves, 2);
    struct tlog_hash four = tlog_root_of(leaves, 4), wrong = three;
    wrong.bytes[0] ^= 1;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask_checkpoint(a, 3, &wrong), RC_REFUSED);
        assert_int_equal(ask_checkpoint(a, 4, &four), RC_REFUSED);
        assert_int_equal(ask_checkpoint(a, 3, &three), RC_OK);
        assert_int_equal(ask_checkpoint(a, 2, &two), RC_REFUSED);
        assert_int_equal(ask_checkpoint(a, 0, &wrong), RC_REFUSED);
        restart(a, SIGKILL);
    }
}

static void no_second_message_of_a_covered_leaf_replaces_it(void **state)
{
    struct attack *const a = *state;
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    const struct token t = good_token(0);
    assert_int_equal(ask_token(a, &t, &token), RC_OK);
    const struct tlog_hash first = tlog_leaf(buf_span(&token));
    assert_int_equal(ask_checkpoint(a, 1, &first), RC_OK);
    assert_int_equal(ask_token(a, &t, &token), RC_OK);
    const struct tlog_hash second = tlog_leaf(buf_span(&token));
    assert_memory_not_equal(&first, &second, sizeof first);
    assert_int_equal(ask_checkpoint(a, 1, &second), RC_REFUSED);
    assert_int_equal(ask_checkpoint(a, 1, &first), RC_OK);
}

/* --- orders --- */

#define SUSPEND   1u
#define REINSTATE 2u

static struct order_text order_text_of(const struct attack *a, uint32_t action, unsigned n)
{
    static char reason[32];
    struct order_text o = {
        .number = SPAN_LITERAL("03301202300000017"),
        .action = action,
        .effective = 20000,
        .reference = SPAN_LITERAL("文号"),
        .ordered_at = now(),
    };
    (void)snprintf(reason, sizeof reason, "case %u", n);
    o.reason = span_text(reason);
    memcpy(o.deployment, a->home.trust->deployment, DEPLOYMENT_LEN);
    return o;
}

static enum rc ask_order(struct attack *a, const struct order_text *text, bool with_second,
                         struct tlog_hash *leaf)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf first = { 0 };
    ON_EXIT(buf_free_at) struct buf second = { 0 };
    struct order_text o = *text;
    uint8_t kid[KID_LEN];
    cose_key_id(private_key_public(a->operators[1]), kid);
    if (with_second)
        o.second_kid = span_of(kid, KID_LEN);
    order_payload_put(&payload, &o);
    assert_int_equal(operator_sign(a->operators[0], a->home.trust, false, buf_span(&payload), now(),
                                   &first, NULL),
                     RC_OK);
    if (with_second)
        assert_int_equal(operator_sign(a->operators[1], a->home.trust, true, buf_span(&payload),
                                       now(), &second, NULL),
                         RC_OK);
    if (leaf)
        *leaf = tlog_leaf(buf_span(&first));
    struct signer_answer answer;
    const struct signer_question q = { .ask = SIGNER_ASK_ORDER,
                                       .payload = buf_span(&first),
                                       .second = buf_span(&second),
                                       .now_s = now() };
    return ask(a, &q, &answer);
}

static void above_the_count_of_a_day_two_operators_must_sign(void **state)
{
    struct attack *const a = *state;
    const uint32_t alone = policy_at(a->home.policy, 0, date_of_time(now()))->orders_alone_per_day;
    struct order_text o;
    for (unsigned i = 0; i < alone; i++) {
        o = order_text_of(a, SUSPEND, i);
        assert_int_equal(ask_order(a, &o, false, NULL), RC_OK);
    }
    for (int i = 0; i < 2; i++) {
        o = order_text_of(a, SUSPEND, 1000);
        assert_int_equal(ask_order(a, &o, false, NULL), RC_REFUSED);
        o.ordered_at = now() - 80000; /* the signer's clock counts, not the order's date */
        assert_int_equal(ask_order(a, &o, false, NULL), RC_REFUSED);
        o = order_text_of(a, SUSPEND, 2000);
        assert_int_equal(ask_order(a, &o, true, NULL), RC_OK);
        restart(a, SIGKILL);
    }
}

static void to_reinstate_or_amend_two_must_always_sign(void **state)
{
    struct attack *const a = *state;
    struct order_text o = order_text_of(a, REINSTATE, 1);
    assert_int_equal(ask_order(a, &o, false, NULL), RC_REFUSED);
    assert_int_equal(ask_order(a, &o, true, NULL), RC_OK);
    o = order_text_of(a, 6, 2);
    assert_int_equal(ask_order(a, &o, false, NULL), RC_REFUSED);
}

static void an_old_a_foreign_or_a_future_order_is_not_admitted(void **state)
{
    struct attack *const a = *state;
    struct order_text o = order_text_of(a, SUSPEND, 1);
    o.ordered_at = now() - 90000;
    assert_int_equal(ask_order(a, &o, false, NULL), RC_REFUSED);
    o.ordered_at = now() + 60;
    assert_int_equal(ask_order(a, &o, false, NULL), RC_REFUSED);

    struct signer_answer answer;
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    o = order_text_of(a, SUSPEND, 1);
    order_payload_put(&payload, &o);
    const struct signer_question unsigned_order = { .ask = SIGNER_ASK_ORDER,
                                                    .payload = buf_span(&payload),
                                                    .now_s = now() };
    assert_int_equal(ask(a, &unsigned_order, &answer), RC_FORMAT);
}

static enum rc ask_place(struct attack *a, uint64_t index, const struct tlog_hash *leaf)
{
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    struct placed_order p = { .log_index = index };
    struct signer_answer answer;
    memcpy(p.leaf, leaf->bytes, SHA256_LEN);
    signer_places_put(&items, &p, 1);
    const struct signer_question q = { .ask = SIGNER_ASK_PLACE, .items = buf_span(&items) };
    return ask(a, &q, &answer);
}

static void only_an_admitted_order_has_a_place_and_no_other_leafs(void **state)
{
    struct attack *const a = *state;
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    struct tlog_hash leaves[2];
    const struct tlog_hash stranger = tlog_leaf(SPAN_LITERAL("nobody admitted this"));
    const struct token t = good_token(0), late = good_token(1);
    const struct order_text o = order_text_of(a, SUSPEND, 1);
    assert_int_equal(ask_token(a, &t, &token), RC_OK);
    leaves[0] = tlog_leaf(buf_span(&token));
    assert_int_equal(ask_place(a, 1, &stranger), RC_REFUSED);
    assert_int_equal(ask_order(a, &o, false, &leaves[1]), RC_OK);
    const struct tlog_hash root = tlog_root_of(leaves, 2);
    assert_int_equal(ask_checkpoint(a, 2, &root), RC_REFUSED); /* it has no place yet */
    assert_int_equal(ask_place(a, 0, &leaves[1]), RC_REFUSED);
    assert_int_equal(ask_place(a, 1, &leaves[1]), RC_OK);
    assert_int_equal(ask_place(a, 1, &leaves[1]), RC_OK);
    assert_int_equal(ask_token(a, &late, NULL), RC_REFUSED);
    restart(a, SIGKILL);
    assert_int_equal(ask_checkpoint(a, 2, &root), RC_OK);
}

/* --- documents and lists --- */

/* RC_* of the question, else of its one document. */
static enum rc ask_document(struct attack *a, const struct document_request *r, int64_t now_s)
{
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    struct document_job job = { .request = *r };
    struct signer_answer answer;
    signer_requests_put(&items, &job, 1);
    const struct signer_question q = { .ask = SIGNER_ASK_DOCUMENTS,
                                       .items = buf_span(&items),
                                       .now_s = now_s };
    const enum rc rc = ask(a, &q, &answer);
    if (rc != RC_OK)
        return rc;
    assert_int_equal(signer_contents_read(answer.items, &job, 1, NULL), RC_OK);
    assert_true((job.rc == RC_OK) == (job.contents.len > 0));
    buf_free(&job.contents);
    return job.rc;
}

static void a_document_is_one_certificates_in_a_state_that_has_copies(void **state)
{
    struct attack *const a = *state;
    struct signer_answer answer;
    const struct signer_question room = { .ask = SIGNER_ASK_ROOM, .now_s = now() };
    assert_int_equal(ask(a, &room, &answer), RC_OK);
    const struct document_request good = {
        .number = SPAN_LITERAL("03301202300000017"),
        .version = 1,
        .state = STATE_VALID,
        .digest = { 1 },
        .room = (size_t)answer.number,
    };
    assert_int_equal(ask_document(a, &good, now()), RC_OK);
    struct document_request r = good;
    r.version = 0;
    assert_int_equal(ask_document(a, &r, now()), RC_REFUSED);
    r = good;
    r.number = SPAN_LITERAL("x' or 1");
    assert_int_equal(ask_document(a, &r, now()), RC_REFUSED);
    static const enum state states[] = { STATE_UNKNOWN, STATE_SUSPENDED, STATE_REVOKED,
                                         (enum state)7, (enum state)79 };
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        r = good;
        r.state = states[i];
        assert_int_equal(ask_document(a, &r, now()), RC_REFUSED);
    }
    r = good;
    r.room++;
    assert_int_equal(ask_document(a, &r, now()), RC_LIMIT);
    assert_int_equal(ask_document(a, &good, now() - 90000), RC_REFUSED);
    assert_int_equal(ask_document(a, &good, now() + 60), RC_REFUSED);
}

static void a_publication_is_a_list_and_nothing_else(void **state)
{
    struct attack *const a = *state;
    struct signer_answer answer;
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    const struct token t = good_token(0);
    token_payload_put(&token, &t);
    static const char *const types[] = {
        TYP_STATUS, TYP_DEADLINES, TYP_DIRECTORY, TYP_TRUST, TYP_ORDER, TYP_VOID, "", "x"
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const struct signer_question q = { .ask = SIGNER_ASK_PUBLICATION,
                                           .typ = span_text(types[i]),
                                           .payload = buf_span(&token),
                                           .now_s = now() };
        const enum rc rc = ask(a, &q, &answer);
        assert_true(rc == RC_FORMAT || rc == RC_REFUSED);
        assert_int_equal(answer.body.len, 0);
    }
}

/* --- what is no question --- */

static void connect_again(struct attack *a)
{
    char path[PATH_LEN];
    assert_int_equal(path_join(a->home_path, SIGNER_SOCKET, path, NULL), RC_OK);
    (void)close(a->socket);
    assert_int_equal(ipc_connect(path, LIMIT_MS, &a->socket, NULL), RC_OK);
}

static void garbage_and_oversize_end_the_connection_and_not_the_signer(void **state)
{
    struct attack *const a = *state;
    struct signer_answer answer;
    const struct token t = good_token(0);
    int keep = -1; /* so that it stays although we leave */
    char path[PATH_LEN];
    assert_int_equal(ask_token(a, &t, NULL), RC_OK);
    assert_int_equal(path_join(a->home_path, SIGNER_SOCKET, path, NULL), RC_OK);
    assert_int_equal(ipc_connect(path, LIMIT_MS, &keep, NULL), RC_OK);

    uint8_t bytes[64];
    for (unsigned i = 0; i < 50; i++) {
        srand(i);
        for (size_t n = 0; n < sizeof bytes; n++)
            bytes[n] = (uint8_t)rand();
        assert_int_equal(send_raw(a, span_of(bytes, i), &answer), RC_FORMAT);
        connect_again(a);
    }
    static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 1, 2, 3 };
    assert_int_equal(send(a->socket, huge, sizeof huge, MSG_NOSIGNAL), sizeof huge);
    assert_int_not_equal(ipc_receive(a->socket, &a->answer, NULL, LIMIT_MS, NULL), RC_OK);
    connect_again(a);
    assert_int_equal(ask_token(a, &t, NULL), RC_OK);
    (void)close(keep);
}

/* --- the home's care --- */

static void a_second_signer_of_one_home_does_not_start(void **state)
{
    struct attack *const a = *state;
    struct attack second = { .socket = -1 };
    struct signer_answer answer;
    const struct signer_question q = { .ask = SIGNER_ASK_STATUS };
    assert_int_equal(ask(a, &q, &answer), RC_OK);
    memcpy(second.home_path, a->home_path, sizeof second.home_path);
    start(&second);
    assert_int_equal(ask(&second, &q, &answer), RC_BUSY);
    end(&second, 0);
    buf_free(&second.answer);
    assert_int_equal(ask(a, &q, &answer), RC_OK);
}

static void an_older_trust_list_is_not_used_again(void **state)
{
    struct attack *const a = *state;
    struct signer_answer answer;
    const struct signer_question q = { .ask = SIGNER_ASK_STATUS };
    assert_int_equal(ask(a, &q, &answer), RC_OK);
    assert_int_equal(answer.trust_sequence, 2);
    put_list(a, buf_span(&a->home.trust_bytes)); /* the first one */
    struct token t = good_token(0);
    t.unit = 34; /* which that one allowed */
    assert_int_equal(ask_token(a, &t, NULL), RC_REFUSED);
    restart(a, SIGTERM);
    assert_int_equal(ask(a, &q, &answer), RC_REFUSED);
}

static void without_its_memory_nothing_is_signed(void **state)
{
    struct attack *const a = *state;
    struct signer_answer answer;
    char path[PATH_LEN];
    const struct signer_question q = { .ask = SIGNER_ASK_STATUS };
    end(a, SIGKILL);
    assert_int_equal(path_join(a->home_path, MEMORY_FOLDER "/state", path, NULL), RC_OK);
    assert_int_equal(unlink(path), 0);
    start(a);
    assert_int_equal(ask(a, &q, &answer), RC_NOT_FOUND);
}

#define ATTACK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(another_payload_for_a_used_index_is_refused),
        ATTACK(one_request_has_no_index_twice),
        ATTACK(an_issue_time_before_the_last_or_ahead_is_refused),
        ATTACK(an_index_or_scope_that_no_key_has_is_refused),
        ATTACK(a_void_leaf_takes_no_signed_index_and_no_far_one),
        ATTACK(only_the_tree_of_what_was_signed_gets_a_checkpoint),
        ATTACK(no_second_message_of_a_covered_leaf_replaces_it),
        ATTACK(above_the_count_of_a_day_two_operators_must_sign),
        ATTACK(to_reinstate_or_amend_two_must_always_sign),
        ATTACK(an_old_a_foreign_or_a_future_order_is_not_admitted),
        ATTACK(only_an_admitted_order_has_a_place_and_no_other_leafs),
        ATTACK(a_document_is_one_certificates_in_a_state_that_has_copies),
        ATTACK(a_publication_is_a_list_and_nothing_else),
        ATTACK(garbage_and_oversize_end_the_connection_and_not_the_signer),
        ATTACK(a_second_signer_of_one_home_does_not_start),
        ATTACK(an_older_trust_list_is_not_used_again),
        ATTACK(without_its_memory_nothing_is_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
