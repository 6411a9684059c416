/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded before httpd's own libraries: of the pieces of memory that C++ asks for, counted from the
 * moment at which the test says so, the one with that number (from 1; 0: none fails) is not there.
 * The answer to the test is how many were asked for. Neither httpd nor APR is C++: what they ask for
 * is there always.
 */
#define _GNU_SOURCE
#include "told.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic int64_t seen_number; /* that the count belongs to */
static _Atomic int64_t count;

static int is_it(void)
{
    const int64_t number = told[0];
    int64_t at;
    if (number == 0)
        return 0;
    if (atomic_exchange(&seen_number, number) != number)
        atomic_store(&count, 0);
    at = atomic_fetch_add(&count, 1) + 1;
    told[2] = at;
    return at == (number & 0xffff);
}

static void *some(size_t size, const char *name)
{
    void *(*real)(size_t);
    void (*throw_bad_alloc)(void);
    void *memory;
    if (is_it()) {
        *(void **)&throw_bad_alloc = dlsym(RTLD_DEFAULT, "_ZSt17__throw_bad_allocv");
        throw_bad_alloc();
    }
    /* Those of a sanitizer; libstdc++'s are of malloc. */
    *(void **)&real = dlsym(RTLD_NEXT, name);
    memory = real ? real(size) : malloc(size);
    if (!memory)
        abort();
    return memory;
}

/* operator new and new[] */
void *_Znwm(size_t size);
void *_Znwm(size_t size)
{
    return some(size, "_Znwm");
}

void *_Znam(size_t size);
void *_Znam(size_t size)
{
    return some(size, "_Znam");
}

/* Asio's. */
void *aligned_alloc(size_t alignment, size_t size)
{
    static void *(*real)(size_t, size_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "aligned_alloc");
    return is_it() ? NULL : real(alignment, size);
}
