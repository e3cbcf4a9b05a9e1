/* `certcheck bundle update FILE DELTA…`: brings a bundle up to date, in one step or not at all. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/dates.h"
#include "core/cert/bundle_update.h"
#include "core/json/json.h"
#include "core/sys/file.h"
#include "verifier/certcheck/commands.h"
#include "verifier/certcheck/guard.h"

#define MODE_MASK 0777u

struct updating {
    const struct cli_call *call;
    struct device dev; /* with the bundle as it is */
    struct bundle_update *update;
    struct buf file; /* the new one */
    struct bundle *bundle;
    bool missing; /* a file that was named is not there */
};

static void updating_close(struct updating *u)
{
    bundle_free(u->bundle);
    bundle_update_free(u->update);
    buf_free(&u->file);
    device_close(&u->dev);
}

static struct device_choices choices_of(const struct cli_call *call)
{
    const struct bundle_update_options *const o = call->options;
    return (struct device_choices){ .bundle = call->argv[0], .root = o->root };
}

static enum rc apply_file(struct updating *u, const char *path, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf delta = { 0 };
    struct diag why = DIAG_INIT;
    enum rc rc = file_read(path, DELTA_MAX, &delta, d);
    u->missing = rc == RC_NOT_FOUND;
    if (rc == RC_OK)
        rc = bundle_update_apply(u->update, buf_span(&delta), &why);
    return rc == RC_OK || why.code == RC_OK
               ? rc
               : diag_set(d, rc, why.offset, "'%.80s': %s", path, why.text);
}

static enum rc apply_files(struct updating *u, struct diag *d)
{
    enum rc rc = bundle_update_begin(u->dev.bundle, &u->dev.roots, &u->update, d);
    for (int i = 1; rc == RC_OK && i < u->call->argc; i++)
        rc = apply_file(u, u->call->argv[i], d);
    if (rc == RC_OK)
        rc = bundle_update_finish(u->update, &u->file, &u->bundle, d);
    if (rc == RC_OK)
        rc = judge_selftest(u->bundle, d);
    return rc;
}

/* The file keeps its mode; whoever reads it meanwhile has the old one or the new one. */
static enum rc replace_file(struct updating *u, struct diag *d)
{
    const char *const path = u->call->argv[0];
    struct stat st;
    const unsigned mode = stat(path, &st) == 0 ? (unsigned)st.st_mode & MODE_MASK : 0644u;
    return file_replace(path, buf_span(&u->file), mode, d);
}

/* --- what is said --- */

static const char *const section_names[BUNDLE_SECTIONS + 1] = {
    [SECTION_TRUST] = "trust",         [SECTION_DIRECTORY] = "directory",
    [SECTION_POLICY] = "policy",       [SECTION_CHECKPOINT] = "checkpoint",
    [SECTION_SURVIVORS] = "survivors", [SECTION_SELFTEST] = "selftest",
};

static json_t *sections_json(const struct bundle_changes *c)
{
    json_t *const list = json_array();
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++) {
        if (c->sections[i])
            (void)json_array_append_new(list, json_string(section_names[i]));
    }
    return list;
}

static enum rc put_json(const struct updating *u, struct buf *to, struct diag *d)
{
    const struct bundle_changes c = bundle_update_changes(u->update);
    char issued[TIME_TEXT_LEN + 1];
    time_format(bundle_times(u->bundle).issued, issued);
    ON_EXIT(json_decref_at)
    json_t *json = json_pack("{s:I, s:I, s:s, s:I, s:I, s:I, s:o, s:I}", "from", (json_int_t)c.from,
                             "to", (json_int_t)c.to, "issued", issued, "deltas",
                             (json_int_t)c.deltas, "changed_rows", (json_int_t)c.rows, "rows",
                             (json_int_t)bundle_times(u->bundle).rows, "sections",
                             sections_json(&c), "bytes", (json_int_t)u->file.len);
    if (!json)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the answer");
    const enum rc rc = json_write(json, 2, to, d);
    buf_put_u8(to, '\n');
    return rc;
}

