/*
 * certcheck list: what an employer was answered for a list, checked by whoever is shown it: the
 * summary's signature, and that these rows are the ones it was made of. Of a report in print the
 * signature alone: its counts are for the reader to compare.
 */
#include <inttypes.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/cert/digits.h"
#include "core/cert/list_summary.h"
#include "core/crypto/pubkey_pem.h"
#include "core/json/json.h"
#include "core/json/json_out.h"
#include "verifier/certcheck/commands.h"
#include "verifier/certcheck/guard.h"

#define ANSWER_MAX ((size_t)8 << 20) /* bytes of a file */
#define CELL_MAX   64u               /* bytes */

struct answered {
    const struct cli_call *call;
    struct device dev;
    struct buf file, csv, summary, message;
    struct list_summary signed_; /* borrows message */
    bool has_rows;
};

static void answered_close(struct answered *a)
{
    device_close(&a->dev);
    buf_free(&a->file);
    buf_free(&a->csv);
    buf_free(&a->summary);
    buf_free(&a->message);
}

static enum rc no_answer(struct diag *d)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'rows' and 'summary' are not as they were sent");
}

/* --- JSON: its rows as the CSV that the hash is of --- */

/* What stands in an answer's cell: nothing that CSV would have to quote. */
static bool is_plain(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '-' || s.ptr[i] > 'z' || strchr("./:;<=>?@[\\]^`", s.ptr[i]))
            return false;
    return s.len <= CELL_MAX;
}

static bool put_cell(struct buf *to, const json_t *value, char end)
{
    if (json_is_string(value)) {
        const struct span text = span_of(json_string_value(value), json_string_length(value));
        if (!is_plain(text))
            return false;
        buf_put_span(to, text);
    } else if (json_is_integer(value)) {
        buf_printf(to, "%" PRId64, (int64_t)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        buf_put_text(to, json_is_true(value) ? "true" : "false");
    } else if (!json_is_null(value)) {
        return false;
    }
    buf_put_u8(to, (uint8_t)end);
    return true;
}

static enum rc put_row(struct buf *to, const json_t *row, struct diag *d)
{
    static const char *const cells[] = { "row",      "number",   "result",
                                         "in_force", "deadline", "days_left" };
    const size_t count = sizeof cells / sizeof *cells;
    if (json_object_size(row) != count)
        return no_answer(d);
    for (size_t i = 0; i < count; i++) {
        const json_t *const value = json_object_get(row, cells[i]);
        if (!value || !put_cell(to, value, i + 1 < count ? ',' : '\r'))
            return no_answer(d);
    }
    buf_put_u8(to, '\n');
    return buf_rc(to, d);
}

static enum rc take_json(struct answered *a, const json_t *root, struct diag *d)
{
    const json_t *const rows = json_object_get(root, "rows");
    const json_t *const summary = json_object_get(root, "summary");
    if (!json_is_array(rows) || json_array_size(rows) > LIST_ROWS_MAX || !json_is_object(summary))
        return no_answer(d);
    buf_put_text(&a->csv, LIST_CSV_HEAD);
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < json_array_size(rows); i++)
        rc = put_row(&a->csv, json_array_get(rows, i), d);
    return rc == RC_OK ? json_write(summary, 0, &a->summary, d) : rc;
}

/* --- what was sent --- */

static enum rc take_csv(struct answered *a, struct diag *d)
{
    const struct list_options *const o = a->call->options;
    if (!o->summary && !o->message)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET,
                        "CSV has its summary in the header Sitecert-Summary: --summary TEXT");
    buf_put_span(&a->csv, buf_span(&a->file));
    if (o->summary && !base64url_decode(span_text(o->summary), &a->summary))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the summary is not base64url");
    return buf_rc(&a->summary, d);
}

static enum rc take_file(struct answered *a, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *root = NULL;
    const enum rc rc = file_read(a->call->argv[0], ANSWER_MAX, &a->file, d);
    if (rc != RC_OK)
        return rc;
    return json_read(buf_span(&a->file), &root, NULL) == RC_OK ? take_json(a, root, d)
                                                               : take_csv(a, d);
}

/* Digits, or the same as base64url, which never has digits alone: it begins with "0o". */
static enum rc take_message(struct answered *a, struct span text, struct diag *d)
{
    if (digits_decode(text, &a->message, NULL) == RC_OK)
        return RC_OK;
    buf_clear(&a->message);
    return base64url_decode(text, &a->message)
               ? buf_rc(&a->message, d)
               : diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'--signed' is no signed summary");
}

static enum rc take_signature(struct answered *a, struct diag *d)
{
    const struct list_options *const o = a->call->options;
    if (o->message)
        return take_message(a, span_text(o->message), d);
    ON_EXIT(json_decref_at) json_t *root = NULL;
    const enum rc rc = json_read(buf_span(&a->summary), &root, d);
    if (rc != RC_OK)
        return rc;
    const json_t *const text = json_object_get(root, "signed");
    if (!json_is_string(text))
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "the summary is not signed");
    return base64url_decode(span_of(json_string_value(text), json_string_length(text)), &a->message)
               ? buf_rc(&a->message, d)
               : no_answer(d);
}

