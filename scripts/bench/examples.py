"""The table of the examples: size, latency, packets per clock, cost, times."""
import concurrent.futures
import os

import cost
import tool

PRIMERS = ["packet_length", "drop_non_ipv4", "drop_malformed", "count_protocols", "count_protocols_legacy",
           "ddos_filter", "honeypot", "load_balancer", "nat"]
CLASSICS = ["firewall", "router", "tunnel", "dnat", "ids_bypass"]
U50 = {"lut": 871_680, "ff": 1_743_360, "bram36": 1344, "uram": 640}


def captures(folder):
    """The captures of examples/bench.txt: name -> (path, lengths)."""
    with open("examples/bench.txt", encoding="utf-8") as file:
        specs = dict(line.split() for line in file)
    return {name: tool.make_traffic(specs[name], f"{folder}/{name}.pcap") for name in ("many", "single")}


def measure(name, folder, traffic, rtl):
    """Everything but synthesis; {"error": ...} if the example can't be compiled."""
    try:
        report, seconds = tool.compile_report(name, folder)
        row = {key: report[key] for key in ("instructions", "stages", "register_bits")}
        row["compile_seconds"] = seconds
        for kind, capture in traffic.items():
            row[kind] = tool.run(name, "model", *capture)
        if name in rtl:
            row["rtl"] = tool.run(name, "rtl", *traffic["many"])
        return row
    except RuntimeError as error:
        return {"error": str(error).splitlines()[0]}


def synthesise(rows):
    good = [n for n in rows if "error" not in rows[n]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(cost.synthesise, n): n for n in good}
        for job in concurrent.futures.as_completed(jobs):
            name = jobs[job]
            try:
                rows[name]["yosys"] = job.result()
            except RuntimeError as error:
                rows[name]["yosys_error"] = str(error)
            tool.say(f"{name}: synthesised")


def measure_all(names, arguments, folder):
    traffic = captures(folder)
    rows = {}
    for name in names:
        tool.say(f"{name}: compile and run")
        rows[name] = measure(name, folder, traffic, arguments.rtl.split(","))
    if not arguments.no_synthesis:
        synthesise(rows)
    return rows


COLUMNS = [("example", "<"), ("insns", ">"), ("stages", ">"), ("latency clk", ">"), ("ns", ">"), ("pkt/clk many", ">"),
           ("bound", ">"), ("pkt/clk single", ">"), ("reg bits", ">"), ("compile s", ">"), ("model Mclk/s", ">"),
           ("rtl Mclk/s", ">")]


def cells_of(name, row):
    def rate(figures):
        value = (figures or {}).get("clocks_per_second")
        return f"{value / 1e6:.2f}" if value else "-"
    many, single = row["many"], row["single"]
    return [name, row["instructions"], row["stages"], f"{many['latency_min']}..{many['latency_max']}",
            f"{many['latency_min'] * tool.CLOCK_NS}", f"{many['packets_per_clock']:.3f}", f"{many['bound']:.3f}",
            f"{single['packets_per_clock']:.3f}", row["register_bits"], f"{row['compile_seconds']:.2f}", rate(many),
            rate(row.get("rtl"))]


COST_COLUMNS = [("example", "<"), ("LUT", ">"), ("% of U50", ">"), ("FF", ">"), ("%", ">"), ("BRAM36", ">"), ("%", ">"),
                ("URAM", ">"), ("DSP", ">"), ("cpu s", ">"), ("ratio", ">"), ("MB", ">"), ("logic levels, longest paths by stage or block", "<")]


def cost_of(name, cells, unit):
    share = lambda kind: f"{100 * cells[kind] / U50[kind]:.2f}"
    longest = ", ".join(f"{where} {levels}" for where, levels in list(cells["levels"].items())[:4])
    return [name, cells["lut"], share("lut"), cells["ff"], share("ff"), f"{cells['bram36']:g}", share("bram36"), cells["uram"],
            cells["dsp"], f"{cells['synthesis_processor_seconds']:.0f}", f"{cells['synthesis_processor_seconds'] / unit:.2f}", cells["synthesis_bytes"] >> 20, longest]


NOTES = """
latency: clocks from the first beat in to the first beat out, smallest and largest, measured by the cycle model on the traffic
`many`; ns: the smallest (a packet that waits for none before it) at 250 MHz. pkt/clk: measured by the cycle model, 64-byte frames
(60 captured) back to back, many flows and one flow; bound: what a 512-bit bus allows with the lengths that come out.
compile s: the whole `pipewright compile`, best of 3. Mclk/s: simulated clocks a second."""

COST_NOTES = """
LUT, FF, BRAM36, URAM, DSP: yosys synth_xilinx -family xcup -flatten, after synthesis, without placement; distributed RAM and shift
registers are counted as LUTs. cpu s, MB: processor time and memory of the tools under `pipewright synth`, which prints all of this for one
program; ratio: to the quickest one of this run, since seconds are the machine's. Logic levels: tables and carry chains between registers, by where the path ends."""


def print_tables(rows):
    good = {n: r for n, r in rows.items() if "error" not in r}
    tool.print_columns(COLUMNS, [cells_of(n, r) for n, r in good.items()])
    print(NOTES)
    placed = {n: r["yosys"] for n, r in good.items() if "yosys" in r}
    if placed:
        print()
        tool.print_columns(COST_COLUMNS, [cost_of(n, cells, min(c["synthesis_processor_seconds"] for c in placed.values())) for n, cells in placed.items()])
        print(COST_NOTES)
    for name, row in rows.items():
        for key in ("error", "yosys_error"):
            if key in row:
                print(f"{name}: {row[key]}")


def run(names, arguments, folder):
    rows = measure_all(names or PRIMERS + CLASSICS, arguments, folder)
    print_tables(rows)
    return rows
