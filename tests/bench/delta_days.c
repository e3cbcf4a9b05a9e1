/*
 * A bundle of any size and the deltas of so many days behind it: what a device that was away has to
 * catch up with. Only the last delta leads to a header that was signed, as only that is checked.
 *
 *   delta_days FOLDER [ROWS [DAYS [RENEWALS]]]     default 10000000 rows, 30 days of 13700 renewals
 *
 * FOLDER gets bundle.scb, root.cbor, FROM.delta for each day, and names (the deltas in their order,
 * one a line). Prints the size of a day's delta against its limit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/cert/delta.h"
#include "core/sys/file.h"
#include "tests/bench/big_scene.h"
#include "tests/bench/invented_rows.h"

#define ROWS_DEFAULT     10000000u
#define DAYS_DEFAULT     30u
#define RENEWALS_DEFAULT 13700u
#define DAY_S            86400
#define A_ROW            4u /* bytes that a changed row may take */
#define FIXED            400u

static const char *folder;

static void save(const char *name, struct span bytes)
{
    char path[PATH_LEN];
    struct diag d = DIAG_INIT;
    if (path_join(folder, name, path, &d) != RC_OK || file_replace(path, bytes, 0644, &d) != RC_OK)
        fail_msg("%s", d.text);
}

/* Each once a day. */
static uint32_t renew(struct big_scene *s, const struct columns *before, unsigned renewals)
{
    uint32_t done = 0;
    while (done < renewals) {
        const uint32_t row = (uint32_t)(invented_next(&s->dice) % s->columns.count);
        struct column_row *const r = &s->columns.rows[row];
        if (r->version != before->rows[row].version || r->version == COLUMN_VERSION_MAX)
            continue;
        r->version++;
        r->deadline += invented_below(&s->dice, 4) == 0 ? 366 : 365;
        done++;
    }
    return done;
}

/* The signature of the header that a publisher would have signed for these rows. */
static void sign_header(const struct big_scene *s, const struct bundle *old,
                        const struct delta *last, uint8_t ret[SIGNATURE_LEN])
{
    struct buf payload = { 0 }, body = { 0 }, header = { 0 };
    struct bundle_parts parts = { .sequence = last->to,
                                  .issued = last->issued,
                                  .status_exp = last->status_exp,
                                  .deadlines_exp = last->deadlines_exp,
                                  .columns = &s->columns };
    struct cose_sign1 m;
    struct diag d = DIAG_INIT;
    for (enum bundle_section i = SECTION_TRUST; i <= SECTION_SELFTEST; i++)
        parts.sections[i] = bundle_section(old, i);
    if (bundle_build(&parts, &payload, &body, &d) != RC_OK)
        fail_msg("%s", d.text);
    test_sign1(&s->publish, TYP_BUNDLE, buf_span(&payload), &header);
    assert_int_equal(cose_sign1_parse(buf_span(&header), &m, &d), RC_OK);
    memcpy(ret, m.signature.ptr, SIGNATURE_LEN);
    buf_free(&payload);
    buf_free(&body);
    buf_free(&header);
}

static size_t write_delta(const struct big_scene *s, const struct delta *delta, struct buf *names)
{
    struct buf payload = { 0 }, message = { 0 };
    char name[64];
    delta_payload_put(&payload, delta);
    test_sign1(&s->publish, TYP_DELTA, buf_span(&payload), &message);
    (void)snprintf(name, sizeof name, "%llu.delta", (unsigned long long)delta->from);
    save(name, buf_span(&message));
    buf_printf(names, "%s/%s\n", folder, name);
    const size_t len = message.len;
    buf_free(&payload);
    buf_free(&message);
    return len;
}

static size_t make_days(struct big_scene *s, const struct bundle *old, unsigned days,
                        unsigned renewals)
{
    struct columns before = { 0 };
    struct buf names = { 0 };
    uint8_t signature[SIGNATURE_LEN] = { 1 };
    size_t longest = 0;
    assert_int_equal(columns_resize(&before, s->columns.count, NULL), RC_OK);
    for (unsigned day = 0; day < days; day++) {
        struct buf changes = { 0 };
        struct delta delta = { .from = bundle_times(old).sequence + day,
                               .to = bundle_times(old).sequence + day + 1,
                               .issued = s->issued + day,
                               .status_exp = s->issued + day + 30 * DAY_S,
                               .deadlines_exp = s->issued + day + 30 * DAY_S,
                               .rows = s->columns.count };
        memcpy(delta.deployment, s->deployment, DEPLOYMENT_LEN);
        memcpy(before.rows, s->columns.rows, before.count * sizeof *before.rows);
        (void)renew(s, &before, renewals);
        assert_int_equal(delta_changes_put(&before, &s->columns, delta.issued, &changes), renewals);
        if (day == days - 1)
            sign_header(s, old, &delta, signature);
        delta.changes = buf_span(&changes);
        delta.header_signature = span_of(signature, sizeof signature);
        const size_t len = write_delta(s, &delta, &names);
        longest = len > longest ? len : longest;
        buf_free(&changes);
    }
    save("names", buf_span(&names));
    buf_free(&names);
    columns_free(&before);
    return longest;
}

int main(int argc, char *argv[])
{
    const unsigned long rows = argc > 2 ? strtoul(argv[2], NULL, 10) : ROWS_DEFAULT;
    const unsigned long days = argc > 3 ? strtoul(argv[3], NULL, 10) : DAYS_DEFAULT;
    const unsigned long renewals = argc > 4 ? strtoul(argv[4], NULL, 10) : RENEWALS_DEFAULT;
    if (argc < 2 || argc > 5 || rows == 0 || rows > BIG_ROWS_MAX || days == 0 || days > 400 ||
        renewals > rows / 2) {
        (void)fputs("usage: delta_days FOLDER [ROWS [DAYS [RENEWALS]]]\n", stderr);
        return 2;
    }
    folder = argv[1];
    ON_EXIT(big_scene_free) struct big_scene s;
    ON_EXIT(bundle_free_at) struct bundle *old = NULL;
    struct buf file = { 0 }, roots = { 0 };
    big_scene_make((uint32_t)rows, time(NULL) - 3600, &s);
    big_scene_bundle(&s, &file);
    root_set_put(&roots, &s.roots);
    if (folder_make(folder, 0755, NULL) != RC_OK)
        return 1;
    save("bundle.scb", buf_span(&file));
    save("root.cbor", buf_span(&roots));
    assert_int_equal(bundle_open(buf_span(&file), &s.roots, &old, NULL), RC_OK);
    const size_t len = make_days(&s, old, (unsigned)days, (unsigned)renewals);
    (void)printf("%lu rows, %lu days of %lu renewals: a day's delta at most %zu bytes, %.3f a row; "
                 "limit %zu\n",
                 rows, days, renewals, len, (double)len / (double)(renewals ? renewals : 1),
                 (size_t)renewals * A_ROW + FIXED);
    buf_free(&file);
    buf_free(&roots);
    return len <= renewals * A_ROW + FIXED ? 0 : 1;
}
