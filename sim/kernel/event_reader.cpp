#include "sim/kernel/event_reader.h"

#include "support/events.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pw::kernel {

namespace {

constexpr std::size_t buffer_pages = 256; // more than one packet can fill with the events we note

perf_event_attr output_attributes() {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_BPF_OUTPUT;
  attributes.sample_type = PERF_SAMPLE_RAW;
  attributes.sample_period = 1;
  attributes.wakeup_events = 1;
  return attributes;
}

struct RawSample {
  perf_event_header header;
  std::uint32_t size;
  std::uint8_t data[];
};

} // namespace

void EventReader::fail(const Source& source, const std::string& what) const {
  throw Failure(diagnose("PW-ENG-005", "events of map '" + object_.maps[source.map].name +
                                           "' in the kernel: " + what + ": " +
                                           std::strerror(errno)));
}

EventReader::EventReader(const Object& object, LoadedProgram& program, unsigned cpu,
                         unsigned pretended)
    : object_(object), program_(program) {
  for (unsigned i = 0; i < object.maps.size(); ++i) {
    const bpf_map_type type = object.maps[i].type;
    if ((type != BPF_MAP_TYPE_PERF_EVENT_ARRAY && type != BPF_MAP_TYPE_RINGBUF) ||
        program.map_fds()[i] < 0)
      continue;
    Source& source = *sources_.emplace_back(std::make_unique<Source>());
    source.reader = this;
    source.map = i;
    if (type == BPF_MAP_TYPE_RINGBUF)
      open_records(source);
    else
      open_samples(source, cpu, pretended);
  }
}

EventReader::~EventReader() {
  for (const int fd : other_cpus_)
    ::close(fd);
}

// The slot of the CPU that the program sees has this CPU's buffer; in the others stands an event
// that is not on this CPU.
void EventReader::open_samples(Source& source, unsigned cpu, unsigned pretended) {
  const int map = program_.map_fds()[source.map];
  const std::uint32_t slots = perf_slots(object_.maps[source.map].max_entries);
  perf_event_attr attributes = output_attributes();
  attributes.disabled = 1;
  const long other = ::syscall(SYS_perf_event_open, &attributes, -1, static_cast<int>(cpu), -1,
                               PERF_FLAG_FD_CLOEXEC);
  if (other < 0)
    fail(source, "perf_event_open");
  other_cpus_.push_back(static_cast<int>(other));
  for (std::uint32_t slot = 0; slot < slots; ++slot)
    if (slot != pretended && bpf_map_update_elem(map, &slot, &other_cpus_.back(), BPF_ANY) != 0)
      fail(source, "slot " + std::to_string(slot));
  if (pretended >= slots)
    return;
  attributes.disabled = 0;
  int cpus[] = {static_cast<int>(cpu)}, keys[] = {static_cast<int>(pretended)};
  LIBBPF_OPTS(perf_buffer_raw_opts, options, .cpu_cnt = 1, .cpus = cpus, .map_keys = keys);
  const auto sample = [](void* context, int, perf_event_header* header) {
    auto& to = *static_cast<Source*>(context);
    if (header->type == PERF_RECORD_SAMPLE) {
      const auto& raw = *reinterpret_cast<const RawSample*>(header);
      to.events.emplace_back(raw.data, raw.data + raw.size);
    } else {
      to.lost = true;
    }
    return LIBBPF_PERF_EVENT_CONT;
  };
  source.samples = {perf_buffer__new_raw(map, buffer_pages, &attributes, sample, &source, &options),
                    perf_buffer__free};
  if (!source.samples)
    fail(source, "buffer");
}

void EventReader::open_records(Source& source) {
  const auto record = [](void* context, void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    static_cast<Source*>(context)->events.emplace_back(bytes, bytes + size);
    return 0;
  };
  source.records = {ring_buffer__new(program_.map_fds()[source.map], record, &source, nullptr),
                    ring_buffer__free};
  if (!source.records)
    fail(source, "buffer");
}

// A sample is longer than what the program gave, up to a multiple of 8 bytes.
void EventReader::cut_padding(Source& source) {
  const Exchange& e = program_.exchange();
  std::size_t next = 0;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(e.event_count, Exchange::max_events); ++i) {
    const EventRecord& call = e.events[i];
    if (call.result != 0 || program_.map_at(call.map) != source.map + 1 ||
        next == source.events.size())
      continue;
    const std::uint64_t size = call.size + ((call.flags & BPF_F_CTXLEN_MASK) >> 32);
    std::vector<std::uint8_t>& event = source.events[next++];
    source.lost |= size > event.size();
    event.resize(std::min<std::size_t>(size, event.size()));
  }
  source.lost |= next != source.events.size();
}

std::vector<Event> EventReader::take() {
  std::vector<Event> all;
  for (const auto& source : sources_) {
    if (source->samples) {
      perf_buffer__consume(source->samples.get());
      cut_padding(*source);
    }
    if (source->records)
      ring_buffer__consume(source->records.get());
    if (source->lost)
      throw Failure(diagnose("PW-ENG-005", "the kernel engine lost events of map '" +
                                               object_.maps[source->map].name + "'"));
    for (auto& event : source->events)
      all.push_back({object_.maps[source->map].name, std::move(event)});
    source->events.clear();
  }
  return all;
}

} // namespace pw::kernel
