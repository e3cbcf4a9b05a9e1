/* sitecert pdf: signed copies for holders and printers, one or all; and whether a file is one. */
#include <stdlib.h>
#include <string.h>

#include "core/cli/progress.h"
#include "core/sys/clock.h"
#include "issuer/command/pdf_compare.h"
#include "issuer/command/pdf_cover.h"
#include "issuer/command/pdf_folder.h"

struct pdf_options {
    const char *out, *compare, *layout;
    bool all, resume, check;
    struct cli_number version, unit, post, jobs;
};

static const struct cli_option options[] = {
    { "output", 'o', CLI_TEXT, "F", offsetof(struct pdf_options, out),
      "写到哪个文件（'-' 为标准输出）；与 --all 同用时为目录",
      "the file to write ('-' is standard output); with --all a folder", false },
    { "all", 0, CLI_FLAG, NULL, offsetof(struct pdf_options, all),
      "全部证书，每份一个文件 NUMBER.pdf", "all certificates, each a file NUMBER.pdf", false },
    { "compare", 0, CLI_TEXT, "F", offsetof(struct pdf_options, compare),
      "重新绘制并逐字节比较：退出状态 0 相同，1 不同",
      "draw it again and compare every byte: exit status 0 the same, 1 not", false },
    { "version", 0, CLI_NUMBER, "V", offsetof(struct pdf_options, version),
      "第几版，从 1 起；默认最新", "which version, from 1; by default the current one", false },
    { "layout", 0, CLI_TEXT, "NAME|FILE", offsetof(struct pdf_options, layout),
      "版式；默认取 sitecert.ini 的 layout", "the layout; by default sitecert.ini's", false },
    { "unit", 0, CLI_NUMBER, "U", offsetof(struct pdf_options, unit),
      "只取这一主管部门的证书（与 --all 同用）", "with --all: of this authority alone", false },
    { "post", 0, CLI_NUMBER, "P", offsetof(struct pdf_options, post),
      "只取这一岗位代码的证书（与 --all 同用）", "with --all: for this post (its code) alone",
      false },
    { "resume", 0, CLI_FLAG, NULL, offsetof(struct pdf_options, resume),
      "目录中已有的最新版副本，仍有效的不再重做（与 --all 同用）",
      "with --all: copies in the folder that are current and not expired stay", false },
    { "check", 0, CLI_FLAG, NULL, offsetof(struct pdf_options, check),
      "与 --all 同用：每份都按检查人员的程序核验一遍，而不只是 64 份中的 1 份；用时约多一半",
      "with --all: look over every copy as an inspector would, not one in 64; takes half as long "
      "again",
      false },
    { "jobs", 'j', CLI_NUMBER, "N", offsetof(struct pdf_options, jobs),
      "同时绘制的线程数；默认比处理器数多一",
      "threads that draw; by default one more than there are processors", false },
    CLI_OPTIONS_END,
};

/* --- one --- */

static enum rc write_copy(const char *path, const struct buf *pdf, struct diag *d)
{
    return strcmp(path, "-") == 0 ? say_out(pdf, d) : file_replace(path, buf_span(pdf), 0644, d);
}

static enum rc say_copy(const struct cli_call *call, const struct reading *r,
                        const struct sheet *sheet, size_t len, struct diag *d)
{
    const struct pdf_options *o = call->options;
    struct token t;
    char until[DATE_TEXT_LEN + 1];
    enum rc rc = token_parse(buf_span(&sheet->token), &t, d);
    if (rc != RC_OK || strcmp(o->out, "-") == 0)
        return rc;
    date_format(press_copy_until(&r->home, &t, date_of_time(r->home.now)), until);
    if (call->common.json)
        return command_print_json(json_pack("{s:s,s:i,s:s,s:s,s:I}", "number", sheet->number,
                                            "version", (int)sheet->version, "file", o->out,
                                            "copy_valid_until", until, "bytes", (json_int_t)len),
                                  d);
    say_note(&call->say, "%s：第 %u 版，副本有效期至 %s", "%s: version %u, copy good until %s",
             o->out, sheet->version, until);
    return RC_OK;
}

