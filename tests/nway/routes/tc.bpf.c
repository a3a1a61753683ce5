#include "lookup.h"

LOOK_UP("tc", plain, __sk_buff, ask, 0, 0)
LOOK_UP("tc", output, __sk_buff, ask, BPF_FIB_LOOKUP_OUTPUT, 0)
LOOK_UP("tc", any, __sk_buff, ask, q->flags & ~0x18ull, 0)

char LICENSE[] SEC("license") = "GPL";
