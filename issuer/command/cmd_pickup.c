/* sitecert pickup: a new pick-up code for a certificate whose holder has lost the old one. */
#include "issuer/command/core_ask.h"
#include "issuer/command/reading.h"

static enum rc print(const struct cli_call *call, const char *number, const char *code,
                     struct diag *d)
{
    if (call->common.json)
        return command_print_json(json_pack("{s:s,s:s}", "number", number, "pickup", code), d);
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    buf_printf(&out, "%s\n", code);
    return say_out(&out, d);
}

static enum rc make(struct reading *r, const char *number, char ret[PICKUP_LEN + 1], struct diag *d)
{
    struct reg_cert c;
    enum rc rc = reading_find(r, number, &c, d);
    if (rc == RC_OK)
        rc = register_pickup_make(r->reg, &c, ret, d);
    return rc == RC_OK ? register_commit(r->reg, d) : rc;
}

static enum rc make_here(const struct cli_call *call, struct reading *r, char ret[PICKUP_LEN + 1],
                         struct diag *d)
{
    enum rc rc = home_open(command_home_path(call), &r->home, d);
    if (rc == RC_OK)
        rc = home_vault(&r->home, &r->vault, d);
    if (rc == RC_OK)
        rc = register_open(&r->home, r->vault, REG_WRITE, &r->reg, d);
    return rc == RC_OK ? make(r, call->argv[0], ret, d) : rc;
}

static int run(const struct cli_call *call)
{
    ON_EXIT(reading_close) struct reading r = { 0 };
    struct diag d = DIAG_INIT;
    char code[PICKUP_LEN + 1];
    bool asked = false;
    enum rc rc = core_pickup(command_home_path(call), call->argv[0], code, &asked, &d);
    if (rc == RC_OK && !asked)
        rc = make_here(call, &r, code, &d);
    if (rc == RC_OK)
        rc = print(call, call->argv[0], code, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert pickup 03301202000000013", "输出新的提取码；由主管部门发给持证人本人",
      "prints a new code, for the authority to hand to the holder alone" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_pickup = {
    .name = "pickup",
    .synopsis = "NUMBER",
    .min = 1,
    .max = 1,
    .zh = "为证书另制提取码，原来的即刻作废；提取码只显示这一次，不得交给培训机构或用人单位",
    .en = "make a new pick-up code for a certificate, the old one holds no more; it is shown this "
          "once, and is not for providers or employers",
    .examples = examples,
    .run = run,
};
