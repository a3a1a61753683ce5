"""Packets per clock of the stateful examples, on the emitted Verilog, under four kinds of traffic."""
import tool

STATEFUL = ["count_protocols", "per_cpu_stats", "global_counters", "token_bucket", "interarrival", "ddos_filter", "ddos_limiter",
            "flow_monitor", "load_balancer", "nat", "firewall", "router", "tunnel", "dnat", "ids_bypass", "parser_chain", "learning_bridge"]
# 64-byte frames back to back. Traffic `different`: no flow twice.
KINDS = {"different": "flows=alternate:10000000", "zipf": "flows=zipf:1.1:100000", "single": "flows=single",
         "two": "flows=alternate:2"}


def captures(folder, count):
    return {kind: tool.make_traffic(f"size=64,count={count},proto=udp,{flows}", f"{folder}/state_{kind}.pcap")
            for kind, flows in KINDS.items()}


def measure(name, folder, traffic, engine):
    report, _ = tool.compile_report(name, folder)
    return {"maps": report.get("maps", []), **{kind: tool.run(name, engine, *capture) for kind, capture in traffic.items()}}


def cells_of(name, row):
    rate = lambda run: f"{run['packets_per_clock']:.3f}" + (f" of {run['bound']:.3f}" if run["bound"] < 0.999 else "")
    return [name, *(rate(row[kind]) for kind in KINDS), f"{row['different']['latency_min']}"]


COLUMNS = [("example", "<"), *((kind, ">") for kind in KINDS), ("latency clk", ">")]
NOTES = """
Packets per clock, measured with engine {engine}, 64-byte frames (60 captured) of UDP back to back: every packet of another
flow; 100,000 flows with a Zipf distribution of exponent 1.1; one flow; two flows in turn. "of": what a 512-bit bus allows with the lengths that
come out, where that is less than 1. latency: clocks from the first beat in to the first beat out, the smallest."""


def run(names, arguments, folder):
    traffic = captures(folder, arguments.packets)
    rows = {}
    for name in names or STATEFUL:
        tool.say(f"{name}: four kinds of traffic on {arguments.engine}")
        try:
            rows[name] = measure(name, folder, traffic, arguments.engine)
        except RuntimeError as error:
            rows[name] = {"error": str(error).splitlines()[0]}
    tool.print_columns(COLUMNS, [cells_of(n, r) for n, r in rows.items() if "error" not in r])
    print(NOTES.format(engine=arguments.engine))
    for name, row in rows.items():
        if "error" in row:
            print(f"{name}: {row['error']}")
    return rows
