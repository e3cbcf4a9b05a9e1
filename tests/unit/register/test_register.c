/* The register by itself: who may open it, what a reader sees, what a full or damaged one says. */
#include "tests/unit/register/engine_fixture.h"

#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/crypto/hash.h"

#define MUST(call) assert_int_equal(call, RC_OK)

struct scene {
    struct fixture f;
    struct vault *vault;
};

static int setup(void **state)
{
    static struct scene s;
    fixture_make(&s.f);
    fixture_close(&s.f);
    fixture_empty(&s.f);
    MUST(home_vault(&s.f.home, &s.vault, NULL));
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *const s = *state;
    vault_free(s->vault);
    fixture_drop(&s->f);
    return 0;
}

static struct reg *open_as(struct scene *s, enum reg_mode mode)
{
    struct reg *r = NULL;
    struct diag d = DIAG_INIT;
    if (register_open(&s->f.home, s->vault, mode, &r, &d) != RC_OK)
        fail_msg("%s", d.text);
    return r;
}

static struct reg_person person(const char *number)
{
    struct reg_person p = { .who = { .id_type = ID_RESIDENT, .name = "张示例", .sex = SEX_MALE } };
    (void)snprintf(p.who.id_number, sizeof p.who.id_number, "%s", number);
    return p;
}

static void data_path(const struct scene *s, char ret[PATH_LEN])
{
    MUST(home_path(&s->f.home, "register/data.mdb", ret, NULL));
}

static void put_unit(struct reg *r, uint32_t id)
{
    const struct reg_unit u = {
        .id = id, .name = "示例厅", .credit_code = "x", .kind = UNIT_PROVINCE
    };
    MUST(register_unit_put(r, &u, NULL));
}

/* --- one writer --- */

static void a_second_writer_is_told_who_writes(void **state)
{
    struct scene *const s = *state;
    struct reg *const first = open_as(s, REG_WRITE);
    struct reg *second = NULL;
    struct diag d = DIAG_INIT;
    char pid[24];
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    assert_int_equal(register_open(&s->f.home, s->vault, REG_WRITE, &second, &d), RC_BUSY);
    assert_null(second);
    assert_non_null(strstr(d.text, pid));
    register_close(first);
}

static void the_next_writer_comes_in_when_the_first_is_gone(void **state)
{
    struct scene *const s = *state;
    register_close(open_as(s, REG_WRITE));
    register_close(open_as(s, REG_WRITE));
}

/* With it nobody would be found, and everybody could be certified once more. */
static void a_register_is_not_opened_with_another_secret(void **state)
{
    struct scene *const s = *state;
    struct reg *r = open_as(s, REG_WRITE);
    put_unit(r, 33);
    MUST(register_commit(r, NULL));
    register_close(r);

    ON_EXIT(vault_free_at) struct vault *other = NULL;
    char path[PATH_LEN];
    MUST(home_path(&s->f.home, "keys/other.key", path, NULL));
    MUST(secret_create(path, VAULT_MASTER_LEN, NULL));
    MUST(vault_open(path, &other, NULL));
    static const enum reg_mode modes[] = { REG_READ, REG_WRITE };
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct diag d = DIAG_INIT;
        r = NULL;
        assert_int_equal(register_open(&s->f.home, other, modes[i], &r, &d), RC_REFUSED);
        assert_null(r);
        assert_non_null(strstr(d.text, "register.key"));
    }
    register_close(open_as(s, REG_WRITE));
}

static void nothing_is_written_through_a_reader(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_READ);
    assert_int_equal(register_fact_put(r, "x", 1, NULL), RC_REFUSED);
}

static void a_home_that_nothing_was_written_to_reads_as_empty(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_READ);
    assert_int_equal(register_cert_count(r), 0);
    assert_int_equal(register_log_size(r), 0);
    assert_null(register_unit_next(r, 0));
}

/* --- what a reader sees --- */