static enum rc check(struct answered *a, struct diag *d)
{
    uint8_t hash[SHA256_LEN];
    const struct list_options *const o = a->call->options;
    a->has_rows = a->call->argc > 0;
    if (!a->has_rows && !o->message)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET, "FILE, or --signed DIGITS");
    enum rc rc = a->has_rows ? take_file(a, d) : RC_OK;
    if (rc == RC_OK)
        rc = take_signature(a, d);
    if (rc == RC_OK)
        rc = list_summary_check(buf_span(&a->message), a->dev.evidence.trust, a->dev.evidence.now,
                                &a->signed_, d);
    if (rc != RC_OK || !a->has_rows)
        return rc;
    sha256(buf_span(&a->csv), hash);
    return memcmp(hash, a->signed_.rows_sha256, sizeof hash) == 0
               ? RC_OK
               : diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                          "these are not the rows that were signed");
}

/* --- what it says --- */

static void put_json(const struct list_summary *s, bool has_rows, struct buf *to)
{
    char at[TIME_TEXT_LEN + 1], hash[2 * SHA256_LEN + 1];
    struct json_out o = json_out_to(to, 0, 0);
    time_format(s->at, at);
    hex_encode(s->rows_sha256, SHA256_LEN, hash);
    json_out_open(&o, NULL, '{');
    json_out_bool(&o, "authentic", true);
    json_out_text(&o, "at", span_text(at));
    json_out_text(&o, "employer", s->employer);
    json_out_text(&o, "purpose", s->purpose);
    json_out_int(&o, "rows", s->rows);
    json_out_int(&o, "found", s->found);
    json_out_int(&o, "in_force", s->in_force);
    json_out_int(&o, "no_match", s->no_match);
    json_out_int(&o, "not_checked", s->not_checked);
    json_out_text(&o, "rows_sha256", span_text(hash));
    json_out_bool(&o, "rows_compared", has_rows);
    json_out_close(&o, '}');
    buf_put_u8(to, '\n');
}

static void put_lines(const struct say *say, const struct list_summary *s, bool has_rows,
                      struct buf *to)
{
    char at[TIME_TEXT_LEN + 1], hash[2 * SHA256_LEN + 1];
    time_format(s->at, at);
    hex_encode(s->rows_sha256, SHA256_LEN, hash);
    if (has_rows)
        buf_put_text(to, pick(say, "✔ 汇总的签名与各行均相符\n", "✔ signature and rows agree\n"));
    else
        buf_put_text(to, pick(say, "✔ 汇总的签名相符；请与报告上的各数比较\n",
                              "✔ the signature holds: compare the counts with the report's\n"));
    buf_printf(to, "  %s%s\n", pick(say, "查验时间  ", "checked at   "), at);
    buf_put_text(to, pick(say, "  用人单位  ", "  employer     "));
    buf_put_span(to, s->employer);
    buf_put_text(to, pick(say, "\n  用途      ", "\n  purpose      "));
    buf_put_span(to, s->purpose);
    buf_printf(to, "\n  %s %u · %s %u · %s %u · %s %u · %s %u\n", pick(say, "行数", "rows"),
               s->rows, pick(say, "查到", "found"), s->found, pick(say, "有效", "in force"),
               s->in_force, pick(say, "不符", "no match"), s->no_match,
               pick(say, "未查", "not checked"), s->not_checked);
    buf_printf(to, "  %s%s\n", pick(say, "各行摘要  ", "rows sha256  "), hash);
}

static enum rc print(const struct answered *a, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    if (a->call->common.json)
        put_json(&a->signed_, a->has_rows, &out);
    else
        put_lines(&a->call->say, &a->signed_, a->has_rows, &out);
    return say_out(&out, d);
}

int run_list(const struct cli_call *call)
{
    guard_mapped_files(&call->say);
    const struct list_options *const o = call->options;
    ON_EXIT(answered_close) struct answered a = { .call = call };
    struct diag d = DIAG_INIT;
    device_open(&o->device, &call->say, &a.dev);
    if (a.dev.answer != DEVICE_READY)
        return a.dev.answer == DEVICE_REFUSED ? CLI_EXIT_USAGE : VERDICT_EXIT_INTERNAL;
    enum rc rc = check(&a, &d);
    if (rc == RC_OK)
        rc = print(&a, &d);
    if (rc == RC_OK)
        return 0;
    say_diag(&call->say, rc, &d);
    if (rc == RC_USAGE || rc == RC_IO)
        return CLI_EXIT_USAGE;
    return rc == RC_NOMEM || rc == RC_CRYPTO ? VERDICT_EXIT_INTERNAL : VERDICT_EXIT_NOT_AUTHENTIC;
}
