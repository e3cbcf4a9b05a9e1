#include "verifier/daemon/bulk_answer.h"

#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/cert/list_summary.h"
#include "core/crypto/pubkey_pem.h"
#include "core/json/json_out.h"
#include "verifier/daemon/bulk_list.h"

static_assert(BULK_ROWS_MAX + BULK_PEOPLE_MAX * (LOOKUP_NUMBERS_MAX - 1) <= LIST_ROWS_MAX,
              "every answer has a summary");

void bulk_count(struct bulk_summary *s, const struct bulk_result *r)
{
    s->rows++;
    s->found += r->found == BULK_FOUND;
    s->no_match += r->found == BULK_NO_MATCH;
    s->not_checked += r->found == BULK_NOT_CHECKED;
    s->in_force += r->found == BULK_FOUND && r->in_force == TRI_TRUE;
}

static const char *word_of(const struct bulk_result *r)
{
    switch (r->found) {
    case BULK_FOUND:
        return state_word(r->state);
    case BULK_NO_MATCH:
        return "no_match";
    case BULK_NOT_AUTHENTIC:
        return "not_authentic";
    case BULK_NOT_CHECKED:
        break;
    }
    return "not_checked";
}

/* What a spreadsheet could take for a formula or a cell's end is no number either. */
struct span bulk_number_shown(struct span sent, const struct bulk_result *r)
{
    const struct span number = r->number[0] ? span_text(r->number) : sent;
    for (size_t i = 0; i < number.len; i++) {
        const uint8_t c = number.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            return (struct span){ 0 };
    }
    return number.len <= LOOKUP_NUMBER_MAX ? number : (struct span){ 0 };
}

void bulk_csv_head(struct buf *to)
{
    buf_put_text(to, LIST_CSV_HEAD);
}

void bulk_csv_row(struct buf *to, struct span number, const struct bulk_result *r)
{
    buf_printf(to, "%u,", r->row + 1);
    buf_put_span(to, bulk_number_shown(number, r));
    buf_printf(to, ",%s,", word_of(r));
    if (r->found == BULK_FOUND) {
        char deadline[DATE_TEXT_LEN + 1];
        date_format(r->deadline, deadline);
        buf_printf(to, "%s,%s,%d",
                   r->in_force == TRI_TRUE    ? "true"
                   : r->in_force == TRI_FALSE ? "false"
                                              : "",
                   deadline, (int)r->days_left);
    } else {
        buf_put_text(to, ",,");
    }
    buf_put_text(to, "\r\n");
}

static void put_found(struct json_out *o, const struct bulk_result *r)
{
    char deadline[DATE_TEXT_LEN + 1];
    date_format(r->deadline, deadline);
    if (r->in_force == TRI_UNKNOWN)
        json_out_null(o, "in_force");
    else
        json_out_bool(o, "in_force", r->in_force == TRI_TRUE);
    json_out_text(o, "deadline", span_text(deadline));
    json_out_int(o, "days_left", r->days_left);
}

void bulk_json_row(struct json_out *o, struct span number, const struct bulk_result *r)
{
    json_out_open(o, NULL, '{');
    json_out_int(o, "row", r->row + 1);
    json_out_text(o, "number", bulk_number_shown(number, r));
    json_out_text(o, "result", span_text(word_of(r)));
    if (r->found == BULK_FOUND) {
        put_found(o, r);
    } else {
        json_out_null(o, "in_force");
        json_out_null(o, "deadline");
        json_out_null(o, "days_left");
    }
    json_out_close(o, '}');
}

void bulk_summary_put(struct buf *to, const struct bulk_summary *s)
{
    struct list_summary all = {
        .at = s->at,
        .rows = s->rows,
        .found = s->found,
        .no_match = s->no_match,
        .not_checked = s->not_checked,
        .in_force = s->in_force,
        .employer = span_text(s->employer->name),
        .purpose = span_text(s->employer->purpose),
    };
    memcpy(all.rows_sha256, s->rows_sha256, SHA256_LEN);
    list_summary_put(to, &all);
}

void bulk_json_summary(struct json_out *o, const char *key, const struct bulk_summary *s)
{
    char at[TIME_TEXT_LEN + 1], hash[2 * SHA256_LEN + 1];
    time_format(s->at, at);
    hex_encode(s->rows_sha256, SHA256_LEN, hash);
    json_out_open(o, key, '{');
    json_out_int(o, "rows", s->rows);
    json_out_int(o, "found", s->found);
    json_out_int(o, "no_match", s->no_match);
    json_out_int(o, "not_checked", s->not_checked);
    json_out_int(o, "in_force", s->in_force);
    json_out_text(o, "at", span_text(at));
    json_out_text(o, "employer", span_text(s->employer->name));
    json_out_text(o, "purpose", span_text(s->employer->purpose));
    json_out_text(o, "rows_sha256", span_text(hash));
    ON_EXIT(buf_free_at) struct buf coded = { 0 };
    base64url_encode(buf_span(&s->signature), &coded);
    if (coded.len > 0)
        json_out_text(o, "signed", buf_span(&coded));
    else
        json_out_bool(o, "unsigned", true);
    json_out_close(o, '}');
}
