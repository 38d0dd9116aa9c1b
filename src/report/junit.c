#include "report/junit.h"

#include <ctype.h>
#include <string.h>

#include "report/xml.h"

static void add_attribute(struct strbuf *out, const char *name, const char *value) {
    strbuf_printf(out, " %s=\"", name);
    xml_add(out, value);
    strbuf_add_char(out, '"');
}

void junit_property(struct junit_suite *suite, const char *name, const char *value) {
    if (!value || !*value)
        return;
    strbuf_add(&suite->properties, "      <property");
    add_attribute(&suite->properties, "name", name);
    add_attribute(&suite->properties, "value", value);
    strbuf_add(&suite->properties, "/>\n");
}

void junit_case(struct junit_suite *suite, const char *group, const char *name, double seconds,
                enum junit_outcome outcome, const char *type, const char *message) {
    static const char *const elements[] = {
        [JUNIT_FAILED] = "failure", [JUNIT_ERROR] = "error", [JUNIT_SKIPPED] = "skipped"};
    struct strbuf *out = &suite->cases;
    suite->counts[outcome]++;
    suite->seconds += seconds;
    strbuf_add(out, "    <testcase");
    add_attribute(out, "classname", group);
    add_attribute(out, "name", name);
    strbuf_printf(out, " time=\"%.3f\"", seconds);
    if (outcome == JUNIT_PASSED) {
        strbuf_add(out, "/>\n");
        return;
    }
    strbuf_printf(out, ">\n      <%s", elements[outcome]);
    /* The older schema knows no type of what was skipped. */
    if (outcome != JUNIT_SKIPPED)
        add_attribute(out, "type", type);
    add_attribute(out, "message", message);
    strbuf_add(out, "/>\n    </testcase>\n");
}

/* "2026-03-01T03:00:00" of "2026-03-01T03:00:00Z": the older schema takes no zone. */
static bool take_time(const char *started_at, char *out, size_t size) {
    static const char form[] = "0000-00-00T00:00:00";
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (!started_at ||
            (form[i] == '0' ? !isdigit((unsigned char)started_at[i]) : started_at[i] != form[i]))
            return false;
    snprintf(out, size, "%.*s", (int)(sizeof form - 1), started_at);
    return true;
}

static void add_stream(struct strbuf *out, const char *name, const struct strbuf *text) {
    strbuf_printf(out, "    <%s>", name);
    xml_add(out, text->text);
    strbuf_printf(out, "</%s>\n", name);
}

void junit_write(struct junit_suite *suite, const char *name, size_t number, const char *started_at,
                 FILE *out) {
    struct strbuf text = STRBUF_INIT;
    char time[32];
    size_t tests = 0;
    for (size_t i = 0; i < sizeof suite->counts / sizeof *suite->counts; i++)
        tests += suite->counts[i];
    strbuf_add(&text, "  <testsuite");
    add_attribute(&text, "name", name);
    strbuf_printf(&text, " package=\"pgwrite\" id=\"%zu\"", number);
    if (take_time(started_at, time, sizeof time))
        add_attribute(&text, "timestamp", time);
    strbuf_printf(&text,
                  " hostname=\"localhost\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
                  "skipped=\"%zu\" time=\"%.3f\">\n",
                  tests, suite->counts[JUNIT_FAILED], suite->counts[JUNIT_ERROR],
                  suite->counts[JUNIT_SKIPPED], suite->seconds);
    strbuf_printf(&text, "    <properties>\n%s    </properties>\n%s", suite->properties.text,
                  suite->cases.text);
    add_stream(&text, "system-out", &suite->out);
    add_stream(&text, "system-err", &suite->err);
    strbuf_add(&text, "  </testsuite>\n");
    fputs(text.text, out);
    strbuf_release(&text);
    strbuf_release(&suite->properties);
    strbuf_release(&suite->cases);
    strbuf_release(&suite->out);
    strbuf_release(&suite->err);
}
