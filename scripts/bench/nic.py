"""How fast the simulated network card runs: packets a second of one core's time, memory; with growing packets and programs."""
import os
import subprocess

import tool

TRAFFIC = "size=64,rate=line,flows=zipf:1.1:100000,packets="
ENGINES = {"model": [100_000, 1_000_000], "rtl": [100_000, 500_000]}


def maps_of(name):
    path = f"examples/{name}/maps.json"
    return ["--maps", path] if os.path.exists(path) else []


def measure(name, engine, packets):
    """Processor seconds, wall seconds and the most memory of one estimate without a search."""
    command = [tool.PIPEWRIGHT, "estimate", tool.object_of(name), "--engine", engine, "--no-search", "--traffic",
               TRAFFIC + str(packets), *tool.OPTIONS.get(name, []), *maps_of(name)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        raise RuntimeError(said.strip())
    wall = float(said.split(" packets in ")[1].split(" s")[0])
    return {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "kilobytes": used.ru_maxrss}


def run(names, arguments, folder):
    rows = {}
    print(f"{'example':20} {'engine':6} {'packets':>9} {'M/s cpu':>8} {'M/s wall':>9} {'MB':>6}")
    for name in names or ["firewall", "mac_swap", "router"]:
        for engine, counts in ENGINES.items():
            measure(name, engine, 1000)  # Verilator's library is there from now on
            few, many = (measure(name, engine, count) for count in counts)
            # Reading and compiling the program takes the same time in both.
            packets = counts[1] - counts[0]
            row = {"packets": counts[1], "mpps_cpu": packets / (many["cpu"] - few["cpu"]) / 1e6,
                   "mpps_wall": counts[1] / many["wall"] / 1e6, "megabytes": many["kilobytes"] / 1024,
                   "megabytes_few": few["kilobytes"] / 1024}
            rows[f"{name} {engine}"] = row
            print(f"{name:20} {engine:6} {counts[1]:9} {row['mpps_cpu']:8.3f} {row['mpps_wall']:9.3f} {row['megabytes']:6.0f}")
    return rows
