"""Prints figures of the examples. Everything printed was measured in this run, by the tool named beside it."""
import argparse
import json
import os
import sys
import tempfile

import control
import examples
import nfp
import nic
import state
import stress
import tables

SECTIONS = {"examples": examples, "state": state, "tables": tables,
            "stress": stress, "nfp": nfp, "nic": nic, "control": control}


def parse():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("section", choices=SECTIONS, nargs="?", default="examples",
                        help="examples (default): size, latency, packets per clock, cost; state: packets per clock of stateful "
                             "programs under four kinds of traffic; tables: how full a table gets, random and adversarial keys; stress: millions of packets compared; "
                             "nic: packets a second of the simulated network card; control: operations of the host while packets flow, and their "
                             "cost; nfp: words and clocks of programs for a Netronome card, or of the "
                             "examples that are named")
    parser.add_argument("names", nargs="*", metavar="EXAMPLE", help="default: those that the section is about")
    parser.add_argument("--all", action="store_true", help="every example")
    parser.add_argument("--no-synthesis", action="store_true", help="examples, control: leave yosys out (about a minute each)")
    parser.add_argument("--operations", type=int, default=100_000, metavar="N", help="control: operations of the host")
    parser.add_argument("--rtl", default="firewall,router", metavar="EXAMPLE,...", help="examples: time these under Verilator as well")
    parser.add_argument("--engine", default="rtl", choices=["model", "rtl"], help="state: what runs")
    parser.add_argument("--packets", type=int, default=20000, metavar="N", help="state: packets of each kind")
    parser.add_argument("--model-packets", type=int, default=10_000_000, metavar="N", help="stress: packets through the model")
    parser.add_argument("--rtl-packets", type=int, default=1_000_000, metavar="N", help="stress: packets through rtl")
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too")
    return parser.parse_intermixed_args()


def main():
    arguments = parse()
    names = arguments.names
    if arguments.all:
        names = sorted(f[:-6] for f in os.listdir("build/release/examples") if f.endswith(".bpf.o"))
    with tempfile.TemporaryDirectory(prefix="pipewright-bench-") as folder:
        rows = SECTIONS[arguments.section].run(names, arguments, folder)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"schema_version": 2, "clock_mhz": 250, arguments.section: rows}, file, indent=1)
    return 1 if any("error" in row for row in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
