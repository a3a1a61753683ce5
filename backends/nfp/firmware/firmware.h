// What the firmware on the card says it can do (its capability records and the vNIC's BAR), as a
// profile that
// `--firmware FILE` replaces. The defaults are the published values of Netronome's own firmware;
// sources by field.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pw::nfp {

struct FirmwareProfile {
  std::string name = "published";
  unsigned abi = 2;               // BAR 0x80: 2 or 3
  unsigned start = 3072;          // BAR 0x84: first code store word of the program
  unsigned max_words = 2560;      // BAR 0x82: words
  unsigned done = 1;              // BAR 0x86: code address of "next packet"
  unsigned stack_bytes = 512;     // BAR 0x88 * 64
  unsigned split_bytes = 30 * 64; // BAR 0x89 * 64: bytes of a packet in CTM
  // Helper functions by bpf_func_id: code address (capability 1). Lookup alone in the open
  // firmware; update, delete and events (for Linux 4.18) in the shipped one.
  std::map<unsigned, unsigned> helpers = {{1, 15001}, {2, 15002}, {3, 15003}, {25, 15025}};
  struct AdjustHead { // capability 2, bytes of packet offset in CTM and of guaranteed moves
    unsigned offset_min = 44, offset_max = 248, guaranteed_sub = 84, guaranteed_add = 112;
    bool operator==(const AdjustHead&) const = default;
  } adjust_head;
  bool has_adjust_head = true;
  bool adjust_tail = true;                                       // capability 6
  bool random = true;                                            // capability 4
  bool queue_select = true;                                      // capability 5
  struct Maps {                                                  // capability 3
    std::vector<unsigned> types = {1 /* hash */, 2 /* array */}; // bpf_map_type
    unsigned max_maps = 128, max_elements = 2'048'000 /* of all maps */, max_key = 56,
             max_value = 56;
    unsigned max_element = 64; // roundup8(key) + roundup8(value), bytes
    bool operator==(const Maps&) const = default;
  } maps;
  bool operator==(const FirmwareProfile&) const = default;
};

// JSON with the fields' names (published.json holds the defaults); missing ones keep their default,
// the name is then the file's. Throws Failure with everything that is wrong: PW-NFP-001 unreadable
// file, PW-NFP-002 unknown field, PW-NFP-003 value of a wrong type or out of range.
FirmwareProfile read_firmware_profile(const std::string& path);

} // namespace pw::nfp
