// Values as messages.
#include "sim/kernel/worker.h"

namespace pw::kernel {

void put_maps(Message& m, const MapState& state) {
  m.put(static_cast<std::uint64_t>(state.size()));
  for (const auto& [name, contents] : state) {
    m.put(name);
    m.put(static_cast<std::uint64_t>(contents.size()));
    for (const auto& [key, value] : contents) {
      m.put(key);
      m.put(value);
    }
  }
}

MapState get_maps(Message& m) {
  MapState state;
  for (auto maps = m.get<std::uint64_t>(); maps > 0; --maps) {
    MapContents& contents = state[m.get_text()];
    for (auto entries = m.get<std::uint64_t>(); entries > 0; --entries) {
      auto key = m.get_bytes();
      contents.emplace(std::move(key), m.get_bytes());
    }
  }
  return state;
}

void put_packet(Message& m, const Packet& packet) {
  m.put(packet.time_ns);
  m.put(packet.bytes);
}

Packet get_packet(Message& m) {
  Packet packet;
  packet.time_ns = m.get<std::uint64_t>();
  packet.bytes = m.get_bytes();
  return packet;
}

namespace {

template <typename T> void put_optional(Message& m, const std::optional<T>& value) {
  m.put(static_cast<std::uint8_t>(value.has_value()));
  if (value)
    m.put(*value);
}

template <typename T> std::optional<T> get_optional(Message& m) {
  if (m.get<std::uint8_t>() == 0)
    return std::nullopt;
  if constexpr (std::is_same_v<T, std::string>)
    return m.get_text();
  else
    return m.get<T>();
}

void put_redirect(Message& m, const Redirect& target) {
  put_optional(m, target.map);
  put_optional(m, target.key);
  put_optional(m, target.ifindex);
  put_optional(m, target.flags);
}

Redirect get_redirect(Message& m) {
  Redirect target;
  target.map = get_optional<std::string>(m);
  target.key = get_optional<std::uint64_t>(m);
  target.ifindex = get_optional<std::uint32_t>(m);
  target.flags = get_optional<std::uint64_t>(m);
  return target;
}

} // namespace

void put_result(Message& m, const PacketResult& result) {
  m.put(static_cast<std::uint8_t>(result.unsupported));
  m.put(result.retval);
  m.put(result.length);
  m.put(result.bytes);
  m.put(static_cast<std::uint8_t>(result.redirect.has_value()));
  if (result.redirect)
    put_redirect(m, *result.redirect);
  m.put(static_cast<std::uint64_t>(result.trace.size()));
  for (const std::string& line : result.trace)
    m.put(line);
  m.put(static_cast<std::uint64_t>(result.events.size()));
  for (const Event& event : result.events) {
    m.put(event.map);
    m.put(event.bytes);
  }
  m.put(static_cast<std::uint8_t>(result.skb.has_value()));
  for (unsigned i = 0; result.skb && i < skb_field_count; ++i)
    m.put((*result.skb)[i]);
  m.put(result.skb_known);
}

PacketResult get_result(Message& m) {
  PacketResult result;
  result.unsupported = m.get<std::uint8_t>() != 0;
  result.retval = m.get<std::uint32_t>();
  result.length = m.get<std::uint32_t>();
  result.bytes = m.get_bytes();
  if (m.get<std::uint8_t>() != 0)
    result.redirect = get_redirect(m);
  for (auto lines = m.get<std::uint64_t>(); lines > 0; --lines)
    result.trace.push_back(m.get_text());
  for (auto events = m.get<std::uint64_t>(); events > 0; --events) {
    std::string map = m.get_text();
    result.events.push_back({std::move(map), m.get_bytes()});
  }
  if (m.get<std::uint8_t>() != 0) {
    result.skb.emplace();
    for (std::uint64_t& value : *result.skb)
      value = m.get<std::uint64_t>();
  }
  result.skb_known = m.get<std::uint32_t>();
  return result;
}

void put_eviction(Message& m, const std::optional<std::uint32_t>& packet) {
  put_optional(m, packet);
}

std::optional<std::uint32_t> get_eviction(Message& m) { return get_optional<std::uint32_t>(m); }

void put_failure(Message& m, const Failure& failure) {
  m.put(static_cast<std::uint64_t>(failure.diagnostics().size()));
  for (const Diagnostic& d : failure.diagnostics())
    for (const std::string& text : {d.code, d.message, d.rule, d.limit, d.value, d.remedy})
      m.put(text);
}

Failure get_failure(Message& m) {
  std::vector<Diagnostic> all;
  for (auto count = m.get<std::uint64_t>(); count > 0; --count) {
    const std::string code = m.get_text();
    Diagnostic d = diagnose(code, m.get_text());
    d.rule = m.get_text();
    d.limit = m.get_text();
    d.value = m.get_text();
    d.remedy = m.get_text();
    all.push_back(std::move(d));
  }
  return Failure(std::move(all));
}

} // namespace pw::kernel
