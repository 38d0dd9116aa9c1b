#include <string.h>
#include <strings.h>

#include "observe/sampler.h"

const char *const time_part_names[TIME_PARTS] = {
    "client", "in_transaction", "cpu", "commit_flush", "lock", "extend", "lwlock", "io", "other"};

bool wait_is_commit_flush(const char *type, const char *event) {
    static const char *const flushes[][2] = {
        {"LWLock", "WALWrite"}, {"IO", "WALSync"}, {"IO", "WALWrite"}, {"IPC", "SyncRep"}};
    for (size_t i = 0; i < sizeof flushes / sizeof *flushes; i++)
        if (strcasecmp(type, flushes[i][0]) == 0 && strcasecmp(event, flushes[i][1]) == 0)
            return true;
    return false;
}

static enum time_part part_without_wait(const char *state) {
    if (strncmp(state, "idle in transaction", strlen("idle in transaction")) == 0)
        return PART_IN_TRANSACTION;
    if (strcmp(state, "idle") == 0)
        return PART_CLIENT;
    /* No state: the role may not see it. "disabled" (track_activities is off) has waits, though. */
    return *state ? PART_CPU : PART_OTHER;
}

static enum time_part part_of_client(const char *state, const char *event) {
    if (strcasecmp(event, "ClientWrite") == 0 || part_without_wait(state) == PART_IN_TRANSACTION)
        return PART_IN_TRANSACTION;
    return PART_CLIENT;
}

enum time_part wait_part(const char *state, const char *type, const char *event) {
    if (!*type)
        return part_without_wait(state);
    if (wait_is_commit_flush(type, event))
        return PART_COMMIT_FLUSH;
    if (strcasecmp(type, "Client") == 0)
        return part_of_client(state, event);
    if (strcasecmp(type, "Lock") == 0)
        return strcasecmp(event, "extend") == 0 ? PART_EXTEND : PART_LOCK;
    if (strcasecmp(type, "LWLock") == 0)
        return PART_LWLOCK;
    if (strcasecmp(type, "IO") == 0)
        return strcasecmp(event, "DataFileExtend") == 0 ? PART_EXTEND : PART_IO;
    return PART_OTHER;
}
