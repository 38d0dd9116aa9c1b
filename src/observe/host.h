/*
 * What /proc says of this machine and, where the server runs on it, of the server's processes. On
 * systems without /proc, and for a server elsewhere, everything is UNKNOWN (negative).
 * Source: proc(5), Documentation/accounting/psi.rst, Documentation/admin-guide/iostats.rst.
 */
#ifndef PGWRITE_OBSERVE_HOST_H
#define PGWRITE_OBSERVE_HOST_H

#include <stdint.h>
#include <sys/types.h>

/* The postmaster whose backend has that pid, if it runs on this machine: a child of a postgres
 * process, whose title names the user and database that the caller is connected as; else 0. To be
 * asked while that connection stands. */
pid_t host_find_postmaster(int64_t backend_pid, const char *user, const char *database);

/*
 * Counters at one moment. Seconds are sums over all CPUs.
 *
 * The server's are those of the postmaster and its children. When it reaps a child, the kernel adds
 * the child's CPU time and I/O to the postmaster's own, so that nothing of an ended backend is
 * lost; of a program that a child has started (archive_command), only once it has ended. The CPU
 * time of each live process is cut to whole ticks (10 ms), twice.
 */
struct host_sample {
    double cpu_s, steal_s; /* of this machine: all CPU time that passed */
    double pressure_cpu_s, pressure_io_s, pressure_memory_s; /* PSI "some" totals */
    double server_cpu_s;                                     /* user and system */
    double server_memory_bytes; /* proportional set size: shared memory once; without huge pages */
    double server_disk_written_bytes; /* write_bytes of /proc/PID/io: pages of files that became
                                         dirty, those too that were deleted before they reached the
                                         disk, and whole folios for a small write: an upper bound;
                                         nothing on tmpfs */
};
/* postmaster 0: the server is not here. Adding up the memory takes the kernel about 1 ms for each
 * process and 100 MB that it has touched: not for a measured window, for which there is
 * host_sample_quick, that leaves the memory unknown. */
void host_sample(pid_t postmaster, struct host_sample *out);
void host_sample_quick(pid_t postmaster, struct host_sample *out);

/* Between two samples, seconds apart. A counter that went back gives UNKNOWN: another server. */
struct host_usage {
    double seconds;
    double steal_share;                                /* of all CPU time */
    double pressure_cpu, pressure_io, pressure_memory; /* share of the time, 0..1 */
    double server_cpu_share;                           /* of one core */
    double server_cpu_s;
    double server_memory_bytes; /* at the end */
    double server_disk_written_bytes;
};
void host_unknown(struct host_usage *out); /* every member UNKNOWN */
void host_difference(const struct host_sample *before, const struct host_sample *after,
                     double seconds, struct host_usage *out);

/* Memory that the postmaster and its children have each for themselves: without shared memory and
 * files (RssAnon of /proc/PID/status). Cheap enough for a measured window. Negative: not known. */
double host_own_memory_bytes(pid_t postmaster);

/* CPU time of a process with one thread so far in ns, from /proc/PID/schedstat; negative if it
 * can't be read. */
double host_process_cpu_ns(pid_t pid);

#endif
