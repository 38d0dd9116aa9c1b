#include "study/owner.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOST_MAX = 96, SPACE_MAX = 96 };

static void keep_plain(char *text) {
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr(".-_", *text))
            *text = '_';
}

static void read_host(char *out, size_t size) {
    if (gethostname(out, size) != 0)
        out[0] = '\0';
    out[size - 1] = '\0';
    keep_plain(out);
    if (!*out)
        snprintf(out, size, "_");
}

/* "": the system does not say, and no process id can be looked up. */
static void read_space(char *out, size_t size) {
    char boot[64] = "";
    struct stat space;
    out[0] = '\0';
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    bool read = file && fgets(boot, sizeof boot, file);
    if (file)
        fclose(file);
    if (!read || stat("/proc/self/ns/pid", &space) != 0)
        return;
    boot[strcspn(boot, "\n")] = '\0';
    keep_plain(boot);
    snprintf(out, size, "%s.%llu", boot, (unsigned long long)space.st_ino);
}

void owner_describe(char *out, size_t size) {
    char host[HOST_MAX], space[SPACE_MAX];
    read_host(host, sizeof host);
    read_space(space, sizeof space);
    snprintf(out, size, "pid %ld on %s (%s)", (long)getpid(), host, *space ? space : "_");
}

enum owner_state owner_look(const char *text) {
    long pid;
    char host[HOST_MAX], space[SPACE_MAX], here[SPACE_MAX];
    _Static_assert(HOST_MAX == 96 && SPACE_MAX == 96, "the widths in the format");
    read_space(here, sizeof here);
    if (sscanf(text, "pid %ld on %95[^ ] (%95[^)])", &pid, host, space) != 3 || pid <= 0 ||
        strcmp(space, here) != 0)
        return OWNER_UNKNOWN;
    return kill((pid_t)pid, 0) != 0 && errno == ESRCH ? OWNER_GONE : OWNER_LIVES;
}
