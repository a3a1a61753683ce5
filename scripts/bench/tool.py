"""Calls of the tool, captures, and what a run says about packets per clock and latency."""
import json
import os
import subprocess
import sys
import time

PIPEWRIGHT = "build/release/bin/pipewright"
OPTIONS = {"several_programs": ["-n", "drop_broadcast"], "parser_chain": ["-n", "parser_chain"]}
CLOCK_NS = 4  # 250 MHz
BUS = 64      # bytes


def object_of(name):
    return f"build/release/examples/{name}.bpf.o"


def pipewright(*arguments):
    """Output of the tool, or an exception with what it said."""
    done = subprocess.run([PIPEWRIGHT, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
    return done.stdout


def best_of(times, function):
    """Shortest wall time of some runs, and the last result."""
    shortest, result = None, None
    for _ in range(times):
        start = time.perf_counter()
        result = function()
        spent = time.perf_counter() - start
        shortest = spent if shortest is None else min(shortest, spent)
    return shortest, result


def beats(length):
    return max(1, -(-length // BUS))


def timing(run, lengths):
    """Packets per clock, what the bus allows, and latencies in clocks."""
    packets = run["packets"]
    sizes = [beats(p["length"]) if p["verdict"] in ("XDP_PASS", "XDP_TX", "XDP_REDIRECT") else 0 for p in packets]
    entering = packets[-1]["cycle_in"] + beats(lengths[-1]) - packets[0]["cycle_in"]
    leaving = max(p["cycle_out"] + max(1, n) for p, n in zip(packets, sizes)) - packets[0]["cycle_out"]
    clocks, out = max(entering, leaving), sum(sizes)
    bound = len(packets) / max(len(packets), sum(beats(n) for n in lengths), out)
    waits = sorted(p["cycle_out"] - p["cycle_in"] for p in packets)
    return {"packets_per_clock": len(packets) / clocks, "bound": bound, "latency_min": waits[0],
            "latency_p50": waits[len(waits) // 2], "latency_max": waits[-1]}


def lengths_of(capture):
    """Captured lengths of a little-endian pcap file."""
    with open(capture, "rb") as file:
        data = file.read()
    at, lengths = 24, []
    while at < len(data):
        size = int.from_bytes(data[at + 8:at + 12], "little")
        lengths.append(size)
        at += 16 + size
    return lengths


def make_traffic(spec, path):
    pipewright("traffic", spec, "-o", path)
    return path, lengths_of(path)


def maps_option(name):
    path = f"examples/{name}/maps.json"
    return ["--maps", path] if os.path.exists(path) else []


def run(name, engine, capture, lengths, *options):
    """Figures of one run of an example; its maps are loaded."""
    result = json.loads(pipewright("run", object_of(name), "--engine", engine, "--in", capture, "--json",
                                   *OPTIONS.get(name, []), *maps_option(name), *options))
    figures = timing(result, lengths)
    if result.get("seconds"):
        figures["clocks_per_second"] = result["cycles"] / result["seconds"]
    if result.get("held"):
        figures["held"] = result["held"]
    return figures


def compile_report(name, folder):
    """The JSON report of `compile` and its wall time, best of 3."""
    seconds, text = best_of(3, lambda: pipewright("compile", object_of(name), "--json", "-o", f"{folder}/{name}",
                                                  *OPTIONS.get(name, [])))
    return json.loads(text), seconds


def print_columns(columns, lines):
    """columns: (title, "<" or ">"); lines: lists of anything."""
    table = [[title for title, _ in columns]] + [[str(cell) for cell in line] for line in lines]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
    for line in table:
        print("  ".join(f"{cell:{columns[i][1]}{widths[i]}}" for i, cell in enumerate(line)).rstrip())


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)
