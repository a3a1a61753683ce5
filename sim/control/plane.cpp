#include "sim/control/plane.h"

#include "frontend/control/description.h"
#include "sim/control/held.h"
#include "support/control_format.h"

#include <algorithm>
#include <cerrno>

namespace pw {
namespace {

using control::Bytes;
using control::Operation;

void set_result(Bytes& packet, int result) {
  for (unsigned i = 0; i < 4; ++i)
    packet[control::result_at + i] = std::uint8_t(std::uint32_t(result) >> 8 * i);
}

} // namespace

ControlPlane::ControlPlane(const Object& object, const Program& program,
                           const std::vector<ControlledMap>& maps, unsigned cpu,
                           const std::string& socket)
    : object_(object), maps_(maps), description_(describe_control(object, program, maps, cpu)),
      socket_(socket) {}

const ControlledMap* ControlPlane::controlled(std::uint32_t map) const {
  const auto found = std::find_if(maps_.begin(), maps_.end(),
                                  [&](const ControlledMap& m) { return m.map == map; });
  return found == maps_.end() ? nullptr : &*found;
}

// The lists of keys are nobody's business.
int ControlPlane::valid(const Bytes& packet) const {
  if (packet.size() < control::key_at)
    return -EINVAL;
  const std::uint32_t id = packet[control::map_at];
  const auto lists = [&](const ControlledMap& m) { return m.keys == id; };
  if (id >= object_.maps.size() || std::any_of(maps_.begin(), maps_.end(), lists))
    return -ENOENT;
  const MapDefinition& map = object_.maps[id];
  const std::uint8_t op = packet[control::operation_at];
  if (packet.size() != control::key_at + std::size_t{map.key_size} + map.value_size ||
      op > std::uint8_t(Operation::LookupAndDelete) || packet[control::flags_at] > BPF_EXIST)
    return -EINVAL;
  const bool one_value = map.global != GlobalData::None;
  if (one_value &&
      std::any_of(packet.begin() + control::key_at, packet.begin() + control::key_at + map.key_size,
                  [](std::uint8_t b) { return b != 0; }))
    return op == std::uint8_t(Operation::Update) ? -E2BIG : -ENOENT;
  if (controlled(id))
    return op == std::uint8_t(Operation::Entry) && !controlled(id)->keys ? -EINVAL : 0;
  return !held_kind(map) ? -EOPNOTSUPP : op == std::uint8_t(Operation::Entry) ? -EINVAL : 0;
}

void ControlPlane::begin(std::vector<Bytes> operations) {
  request_ = std::move(operations);
  done_ = under_way_ = 0;
  working_ = true;
}

void ControlPlane::serve(const ControlSocket::Request& request, Engine& engine) {
  try {
    if (request.kind == control::describe)
      socket_.answer(Bytes(description_.begin(), description_.end()));
    else if (request.kind == control::operate)
      begin(control::unpack(request.body));
    else if (request.kind == control::dump && request.body.size() == 4)
      socket_.answer(dump(control::get32(request.body.data()), engine));
    else
      socket_.refuse(EPROTO, "there is no such request");
  } catch (const Failure& failure) {
    socket_.refuse(EINVAL, failure.diagnostics().front().message);
  } catch (const std::runtime_error& error) {
    socket_.refuse(EPROTO, error.what());
  }
}

std::vector<Packet> ControlPlane::take(Engine& engine, int milliseconds) {
  if (!working_)
    if (const auto request = socket_.receive(milliseconds))
      serve(*request, engine);
  if (working_)
    work(engine);
  std::vector<Packet> packets;
  for (std::size_t i = 0; i < under_way_; ++i) {
    packets.emplace_back();
    packets.back().bytes = request_[done_ + i];
    packets.back().operation = true;
  }
  return packets;
}

// In order: what is wrong or held is done at once, up to the next that are packets.
void ControlPlane::work(Engine& engine) {
  for (; done_ < request_.size(); ++done_) {
    Bytes& packet = request_[done_];
    if (const int error = valid(packet)) {
      packet.resize(std::max<std::size_t>(packet.size(), control::key_at));
      set_result(packet, error);
    } else if (controlled(packet[control::map_at])) {
      break;
    } else if (!hold(packet, engine)) {
      return;
    }
  }
  const auto live = [&](const Bytes& packet) {
    return valid(packet) == 0 && controlled(packet[control::map_at]);
  };
  const auto first = request_.begin() + std::ptrdiff_t(done_);
  under_way_ = std::size_t(std::find_if_not(first, request_.end(), live) - first);
  finish_if_done();
}

// False: the request has been refused. A client that asks for one thing alone gets the sentence,
// too.
bool ControlPlane::hold(Bytes& packet, Engine& engine) {
  ++counts_.held;
  try {
    execute_held(packet, object_, engine);
  } catch (const Failure& failure) { // contents that the map can't have: a wrong prefix length
    set_result(packet, -EINVAL);
    if (request_.size() == 1) {
      const Diagnostic& why = failure.diagnostics().front();
      socket_.refuse(EINVAL, why.message + (why.remedy.empty() ? "" : ": " + why.remedy));
      working_ = false;
      return false;
    }
  }
  return true;
}

void ControlPlane::finish_if_done() {
  if (done_ != request_.size())
    return;
  socket_.answer(control::pack(request_));
  working_ = false;
}

void ControlPlane::give(std::span<const PacketResult> results) {
  for (const PacketResult& result : results)
    request_[done_++] = result.bytes;
  counts_.live += results.size();
  under_way_ = 0;
  if (working_)
    finish_if_done();
}

Bytes ControlPlane::dump(std::uint32_t map, Engine& engine) {
  if (map >= object_.maps.size() || !held_kind(object_.maps[map]))
    throw std::runtime_error("there is no such map");
  return control::pack(dump_held(object_.maps[map], object_, engine));
}

} // namespace pw
