#include "issuer/command/key_change.h"

#include <stdlib.h>

enum rc key_change_open(const struct cli_call *call, struct key_change *ret, struct diag *d)
{
    enum rc rc = reading_open(call, &ret->reading, d);
    if (rc == RC_OK)
        rc = draft_open(&ret->reading.home, &ret->draft, d);
    if (rc == RC_OK)
        ret->log_size = register_log_settled(ret->reading.reg);
    return rc;
}

void key_change_close(struct key_change *k)
{
    draft_close(&k->draft);
    reading_close(&k->reading);
}

enum rc key_change_keep(const struct cli_call *call, const struct key_change *k, bool dry_run,
                        struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    key_transcript_put(&text, &call->say, k->reading.home.trust, k->draft.list);
    enum rc rc = dry_run ? RC_OK : draft_save(&k->draft, d);
    if (rc == RC_OK && call->common.json)
        rc = command_print_json(json_pack("{s:I,s:s}", "draft", (json_int_t)k->draft.list->sequence,
                                          "text", buf_cstr(&text)),
                                d);
    else if (rc == RC_OK)
        rc = say_out(&text, d);
    if (rc == RC_OK && dry_run)
        say_note(&call->say, "只是演练：没有写入任何文件", "a dry run: nothing was written");
    else if (rc == RC_OK)
        say_note(&call->say, "以上只是草稿；用 sitecert keys publish 签发",
                 "this is a draft; 'sitecert keys publish' has it signed");
    return rc;
}

enum rc key_change_read_pem(const char *path, struct public_numbers *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct diag why = DIAG_INIT;
    enum rc rc = file_read(path, PUBKEY_PEM_MAX, &text, d);
    if (rc != RC_OK)
        return rc;
    rc = pubkey_pem_read(buf_span(&text), ret, &why);
    return rc == RC_OK ? RC_OK : diag_set(d, rc, why.offset, "'%.60s': %.170s", path, why.text);
}

bool key_change_scope(const char *text, unsigned max, uint16_t ret[TRUST_SCOPE_MAX],
                      size_t *ret_count)
{
    size_t count = 0;
    for (const char *at = text; at && *at; count++) {
        char *end = NULL;
        const unsigned long v = strtoul(at, &end, 10);
        if (end == at || (*end && *end != ',') || v == 0 || v > max || count == TRUST_SCOPE_MAX ||
            (count > 0 && v <= ret[count - 1]))
            return false;
        ret[count] = (uint16_t)v;
        at = *end ? end + 1 : end;
    }
    *ret_count = count;
    return count > 0 || !text;
}

/* A list that is not renewed is no silent end: whoever looks is told weeks before. */
void key_change_warn(const struct cli_call *call, const struct home *h)
{
    char until[TIME_TEXT_LEN + 1];
    const int64_t left_s = h->trust->next_update - h->now;
    time_format(h->trust->next_update, until);
    if (left_s < 0)
        say_note(
            &call->say,
            "信任列表已于 %s 过期：所有设备都无法判断证书是否有效；用 sitecert keys publish 更新",
            "the trust list expired at %s: no device can say whether a certificate is in "
            "force; renew it with 'sitecert keys publish'",
            until);
    else if (left_s < LIST_WARNING_S)
        say_note(
            &call->say,
            "信任列表 %s 过期，此后所有设备都无法判断证书是否有效；用 sitecert keys publish 更新",
            "the trust list expires at %s, and then no device can say whether a certificate "
            "is in force; renew it with 'sitecert keys publish'",
            until);
}
