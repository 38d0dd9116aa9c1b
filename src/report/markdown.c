/* Names that come from a database or a user, made harmless where they are shown. */
#include <ctype.h>
#include <string.h>

#include "report/internal.h"

static bool is_control(char c) {
    return (unsigned char)c < ' ' || c == 0x7f;
}

void plain_add(struct strbuf *out, const char *text) {
    for (; *text; text++)
        strbuf_add_char(out, *text == '\n' ? ' ' : is_control(*text) ? '?' : *text);
}

static bool is_word(char c) {
    return isalnum((unsigned char)c) != 0;
}

void markdown_add(struct strbuf *out, const char *text) {
    char before = '\0';
    for (; *text; before = *text++) {
        if (*text == '<')
            strbuf_add(out, "&lt;");
        else if (*text == '>')
            strbuf_add(out, "&gt;");
        else if (*text == '&')
            strbuf_add(out, "&amp;");
        else if (is_control(*text))
            strbuf_add_char(out, ' ');
        else {
            /* Inside a word _ is itself; at its edges it would begin emphasis. */
            bool edge = *text == '_' && (!is_word(before) || !is_word(text[1]));
            if (edge || strchr("\\`*[]|~", *text))
                strbuf_add_char(out, '\\');
            strbuf_add_char(out, *text);
        }
    }
}
