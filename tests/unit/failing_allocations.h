/*
 * Makes the nth allocation fail from now on: `allocations_left = n` before a call, and behind it
 * allocations_left >= 0 says that there were no more than n. For one file of a program that is
 * linked with WRAP malloc calloc realloc.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

static long allocations_left = -1; /* until the one that fails; negative: none */

static bool allocation_fails(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return allocation_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return allocation_fails() ? NULL : __real_realloc(old, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
