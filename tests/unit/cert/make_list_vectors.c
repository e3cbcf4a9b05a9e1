/*
 * Writes tests/vectors/{status,deadlines,directory,bundle,delta,log} anew: make_list_vectors
 * FOLDER. For when a format changes; what it writes is read by a person before it is kept, since
 * the texts come from the code that they are to check. Signatures differ from run to run.
 */
#include <stdio.h>

#include "core/cert/deadline_list.h"
#include "core/cert/delta.h"
#include "core/cose/cbor.h"
#include "core/flate/flate.h"
#include "tests/unit/cert/list_story.h"
#include "tests/unit/cert/publisher.h"
#include "tests/unit/intake/cases.h"

#define ROWS 12u

static const char *root;
static struct publisher pub;

enum area_number { STATUS, DEADLINES, DIRECTORY, BUNDLE, DELTA, LOG, AREAS };
static const struct area {
    const char *name;
    void (*tell)(const char *path, struct span in, struct buf *to);
} areas[AREAS] = {
    [STATUS] = { "status", tell_status },
    [DEADLINES] = { "deadlines", tell_deadlines },
    [DIRECTORY] = { "directory", tell_directory },
    [BUNDLE] = { "bundle", tell_bundle },
    [DELTA] = { "delta", tell_delta },
    [LOG] = { "log", tell_log },
};

static void write_file(const char *area, const char *name, const char *ending, struct span bytes)
{
    char path[PATH_LEN];
    const int n = snprintf(path, sizeof path, "%s/%s/%s%s", root, area, name, ending);
    assert_true(n > 0 && (size_t)n < sizeof path);
    assert_int_equal(file_replace(path, bytes, 0644, NULL), RC_OK);
}

static void write_case(enum area_number a, const char *name, struct span in)
{
    struct buf want = { 0 };
    char path[PATH_LEN];
    const int n = snprintf(path, sizeof path, "%s/%s/%s.in", root, areas[a].name, name);
    assert_true(n > 0 && (size_t)n < sizeof path);
    write_file(areas[a].name, name, ".in", in);
    areas[a].tell(path, in, &want);
    write_file(areas[a].name, name, ".want", buf_span(&want));
    buf_free(&want);
}

/* The message as it is, with one bit changed in its last byte, cut by one, and longer by one. */
static void write_altered(enum area_number a, struct buf *in)
{
    in->ptr[in->len - 1] ^= 1;
    write_case(a, "last-bit-flipped", buf_span(in));
    in->ptr[in->len - 1] ^= 1;
    write_case(a, "cut-by-one", span_of(in->ptr, in->len - 1));
    buf_put_u8(in, 0);
    write_case(a, "longer-by-one", buf_span(in));
    in->len--;
}

static void fill(struct columns *c, uint32_t rows)
{
    assert_int_equal(columns_resize(c, rows, NULL), RC_OK);
    for (uint32_t i = 0; i < rows; i++)
        c->rows[i] = (struct column_row){ .status = (uint8_t)(i % 3),
                                          .version = (uint16_t)(i % 4 + 1),
                                          .deadline = (int32_t)(20000 + i * 31) };
}

static void make_status(void)
{
    struct columns c = { 0 };
    struct buf payload = { 0 }, message = { 0 };
    fill(&c, ROWS);
    assert_int_equal(status_list_payload_put(&payload, &c, PUBLISHER_URI, PUBLISHER_NOW,
                                             PUBLISHER_UNTIL, 3600, NULL),
                     RC_OK);
    publisher_sign(&pub, TYP_STATUS, buf_span(&payload), &message);
    write_case(STATUS, "twelve-rows", buf_span(&message));
    write_altered(STATUS, &message);
    publisher_sign(&pub, TYP_DEADLINES, buf_span(&payload), &message);
    write_case(STATUS, "another-type", buf_span(&message));
    payload.ptr[payload.len - 1] = payload.ptr[payload.len - 2] = 0;
    publisher_sign(&pub, TYP_STATUS, buf_span(&payload), &message);
    write_case(STATUS, "ttl-not-shortest", buf_span(&message));

    buf_clear(&payload);
    assert_int_equal(columns_resize(&c, 0, NULL), RC_OK);
    assert_int_equal(status_list_payload_put(&payload, &c, PUBLISHER_URI, PUBLISHER_NOW,
                                             PUBLISHER_UNTIL, 3600, NULL),
                     RC_OK);
    publisher_sign(&pub, TYP_STATUS, buf_span(&payload), &message);
    write_case(STATUS, "no-rows", buf_span(&message));
    columns_free(&c);
    buf_free(&payload);
    buf_free(&message);
}

