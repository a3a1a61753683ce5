"""Many packets through the model, compared with interp and the kernel, and through rtl, compared with interp."""
import subprocess
import time

import state
import tool

SPEC = "size=64,count={count},flows=zipf:1.1:100000,proto=mix,malformed=1%,other=1%"


def compare(name, engines, capture):
    start = time.perf_counter()
    done = subprocess.run([tool.PIPEWRIGHT, "diff", tool.object_of(name), "--engines", engines, "--in", capture,
                           *tool.OPTIONS.get(name, []), *tool.maps_option(name)], capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip().splitlines()
    return {"equal": done.returncode == 0, "said": said[-1] if said else "", "seconds": time.perf_counter() - start}


def oracle(folder):
    """"kernel,interp" where the kernel can be asked, else "interp"."""
    capture = tool.make_traffic("count=10", f"{folder}/oracle.pcap")[0]
    done = subprocess.run([tool.PIPEWRIGHT, "run", tool.object_of("firewall"), "--engine", "kernel", "--in", capture],
                          capture_output=True, text=True)
    return "kernel,interp" if done.returncode == 0 else "interp"


def run(names, arguments, folder):
    against = {"model": oracle(folder), "rtl": "interp"}
    rows = {}
    counts = {"model": arguments.model_packets, "rtl": arguments.rtl_packets}
    captures = {engine: f"{folder}/stress_{engine}.pcap" for engine in counts}
    for engine, count in counts.items():
        tool.pipewright("traffic", SPEC.format(count=count), "-o", captures[engine])
    for name in names or state.STATEFUL:
        rows[name] = {}
        for engine in counts:
            tool.say(f"{name}: {counts[engine]} packets, {against[engine]} and {engine}")
            rows[name][engine] = compare(name, f"{against[engine]},{engine}", captures[engine])
    tool.print_columns([("example", "<"), *((f"{against[e]} = {e}", "<") for e in counts)],
                       [[name, *(("equal, " if row[e]["equal"] else "NOT EQUAL: ") + row[e]["said"] for e in counts)]
                        for name, row in rows.items()])
    return rows
