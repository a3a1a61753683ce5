#include "sim/nic/feed.h"

namespace pw::nic {

namespace {

class GeneratedFeed final : public Feed {
public:
  explicit GeneratedFeed(const TrafficSpec& spec)
      : spec_(spec), left_(spec.count), stream_(spec_), arrivals_(spec_.arrivals(), spec_.seed) {}

  bool next(Arrival& arrival) override {
    if (left_ == 0)
      return false;
    --left_;
    stream_.next(arrival.bytes);
    arrival.time = arrivals_.next(arrival.bytes.size());
    return true;
  }
  std::uint64_t count() const override { return spec_.count; }
  std::uint64_t start_ns() const override { return spec_.start_ns; }

private:
  TrafficSpec spec_;
  std::uint64_t left_;
  TrafficStream stream_;
  Arrivals arrivals_;
};

class CaptureFeed final : public Feed {
public:
  explicit CaptureFeed(std::span<const Packet> packets)
      : packets_(packets), count_(packets.size()) {}
  CaptureFeed(std::span<const Packet> packets, const ArrivalSpec& rate, std::uint64_t count)
      : packets_(packets), count_(packets.empty() ? 0 : count), arrivals_(Arrivals(rate, 1)) {}

  bool next(Arrival& arrival) override {
    if (next_ == count_)
      return false;
    const Packet& packet = packets_[next_++ % packets_.size()];
    arrival.bytes = packet.bytes;
    if (arrivals_)
      last_ = arrivals_->next(packet.bytes.size());
    else if (packet.time_ns > start_ns())
      last_ = std::max(last_, (packet.time_ns - start_ns()) * ps_per_ns);
    arrival.time = last_;
    return true;
  }
  std::uint64_t count() const override { return count_; }
  std::uint64_t start_ns() const override { return packets_.empty() ? 0 : packets_[0].time_ns; }

private:
  std::span<const Packet> packets_;
  std::uint64_t count_, next_ = 0;
  std::optional<Arrivals> arrivals_;
  Time last_ = 0;
};

} // namespace

std::unique_ptr<Feed> make_feed(const TrafficSpec& spec) {
  return std::make_unique<GeneratedFeed>(spec);
}

std::unique_ptr<Feed> make_feed(std::span<const Packet> packets) {
  return std::make_unique<CaptureFeed>(packets);
}

std::unique_ptr<Feed> make_feed(std::span<const Packet> packets, const ArrivalSpec& rate,
                                std::uint64_t count) {
  return std::make_unique<CaptureFeed>(packets, rate, count);
}

} // namespace pw::nic
