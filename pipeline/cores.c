#include "pipeline/cores.h"

#include "mpi/ranks.h"
#include "pipeline/params.h"
#include "pipeline/share.h"

#include <hwloc.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PROCESSORS = 4096, WORD = 64 }; // processors of a node; bits of a word

// What a rank tells the others of its node.
struct told {
    uint64_t may[MOST_PROCESSORS / WORD]; // processors its process may use
    int64_t threads;                      // asked for; 0: as many as it gets cores
};

struct facet_cores {
    hwloc_topology_t topology;
    hwloc_bitmap_t before; // where the calling thread was allowed to run
    hwloc_bitmap_t share, *parts;
    int threads;
    bool binds;
    char *text;
};

static int out_of_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the cores of this node");
}

// ---- this rank alone --------------------------------------------------------------------------------------------------

// Cores and processors are all that is asked for; buses and caches would take time.
static int load_topology(hwloc_topology_t *topology, struct facet_error *error) {
    if (hwloc_topology_init(topology) != 0) {
        *topology = NULL;
        return out_of_memory(error);
    }
    if (hwloc_topology_set_all_types_filter(*topology, HWLOC_TYPE_FILTER_KEEP_NONE) == 0 &&
        hwloc_topology_set_type_filter(*topology, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL) == 0 &&
        hwloc_topology_load(*topology) == 0)
        return FACET_OK;
    return facet_error_set(error, FACET_ERROR_INTERNAL, "hwloc cannot tell the cores of this node");
}

static void look_around(struct facet_cores *cores, int64_t threads, struct told *told) {
    if (hwloc_get_cpubind(cores->topology, cores->before, HWLOC_CPUBIND_THREAD) != 0)
        hwloc_bitmap_fill(cores->before), cores->binds = false;
    hwloc_bitmap_and(cores->share, cores->before, hwloc_topology_get_allowed_cpuset(cores->topology));
    for (int i = 0; i < MOST_PROCESSORS; i++)
        if (hwloc_bitmap_isset(cores->share, (unsigned)i)) told->may[i / WORD] |= UINT64_C(1) << i % WORD;
    told->threads = threads > 0 ? threads : getenv("OMP_NUM_THREADS") ? omp_get_max_threads() : 0;
    // OpenMP has put this thread on one core, so what it leaves to see is not what the process may use.
    if (omp_get_proc_bind() != omp_proc_bind_false) {
        cores->binds = false;
        if (told->threads == 0) told->threads = -omp_get_max_threads();
    }
}

static struct facet_cores *begin(bool bind, struct facet_error *error) {
    struct facet_cores *cores = calloc(1, sizeof *cores);
    if (cores) {
        *cores = (struct facet_cores){.binds = bind, .before = hwloc_bitmap_alloc(), .share = hwloc_bitmap_alloc()};
        if (cores->before && cores->share && load_topology(&cores->topology, error) == FACET_OK) return cores;
    }
    if (!cores || !cores->before || !cores->share) out_of_memory(error);
    facet_cores_destroy(cores);
    return NULL;
}

// ---- the ranks of a node ----------------------------------------------------------------------------------------------

struct node {
    hwloc_topology_t topology;
    hwloc_obj_type_t type; // what is shared out: cores, or processors where the system does not tell of cores
    int ranks, mine, n_cores;
    struct told *told; // (ranks)
    bool *may;         // (ranks, n_cores)
    int *owner;        // (n_cores)
    bool crowded;      // a rank got no core of its own
};

static hwloc_const_bitmap_t core_set(const struct node *node, int core) {
    return hwloc_get_obj_by_type(node->topology, node->type, (unsigned)core)->cpuset;
}

static void allowed_set(const struct node *node, int rank, hwloc_bitmap_t set) {
    hwloc_bitmap_zero(set);
    for (unsigned i = 0; i < MOST_PROCESSORS; i++)
        if (node->told[rank].may[i / WORD] >> i % WORD & 1) hwloc_bitmap_set(set, i);
}

static bool overlaps_another(const struct node *node, int rank) {
    bool overlaps = false;
    for (int other = 0; other < node->ranks; other++)
        for (int w = 0; other != rank && w < MOST_PROCESSORS / WORD; w++)
            overlaps |= (node->told[rank].may[w] & node->told[other].may[w]) != 0;
    return overlaps;
}

