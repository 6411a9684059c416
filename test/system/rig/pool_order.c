// SPDX-License-Identifier: Apache-2.0
//
// For the thread sanitizer: httpd gives its pools from thread to thread by APR's atomics, which are not built with
// it. What was done in a pool before it was cleared happens before what is done in it afterwards: this says so.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

void __tsan_acquire(void* address) __attribute__((weak));
void __tsan_release(void* address) __attribute__((weak));

#define NEXT(name, type) \
    static type name##_of_apr; \
    if (!name##_of_apr) \
        name##_of_apr = (type)dlsym(RTLD_NEXT, #name)

typedef void ends(void* pool);
typedef void* allocates(void* pool, size_t size);

void apr_pool_clear(void* pool);
void* apr_palloc(void* pool, size_t size);

static void acquire(void* address)
{
    if (__tsan_acquire)
        __tsan_acquire(address);
}

static void release(void* address)
{
    if (__tsan_release)
        __tsan_release(address);
}

void apr_pool_clear(void* pool)
{
    NEXT(apr_pool_clear, ends*);
    acquire(pool);
    apr_pool_clear_of_apr(pool);
    release(pool);
}

void* apr_palloc(void* pool, size_t size)
{
    NEXT(apr_palloc, allocates*);
    acquire(pool);
    return apr_palloc_of_apr(pool, size);
}
