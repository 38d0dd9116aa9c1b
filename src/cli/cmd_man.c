/* pgwrite man: the manual page, from the tables of the commands. Source of the format: mdoc(7). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/strbuf.h"
#include "base/units.h"
#include "cli/cli.h"
#include "cli/template.h"
#include "cli/words.h"

static struct poptOption table[] = {CLI_HELP_OPTIONS, POPT_TABLEEND};

enum { TOLD_MAX = 256 };

/* Options that an earlier command has described in the same words. */
static struct {
    const struct command *command;
    const char *name, *text;
} told[TOLD_MAX];
static size_t told_count;

/* What a command's options are told with. */
struct writer {
    const struct command *command;
    const char *heading; /* of the list that is open; NULL: none is */
    bool open;
    struct strbuf like[TOLD_MAX / 8]; /* by the number of the command that told of them */
};

/* Text in lines of mdoc: `words` in bold, and nothing that troff would read. */
static void print_text(const char *text) {
    bool bold = false;
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++)
        switch (*text) {
        case '`':
            fputs(bold ? "\\fR" : "\\fB", stdout);
            bold = !bold;
            break;
        case '\\':
            fputs("\\e", stdout);
            break;
        case '-':
            fputs("\\-", stdout);
            break;
        case '~':
            fputs("\\(ti", stdout);
            break;
        case '\'':
            fputs("\\(aq", stdout);
            break;
        default:
            putchar(*text);
        }
}

/* ".It Fl d , Fl Fl dbname Ar NAME" without its beginning. */
static void add_flags(const struct poptOption *option, bool argument, struct strbuf *out) {
    if (option->shortName == '?')
        strbuf_add(out, " Fl \\&?");
    else if (option->shortName)
        strbuf_printf(out, " Fl %c", option->shortName);
    if (option->shortName && option->longName)
        strbuf_add(out, " ,");
    if (option->longName)
        strbuf_printf(out, " Fl Fl %s", option->longName);
    if (option->argDescrip && argument)
        strbuf_printf(out, " Ar %s", option->argDescrip);
}

static size_t number_of(const struct command *command) {
    size_t i = 0;
    while (cli_commands[i] != command)
        i++;
    return i;
}

/* The command that has told of it; NULL: none, and this one does now. */
static const struct command *told_by(const struct command *command,
                                     const struct poptOption *option) {
    const char *name = option->longName ? option->longName : "";
    for (size_t i = 0; i < told_count; i++)
        if (told[i].text == option->descrip && strcmp(told[i].name, name) == 0 &&
            told[i].command != command)
            return told[i].command;
    if (told_count == TOLD_MAX)
        panic("too many options");
    told[told_count].command = command;
    told[told_count].name = name;
    told[told_count++].text = option->descrip;
    return NULL;
}

static void close_list(struct writer *writer) {
    if (writer->open)
        puts(".El");
    writer->open = false;
}

static void open_list(struct writer *writer, const char *heading) {
    bool same = heading == writer->heading ||
                (heading && writer->heading && strcmp(heading, writer->heading) == 0);
    if (writer->open && same)
        return;
    close_list(writer);
    if (heading) {
        puts(".Pp");
        print_text(heading);
        putchar('\n');
    }
    puts(".Bl -tag -width Ds");
    writer->open = true;
    writer->heading = heading;
}

static void take_option(const struct poptOption *option, const char *heading, void *context) {
    struct writer *writer = context;
    struct strbuf flags = STRBUF_INIT;
    if (!words_shown(option))
        return;
    const struct command *by = told_by(writer->command, option);
    if (by) {
        struct strbuf *like = &writer->like[number_of(by)];
        strbuf_add(like, like->length ? " ,\n." : ".");
        add_flags(option, false, &flags);
        strbuf_add(like, flags.text + 1);
    } else {
        open_list(writer, heading);
        add_flags(option, true, &flags);
        printf(".It%s\n", flags.text);
        print_text(option->descrip);
        putchar('\n');
    }
    strbuf_release(&flags);
}

/* "[OPTION ...] [WORKLOAD]" */
static void print_usage(const struct command *command) {
    puts(".Op Ar OPTION ...");
    if (*command->arguments == '[')
        printf(".Op Ar %.*s\n", (int)strlen(command->arguments) - 2, command->arguments + 1);
    else if (*command->arguments)
        printf(".Ar %s\n", command->arguments);
}

static void print_synopsis(void) {
    for (size_t i = 0; i < cli_command_count; i++) {
        printf(".Nm\n.Cm %s\n", cli_commands[i]->name);
        print_usage(cli_commands[i]);
    }
}

static void print_command(const struct command *command) {
    struct writer writer = {.command = command};
    for (size_t i = 0; i < cli_command_count; i++)
        writer.like[i] = (struct strbuf)STRBUF_INIT;
    printf(".Ss pgwrite %s", command->name);
    printf("%s%s\n", *command->arguments ? " " : "", command->arguments);
    putchar(toupper((unsigned char)*command->summary));
    print_text(command->summary + 1);
    puts(".");
    cli_each_option(command, take_option, &writer);
    close_list(&writer);
    for (size_t i = 0; i < cli_command_count; i++) {
        if (writer.like[i].length)
            printf(".Pp\nAs of\n.Cm %s :\n%s .\n", cli_commands[i]->name, writer.like[i].text);
        strbuf_release(&writer.like[i]);
    }
}

static void print_commands(void) {
    _Static_assert(sizeof((struct writer *)0)->like / sizeof(struct strbuf) >= 16, "commands");
    told_count = 0;
    for (size_t i = 0; i < cli_command_count; i++)
        print_command(cli_commands[i]);
}

/* Today, or what a build says that is to come out the same on another day. Source:
 * reproducible-builds.org, SOURCE_DATE_EPOCH. */
static void print_date(void) {
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t now = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    char date[64];
    struct tm day;
    if (!gmtime_r(&now, &day))
        panic("no date");
    strftime(date, sizeof date, "%B %e, %Y", &day);
    printf(".Dd %s\n", date);
}

static int run(int argc, const char **argv) {
    static const struct template_place places[] = {
        {"date", print_date}, {"synopsis", print_synopsis}, {"commands", print_commands}};
    struct error error = {0};
    poptContext context;
    const char **arguments;
    if (!cli_parse(&command_man, argc, argv, &context, &arguments, &error))
        return cli_fail(&error);
    bool ok = !arguments[0] || error_usage(&error, "\"%s\": man takes no argument", arguments[0]);
    if (ok)
        template_print("src/cli/pgwrite.mdoc", places, sizeof places / sizeof *places);
    poptFreeContext(context);
    return ok ? EXIT_OK : cli_fail(&error);
}

const struct command command_man = {"man", "",    "print the manual page: `pgwrite man | man -l -`",
                                    run,   table, NULL};
