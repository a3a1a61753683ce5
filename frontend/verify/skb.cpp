#include "frontend/verify/skb.h"

#include <linux/bpf.h>

#include <cstddef>

namespace pw::verify {
namespace {

using enum SkbSource;

constexpr SkbPlace places[] = {
    {Length, offsetof(__sk_buff, len), 4},
    {Field, offsetof(__sk_buff, pkt_type), 4, SkbField::PktType},
    {Field, offsetof(__sk_buff, mark), 4, SkbField::Mark, true},
    {Field, offsetof(__sk_buff, queue_mapping), 4, SkbField::QueueMapping, true},
    {Field, offsetof(__sk_buff, protocol), 4, SkbField::Protocol},
    {VlanPresent, offsetof(__sk_buff, vlan_present), 4},
    {Field, offsetof(__sk_buff, vlan_tci), 4, SkbField::VlanTci},
    {Field, offsetof(__sk_buff, vlan_proto), 4, SkbField::VlanProto},
    {Field, offsetof(__sk_buff, priority), 4, SkbField::Priority, true},
    {Interface, offsetof(__sk_buff, ingress_ifindex), 4},
    {Interface, offsetof(__sk_buff, ifindex), 4},
    {Field, offsetof(__sk_buff, tc_index), 4, SkbField::TcIndex, true},
    {Cb, offsetof(__sk_buff, cb), 20, SkbField::Cb0, true},
    {Field, offsetof(__sk_buff, hash), 4, SkbField::Hash},
    {Field, offsetof(__sk_buff, tc_classid), 4, SkbField::TcClassid, true},
    {Data, offsetof(__sk_buff, data), 4},
    {DataEnd, offsetof(__sk_buff, data_end), 4},
    {Zero, offsetof(__sk_buff, napi_id), 4},
    {DataMeta, offsetof(__sk_buff, data_meta), 4},
    {Field, offsetof(__sk_buff, tstamp), 8, SkbField::Tstamp, true},
    {WireLength, offsetof(__sk_buff, wire_len), 4},
    {Zero, offsetof(__sk_buff, gso_segs), 4},
    {Zero, offsetof(__sk_buff, gso_size), 4},
    {TstampType, offsetof(__sk_buff, gso_size) + 4, 1},
    {Zero, offsetof(__sk_buff, hwtstamp), 8},
};

bool whole(const SkbPlace& p, std::int64_t offset, unsigned bytes) {
  return offset == p.first && bytes == p.bytes;
}

bool allowed(const SkbPlace& p, std::int64_t offset, unsigned bytes, bool write) {
  if (offset % bytes != 0 || (write && !p.writable))
    return false;
  if (p.source == Cb)
    return true;
  const bool parts =
      !write && p.bytes == 4 && p.source != Data && p.source != DataEnd && p.source != DataMeta;
  return parts || whole(p, offset, bytes);
}

} // namespace

std::optional<SkbPlace> skb_place(std::int64_t offset, unsigned bytes, bool write) {
  for (const SkbPlace& p : places)
    if (offset >= p.first && offset + bytes <= p.first + p.bytes)
      return allowed(p, offset, bytes, write) ? std::optional(p) : std::nullopt;
  return std::nullopt;
}

const char* refused_skb_field(std::int64_t offset) {
  if (offset == offsetof(__sk_buff, flow_keys))
    return "flow_keys";
  if (offset == offsetof(__sk_buff, sk))
    return "sk";
  return "";
}

} // namespace pw::verify
