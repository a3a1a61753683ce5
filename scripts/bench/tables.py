"""How full a table gets before it refuses a key, clocks per insertion, and clocks in which packets were held."""
import json
import random
import struct
import subprocess

import tool

KEY_BITS = 128
SOURCE = "scripts/bench/fill.bpf.c"
MASK64 = (1 << 64) - 1
TABLE_SALT = 22684  # support/hash.h


def compile_table(entries, folder):
    path = f"{folder}/fill_{entries}.bpf.o"
    subprocess.run(["clang-19", "-O2", "-g", "-target", "bpf", "-mcpu=v3", f"-DENTRIES={entries}", "-idirafter",
                    "/usr/include/x86_64-linux-gnu", "-c", SOURCE, "-o", path], check=True)
    return path


def write_capture(path, keys):
    """One 60-byte frame a key, which stands behind the Ethernet header."""
    out = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)]
    for i, key in enumerate(keys):
        out.append(struct.pack("<IIII", 1, i, 60, 60) + bytes(12) + b"\x88\xb5" + key.to_bytes(16, "little") + bytes(30))
    with open(path, "wb") as file:
        file.write(b"".join(out))


def random_keys(count, _):
    rng, keys = random.Random(1), set()
    while len(keys) < count:
        keys.add(rng.getrandbits(KEY_BITS))
    return sorted(keys, key=lambda k: (k * 0x9E3779B97F4A7C15) & MASK64)


def sequential_keys(count, _):
    return list(range(1, count + 1))


def splitmix64(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK64
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK64
    return x ^ (x >> 31)


def folds(bit, row_bits):
    """Where a bit of the key goes before it is hashed (support/hash.h, table_folds)."""
    folded = 4 * row_bits
    if KEY_BITS <= 8 * row_bits:
        return [bit]
    turn = bit // folded
    return [bit % folded, (2 * bit + 15 * turn + 11) % folded, (27 * bit + 14 * turn + 11) % folded]


def hash_rows(row_bits):
    """The masks of all bits of both hash functions after reset (support/hash.h, table_column)."""
    def secret(function, bit):
        return splitmix64(((TABLE_SALT + function) << 48 & MASK64) ^ bit) >> 17 & 1
    return [sum(sum(secret(function, fold + out) for fold in folds(bit, row_bits)) % 2 << bit for bit in range(KEY_BITS))
            for function in (0, 1) for out in range(row_bits)]


def null_space(masks):
    """A basis of the keys that have parity 0 under every mask."""
    basis = [1 << bit for bit in range(KEY_BITS)]
    for mask in masks:
        odd = [v for v in basis if (v & mask).bit_count() & 1]
        if odd:
            basis = [v if not (v & mask).bit_count() & 1 else v ^ odd[0] for v in basis if v != odd[0]]
    return basis


def adversarial_keys(count, row_bits):
    """Keys that all belong in one and the same row of every way."""
    basis, keys = null_space(hash_rows(row_bits)), [0x1234567]
    for vector in basis:
        if len(keys) >= count:
            break
        keys += [k ^ vector for k in keys]
    return keys[:count]


CASES = [("random", random_keys, 1024), ("random", random_keys, 4096), ("random", random_keys, 65536),
         ("sequential", sequential_keys, 4096), ("adversarial", adversarial_keys, 1024)]


def measure(kind, make, entries, folder, engine):
    path = compile_table(entries, folder)
    tool.pipewright("compile", path, "-o", f"{folder}/fill_{kind}_{entries}")
    with open(f"{folder}/fill_{kind}_{entries}/pw_fill.sig.json", encoding="utf-8") as file:
        table = json.load(file)["maps"][0]
    capture = f"{folder}/fill_{kind}_{entries}.pcap"
    write_capture(capture, make(entries + 16, table["row_bits"]))
    packets = json.loads(tool.pipewright("run", path, "--engine", engine, "--in", capture, "--json"))
    verdicts = [p["verdict"] for p in packets["packets"]]
    accepted = verdicts.index("XDP_DROP")
    clocks = packets["packets"][accepted - 1]["cycle_in"] - packets["packets"][0]["cycle_in"]
    return {"entries": entries, "accepted": accepted, "refused_behind": verdicts[accepted:].count("XDP_DROP"),
            "clocks_per_insertion": clocks / max(1, accepted - 1), "held": (packets.get("held") or {}).get("table", 0)}


def run(names, arguments, folder):
    rows = {}
    for kind, make, entries in CASES:
        if names and kind not in names:
            continue
        tool.say(f"{entries} {kind} keys on {arguments.engine}")
        rows[f"{kind} {entries}"] = measure(kind, make, entries, folder, arguments.engine)
    tool.print_columns([("keys", "<"), ("max_entries", ">"), ("accepted", ">"), ("load %", ">"), ("refused behind", ">"),
                        ("clocks/insertion", ">"), ("clocks held", ">")],
                       [[name.split()[0], r["entries"], r["accepted"], f"{100 * r['accepted'] / r['entries']:.1f}",
                         r["refused_behind"], f"{r['clocks_per_insertion']:.3f}", r["held"]] for name, r in rows.items()])
    print("\nOne new 16-byte key a packet, 64-byte frames back to back, 16 more than the table has room for. adversarial: keys that "
          "all\nbelong in one row of every way under the hash functions after reset.")
    return rows