// The processors of a rank's share. Who overlaps nobody has all it may use; in a crowd everybody has.
static void share_of(const struct node *node, int rank, hwloc_bitmap_t set) {
    allowed_set(node, rank, set);
    bool owns = false;
    for (int c = 0; c < node->n_cores; c++) owns |= node->owner[c] == rank;
    if (!owns || node->crowded) return;
    for (int c = 0; c < node->n_cores; c++)
        if (node->owner[c] != rank) hwloc_bitmap_andnot(set, set, core_set(node, c));
}

static int cores_in(const struct node *node, hwloc_bitmap_t set) {
    int n = 0;
    for (int c = 0; c < node->n_cores; c++) n += hwloc_bitmap_intersects(set, core_set(node, c));
    return n > 0 ? n : 1;
}

static int threads_of(const struct node *node, int rank, hwloc_bitmap_t set) {
    int64_t asked = node->told[rank].threads;
    if (asked > 0) return (int)asked;
    if (asked < 0) return -asked > node->ranks ? (int)(-asked / node->ranks) : 1;
    return node->crowded ? 1 : cores_in(node, set);
}

// Each rank of the node comes to the same shares by itself.
static int share_out(struct node *node, struct facet_error *error) {
    size_t n = (size_t)node->ranks * (size_t)node->n_cores;
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    node->may = calloc(n + 1, sizeof *node->may);
    node->owner = calloc((size_t)node->n_cores + 1, sizeof *node->owner);
    bool room = set && node->may && node->owner;
    for (int r = 0; room && r < node->ranks; r++) {
        bool shares = overlaps_another(node, r);
        allowed_set(node, r, set);
        for (int c = 0; c < node->n_cores; c++)
            node->may[r * node->n_cores + c] = shares && hwloc_bitmap_intersects(set, core_set(node, c));
    }
    room = room && facet_share_cores(node->ranks, node->n_cores, node->may, node->owner);
    for (int r = 0; room && r < node->ranks; r++) {
        bool shares = false, owns = false;
        for (int c = 0; c < node->n_cores; c++) shares |= node->may[r * node->n_cores + c], owns |= node->owner[c] == r;
        node->crowded |= shares && !owns;
    }
    hwloc_bitmap_free(set);
    return room ? FACET_OK : out_of_memory(error);
}

static int gather(struct facet_comm *comm, struct facet_comm *of_node, const struct told *told, struct node *node,
                  struct facet_error *error) {
    node->ranks = facet_comm_size(of_node), node->mine = facet_comm_rank(of_node);
    node->type = HWLOC_OBJ_CORE, node->n_cores = hwloc_get_nbobjs_by_type(node->topology, HWLOC_OBJ_CORE);
    if (node->n_cores <= 0)
        node->type = HWLOC_OBJ_PU, node->n_cores = hwloc_get_nbobjs_by_type(node->topology, HWLOC_OBJ_PU);
    node->told = calloc((size_t)node->ranks, sizeof *node->told);
    int code = facet_comm_agree(comm, node->told ? FACET_OK : out_of_memory(error), error);
    if (code == FACET_OK) code = facet_comm_allgather(of_node, told, sizeof *told, node->told, error);
    return code == FACET_OK ? share_out(node, error) : code;
}

// ---- this rank's share ------------------------------------------------------------------------------------------------

// "0,64-67 / 1" for all ranks of the node, and in *threads "1 thread each" or "threads 2 / 3".
static bool describe_ranks(const struct node *node, char **processors, char **threads) {
    bool good = true, alike = true;
    int first = 0;
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    for (int r = 0; set && good && r < node->ranks; r++) {
        char *list = NULL;
        share_of(node, r, set);
        int n = threads_of(node, r, set);
        if (r == 0) first = n;
        alike &= n == first;
        good = hwloc_bitmap_list_asprintf(&list, set) >= 0 &&
               facet_text_append(processors, "%s%s", r ? " / " : "", list) &&
               facet_text_append(threads, r ? " / %d" : "threads %d", n);
        free(list);
    }
    if (good && alike) {
        free(*threads), *threads = NULL;
        good =
            facet_text_append(threads, "%d thread%s%s", first, first == 1 ? "" : "s", node->ranks > 1 ? " each" : "");
    }
    hwloc_bitmap_free(set);
    return set && good;
}

