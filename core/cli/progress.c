#include "core/cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/sys/clock.h"

#define REDRAW_S 0.1

void progress_begin(struct progress *p, const struct say *say, const char *zh, const char *en,
                    uint64_t of)
{
    const double now = clock_elapsed();
    *p = (struct progress){ .say = say, .zh = zh, .en = en, .of = of, .began_s = now };
    p->shown_s = now;
    p->on = !say->quiet && isatty(STDERR_FILENO);
}

static void put_time_left(struct buf *to, const struct say *say, double left_s)
{
    const uint64_t s = (uint64_t)(left_s + 0.5);
    buf_put_text(to, pick(say, "，还需 ", ", left "));
    if (s >= 3600)
        buf_printf(to, "%" PRIu64 ":%02u:%02u", s / 3600, (unsigned)(s / 60 % 60),
                   (unsigned)(s % 60));
    else
        buf_printf(to, "%u:%02u", (unsigned)(s / 60), (unsigned)(s % 60));
}

void progress_line_put(struct buf *to, const struct progress *p, uint64_t done, double elapsed_s)
{
    buf_printf(to, "%s %" PRIu64, pick(p->say, p->zh, p->en), done);
    if (p->of > 0)
        buf_printf(to, "/%" PRIu64 " (%u %%)", p->of,
                   (unsigned)((double)done * 100 / (double)p->of));
    if (done == 0 || elapsed_s <= 0)
        return;

    const double rate = (double)done / elapsed_s;
    buf_printf(to, rate < 10 ? "  %.1f/s" : "  %.0f/s", rate);
    if (p->of > done)
        put_time_left(to, p->say, (double)(p->of - done) / rate);
}

void progress_step(struct progress *p, uint64_t done)
{
    if (!p->on)
        return;
    const double now = clock_elapsed();
    if (now - p->shown_s < REDRAW_S)
        return;

    ON_EXIT(buf_free_at) struct buf line = { 0 };
    progress_line_put(&line, p, done, now - p->began_s);
    (void)fprintf(stderr, "\r\033[K%s", buf_cstr(&line));
    (void)fflush(stderr);
    p->shown_s = now;
    p->shown = true;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        (void)fputs("\r\033[K", stderr);
    p->on = p->shown = false;
}
