#include "pipeline/bench_io.h"

#include "mpi/ranks.h"
#include "pipeline/command/bench.h"
#include "pipeline/command/command.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: facet bench io [OPTION]...\n"
    "Writes a kept stage as a run does, unit by unit from all ranks this is started on, and reads it back by units as "
    "a\n"
    "later stage does; in turn with that, plain MPI-IO writes and reads the same rows at the same places, one\n"
    "MPI_File_write_at or _read_at a unit and no more. Facet's side also hashes every unit and records it, its "
    "seconds\n"
    "and its ledger. Each turn has a new file, extended to its size beforehand; making it is not counted.\n"
    "  write  until all rows are handed to the system\n"
    "  flush  the same, and flushed to the device (MPI_File_sync on both sides) and closed\n"
    "  read   every unit of what was just written, mostly from the page cache\n"
    "MB/s (10^6 bytes) are of the rows alone and the medians of all turns; ratio is facet over plain, the median of "
    "the\n"
    "pairs.\n"
    "  --dir FOLDER     where the scratch files are made and removed (default: here)\n"
    "  --bytes N        bytes of a stage, with K, M or G for powers of 1024 (default 256M)\n"
    "  --rows N         rows of a stage, whatever their size\n"
    "  --unit-rows N    rows of a unit (default 16, as in a pipeline file)\n"
    "  --row-bytes N    one stage with rows of N bytes instead of the usual kinds\n"
    "  --repeats N      pairs (default 9)\n"
    "  --json           the same as JSON, in seconds\n";

struct arguments {
    const char *folder;
    int64_t bytes, rows, unit_rows, row_bytes, repeats;
    bool json, help;
};

// A whole number with K, M or G behind it.
static bool parse_size(const char *text, int64_t most, int64_t *number) {
    static const char units[] = "KMG";
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || value < 1) return false;
    const char *unit = *end ? strchr(units, *end) : NULL;
    for (int64_t i = unit ? unit - units : -1; i >= 0; i--)
        if (__builtin_mul_overflow(value, 1024LL, &value)) return false;
    *number = value;
    return (!*end || (unit && !end[1])) && value <= most;
}

static int parse(int argc, char **argv, struct arguments *a, struct facet_error *error) {
    enum { DIR = 1, BYTES, ROWS, UNIT_ROWS, ROW_BYTES, REPEATS, JSON, HELP };
    static const struct option options[] = {{"dir", required_argument, NULL, DIR},
                                            {"bytes", required_argument, NULL, BYTES},
                                            {"rows", required_argument, NULL, ROWS},
                                            {"unit-rows", required_argument, NULL, UNIT_ROWS},
                                            {"row-bytes", required_argument, NULL, ROW_BYTES},
                                            {"repeats", required_argument, NULL, REPEATS},
                                            {"json", no_argument, NULL, JSON},
                                            {"help", no_argument, NULL, HELP},
                                            {0}};
    const struct {
        int64_t *number, most;
    } numbers[] = {[BYTES] = {&a->bytes, INT64_C(1) << 40},
                   [ROWS] = {&a->rows, INT64_C(1) << 30},
                   [UNIT_ROWS] = {&a->unit_rows, 1000000},
                   [ROW_BYTES] = {&a->row_bytes, 1 << 30},
                   [REPEATS] = {&a->repeats, 1000}};
    *a = (struct arguments){.folder = ".", .bytes = 256 << 20, .unit_rows = 16, .repeats = 9};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == DIR)
            a->folder = optarg;
        else if (option == JSON)
            a->json = true;
        else if (option == HELP)
            return a->help = true, 0;
        else if (option < BYTES || option > REPEATS)
            return facet_error_set(error, FACET_ERROR_USAGE, "unknown option or missing value: %s", argv[optind - 1]);
        else if (!parse_size(optarg, numbers[option].most, numbers[option].number))
            return facet_error_set(error, FACET_ERROR_USAGE, "--%s %s: expected a whole number from 1 to %lld",
                                   options[option - 1].name, optarg, (long long)numbers[option].most);
    }
    if (optind != argc) return facet_error_set(error, FACET_ERROR_USAGE, "unexpected argument %s", argv[optind]);
    return 0;
}

// ---- what is measured -----------------------------------------------------------------------------------------------

static const struct facet_field usual[] = {
    {.name = "features", .type = FACET_F32, .rank = 1, .dims = {512}},
    {.name = "views_112", .type = FACET_U8, .rank = 4, .dims = {3, 3, 112, 112}},
    {.name = "views_224", .type = FACET_U8, .rank = 4, .dims = {3, 3, 224, 224}},
    {.name = "depth_224", .type = FACET_F32, .rank = 4, .dims = {3, 1, 224, 224}},
    {.name = "mesh", .type = FACET_F32, .rank = 2, .dims = {40000, 3}, .ragged = true},
};
enum { USUAL = sizeof usual / sizeof *usual };