/* The reader is a process of its own: it answers one byte for each question. */
static void answer_units(struct scene *s, int from, int to)
{
    struct reg *r = NULL;
    char ask;
    if (register_open(&s->f.home, s->vault, REG_READ, &r, NULL) != RC_OK)
        _exit(1);
    do {
        const char found = register_unit(r, 33) ? 'y' : 'n';
        if (write(to, &found, 1) != 1)
            _exit(1);
    } while (read(from, &ask, 1) == 1);
    register_close(r);
    _exit(0);
}

static void a_reader_sees_one_state_for_its_whole_life(void **state)
{
    struct scene *const s = *state;
    int ask[2], answer[2], status;
    char found;
    register_close(open_as(s, REG_WRITE));
    assert_int_equal(pipe(ask), 0);
    assert_int_equal(pipe(answer), 0);
    const pid_t reader = fork();
    if (reader == 0) {
        (void)close(ask[1]);
        answer_units(s, ask[0], answer[1]);
    }
    (void)close(ask[0]);
    assert_int_equal(read(answer[0], &found, 1), 1);
    assert_int_equal(found, 'n');

    struct reg *const r = open_as(s, REG_WRITE);
    put_unit(r, 33);
    MUST(register_commit(r, NULL));
    register_close(r);
    assert_int_equal(write(ask[1], "?", 1), 1);
    assert_int_equal(read(answer[0], &found, 1), 1);
    assert_int_equal(found, 'n');
    (void)close(ask[1]);
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)close(answer[0]);
    (void)close(answer[1]);

    ON_EXIT(register_close_at) struct reg *later = open_as(s, REG_READ);
    assert_non_null(register_unit(later, 33));
}

static void what_is_not_committed_is_gone(void **state)
{
    struct scene *const s = *state;
    struct reg *r = open_as(s, REG_WRITE);
    put_unit(r, 33);
    register_close(r);
    r = open_as(s, REG_WRITE);
    assert_null(register_unit(r, 33));
    register_close(r);
}

static void aborting_forgets_counters_and_lists_too(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_WRITE);
    put_unit(r, 34);
    MUST(register_commit(r, NULL));
    struct reg_person p = person("110101190001010014");
    struct reg_provider provider = { .credit_code = "91000000MA0000001R" };
    uint32_t index, again;
    put_unit(r, 33);
    MUST(register_person_put(r, &p, NULL));
    MUST(register_provider_put(r, &provider, NULL));
    MUST(register_status_index_next(r, &index, NULL));
    MUST(register_abort(r, NULL));
    assert_null(register_unit(r, 33));
    assert_non_null(register_unit(r, 34));
    assert_int_equal(register_person_count(r), 0);
    assert_int_equal(register_provider_count(r), 0);
    MUST(register_status_index_next(r, &again, NULL));
    assert_int_equal(index, again);
}

/* --- full, short, strange --- */

static void a_full_register_says_so_and_keeps_what_was_committed(void **state)
{
    struct scene *const s = *state;
    struct diag d = DIAG_INIT;
    static uint8_t photo[PHOTO_MAX];
    s->f.home.settings.register_map_bytes = 1 << 20;
    struct reg *r = open_as(s, REG_WRITE);
    put_unit(r, 33);
    MUST(register_commit(r, NULL));
    enum rc rc = RC_OK;
    for (uint64_t id = 1; rc == RC_OK && id < 100; id++)
        rc = register_photo_put(r, id, span_of(photo, sizeof photo), &d);
    assert_int_equal(rc, RC_FULL);
    assert_non_null(strstr(d.text, "register_map_bytes"));
    assert_int_not_equal(register_commit(r, NULL), RC_OK);
    assert_int_not_equal(register_fact_put(r, "x", 1, NULL), RC_OK);
    MUST(register_abort(r, NULL));
    MUST(register_fact_put(r, "x", 1, NULL));
    MUST(register_commit(r, NULL));
    register_close(r);

    s->f.home.settings.register_map_bytes = 1 << 26;
    r = open_as(s, REG_WRITE);
    assert_non_null(register_unit(r, 33));
    MUST(register_photo_put(r, 1, span_of(photo, sizeof photo), NULL));
    MUST(register_commit(r, NULL));
    register_close(r);
}

