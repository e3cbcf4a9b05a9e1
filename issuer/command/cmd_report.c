#include "issuer/command/reading.h"
#include "issuer/publication/report.h"

struct report_options {
    struct cli_number as_of;
    bool csv;
};

static const struct cli_option options[] = {
    { "as-of", 0, CLI_DATE, "DATE", offsetof(struct report_options, as_of),
      "截至哪一天（业务发生日期，不是上报日期）；默认今天",
      "as of this day, by the dates of what happened; by default today", false },
    { "csv", 0, CLI_FLAG, NULL, offsetof(struct report_options, csv),
      "以 CSV 输出（UTF-8，可用表格软件打开）",
      "print as CSV (UTF-8, safe to open in a spreadsheet)", false },
    CLI_OPTIONS_END,
};

static enum rc print(const struct cli_call *call, const struct report *rep, struct diag *d)
{
    const struct report_options *o = call->options;
    if (call->common.json)
        return command_print_json(report_json(rep), d);

    ON_EXIT(buf_free_at) struct buf out = { 0 };
    if (o->csv)
        report_csv(&out, rep);
    else
        report_text(&out, rep, call->say.chinese);
    return say_out(&out, d);
}

static int run(const struct cli_call *call)
{
    const struct report_options *o = call->options;
    ON_EXIT(reading_close) struct reading r = { 0 };
    ON_EXIT(report_free) struct report rep = { 0 };
    struct diag d = DIAG_INIT;

    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = report_make(r.reg, r.home.policy,
                         o->as_of.given ? (int32_t)o->as_of.value : date_of_time(r.home.now), &rep,
                         &d);
    if (rc == RC_OK)
        rc = print(call, &rep, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert report", "截至今天", "as of today" },
    { "sitecert report --as-of 2020-12-31 --csv > 2020.csv", "年末数据，供表格软件使用",
      "the year's end, for a spreadsheet" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_report = {
    .name = "report",
    .synopsis = "",
    .zh = "按主管部门统计：培训、测试、发证、继续教育、换发、状态；各列单位不同，不可相加",
    .en = "the table per authority: trainings, tests, certificates, education, exchanges, states",
    .options = options,
    .options_size = sizeof(struct report_options),
    .examples = examples,
    .run = run,
};
