#include "issuer/reader/calendar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"

#define LINE_MAX_OCTETS 75 /* RFC 5545 section 3.1, without the line break */

static const unsigned alarms[] = {
#define X(days) (days),
    CALENDAR_ALARMS(X)
#undef X
};

/* Section 3.1: a long line goes on behind a line break and a blank; here never inside a character.
 */
static void put_line(struct buf *to, const char *line)
{
    size_t left = strlen(line), room = LINE_MAX_OCTETS;
    while (left > room) {
        size_t n = room;
        while (n > 0 && ((uint8_t)line[n] & 0xC0) == 0x80)
            n--;
        buf_put(to, (const uint8_t *)line, n);
        buf_put_text(to, "\r\n ");
        line += n;
        left -= n;
        room = LINE_MAX_OCTETS - 1;
    }
    buf_put_text(to, line);
    buf_put_text(to, "\r\n");
}

/* Section 3.3.11: TEXT. */
static void put_text(struct buf *to, const char *name, const char *value)
{
    ON_EXIT(buf_free_at) struct buf line = { 0 };
    buf_printf(&line, "%s:", name);
    for (const char *c = value; *c; c++) {
        if (*c == '\n')
            buf_put_text(&line, "\\n");
        else if (strchr("\\;,", *c))
            buf_printf(&line, "\\%c", *c);
        else
            buf_put_u8(&line, (uint8_t)*c);
    }
    put_line(to, buf_cstr(&line));
}

/* "20230802" */
static void put_date(struct buf *to, const char *name, int32_t date)
{
    char text[DATE_TEXT_LEN + 1], line[64];
    date_format(date, text);
    (void)snprintf(line, sizeof line, "%s;VALUE=DATE:%.4s%.2s%.2s", name, text, text + 5, text + 8);
    put_line(to, line);
}

/* Section 3.3.5, form 2: in UTC. */
static void put_moment(struct buf *to, const char *name, int64_t time_s)
{
    const int64_t day_s = 86400;
    const int64_t of_day = ((time_s % day_s) + day_s) % day_s;
    char text[DATE_TEXT_LEN + 1], line[64];
    date_format((int32_t)((time_s - of_day) / day_s), text);
    (void)snprintf(line, sizeof line, "%s:%.4s%.2s%.2sT%02d%02d%02dZ", name, text, text + 5,
                   text + 8, (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60));
    put_line(to, line);
}

static void put_alarm(struct buf *to, unsigned days, const struct calendar_event *e)
{
    char text[200];
    (void)snprintf(text, sizeof text,
                   e->chinese ? "合格证 %s 还有 %u 天到期：完成继续教育后延期"
                              : "certificate %s lapses in %u days: complete the continuing "
                                "education",
                   e->number, days);
    put_line(to, "BEGIN:VALARM");
    put_line(to, "ACTION:DISPLAY");
    put_text(to, "DESCRIPTION", text);
    (void)snprintf(text, sizeof text, "TRIGGER:-P%uD", days);
    put_line(to, text);
    put_line(to, "END:VALARM");
}

static void put_words(struct buf *to, const struct calendar_event *e)
{
    char deadline[DATE_TEXT_LEN + 1], text[400];
    date_format(e->deadline, deadline);
    (void)snprintf(text, sizeof text,
                   e->chinese ? "职业培训合格证截止：%s" : "certificate's renewal deadline: %s",
                   e->post);
    put_text(to, "SUMMARY", text);
    (void)snprintf(text, sizeof text,
                   e->chinese ? "证书编号 %s，%s 当日仍有效。\n此前完成规定的继续教育即延期，届时请"
                                "重新领取日历。"
                              : "certificate %s, valid to the end of %s.\nContinuing education "
                                "done before moves the deadline; fetch the calendar again then.",
                   e->number, deadline);
    put_text(to, "DESCRIPTION", text);
}

void calendar_put(struct buf *to, const struct calendar_event *e)
{
    assert(to && e && e->number && e->host && e->post && e->version > 0);

    char line[200];
    put_line(to, "BEGIN:VCALENDAR");
    put_line(to, "VERSION:2.0");
    put_line(to, "PRODID:-//sitecert//renewal deadline//EN");
    put_line(to, "CALSCALE:GREGORIAN");
    put_line(to, "BEGIN:VEVENT");
    (void)snprintf(line, sizeof line, "UID:%s@%s", e->number, e->host);
    put_line(to, line);
    put_moment(to, "DTSTAMP", e->made_s);
    (void)snprintf(line, sizeof line, "SEQUENCE:%u", e->version - 1);
    put_line(to, line);
    put_date(to, "DTSTART", e->deadline);
    put_date(to, "DTEND", e->deadline + 1);
    put_words(to, e);
    put_line(to, "TRANSP:TRANSPARENT");
    for (size_t i = 0; i < sizeof alarms / sizeof alarms[0]; i++)
        put_alarm(to, alarms[i], e);
    put_line(to, "END:VEVENT");
    put_line(to, "END:VCALENDAR");
}
