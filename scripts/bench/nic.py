"""How fast the simulated network card runs: packets a second of one core's time, memory; with growing packets and programs."""
import os
import subprocess

import tool

TRAFFIC = "size=64,rate=line,flows=zipf:1.1:100000,packets="
ENGINES = {"model": [100_000, 1_000_000], "rtl": [100_000, 500_000]}


def measure(name, engine, packets):
    """Processor seconds, wall seconds and the most memory of one estimate without a search."""
    command = [tool.PIPEWRIGHT, "estimate", tool.object_of(name), "--engine", engine, "--no-search", "--traffic",
               TRAFFIC + str(packets), *tool.OPTIONS.get(name, []), *tool.maps_option(name)]
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
    for name in names or ["firewall", "mac_swap", "router"]:
        for engine, counts in ENGINES.items():
            tool.say(f"{name} on {engine}: {counts[1]} packets")
            measure(name, engine, 1000)  # Verilator's library is there from now on
            few, many = (measure(name, engine, count) for count in counts)
            # Reading and compiling the program takes the same time in both.
            packets = counts[1] - counts[0]
            rows[f"{name} {engine}"] = {
                "packets": counts[1], "mpps_cpu": packets / (many["cpu"] - few["cpu"]) / 1e6, "mpps_wall": counts[1] / many["wall"] / 1e6,
                "megabytes": many["kilobytes"] / 1024, "megabytes_few": few["kilobytes"] / 1024}
    tool.print_columns([("example", "<"), ("engine", "<"), ("packets", ">"), ("M/s cpu", ">"), ("M/s wall", ">"), ("MB", ">")],
                       [[*key.split(), row["packets"], f"{row['mpps_cpu']:.3f}", f"{row['mpps_wall']:.3f}", f"{row['megabytes']:.0f}"]
                        for key, row in rows.items()])
    return rows
