/* A run of rows of every kind, in groups, that can be broken off anywhere and run again. */
#pragma once

#include "tests/unit/register/engine_fixture.h"

#define SCRIPT_GROUP 4 /* rows of one commit */

/*
 * From the first row to the end, then flushed. Rows that were taken before are duplicates.
 *
 * after_row  called behind each row; NULL: nothing
 * Returns what the engine returned when it could not work.
 */
enum rc script_run(struct fixture *f, void (*after_row)(unsigned row), struct diag *d);

/* The register after a whole run without a break, as fixture_dump() shows it. Leaves it empty. */
void script_reference(struct fixture *f, struct buf *to);
/* Opens, runs to the end, checks, compares; leaves the register empty. */
void script_finish(struct fixture *f, const struct buf *reference);

/* Around each call into the engine, for tests that inject faults; NULL: nothing. */
extern void (*script_arm)(bool on);
