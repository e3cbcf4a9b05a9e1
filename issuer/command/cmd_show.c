#include "issuer/command/certificate_text.h"
#include "issuer/command/reading.h"
#include "issuer/reader/certificate.h"

static enum rc print(const struct cli_call *call, struct reading *r, const struct reg_cert *c,
                     struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *o = certificate_json(r->reg, &r->home, c, call->say.chinese, d);
    if (!o)
        return d->code;
    if (call->common.json)
        return command_print_json(json_incref(o), d);

    ON_EXIT(buf_free_at) struct buf text = { 0 };
    certificate_text(&text, o, call->say.chinese);
    return say_out(&text, d);
}

static int run(const struct cli_call *call)
{
    ON_EXIT(reading_close) struct reading r = { 0 };
    struct diag d = DIAG_INIT;
    struct reg_cert c;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = reading_find(&r, call->argv[0], &c, &d);
    if (rc == RC_OK)
        rc = print(call, &r, &c, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert show 03301202000000013", "证书的全部历史：版本、学时、状态决定",
      "its whole history: versions, hours, orders" },
    { "sitecert show 03301202000000013 --json | jq .deadline", "只取截止日", "the deadline alone" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_show = {
    .name = "show",
    .synopsis = "NUMBER",
    .min = 1,
    .max = 1,
    .zh = "显示一份证书及其全部历史",
    .en = "show a certificate with its whole history",
    .examples = examples,
    .run = run,
};
