// What a map of each type can hold, checked once for every engine, and what it holds before the
// first packet.
#pragma once

#include "sim/engine.h"

namespace pw {

bool is_per_cpu_map(bpf_map_type); // values are kept for each CPU
bool is_array_map(
    bpf_map_type); // array, per-CPU array: every key below max_entries is there, always
bool is_keyed_map(bpf_map_type);    // hash, per-CPU hash, their LRU forms, LPM trie
bool is_redirect_map(bpf_map_type); // devmap, devmap_hash, cpumap, xskmap: the value is a u32
bool is_program_map(bpf_map_type);  // prog_array: the value is a program's name
bool is_map_of_maps(bpf_map_type);  // array or hash of maps: the value is a map's name
// queue, stack: the key is a number of 4 bytes, big-endian, which counts from the value that would
// be taken next
bool is_queue_map(bpf_map_type);
bool is_bloom_map(bpf_map_type);         // sim/maps/bloom.h says what its contents are
bool has_contents(bpf_map_type);         // one of the above
bool has_contents(const MapDefinition&); // that, and not made for hardware: it appears in MapState

const MapDefinition* find_map(const Object&, const std::string& name); // null if there is none

// Key of slot `index` of an array-like map: u32, little-endian.
std::vector<std::uint8_t> index_key(std::uint32_t index);
std::vector<std::uint8_t> place_key(std::uint32_t place); // of a queue or stack
// The inverse of index_key; key.size() == 4.
std::uint32_t key_index(const std::vector<std::uint8_t>& key);

// Contents before the first packet: arrays of zeros, global data and program arrays as in the
// object, the others empty.
MapContents initial_contents(const MapDefinition&);
MapContents initial_contents(const Object&, const MapDefinition&); // maps of maps, too
MapState initial_state(const Object&);                             // every map that has_contents

// What set_maps of every engine demands: known name, a type with contents, key and value sizes
// (value 4 for redirect maps, an XDP program for program arrays, a map that fits for maps of maps),
// array keys below max_entries, no more entries than max_entries, valid LPM prefix lengths. Throws
// Failure with all findings (PW-IN-1xx).
void check_maps(const MapState&, const Object&);

// `given` as set_maps means it: an array keeps zeros in slots that are not named; an LPM trie has
// one entry a prefix, and the last one counts; a Bloom filter has its bits. Checked already.
MapContents complete_contents(const MapDefinition&, const MapContents& given);

} // namespace pw
