/*
 * The story's register (tests/unit/publication/story.h) with a press and a signer over it, on
 * 2021-10-01. In force are certificates 1 (a photo, version 3), 4 and 5; 2 is suspended, 3 revoked,
 * 6 withdrawn.
 */
#pragma once

#include "issuer/rendering/press.h"
#include "tests/unit/publication/story.h"

#define MUST(call) assert_int_equal(call, RC_OK)

struct press_scene {
    struct fixture f;
    struct press *press;
    struct signer *signer;
};

int press_scene_make(void **state); /* *state is the scene */
int press_scene_drop(void **state);

struct reg *press_scene_register(const struct press_scene *s);
/* The n-th certificate's current version, from 1; fails the test when it can't be gathered. */
void press_scene_sheet(struct press_scene *s, unsigned n, struct sheet *ret);
