/*
 * src/server/throwaway.h on the command line, for throwaway.bats.
 *
 *   throwaway_probe [options] start-and-wait  starts, prints the server, waits for SIGINT or
 * SIGTERM or the server's end, removes it throwaway_probe [options] start-remove    starts, prints,
 * removes throwaway_probe [options] serve           starts, prints, does what the lines of standard
 * input say, and removes it at their end: restart NAME=VALUE…   with these settings crash kills it,
 * starts it again says done=restart or done=crash after each, prints its error if it failed
 *   throwaway_probe [options] die             starts, prints, kills itself with SIGKILL
 *   throwaway_probe [options] keep            starts, prints, keeps
 *   throwaway_probe [options] leftovers       prints what is left over: folder, pid, 1 if kept
 *   throwaway_probe [options] clean FOLDER    removes what is left over in FOLDER
 *   throwaway_probe [options] remove FOLDER   removes FOLDER, listed or not
 */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "server/throwaway.h"

#define SETTINGS_MAX 8

static bool fail(const struct error *error, int *code) {
    error_print(error);
    *code = (int)error->exit_code;
    return false;
}

static bool start(const struct throwaway_options *options, struct throwaway **server, int *code) {
    struct error error = {0};
    if (!throwaway_start(options, server, &error))
        return fail(&error, code);
    printf("dir=%s\nsocket=%s\nport=%d\nuser=%s\nbin=%s\npid=%ld\ntmpfs=%d\nready=1\n",
           throwaway_dir(*server), throwaway_socket_dir(*server), throwaway_port(*server),
           throwaway_user(*server), throwaway_bin_dir(*server), (long)throwaway_pid(*server),
           throwaway_on_tmpfs(*server));
    fflush(stdout);
    return true;
}

static void wait_for_end(struct throwaway *server, int *code) {
    struct error error = {0};
    struct pollfd interrupt = {.fd = interrupt_fd(), .events = POLLIN};
    while (!interrupted() && throwaway_alive(server, &error))
        poll(&interrupt, 1, 10);
    if (interrupted())
        *code = EXIT_INTERRUPTED;
    else
        fail(&error, code);
}

/* Cuts the words NAME=VALUE that follow in strtok's line. */
static size_t parse_settings(char **state, struct server_setting *settings) {
    size_t count = 0;
    for (char *word = strtok_r(NULL, " \n", state); word && count < SETTINGS_MAX;
         word = strtok_r(NULL, " \n", state)) {
        char *equals = strchr(word, '=');
        if (!equals)
            continue;
        *equals = '\0';
        settings[count++] = (struct server_setting){word, equals + 1};
    }
    return count;
}

static void serve(struct throwaway *server, int *code) {
    char line[1024];
    while (fgets(line, sizeof line, stdin)) {
        struct error error = {0};
        struct server_setting settings[SETTINGS_MAX];
        char *state;
        const char *verb = strtok_r(line, " \n", &state);
        double recovery_s = 0;
        bool ok = false;
        if (verb && strcmp(verb, "crash") == 0)
            ok = throwaway_crash(server, &recovery_s, &error);
        else if (verb && strcmp(verb, "restart") == 0)
            ok = throwaway_restart(server, settings, parse_settings(&state, settings), &error);
        if (!ok)
            fail(&error, code);
        printf("recovery_s=%g\npid=%ld\ndone=%s\n", recovery_s, (long)throwaway_pid(server), verb);
        fflush(stdout);
    }
}

static int start_and(const char *verb, const struct throwaway_options *options) {
    struct throwaway *server;
    struct error error = {0};
    int code = EXIT_OK;
    if (!start(options, &server, &code))
        return code;
    if (strcmp(verb, "die") == 0)
        raise(SIGKILL);
    if (strcmp(verb, "start-and-wait") == 0)
        wait_for_end(server, &code);
    if (strcmp(verb, "serve") == 0)
        serve(server, &code);
    bool ok = strcmp(verb, "keep") == 0 ? throwaway_keep(server, &error)
                                        : throwaway_remove(server, &error);
    if (!ok)
        fail(&error, &code);
    return code;
}

/* below: NULL to print all, else to remove what is below that folder. */
static int look(const char *data_dir, const char *below) {
    struct leftover *list;
    size_t count;
    struct error error = {0};
    int code = EXIT_OK;
    if (!leftovers_find(data_dir, &list, &count, &error))
        return fail(&error, &code), code;
    for (size_t i = 0; i < count; i++) {
        struct error left = {0};
        if (!below)
            printf("%s %ld %d\n", list[i].dir, (long)list[i].postmaster, list[i].kept);
        else if (strncmp(list[i].dir, below, strlen(below)) == 0 &&
                 !leftover_remove(&list[i], &left))
            fail(&left, &code);
    }
    leftovers_free(list, count);
    return code;
}

static int remove_folder(char *dir) {
    struct error error = {0};
    int code = EXIT_OK;
    if (!leftover_remove(&(struct leftover){.dir = dir}, &error))
        fail(&error, &code);
    return code;
}

static int usage(void) {
    fputs("usage: see the head of throwaway_probe.c\n", stderr);
    return EXIT_USAGE;
}

static int run(char **words, const struct throwaway_options *options) {
    static const char *const starters[] = {"start-and-wait", "start-remove", "serve", "die",
                                           "keep"};
    if (!words[0])
        return usage();
    for (size_t i = 0; i < sizeof(starters) / sizeof(starters[0]); i++)
        if (strcmp(words[0], starters[i]) == 0)
            return start_and(words[0], options);
    if (strcmp(words[0], "leftovers") == 0)
        return look(options->data_dir, NULL);
    if (strcmp(words[0], "clean") == 0 && words[1])
        return look(options->data_dir, words[1]);
    if (strcmp(words[0], "remove") == 0 && words[1])
        return remove_folder(words[1]);
    return usage();
}

int main(int argc, char **argv) {
    static const struct option table[] = {{"pg-bin", required_argument, NULL, 'b'},
                                          {"data-dir", required_argument, NULL, 'd'},
                                          {"max-connections", required_argument, NULL, 'm'},
                                          {"set", required_argument, NULL, 's'},
                                          {0}};
    struct server_setting settings[SETTINGS_MAX];
    struct throwaway_options options = {.max_connections = 4, .settings = settings};
    int option;
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        char *equals = optarg ? strchr(optarg, '=') : NULL;
        if (option == 'b')
            options.bin_dir = optarg;
        else if (option == 'd')
            options.data_dir = optarg;
        else if (option == 'm')
            options.max_connections = atoi(optarg);
        else if (option == 's' && equals && options.setting_count < SETTINGS_MAX) {
            *equals = '\0';
            settings[options.setting_count++] = (struct server_setting){optarg, equals + 1};
        } else
            return usage();
    }
    interrupt_install();
    return run(argv + optind, &options);
}
