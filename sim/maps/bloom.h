// Contents of a Bloom filter: the words of its bits that are not zero, key = number of the word
// (place_key), value = 32 bits, little-endian. Where contents are given they may also have values
// that are in the filter, under keys that count (pushed_key).
#pragma once

#include "sim/engine.h"
#include "support/bloom.h"

namespace pw {

std::vector<std::uint8_t> pushed_key(std::uint32_t number);
bool is_pushed_key(const std::vector<std::uint8_t>& key);
std::uint32_t place_of_key(const std::vector<std::uint8_t>& place); // the inverse of place_key

// As Linux does it, with a seed of 0.
void bloom_push(const MapDefinition&, std::span<const std::uint8_t> value, MapContents& bits);
bool bloom_holds(const MapDefinition&, std::span<const std::uint8_t> value,
                 const MapContents& bits);
// Bits alone.
MapContents bloom_bits(const MapDefinition&, const MapContents& given);

} // namespace pw
