#include "server/processes.h"

#ifdef __linux__

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

/* Looking at /proc/PID/cwd takes the process's own user or CAP_SYS_PTRACE, which root lacks in most
 * containers. The file-system ids are a thread's own and decide just this. */
static void look_as(const struct server_user *owner) {
    if (!owner->drop)
        return;
    setfsgid(owner->gid);
    setfsuid(owner->uid);
}

static void look_as_self(const struct server_user *owner) {
    if (!owner->drop)
        return;
    setfsuid(0);
    setfsgid(0);
}

static enum process_answer look(pid_t pid, const struct stat *data,
                                const struct server_user *owner) {
    char path[64];
    struct stat info;
    snprintf(path, sizeof(path), "/proc/%ld", (long)pid);
    if (stat(path, &info) != 0)
        return access("/proc/self", F_OK) == 0 ? PROCESS_NO : PROCESS_UNKNOWN;
    if (info.st_uid != owner->uid)
        return PROCESS_NO;
    snprintf(path, sizeof(path), "/proc/%ld/cwd", (long)pid);
    if (stat(path, &info) != 0)
        return errno == ENOENT || errno == ESRCH ? PROCESS_NO : PROCESS_UNKNOWN;
    return info.st_dev == data->st_dev && info.st_ino == data->st_ino ? PROCESS_YES : PROCESS_NO;
}

enum process_answer process_works_in(pid_t pid, const char *data, const struct server_user *owner) {
    struct stat info;
    if (pid <= 0 || lstat(data, &info) != 0 || !S_ISDIR(info.st_mode))
        return PROCESS_NO;
    look_as(owner);
    enum process_answer answer = look(pid, &info, owner);
    look_as_self(owner);
    return answer;
}

size_t processes_find(const char *data, const struct server_user *owner, pid_t *pids, size_t max) {
    struct stat info;
    DIR *proc = opendir("/proc");
    if (!proc)
        return 0;
    size_t count = 0;
    if (lstat(data, &info) == 0 && S_ISDIR(info.st_mode)) {
        const struct dirent *entry;
        look_as(owner);
        while (count < max && (entry = readdir(proc))) {
            pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10); /* 0: not a process */
            if (pid > 0 && look(pid, &info, owner) == PROCESS_YES)
                pids[count++] = pid;
        }
        look_as_self(owner);
    }
    closedir(proc);
    return count;
}

#else

#include <errno.h>
#include <signal.h>

enum process_answer process_works_in(pid_t pid, const char *data, const struct server_user *owner) {
    (void)data;
    (void)owner;
    if (pid <= 0 || (kill(pid, 0) != 0 && errno == ESRCH))
        return PROCESS_NO;
    return PROCESS_UNKNOWN;
}

size_t processes_find(const char *data, const struct server_user *owner, pid_t *pids, size_t max) {
    (void)data;
    (void)owner;
    (void)pids;
    (void)max;
    return 0;
}

#endif
