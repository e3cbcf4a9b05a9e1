#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/cli/progress.h"
#include "core/json/json.h"
#include "core/sys/clock.h"
#include "verifier/certcheck/commands.h"
#include "verifier/certcheck/guard.h"

#define ROOTS_MAX 8192 /* bytes of a root set's file */

struct shown {
    const struct cli_call *call;
    struct mapping file;
    struct bundle *bundle;
    int64_t now;
};

static void shown_close(struct shown *s)
{
    bundle_free(s->bundle);
    mapping_close(&s->file);
}

static void advance(void *ctx, uint32_t done, uint32_t of)
{
    struct progress *const p = ctx;
    p->of = of;
    progress_step(p, done);
}

static enum rc check_all(struct shown *s, struct diag *d)
{
    struct progress p;
    progress_begin(&p, &s->call->say, "检查数据块", "checking blocks", 0);
    const enum rc rc = bundle_check_all(s->bundle, advance, &p, d);
    progress_end(&p);
    return rc == RC_OK ? judge_selftest(s->bundle, d) : rc;
}

static enum rc open_shown(struct shown *s, struct diag *d)
{
    const struct bundle_show_options *const o = s->call->options;
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct root_set roots;
    enum rc rc = file_map(s->call->argv[0], &s->file, d);
    if (rc == RC_OK && o->root) {
        rc = file_read(o->root, ROOTS_MAX, &file, d);
        if (rc == RC_OK)
            rc = root_set_parse(buf_span(&file), &roots, d);
    }
    if (rc == RC_OK)
        rc = bundle_open(s->file.bytes, o->root ? &roots : NULL, &s->bundle, d);
    if (rc == RC_OK)
        rc = clock_now(bundle_trust(s->bundle)->demo, &s->now, d);
    return rc == RC_OK ? check_all(s, d) : rc;
}

/* --- JSON --- */

static json_t *time_value(int64_t unix_s)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(unix_s, text);
    return json_string(text);
}

static json_t *hex_value(const uint8_t *bytes, size_t len)
{
    char text[2 * SHA256_LEN + 1];
    hex_encode(bytes, len, text);
    return json_string(text);
}

static json_t *keys_value(const struct trust_list *trust)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct trusted_key *const k = &trust->keys[i];
        json_t *const key = json_pack(
            "{s:o, s:s, s:o, s:o}", "kid", hex_value(k->kid, KID_LEN), "use", key_use_name(k->use),
            "not_before", time_value(k->not_before), "not_after", time_value(k->not_after));
        if (key && k->cut_off.given)
            (void)json_object_set_new(key, "cut_off",
                                      k->use == USE_TOKEN
                                          ? json_integer((json_int_t)k->cut_off.index)
                                          : time_value(k->cut_off.time_s));
        (void)json_array_append_new(list, key);
    }
    return list;
}

static json_t *hosts_value(const struct trust_list *trust)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < trust->host_count; i++)
        (void)json_array_append_new(list, json_string(trust->hosts[i]));
    return list;
}

static json_t *shown_json(const struct shown *s)
{
    const struct trust_list *const trust = bundle_trust(s->bundle);
    const struct directory *const dir = bundle_directory(s->bundle);
    const struct bundle_times times = bundle_times(s->bundle);
    return json_pack("{s:o, s:b, s:o, s:I, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
                     "deployment", hex_value(trust->deployment, DEPLOYMENT_LEN), "demo",
                     (int)trust->demo, "hosts", hosts_value(trust), "sequence",
                     (json_int_t)times.sequence, "issued", time_value(times.issued), "status_exp",
                     time_value(times.status_exp), "deadlines_exp", time_value(times.deadlines_exp),
                     "trust_next_update", time_value(trust->next_update), "rows",
                     (json_int_t)times.rows, "posts", (json_int_t)dir->post_count, "units",
                     (json_int_t)dir->unit_count, "providers", (json_int_t)dir->provider_count,
                     "log_size", (json_int_t)bundle_checkpoint(s->bundle)->size, "bytes",
                     (json_int_t)s->file.bytes.len, "keys", keys_value(trust));
}

/* --- lines --- */

static void put_time(struct buf *to, const struct shown *s, const char *zh, const char *en,
                     int64_t unix_s)
{
    const struct say *const say = &s->call->say;
    char text[TIME_TEXT_LEN + 1];
    time_format(unix_s, text);
    buf_printf(to, "%s %s%s\n", pick(say, zh, en), text,
               s->now > unix_s ? pick(say, "（已过期）", " (past)") : "");
}

static void put_cut_off(struct buf *to, const struct say *say, const struct trusted_key *k)
{
    char at[TIME_TEXT_LEN + 1];
    if (!k->cut_off.given)
        return;
    time_format(k->cut_off.time_s, at);
    buf_printf(to, "  %s ", pick(say, "已停用于", "cut off at"));
    if (k->use == USE_TOKEN)
        buf_printf(to, "%" PRIu64, k->cut_off.index);
    else
        buf_put_text(to, at);
}

