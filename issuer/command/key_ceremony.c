#include "issuer/command/key_ceremony.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum rc key_ceremony_open(const struct home *h, const char *path, struct ceremony *ret,
                          struct diag *d)
{
    char own[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(ceremony_close) struct ceremony c = { 0 };
    struct diag why = DIAG_INIT;
    enum rc rc = home_path(h, CEREMONY_FILE, own, d);
    if (rc == RC_OK)
        rc = file_read(path ? path : own, CEREMONY_MAX, &file, &why);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND && !path ? rc : diag_set(d, rc, why.offset, "%s", why.text);
    rc = ceremony_open(&file, NULL, &c, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(c.current, buf_span(&h->trust_bytes)))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the change begins at another list than the current one: remove "
                        "'" CEREMONY_FILE "' and begin again");
    *ret = c;
    c = (struct ceremony){ 0 };
    return RC_OK;
}

enum rc key_ceremony_save(const struct home *h, const struct ceremony *c, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, CEREMONY_FILE, path, d);
    return rc == RC_OK ? file_replace(path, buf_span(&c->file), 0600, d) : rc;
}

/* A key of the home that is no root any more is no fault. */
enum rc key_ceremony_sign_at_home(const struct home *h, struct ceremony *c, struct diag *d)
{
    for (unsigned i = 1; i <= TRUST_ROOTS_MAX; i++) {
        char name[32], path[PATH_LEN];
        ON_EXIT(private_key_free_at) struct private_key *root = NULL;
        (void)snprintf(name, sizeof name, "keys/root-%u.pem", i);
        enum rc rc = home_path(h, name, path, d);
        if (rc != RC_OK)
            return rc;
        if (access(path, F_OK) != 0)
            continue;
        struct diag why = DIAG_INIT;
        rc = private_key_load(path, &root, &why);
        if (rc == RC_OK)
            rc = ceremony_sign(c, root, &why);
        if (rc != RC_OK && rc != RC_EXISTS && rc != RC_REFUSED)
            return diag_set(d, rc, why.offset, "%s", why.text);
    }
    return RC_OK;
}

static enum rc keep_change(const struct home *h, const struct ceremony *c, struct diag *d)
{
    char name[64], path[PATH_LEN];
    (void)snprintf(name, sizeof name, "keys/change-%" PRIu64 ".cbor", c->new->sequence);
    enum rc rc = home_path(h, name, path, d);
    if (rc == RC_OK)
        rc = file_replace(path, buf_span(&c->file), 0600, d);
    if (rc == RC_OK)
        rc = home_path(h, CEREMONY_FILE, path, d);
    if (rc == RC_OK && unlink(path) != 0 && errno != ENOENT)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot remove '%.120s': %s", path,
                        strerror(errno));
    return rc;
}

enum rc key_ceremony_install(const struct reading *r, const struct ceremony *c, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf list = { 0 };
    enum rc rc = trust_list_keeps_signed(r->home.trust, c->new, register_log_settled(r->reg), d);
    if (rc == RC_OK)
        rc = ceremony_result(c, &list, d);
    if (rc == RC_OK)
        rc = home_path(&r->home, "trust.cbor", path, d);
    if (rc == RC_OK)
        rc = file_replace(path, buf_span(&list), 0644, d);
    return rc == RC_OK ? keep_change(&r->home, c, d) : rc;
}

/* --- what is printed --- */

static void put_signatures(struct buf *to, const struct say *say, const struct ceremony *c)
{
    buf_printf(to, "%s %u/%u\n", pick(say, "操作员签字", "operators"), c->operators,
               c->operators_needed);
    buf_printf(to, "%s %u/%u\n", pick(say, "根签名", "roots"), c->by_old, c->old->roots.threshold);
    if (ceremony_rotates(c))
        buf_printf(to, "%s %u/%u\n", pick(say, "新根签名", "new roots"), c->by_new,
                   c->new->roots.threshold);
}

static void say_next(const struct cli_call *call, const struct ceremony *c, bool dry_run)
{
    const struct say *const say = &call->say;
    if (dry_run)
        say_note(say, "只是演练：没有写入任何文件", "a dry run: nothing was written");
    else if (!ceremony_is_decided(c))
        say_note(say, "还须另一名操作员签字：sitecert keys publish --operator KEY.pem",
                 "another operator must sign: sitecert keys publish --operator KEY.pem");
    else if (!ceremony_is_done(c))
        say_note(say,
                 "还缺根签名：sitecert keys root export -o FILE，带到根密钥所在的机器上 sitecert "
                 "keys root sign FILE --key ROOT.pem，再 sitecert keys root import FILE",
                 "roots must sign: sitecert keys root export -o FILE, where the root keys are "
                 "sitecert keys root sign FILE --key ROOT.pem, and here sitecert keys root import "
                 "FILE");
    else
        say_note(say, "信任列表 %" PRIu64 " 已生效，后台程序自行采用；请用 sitecert publish 发布",
                 "trust list %" PRIu64 " is in force, and the daemons take it up; publish it with "
                 "'sitecert publish'",
                 c->new->sequence);
}

static json_t *to_json(const struct ceremony *c, bool dry_run)
{
    return json_pack("{s:I,s:i,s:i,s:i,s:i,s:i,s:i,s:b,s:b}", "sequence",
                     (json_int_t)c->new->sequence, "operators", (int)c->operators,
                     "operators_needed", (int)c->operators_needed, "roots", (int)c->by_old,
                     "roots_needed", (int)c->old->roots.threshold, "new_roots", (int)c->by_new,
                     "new_roots_needed", (int)c->new->roots.threshold, "done",
                     (int)(ceremony_is_done(c) && !dry_run), "dry_run", (int)dry_run);
}

enum rc key_ceremony_print(const struct cli_call *call, const struct ceremony *c, bool dry_run,
                           struct diag *d)
{
    char issued[TIME_TEXT_LEN + 1], next[TIME_TEXT_LEN + 1];
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    if (call->common.json)
        return command_print_json(to_json(c, dry_run), d);
    time_format(c->new->issued, issued);
    time_format(c->new->next_update, next);
    key_transcript_put(&text, &call->say, c->old, c->new);
    buf_printf(&text, "%s %s\n%s %s\n", pick(&call->say, "签发时间", "issued"), issued,
               pick(&call->say, "下次更新", "next update"), next);
    put_signatures(&text, &call->say, c);
    const enum rc rc = say_out(&text, d);
    if (rc == RC_OK)
        say_next(call, c, dry_run);
    return rc;
}
