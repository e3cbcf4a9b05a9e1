#include <string.h>

#include "core/cert/staple.h"
#include "core/cli/progress.h"
#include "verifier/certcheck/batch.h"
#include "verifier/certcheck/commands.h"
#include "verifier/certcheck/guard.h"

#define PRINT_AT ((size_t)64 * 1024) /* bytes */

struct checking {
    const struct cli_call *call;
    bool several;
    uint64_t done;
    int status;
    struct buf out; /* answers that wait to be printed */
};

static void checking_free_at(struct checking *c)
{
    buf_free(&c->out);
}

static bool could_not_judge(const struct batch_item *item)
{
    return item->rc != RC_OK;
}

/* Of several inputs one has to say which. */
static void say_failure(const struct checking *c, struct batch_item *item)
{
    ON_EXIT(buf_free_at) struct buf shown = { 0 };
    if (!c->several || !item->why) {
        say_diag(&c->call->say, item->rc, item->why);
        return;
    }
    answer_name_put(&shown, buf_cstr(&item->name));
    say_error(&c->call->say, "%s：%s", "%s: %s", buf_cstr(&shown), item->why->text);
}

static enum rc take_answer(struct checking *c, const struct batch *b, struct batch_item *item,
                           struct diag *d)
{
    if (could_not_judge(item))
        say_failure(c, item);
    if (item->failed != RC_OK)
        return diag_set(d, item->failed, DIAG_NO_OFFSET, "the answer");
    c->status = exit_worse(c->status, item->status);
    if (c->done++ > 0)
        answers_between(&c->out, c->call);
    else
        answers_begin(&c->out, c->call, 1);
    buf_put_span(&c->out, batch_answer(b, item));
    return buf_rc(&c->out, d);
}

static enum rc print(struct checking *c, struct diag *d)
{
    const enum rc rc = say_out(&c->out, d);
    buf_clear(&c->out);
    return rc;
}

/* The batch was judged to its end, so its answers may be printed: see guard.h. */
static enum rc take_answers(struct checking *c, struct batch *b, struct diag *d)
{
    for (uint32_t i = 0; i < b->count; i++) {
        enum rc rc = take_answer(c, b, &b->items[i], d);
        if (rc == RC_OK && c->out.len >= PRINT_AT)
            rc = print(c, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc check_batches(struct checking *c, struct batch *b, struct names *names,
                             struct progress *p, struct diag *d)
{
    for (;;) {
        enum rc rc = batch_run(b, names, d);
        if (rc == RC_OK)
            rc = take_answers(c, b, d);
        if (rc != RC_OK || b->count < b->cap)
            return rc;
        guard_some_printed();
        progress_step(p, c->done);
    }
}

static enum rc check_all(struct checking *c, const struct device *dev, struct names *names,
                         struct diag *d)
{
    const uint32_t operands = (uint32_t)c->call->argc;
    const uint32_t most = batch_best(dev);
    const uint32_t cap = names->from || operands >= most ? most : operands + 1;
    ON_EXIT(batch_close) struct batch b = { 0 };
    enum rc rc = batch_open(c->call, dev, cap, &b, d);
    if (rc != RC_OK)
        return rc;

    struct progress p;
    b.several = c->several;
    progress_begin(&p, &c->call->say, "核验", "checking", names->from ? 0 : operands);
    rc = check_batches(c, &b, names, &p, d);
    progress_end(&p);
    if (rc != RC_OK)
        return rc;
    if (c->done == 0)
        answers_begin(&c->out, c->call, 0);
    answers_end(&c->out, c->call, c->done);
    return print(c, d);
}

static bool choices_fit(const struct cli_call *call, const struct check_options *o)
{
    const struct say *const say = &call->say;
    const struct device_choices *const c = &o->device;
    if (call->argc == 0 && !o->from)
        say_error(say, "缺少参数：INPUT…\n用法见 certcheck --help",
                  "missing: INPUT…\nsee certcheck --help");
    else if (c->trust && c->bundle)
        say_error(say, "--trust 与 --bundle 只能用一个", "use either --trust or --bundle");
    else if (c->trust && !c->root)
        say_error(say, "--trust 还需要 --root", "--trust needs --root");
    else if (o->staple && (call->argc != 1 || o->from))
        say_error(say, "--staple 属于一份证书：只能给一个 INPUT",
                  "--staple belongs to one certificate: give one INPUT");
    else
        return true;
    return false;
}

int run_check(const struct cli_call *call)
{
    const struct check_options *const o = call->options;
    if (!choices_fit(call, o))
        return CLI_EXIT_USAGE;

    struct diag d = DIAG_INIT;
    ON_EXIT(names_close) struct names names = { .list = -1 };
    enum rc rc = names_open(call, o->from, &names, &d);
    if (rc != RC_OK) {
        say_diag(&call->say, rc, &d);
        return CLI_EXIT_USAGE;
    }
    guard_mapped_files(&call->say);
    ON_EXIT(device_close) struct device dev = { 0 };
    device_open(&o->device, &call->say, &dev);
    if (dev.answer == DEVICE_REFUSED)
        return CLI_EXIT_USAGE;

    ON_EXIT(buf_free_at) struct buf staple = { 0 };
    ON_EXIT(checking_free_at)
    struct checking c = { .call = call, .several = call->argc > 1 || o->from };
    rc = o->staple ? staple_text_read(span_text(o->staple), &staple, &d) : RC_OK;
    dev.evidence.staple = buf_span(&staple);
    if (rc == RC_OK)
        rc = check_all(&c, &dev, &names, &d);
    if (rc == RC_OK)
        return c.status;
    say_diag(&call->say, rc, &d);
    return VERDICT_EXIT_INTERNAL;
}