static enum rc print_one(const struct cli_call *call, struct reading *r, struct diag *d)
{
    const struct pdf_options *o = call->options;
    struct reg_cert cert;
    const struct sheet_source from = { r->reg, &r->home, register_log_source(r->reg) };
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    ON_EXIT(press_close_at) struct press *press = NULL;
    ON_EXIT(signer_free_at) struct signer *signer = NULL;

    enum rc rc = reading_find(r, call->argv[0], &cert, d);
    if (rc == RC_OK && o->version.given &&
        (o->version.value < 1 || o->version.value > cert.version))
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "certificate '%s' has versions 1 to %u",
                        cert.number, cert.version);
    if (rc == RC_OK)
        rc = sheet_gather(&from, &cert, (uint32_t)o->version.value, &sheet, d);
    if (rc == RC_OK)
        rc = home_signer(&r->home, &signer, d);
    if (rc == RC_OK)
        rc = press_open(&r->home, r->reg, o->layout, &press, d);
    if (rc == RC_OK)
        rc = press_print(press, signer, &sheet, PRESS_CHECKED, &pdf, d);
    if (rc == RC_OK)
        rc = write_copy(o->out, &pdf, d);
    return rc == RC_OK ? say_copy(call, r, &sheet, pdf.len, d) : rc;
}

/* --- all --- */

/* A thread waits while its copies are signed: with one more all processors are at work. */
static unsigned jobs_by_default(const struct home *home)
{
    const unsigned jobs = home->settings.sign_threads + 1;
    return jobs < PDF_JOBS_MAX ? jobs : PDF_JOBS_MAX;
}

static volatile sig_atomic_t stop;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static void listen_for_stop(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { 0 };
    action.sa_handler = ask_to_stop;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)sigaction(signals[i], &action, NULL);
}

struct teller {
    const struct say *say;
    struct progress progress;
};

static void step(void *arg, uint64_t done)
{
    progress_step(&((struct teller *)arg)->progress, done);
}

static void tell_failed(void *arg, const char *number, enum rc rc, const struct diag *why)
{
    const struct teller *const t = arg;
    (void)number; /* the cause names it */
    say_diag(t->say, rc, why);
}

static enum rc say_folder(const struct cli_call *call, const struct pdf_folder_counts *c,
                          double seconds, struct diag *d)
{
    if (call->common.json)
        return command_print_json(
            json_pack("{s:I,s:I,s:I,s:I,s:I,s:f}", "made", (json_int_t)c->made, "kept",
                      (json_int_t)c->kept, "not_given", (json_int_t)c->not_given, "failed",
                      (json_int_t)c->failed, "bytes", (json_int_t)c->bytes, "seconds", seconds),
            d);
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    const unsigned long long made = c->made, kept = c->kept, not_given = c->not_given,
                             failed = c->failed;
    if (call->say.chinese)
        buf_printf(&out,
                   "已制 %llu 份，沿用 %llu 份，依状态不发 %llu 份，未能制成 %llu 份；%.1f 秒\n",
                   made, kept, not_given, failed, seconds);
    else
        buf_printf(&out,
                   "%llu made, %llu kept, %llu not given out by their state, %llu failed; %.1f s\n",
                   made, kept, not_given, failed, seconds);
    return say_out(&out, d);
}

static enum rc print_all(const struct cli_call *call, struct reading *r, bool *ret_failed,
                         struct diag *d)
{
    const struct pdf_options *o = call->options;
    ON_EXIT(press_close_at) struct press *press = NULL;
    ON_EXIT(signer_free_at) struct signer *signer = NULL;
    struct pdf_folder_counts counts = { 0 };
    struct teller teller = { .say = &call->say };
    const struct pdf_folder_options folder = {
        .folder = o->out,
        .jobs = o->jobs.given ? (unsigned)o->jobs.value : jobs_by_default(&r->home),
        .unit = (uint32_t)o->unit.value,
        .post = (uint32_t)o->post.value,
        .resume = o->resume,
        .check_all = o->check,
        .stop = &stop,
        .arg = &teller,
        .step = step,
        .failed = tell_failed,
    };
    const double began = clock_elapsed();
    enum rc rc = home_signer(&r->home, &signer, d);
    if (rc == RC_OK)
        rc = press_open(&r->home, r->reg, o->layout, &press, d);
    if (rc != RC_OK)
        return rc;
    listen_for_stop();
    progress_begin(&teller.progress, &call->say, "绘制", "drawing", register_cert_count(r->reg));
    rc = pdf_folder_fill(r, press, signer, &folder, &counts, d);
    progress_end(&teller.progress);
    *ret_failed = counts.failed > 0 || stop;
    if (rc == RC_OK && stop)
        say_note(&call->say, "已中断；--resume 接着做", "stopped; --resume goes on from here");
    return rc == RC_OK ? say_folder(call, &counts, clock_elapsed() - began, d) : rc;
}

