/*
 * Publishes lists of more rows than a demonstration has certificates: several blocks, the last one
 * short, and columns that bring out every coding. Signed by the keys of a demonstration's home.
 *
 * usage: make_lists HOME PUBLISHED OUT
 *   PUBLISHED  where the sections of the bundle come from
 *   OUT        gets bundle.scb, status.cwt, deadlines.cwt, deadlines/, and rows.bin: what they must
 *              say, for each row a byte of status, 2 of version, 3 of deadline, big endian
 */
#include <stdio.h>

#include "core/cert/bundle.h"
#include "core/cert/deadline_list.h"
#include "core/cert/status_list.h"
#include "core/sys/file.h"
#include "issuer/publication/block_files.h"
#include "issuer/register/home.h"

#define ROWS      (5 * COLUMN_BLOCK + 4321)
#define FILE_MAX  (1u << 20)
#define LIFE_S    ((int64_t)7 * 86400)
#define TTL_S     86400
#define FIRST_DAY 18000

struct maker {
    struct home home;
    struct signer *signer;
    struct columns columns;
    const char *published, *out;
};

static void maker_free_at(struct maker *m)
{
    signer_free(m->signer);
    home_close(&m->home);
    columns_free(&m->columns);
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Blocks in turn: never assigned; two days by chance; days over two years; long runs; a version for
 * nearly every row; all of it mixed. */
static struct column_row make_row(uint32_t i, uint32_t dice)
{
    const struct column_row rows[] = {
        { .status = STATUS_VALID },
        { STATUS_VALID, 1, FIRST_DAY + (int32_t)(dice >> 8 & 1) },
        { (uint8_t)(dice % 100 == 0 ? STATUS_INVALID : STATUS_VALID), (uint16_t)(1 + dice % 3),
          FIRST_DAY + (int32_t)(dice >> 8) % 730 },
        { (uint8_t)(i / 9000 % 3), (uint16_t)(1 + i / 20000), FIRST_DAY + (int32_t)(i / 5000) },
        { STATUS_SUSPENDED, (uint16_t)(dice % 65535), (int32_t)(dice >> 4 & 0xffffff) },
        { (uint8_t)(dice % 3), (uint16_t)(1 + (dice >> 8) % 4), FIRST_DAY + (int32_t)(i % 7) },
    };
    return rows[i / COLUMN_BLOCK % (sizeof rows / sizeof *rows)];
}

static enum rc fill_columns(struct maker *m, struct diag *d)
{
    const enum rc rc = columns_resize(&m->columns, ROWS, d);
    uint32_t state = 20200310;
    for (uint32_t i = 0; rc == RC_OK && i < ROWS; i++)
        m->columns.rows[i] = make_row(i, next_random(&state));
    return rc;
}

static enum rc write_file(const struct maker *m, const char *name, const struct buf *b,
                          struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = buf_rc(b, d);
    if (rc == RC_OK)
        rc = path_join(m->out, name, path, d);
    return rc == RC_OK ? file_replace(path, buf_span(b), 0644, d) : rc;
}

static enum rc write_rows(const struct maker *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    for (uint32_t i = 0; i < m->columns.count; i++) {
        const struct column_row *row = &m->columns.rows[i];
        const uint8_t bytes[] = { row->status,
                                  (uint8_t)(row->version >> 8),
                                  (uint8_t)row->version,
                                  (uint8_t)(row->deadline >> 16),
                                  (uint8_t)(row->deadline >> 8),
                                  (uint8_t)row->deadline };
        buf_put(&b, bytes, sizeof bytes);
    }
    return write_file(m, "rows.bin", &b, d);
}

static enum rc sign_to(struct maker *m, const char *typ, const struct buf *payload, struct buf *to,
                       struct diag *d)
{
    const enum rc rc = buf_rc(payload, d);
    return rc == RC_OK ? signer_publication(m->signer, typ, buf_span(payload), m->home.now, to, d)
                       : rc;
}

static enum rc write_status(struct maker *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf cose = { 0 };
    enum rc rc = status_list_payload_put(&payload, &m->columns, m->home.trust->status_uri,
                                         m->home.now, m->home.now + LIFE_S, TTL_S, d);
    if (rc == RC_OK)
        rc = sign_to(m, TYP_STATUS, &payload, &cose, d);
    return rc == RC_OK ? write_file(m, "status.cwt", &cose, d) : rc;
}

static enum rc write_deadlines(struct maker *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf cose = { 0 };
    struct deadline_statement s = {
        .uri = span_text(m->home.trust->status_uri),
        .iat = m->home.now,
        .exp = m->home.now + LIFE_S,
        .sequence = (uint64_t)m->home.now,
        .rows = m->columns.count,
    };
    enum rc rc = block_files_write(&m->columns, m->out, s.root, d);
    if (rc != RC_OK)
        return rc;
    deadline_statement_put(&payload, &s);
    rc = sign_to(m, TYP_DEADLINES, &payload, &cose, d);
    return rc == RC_OK ? write_file(m, "deadlines.cwt", &cose, d) : rc;
}

static enum rc read_published(const struct maker *m, const char *name, struct buf *to,
                              struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = path_join(m->published, name, path, d);
    return rc == RC_OK ? file_read(path, FILE_MAX, to, d) : rc;
}

static enum rc write_bundle(struct maker *m, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf directory = { 0 };
    ON_EXIT(buf_free_at) struct buf checkpoint = { 0 };
    ON_EXIT(buf_free_at) struct buf signed_well = { 0 };
    ON_EXIT(buf_free_at) struct buf selftest = { 0 };
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    ON_EXIT(buf_free_at) struct buf header = { 0 };
    ON_EXIT(buf_free_at) struct buf bundle = { 0 };
    enum rc rc = read_published(m, "directory.cbor", &directory, d);
    if (rc == RC_OK)
        rc = read_published(m, "log/checkpoint", &checkpoint, d);
    if (rc == RC_OK)
        rc = read_published(m, "deadlines.cwt", &signed_well, d);
    if (rc != RC_OK)
        return rc;

    cbor_put_array(&selftest, 1);
    cbor_put_array(&selftest, 2);
    cbor_put_bytes(&selftest, buf_span(&signed_well));
    cbor_put_bool(&selftest, true);
    const struct bundle_parts parts = {
        .sequence = (uint64_t)m->home.now,
        .issued = m->home.now,
        .status_exp = m->home.now + LIFE_S,
        .deadlines_exp = m->home.now + LIFE_S,
        .sections = { [SECTION_TRUST] = buf_span(&m->home.trust_bytes),
                      [SECTION_DIRECTORY] = buf_span(&directory),
                      [SECTION_POLICY] = buf_span(&m->home.policy_bytes),
                      [SECTION_CHECKPOINT] = buf_span(&checkpoint),
                      [SECTION_SURVIVORS] = SPAN_LITERAL("\xa0"),
                      [SECTION_SELFTEST] = buf_span(&selftest) },
        .columns = &m->columns,
    };
    rc = bundle_build(&parts, &payload, &body, d);
    if (rc == RC_OK)
        rc = sign_to(m, TYP_BUNDLE, &payload, &header, d);
    if (rc != RC_OK)
        return rc;
    bundle_put(&bundle, buf_span(&header), buf_span(&body));
    return write_file(m, "bundle.scb", &bundle, d);
}

static enum rc make(struct maker *m, const char *home, struct diag *d)
{
    enum rc rc = home_open(home, &m->home, d);
    if (rc == RC_OK)
        rc = home_signer(&m->home, &m->signer, d);
    if (rc == RC_OK)
        rc = folder_make(m->out, 0755, d);
    if (rc == RC_OK)
        rc = fill_columns(m, d);
    if (rc == RC_OK)
        rc = write_rows(m, d);
    if (rc == RC_OK)
        rc = write_status(m, d);
    if (rc == RC_OK)
        rc = write_deadlines(m, d);
    return rc == RC_OK ? write_bundle(m, d) : rc;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fputs("usage: make_lists HOME PUBLISHED OUT\n", stderr);
        return 2;
    }
    ON_EXIT(maker_free_at) struct maker m = { .published = argv[2], .out = argv[3] };
    struct diag d = DIAG_INIT;
    if (make(&m, argv[1], &d) != RC_OK) {
        (void)fprintf(stderr, "make_lists: %s\n", d.text);
        return 1;
    }
    return 0;
}
