#include "report/screen.h"

#include <string.h>

#include "report/internal.h"

static struct screen screen;

void screen_begin(const struct screen *of) {
    screen = *of;
    if (screen.columns > 0 && screen.columns < SCREEN_COLUMNS_LEAST)
        screen.columns = SCREEN_COLUMNS_LEAST;
}

void screen_end(void) {
    screen = (struct screen){0};
}

int screen_columns(int most) {
    return screen.columns > 0 && screen.columns < most ? screen.columns : most;
}

const char *screen_colour(enum mood mood) {
    static const char *const sequences[] = {[MOOD_NONE] = "\033[0m",
                                            [MOOD_GOOD] = "\033[32m",
                                            [MOOD_BAD] = "\033[31m",
                                            [MOOD_DOUBT] = "\033[33m"};
    return screen.colour ? sequences[mood] : "";
}

size_t screen_step(const char *text, int *width) {
    size_t bytes = 1;
    if (!*text)
        return 0;
    if (text[0] == '\033' && text[1] == '[') {
        size_t parameters = strspn(text + 2, "0123456789;");
        return text[2 + parameters] ? parameters + 3 : parameters + 2;
    }
    while (((unsigned char)text[bytes] & 0xc0) == 0x80)
        bytes++;
    ++*width;
    return bytes;
}

int screen_width(const char *text, size_t length) {
    int width = 0;
    for (size_t at = 0; at < length && text[at];)
        at += screen_step(text + at, &width);
    return width;
}

/* The column behind the blanks that end the label, or the blanks that the line begins with. */
static int text_column(const char *line, int label_columns) {
    size_t at = strspn(line, " ");
    int column = (int)at, found = column;
    while (line[at] && column < label_columns) {
        size_t blanks = strspn(line + at, " ");
        if (blanks >= 2 && line[at + blanks] && column + (int)blanks <= label_columns)
            found = column + (int)blanks;
        column += (int)blanks;
        at += blanks;
        if (!blanks)
            at += screen_step(line + at, &column);
    }
    return found;
}

/* What a line may begin with that matters: its label, or a verdict in words. */
static const struct beginning {
    const char *text;
    enum mood mood;
} beginnings[] = {
    {"warning ", MOOD_DOUBT}, {"error ", MOOD_BAD},           {"deadlocks ", MOOD_BAD},
    {"It fits:", MOOD_GOOD},  {"It does not fit:", MOOD_BAD}, {"It is not decided", MOOD_DOUBT},
};

static void print_line(const char *text, int label_columns, FILE *out) {
    struct strbuf line = STRBUF_INIT;
    size_t begins = 0;
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings && !begins; i++) {
        if (strncmp(text, beginnings[i].text, strlen(beginnings[i].text)) != 0)
            continue;
        begins = strlen(beginnings[i].text);
        strbuf_printf(&line, "%s%s%s", screen_colour(beginnings[i].mood), beginnings[i].text,
                      screen_colour(MOOD_NONE));
    }
    strbuf_add(&line, text + begins);
    if (screen_width(text, strlen(text)) > screen_columns(SCREEN_NO_LIMIT))
        print_wrapped_to(line.text, text_column(text, label_columns), screen.columns, out);
    else
        fprintf(out, "%s\n", line.text);
    strbuf_release(&line);
}

void screen_print(const char *text, int label_columns, FILE *out) {
    struct strbuf line = STRBUF_INIT;
    while (*text) {
        size_t length = strcspn(text, "\n");
        strbuf_clear(&line);
        strbuf_add_bytes(&line, text, length);
        print_line(line.text, label_columns, out);
        text += length + (text[length] == '\n');
    }
    strbuf_release(&line);
}