static void a_register_cut_short_is_not_opened(void **state)
{
    struct scene *const s = *state;
    char path[PATH_LEN];
    struct stat st;
    static uint8_t photo[PHOTO_MAX];
    struct reg *r = open_as(s, REG_WRITE);
    for (uint64_t id = 1; id < 10; id++)
        MUST(register_photo_put(r, id, span_of(photo, sizeof photo), NULL));
    MUST(register_commit(r, NULL));
    register_close(r);
    data_path(s, path);
    assert_int_equal(stat(path, &st), 0);

    const off_t sizes[] = { st.st_size - 1, st.st_size - 4096, st.st_size / 2, 8192, 100 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(truncate(path, sizes[i]), 0);
        const enum reg_mode modes[] = { REG_READ, REG_WRITE };
        for (size_t m = 0; m < 2; m++) {
            struct diag d = DIAG_INIT;
            r = NULL;
            assert_int_equal(register_open(&s->f.home, s->vault, modes[m], &r, &d), RC_FORMAT);
            assert_null(r);
            assert_true(d.text[0] != '\0');
        }
    }
}

static void another_schema_is_not_opened(void **state)
{
    struct scene *const s = *state;
    struct reg *r = open_as(s, REG_WRITE);
    MUST(register_fact_put(r, "#schema", 2, NULL));
    MUST(register_commit(r, NULL));
    register_close(r);
    struct diag d = DIAG_INIT;
    r = NULL;
    assert_int_equal(register_open(&s->f.home, s->vault, REG_READ, &r, &d), RC_FORMAT);
    assert_int_equal(register_open(&s->f.home, s->vault, REG_WRITE, &r, NULL), RC_FORMAT);
    assert_non_null(strstr(d.text, "schema"));
}

static void what_is_no_register_is_not_opened(void **state)
{
    struct scene *const s = *state;
    char path[PATH_LEN], junk[20000];
    memset(junk, 'x', sizeof junk);
    data_path(s, path);
    MUST(file_create(path, span_of(junk, sizeof junk), 0600, NULL));
    struct reg *r = NULL;
    assert_int_equal(register_open(&s->f.home, s->vault, REG_WRITE, &r, NULL), RC_FORMAT);
    assert_int_equal(register_open(&s->f.home, s->vault, REG_READ, &r, NULL), RC_FORMAT);
}

/* --- identity numbers --- */

static bool file_holds(const char *path, struct span what)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    MUST(file_read(path, 1 << 26, &file, NULL));
    for (size_t i = 0; i + what.len <= file.len; i++)
        if (memcmp(file.ptr + i, what.ptr, what.len) == 0)
            return true;
    return false;
}

static void no_identity_number_and_no_plain_digest_of_one_is_on_disk(void **state)
{
    struct scene *const s = *state;
    char path[PATH_LEN];
    struct outcome out;
    fixture_person("zhang", "name=张示例 id_type=111 id_number=110101190001010014 sex=男");
    fixture_clock(&s->f, "2020-03-10");
    fixture_open(&s->f);
    fixture_apply(&s->f, "authority - unit_id=033 plan=approved plan_date=2019-01-01", &out);
    fixture_apply(&s->f, "provider - credit_code=P1 unit_id=033 status_from=2019-01-01", &out);
    struct line_record r;
    fixture_read(&s->f, "training r1 provider=P1 person=zhang finished_on=2020-03-01", &r);
    MUST(engine_apply(s->f.engine, &r.record, &r.early, &out, NULL));
    fixture_apply(&s->f, "test t1 provider=P1 person=zhang held_on=2020-03-05", &out);
    assert_int_equal(out.outcome, OUTCOME_ISSUED);
    MUST(engine_flush(s->f.engine, NULL));
    fixture_close(&s->f);

    data_path(s, path);
    uint8_t hash[SHA256_LEN];
    sha256(SPAN_LITERAL("110101190001010014"), hash);
    assert_true(file_holds(path, SPAN_LITERAL("张示例")));
    assert_false(file_holds(path, SPAN_LITERAL("110101190001010014")));
    assert_false(file_holds(path, SPAN_LITERAL("19000101001")));
    assert_false(file_holds(path, span_of(hash, 8)));
    assert_false(file_holds(path, span_of(r.record.content, 8)));
    line_record_free(&r);
}

