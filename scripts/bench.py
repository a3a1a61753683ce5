#!/usr/bin/env python3
"""Measures the examples. Everything printed was measured in this run, by the tool named in the heading."""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import time

PIPEWRIGHT = "build/release/bin/pipewright"
PRIMERS = ["packet_length", "drop_non_ipv4", "drop_malformed", "count_protocols", "count_protocols_legacy",
           "ddos_filter", "honeypot", "load_balancer", "nat"]
CLASSICS = ["firewall", "router", "tunnel", "dnat", "ids_bypass"]
OPTIONS = {"several_programs": ["-n", "drop_broadcast"]}
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


def compile_example(name, folder):
    options = OPTIONS.get(name, [])
    seconds, text = best_of(
        3, lambda: pipewright("compile", object_of(name), "--json", "-o", f"{folder}/{name}", *options))
    report = json.loads(text)
    return {"instructions": report["instructions"], "stages": report["stages"],
            "register_bits": report["register_bits"], "compile_seconds": seconds, "top": report["top"],
            "signature_files": report["files"]}


def beats(length):
    return max(1, -(-length // BUS))


def timing(run, lengths):
    """Packets per clock, what the bus allows, and latencies in clocks."""
    packets = run["packets"]
    clocks = packets[-1]["cycle_in"] - packets[0]["cycle_in"]
    out = sum(beats(p["length"]) for p in packets if p["verdict"] in ("XDP_PASS", "XDP_TX", "XDP_REDIRECT"))
    bound = len(packets) / max(len(packets), sum(beats(n) for n in lengths), out)
    waits = sorted(p["cycle_out"] - p["cycle_in"] for p in packets)
    return {"packets_per_clock": (len(packets) - 1) / clocks, "bound": bound, "latency_min": waits[0],
            "latency_p50": waits[len(waits) // 2], "latency_max": waits[-1]}


def run_example(name, engine, capture, lengths):
    options = list(OPTIONS.get(name, []))
    maps = f"examples/{name}/maps.json"
    if os.path.exists(maps):
        options += ["--maps", maps]
    run = json.loads(pipewright("run", object_of(name), "--engine", engine, "--in", capture, "--json", *options))
    figures = timing(run, lengths)
    if run.get("seconds"):
        figures["clocks_per_second"] = run["cycles"] / run["seconds"]
    return figures


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


def traffic(folder):
    """The captures of examples/bench.txt: name -> (path, lengths)."""
    captures = {}
    with open("examples/bench.txt", encoding="utf-8") as file:
        for line in file:
            name, spec = line.split()
            path = f"{folder}/{name}.pcap"
            pipewright("traffic", spec, "-o", path)
            captures[name] = (path, lengths_of(path))
    return captures


def count_cells(cells):
    """LUTs, flip-flops and block RAMs (in 36 Kb) out of yosys' cell counts."""
    def total(pattern):
        return sum(int(n) for cell, n in cells.items() if re.fullmatch(pattern, cell))
    shift = total("SRL16E|SRLC16E|SRLC32E")
    lutram = {"RAM32M": 4, "RAM32M16": 8, "RAM64M": 4, "RAM64M8": 8, "RAM32X1D": 2, "RAM64X1D": 2,
              "RAM128X1D": 4, "RAM256X1D": 8}
    memory = sum(int(cells.get(cell, 0)) * luts for cell, luts in lutram.items())
    return {"lut": total("LUT[1-6]|INV") + shift + memory, "ff": total("FD[RSCP]E(_1)?"),
            "bram36": total("RAMB36E[12]") + total("RAMB18E[12]") / 2, "uram": total("URAM288(_BASE)?"),
            "dsp": total("DSP48E2")}


def synthesise(name, folder, top):
    path = f"{folder}/{name}"
    script = (f"read_verilog -sv {' '.join(sources(path))}; synth_xilinx -family xcup -flatten -top {top}; "
              f"tee -q -o {path}/stat.json stat -json")
    start = time.perf_counter()
    done = subprocess.run(["yosys", "-q", "-p", script], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("yosys: " + done.stderr.strip()[-300:])
    with open(f"{path}/stat.json", encoding="utf-8") as file:
        text = file.read()
    cells = json.loads(text[text.index("{"):])["design"]["num_cells_by_type"]
    return {**count_cells(cells), "synthesis_seconds": time.perf_counter() - start}


def sources(path):
    with open(f"{path}/filelist.f", encoding="utf-8") as file:
        names = [line.strip() for line in file]
    return [n if os.path.isabs(n) else f"{path}/{n}" for n in names
            if n and not n.startswith(("#", "//", "+", "-"))]


def measure(name, folder, captures, rtl):
    """Everything but synthesis; {"error": ...} if the example can't be compiled."""
    try:
        row = compile_example(name, folder)
        for kind, (path, lengths) in captures.items():
            row[kind] = run_example(name, "model", path, lengths)
        if name in rtl:
            row["rtl"] = run_example(name, "rtl", *captures["many"])
        return row
    except RuntimeError as error:
        return {"error": str(error).splitlines()[0]}


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def all_rows(names, arguments, folder):
    captures = traffic(folder)
    rows = {}
    for name in names:
        say(f"{name}: compile and run")
        rows[name] = measure(name, folder, captures, arguments.rtl.split(","))
    if not arguments.no_synthesis:
        good = [n for n in names if "error" not in rows[n]]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = {pool.submit(synthesise, n, folder, rows[n]["top"]): n for n in good}
            for job in concurrent.futures.as_completed(jobs):
                name = jobs[job]
                try:
                    rows[name]["yosys"] = job.result()
                except RuntimeError as error:
                    rows[name]["yosys_error"] = str(error)
                say(f"{name}: synthesised")
    return rows


COLUMNS = [("example", "<"), ("insns", ">"), ("stages", ">"), ("latency clk", ">"), ("ns", ">"), ("pkt/clk many", ">"),
           ("bound", ">"), ("pkt/clk single", ">"), ("reg bits", ">"), ("LUT", ">"), ("FF", ">"), ("BRAM36", ">"),
           ("compile s", ">"), ("model Mclk/s", ">"), ("rtl Mclk/s", ">")]


def cells_of(name, row):
    def rate(figures):
        value = (figures or {}).get("clocks_per_second")
        return f"{value / 1e6:.2f}" if value else "-"
    yosys = row.get("yosys", {})
    many, single = row["many"], row["single"]
    return [name, row["instructions"], row["stages"], f"{many['latency_min']}..{many['latency_max']}",
            f"{many['latency_min'] * CLOCK_NS}", f"{many['packets_per_clock']:.3f}", f"{many['bound']:.3f}",
            f"{single['packets_per_clock']:.3f}", row["register_bits"], yosys.get("lut", "-"), yosys.get("ff", "-"),
            f"{yosys['bram36']:g}" if yosys else "-", f"{row['compile_seconds']:.2f}", rate(many), rate(row.get("rtl"))]


def print_table(rows):
    table = [[title for title, _ in COLUMNS]]
    table += [[str(c) for c in cells_of(n, r)] for n, r in rows.items() if "error" not in r]
    widths = [max(len(line[i]) for line in table) for i in range(len(COLUMNS))]
    for line in table:
        print("  ".join(f"{cell:{COLUMNS[i][1]}{widths[i]}}" for i, cell in enumerate(line)).rstrip())
    for name, row in rows.items():
        if "error" in row:
            print(f"{name}: {row['error']}")
        if "yosys_error" in row:
            print(f"{name}: {row['yosys_error']}")


NOTES = """
latency: clocks from the first beat in to the first beat out, smallest and largest, measured by the cycle model on the traffic
`many`; ns: the smallest (a packet that waits for none before it) at 250 MHz. pkt/clk: measured by the cycle model, 64-byte frames (60 captured) back to back, many flows and one flow;
bound: what a 512-bit bus allows with the lengths that come out. LUT, FF, BRAM36: yosys synth_xilinx -family xcup -flatten,
after synthesis, without placement. compile s: the whole `pipewright compile`, best of 3. Mclk/s: simulated clocks a second."""


def main():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("examples", nargs="*", help="default: the primers' programs and the five classics")
    parser.add_argument("--all", action="store_true", help="every example")
    parser.add_argument("--no-synthesis", action="store_true", help="leave yosys out")
    parser.add_argument("--rtl", default="firewall,router", help="examples to time under Verilator as well")
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too")
    arguments = parser.parse_args()
    names = arguments.examples or PRIMERS + CLASSICS
    if arguments.all:
        names = sorted(os.path.basename(f)[:-6] for f in os.listdir("build/release/examples") if f.endswith(".bpf.o"))
    with tempfile.TemporaryDirectory(prefix="pipewright-bench-") as folder:
        rows = all_rows(names, arguments, folder)
    print_table(rows)
    print(NOTES)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"schema_version": 1, "clock_mhz": 250, "examples": rows}, file, indent=1)
    return 1 if any("error" in r for r in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
