// pipewright traffic: a capture out of a description.

#include "sim/traffic/traffic.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "sim/capture/capture.h"

#include <iostream>

namespace pw::cli {

namespace {

struct TrafficOptions {
  std::string spec;
  std::string out;
  std::optional<std::uint32_t> seed;
  bool json = false;
};

int traffic(const TrafficOptions& o) {
  TrafficSpec spec = parse_traffic(o.spec);
  if (o.seed)
    spec.seed = *o.seed;
  check_writable(o.out, false);
  const std::vector<Packet> packets = generate_traffic(spec);
  write_capture(o.out, packets);
  std::uint64_t bytes = 0;
  for (const Packet& packet : packets)
    bytes += packet.bytes.size();
  if (o.json)
    std::cout << json_text({{"file", o.out}, {"packets", packets.size()}, {"bytes", bytes}})
              << "\n";
  else
    std::cout << o.out << ": " << packets.size() << " packets, " << bytes << " bytes\n";
  return 0;
}

} // namespace

void add_traffic(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<TrafficOptions>();
  CLI::App* app =
      add_command(root, "traffic", "Writes a capture of generated packets to run and compare with.",
                  "SPEC -o OUT.pcap [options]",
                  "  pipewright traffic count=2000,size=64 -o line.pcap\n"
                  "  pipewright traffic size=imix,flows=zipf:1.1:100,malformed=5% -o mix.pcap\n"
                  "  pipewright traffic count=500,size=60..1518,vlan=0..2 --seed 7 -o vlan.pcap\n");
  app->add_option("SPEC", o->spec, "key=value,... (see below)")->type_name("SPEC")->required();
  app->add_option("-o,--out", o->out, "capture to write")
      ->type_name("OUT.pcap")
      ->required()
      ->group("Output");
  app->add_option("--seed", o->seed, "seed; overrides seed= in SPEC (default 1)")
      ->type_name("N")
      ->group("Traffic");
  add_output_options(*app, o->json);
  app->footer("Keys of SPEC:\n" + traffic_help() + "\n" + app->get_footer());
  app->callback([o, &invocation] { invocation.run = [o] { return traffic(*o); }; });
}

} // namespace pw::cli