static void a_document_belongs_to_one_person(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_WRITE);
    struct reg_person a = person("110101190001010014"), b = person("110101190001010014");
    struct reg_person c = person("11010119010101002X"), found;
    MUST(register_person_put(r, &a, NULL));
    assert_int_equal(register_person_put(r, &b, NULL), RC_EXISTS);
    MUST(register_person_put(r, &c, NULL));
    memcpy(c.who.id_number, a.who.id_number, sizeof c.who.id_number);
    assert_int_equal(register_person_redocument(r, &c, NULL), RC_EXISTS);
    (void)snprintf(c.who.id_number, sizeof c.who.id_number, "110101190201010035");
    MUST(register_person_redocument(r, &c, NULL));
    assert_int_equal(
        register_person_find(r, ID_RESIDENT, SPAN_LITERAL("11010119010101002X"), &found, NULL),
        RC_NOT_FOUND);
    MUST(register_person_find(r, ID_RESIDENT, SPAN_LITERAL("110101190201010035"), &found, NULL));
    assert_int_equal(found.id, c.id);
    MUST(register_person(r, c.id, &found, NULL));
    assert_string_equal(found.who.id_number, "110101190201010035");
    assert_int_equal(
        register_person_find(r, ID_PASSPORT, SPAN_LITERAL("110101190201010035"), &found, NULL),
        RC_NOT_FOUND);
}

/* --- the log --- */

static void append(struct reg *r, bool pending, uint8_t what)
{
    const uint8_t data[4] = { what, what, what, what };
    struct reg_log_entry e = { .kind = pending ? LOG_TOKEN : LOG_ORDER,
                               .pending = pending,
                               .data = span_of(data, sizeof data) };
    MUST(register_log_append(r, &e, NULL));
}

static void an_entry_waits_for_those_before_it(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_WRITE);
    append(r, false, 1);
    assert_int_equal(register_log_settled(r), 1);
    append(r, true, 2);
    append(r, false, 3);
    append(r, true, 4);
    assert_int_equal(register_log_settled(r), 1);
    MUST(register_log_settle(r, 1, LOG_TOKEN, SPAN_LITERAL("signed"), NULL));
    assert_int_equal(register_log_settled(r), 3);
    MUST(register_log_settle(r, 3, LOG_VOID, SPAN_LITERAL("void"), NULL));
    assert_int_equal(register_log_settled(r), 4);
    struct reg_log_entry e;
    MUST(register_log_entry(r, 1, &e, NULL));
    assert_true(span_equal(e.data, SPAN_LITERAL("signed")));
    MUST(register_log_entry(r, 2, &e, NULL));
    assert_int_equal(e.data.ptr[0], 3);
    MUST(register_log_entry(r, 3, &e, NULL));
    assert_int_equal(e.kind, LOG_VOID);
    assert_int_equal(register_log_entry(r, 4, &e, NULL), RC_NOT_FOUND);
}

