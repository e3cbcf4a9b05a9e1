/*
 * A holder's calendar: one event of a whole day on the renewal deadline, with alarms before it (RFC
 * 5545). The same certificate keeps its UID, and a later version has a higher SEQUENCE, so that a
 * calendar moves the event it has. Pure.
 */
#pragma once

#include "core/base/buf.h"

struct calendar_event {
    const char *number, *host; /* UID: number@host */
    uint32_t version;
    int32_t deadline; /* date */
    int64_t made_s;   /* Unix seconds */
    const char *post; /* its name */
    bool chinese;
};

/* Days before the deadline. */
#define CALENDAR_ALARMS(X) X(90) X(30) X(7)

/* Appends text/calendar in UTF-8: lines of at most 75 octets, ended by CR LF. */
void calendar_put(struct buf *to, const struct calendar_event *e);