static int describe(struct facet_cores *cores, const struct node *node, struct facet_error *error) {
    char *processors = NULL, *threads = NULL;
    bool good =
        describe_ranks(node, &processors, &threads) &&
        facet_text_append(&cores->text, "%d rank%s on this node, %s, %s%s", node->ranks, node->ranks == 1 ? "" : "s",
                          threads, cores->binds ? "on processors " : "not bound", cores->binds ? processors : "");
    free(processors), free(threads);
    return good ? FACET_OK : out_of_memory(error);
}

// Thread t of T gets the cores t n / T and on; when there are more threads than cores, each may run on all.
static int cut_parts(struct facet_cores *cores, const struct node *node, struct facet_error *error) {
    int n = 0, total = cores_in(node, cores->share);
    cores->parts = calloc((size_t)cores->threads, sizeof(hwloc_bitmap_t));
    bool good = cores->parts != NULL;
    for (int t = 0; good && t < cores->threads; t++)
        good = (cores->parts[t] = cores->threads > total ? hwloc_bitmap_dup(cores->share) : hwloc_bitmap_alloc());
    for (int c = 0; good && cores->threads <= total && c < node->n_cores; c++) {
        if (!hwloc_bitmap_intersects(cores->share, core_set(node, c))) continue;
        hwloc_bitmap_t part = cores->parts[((int64_t)n * cores->threads + cores->threads - 1) / total];
        hwloc_bitmap_or(part, part, core_set(node, c));
        hwloc_bitmap_and(part, part, cores->share);
        n++;
    }
    return good ? FACET_OK : out_of_memory(error);
}

static int take_share(struct facet_cores *cores, const struct node *node, struct facet_error *error) {
    share_of(node, node->mine, cores->share);
    cores->threads = threads_of(node, node->mine, cores->share);
    cores->binds &= !node->crowded;
    int code = describe(cores, node, error);
    return code == FACET_OK ? cut_parts(cores, node, error) : code;
}

int facet_cores_create(struct facet_comm *comm, int64_t threads, bool bind, struct facet_cores **cores,
                       struct facet_error *error) {
    struct facet_comm *of_node = NULL;
    struct told told = {0};
    struct node node = {0};
    *cores = NULL;
    struct facet_cores *c = begin(bind, error);
    int code = facet_comm_agree(comm, c ? FACET_OK : error->code, error);
    if (code == FACET_OK) code = facet_comm_of_node(comm, &of_node, error);
    if (code == FACET_OK) {
        look_around(c, threads, &told);
        node.topology = c->topology;
        code = gather(comm, of_node, &told, &node, error);
        if (code == FACET_OK) code = take_share(c, &node, error);
        code = facet_comm_agree(comm, code, error);
    }
    free(node.told), free(node.may), free(node.owner);
    facet_comm_destroy(of_node);
    if (code == FACET_OK) {
        *cores = c;
        facet_cores_take_all(c);
    } else {
        if (c) c->binds = false;
        facet_cores_destroy(c);
    }
    return code;
}

void facet_cores_destroy(struct facet_cores *cores) {
    if (!cores) return;
    if (cores->binds) hwloc_set_cpubind(cores->topology, cores->before, HWLOC_CPUBIND_THREAD);
    for (int t = 0; cores->parts && t < cores->threads; t++) hwloc_bitmap_free(cores->parts[t]);
    if (cores->topology) hwloc_topology_destroy(cores->topology);
    hwloc_bitmap_free(cores->before), hwloc_bitmap_free(cores->share);
    free(cores->parts), free(cores->text);
    free(cores);
}

int facet_cores_threads(const struct facet_cores *cores) {
    return cores->threads;
}

const char *facet_cores_text(const struct facet_cores *cores) {
    return cores->text;
}

// A system that does not let a thread be bound runs it where it likes: slower perhaps, never wrong.
void facet_cores_take_part(const struct facet_cores *cores, int thread) {
    FACET_REQUIRE(thread >= 0 && thread < cores->threads);
    if (cores->binds) hwloc_set_cpubind(cores->topology, cores->parts[thread], HWLOC_CPUBIND_THREAD);
}

void facet_cores_take_all(const struct facet_cores *cores) {
    if (cores->binds) hwloc_set_cpubind(cores->topology, cores->share, HWLOC_CPUBIND_THREAD);
}

void facet_cores_place_team(const struct facet_cores *cores) {
    if (cores->threads == 1 || !cores->binds) return;
#pragma omp parallel num_threads(cores->threads)
    if (omp_get_thread_num() > 0) facet_cores_take_part(cores, omp_get_thread_num());
}
