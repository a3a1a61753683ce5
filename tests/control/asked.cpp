#include "tests/control/asked.h"

#include "support/control_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace pw::test {

using control::Operation;

Said ask(pipewright_control* control, const LiveProgram& live, const Packet& operation) {
  const int id = operation.bytes[control::map_at];
  const MapDefinition& map = live.object.maps[std::size_t(id)];
  const std::uint8_t* key = &operation.bytes[control::key_at];
  Said said{operation, 0, std::vector<std::uint8_t>(map.value_size)};
  switch (Operation(operation.bytes[control::operation_at])) {
  case Operation::Lookup:
    said.result = pipewright_map_lookup_elem(control, id, key, said.value.data());
    break;
  case Operation::LookupAndDelete:
    said.result = pipewright_map_lookup_and_delete_elem(control, id, key, said.value.data());
    break;
  case Operation::Update:
    said.result = pipewright_map_update_elem(control, id, key, key + map.key_size,
                                             operation.bytes[control::flags_at]);
    break;
  default:
    said.result = pipewright_map_delete_elem(control, id, key);
  }
  return said;
}

void expect_answer(const LiveProgram& live, const PacketResult& expected, const Said& said) {
  std::int32_t result = 0;
  std::memcpy(&result, &expected.bytes[control::result_at], 4);
  ASSERT_EQ(result, said.result);
  const std::vector<std::uint8_t>& asked = said.operation.bytes;
  const MapDefinition& map = live.object.maps[asked[control::map_at]];
  const auto operation = Operation(asked[control::operation_at]);
  if (result != 0 || operation == Operation::Update || operation == Operation::Delete)
    return;
  ASSERT_TRUE(std::equal(said.value.begin(), said.value.end(),
                         expected.bytes.begin() + control::key_at + map.key_size));
}

} // namespace pw::test
