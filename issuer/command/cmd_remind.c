/* sitecert remind: one message for each certificate when 90, 30 and 7 days are left, to the
 * operator's command. */
#include "issuer/command/reading.h"
#include "issuer/reminder/remind.h"

struct remind_command_options {
    const char *command;
    bool dry_run, dead;
    struct cli_number limit;
};
#define AT(member) offsetof(struct remind_command_options, member)
static const struct cli_option options[] = {
    { "command", 0, CLI_TEXT, "CMD", AT(command),
      "交付每条消息的命令，由 /bin/sh 执行，标准输入为一个 JSON 对象；退出 0 即已交付",
      "what hands a message over: run by /bin/sh with a JSON object on standard input; exit 0: it "
      "is "
      "taken",
      false },
    { "limit", 0, CLI_NUMBER, "N", AT(limit), "本次至多多少条；默认全部",
      "at most so many now; by default all", false },
    { "dry-run", 0, CLI_FLAG, NULL, AT(dry_run), "只逐行列出应发的消息，不交付",
      "only print the messages that are due, a line each", false },
    { "dead", 0, CLI_FLAG, NULL, AT(dead), "逐行列出已放弃的消息",
      "print the messages that were given up, a line each", false },
    CLI_OPTIONS_END,
};

static enum rc print_message(void *arg, struct span message, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    (void)arg;
    buf_put_span(&out, message);
    return say_out(&out, d);
}

static enum rc print_dead(void *arg, const struct dead_letter *l, struct diag *d)
{
    char deadline[DATE_TEXT_LEN + 1], at[TIME_TEXT_LEN + 1];
    (void)arg;
    date_format(l->deadline, deadline);
    time_format(l->at, at);
    return command_print_json(json_pack("{s:s,s:s,s:i,s:i,s:b,s:s}", "number", l->number,
                                        "deadline", deadline, "days", (int)l->days, "attempts",
                                        (int)l->attempts, "may_have_gone",
                                        l->attempts < REMIND_ATTEMPTS, "at", at),
                              d);
}

static enum rc print_counts(const struct cli_call *call, const struct remind_counts *c,
                            struct diag *d)
{
    if (call->common.json)
        return command_print_json(json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "due", (json_int_t)c->due,
                                            "sent", (json_int_t)c->sent, "failed",
                                            (json_int_t)c->failed, "dead", (json_int_t)c->dead,
                                            "waiting", (json_int_t)c->waiting, "buried",
                                            (json_int_t)c->buried),
                                  d);
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    const unsigned long long due = c->due, sent = c->sent, failed = c->failed, dead = c->dead,
                             waiting = c->waiting;
    buf_printf(
        &out,
        call->say.chinese
            ? "应发 %llu 条：已交付 %llu，未成待重试 %llu，放弃 %llu；另有 %llu 条未到重试时间\n"
            : "%llu due: %llu handed over, %llu failed and will be tried again, %llu given up; "
              "%llu more wait to be tried again\n",
        due, sent, failed, dead, waiting);
    return say_out(&out, d);
}

static enum rc work(const struct cli_call *call, struct reading *r, struct remind_counts *counts,
                    struct diag *d)
{
    const struct remind_command_options *const o = call->options;
    const struct remind_options how = {
        .command = o->dry_run ? NULL : o->command,
        .limit = (uint64_t)o->limit.value,
        .due = o->dry_run ? print_message : NULL,
    };
    if (o->dead)
        return remind_dead(&r->home, NULL, print_dead, d);
    const enum rc rc = remind_run(&r->home, r->reg, &how, counts, d);
    if (o->dry_run || (rc != RC_OK && counts->due == 0))
        return rc;
    const enum rc said = print_counts(call, counts, d);
    return rc != RC_OK ? rc : said;
}

static int run(const struct cli_call *call)
{
    const struct remind_command_options *const o = call->options;
    ON_EXIT(reading_close) struct reading r = { 0 };
    struct remind_counts counts = { 0 };
    struct diag d = DIAG_INIT;
    if ((o->command != NULL) + o->dry_run + o->dead != 1) {
        say_error(&call->say, "给出 --command、--dry-run、--dead 之一",
                  "give one of --command, --dry-run, --dead");
        return CLI_EXIT_USAGE;
    }
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = work(call, &r, &counts, &d);
    return rc == RC_OK && counts.failed + counts.dead > 0 ? EXIT_REFUSED
                                                          : command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert remind --dry-run | jq -r .text", "看看今天该提醒谁",
      "whom would it remind today?" },
    { "sitecert remind --command /usr/local/bin/send-sms", "逐条交给短信命令，每小时运行一次",
      "each to the command that sends SMS; run it every hour" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_remind = {
    .name = "remind",
    .synopsis = "",
    .zh = "在截止日前 90、30、7 天各提醒一次持证人：逐条交给短信或邮件命令，重试、不重发",
    .en =
        "remind holders 90, 30 and 7 days before the deadline: each message once to a command for "
        "SMS or mail, with retries",
    .options = options,
    .options_size = sizeof(struct remind_command_options),
    .examples = examples,
    .run = run,
};