static void make_statement(void)
{
    struct buf payload = { 0 }, message = { 0 };
    struct deadline_statement s = { .uri = SPAN_LITERAL(PUBLISHER_URI),
                                    .iat = PUBLISHER_NOW,
                                    .exp = PUBLISHER_UNTIL,
                                    .sequence = 42,
                                    .rows = 10000000 };
    sha256(SPAN_LITERAL("block hashes"), s.root);
    deadline_statement_put(&payload, &s);
    publisher_sign(&pub, TYP_DEADLINES, buf_span(&payload), &message);
    write_case(DEADLINES, "statement", buf_span(&message));
    write_altered(DEADLINES, &message);
    publisher_sign(&pub, TYP_STATUS, buf_span(&payload), &message);
    write_case(DEADLINES, "statement-of-another-type", buf_span(&message));
    buf_free(&payload);
    buf_free(&message);
}

static void put_column(struct buf *b, enum column_coding coding, struct span bytes)
{
    buf_put_u8(b, (uint8_t)coding);
    buf_put_be32(b, (uint32_t)bytes.len);
    buf_put_span(b, bytes);
}

/* A column of statuses whose bytes are deflated first. */
static void write_flate(const char *name, enum column_coding coding, struct span bytes)
{
    struct buf packed = { 0 }, b = { 0 };
    assert_int_equal(flate_deflate(FLATE_RAW, bytes, &packed, NULL), RC_OK);
    put_column(&b, coding, buf_span(&packed));
    write_case(DEADLINES, name, buf_span(&b));
    buf_free(&packed);
    buf_free(&b);
}

static void write_raw(const char *name, enum column_coding coding, struct span bytes)
{
    struct buf b = { 0 };
    put_column(&b, coding, bytes);
    write_case(DEADLINES, name, buf_span(&b));
    buf_free(&b);
}

