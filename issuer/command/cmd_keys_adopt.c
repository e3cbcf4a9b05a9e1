#include "issuer/command/commands.h"
#include "issuer/register/adopt.h"

static enum rc print(const struct cli_call *call, uint64_t leaves, struct diag *d)
{
    if (call->common.json)
        return command_print_json(json_pack("{s:I}", "leaves", (json_int_t)leaves), d);
    say_note(&call->say, "已从登记库重建签名记录：%llu 条日志",
             "the signer's memory holds %llu log entries now", (unsigned long long)leaves);
    return RC_OK;
}

static int run_adopt(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(vault_free_at) struct vault *vault = NULL;
    ON_EXIT(register_close_at) struct reg *reg = NULL;
    struct diag d = DIAG_INIT;
    uint64_t leaves = 0;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = home_vault(&home, &vault, &d);
    if (rc == RC_OK)
        rc = register_open(&home, vault, REG_WRITE, &reg, &d);
    if (rc == RC_OK)
        rc = adopt_memory(&home, reg, &leaves, &d);
    if (rc == RC_OK)
        rc = print(call, leaves, &d);
    return command_conclude(call, rc, &d);
}

const struct cli_command cmd_keys_adopt = {
    .name = "keys adopt",
    .synopsis = "",
    .zh = "签名记录遗失时，从登记库重建；仅当没有别的副本签过名",
    .en = "give the signer a new memory from the register, where it was lost and no other copy of "
          "the home has signed since",
    .run = run_adopt,
};
