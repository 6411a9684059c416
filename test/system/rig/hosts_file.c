/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded before httpd's own libraries: host names are those of the file that V6FRONT_TEST_HOSTS names,
 * written as the system's hosts file, and no others. It takes no lock and does nothing when a process
 * forks or ends: httpd ends a child that has just begun within a signal's handler, and what that
 * handler interrupts may not hold what the end waits for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static lookup *real_lookup;

__attribute__((constructor)) static void find_real_lookup(void)
{
    *(void **)&real_lookup = dlsym(RTLD_NEXT, "getaddrinfo");
}

static ssize_t read_hosts(char *text, size_t size)
{
    const char *path = getenv("V6FRONT_TEST_HOSTS");
    const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    size_t had = 0;
    ssize_t n = file < 0 ? -1 : 1;
    while (n > 0 && had < size - 1) {
        n = read(file, text + had, size - 1 - had);
        had += n > 0 ? (size_t)n : 0;
    }
    if (file >= 0)
        close(file);
    text[had] = '\0';
    return n < 0 ? -1 : (ssize_t)had;
}

/* Whether one of the words after the first is that name, which may be written with the root's dot. */
static int has_name(char *words, const char *name)
{
    const size_t full = strlen(name);
    const size_t size = full > 0 && name[full - 1] == '.' ? full - 1 : full;
    char *rest = NULL;
    const char *word;
    for (word = strtok_r(words, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        if (strlen(word) == size && strncasecmp(word, name, size) == 0)
            return 1;
    return 0;
}

static int is_address(const char *node)
{
    struct addrinfo hints, *found = NULL;
    memset(&hints, 0, sizeof hints);
    hints.ai_flags = AI_NUMERICHOST;
    if (real_lookup(node, NULL, &hints, &found) != 0)
        return 0;
    freeaddrinfo(found);
    return 1;
}

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
    char text[16384];
    char *line, *rest = NULL;
    struct addrinfo numeric, **end = found;
    int is_known = 0;
    if (!node || is_address(node))
        return real_lookup(node, service, hints, found);
    if (read_hosts(text, sizeof text) < 0)
        return EAI_SYSTEM;
    memset(&numeric, 0, sizeof numeric);
    if (hints)
        numeric = *hints;
    numeric.ai_flags |= AI_NUMERICHOST;
    *found = NULL;
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const size_t address = strcspn(line, " \t");
        if (!line[address])
            continue;
        line[address] = '\0';
        if (!has_name(line + address + 1, node))
            continue;
        is_known = 1;
        if (real_lookup(line, service, &numeric, end) != 0)
            *end = NULL; /* of the other family */
        while (*end)
            end = &(*end)->ai_next;
    }
    if (*found)
        return 0;
    return is_known ? EAI_NODATA : EAI_NONAME;
}
