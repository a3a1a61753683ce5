// Drives a Verilated pw_table (class Vdut) with what a file tells, and compares result and hold in
// every clock, and the answers of host operations: driver KEY_BYTES SLOT_BITS FILE FINDS. The other
// side is table_test.cpp.
#include "Vdut.h"
#include "tests/backends/verilog/table_records.h"
#include "verilated.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

namespace {

using pw::test::TableRecord;
using Bytes = std::vector<std::uint8_t>;

template <class Port> void put(Port& port, const Bytes& bytes) {
  std::memset(static_cast<void*>(&port), 0, sizeof port);
  std::memcpy(static_cast<void*>(&port), bytes.data(), std::min(bytes.size(), sizeof port));
}
template <class Port> Bytes get(const Port& port) {
  Bytes out(sizeof port);
  std::memcpy(out.data(), &port, sizeof port);
  return out;
}
// value |= what << shift
void place_bits(Bytes& value, const Bytes& what, unsigned shift) {
  value.resize(std::max(value.size(), what.size() + shift / 8 + 2));
  for (std::size_t i = 0; i < 8 * what.size(); ++i)
    if (what[i / 8] >> (i % 8) & 1)
      value[(i + shift) / 8] |= std::uint8_t(1 << (i + shift) % 8);
}
Bytes number(std::uint64_t n) {
  Bytes out(8);
  std::memcpy(out.data(), &n, 8);
  return out;
}
bool equal(Bytes a, Bytes b) {
  const std::size_t size = std::max(a.size(), b.size());
  a.resize(size);
  b.resize(size);
  return a == b;
}

class Driver {
public:
  Driver(unsigned key_bytes, unsigned slot_bits, unsigned finds)
      : key_bytes_(key_bytes), slot_bits_(slot_bits), finds_(finds) {
    dut_->rst = 1;
    tick();
    tick();
    dut_->rst = 0;
    dut_->eval();
    while (dut_->clearing)
      tick();
  }
  bool run(std::istream& in) {
    Bytes key(key_bytes_);
    TableRecord r;
    for (; in.read(reinterpret_cast<char*>(&r), sizeof r) &&
           in.read(reinterpret_cast<char*>(key.data()), key_bytes_);
         ++at_) {
      if (r.what == TableRecord::Clock)
        look(in);
      const bool good = r.what == TableRecord::Clock ? clock(r, key) : host(r, key);
      if (!good)
        return false;
    }
    std::printf("%llu records\n", static_cast<unsigned long long>(at_));
    return true;
  }

private:
  void tick() {
    dut_->clk = 0;
    dut_->eval();
    dut_->clk = 1;
    dut_->eval();
    dut_->clk = 0;
  }
  // The ports for look-ups.
  void look(std::istream& in) {
    Bytes enables, keys, key(key_bytes_);
    found_.clear();
    TableRecord r;
    for (unsigned port = 0; port < finds_; ++port) {
      in.read(reinterpret_cast<char*>(&r), sizeof r);
      in.read(reinterpret_cast<char*>(key.data()), key_bytes_);
      place_bits(enables, {r.enable}, port);
      place_bits(keys, key, 8 * key_bytes_ * port);
      place_bits(found_, number(r.result), (slot_bits_ + 2) * port);
      if (port == 0)
        dut_->find_remove = r.remove;
    }
    if (finds_ > 0) {
      put(dut_->find_enable, enables);
      put(dut_->find_key, keys);
    }
  }
  bool clock(const TableRecord& r, const Bytes& key) {
    dut_->access_enable = r.enable;
    dut_->access_insert = r.insert;
    dut_->access_remove = r.remove;
    dut_->access_stamp = r.number;
    put(dut_->access_key, key);
    dut_->eval();
    const bool looks = equal(get(dut_->find_result), found_);
    const bool good = dut_->hold == r.hold && equal(get(dut_->access_result), number(r.result)) &&
                      looks && dut_->crowded == r.crowded;
    if (!good)
      std::printf("record %llu: hold %d, expected %d; crowded %d, expected %d; look-ups %s; "
                  "result %llx, expected %llx\n",
                  static_cast<unsigned long long>(at_), int(dut_->hold), int(r.hold),
                  int(dut_->crowded), int(r.crowded), looks ? "right" : "wrong",
                  static_cast<unsigned long long>(first(get(dut_->access_result))),
                  static_cast<unsigned long long>(r.result));
    tick();
    return good;
  }
  bool host(const TableRecord& r, const Bytes& key) {
    const bool reads = r.what == TableRecord::Read;
    dut_->access_enable = 0;
    put(dut_->find_enable, {});
    dut_->host_select = 1;
    dut_->host_write = !reads;
    dut_->host_address = r.number;
    Bytes data = number(reads ? 0 : r.number), expected = number(r.result);
    place_bits(data, key, 2);
    if (reads && (r.result & 1))
      place_bits(expected, key, slot_bits_ + 1);
    put(dut_->host_wdata, reads ? Bytes{} : data);
    dut_->host_start = 1;
    tick();
    dut_->host_start = 0;
    for (long waited = 0; !dut_->host_done; ++waited) {
      if (waited > 50000000) {
        std::printf("record %llu: no end\n", static_cast<unsigned long long>(at_));
        return false;
      }
      tick();
    }
    const bool good = equal(get(dut_->host_rdata), expected);
    if (!good)
      std::printf("record %llu: host's answer %llx, expected %llx\n",
                  static_cast<unsigned long long>(at_),
                  static_cast<unsigned long long>(first(get(dut_->host_rdata))),
                  static_cast<unsigned long long>(first(expected)));
    tick();
    dut_->host_select = 0;
    return good;
  }
  static std::uint64_t first(Bytes bytes) {
    bytes.resize(8);
    std::uint64_t n = 0;
    std::memcpy(&n, bytes.data(), 8);
    return n;
  }

  unsigned key_bytes_, slot_bits_, finds_;
  Bytes found_; // expected
  std::uint64_t at_ = 0;
  std::unique_ptr<Vdut> dut_ = std::make_unique<Vdut>();
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 5)
    return 2;
  std::ifstream in(argv[3], std::ios::binary);
  Driver driver(unsigned(std::stoul(argv[1])), unsigned(std::stoul(argv[2])),
                unsigned(std::stoul(argv[4])));
  return driver.run(in) ? 0 : 1;
}