/* Over 256 × 256 leaves two levels are kept. */
static void kept_hashes_give_the_root_of_the_leaves(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_WRITE);
    const uint64_t size = 65536 + 256 * 3 + 5;
    struct tlog_hash *const leaves = calloc(size, sizeof *leaves);
    assert_non_null(leaves);
    for (uint64_t i = 0; i < size; i++) {
        uint8_t data[8];
        memcpy(data, &i, sizeof data);
        leaves[i] = tlog_leaf(span_of(data, sizeof data));
        struct reg_log_entry e = { .kind = LOG_ORDER, .data = span_of(data, sizeof data) };
        MUST(register_log_append(r, &e, NULL));
    }
    const struct tlog_source source = register_log_source(r);
    const uint64_t sizes[] = { 1, 255, 256, 257, 65535, 65536, 65537, size };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct tlog_hash root;
        const struct tlog_hash want = tlog_root_of(leaves, sizes[i]);
        MUST(tlog_root(&source, sizes[i], &root, NULL));
        assert_memory_equal(&root, &want, sizeof root);
    }
    struct tlog_hash got;
    for (unsigned level = 0; level <= 16; level++) {
        const struct tlog_hash want = tlog_root_of(leaves, (size_t)1 << level);
        MUST(source.hash(source.ctx, level, 0, &got, NULL));
        assert_memory_equal(&got, &want, sizeof got);
    }
    free(leaves);
}

static void a_checkpoint_of_a_size_is_kept_once(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_WRITE);
    uint64_t size;
    struct span note;
    assert_int_equal(register_checkpoint_last(r, &size, &note, NULL), RC_NOT_FOUND);
    MUST(register_checkpoint_put(r, 10, SPAN_LITERAL("ten"), NULL));
    MUST(register_checkpoint_put(r, 300, SPAN_LITERAL("three hundred"), NULL));
    assert_int_equal(register_checkpoint_put(r, 10, SPAN_LITERAL("another"), NULL), RC_EXISTS);
    MUST(register_checkpoint_last(r, &size, &note, NULL));
    assert_int_equal(size, 300);
    MUST(register_checkpoint_covering(r, 9, &size, &note, NULL));
    assert_int_equal(size, 10);
    assert_true(span_equal(note, SPAN_LITERAL("ten")));
    MUST(register_checkpoint_covering(r, 10, &size, &note, NULL));
    assert_int_equal(size, 300);
    assert_int_equal(register_checkpoint_covering(r, 300, &size, &note, NULL), RC_NOT_FOUND);
}

/* --- pick-up codes --- */

static struct reg_cert put_cert(struct reg *r, const char *number)
{
    struct reg_cert c = { .origin = ORIGIN_TEST, .person = 1, .post = 1, .unit = 33, .version = 1 };
    (void)snprintf(c.number, sizeof c.number, "%s", number);
    MUST(register_cert_put(r, &c, true, NULL));
    return c;
}

static void a_code_is_its_own_certificates_alone_and_the_next_replaces_it(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_WRITE);
    const struct reg_cert a = put_cert(r, "03301202000000013"),
                          b = put_cert(r, "03301202000000021");
    char first[PICKUP_LEN + 1], second[PICKUP_LEN + 1];
    bool same = true;
    MUST(register_pickup_check(r, &a, "0000000000", &same, NULL));
    assert_false(same);
    MUST(register_pickup_make(r, &a, first, NULL));
    assert_int_equal(strlen(first), PICKUP_LEN);
    MUST(register_pickup_check(r, &a, first, &same, NULL));
    assert_true(same);
    MUST(register_pickup_check(r, &b, first, &same, NULL));
    assert_false(same);
    for (size_t i = 0; i < PICKUP_LEN; i++) {
        char other[PICKUP_LEN + 1];
        memcpy(other, first, sizeof other);
        other[i] = other[i] == '0' ? '1' : '0';
        MUST(register_pickup_check(r, &a, other, &same, NULL));
        assert_false(same);
    }
    MUST(register_pickup_make(r, &a, second, NULL));
    MUST(register_pickup_check(r, &a, second, &same, NULL));
    assert_true(same);
    MUST(register_pickup_check(r, &a, first, &same, NULL));
    assert_false(same);
}

