#include "issuer/command/import_print.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "issuer/intake/report_row.h"

#define REFUSALS_SHOWN 20u

void import_say_opened(void *arg, const struct rows *file)
{
    const struct import_talk *const talk = arg;
    if (rows_encoding(file) == ENCODING_GB18030)
        say_note(talk->say, "%s：按 GB18030 读取", "%s: read as GB18030", rows_name(file));
}

void import_say_step(void *arg, uint64_t done, uint64_t of)
{
    struct import_talk *const talk = arg;
    if (!talk->counting)
        progress_begin(&talk->progress, talk->say, "导入", "importing", of);
    talk->counting = true;
    progress_step(&talk->progress, done);
}

static void put_place(struct buf *to, const struct import_talk *talk, const struct rows *file,
                      const struct batch_row *row)
{
    if (talk->several)
        buf_printf(to, "%s: ", rows_name(file));
    buf_printf(to,
               talk->say->chinese ? "第 %" PRIu64 " 行（文件行 %" PRIu64 "）"
                                  : "row %" PRIu64 " (line %" PRIu64 ")",
               row->number, row->line);
}

static void say_reason(const struct import_talk *talk, const char *place, const struct reason *r)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    if (r->field)
        buf_printf(&text, "%s: ", r->field);
    buf_printf(&text, "%s: ", reason_code_text(r->code));
    reason_put(&text, r, talk->say->chinese);
    (void)fprintf(stderr, "%s: %s\n", place, buf_cstr(&text));
}

void import_say_refused(void *arg, const struct rows *file, const struct batch_row *row,
                        const struct outcome *outcome)
{
    struct import_talk *const talk = arg;
    if (talk->say->quiet)
        return;
    if (talk->shown == REFUSALS_SHOWN) {
        talk->hidden++;
        return;
    }
    talk->shown++;

    ON_EXIT(buf_free_at) struct buf place = { 0 };
    put_place(&place, talk, file, row);
    for (size_t i = 0; i < outcome->reasons.count; i++)
        say_reason(talk, buf_cstr(&place), &outcome->reasons.items[i]);
    if (outcome->outcome == OUTCOME_CONFLICT)
        (void)fprintf(stderr, "%s: conflict: %s\n", buf_cstr(&place),
                      pick(talk->say, "同一记录编号已登记过不同的内容",
                           "another content is recorded under this record id"));
}

void import_say_end(struct import_talk *talk)
{
    if (talk->counting)
        progress_end(&talk->progress);
    if (talk->hidden > 0)
        say_note(talk->say, "…… 还有 %" PRIu64 " 行，见 --errors",
                 "… and %" PRIu64 " more rows, see --errors", talk->hidden);
}

static const struct count_name {
    const char *json, *zh, *en;
    size_t offset;
} names[] = {
    { "rows", "记录", "rows", offsetof(struct import_counts, rows) },
    { "recorded", "登记", "recorded", offsetof(struct import_counts, of[OUTCOME_RECORDED]) },
    { "issued", "发证", "issued", offsetof(struct import_counts, of[OUTCOME_ISSUED]) },
    { "renewed", "延续", "renewed", offsetof(struct import_counts, of[OUTCOME_RENEWED]) },
    { "exchanged", "换发", "exchanged", offsetof(struct import_counts, of[OUTCOME_EXCHANGED]) },
    { "duplicates", "重复", "duplicates", offsetof(struct import_counts, of[OUTCOME_DUPLICATE]) },
    { "refused", "退回", "refused", offsetof(struct import_counts, of[OUTCOME_REFUSED]) },
    { "conflicts", "冲突", "conflicts", offsetof(struct import_counts, of[OUTCOME_CONFLICT]) },
};
#define NAME_COUNT (sizeof names / sizeof names[0])

static uint64_t count_at(const struct import_counts *c, size_t i)
{
    uint64_t n;
    memcpy(&n, (const char *)c + names[i].offset, sizeof n);
    return n;
}

json_t *import_json(const struct import_counts *c, double seconds)
{
    json_t *const object = json_object();
    int failed = object == NULL;
    for (size_t i = 0; i < NAME_COUNT; i++)
        failed |=
            json_object_set_new(object, names[i].json, json_integer((json_int_t)count_at(c, i)));
    failed |= json_object_set_new(object, "seconds", json_real(rint(seconds * 1000) / 1000));
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

void import_text(struct buf *to, const struct import_counts *c, double seconds, bool dry_run,
                 bool chinese)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (i == 0 || count_at(c, i) > 0)
            buf_printf(to, "%s%s %" PRIu64,
                       i == 0    ? ""
                       : chinese ? "，"
                                 : ", ",
                       chinese ? names[i].zh : names[i].en, count_at(c, i));
    buf_printf(to, chinese ? "；用时 %.1f 秒" : "; %.1f seconds", seconds);
    if (seconds >= 0.1)
        buf_printf(to, chinese ? "（每秒 %.0f 行）" : " (%.0f rows a second)",
                   (double)c->rows / seconds);
    buf_put_u8(to, '\n');
    if (c->passed_over > 0)
        buf_printf(to,
                   chinese ? "上次已导入 %" PRIu64 " 行，未重读\n"
                           : "%" PRIu64 " rows were taken last time and passed over\n",
                   c->passed_over);
    if (dry_run)
        buf_put_text(to,
                     chinese ? "试运行：没有写入任何内容\n" : "a dry run: nothing was written\n");
}
