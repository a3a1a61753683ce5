"""What an example costs on a device, as `pipewright synth` says it."""
import json

import tool


def synthesise(name, *options):
    """Cells of the netlist, {place: levels} of its longest paths, and the tools' time and memory."""
    report = json.loads(tool.pipewright("synth", tool.object_of(name), "--json", *options, *tool.OPTIONS.get(name, [])))
    cells = report["total"]
    levels = {place["place"]: place["levels"] for place in report["places"] if place["levels"]}
    return {"lut": cells["luts"], "ff": cells["flip_flops"], "bram36": cells["blocks"], "uram": cells["ultra"],
            "dsp": cells["dsp"], "levels": dict(sorted(levels.items(), key=lambda item: -item[1])),
            "synthesis_seconds": report["seconds"], "synthesis_processor_seconds": report["processor_seconds"], "synthesis_bytes": report["memory_bytes"]}
