#include "issuer/core/results.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/cose/cbor.h"
#include "issuer/intake/report_row.h"

/* A row: [number, record id, outcome, certificate's number, version, pick-up code, [[code, field,
 * detail] …]].
 * The codes are the contract's texts. */
#define FIELD_COUNT  7
#define REASON_COUNT 3
#define FIELD_MAX    63 /* bytes of a field's name */

void results_put(struct buf *to, const struct batch_row *row, const struct outcome *o)
{
    assert(to && row && o && o->outcome != OUTCOME_NONE);

    cbor_put_array(to, FIELD_COUNT);
    cbor_put_uint(to, row->number);
    /* What is longer is none, and is told as a reason. */
    cbor_put_bytes(to, row->record.record_id.len <= RECORD_ID_MAX ? row->record.record_id
                                                                  : span_of(NULL, 0));
    cbor_put_uint(to, o->outcome);
    cbor_put_cstr(to, o->number);
    cbor_put_uint(to, o->version);
    cbor_put_cstr(to, o->pickup);
    cbor_put_array(to, o->reasons.count);
    for (size_t i = 0; i < o->reasons.count; i++) {
        const struct reason *const r = &o->reasons.items[i];
        cbor_put_array(to, REASON_COUNT);
        cbor_put_cstr(to, reason_code_text(r->code));
        cbor_put_cstr(to, r->field ? r->field : "");
        cbor_put_bytes(to, span_text(r->detail)); /* cut somewhere: perhaps inside a character */
    }
}

/* A reason with the field's name that it points to. */
struct told {
    struct outcome outcome;
    struct batch_row row;
    char fields[REASONS_MAX][FIELD_MAX + 1];
};

static void copy_text(char *to, struct span text)
{
    if (text.len > 0)
        memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
}

static bool read_reason(struct cbor_reader *c, struct told *t, size_t i)
{
    struct reason *const r = &t->outcome.reasons.items[i];
    uint64_t count;
    struct span code, field, detail;
    if (!cbor_array(c, "reason", REASON_COUNT, &count) || count != REASON_COUNT ||
        !cbor_text(c, "code", 1, FIELD_MAX, &code) ||
        !cbor_text(c, "field", 0, FIELD_MAX, &field) ||
        !cbor_bytes(c, "detail", 0, sizeof r->detail - 1, &detail))
        return false;
    r->code = reason_code_from_text(code);
    copy_text(t->fields[i], field);
    r->field = field.len > 0 ? t->fields[i] : NULL;
    copy_text(r->detail, detail);
    return r->code != REASON_NONE;
}

static bool read_row(struct cbor_reader *c, struct told *t)
{
    uint64_t count, outcome, version, reasons;
    struct span number, pickup;
    if (!cbor_array(c, "row", FIELD_COUNT, &count) || count != FIELD_COUNT ||
        !cbor_uint(c, "number", UINT64_MAX, &t->row.number) ||
        !cbor_bytes(c, "record id", 0, RECORD_ID_MAX, &t->row.record.record_id) ||
        !cbor_uint(c, "outcome", OUTCOME_CONFLICT, &outcome) ||
        !cbor_text(c, "certificate", 0, NUMBER_MAX, &number) ||
        !cbor_uint(c, "version", UINT32_MAX, &version) ||
        !cbor_text(c, "pick-up code", 0, PICKUP_LEN, &pickup) ||
        !cbor_array(c, "reasons", REASONS_MAX, &reasons))
        return false;
    t->outcome.outcome = (enum row_outcome)outcome;
    t->outcome.version = (uint32_t)version;
    t->outcome.reasons.count = (size_t)reasons;
    copy_text(t->outcome.number, number);
    copy_text(t->outcome.pickup, pickup);
    for (size_t i = 0; i < reasons; i++)
        if (!read_reason(c, t, i))
            return false;
    return true;
}

enum rc results_tell(struct span kept, bool chinese, uint64_t after, struct buf *to,
                     uint64_t *ret_rows, struct diag *d)
{
    assert(to && ret_rows);

    struct told t;
    struct cbor_reader c = cbor_reader_over(kept, d);
    const struct row_report report = { .row = &t.row, .outcome = &t.outcome, .chinese = chinese };
    uint64_t rows = 0;
    memset(&t, 0, sizeof t);
    while (cbor_peek(&c) >= 0) {
        if (!read_row(&c, &t))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the results of a batch are damaged");
        if (t.row.number > after)
            result_put(to, &report);
        rows++;
    }
    *ret_rows = rows;
    return buf_rc(to, d);
}
