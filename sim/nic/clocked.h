// A pipeline that frames are given to one by one, clock by clock under the rules of
// backends/verilog/README.md: the stages as compiled functions (`model`) or the Verilated
// SystemVerilog, as a module of SystemC (`rtl`) or as a plain class. All do the same in every
// clock.
//
// The output is always ready: what stands behind a pipeline drops, it does not push back. So the
// clock in which a frame is taken depends on earlier frames only, and is known when it is offered.
#pragma once

#include "sim/engine.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pw::nic {

class ClockedPipeline {
public:
  struct Offer {
    const std::uint8_t* bytes = nullptr; // stay until the result is there
    std::uint32_t length = 0;            // at most 32000
    std::uint64_t time_ns = 0;           // the program's clock
  };
  struct Result { // in the order of the offers
    std::uint64_t clock = 0;
    std::uint32_t retval = 0, length = 0;
    std::uint32_t redirect_map = 0; // index of Object::maps + 1, or 0
  };
  struct Taken {
    std::uint64_t first = 0, last = 0; // clocks of its first and last beat
  };

  virtual ~ClockedPipeline() = default;
  virtual void set_maps(const MapState&) = 0;
  // Before each run, outside of processes, when everything is built.
  virtual void begin() {}
  // A pipeline that runs in the kernel's time calls this at the edge at which results come out; its
  // take() and drain() wait, in a thread of the kernel. The others work ahead and never call it.
  virtual void when_results(std::function<void()>) {}
  virtual bool in_kernel_time() const { return false; }
  // Offers a frame from clock `from` on, and goes on until its last beat is accepted. Throws
  // Failure PW-INT-001 or PW-RTL-105 if the pipeline stands still.
  virtual Taken take(const Offer&, std::uint64_t from) = 0;
  // All clocks before `clock` are done, if they are not.
  virtual void advance(std::uint64_t clock) = 0;
  virtual void drain() = 0; // until nothing is inside
  virtual std::uint64_t now() const = 0;
  // What has come out since the last call; valid until the next one of any function.
  virtual const std::vector<Result>& results() = 0;
  // As Engine::held_cycles().
  virtual std::map<std::string, std::uint64_t> held() const = 0;
};

// What the engine of that name would run (EngineInput of sim/engine.h; kinds Model and Rtl).
std::unique_ptr<ClockedPipeline> make_model_pipeline(const EngineInput&);
std::unique_ptr<ClockedPipeline> make_rtl_pipeline(const EngineInput&); // plain
// A module of the kernel that is being built; destroyed before the kernel.
std::unique_ptr<ClockedPipeline> make_rtl_module(const EngineInput&);

} // namespace pw::nic