/* Copies that are covered already need no register that can be written. */
static enum rc cover_all(const struct cli_call *call, struct reading *r, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = pdf_cover(call, r, NULL, 0, &why);
    if (rc == RC_OK)
        return RC_OK;
    say_diag(&call->say, rc, &why);
    return reading_open(call, r, d);
}

/* --- which of them --- */

static bool usage(const struct cli_call *call)
{
    const struct pdf_options *o = call->options;
    const int ways = (call->argc == 1) + o->all + (o->compare != NULL);
    if (ways != 1)
        say_error(&call->say, "给出证书编号、--all 或 --compare 之一",
                  "give one of: a certificate's number, --all, --compare");
    else if (!o->compare && !o->out)
        say_error(&call->say, "缺少 -o", "-o is missing");
    else if (o->compare && o->out)
        say_error(&call->say, "--compare 不写文件：不用 -o", "--compare writes nothing: no -o");
    else if (!o->all && (o->resume || o->check || o->unit.given || o->post.given || o->jobs.given))
        say_error(&call->say, "--resume、--check、--unit、--post、--jobs 与 --all 同用",
                  "--resume, --check, --unit, --post and --jobs go with --all");
    else if (call->argc == 0 && o->version.given)
        say_error(&call->say, "--version 与证书编号同用", "--version goes with a number");
    else if (o->jobs.given && (o->jobs.value < 1 || o->jobs.value > PDF_JOBS_MAX))
        say_error(&call->say, "--jobs：1 至 %u", "--jobs: 1 to %u", PDF_JOBS_MAX);
    else if (o->unit.given && (o->unit.value < 1 || o->unit.value > 999))
        say_error(&call->say, "--unit：001 至 999", "--unit: 001 to 999");
    else if (o->post.given && (o->post.value < 1 || o->post.value > 99))
        say_error(&call->say, "--post：01 至 99", "--post: 01 to 99");
    else
        return true;
    return false;
}

static int run(const struct cli_call *call)
{
    const struct pdf_options *o = call->options;
    if (!usage(call))
        return CLI_EXIT_USAGE;
    ON_EXIT(reading_close) struct reading r = { 0 };
    struct diag d = DIAG_INIT;
    bool not_all = false;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK && o->all)
        rc = cover_all(call, &r, &d);
    else if (rc == RC_OK && !o->compare)
        rc = pdf_cover(call, &r, call->argv[0], (uint32_t)o->version.value, &d);
    if (rc == RC_OK)
        rc = o->compare ? pdf_compare(call, &r, o->compare, o->layout, &not_all, &d)
             : o->all   ? print_all(call, &r, &not_all, &d)
                        : print_one(call, &r, &d);
    return rc == RC_OK && not_all ? EXIT_FAILED : command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert pdf 03301202000000013 -o certificate.pdf", "一份签名副本，有效期见页脚",
      "a signed copy; its foot says until when it is good" },
    { "sitecert pdf --all -o copies --unit 033 --resume", "浙江的全部证书，接着上次做",
      "all of Zhejiang's, going on where the last run stopped" },
    { "sitecert pdf --compare certificate.pdf", "重新绘制并逐字节比较",
      "draw it again and compare every byte" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_pdf = {
    .name = "pdf",
    .synopsis = "[NUMBER]",
    .min = 0,
    .max = 1,
    .zh = "为有效的证书制作带签名的 PDF 副本，一份或全部；或核对一份是否出自本系统；"
          "暂扣、吊销、撤销、注销、失效的不发副本",
    .en =
        "make signed PDF copies of certificates in force, one or all (none of suspended, revoked, "
        "withdrawn, cancelled or lapsed ones); or compare one with what we would draw",
    .options = options,
    .options_size = sizeof(struct pdf_options),
    .examples = examples,
    .run = run,
};
