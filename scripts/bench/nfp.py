"""Instruction words and clocks per packet of programs for a Netronome card, beside the words of the Linux driver's translator."""
import json
import re
import subprocess

import tool

SOURCES = "scripts/bench/nfp"
# Programs of these kinds under the Linux 6.1 driver's translator (-mcpu v1, v3): eBPF instructions and words, its
# fixed 23 words included. Not the same sources as ours; the counts of eBPF instructions say how near they are.
DRIVER = {"pass": ((2, 2), (26, 26)), "ethertype": ((14, 14), (53, 48)), "protocol_counter": ((25, 24), (79, 72)),
          "xdp1": ((60, 60), (167, 152)), "mac_swap": ((20, 20), (60, 60)), "arithmetic": ((31, 31), (110, 110)),
          "balancer": ((223, 204), (509, 410)), "rss": ((724, 597), (1827, 1179))}
TRAFFIC = "size=64,count=2000,flows=zipf:1.1:1000,proto=mix"


def compile_c(name, cpu, folder):
    path = f"{folder}/{name}.{cpu}.bpf.o"
    subprocess.run(["clang-19", "-O2", "-g", "-target", "bpf", f"-mcpu={cpu}", "-idirafter",
                    "/usr/include/x86_64-linux-gnu", "-c", f"{SOURCES}/{name}.bpf.c", "-o", path], check=True)
    return path


def instructions(path):
    listing = subprocess.run(["llvm-objdump-19", "-d", path], capture_output=True, text=True, check=True).stdout
    return len(re.findall(r"^\s+\d+:\s", listing, re.M))


def words(path, folder, *options):
    made = json.loads(tool.pipewright("compile", path, "--target", "nfp", "-o", f"{folder}/out", "--json", *options))
    if not made["code"]:  # only the program for the driver
        raise RuntimeError(next(d["message"] for d in made["diagnostics"]))
    return made["code"]["words"]


def servers(folder):
    """512 entries for the load balancer."""
    path = f"{folder}/servers.json"
    entry = [[f"0x{byte:02x}" for byte in value] for value in
             (n.to_bytes(4, "little") + bytes([10, 0, 0, 1, 10, 1, n >> 8, n & 255]) + bytes(16) + bytes([2, 0, 0, 0, 0, n & 255]) +
              bytes(2) for n in range(512))]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"servers": [{"key": e[:4], "value": e[4:]} for e in entry]}, file)
    return ["--maps", path]


def card(path, capture, *options):
    return json.loads(tool.pipewright("run", path, "--engine", "nfp", "--in", capture, "--json", *options))["card"]


def measure(name, capture, folder):
    objects = [compile_c(name, cpu, folder) for cpu in ("v1", "v3")]
    ran = card(objects[1], capture, *(servers(folder) if name == "balancer" else []))
    return {"instructions": [instructions(o) for o in objects], "words": [words(o, folder) for o in objects],
            "clocks": ran["clocks"]["mean"], "executed": ran["instructions"] / ran["packets"],
            "mpps": ran["estimate"]["packets_per_second"] / 1e6, "with_firmware_mpps": ran["estimate"]["with_firmware_per_second"] / 1e6}


def measure_example(name, capture, folder):
    """None where the card can't hold it."""
    try:
        options = tool.OPTIONS.get(name, [])
        made = words(tool.object_of(name), folder, *options)
        ran = card(tool.object_of(name), capture, *options, *tool.maps_option(name))
    except RuntimeError as error:
        return {"refused": str(error).splitlines()[0]}
    return {"instructions": [instructions(tool.object_of(name))], "words": [made], "clocks": ran["clocks"]["mean"],
            "executed": ran["instructions"] / ran["packets"]}


def pair(numbers):
    return "/".join(str(n) for n in numbers)


def print_kinds(rows):
    table = []
    for name, row in rows.items():
        theirs = DRIVER[name]
        share = "/".join(f"{ours / driver:.2f}" for ours, driver in zip(row["words"], theirs[1]))
        table.append([name, pair(row["instructions"]), pair(row["words"]), pair(theirs[0]), pair(theirs[1]), share,
                      f"{row['executed']:.1f}", f"{row['clocks']:.0f}", f"{row['with_firmware_mpps']:.1f}"])
    tool.print_columns([("program", "<"), ("insns v1/v3", ">"), ("words", ">"), ("driver: insns", ">"), ("words", ">"), ("share", ">"),
                        ("executed", ">"), ("clocks", ">"), ("Mpps with firmware", ">")], table)
    print("\nwords: of the whole program, 8 of them the nops behind it. driver: the Linux 6.1 driver's translator for a program of that\n"
          "kind. executed, clocks: instructions and clocks per packet, simulated, alone in its engine. Mpps: estimated for the card that\n"
          "`run --engine nfp` names, with the firmware's own instructions.\n")


def print_examples(rows):
    held = {name: row for name, row in rows.items() if "refused" not in row}
    tool.print_columns([("example", "<"), ("insns", ">"), ("words", ">"), ("executed", ">"), ("clocks", ">")],
                       [[name, row["instructions"][0], row["words"][0], f"{row['executed']:.1f}", f"{row['clocks']:.0f}"]
                        for name, row in held.items()])
    refused = sorted(set(rows) - set(held))
    if refused:
        print("\nnot for the card: " + ", ".join(refused))


def run(names, arguments, folder):
    capture = f"{folder}/nfp.pcap"
    tool.pipewright("traffic", TRAFFIC, "-o", capture)
    rows = {}
    for name in [] if names else DRIVER:
        tool.say(f"{name}: compile and run")
        rows[name] = measure(name, capture, folder)
    if rows:
        print_kinds(rows)
    examples = {}
    for name in names:
        tool.say(f"{name}: compile and run")
        examples[name] = measure_example(name, capture, folder)
    if examples:
        print_examples(examples)
    return {**rows, **examples}