static void a_register_of_before_there_were_codes_gets_their_table(void **state)
{
    struct scene *const s = *state;
    char path[PATH_LEN];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    struct reg *r = open_as(s, REG_WRITE);
    const struct reg_cert c = put_cert(r, "03301202000000013");
    MUST(register_commit(r, NULL));
    register_close(r);

    MUST(home_path(&s->f.home, "register", path, NULL));
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 64), 0);
    assert_int_equal(mdb_env_open(env, path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "pickups", 0, &table), 0);
    assert_int_equal(mdb_drop(txn, table, 1), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);

    bool same = true;
    r = open_as(s, REG_READ);
    MUST(register_pickup_check(r, &c, "0000000000", &same, NULL));
    assert_false(same);
    register_close(r);
}

/* --- views --- */

static void a_view_goes_on_when_it_is_renewed_and_others_stay(void **state)
{
    struct scene *const s = *state;
    struct reg *writer = open_as(s, REG_WRITE);
    MUST(register_commit(writer, NULL));
    register_close(writer);

    /* A process opens a register once: writing is for another. */
    ON_EXIT(register_close_at) struct reg *opened = open_as(s, REG_READ);
    ON_EXIT(register_close_at) struct reg *still = NULL;
    ON_EXIT(register_close_at) struct reg *renewed = NULL;
    MUST(register_view(opened, &still, NULL));
    MUST(register_view(opened, &renewed, NULL));
    const pid_t child = fork();
    if (child == 0) {
        struct reg *const r = open_as(s, REG_WRITE);
        put_unit(r, 33);
        _exit(register_commit(r, NULL) == RC_OK ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    assert_null(register_unit(renewed, 33));
    register_rest(renewed);
    MUST(register_renew(renewed, NULL));
    assert_non_null(register_unit(renewed, 33));
    assert_null(register_unit(still, 33));
    MUST(register_renew(still, NULL));
    assert_non_null(register_unit(still, 33));
}

/* --- numbers --- */

static void every_unit_post_and_year_counts_for_itself(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(register_close_at) struct reg *r = open_as(s, REG_WRITE);
    const struct {
        uint32_t unit, post;
        int year;
        uint64_t want;
    } asked[] = {
        { 33, 1, 2020, 1 }, { 33, 1, 2020, 2 }, { 34, 1, 2020, 1 },   { 33, 2, 2020, 1 },
        { 33, 1, 2021, 1 }, { 33, 1, 2020, 3 }, { 901, 13, 2020, 1 },
    };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        uint64_t serial;
        MUST(register_serial_next(r, asked[i].unit, asked[i].post, asked[i].year, &serial, NULL));
        assert_int_equal(serial, asked[i].want);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_second_writer_is_told_who_writes),
        T(the_next_writer_comes_in_when_the_first_is_gone),
        T(a_register_is_not_opened_with_another_secret),
        T(nothing_is_written_through_a_reader),
        T(a_home_that_nothing_was_written_to_reads_as_empty),
        T(a_reader_sees_one_state_for_its_whole_life),
        T(what_is_not_committed_is_gone),
        T(aborting_forgets_counters_and_lists_too),
        T(a_full_register_says_so_and_keeps_what_was_committed),
        T(a_register_cut_short_is_not_opened),
        T(another_schema_is_not_opened),
        T(what_is_no_register_is_not_opened),
        T(no_identity_number_and_no_plain_digest_of_one_is_on_disk),
        T(a_document_belongs_to_one_person),
        T(an_entry_waits_for_those_before_it),
        T(kept_hashes_give_the_root_of_the_leaves),
        T(a_checkpoint_of_a_size_is_kept_once),
        T(a_code_is_its_own_certificates_alone_and_the_next_replaces_it),
        T(a_register_of_before_there_were_codes_gets_their_table),
        T(a_view_goes_on_when_it_is_renewed_and_others_stay),
        T(every_unit_post_and_year_counts_for_itself),
    };
    return cmocka_run_group_tests_name("register", tests, NULL, NULL);
}
