/* Maps of a running pipeline from the host's programs: what libbpf's bpf_map_*_elem() are for maps in
 * the kernel. Packets flow on; an operation takes its place between two of them (docs/control.md).
 *
 * Functions that return int give 0 or more, or -errno as libbpf's do: -ENOENT (no such key, no such
 * map), -EEXIST, -E2BIG (the map is full, or a key out of range), -EINVAL, -EPERM (constant data),
 * -EBADF (no such program or map for a slot), -EOPNOTSUPP (a map that this connection doesn't
 * reach, or an operation that its type doesn't have), -EIO or -EPIPE (the other side is gone),
 * -EPROTO (it doesn't speak this protocol), -ETIMEDOUT (registers that don't answer), -ENOMEM.
 * pipewright_error() has a sentence about the last one.
 *
 * Keys and values are as the map's own: key_size and value_size bytes of pipewright_map_info. Of
 * per-CPU maps the value is that of the CPU that the hardware is (field `cpu`): value_size bytes,
 * not libbpf's row of all CPUs. Slots of program arrays and maps of maps hold numbers of 4 bytes:
 * pipewright_program_find(), pipewright_map_find(). Queues and stacks have no keys (NULL): look-up
 * peeks, update pushes, look-up and deletion pops; they can't be enumerated.
 *
 * A connection is for one thread at a time.
 */
#ifndef PIPEWRIGHT_CONTROL_H
#define PIPEWRIGHT_CONTROL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pipewright_control; /* a connection */

struct pipewright_map_info {
  uint32_t id;          /* what the functions below call `map` */
  uint32_t type;        /* enum bpf_map_type */
  uint32_t key_size;    /* bytes */
  uint32_t value_size;  /* bytes */
  uint32_t max_entries;
  uint32_t map_flags;
  uint32_t cpu;         /* whose values a per-CPU map shows */
  int live;             /* 1: operations happen between packets; 0: with the input held */
  char type_name[24];   /* bpftool's word: "hash", "lru_hash", ... */
  char name[64];        /* as in the object file */
};

/* Connect to `pipewright sim --control SOCKET`. NULL: errno says why (EBUSY: somebody else is
 * connected; EPERM: the socket is not ours), pipewright_error(NULL) in words. */
struct pipewright_control *pipewright_open_socket(const char *path);

/* The registers of pw_<program>_axil: `file` is mapped into memory (a UIO device, a PCIe BAR's
 * resource file), `signature` is the NAME.sig.json of the same compile (--control live). */
struct pipewright_control *pipewright_open_registers(const char *file, const char *signature);

/* The same registers behind functions of the caller's: 32 bits at a byte offset; 0 or -errno. */
struct pipewright_registers {
  int (*read)(void *context, uint32_t offset, uint32_t *value);
  int (*write)(void *context, uint32_t offset, uint32_t value);
  void *context;
};
struct pipewright_control *pipewright_open_functions(const struct pipewright_registers *,
                                                     const char *signature);

void pipewright_close(struct pipewright_control *);
const char *pipewright_error(const struct pipewright_control *);

int pipewright_map_count(const struct pipewright_control *);
/* The maps by number, 0 .. count - 1. */
int pipewright_map_get_info(const struct pipewright_control *, int number,
                        struct pipewright_map_info *);
/* The id of a map by its name. */
int pipewright_map_find(const struct pipewright_control *, const char *name);
/* What a slot of a program array holds: the number of a program of the same object by its name. */
int pipewright_program_find(const struct pipewright_control *, const char *name);

int pipewright_map_lookup_elem(struct pipewright_control *, int map, const void *key, void *value);
/* flags: BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. */
int pipewright_map_update_elem(struct pipewright_control *, int map, const void *key,
                               const void *value, uint64_t flags);
int pipewright_map_delete_elem(struct pipewright_control *, int map, const void *key);
/* Both at once, also with respect to packets: hashes, queues, stacks. */
int pipewright_map_lookup_and_delete_elem(struct pipewright_control *, int map, const void *key,
                                          void *value);
/* key NULL, or one that is not there: the first key. -ENOENT behind the last one. */
int pipewright_map_get_next_key(struct pipewright_control *, int map, const void *key,
                                void *next_key);

/* Several at once; *count: how many are given, and on return how many were done. A batch is not
 * atomic: packets come between its operations, as in Linux. */
int pipewright_map_update_batch(struct pipewright_control *, int map, const void *keys,
                                const void *values, uint32_t *count, uint64_t flags);
int pipewright_map_delete_batch(struct pipewright_control *, int map, const void *keys,
                                uint32_t *count);
/* in_batch NULL: from the start; out_batch: where to go on. -ENOENT: the end (*count are valid). */
int pipewright_map_lookup_batch(struct pipewright_control *, int map, const uint32_t *in_batch,
                                uint32_t *out_batch, void *keys, void *values, uint32_t *count);
/* The same of a hash, and what it gives is gone. */
int pipewright_map_lookup_and_delete_batch(struct pipewright_control *, int map,
                                           const uint32_t *in_batch, uint32_t *out_batch,
                                           void *keys, void *values, uint32_t *count);

#ifdef __cplusplus
}
#endif
#endif
