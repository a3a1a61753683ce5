"""The control plane: operations of the host over AXI4-Lite into the emitted Verilog while a packet is offered in every clock, each
compared with the interpreter in the order in which they went in; and what `--control live` costs."""
import os
import subprocess

import cost
import tool

TEST = "build/release/bin/control_registers_tests"


def operate(count):
    """The sentence that the test prints when all is well."""
    done = subprocess.run([TEST, "--gtest_filter=Registers.OperationsTakeTheirSlots*"], capture_output=True, text=True,
                          env={**os.environ, "PW_OPERATIONS": str(count)})
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return next(line for line in done.stdout.splitlines() if " operations among " in line)


def price(name):
    kinds = {"pipeline": [], "idle": ["--control", "idle"], "live": ["--control", "live"]}
    row = {}
    for kind, options in kinds.items():
        tool.say(f"{name}: synthesis, {kind}")
        row[kind] = cost.synthesise(name, *options)
    return row


COLUMNS = [("example", "<"), ("what", "<"), ("LUT", ">"), ("FF", ">"), ("BRAM36", ">"), ("cpu s", ">"), ("MB", ">")]
WORDS = {"pipeline": "the pipeline alone", "idle": "with its control port", "live": "with --control live"}


def run(names, arguments, folder):
    tool.say(f"{arguments.operations} operations into the firewall's Verilog")
    rows = {"operations": {"said": operate(arguments.operations)}}
    print(rows["operations"]["said"])
    if not arguments.no_synthesis:
        rows.update({name: price(name) for name in names or ["firewall"]})
        print()
        tool.print_columns(COLUMNS, [[name, WORDS[kind], c["lut"], c["ff"], f"{c['bram36']:g}", f"{c['synthesis_processor_seconds']:.0f}",
                                      c["synthesis_bytes"] >> 20]
                                     for name, row in rows.items() if name != "operations" for kind, c in row.items()])
    return rows
