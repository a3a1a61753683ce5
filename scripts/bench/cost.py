"""What an example costs on a device: yosys' cells, and the longest path of each stage."""
import json
import os
import re
import subprocess
import time

import paths


def sources(path):
    with open(f"{path}/filelist.f", encoding="utf-8") as file:
        names = [line.strip() for line in file]
    return [n if os.path.isabs(n) else f"{path}/{n}" for n in names
            if n and not n.startswith(("#", "//", "+", "-"))]


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
    """Cells of a flattened xcup netlist, and {stage: levels} of its longest paths."""
    path = f"{folder}/{name}"
    script = (f"read_verilog -sv {' '.join(sources(path))}; synth_xilinx -family xcup -flatten -top {top}; "
              f"tee -q -o {path}/stat.json stat -json; write_json {path}/netlist.json")
    start = time.perf_counter()
    done = subprocess.run(["yosys", "-q", "-p", script], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("yosys: " + done.stderr.strip()[-300:])
    with open(f"{path}/stat.json", encoding="utf-8") as file:
        text = file.read()
    cells = json.loads(text[text.index("{"):])["design"]["num_cells_by_type"]
    with open(f"{path}/netlist.json", encoding="utf-8") as file:
        levels = paths.longest_by_stage(json.load(file)["modules"][top])
    os.remove(f"{path}/netlist.json")
    return {**count_cells(cells), "levels": levels, "synthesis_seconds": time.perf_counter() - start}
