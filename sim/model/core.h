// The pipeline in motion: which packet is in which stage in which clock, and the functions that run
// there. Timing says when; this says what.
#pragma once

#include "sim/model/jit.h"

#include <deque>

namespace pw::model {

class Core {
public:
  Core(const pipeline::Pipeline&, HostTables&);

  // A record for a packet whose header (zeros behind the end) is copied in; the caller fills in the
  // inputs. The bytes must stay until the record is given back.
  Record* take_record(const std::uint8_t* bytes, std::size_t length);
  void give_back(Record*);

  // Region entrance in clock `now` (Timing::Client): as far as interlocks and tables are concerned.
  bool may_enter(Record*, unsigned region, std::uint64_t now);
  void enter(Record*, unsigned region, std::uint64_t now);
  // Runs all stages that are active in clock `now`: reads of the whole pipeline first, then writes,
  // the oldest packet's first. To be called for every clock in which a packet is inside, with
  // enter() of the same clock before or after.
  void run_stages(std::uint64_t now);
  // Clocks are left out; no packet is inside.
  void skip();
  // Between runs: keys that were loaded into the host's tables come into those of the pipeline, and
  // back.
  void load_keys() { ports_.load(tables_); }
  void store_keys() { ports_.store(tables_); }
  // Clocks in which a packet had to wait for the sake of this map (Pipeline::maps).
  std::uint64_t held(unsigned map) const { return held_[map].clocks; }

  void results(Record*) const;      // behind the last stage: fills in the results
  void write_packet(Record*) const; // applies packet writes at record->out, in program order

private:
  struct Step {
    unsigned region = 0;
    unsigned delay = 0; // clocks from entering to this stage
    StageFunction function = nullptr;
  };
  struct Entry {
    std::uint64_t clock = 0;
    std::vector<std::uint64_t> handles;
  };
  // What may keep packets out of a region, for the sake of one map.
  struct Holder {
    struct Lock {
      unsigned distance = 0;
      bool when_full = false;
      std::size_t first = 0, count = 0, words = 1; // of the region's handles; words of each
      std::size_t looks = 0; // the last so many don't conflict with each other
    };
    unsigned map = 0;
    std::vector<Lock> locks;
    const DynamicTable* table = nullptr;
  };
  struct RegionState {
    const pipeline::Region* region = nullptr;
    std::vector<Record*> entered; // ring, by clock
    std::uint64_t mask = 0;
    std::vector<Holder> holders;
    std::vector<StageFunction> handles;
    unsigned handle_words = 0, longest = 0; // longest interlock distance
    std::deque<Entry> recent;               // newest first
    std::vector<std::uint64_t> current;     // handles of the packet at the entrance
    const Record* current_of = nullptr;
  };

  void make_regions();
  void make_holders(RegionState&, unsigned region);
  void make_steps(const Plan&);
  void read_handles(RegionState&, Record*);
  void remember(RegionState&, Record*, std::uint64_t now);
  bool conflicts(const RegionState&, const Holder::Lock&, const Entry&) const;
  bool holds(const RegionState&, const Holder&, std::uint64_t now) const;
  void run(const std::vector<Step>&, std::uint64_t now);

  const pipeline::Pipeline& pipeline_;
  HostTables& tables_;
  Ports ports_;
  Plan plan_;
  CompiledPlan code_;
  std::vector<RegionState> regions_;
  std::vector<Step> reads_, writes_;
  std::vector<StageFunction> results_, packet_writes_;
  // By map. Packets in front of two regions may wait for its sake in one clock.
  struct Held {
    std::uint64_t clocks = 0, last = ~std::uint64_t{0};
  };
  std::vector<Held> held_;
  std::deque<std::vector<std::uint64_t>> storage_; // of records
  std::vector<Record*> free_;
};

} // namespace pw::model