static void put_lines(const struct updating *u, struct buf *to)
{
    const struct say *const say = &u->call->say;
    const struct bundle_changes c = bundle_update_changes(u->update);
    char issued[TIME_TEXT_LEN + 1];
    time_format(bundle_times(u->bundle).issued, issued);
    buf_printf(to, "%s %s\n", pick(say, "✔ 数据包已更新：", "✔ the bundle was updated:"),
               u->call->argv[0]);
    buf_printf(to, "%s %" PRIu64 " → %" PRIu64 "\n", pick(say, "序　　号", "sequence "), c.from,
               c.to);
    buf_printf(to, "%s %s\n", pick(say, "制作时间", "issued   "), issued);
    buf_printf(to, "%s %zu\n", pick(say, "增　　量", "deltas   "), c.deltas);
    buf_printf(to, "%s %" PRIu64 "\n", pick(say, "改动行数", "changed  "), c.rows);
    buf_put_text(to, pick(say, "改动部分", "sections "));
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++) {
        if (c.sections[i])
            buf_printf(to, " %s", section_names[i]);
    }
    buf_put_text(to, "\n");
}

static enum rc print(const struct updating *u, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    const enum rc rc = u->call->common.json ? put_json(u, &out, d) : RC_OK;
    if (rc != RC_OK)
        return rc;
    if (!u->call->common.json)
        put_lines(u, &out);
    return say_out(&out, d);
}

/* --- together --- */

static int status_of_device(const struct device *dev)
{
    static const int statuses[] = {
        [DEVICE_BROKEN] = VERDICT_EXIT_INTERNAL,
        [DEVICE_REFUSED] = CLI_EXIT_USAGE,
        [DEVICE_UNKNOWN_ISSUER] = VERDICT_EXIT_UNKNOWN_ISSUER,
    };
    return dev->answer < sizeof statuses / sizeof *statuses ? statuses[dev->answer]
                                                            : VERDICT_EXIT_INTERNAL;
}

/* What went wrong, as an exit status: a delta that is not for this bundle, or not to be believed,
 * is the user's to replace; all else is ours. */
static int conclude(const struct updating *u, enum rc rc, const struct diag *d)
{
    say_diag(&u->call->say, rc, d);
    say_note(&u->call->say, "数据包未改动", "the bundle is as it was");
    if (rc == RC_REFUSED || rc == RC_LIMIT || u->missing)
        return CLI_EXIT_USAGE;
    if (rc == RC_NOT_FOUND)
        return VERDICT_EXIT_UNKNOWN_ISSUER;
    return rc == RC_BAD_SIGNATURE ? VERDICT_EXIT_NOT_AUTHENTIC : VERDICT_EXIT_INTERNAL;
}

static void say_pinned(const struct updating *u)
{
    for (size_t i = 0; i < u->dev.note_count; i++) {
        if (u->dev.notes[i] == PROBLEM_PINNED)
            say_note(&u->call->say, "首次使用：从此信任这个发证系统的根密钥",
                     "first use: the roots of this deployment are trusted here from now on");
    }
}

int run_bundle_update(const struct cli_call *call)
{
    guard_mapped_files(&call->say);
    ON_EXIT(updating_close) struct updating u = { .call = call };
    const struct device_choices choices = choices_of(call);
    struct diag d = DIAG_INIT;
    device_open(&choices, &call->say, &u.dev);
    if (u.dev.answer != DEVICE_READY)
        return status_of_device(&u.dev);
    say_pinned(&u);

    enum rc rc = apply_files(&u, &d);
    if (rc == RC_OK)
        rc = device_accepts(&choices, &call->say, &u.dev, u.bundle, &d);
    if (rc == RC_OK)
        rc = replace_file(&u, &d);
    if (rc == RC_OK && !device_remember(&choices, &call->say, &u.dev, u.bundle))
        say_note(&call->say, "未能记住所见（状态目录不可写）",
                 "what was seen could not be remembered: the state folder cannot be written");
    if (rc == RC_OK)
        rc = print(&u, &d);
    return rc == RC_OK ? 0 : conclude(&u, rc, &d);
}
