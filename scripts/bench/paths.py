"""Logic levels between registers in a netlist of yosys (write_json), by the stage that the path ends in."""
import re
from collections import defaultdict

# Cells in which a path begins and ends. Memories read into a register of their own.
REGISTER = re.compile(r"FD[RSCP]E(_1)?|RAMB\w+|URAM\w*|DSP48E2|SRL\w+")
# A level each: a look-up table, a carry chain (its cells are one level together), a distributed RAM.
LEVEL = re.compile(r"LUT[1-6]|INV|CARRY[48]|RAM\d+\w*|MUXF[789]")
# Wide multiplexers sit behind the tables of the same slice.
FREE = re.compile(r"MUXF[789]")
CARRY = re.compile(r"CARRY[48]")
# Distributed RAM: read at once, through the ports of its read addresses; written with the clock, through all others.
LUT_RAM = re.compile(r"RAM\d+\w*")
READ_ADDRESS = re.compile(r"DPRA\d*|ADDR[A-C]")


def stage_of(names):
    """"s3" for a net of stage 3's registers or wires, "e0" for the entrance of region 0; else the instance or "other"."""
    names = [name for name in names if not name.startswith("$")]
    for name in names:
        found = re.search(r"(?:^|[.\\])([se]\d+)_", name)
        if found:
            return found.group(1)
    for name in names:
        if "." in name:
            return name.lstrip("\\").split(".")[0]
    return "other"


def net_names(module):
    names = defaultdict(list)
    for name, net in module["netnames"].items():
        for bit in net["bits"]:
            names[bit].append(name)
    return names


class Netlist:
    def __init__(self, module):
        self.names = net_names(module)
        self.driver = {}   # bit -> cell that computes it
        self.cells = module["cells"]
        self.ends = []     # (bit at a register's input, its stage)
        for name, cell in self.cells.items():
            self.add(name, cell)
        self.levels = {}

    def outputs(self, cell):
        return [b for port, bits in cell["connections"].items() if cell["port_directions"][port] == "output" for b in bits]

    def inputs(self, cell):
        return [b for port, bits in cell["connections"].items() if cell["port_directions"][port] == "input" for b in bits
                if not isinstance(b, str)]

    def written(self, cell):
        """Bits that a distributed RAM stores, or that say where."""
        return [b for port, bits in cell["connections"].items()
                if cell["port_directions"][port] == "input" and not READ_ADDRESS.fullmatch(port) for b in bits
                if not isinstance(b, str)]

    def through(self, cell):
        """Inputs that its outputs depend on within the clock."""
        if not LUT_RAM.fullmatch(cell["type"]):
            return self.inputs(cell)
        stored = set(self.written(cell))
        return [b for b in self.inputs(cell) if b not in stored]

    def add(self, name, cell):
        if LUT_RAM.fullmatch(cell["type"]):
            stage = stage_of([n for b in self.outputs(cell) for n in self.names[b]] + [name])
            self.ends += [(b, stage) for b in self.written(cell)]
        if REGISTER.fullmatch(cell["type"]):
            stage = stage_of([n for b in self.outputs(cell) for n in self.names[b]] + [name])
            self.ends += [(b, stage) for b in self.inputs(cell)]
            return
        for bit in self.outputs(cell):
            self.driver[bit] = name

    def weight(self, cell, source):
        if FREE.fullmatch(cell["type"]):
            return 0
        if CARRY.fullmatch(cell["type"]) and source and CARRY.fullmatch(self.cells[source]["type"]):
            return 0
        return 1 if LEVEL.fullmatch(cell["type"]) else 0

    def depth(self, end):
        """Levels in front of a bit; without recursion, since netlists are deep."""
        stack = [end]
        while stack:
            bit = stack[-1]
            name = self.driver.get(bit)
            if bit in self.levels or name is None:
                self.levels.setdefault(bit, 0)
                stack.pop()
                continue
            cell = self.cells[name]
            before = self.through(cell)
            missing = [b for b in before if b not in self.levels]
            if missing:
                stack += missing
                continue
            self.levels[bit] = max((self.levels[b] + self.weight(cell, self.driver.get(b)) for b in before), default=0)
            stack.pop()
        return self.levels[end]


def longest_by_stage(module):
    """{stage or block: logic levels of the longest path that ends in it}."""
    netlist = Netlist(module)
    longest = defaultdict(int)
    for bit, stage in netlist.ends:
        longest[stage] = max(longest[stage], netlist.depth(bit))
    return dict(sorted(longest.items(), key=lambda item: -item[1]))