#define BYTES(...)                                                                                 \
    span_of((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void make_blocks(void)
{
    /* Twelve rows are three bytes: 0 1 2 0, 1 2 0 1, 2 0 1 2. */
    write_raw("block-status-12-constant", CODING_CONSTANT, BYTES(0x24));
    write_flate("block-status-12-planes", CODING_PLANES, BYTES(0x24, 0x49, 0x92));
    write_raw("block-status-12-dictionary", CODING_DICTIONARY, BYTES(0, 3, 0x24, 0x49, 0x92, 0x24));
    write_flate("block-status-12-dictionary-deflated", CODING_DICTIONARY_FLATE,
                BYTES(0, 3, 0x24, 0x49, 0x92, 0x24));
    write_flate("block-status-12-runs", CODING_RUNS, BYTES(0, 1, 0x24, 0, 0, 0x92));
    write_raw("block-status-12-no-such-coding", (enum column_coding)5, BYTES(0x24));
    write_raw("block-status-12-index-past-the-dictionary", CODING_DICTIONARY,
              BYTES(0, 3, 0x24, 0x49, 0x92, 0x34));
    write_raw("block-status-12-dictionary-not-ascending", CODING_DICTIONARY,
              BYTES(0, 3, 0x49, 0x24, 0x92, 0x24));
    write_flate("block-status-12-runs-too-few", CODING_RUNS, BYTES(0, 1, 0x24));
    write_flate("block-status-12-planes-too-long", CODING_PLANES, BYTES(0x24, 0x49, 0x92, 0));
    write_raw("block-status-12-value-three", CODING_CONSTANT, BYTES(0x27));
    write_raw("block-status-10-spare-rows-not-zero", CODING_CONSTANT, BYTES(0x24));

    struct columns c = { 0 };
    struct buf plain = { 0 }, coded = { 0 };
    fill(&c, ROWS);
    column_block_plain(&c, 0, COLUMN_DEADLINES, &plain);
    assert_int_equal(column_block_code(buf_span(&plain), ROWS, COLUMN_DEADLINES, &coded, NULL),
                     RC_OK);
    write_case(DEADLINES, "block-deadlines-12", buf_span(&coded));
    write_case(DEADLINES, "block-deadlines-12-cut-by-one", span_of(coded.ptr, coded.len - 1));
    buf_put_u8(&coded, 0);
    write_case(DEADLINES, "block-deadlines-12-longer-by-one", buf_span(&coded));
    columns_free(&c);
    buf_free(&plain);
    buf_free(&coded);
}

static void make_directory(void)
{
    struct buf message = { 0 }, payload = { 0 };
    struct cose_sign1 m;
    publisher_directory(&pub, &message);
    write_case(DIRECTORY, "two-posts", buf_span(&message));
    write_altered(DIRECTORY, &message);
    assert_int_equal(cose_sign1_parse(buf_span(&message), &m, NULL), RC_OK);
    buf_put_span(&payload, m.payload);
    /* The second post's code: 9 becomes 1. */
    for (size_t i = 0; i + 2 < payload.len; i++) {
        if (payload.ptr[i] == 0x83 && payload.ptr[i + 1] == 9)
            payload.ptr[i + 1] = 1;
    }
    publisher_sign(&pub, TYP_DIRECTORY, buf_span(&payload), &message);
    write_case(DIRECTORY, "post-codes-that-do-not-ascend", buf_span(&message));
    buf_free(&message);
    buf_free(&payload);
}

static void make_bundle(void)
{
    struct parcel parcel;
    struct buf file = { 0 };
    parcel_fill(&parcel, &pub, ROWS);
    parcel_make(&parcel, &file);
    write_case(BUNDLE, "twelve-rows", buf_span(&file));
    write_altered(BUNDLE, &file);
    file.ptr[0] = 's';
    write_case(BUNDLE, "another-magic", buf_span(&file));
    parcel.signer = &pub.token;
    parcel_make(&parcel, &file);
    write_case(BUNDLE, "signed-by-a-token-key", buf_span(&file));
    parcel_free(&parcel);
    buf_free(&file);
}

/* --- deltas: from `before.scb`, sequence 42, to a bundle of sequence 43 --- */

struct step {
    struct parcel before, after;
    struct buf before_file, after_file;
    struct bundle *old, *new;
    struct columns old_rows, new_rows;
};

static void step_begin(struct step *s)
{
    *s = (struct step){ 0 };
    parcel_fill(&s->before, &pub, ROWS);
    parcel_make(&s->before, &s->before_file);
    assert_int_equal(bundle_open(buf_span(&s->before_file), NULL, &s->old, NULL), RC_OK);
    assert_int_equal(bundle_columns(s->old, &s->old_rows, NULL), RC_OK);
    parcel_fill(&s->after, &pub, ROWS);
    struct buf *const directory = &s->after.sections[SECTION_DIRECTORY];
    buf_clear(directory);
    buf_put_span(directory, buf_span(&s->before.sections[SECTION_DIRECTORY]));
    s->after.parts.sequence = 43;
}

static void step_payload(struct step *s, struct buf *payload)
{
    uint32_t rows;
    bundle_free(s->new);
    columns_free(&s->new_rows);
    parcel_make(&s->after, &s->after_file);
    assert_int_equal(bundle_open(buf_span(&s->after_file), NULL, &s->new, NULL), RC_OK);
    assert_int_equal(bundle_columns(s->new, &s->new_rows, NULL), RC_OK);
    buf_clear(payload);
    assert_int_equal(delta_build(s->old, s->new, &s->old_rows, &s->new_rows, payload, &rows, NULL),
                     RC_OK);
}

static void step_write(struct step *s, const char *name, struct buf *message)
{
    struct buf payload = { 0 };
    step_payload(s, &payload);
    publisher_sign(&pub, TYP_DELTA, buf_span(&payload), message);
    write_case(DELTA, name, buf_span(message));
    buf_free(&payload);
}

static void step_end(struct step *s)
{
    bundle_free(s->old);
    bundle_free(s->new);
    columns_free(&s->old_rows);
    columns_free(&s->new_rows);
    parcel_free(&s->before);
    parcel_free(&s->after);
    buf_free(&s->before_file);
    buf_free(&s->after_file);
}

/* A good payload with other rows, or another step: whoever reads it must find out. */
static void write_turned(struct step *s, const char *name, struct span changes, uint64_t from)
{
    struct buf payload = { 0 }, other = { 0 }, message = { 0 };
    struct delta delta;
    step_payload(s, &payload);
    assert_int_equal(delta_payload_read(buf_span(&payload), &delta, NULL), RC_OK);
    delta.changes = changes.ptr ? changes : delta.changes;
    delta.from = from;
    delta.to = from + 1;
    delta_payload_put(&other, &delta);
    publisher_sign(&pub, TYP_DELTA, buf_span(&other), &message);
    write_case(DELTA, name, buf_span(&message));
    buf_free(&payload);
    buf_free(&other);
    buf_free(&message);
}

/* A good one but for its rows, of which it names too few. */
static void write_promise(struct step *s, struct buf *message)
{
    struct buf payload = { 0 }, other = { 0 };
    struct delta delta;
    step_payload(s, &payload);
    assert_int_equal(delta_payload_read(buf_span(&payload), &delta, NULL), RC_OK);
    delta.rows = ROWS + (uint32_t)(delta.changes.len / DELTA_CHANGE_MIN) + DELTA_ROWS_UNNAMED;
    delta_payload_put(&other, &delta);
    publisher_sign(&pub, TYP_DELTA, buf_span(&other), message);
    write_case(DELTA, "more-rows-than-it-names", buf_span(message));
    buf_free(&payload);
    buf_free(&other);
}

/* One row of every digit of the code. */
static void change_rows(struct columns *c)
{
    static const int32_t days[] = { 0, 365, 366, 730, 731, 1095, 1096 };
    for (uint32_t i = 0; i < 7; i++) {
        c->rows[i].version++;
        c->rows[i].deadline += days[i];
    }
    c->rows[7].version = 65535;
    c->rows[8].deadline = 21000;
    c->rows[9].deadline = 21000;
    c->rows[10].status = STATUS_SUSPENDED;
}

static void make_delta(void)
{
    struct step s;
    struct buf message = { 0 }, payload = { 0 };
    step_begin(&s);
    write_file("delta", "before", ".scb", buf_span(&s.before_file));
    step_write(&s, "no-row", &message);
    change_rows(&s.after.columns);
    buf_clear(&s.after.sections[SECTION_CHECKPOINT]);
    publisher_checkpoint(&pub, 8, &s.after.sections[SECTION_CHECKPOINT]);
    step_write(&s, "every-digit", &message);
    write_altered(DELTA, &message);
    write_turned(&s, "gap", span_of(NULL, 0), 43);
    write_turned(&s, "backwards", span_of(NULL, 0), 41);
    write_turned(&s, "other-rows", BYTES(0, 12), 42);
    write_turned(&s, "no-such-code", BYTES(0, 81), 42);
    write_turned(&s, "number-longer-than-it-need-be", BYTES(0x80, 0, 0), 42);
    write_turned(&s, "row-past-the-end", BYTES(12, 3), 42);
    write_turned(&s, "like-a-deadline-that-is-not-there", BYTES(0, 72), 42);
    step_payload(&s, &payload);
    publisher_sign(&pub, TYP_BUNDLE, buf_span(&payload), &message);
    write_case(DELTA, "another-type", buf_span(&message));

    buf_clear(&s.after.sections[SECTION_TRUST]);
    publisher_trust(&pub, 2, &s.after.sections[SECTION_TRUST]);
    buf_put_text(&s.after.sections[SECTION_CHECKPOINT], "— witness.example AAAAAAA=\n");
    assert_int_equal(columns_resize(&s.after.columns, ROWS + 5, NULL), RC_OK);
    s.after.columns.rows[ROWS + 3] = (struct column_row){ STATUS_VALID, 1, 21000 };
    step_write(&s, "trust-list-and-more-rows", &message);
    write_promise(&s, &message);
    step_end(&s);
    buf_free(&message);
    buf_free(&payload);
}

static void sign_note(struct span body, struct buf *to)
{
    uint8_t signature[SIGNATURE_LEN];
    test_sign(&pub.log, body, signature);
    buf_clear(to);
    buf_put_span(to, body);
    buf_put_text(to, "\n");
    note_signature_put(to, PUBLISHER_ORIGIN, pub.log.numbers.x, signature);
}

static void write_note(const char *name, const char *body)
{
    struct buf note = { 0 };
    sign_note(span_text(body), &note);
    write_case(LOG, name, buf_span(&note));
    buf_free(&note);
}

static enum rc hash_of(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret, struct diag *d)
{
    (void)d;
    *ret = tlog_root_of((const struct tlog_hash *)ctx + (n << level), (size_t)1 << level);
    return RC_OK;
}

static void make_proofs(void)
{
    struct tlog_hash leaves[7], proof[TLOG_PROOF_MAX], tree;
    struct buf b = { 0 }, body = { 0 }, note = { 0 };
    for (unsigned i = 0; i < 7; i++) {
        buf_clear(&b);
        buf_printf(&b, "leaf %u", i);
        leaves[i] = tlog_leaf(buf_span(&b));
    }
    const struct tlog_source src = { hash_of, leaves };
    assert_int_equal(tlog_root(&src, 7, &tree, NULL), RC_OK);
    checkpoint_body_put(&body, PUBLISHER_ORIGIN, 7, &tree);
    sign_note(buf_span(&body), &note);
    write_case(LOG, "checkpoint-of-seven-leaves", buf_span(&note));
    static const struct {
        const char *name;
        uint64_t index;
    } cases[] = { { "proof-of-leaf-0", 0 }, { "proof-of-leaf-4", 4 }, { "proof-of-leaf-6", 6 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count;
        assert_int_equal(tlog_prove_inclusion(&src, cases[i].index, 7, proof, &count, NULL), RC_OK);
        buf_clear(&b);
        tlog_proof_put(&b, cases[i].index, proof, count, buf_span(&note));
        write_case(LOG, cases[i].name, buf_span(&b));
        if (i > 0)
            continue;
        buf_clear(&b);
        tlog_proof_put(&b, 1, proof, count, buf_span(&note));
        write_case(LOG, "proof-at-another-index", buf_span(&b));
        buf_clear(&b);
        tlog_proof_put(&b, 0, proof, count - 1, buf_span(&note));
        write_case(LOG, "proof-short-of-a-hash", buf_span(&b));
    }
    buf_free(&b);
    buf_free(&body);
    buf_free(&note);
}

#define HASH "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static void make_log(void)
{
    write_note("checkpoint-size-with-leading-zero", PUBLISHER_ORIGIN "\n07\n" HASH);
    write_note("checkpoint-with-extension-line", PUBLISHER_ORIGIN "\n7\n" HASH "more\n");
    write_note("checkpoint-of-another-log", "log.example/other\n7\n" HASH);
    write_note("checkpoint-origin-with-space", "log.example sitecert\n7\n" HASH);
    make_proofs();
}

int main(int argc, char *argv[])
{
    if (argc != 2)
        return 2;
    root = argv[1];
    publisher_make(&pub, 70);
    for (size_t i = 0; i < AREAS; i++) {
        char path[PATH_LEN];
        assert_int_equal(path_join(root, areas[i].name, path, NULL), RC_OK);
        assert_int_equal(folder_make(path, 0755, NULL), RC_OK);
        write_file(areas[i].name, "trust", ".cbor", buf_span(&pub.trust_bytes));
    }
    make_status();
    make_statement();
    make_blocks();
    make_directory();
    make_bundle();
    make_delta();
    make_log();
    publisher_drop(&pub);
    return 0;
}
