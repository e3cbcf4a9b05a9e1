#include "issuer/overview/overview_page.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/dates.h"
#include "core/crypto/hash.h"
#include "core/text/html.h"
#include "issuer/overview/overview_words.h"

#define DAY_S     86400
#define SOON_DAYS 60 /* a ceremony with all its people takes weeks */

struct page {
    struct buf *to;
    const struct overview *o;
};

static const char *say(const struct page *p, enum overview_word w)
{
    return overview_word(w, p->o->english);
}

void overview_style_hash(char ret[OVERVIEW_STYLE_HASH_LEN])
{
    uint8_t digest[SHA256_LEN];
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    sha256(overview_style(), digest);
    base64_encode(span_of(digest, sizeof digest), &text);
    (void)snprintf(ret, OVERVIEW_STYLE_HASH_LEN, "'sha256-%s'", buf_cstr(&text));
}

/* --- tables --- */

static void begin_section(struct page *p, const char *id, enum overview_word title)
{
    buf_printf(p->to, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id,
               say(p, title));
}

static void end_section(struct page *p)
{
    buf_put_text(p->to, "</section>\n");
}

static void begin_table(struct page *p, const enum overview_word *heads, size_t count)
{
    buf_put_text(p->to, "<table><thead><tr>");
    for (size_t i = 0; i < count; i++)
        buf_printf(p->to, "<th scope=\"col\">%s</th>", say(p, heads[i]));
    buf_put_text(p->to, "</tr></thead>\n<tbody>\n");
}

static void end_table(struct page *p)
{
    buf_put_text(p->to, "</tbody></table>\n");
}

static void put_count(struct page *p, enum overview_word what, uint64_t value)
{
    buf_printf(p->to, "<tr><th scope=\"row\">%s</th><td>%" PRIu64 "</td></tr>\n", say(p, what),
               value);
}

/* --- moments --- */

static const struct unit {
    int64_t seconds;
    enum overview_word word;
} units[] = { { DAY_S, SAY_DAYS }, { 3600, SAY_HOURS }, { 60, SAY_MINUTES } };
#define UNITS (sizeof units / sizeof units[0])

static void put_ago(struct buf *to, int64_t seconds, bool english)
{
    size_t i = 0;
    while (i + 1 < UNITS && seconds < 2 * units[i].seconds)
        i++;
    const long long count = seconds > 0 ? seconds / units[i].seconds : 0;
    const char *const unit = overview_word(units[i].word, english);
    if (english)
        buf_printf(to, " (%lld %s ago)", count, unit);
    else
        buf_printf(to, "（%lld %s前）", count, unit);
}

static void put_time(struct buf *to, int64_t moment)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(moment, text);
    buf_printf(to, "<time datetime=\"%s\">%.10s %.8s</time>", text, text, text + 11);
}

static void put_date(struct buf *to, int64_t moment)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(moment, text);
    buf_printf(to, "<time datetime=\"%s\">%.10s</time>", text, text);
}

void overview_put_moment(struct buf *to, int64_t moment, int64_t now, bool english)
{
    if (moment == 0) {
        buf_put_text(to, overview_word(SAY_NOT_YET, english));
        return;
    }
    put_time(to, moment);
    put_ago(to, now - moment, english);
}

static void put_moment(struct page *p, enum overview_word what, int64_t moment)
{
    buf_printf(p->to, "<tr><th scope=\"row\">%s</th><td>", say(p, what));
    overview_put_moment(p->to, moment, p->o->now, p->o->english);
    buf_put_text(p->to, "</td></tr>\n");
}

/* --- the sections --- */

static void put_parts(struct page *p)
{
    static const enum overview_word heads[] = { SAY_PART, SAY_STATE };
    begin_section(p, "parts", SAY_PARTS);
    begin_table(p, heads, 2);
    for (size_t i = 0; i < p->o->part_count; i++) {
        const struct overview_part *const part = &p->o->parts[i];
        const bool ready = part->reason[0] == '\0';
        buf_printf(p->to, "<tr><th scope=\"row\">%s</th><td class=\"%s\">%s ", part->name,
                   ready ? "good" : "bad", ready ? "✔" : "✖");
        html_put(p->to, span_text(ready ? say(p, SAY_READY) : part->reason));
        buf_put_text(p->to, "</td></tr>\n");
    }
    end_table(p);
    end_section(p);
}

static void put_queue(struct page *p)
{
    static const enum overview_word heads[] = { SAY_WHAT, SAY_FIGURE };
    const struct overview *const o = p->o;
    if (!o->has_core)
        return;
    begin_section(p, "queue", SAY_QUEUE);
    begin_table(p, heads, 2);
    put_count(p, SAY_QUEUED, o->queued);
    put_count(p, SAY_WORKING, o->working);
    put_count(p, SAY_DONE, o->done);
    put_count(p, SAY_FAILED, o->failed);
    put_count(p, SAY_ROWS_TAKEN, o->rows_taken);
    put_count(p, SAY_ROWS_REFUSED, o->rows_refused);
    put_moment(p, SAY_LAST_COMMIT, o->last_commit);
    put_moment(p, SAY_LAST_SIGNING, o->last_signing);
    end_table(p);
    end_section(p);
}

