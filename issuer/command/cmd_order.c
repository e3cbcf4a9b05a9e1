#include <stdio.h>

#include "issuer/command/core_ask.h"
#include "issuer/command/order_sign.h"
#include "issuer/command/outcome_print.h"

struct order_options {
    const char *reason, *reference, *effective;
    struct cli_texts operators;
    bool sign_only;
};

static const struct cli_option options[] = {
    { "reason", 0, CLI_TEXT, "T", offsetof(struct order_options, reason), "理由，写入日志",
      "why; stands in the log", true },
    { "ref", 0, CLI_TEXT, "R", offsetof(struct order_options, reference), "决定文号",
      "reference number of the decision", true },
    { "effective", 0, CLI_TEXT, "DATE", offsetof(struct order_options, effective),
      "生效日期；默认今天，可以日后，不得早于前一决定",
      "from which day; by default today; not before the order that it follows", false },
    { "operator", 0, CLI_TEXTS, "KEY.pem", offsetof(struct order_options, operators),
      "操作员私钥文件；需两人时写两次；默认取 sitecert.ini 的 operator_key",
      "an operator's key file; twice when two must sign; by default sitecert.ini's operator_key",
      false },
    { "sign-only", 0, CLI_FLAG, NULL, offsetof(struct order_options, sign_only),
      "只签名，输出可交给 POST /v1/orders 的 JSON，一小时内有效；不登记",
      "only sign: prints the JSON that POST /v1/orders takes within the hour; nothing is recorded",
      false },
    CLI_OPTIONS_END,
};

/* A record of its own for each command, so that the register's rows tell the whole story. */
static void make_record_id(char ret[40], int64_t now)
{
    uint8_t random[6];
    char hex[2 * sizeof random + 1];
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, hex);
    (void)snprintf(ret, 40, "order-%lld-%s", (long long)now, hex);
}

static enum rc apply(const struct cli_call *call, struct home *home, struct engine *engine,
                     struct outcome *ret, struct diag *d)
{
    const struct order_options *o = call->options;
    char record_id[40];
    make_record_id(record_id, home->now);

    const struct cell cells[] = {
        { SPAN_LITERAL("record_id"), span_text(record_id) },
        { SPAN_LITERAL("action"), span_text(call->argv[0]) },
        { SPAN_LITERAL("certificate"), span_text(call->argv[1]) },
        { SPAN_LITERAL("reason"), span_text(o->reason) },
        { SPAN_LITERAL("reference"), span_text(o->reference) },
        { SPAN_LITERAL("effective_on"), span_text(o->effective) },
    };
    struct record record;
    struct reasons early = { 0 };
    record_read(KIND_ORDER, cells, sizeof cells / sizeof cells[0], date_of_time(home->now), &record,
                &early);

    ON_EXIT(buf_free_at) struct buf canonical = { 0 };
    record_canonical_put(&canonical, &record);
    enum rc rc = buf_rc(&canonical, d);
    if (rc != RC_OK)
        return rc;
    sha256(buf_span(&canonical), record.content);

    rc = engine_apply(engine, &record, &early, ret, d);
    if (rc == RC_OK)
        rc = engine_commit(engine, d);
    return rc == RC_OK ? engine_flush(engine, d) : rc;
}

static enum rc print(const struct cli_call *call, const struct outcome *o, struct diag *d)
{
    if (call->common.json)
        return command_print_json(outcome_json(o, call->say.chinese), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    outcome_text(&text, o, call->argv[0], call->say.chinese);
    return say_out(&text, d);
}

static enum rc sign_only(const struct cli_call *call, const struct home *home, struct diag *d)
{
    const struct order_options *const o = call->options;
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    enum rc rc = home_path(home, home->settings.operator_key, path, d);
    const struct order_to_sign order = {
        .action = call->argv[0],
        .certificate = call->argv[1],
        .reason = o->reason,
        .reference = o->reference,
        .effective = o->effective,
        .keys = { o->operators.count > 0 ? o->operators.at[0] : path, o->operators.at[1] },
    };
    if (rc == RC_OK)
        rc = order_sign(home, &order, &text, d);
    return rc == RC_OK ? say_out(&text, d) : rc;
}

#define ACTIONS "suspend|reinstate|revoke|withdraw|cancel"

static int run(const struct cli_call *call)
{
    const struct order_options *o = call->options;
    if (!cli_word_among(ACTIONS, call->argv[0])) {
        say_error(&call->say, "没有决定 '%s'；可用：%s", "no order '%s'; one of %s", call->argv[0],
                  ACTIONS);
        return CLI_EXIT_USAGE;
    }
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(core_return) int loan = -1;
    ON_EXIT(engine_close_at) struct engine *engine = NULL;
    struct diag d = DIAG_INIT;
    struct outcome outcome = { 0 };

    if (o->operators.count > 2) {
        say_error(&call->say, "--operator：至多两次", "--operator: at most twice");
        return CLI_EXIT_USAGE;
    }
    const struct engine_options engine_options = {
        .sender = "command",
        .operator_key = o->operators.at[0],
        .second_operator_key = o->operators.at[1],
    };
    enum rc rc = o->sign_only ? RC_OK : core_borrow(command_home_path(call), &loan, &d);
    if (rc == RC_OK)
        rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK && o->sign_only)
        return command_conclude(call, sign_only(call, &home, &d), &d);
    if (rc == RC_OK)
        rc = engine_open(&home, &engine_options, &engine, &d);
    if (rc == RC_OK)
        rc = apply(call, &home, engine, &outcome, &d);
    if (rc == RC_OK)
        rc = print(call, &outcome, &d);
    return rc == RC_OK && outcome.outcome == OUTCOME_REFUSED ? EXIT_REFUSED
                                                             : command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert order suspend 03301202000000013 --reason 核查中 --ref 浙建罚〔2021〕7号",
      "暂扣；退出状态 4 表示退回，原因已列出",
      "suspend; exit status 4: refused, with all its reasons" },
    { "sitecert order reinstate 03301202000000013 --reason 核查完毕 --ref 浙建罚〔2021〕9号 "
      "--operator a.pem --operator b.pem",
      "恢复；正式系统须两名操作员", "reinstate; a real deployment asks for two operators" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_order = {
    .name = "order",
    .synopsis = ACTIONS " NUMBER",
    .min = 2,
    .max = 2,
    .zh = "状态决定：暂扣、恢复、吊销（处罚）、撤销（骗取或误发）、注销（申请、死亡、重复），由操作"
          "员签名",
    .en = "suspend, reinstate, revoke (a penalty), withdraw (fraud, error), cancel (request, "
          "death): signed by an operator",
    .options = options,
    .options_size = sizeof(struct order_options),
    .examples = examples,
    .run = run,
};