static int64_t rows_for(const struct arguments *a, const struct facet_field *field) {
    int64_t rows = a->rows ? a->rows : a->bytes / (int64_t)facet_field_bytes(field);
    return rows > 0 ? rows : 1;
}

// ---- what is told ---------------------------------------------------------------------------------------------------

static void print_head(const struct facet_comm *world, const struct arguments *a) {
    printf("%d rank%s, %lld pairs, in %s; MB/s and facet : plain\n", facet_comm_size(world),
           facet_comm_size(world) > 1 ? "s" : "", (long long)a->repeats, a->folder);
    printf("%-12s %9s %9s | %7s %7s %6s | %7s %7s %6s | %7s %7s %6s\n", "rows of", "row KB", "unit MB", "write",
           "plain", "ratio", "flush", "plain", "ratio", "read", "plain", "ratio");
}

static void print_times(const struct facet_bench_io_times *times, double bytes) {
    printf(" | %7.0f %7.0f %6.2f", bytes / times->facet / 1e6, bytes / times->plain / 1e6, times->ratio);
}

static void print_result(const struct facet_bench_io_plan *plan, const struct facet_bench_io_result *r) {
    printf("%-12s %9.1f %9.2f", plan->field.name, (double)r->bytes / (double)plan->rows / 1e3,
           (double)r->unit_bytes / 1e6);
    print_times(&r->write, (double)r->bytes);
    print_times(&r->flush, (double)r->bytes);
    print_times(&r->read, (double)r->bytes);
    putchar('\n');
    fflush(stdout);
}

static json_t *json_times(const struct facet_bench_io_times *times) {
    return json_pack("{s:f, s:f, s:f}", "facet_seconds", times->facet, "plain_seconds", times->plain, "ratio",
                     times->ratio);
}

static json_t *json_result(const struct facet_bench_io_plan *plan, const struct facet_bench_io_result *r) {
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "field", plan->field.name, "rows",
                     (json_int_t)plan->rows, "units", (json_int_t)r->units, "unit_bytes", (json_int_t)r->unit_bytes,
                     "bytes", (json_int_t)r->bytes, "write", json_times(&r->write), "flush", json_times(&r->flush),
                     "read", json_times(&r->read));
}

static int print_json(const struct facet_comm *world, const struct arguments *a, json_t *results) {
    json_t *all = json_pack("{s:i, s:I, s:s, s:O}", "ranks", facet_comm_size(world), "pairs", (json_int_t)a->repeats,
                            "folder", a->folder, "stages", results);
    int failed = !all || json_dumpf(all, stdout, JSON_INDENT(2)) != 0;
    putchar('\n');
    json_decref(all);
    return failed;
}

// ---- the command ----------------------------------------------------------------------------------------------------

static int measure(struct facet_comm *world, const struct arguments *a, const struct facet_field *field,
                   json_t *results, struct facet_error *error) {
    struct facet_bench_io_plan plan = {.folder = a->folder,
                                       .field = *field,
                                       .rows = rows_for(a, field),
                                       .unit_rows = a->unit_rows,
                                       .repeats = (int)a->repeats};
    struct facet_bench_io_result result;
    int code = facet_bench_io(world, &plan, &result, error);
    if (code != FACET_OK || facet_comm_rank(world) != 0) return code;
    if (!a->json)
        print_result(&plan, &result);
    else if (json_array_append_new(results, json_result(&plan, &result)) != 0)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the results");
    return code;
}

static int measure_all(struct facet_comm *world, const struct arguments *a, struct facet_error *error) {
    const struct facet_field one = {.name = "rows", .type = FACET_U8, .rank = 1, .dims = {a->row_bytes}};
    json_t *results = json_array();
    if (!a->json && facet_comm_rank(world) == 0) print_head(world, a);
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < (a->row_bytes ? 1 : USUAL); i++)
        code = facet_comm_agree(world, measure(world, a, a->row_bytes ? &one : &usual[i], results, error), error);
    if (code == FACET_OK && a->json && facet_comm_rank(world) == 0 && print_json(world, a, results) != 0)
        code = facet_error_set(error, FACET_ERROR_IO, "cannot print the results");
    json_decref(results);
    return facet_comm_agree(world, code, error);
}

int facet_command_bench_io(int argc, char **argv) {
    struct arguments a;
    struct facet_comm *world;
    struct facet_error error = {0};
    int parsed = parse(argc, argv, &a, &error);
    if (parsed == FACET_OK && a.help) return fputs(usage, stdout), 0;
    int status;
    if (!facet_begin(parsed, usage, &world, &error, &status)) return status;
    int code = measure_all(world, &a, &error);
    status = facet_finish(world, code, facet_code_exit_status(code), &error);
    facet_ranks_stop(world);
    return status;
}
