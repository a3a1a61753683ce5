#include "sim/nic/feed.h"

namespace pw::nic {

namespace {

class GeneratedFeed final : public Feed {
public:
  GeneratedFeed(const TrafficSpec& spec, std::uint64_t most)
      : spec_(spec), left_(std::min<std::uint64_t>(spec.count, most)), count_(left_),
        stream_(spec_), arrivals_(spec_.arrivals(), spec_.seed) {}

  bool next(Arrival& arrival) override {
    if (left_ == 0)
      return false;
    --left_;
    stream_.next(arrival.bytes);
    arrival.time = arrivals_.next(arrival.bytes.size());
    return true;
  }
  std::uint64_t count() const override { return count_; }
  std::uint64_t start_ns() const override { return spec_.start_ns; }

private:
  TrafficSpec spec_;
  std::uint64_t left_, count_;
  TrafficStream stream_;
  Arrivals arrivals_;
};

class CaptureFeed final : public Feed {
public:
  CaptureFeed(std::span<const Packet> packets, const std::optional<ArrivalSpec>& rate,
              std::uint64_t most)
      : packets_(packets.first(std::min<std::uint64_t>(packets.size(), most))) {
    if (rate)
      arrivals_.emplace(*rate, 1);
  }

  bool next(Arrival& arrival) override {
    if (next_ == packets_.size())
      return false;
    const Packet& packet = packets_[next_++];
    arrival.bytes = packet.bytes;
    if (arrivals_)
      last_ = arrivals_->next(packet.bytes.size());
    else if (packet.time_ns > start_ns())
      last_ = std::max(last_, (packet.time_ns - start_ns()) * ps_per_ns);
    arrival.time = last_;
    return true;
  }
  std::uint64_t count() const override { return packets_.size(); }
  std::uint64_t start_ns() const override { return packets_.empty() ? 0 : packets_[0].time_ns; }

private:
  std::span<const Packet> packets_;
  std::optional<Arrivals> arrivals_;
  std::size_t next_ = 0;
  Time last_ = 0;
};

} // namespace

std::unique_ptr<Feed> make_feed(const TrafficSpec& spec, std::uint64_t most) {
  return std::make_unique<GeneratedFeed>(spec, most);
}

std::unique_ptr<Feed> make_feed(std::span<const Packet> packets,
                                const std::optional<ArrivalSpec>& rate, std::uint64_t most) {
  return std::make_unique<CaptureFeed>(packets, rate, most);
}

} // namespace pw::nic
