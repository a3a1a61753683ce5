// A frame on its way through the NIC, as an extension of a TLM-2.0 transaction.
#pragma once

#include "sim/nic/units.h"

#include <tlm>

#include <deque>
#include <memory>
#include <vector>

namespace pw::nic {

enum class Way { End, Host, Transmit, Redirect }; // where a verdict sends a frame

struct Frame {
  std::uint64_t index = 0;         // in order of arrival, over all runs
  std::vector<std::uint8_t> bytes; // as received, without FCS
  std::uint64_t stamp_ns = 0;      // what the program's clock says
  // Times in ps; each is set by the component it happens in.
  Time wire_begin = 0; // first bit of the preamble
  Time wire_end = 0;   // last bit of the FCS
  Time stored = 0;     // whole in the receive buffer
  Time taken = 0;      // by the engine: its room in the buffer is free
  Time decided = 0;    // the verdict is there
  Time left = 0;       // behind the engine: last byte out, or the verdict of a dropped frame
  // Set by the engine.
  std::uint32_t retval = 0;
  std::uint32_t length = 0; // behind the program
  Way way = Way::End;
  std::uint32_t queue = 0; // of the host; set by the DMA unit
};

// A frame that a component keeps after b_transport has returned must be acquired, and released
// later (TLM-2.0, 11.2.1); its bytes stay until then.
class FrameExtension : public tlm::tlm_extension<FrameExtension>, public Frame {
public:
  tlm::tlm_extension_base* clone() const override { return new FrameExtension(*this); }
  void copy_from(const tlm::tlm_extension_base& from) override {
    Frame::operator=(static_cast<const FrameExtension&>(from));
  }
};

using Transaction = tlm::tlm_generic_payload;

// The frame of a transaction. Not of a time message (FrameStage).
inline Frame& frame_of(Transaction& transaction) {
  return *transaction.get_extension<FrameExtension>();
}

// Transactions with a frame, used again when the last component has released them.
class FramePool : public tlm::tlm_mm_interface {
public:
  // Acquired once.
  Transaction& take();
  void free(Transaction*) override;
  std::size_t made() const { return entries_.size(); }

private:
  struct Pooled : FrameExtension {
    void free() override {} // the transaction's destructor would delete it
  };
  struct Entry {
    Pooled frame;
    Transaction transaction;
  };
  std::deque<Entry> entries_;
  std::vector<Transaction*> free_;
};

} // namespace pw::nic
