/*
 * src/study/guard.h on the command line, for guard.bats.
 *
 *   guard_probe SOCKET_DIR hold NAME=VALUE…   guards these settings, applies the values, says
 *       "applied"; each line of standard input applies its NAME=VALUE words, and says so; at its
 *       end, or when interrupted, everything is put back. An error of a line is printed, and the
 *       probe goes on.
 *   guard_probe SOCKET_DIR restore            puts back what killed ones left, says how many
 *
 * As ROLE or postgres, in database postgres. Errors are printed; the last one gives the exit code.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "study/guard.h"

enum { WORDS_MAX = 8 };

static int code = EXIT_OK;

static bool check(bool ok, const struct error *error) {
    if (!ok) {
        error_print(error);
        code = (int)error->exit_code;
    }
    return ok;
}

/* Cuts the words; returns how many. */
static size_t parse(char **words, size_t count, struct server_setting *settings) {
    size_t used = 0;
    for (size_t i = 0; i < count && used < WORDS_MAX; i++) {
        char *equals = strchr(words[i], '=');
        if (!equals)
            continue;
        *equals = '\0';
        settings[used++] = (struct server_setting){words[i], equals + 1};
    }
    return used;
}

static void apply(struct guard *guard, const struct server_setting *settings, size_t count) {
    struct error error = {0};
    if (check(guard_apply(guard, settings, count, &error), &error))
        puts("applied");
    else
        puts("failed");
    fflush(stdout);
}

static void apply_line(struct guard *guard, char *line) {
    char *words[WORDS_MAX], *state;
    size_t count = 0;
    for (char *word = strtok_r(line, " \n", &state); word && count < WORDS_MAX;
         word = strtok_r(NULL, " \n", &state))
        words[count++] = word;
    struct server_setting settings[WORDS_MAX];
    apply(guard, settings, parse(words, count, settings));
}

static void serve(struct guard *guard) {
    for (;;) {
        struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = interrupt_fd(), .events = POLLIN}};
        poll(fds, 2, -1);
        if (interrupted())
            return;
        char line[1024];
        ssize_t length = fds[0].revents ? read(STDIN_FILENO, line, sizeof line - 1) : -1;
        if (length == 0)
            return;
        if (length > 0) {
            line[length] = '\0';
            apply_line(guard, line);
        }
    }
}

static void hold(const struct target_options *target, char **words, size_t count) {
    struct session_options options = {.target = *target};
    struct session session;
    struct arena arena = {0};
    struct error error = {0};
    struct server_setting settings[WORDS_MAX];
    const char *names[WORDS_MAX];
    size_t used = parse(words, count, settings);
    for (size_t i = 0; i < used; i++)
        names[i] = settings[i].name;
    if (check(session_open(&options, &arena, &session, &error), &error)) {
        struct guard *guard;
        if (check(guard_open(&session, names, used, &guard, &error), &error)) {
            apply(guard, settings, used);
            serve(guard);
            struct error closing = {0};
            check(guard_close(guard, &closing), &closing);
        }
        struct error left = {0};
        check(session_close(&session, false, &left), &left);
    }
    arena_release(&arena);
}

static void restore(const struct target_options *options) {
    struct arena arena = {0};
    struct target target;
    struct control *control = NULL;
    struct error error = {0};
    size_t restored = 0;
    check(target_resolve(options, &arena, &target, &error) &&
              control_open(&target, "guard_probe", &control, &error) &&
              guard_restore_left(control, &restored, &error),
          &error);
    printf("restored=%zu\n", restored);
    control_close(control);
    arena_release(&arena);
}

int main(int argc, char **argv) {
    if (argc < 3)
        return EXIT_USAGE;
    const char *role = getenv("ROLE");
    struct target_options options = {
        .host = argv[1], .user = role ? role : "postgres", .dbname = "postgres"};
    interrupt_install();
    if (strcmp(argv[2], "hold") == 0)
        hold(&options, argv + 3, (size_t)(argc - 3));
    else if (strcmp(argv[2], "restore") == 0)
        restore(&options);
    else
        code = EXIT_USAGE;
    return code;
}
