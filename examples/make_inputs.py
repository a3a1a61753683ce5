#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes maps.json and traffic.pcap of every example, or of those named; run it after a change of an inputs.py.

NAME/inputs.py has a function inputs() that returns the example's maps (name -> entries) and its packets, a few dozen
that show what it does. What they are made of is in common/inputs.py.
"""
import importlib.util
import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
START_NS, GAP_NS = 1_700_000_000_000_000_000, 100_000


def write_capture(path, packets):
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
    for i, packet in enumerate(packets):
        seconds, ns = divmod(START_NS + i * GAP_NS, 1_000_000_000)
        out += struct.pack("<IIII", seconds, ns, len(packet), len(packet)) + packet
    path.write_bytes(out)


def write_maps(path, maps):
    lines = []
    for name in sorted(maps):
        entries = sorted(maps[name], key=lambda e: e.get("key", []))  # queues have none, and their order counts
        lines.append(f"  {json.dumps(name)}: [\n" + ",\n".join("    " + json.dumps(e) for e in entries) + "\n  ]")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def load(path):
    spec = importlib.util.spec_from_file_location(path.parent.name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(HERE))
    names = sys.argv[1:] or sorted(p.parent.name for p in HERE.glob("*/*.bpf.c"))
    for name in names:
        maps, packets = load(HERE / name / "inputs.py").inputs()
        write_capture(HERE / name / "traffic.pcap", packets)
        write_maps(HERE / name / "maps.json", maps)


if __name__ == "__main__":
    main()
