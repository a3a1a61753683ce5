// What the n-way comparison runs: the examples, their variants for other instruction sets, and the
// objects of Debian's packages, each with the packets and maps to run it with.
#pragma once

#include "sim/engine.h"

#include <ostream>
#include <string>
#include <vector>

namespace pw::nway {

struct Subject {
  std::string
      name; // "firewall", "firewall.v1", "xdpfilt_alw_all"; with several programs "NAME:PROGRAM"
  std::string object;          // path
  std::string program;         // "" = the only one
  std::string inputs;          // folder of the example; "" = none
  std::string inner_maps = {}; // without inputs: map file as text, for the inner maps it names
};

inline void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.name; }

std::vector<Subject> examples();       // as built for v3
std::vector<Subject> variants();       // v1, v2, v4
std::vector<Subject> tc_examples();    // v3 and variants; the two above are for XDP
std::vector<Subject> card_programs();  // those that `bench nfp` measures, v1 and v3
std::vector<Subject> debian_objects(); // empty where the packages are not installed

std::vector<Packet> example_packets(const Subject&);                   // traffic.pcap
std::vector<Packet> generated_packets(const Subject&, unsigned count); // as traffic.txt says
std::vector<Packet>
harsh_packets(unsigned count);            // tags, options, fragments, tunnels, a fifth malformed
std::vector<Packet> packets_of_lengths(); // 0, 1, 13, 14, 60, 1514, 3520, 9000 bytes
std::vector<std::string> captures();      // paths; empty where there are none
MapState example_maps(const Subject&, const Object&);
void add_inner_maps(const Subject&, Object&); // those that its map file names

} // namespace pw::nway
