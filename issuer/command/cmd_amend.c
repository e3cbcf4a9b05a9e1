#include "issuer/command/core_ask.h"
#include "issuer/command/outcome_print.h"

struct amend_options {
    const char *name, *id, *reason, *reference;
    struct cli_number id_type;
    struct cli_texts operators;
};

static const struct cli_option options[] = {
    { "name", 0, CLI_TEXT, "N", offsetof(struct amend_options, name), "更正后的姓名",
      "the right name", false },
    { "id", 0, CLI_TEXT, "ID", offsetof(struct amend_options, id), "更正后的证件号码",
      "the right number of the identity document", false },
    { "id-type", 0, CLI_NUMBER, "T", offsetof(struct amend_options, id_type),
      "证件类型：111 居民身份证（默认），414 护照，511 台胞证，516 港澳证，999 其他",
      "its type: 111 resident (by default), 414 passport, 511 Taiwan, 516 HK/Macao, 999 other",
      false },
    { "reason", 0, CLI_TEXT, "T", offsetof(struct amend_options, reason), "理由", "why", true },
    { "ref", 0, CLI_TEXT, "R", offsetof(struct amend_options, reference), "决定文号",
      "reference of the decision", true },
    { "operator", 0, CLI_TEXTS, "KEY.pem", offsetof(struct amend_options, operators),
      "操作员私钥文件；需两人时写两次；默认取 sitecert.ini 的 operator_key",
      "an operator's key file; twice when two must sign; by default sitecert.ini's operator_key",
      false },
    CLI_OPTIONS_END,
};

struct amended {
    size_t count;
    struct outcome outcomes[AMENDED_MAX];
    struct outcome refused; /* its reasons, when nothing was done */
};

static enum rc print_json(const struct cli_call *call, const struct amended *a, struct diag *d)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (size_t i = 0; i < a->count; i++)
        failed |= json_array_append_new(list, outcome_json(&a->outcomes[i], call->say.chinese));
    if (a->count == 0)
        failed |= json_array_append_new(list, outcome_json(&a->refused, call->say.chinese));
    if (failed) {
        json_decref(list);
        list = NULL;
    }
    return command_print_json(list, d);
}

static enum rc print(const struct cli_call *call, const struct amended *a, struct diag *d)
{
    if (call->common.json)
        return print_json(call, a, d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    for (size_t i = 0; i < a->count; i++)
        outcome_text(&text, &a->outcomes[i], pick(&call->say, "已更正", "corrected"),
                     call->say.chinese);
    if (a->count == 0)
        outcome_text(&text, &a->refused, "", call->say.chinese);
    return say_out(&text, d);
}

static enum rc amend(const struct cli_call *call, struct engine *engine, struct amended *ret,
                     struct diag *d)
{
    const struct amend_options *o = call->options;
    const struct amendment amendment = {
        .number = span_text(call->argv[0]),
        .name = span_text(o->name),
        .id_type = o->id ? (o->id_type.given ? (unsigned)o->id_type.value : ID_RESIDENT) : 0,
        .id_number = span_text(o->id),
        .reason = span_text(o->reason),
        .reference = span_text(o->reference),
    };
    const enum rc rc =
        engine_amend(engine, &amendment, ret->outcomes, &ret->count, &ret->refused.reasons, d);
    if (rc != RC_REFUSED || ret->refused.reasons.count == 0)
        return rc;
    ret->refused.outcome = OUTCOME_REFUSED;
    ret->count = 0;
    return RC_OK;
}

static int run(const struct cli_call *call)
{
    const struct amend_options *o = call->options;
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(core_return) int loan = -1;
    ON_EXIT(engine_close_at) struct engine *engine = NULL;
    struct diag d = DIAG_INIT;
    struct amended amended = { 0 };

    if (!o->name && !o->id) {
        say_error(&call->say, "须写明 --name 或 --id",
                  "say what is to be corrected: --name or --id");
        return CLI_EXIT_USAGE;
    }
    if (o->operators.count > 2) {
        say_error(&call->say, "--operator：至多两次", "--operator: at most twice");
        return CLI_EXIT_USAGE;
    }
    const struct engine_options engine_options = {
        .sender = "command",
        .operator_key = o->operators.at[0],
        .second_operator_key = o->operators.at[1],
    };
    enum rc rc = core_borrow(command_home_path(call), &loan, &d);
    if (rc == RC_OK)
        rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = engine_open(&home, &engine_options, &engine, &d);
    if (rc == RC_OK)
        rc = amend(call, engine, &amended, &d);
    if (rc == RC_OK)
        rc = print(call, &amended, &d);
    return rc == RC_OK && amended.refused.outcome == OUTCOME_REFUSED
               ? EXIT_REFUSED
               : command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert amend 03301202000000013 --name 张示例 --reason 录入错误 --ref 浙建更〔2021〕3号",
      "更正姓名；旧二维码随即作废", "correct the name; the old code is dead at once" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_amend = {
    .name = "amend",
    .synopsis = "NUMBER",
    .min = 1,
    .max = 1,
    .zh = "更正持证人姓名或证件号码：其名下全部证书换新版，旧码随即作废",
    .en = "correct the holder's name or document on all of her certificates; the old prints are "
          "dead at once",
    .options = options,
    .options_size = sizeof(struct amend_options),
    .examples = examples,
    .run = run,
};