static void put_holders(struct page *p)
{
    static const enum overview_word heads[] = { SAY_WHAT, SAY_COUNT };
    begin_section(p, "holders", SAY_HOLDERS);
    begin_table(p, heads, 2);
    put_count(p, SAY_HOLDERS_GIVEN, p->o->holders_given);
    put_count(p, SAY_HOLDERS_NO_MATCH, p->o->holders_no_match);
    put_count(p, SAY_HOLDERS_CLOSED, p->o->holders_closed);
    end_table(p);
    end_section(p);
}

static void put_key(struct page *p, const struct overview_key *key)
{
    const int64_t left = key->until - p->o->now;
    const bool ended = left < 0, soon = left < SOON_DAYS * DAY_S;
    buf_printf(p->to, "<tr><th scope=\"row\">%s</th><td class=\"kid\">%s</td><td>",
               key->kid[0] ? key->use : say(p, SAY_TRUST_LIST), key->kid);
    put_date(p->to, key->until);
    buf_printf(p->to, "</td><td class=\"%s\">%" PRId64,
               ended  ? "bad"
               : soon ? "warn"
                      : "",
               left / DAY_S);
    if (ended || soon)
        buf_printf(p->to, " ✖ %s", say(p, ended ? SAY_ENDED : SAY_SOON));
    buf_put_text(p->to, "</td></tr>\n");
}

static void put_keys(struct page *p)
{
    static const enum overview_word heads[] = { SAY_USE, SAY_KEY, SAY_UNTIL, SAY_DAYS_LEFT };
    begin_section(p, "keys", SAY_KEYS);
    begin_table(p, heads, 4);
    for (size_t i = 0; i < p->o->key_count; i++)
        put_key(p, &p->o->keys[i]);
    end_table(p);
    end_section(p);
}

static void put_refusals(struct page *p)
{
    static const enum overview_word heads[] = { SAY_REASON, SAY_COUNT };
    begin_section(p, "refusals", SAY_REFUSALS);
    if (p->o->refusal_count == 0) {
        buf_printf(p->to, "<p>%s</p>\n", say(p, SAY_NO_REFUSALS));
    } else {
        begin_table(p, heads, 2);
        for (size_t i = 0; i < p->o->refusal_count; i++) {
            const struct overview_refusal *const r = &p->o->refusals[i];
            buf_put_text(p->to, "<tr><th scope=\"row\">");
            html_put(p->to, span_text(r->title));
            buf_printf(p->to, " <code>%s</code></th><td>%" PRIu64 "</td></tr>\n", r->code,
                       r->count);
        }
        end_table(p);
    }
    end_section(p);
}

static void put_report(struct page *p)
{
    if (p->o->report.len > 0) {
        buf_put_span(p->to, p->o->report);
        return;
    }
    begin_section(p, "report", SAY_REPORT);
    buf_printf(p->to, "<p class=\"bad\">✖ %s", say(p, SAY_NO_REPORT));
    html_put(p->to, span_text(p->o->no_report));
    buf_put_text(p->to, "</p>\n");
    end_section(p);
}

/* --- together --- */

static void put_head(struct page *p)
{
    const bool english = p->o->english;
    buf_printf(p->to,
               "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"robots\" content=\"noindex\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<link rel=\"icon\" href=\"data:,\">\n<title>%s</title>\n<style>",
               english ? "en" : "zh-CN", say(p, SAY_TITLE));
    buf_put_span(p->to, overview_style());
    buf_printf(p->to,
               "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">%s</a>\n<header>\n"
               "<h1>%s</h1>\n<p><a href=\"?lang=%s\" lang=\"%s\" hreflang=\"%s\">%s</a></p>\n",
               say(p, SAY_SKIP), say(p, SAY_TITLE), english ? "zh" : "en", english ? "zh-CN" : "en",
               english ? "zh-CN" : "en", say(p, SAY_OTHER_LANGUAGE));
    if (p->o->demo)
        buf_printf(p->to, "<p class=\"demo\">%s</p>\n", say(p, SAY_DEMO));
    buf_printf(p->to, "<p>%s ", say(p, SAY_NOW));
    put_time(p->to, p->o->now);
    buf_printf(p->to, " · %s</p>\n</header>\n<main id=\"main\">\n", say(p, SAY_INTERNAL));
}

void overview_page(struct buf *to, const struct overview *o)
{
    struct page p = { to, o };
    put_head(&p);
    buf_put_text(to, "<div class=\"cards\">\n");
    put_parts(&p);
    put_queue(&p);
    put_keys(&p);
    put_refusals(&p);
    put_holders(&p);
    buf_put_text(to, "</div>\n");
    put_report(&p);
    buf_put_text(to, "</main>\n</body>\n</html>\n");
}
