/*
 * A demonstration home in a scratch folder, an engine over it, and rows written as a line of text:
 *
 *   test t1 provider=P1 person=zhang post=1 held_on=2020-03-01 score=90
 *
 * kind, record id ("-": none), then cells. person=NAME stands for the cells of a person named by
 * fixture_person(); P1 … P4 for credit codes; #1 for the number of the first certificate issued;
 * cells that a kind needs and the line leaves out have the defaults of the table in
 * engine_fixture.c.
 */
#pragma once

#include "tests/unit/check.h"

#include "issuer/register/engine.h"

struct fixture {
    char folder[PATH_LEN], home_path[PATH_LEN];
    struct home home;
    struct engine_options options;
    struct engine *engine;
    bool real; /* not a demonstration: second operators are asked for */
};

void fixture_make(struct fixture *f); /* home and engine, at 2020-03-10 09:00 */
void fixture_drop(struct fixture *f);
void fixture_open(struct fixture *f); /* the engine; fails the test when it can't */
void fixture_close(struct fixture *f);
void fixture_empty(struct fixture *f); /* removes the register's files; the engine is closed */
void fixture_clock(struct fixture *f, const char *date);
void fixture_policy(struct fixture *f, const char *key,
                    const char *value); /* of all units, from the first day */
void fixture_policies(struct fixture *f, const char *versions); /* JSON, as in policy.json */

void fixture_person(const char *name, const char *cells); /* until the test program ends */

struct line_record {
    struct record record;
    struct reasons early;
    struct buf text; /* what the record borrows */
};
void fixture_read(struct fixture *f, const char *line, struct line_record *ret);
void line_record_free(struct line_record *r);

/* Applies one row; fails the test when the engine could not work. */
void fixture_apply(struct fixture *f, const char *line, struct outcome *ret);

/* Number of the n-th certificate, from 1; "" when there is none. */
void fixture_number(struct fixture *f, unsigned n, char ret[NUMBER_MAX + 1]);

/* All that the register says, as text: two registers that say the same give the same. Token leaves
 * are shown by their payloads, because no two signatures are alike. */
void fixture_dump(struct reg *r, struct buf *to);

/* Every signature, every index, every row read back: fails the test when something is not right. */
void fixture_check(struct fixture *f);