static void put_keys(struct buf *to, const struct say *say, const struct trust_list *trust)
{
    for (size_t i = 0; i < trust->key_count; i++) {
        char kid[2 * KID_LEN + 1], from[TIME_TEXT_LEN + 1], until[TIME_TEXT_LEN + 1];
        hex_encode(trust->keys[i].kid, KID_LEN, kid);
        time_format(trust->keys[i].not_before, from);
        time_format(trust->keys[i].not_after, until);
        buf_printf(to, "  %s %-8s %.10s … %.10s", kid, key_use_name(trust->keys[i].use), from,
                   until);
        put_cut_off(to, say, &trust->keys[i]);
        buf_put_u8(to, '\n');
    }
}

static void put_lines(struct buf *to, const struct shown *s)
{
    const struct say *const say = &s->call->say;
    const struct trust_list *const trust = bundle_trust(s->bundle);
    const struct directory *const dir = bundle_directory(s->bundle);
    const struct bundle_times times = bundle_times(s->bundle);
    char hex[2 * DEPLOYMENT_LEN + 1], issued[TIME_TEXT_LEN + 1];
    hex_encode(trust->deployment, DEPLOYMENT_LEN, hex);
    time_format(times.issued, issued);

    buf_printf(
        to, "%s\n",
        pick(say, "✔ 数据包完好，逐块检查无误", "✔ the bundle is whole: every block checked"));
    buf_printf(to, "%s %s%s\n", pick(say, "发证系统", "deployment "), hex,
               trust->demo ? pick(say, "（演示）", " (demonstration)") : "");
    for (size_t i = 0; i < trust->host_count; i++)
        buf_printf(to, "%s %s\n", pick(say, "网　　址", "host       "), trust->hosts[i]);
    buf_printf(to, "%s %" PRIu64 "\n", pick(say, "序　　号", "sequence   "), times.sequence);
    buf_printf(to, "%s %s\n", pick(say, "制作时间", "issued     "), issued);
    put_time(to, s, "状态到期", "status exp ", times.status_exp);
    put_time(to, s, "截止到期", "dates exp  ", times.deadlines_exp);
    put_time(to, s, "信任更新", "trust until", trust->next_update);
    buf_printf(to, "%s %" PRIu32 "\n", pick(say, "证书行数", "rows       "), times.rows);
    buf_printf(to, "%s %zu / %zu / %zu\n", pick(say, "岗位·单位·机构", "posts · units · providers"),
               dir->post_count, dir->unit_count, dir->provider_count);
    buf_printf(to, "%s %" PRIu64 "\n", pick(say, "日志长度", "log size   "),
               bundle_checkpoint(s->bundle)->size);
    buf_printf(to, "%s %zu %s\n", pick(say, "文件大小", "file size  "), s->file.bytes.len,
               pick(say, "字节", "bytes"));
    buf_printf(to, "%s %zu\n", pick(say, "密　　钥", "keys       "), trust->key_count);
    put_keys(to, say, trust);
}

static int status_of(enum rc rc, const struct shown *s)
{
    const struct bundle_show_options *const o = s->call->options;
    ON_EXIT(bundle_free_at) struct bundle *alien = NULL;
    if (rc == RC_NOT_FOUND && s->file.bytes.len == 0)
        return CLI_EXIT_USAGE;
    if (rc == RC_REFUSED && s->bundle && s->now == 0)
        return CLI_EXIT_USAGE; /* the borrowed clock of what is no demonstration */
    if (o->root && !s->bundle && bundle_open(s->file.bytes, NULL, &alien, NULL) == RC_OK)
        return VERDICT_EXIT_UNKNOWN_ISSUER;
    return VERDICT_EXIT_INTERNAL;
}

static enum rc print_shown(const struct shown *s, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    if (s->call->common.json) {
        ON_EXIT(json_decref_at) json_t *json = shown_json(s);
        if (!json)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the answer");
        const enum rc rc = json_write(json, 2, &out, d);
        if (rc != RC_OK)
            return rc;
        buf_put_u8(&out, '\n');
    } else {
        put_lines(&out, s);
    }
    return say_out(&out, d);
}

int run_bundle_show(const struct cli_call *call)
{
    guard_mapped_files(&call->say);
    ON_EXIT(shown_close) struct shown s = { .call = call };
    struct diag d = DIAG_INIT;
    enum rc rc = open_shown(&s, &d);
    if (rc == RC_OK)
        rc = print_shown(&s, &d);
    if (rc == RC_OK)
        return 0;
    say_diag(&call->say, rc, &d);
    return status_of(rc, &s);
}
