/*
 * A small deployment with something of everything: two authorities, all kinds of records,
 * renewals, shared hours, an exchange, orders of every kind, one dated ahead, an amendment, a
 * photo.
 */
#pragma once

#include "tests/unit/register/engine_fixture.h"

/* Lines as fixture_apply() takes them, "@DATE" for the clock; ends with NULL. Fails the test when
 * a row is refused. Flushed. */
void story_lines(struct fixture *f, const char *const *lines);
void story_people(void);            /* zhang, wang, li, zhao, qian, sun */
void story_tell(struct fixture *f); /* all of it; ends on 2021-10-01 */
void story_amend(struct fixture *f, unsigned certificate, const char *name); /* from 1 */
/* A test passed by each of so many strangers, numbered from `first`. Needs P1 of 033. */
void story_crowd(struct fixture *f, unsigned first, unsigned count);
/* Signs a checkpoint of the log as it stands; its note is appended. */
void story_checkpoint(struct fixture *f, struct buf *note);
