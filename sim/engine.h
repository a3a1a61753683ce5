// Everything that executes a program is an engine behind this interface, and any two can be
// compared.
#pragma once

#include "frontend/object/object.h"
#include "ir/pipeline.h"
#include "support/environment.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pw {

struct Packet {
  std::vector<std::uint8_t> bytes;
  std::uint64_t time_ns = 0; // of the capture
  bool operation = false;    // of the host (support/control_format.h): not from the wire
};

struct Redirect {
  std::optional<std::string> map;
  std::optional<std::uint64_t> key;
  std::optional<std::uint32_t> ifindex;
  std::optional<std::uint64_t> flags;
  bool operator==(const Redirect&) const = default;
};

// The target of a packet with this verdict, written in one way by every engine: nullopt unless
// XDP_REDIRECT; after bpf_redirect_map {map, key, flags}; after bpf_redirect {ifindex, flags = 0};
// nothing in it where no helper call chose a target (map_plus_1 and ifindex both 0). map_plus_1:
// index into Object::maps + 1.
std::optional<Redirect> redirect_target(const Object&, std::uint32_t retval,
                                        std::uint32_t map_plus_1, std::uint32_t key,
                                        std::uint32_t ifindex, std::uint64_t flags);
// Of a tc program: nullopt unless TC_ACT_REDIRECT; {ifindex, flags} after bpf_redirect.
std::optional<Redirect> tc_redirect_target(std::uint32_t retval, std::uint32_t ifindex,
                                           std::uint64_t flags);

// What a program told its user through a perf event array or a ring buffer.
struct Event {
  std::string map; // as in the ELF file
  std::vector<std::uint8_t> bytes;
  bool operator==(const Event&) const = default;
};

struct PacketResult {
  bool unsupported =
      false; // this engine can't run this packet (docs/design.md, section 1); the rest is empty
  std::uint32_t retval = 0;           // raw
  // A card's: retval is XDP_ABORTED for every number that is no verdict; of a tc program
  // TC_ACT_UNSPEC where the packet passes (_OK, too), TC_ACT_STOLEN for _QUEUED, too.
  bool verdict_only = false;
  std::uint32_t length = 0;           // at program exit, whatever the verdict
  std::vector<std::uint8_t> bytes;    // what leaves; empty for dropped and aborted packets
  std::optional<Redirect> redirect;   // only for XDP_REDIRECT
  std::optional<std::uint32_t> queue; // receive queue that the program chose (micro-engines only)
  std::optional<std::uint64_t> cycle_in, cycle_out;
  std::vector<std::string> trace; // lines of bpf_trace_printk
  std::vector<Event> events;      // in the order in which their records were begun
  // tc programs only: the packet's metadata at program exit, as far as the engine can tell
  std::optional<SkbState> skb;
  std::uint32_t skb_known = ~0u; // by bit of SkbField: which of them that are
};

// "XDP_PASS", ...; values above 4 are XDP_ABORTED. tc: "TC_ACT_OK", ...; TC_ACT_UNSPEC for numbers
// that are none, as for the kernel's classifiers.
std::string verdict_name(std::uint32_t retval, bool tc = false);
inline std::string verdict_name(const PacketResult& r) {
  return verdict_name(r.retval, r.skb.has_value());
}
// PASS, TX, REDIRECT; tc: all but SHOT, STOLEN and TRAP.
bool leaves(std::uint32_t retval, bool tc = false);
inline bool leaves(const PacketResult& r) { return leaves(r.retval, r.skb.has_value()); }

// The metadata with which a packet reaches a tc program.
SkbState skb_at_start(const Environment&, std::uint32_t packet_index,
                      std::span<const std::uint8_t> frame);

// Contents of one map: key bytes -> value bytes of the environment's CPU. Arrays list every slot;
// redirect maps only occupied ones (value = u32 ifindex, cpu or queue, little-endian); so do
// program arrays (value = name of the program, without a zero behind it).
using MapContents = std::map<std::vector<std::uint8_t>, std::vector<std::uint8_t>>;
using MapState = std::map<std::string, MapContents>; // by name as in the ELF file

enum class EngineKind { Kernel, Interp, Model, Rtl, Nfp };

struct EngineInput {
  const Object* object = nullptr;
  const Program* program = nullptr;
  const pipeline::Pipeline* pipeline = nullptr; // Model and Rtl
  Environment environment;
  const std::vector<std::uint8_t>* nfp_elf = nullptr; // Nfp: the file of backends/nfp/README.md
  std::string firmware_file;                          // Nfp: profile; "" = the published values
  std::string verilog_dir;                            // Rtl: where the emitted files are
  std::string trace_file;                             // Rtl: waveform (FST); "" = none
  bool pace_capture = false; // feed at the capture's times instead of back to back
  // Pattern of output back-pressure, model and rtl alike: in clock c the sink is ready unless
  // stall_percent > 0 and random_u32(stall_seed, c, 0) % 100 < stall_percent.
  unsigned stall_percent = 0;
  std::uint32_t stall_seed = 1;
};

class Engine {
public:
  virtual ~Engine() = default;
  // Replaces the contents of the maps named in it; the others keep their contents (initially as the
  // object says). Throws Failure (PW-IN-...) for an unknown name, a wrong key or value size, or too
  // many entries.
  virtual void set_maps(const MapState&) = 0;
  virtual MapState maps() = 0;
  // One after another, in order; state is kept from call to call. packet_index counts over calls.
  virtual std::vector<PacketResult> run(std::span<const Packet>) = 0;
  virtual std::optional<std::uint64_t> cycles() const { return std::nullopt; } // simulated so far
  // By map, for engines with a clock: clocks so far in which a packet waited for its sake (an
  // interlock, or a table that needs time). Only maps that can make packets wait.
  virtual std::optional<std::map<std::string, std::uint64_t>> held_cycles() const {
    return std::nullopt;
  }
  // Index of the first packet from which on an LRU map may have evicted other entries than those of
  // the rule that all engines follow but the kernel (backends/verilog/README.md, "Tables").
  virtual std::optional<std::uint32_t> first_eviction() const { return std::nullopt; }
};

// Throws Failure PW-ENG-... with Exit::EngineUnavailable where the engine can't run here.
std::unique_ptr<Engine> make_engine(EngineKind, const EngineInput&);

// One factory an engine, each in its own folder.
std::unique_ptr<Engine> make_kernel_engine(const EngineInput&);
std::unique_ptr<Engine> make_interp_engine(const EngineInput&);
std::unique_ptr<Engine> make_model_engine(const EngineInput&);
std::unique_ptr<Engine> make_rtl_engine(const EngineInput&);
std::unique_ptr<Engine> make_nfp_engine(const EngineInput&);

std::optional<EngineKind> engine_by_name(const std::string&);
std::string engine_name(EngineKind);

} // namespace pw
