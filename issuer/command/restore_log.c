#include "issuer/command/restore_log.h"

#include "issuer/backup/backup.h"
#include "issuer/command/key_change.h"

static enum rc add_key(const struct cli_call *call, struct key_change *k, enum key_use use,
                       bool dry_run, struct diag *d)
{
    const struct home *const h = &k->reading.home;
    struct trusted_key terms = {
        .use = use,
        .not_before = h->now + (h->trust->demo ? 1 : LOG_NOTICE_S),
    };
    terms.not_after = terms.not_before + (h->trust->demo ? KEYS_DEMO_S : KEYS_LIFE_S);
    const enum rc rc = use == USE_TOKEN
                           ? draft_range(&k->draft, DRAFT_ANY, DRAFT_ANY, k->log_size, &terms, d)
                           : RC_OK;
    return rc == RC_OK
               ? key_change_make(call, k, &terms, key_change_alg(k->draft.list, use), dry_run, d)
               : rc;
}

enum rc restore_close_log(const struct cli_call *call, const char *published, bool dry_run,
                          struct diag *d)
{
    static const enum key_use uses[] = { USE_LOG, USE_TOKEN, USE_TOKEN };
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    struct resumed at;
    enum rc rc = key_change_open(call, &k, d);
    if (rc == RC_OK)
        rc = backup_is_beginning(k.reading.reg, &k.reading.home, published, &at, d);
    if (rc == RC_OK)
        rc = draft_close_log(&k.draft, k.reading.reg, d);
    for (size_t i = 0; rc == RC_OK && i < sizeof uses / sizeof uses[0]; i++)
        rc = add_key(call, &k, uses[i], dry_run, d);
    if (rc == RC_OK)
        rc = key_change_keep(call, &k, dry_run, d);
    if (rc == RC_OK)
        say_note(
            &call->say,
            "第 %llu 至 %llu 条不在此登记簿：其中的证书作废，须由报送方重新报送。新列表生效后："
            "sitecert restore --published DIR",
            "entries %llu to %llu are not in this register: certificates among them are void, and "
            "their records must be sent again. When the list is in force: sitecert restore "
            "--published DIR",
            (unsigned long long)at.log_size, (unsigned long long)at.published - 1);
    return rc;
}
