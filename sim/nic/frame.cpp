#include "sim/nic/frame.h"

namespace pw::nic {

Transaction& FramePool::take() {
  if (free_.empty()) {
    Entry& entry = entries_.emplace_back();
    entry.transaction.set_mm(this);
    free_.push_back(&entry.transaction);
    entry.transaction.set_extension<FrameExtension>(&entry.frame);
    entry.transaction.set_command(tlm::TLM_WRITE_COMMAND);
  }
  Transaction* transaction = free_.back();
  free_.pop_back();
  transaction->acquire();
  return *transaction;
}

void FramePool::free(Transaction* transaction) { free_.push_back(transaction); }

} // namespace pw::nic
