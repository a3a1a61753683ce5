// The consumer of perf event arrays and ring buffers: takes all that is there after each packet.
#pragma once

#include "sim/engine.h"
#include "sim/kernel/loader.h"

#include <memory>
#include <vector>

struct perf_buffer;
struct ring_buffer;

namespace pw::kernel {

class EventReader {
public:
  // cpu: that the program runs on; pretended: that it is told. Throws Failure PW-ENG-005.
  EventReader(const Object&, LoadedProgram&, unsigned cpu, unsigned pretended);
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;
  ~EventReader();

  bool any() const { return !sources_.empty(); }
  // What the last packet left, map by map. Throws Failure PW-ENG-005 if something was lost.
  std::vector<Event> take();

private:
  struct Source {
    EventReader* reader = nullptr;
    unsigned map = 0; // into Object::maps
    std::unique_ptr<perf_buffer, void (*)(perf_buffer*)> samples{nullptr, nullptr};
    std::unique_ptr<ring_buffer, void (*)(ring_buffer*)> records{nullptr, nullptr};
    std::vector<std::vector<std::uint8_t>> events; // of this packet
    bool lost = false;
  };
  void open_samples(Source&, unsigned cpu, unsigned pretended);
  void open_records(Source&);
  void cut_padding(Source&);
  [[noreturn]] void fail(const Source&, const std::string& what) const;

  const Object& object_;
  LoadedProgram& program_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<int> other_cpus_; // events that never count here
};

} // namespace pw::kernel
